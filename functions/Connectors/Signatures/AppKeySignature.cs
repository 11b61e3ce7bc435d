using System.Security.Cryptography;
using System.Text;

namespace StoreClaw.Connectors.Signatures;

/// <summary>HMAC-SHA256 in hex in the header Authorization, keyed with the app's secret, over the app's key and the raw body behind it.</summary>
public static class AppKeySignature
{
    private static readonly HmacSignature Bare = new(HashAlgorithmName.SHA256, SignatureEncoding.Hex, "Authorization");

    /// <summary>Key and secret of one app as the one secret that <see cref="Verify"/> takes.</summary>
    public static Secret Pair(string appKey, Secret appSecret) => new($"{appKey}:{appSecret.Reveal()}");

    /// <summary>The pairs a store's deliveries may be signed with: of its app, and the one before while a secret is replaced.</summary>
    public static IReadOnlyList<Secret> PairsOf(StoreSession store) => store.Secrets.TryGetValue("clientId", out var key)
        ? [.. store.Live("clientSecret").Select(secret => Pair(key.Reveal(), secret))]
        : [];

    /// <summary>Checks the request against every pair. Pure; never throws.</summary>
    public static SignatureResult Verify(WebhookRequest request, IReadOnlyList<Secret> pairs)
    {
        var verdict = SignatureResult.MissingSecret;
        foreach (var pair in pairs)
        {
            var text = pair.Reveal();
            if (text.IndexOf(':', StringComparison.Ordinal) is not (>= 0 and var end))
            {
                continue;
            }

            var signed = request with { Body = (byte[])[.. Encoding.UTF8.GetBytes(text[..end]), .. request.Body.Span] };
            var one = Bare.Verify(signed, [new Secret(text[(end + 1)..])]);
            verdict = verdict == SignatureResult.Valid || one == SignatureResult.MissingSecret ? verdict : one;
        }

        return verdict;
    }
}
