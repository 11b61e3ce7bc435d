using System.Text.RegularExpressions;
using Microsoft.AspNetCore.WebUtilities;

namespace StoreClaw.Sandbox.WooCommerce;

/// <summary>Query strings as PHP reads them: the last of equal names wins, and <c>a[]</c> and <c>a[0]</c> are the list <c>a</c>.</summary>
internal static partial class WooQuery
{
    public static IReadOnlyDictionary<string, string[]> Parse(string query)
    {
        var values = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var pair in new QueryStringEnumerable(query))
        {
            var name = pair.DecodeName().ToString();
            var value = pair.DecodeValue().ToString();
            var list = ListName().Match(name);
            if (list.Success)
            {
                name = list.Groups["name"].Value;
                values[name] = [.. values.GetValueOrDefault(name, []), value];
            }
            else
            {
                values[name] = [value];
            }
        }

        return values;
    }

    /// <summary>The same query with one parameter set anew, credentials in it repeated.</summary>
    public static string Write(IReadOnlyDictionary<string, string[]> query, string name, string value)
    {
        var pairs = query.Where(pair => pair.Key != name && pair.Key != "rest_route").SelectMany(pair => pair.Value.Select((item, index) =>
            $"{Uri.EscapeDataString(pair.Value.Length == 1 ? pair.Key : $"{pair.Key}[{index}]")}={Uri.EscapeDataString(item)}"));
        return string.Join('&', pairs.Append($"{name}={Uri.EscapeDataString(value)}"));
    }

    [GeneratedRegex(@"^(?<name>[^\[\]]+)\[\d*\]$")]
    private static partial Regex ListName();
}
