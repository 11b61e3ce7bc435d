using System.Collections.Concurrent;
using System.Security.Cryptography;
using StoreClaw.Connectors.Signatures;

namespace StoreClaw.Connectors.Ebay;

/// <summary>
/// ECDSA under one of eBay's public keys, which the signature names and which is fetched once an hour. A key is handed around as "id PEM", with no PEM where eBay has no such key.
/// </summary>
internal sealed class EbaySignature(EbayAuthorization app, Func<TimeSpan> uptime)
{
    private const string Header = "X-EBAY-SIGNATURE";

    private const int MostKeys = 32;

    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, (Secret Key, TimeSpan ReadAt)> _keys = new(StringComparer.Ordinal);

    public static SignatureResult Verify(WebhookRequest request, IReadOnlyList<Secret> keys) =>
        request.Header(Header) is not { Length: > 0 } header ? SignatureResult.MissingSignature
        : Parse(header) is not { } proof ? SignatureResult.Mismatch
        : keys.All(static key => key.RevealUtf8().IsEmpty) ? SignatureResult.MissingSecret
        : keys.Select(static key => key.Reveal().Split(' ', 2)).Any(key => key[0] == proof.KeyId && IsGenuine(key[^1], proof.Signature, request.Body)) ? SignatureResult.Valid
        : SignatureResult.Mismatch;

    /// <exception cref="PlatformException">eBay did not hand the key out.</exception>
    public async ValueTask<IReadOnlyList<Secret>> KeysAsync(WebhookRequest request, StoreSession store, CancellationToken cancellationToken)
    {
        if (Parse(request.Header(Header)) is not { } proof || !store.Secrets.ContainsKey("clientId"))
        {
            return [];
        }

        var isKnown = _keys.TryGetValue(proof.KeyId, out var known);
        if (isKnown && uptime() - known.ReadAt < Lifetime)
        {
            return [known.Key];
        }

        var (pem, fault) = await AskAsync(store, proof.KeyId, cancellationToken).OrFault();
        if (pem is null)
        {
            return fault!.Kind == FaultKind.NotFound ? [new Secret($"{proof.KeyId} ")] : isKnown ? [known.Key] : throw new PlatformException(fault);
        }

        if (_keys.Count >= MostKeys)
        {
            _keys.Clear();
        }

        return [(_keys[proof.KeyId] = (new Secret($"{proof.KeyId} {pem}"), uptime())).Key];
    }

    /// <summary>The header is base64 of JSON. Null when it is not what eBay writes; a key id goes into an address, so only a GUID is one.</summary>
    private static (string KeyId, byte[] Signature)? Parse(string? header) => JsonReading.Look(StrictBase64.Decode(header ?? ""), static json =>
        json.TextOrNull("alg") == "ecdsa" && json.TextOrNull("digest") == "SHA1" && json.TextOrNull("kid") is { } keyId && Guid.TryParseExact(keyId, "D", out _)
        && StrictBase64.Decode(json.TextOrNull("signature") ?? "") is { Length: > 0 } signature
            ? (keyId, signature)
            : ((string, byte[])?)null);

    private static bool IsGenuine(string pem, byte[] signature, ReadOnlyMemory<byte> body)
    {
        try
        {
            using var key = ECDsa.Create();
            // eBay's PEM has no line breaks, without which no reader of PEM takes it.
            var der = pem.Replace("-----BEGIN PUBLIC KEY-----", "", StringComparison.Ordinal).Replace("-----END PUBLIC KEY-----", "", StringComparison.Ordinal);
            key.ImportSubjectPublicKeyInfo(Convert.FromBase64String(der), out _);

            // What is signed is the JSON without white space, as eBay sends it; a gateway between may have laid it out anew.
            return Holds(key, body.Span, signature) || Holds(key, Compact(body.Span), signature);
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            return false;
        }
    }

    private static bool Holds(ECDsa key, ReadOnlySpan<byte> body, byte[] signature) => key.VerifyData(body, signature, HashAlgorithmName.SHA1, DSASignatureFormat.Rfc3279DerSequence);

    /// <summary>Without the white space between the tokens. The tokens themselves stay, so that order, numbers and escapes do.</summary>
    private static ReadOnlySpan<byte> Compact(ReadOnlySpan<byte> json)
    {
        var compact = new byte[json.Length];
        var (length, isText, isEscaped) = (0, false, false);
        foreach (var value in json)
        {
            if (isText || value is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'))
            {
                compact[length++] = value;
            }

            isText ^= value == '"' && !isEscaped;
            isEscaped = isText && value == '\\' && !isEscaped;
        }

        return compact.AsSpan(0, length);
    }

    private async Task<string> AskAsync(StoreSession store, string keyId, CancellationToken cancellationToken)
    {
        var request = PlatformRequest.Get($"{EbayConnector.Api}/commerce/notification/v1/public_key/{keyId}") with { Lane = EbayDescriptor.Keys };
        return (await app.SendAsAppAsync(store, request, cancellationToken)).Read(static key => key.Text("key"));
    }
}
