using System.Globalization;
using System.Text;

namespace Azure.Data.Tables;

/// <summary>OData literals of the values in an interpolated filter.</summary>
/// <remarks>https://learn.microsoft.com/rest/api/storageservices/querying-tables-and-entities</remarks>
internal static class QueryFilter
{
    public static string Create(FormattableString filter)
    {
        var literals = new object[filter.ArgumentCount];
        for (var index = 0; index < literals.Length; index++)
        {
            literals[index] = Literal(filter.GetArgument(index));
        }

        return string.Format(CultureInfo.InvariantCulture, filter.Format, literals);
    }

    private static string Literal(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        string or char or StringBuilder => $"'{value.ToString()!.Replace("'", "''", StringComparison.Ordinal)}'",
        long or ulong => string.Create(CultureInfo.InvariantCulture, $"{value}L"),
        sbyte or byte or short or ushort or int or uint or float or double or decimal => string.Create(CultureInfo.InvariantCulture, $"{value}"),
        Guid guid => $"guid'{guid:D}'",
        DateTimeOffset time => Literal(time.UtcDateTime),
        DateTime time => string.Create(CultureInfo.InvariantCulture, $"datetime'{time.ToUniversalTime():yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'}'"),
        byte[] bytes => $"X'{Convert.ToHexString(bytes)}'",
        BinaryData bytes => $"X'{Convert.ToHexString(bytes)}'",
        _ => throw new ArgumentException($"Unable to convert an argument of type {value.GetType()} to an OData literal."),
    };
}
