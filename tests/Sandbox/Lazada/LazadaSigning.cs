using System.Security.Cryptography;
using System.Text;

namespace StoreClaw.Sandbox.Lazada;

/// <summary>Signatures as Lazada makes and checks them.</summary>
public static class LazadaSigning
{
    public static string OfRequest(string path, IEnumerable<KeyValuePair<string, string>> parameters, string secret)
    {
        var sorted = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in parameters)
        {
            if (name != "sign" && value.Length > 0)
            {
                sorted.Add(name, value);
            }
        }

        var text = path + string.Concat(sorted.Select(static pair => pair.Key + pair.Value));
        return Convert.ToHexString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(text)));
    }

    public static string OfPush(string key, string secret, ReadOnlySpan<byte> body)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        mac.AppendData(Encoding.UTF8.GetBytes(key));
        mac.AppendData(body);
        return Convert.ToHexStringLower(mac.GetHashAndReset());
    }
}
