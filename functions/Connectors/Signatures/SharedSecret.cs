using System.Security.Cryptography;
using System.Text;

namespace StoreClaw.Connectors.Signatures;

/// <summary>
/// How a sender proves itself that the seller runs: with StoreClaw's own signature, <c>X-StoreClaw-Signature: t=unix seconds,v1=hex HMAC-SHA256 of "t.body"</c>, or, weaker, with the secret itself in a
/// header: <c>Authorization: Bearer secret</c>, or the bare secret in any other.
/// </summary>
public static class SharedSecret
{
    public const string SignatureHeader = "X-StoreClaw-Signature";

    private const string Authorization = "Authorization";

    private static readonly TimeSpan Freshness = TimeSpan.FromMinutes(5);

    /// <summary>The secret and the header that it may stand in, as the one secret that <see cref="Verify"/> takes.</summary>
    /// <param name="header">Null for Authorization.</param>
    public static Secret Pair(string? header, Secret secret) => new($"{header ?? Authorization}:{secret.Reveal()}");

    /// <summary>Checks the request against every pair. Pure; never throws.</summary>
    public static SignatureResult Verify(WebhookRequest request, IReadOnlyList<Secret> pairs, DateTimeOffset now)
    {
        var known = pairs.Select(static pair => pair.Reveal().Split(':', 2)).Where(static pair => pair is [_, { Length: > 0 }]).Select(static pair => (Header: pair[0], Secret: new Secret(pair[1]))).ToList();
        if (request.Header(SignatureHeader) is { Length: > 0 } signature)
        {
            return VerifySigned(request, signature, [.. known.Select(static one => one.Secret)], now);
        }

        var (given, valid) = (false, false);
        foreach (var (header, secret) in known)
        {
            if (request.Header(header) is { Length: > 0 } told)
            {
                given = true;
                valid |= new Secret(told).Equals(header.Equals(Authorization, StringComparison.OrdinalIgnoreCase) ? new Secret($"Bearer {secret.Reveal()}") : secret);
            }
        }

        return known.Count == 0 ? SignatureResult.MissingSecret : valid ? SignatureResult.Valid : given ? SignatureResult.Mismatch : SignatureResult.MissingSignature;
    }

    private static SignatureResult VerifySigned(WebhookRequest request, string signature, IReadOnlyList<Secret> secrets, DateTimeOffset now)
    {
        var time = signature.StartsWith("t=", StringComparison.Ordinal) && signature.IndexOf(',', StringComparison.Ordinal) is > 2 and var end ? signature[2..end] : "";
        var signed = request with { Body = (byte[])[.. Encoding.UTF8.GetBytes($"{time}."), .. request.Body.Span] };
        var verdict = new HmacSignature(HashAlgorithmName.SHA256, SignatureEncoding.Hex, SignatureHeader) { Prefix = $"t={time},v1=" }.Verify(signed, secrets);
        return verdict != SignatureResult.Valid ? verdict
            : long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var sent) && Math.Abs(now.ToUnixTimeSeconds() - sent) <= Freshness.TotalSeconds ? SignatureResult.Valid
            : SignatureResult.Stale;
    }
}
