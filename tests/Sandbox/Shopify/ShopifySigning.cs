using System.Security.Cryptography;
using System.Text;

namespace StoreClaw.Sandbox.Shopify;

/// <summary>The platform's two signatures.</summary>
public static class ShopifySigning
{
    /// <summary>Of the callback's query: sorted, percent-encoded, joined; HMAC-SHA256 with the client secret in lower-case hex.</summary>
    public static string Query(IEnumerable<KeyValuePair<string, string>> parameters, string secret)
    {
        var message = string.Join('&', parameters.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}"));
        return Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(message)));
    }

    /// <summary>Of a webhook's body: HMAC-SHA256 with the client secret in base64.</summary>
    public static string Body(byte[] body, string secret) => Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body));
}
