using System.Security.Cryptography;
using System.Text;

namespace StoreClaw.Connectors.Signatures;

/// <summary>
/// An HMAC-SHA256 in lower-case hex over a callback's query parameters: sorted by name, percent-encoded, joined as name=value&amp;name=value.
/// </summary>
/// <param name="Parameter">The parameter that holds the signature.</param>
/// <param name="Unsigned">Further parameters that are left out.</param>
public sealed record QuerySignature(string Parameter, params IReadOnlyList<string> Unsigned)
{
    public bool Verify(CallbackInput callback, Secret secret)
    {
        var signed = callback.Query.Where(pair => pair.Key != Parameter && !Unsigned.Contains(pair.Key))
            .OrderBy(static pair => pair.Key, StringComparer.Ordinal)
            .Select(static pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}");
        var mac = HMACSHA256.HashData(secret.RevealUtf8(), Encoding.UTF8.GetBytes(string.Join('&', signed)));
        var given = Encoding.UTF8.GetBytes(callback.Parameter(Parameter) ?? "");
        return !secret.RevealUtf8().IsEmpty && CryptographicOperations.FixedTimeEquals(given, Encoding.ASCII.GetBytes(Convert.ToHexStringLower(mac)));
    }
}
