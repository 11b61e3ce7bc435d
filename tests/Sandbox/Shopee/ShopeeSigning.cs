using System.Security.Cryptography;
using System.Text;

namespace StoreClaw.Sandbox.Shopee;

/// <summary>The platform's two signatures: HMAC-SHA256 in lower-case hex, the key as its text.</summary>
public static class ShopeeSigning
{
    /// <param name="access">The access token and the shop's id, one behind the other; empty for public calls.</param>
    public static string Call(string key, string partnerId, string path, string timestamp, string access) => Hex(key, Encoding.UTF8.GetBytes(partnerId + path + timestamp + access));

    public static string Push(string key, string url, ReadOnlySpan<byte> body)
    {
        var address = Encoding.UTF8.GetBytes(url + "|");
        var message = new byte[address.Length + body.Length];
        address.CopyTo(message, 0);
        body.CopyTo(message.AsSpan(address.Length));
        return Hex(key, message);
    }

    private static string Hex(string key, byte[] message)
    {
        using var hmac = new HMACSHA256(Encoding.UTF8.GetBytes(key));
        return string.Concat(hmac.ComputeHash(message).Select(static value => value.ToString("x2", System.Globalization.CultureInfo.InvariantCulture)));
    }
}
