using System.Security.Cryptography;
using System.Text;

namespace StoreClaw.Sandbox.Genstore;

/// <summary>How the simulated platform signs a delivery: over the raw body, with the app's client secret.</summary>
public static class GenstoreSigning
{
    public static string Of(string secret, ReadOnlySpan<byte> body)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        mac.AppendData(body);
        return Convert.ToBase64String(mac.GetHashAndReset());
    }
}
