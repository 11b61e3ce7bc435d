using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using StoreClaw.Common;

namespace StoreClaw.Storage;

/// <summary>Ids that hold their instant: {yyyyMMddTHHmmssZ}-{10 characters}. Rows keyed by them sort newest first and are found by the id alone.</summary>
public static class InstantIds
{
    private const string Format = "yyyyMMdd'T'HHmmss'Z'";
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int TailLength = 10;

    /// <summary>The same id for the same parts.</summary>
    public static string Of(DateTimeOffset instant, params ReadOnlySpan<string> parts)
    {
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts)));
        return string.Create(CultureInfo.InvariantCulture, $"{instant.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture)}-{Tail(digest)}");
    }

    public static string New(DateTimeOffset instant, Randomness random)
    {
        var bytes = new byte[TailLength];
        random.Fill(bytes);
        return string.Create(CultureInfo.InvariantCulture, $"{instant.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture)}-{Tail(bytes)}");
    }

    /// <summary>The key of its row; null when the text is no such id.</summary>
    public static string? RowKey(string id) =>
        id.IndexOf('-', StringComparison.Ordinal) is var dash and > 0
        && DateTimeOffset.TryParseExact(id.AsSpan(0, dash), Format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
            ? $"{Keys.NewestFirst(instant)}|{Keys.Escape(id)}"
            : null;

    private static string Tail(byte[] bytes) => string.Create(TailLength, bytes, static (text, bytes) =>
    {
        for (var i = 0; i < text.Length; i++)
        {
            text[i] = Alphabet[bytes[i] & 31];
        }
    });
}
