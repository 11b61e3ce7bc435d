using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace StoreClaw.Connectors.Signatures;

/// <summary>A body that is a JSON web token as a whole: three parts, RS256 and nothing else, with its end and its beginning.</summary>
public static class JwtSignature
{
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    /// <summary>Checks the token against every public key. Pure; never throws, whatever the bytes are.</summary>
    public static SignatureResult Verify(ReadOnlyMemory<byte> token, IReadOnlyList<Secret> publicKeys, DateTimeOffset now)
    {
        var keys = publicKeys.Select(PublicKey).OfType<RSA>().ToList();
        try
        {
            return keys.Count == 0 ? SignatureResult.MissingSecret
                : token.IsEmpty ? SignatureResult.MissingSignature
                : !IsSigned(token, keys) ? SignatureResult.Mismatch
                : IsCurrent(token, now) ? SignatureResult.Valid
                : SignatureResult.Stale;
        }
        catch (FormatException)
        {
            return SignatureResult.Mismatch;
        }
        finally
        {
            keys.ForEach(static key => key.Dispose());
        }
    }

    /// <summary>What the token says, verified or not.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static ReadOnlyMemory<byte> Payload(ReadOnlyMemory<byte> token) => Part(token, 1);

    /// <summary>A key as PEM, also on one line with \n written out, or the base64 between its marks. Null when it is none.</summary>
    public static RSA? PublicKey(Secret secret)
    {
        var key = RSA.Create();
        try
        {
            var text = secret.Reveal().Replace("\\n", "\n", StringComparison.Ordinal);
            key.ImportSubjectPublicKeyInfo(Convert.FromBase64String(PemEncoding.TryFind(text, out var fields) ? text[fields.Base64Data] : text), out _);
            return key;
        }
        catch (Exception unusable) when (unusable is FormatException or CryptographicException)
        {
            key.Dispose();
            return null;
        }
    }

    private static bool IsSigned(ReadOnlyMemory<byte> token, List<RSA> keys)
    {
        var (header, signature) = (Part(token, 0), Part(token, 2).ToArray());
        var signed = token[..token.Span.LastIndexOf((byte)'.')].ToArray();
        return JsonReading.ParseObject(header).TextOrNull("alg") == "RS256" && keys.Exists(key => key.VerifyData(signed, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    private static bool IsCurrent(ReadOnlyMemory<byte> token, DateTimeOffset now)
    {
        var claims = JsonReading.ParseObject(Payload(token));
        var (seconds, skew) = ((decimal)(now - DateTimeOffset.UnixEpoch).TotalSeconds, (decimal)Skew.TotalSeconds);
        return claims.DecimalOrNull("exp") is { } ends && seconds - skew < ends && claims.DecimalOrNull("iat") is { } begins && begins <= seconds + skew;
    }

    /// <summary>Base64url that another spelling would decode to as well is refused, else a changed last character would go unnoticed.</summary>
    private static ReadOnlyMemory<byte> Part(ReadOnlyMemory<byte> token, int index)
    {
        var parts = Encoding.Latin1.GetString(token.Span).Split('.');
        var decoded = parts.Length == 3 && Base64Url.IsValid(parts[index]) ? Base64Url.DecodeFromChars(parts[index]) : null;
        return decoded is not null && Base64Url.EncodeToString(decoded) == parts[index] ? decoded : throw new FormatException("It is not a JSON web token.");
    }
}
