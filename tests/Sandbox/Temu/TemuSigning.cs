using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace StoreClaw.Sandbox.Temu;

/// <summary>Signatures and the cipher as Temu makes and checks them.</summary>
public static class TemuSigning
{
    /// <summary>MD5 in upper-case hex over the root's fields, sorted by name, between the secret twice; what is no text counts as it was sent.</summary>
    public static string OfRequest(JsonElement body, string secret)
    {
        var fields = body.EnumerateObject().Where(static field => field.Name != "sign").ToList();
        fields.Sort(static (one, other) => string.CompareOrdinal(one.Name, other.Name));
        var text = secret;
        foreach (var field in fields)
        {
            text += field.Name + (field.Value.ValueKind == JsonValueKind.String ? field.Value.GetString() : field.Value.GetRawText());
        }

        return Convert.ToHexString(MD5.HashData(Encoding.UTF8.GetBytes(text + secret)));
    }

    /// <summary>An event's body: the content under the first sixteen bytes of the secret.</summary>
    public static byte[] Encrypt(ReadOnlySpan<byte> content, string secret)
    {
        var key = new byte[16];
        var bytes = Encoding.UTF8.GetBytes(secret);
        Array.Copy(bytes, key, Math.Min(bytes.Length, key.Length));
        using var aes = Aes.Create();
        aes.Key = key;
        return Encoding.ASCII.GetBytes($"{{\"eventData\":\"{Convert.ToBase64String(aes.EncryptCbc(content, key))}\"}}");
    }

    /// <summary>HMAC-SHA256 in lower-case hex over content and headers.</summary>
    /// <param name="headers">Those that are signed.</param>
    public static string OfEvent(ReadOnlySpan<byte> content, IEnumerable<KeyValuePair<string, string>> headers, string secret)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        hmac.AppendData("eventData"u8);
        hmac.AppendData(content);
        foreach (var (name, value) in headers.OrderBy(static header => header.Key, StringComparer.Ordinal))
        {
            hmac.AppendData(Encoding.UTF8.GetBytes(name + value));
        }

        return string.Concat(hmac.GetHashAndReset().Select(static value => value.ToString("x2", System.Globalization.CultureInfo.InvariantCulture)));
    }
}
