using System.Security.Cryptography;

namespace StoreClaw.Connectors.Signatures;

public enum SignatureEncoding
{
    Base64,

    /// <summary>Either case.</summary>
    Hex,
}

/// <summary>The scheme most platforms share: an HMAC over the raw body, in a header.</summary>
/// <param name="Headers">The names it may come under; the first that is there counts.</param>
public sealed record HmacSignature(HashAlgorithmName Algorithm, SignatureEncoding Encoding, params IReadOnlyList<string> Headers)
{
    /// <summary>What stands before the signature in the header, such as "sha256=".</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Checks the request against every secret. Pure; never throws, whatever the bytes and headers are.</summary>
    public SignatureResult Verify(WebhookRequest request, IReadOnlyList<Secret> secrets)
    {
        if (!secrets.Any(IsUsable))
        {
            return SignatureResult.MissingSecret;
        }

        if (Headers.Select(request.Header).FirstOrDefault(static value => !string.IsNullOrEmpty(value)) is not { } header)
        {
            return SignatureResult.MissingSignature;
        }

        if (!header.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return SignatureResult.Mismatch;
        }

        // Compared as text: decoding would take several spellings of base64's last character for one signature.
        var text = header[Prefix.Length..];
        var given = System.Text.Encoding.UTF8.GetBytes(Encoding == SignatureEncoding.Hex ? text.ToLowerInvariant() : text);
        var valid = false;
        foreach (var secret in secrets.Where(IsUsable))
        {
            valid |= CryptographicOperations.FixedTimeEquals(given, Expected(request.Body.Span, secret));
        }

        return valid ? SignatureResult.Valid : SignatureResult.Mismatch;
    }

    /// <summary>An empty key would verify what anybody signed with nothing.</summary>
    private static bool IsUsable(Secret secret) => !secret.RevealUtf8().IsEmpty;

    private byte[] Expected(ReadOnlySpan<byte> body, Secret secret)
    {
        var mac = CryptographicOperations.HmacData(Algorithm, secret.RevealUtf8(), body);
        return System.Text.Encoding.ASCII.GetBytes(Encoding == SignatureEncoding.Hex ? Convert.ToHexStringLower(mac) : Convert.ToBase64String(mac));
    }
}
