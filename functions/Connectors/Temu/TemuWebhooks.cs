using System.Security.Cryptography;
using System.Text;
using StoreClaw.Connectors.Signatures;

namespace StoreClaw.Connectors.Temu;

/// <summary>
/// Events come encrypted to the one address that is typed into Temu's console, and are signed over what is within. They are hints; which of them a store sends is switched by the API.
/// </summary>
internal sealed class TemuWebhooks : IWebhooks
{
    public const string Update = "bg.tmc.message.update";

    /// <summary>Those that are about an order.</summary>
    public static readonly IReadOnlyList<string> Events = ["bg_order_status_change_event", "bg_cancel_order_status_change", "bg_aftersales_status_change"];

    private const string ExtParam = "x-tm-ext-param";

    private const int KeyLength = 16;

    /// <summary>The last repeat comes 27 hours 42 minutes after the first attempt, and nobody says whether it is stamped anew; the rest is for delays of Temu's own.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromDays(2);

    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    private static readonly HmacSignature Signature = new(HashAlgorithmName.SHA256, SignatureEncoding.Hex, "x-tm-signature");

    public SignatureResult Verify(WebhookRequest request, IReadOnlyList<Secret> secrets, DateTimeOffset now)
    {
        var verdicts = secrets.Where(IsKey).Select(secret => Verify(request, secret)).ToList();
        var verdict = verdicts.Count == 0 ? SignatureResult.MissingSecret : verdicts.Contains(SignatureResult.Valid) ? SignatureResult.Valid : verdicts[0];
        return verdict == SignatureResult.Valid && !(SentAt(request) is { } sent && sent > now - Patience && sent < now + Skew) ? SignatureResult.Stale : verdict;
    }

    public IReadOnlyList<Secret> SigningSecrets(StoreSession store) => store.Live("clientSecret");

    public string? StoreOf(WebhookRequest request, IReadOnlyDictionary<string, Secret> app) =>
        app.TryGetValue("clientSecret", out var secret) && Decrypt(request.Body, secret) is { } data ? JsonReading.Look(data, static told => told.IdOrNull("mallId")) : null;

    /// <summary>There is no id; what is within is out of reach here, but the same content under the same key is the same text.</summary>
    public DeliveryHead Head(WebhookRequest request)
    {
        var topic = request.Header("x-tm-event-code") ?? "";
        var data = JsonReading.Look(request.Body, static body => body.TextOrNull("eventData"));
        return new DeliveryHead(topic, data is null ? null : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{topic}\n{data}"))), SentAt(request));
    }

    public IReadOnlyList<Change> Read(Delivery delivery, StoreSession store) => Events.Contains(delivery.Topic)
        ? [new LookupChange(Resource.Orders, Told(delivery.Body, SigningSecrets(store)).Id("parentOrderSn"), MayBeGone: false)]
        : [new NothingChange(delivery.Topic)];

    /// <summary>Switches on what the seller has authorized; the address itself is typed into the console.</summary>
    public async Task<WebhookAudit> EnsureAsync(StoreSession store, Uri callbackUrl, CancellationToken cancellationToken) => new(await SwitchAsync(store, isOn: true, cancellationToken));

    public Task RemoveAsync(StoreSession store, Uri callbackUrl, CancellationToken cancellationToken) => SwitchAsync(store, isOn: false, cancellationToken);

    /// <summary>The events that the seller has authorized, and whether they are sent.</summary>
    internal static IReadOnlyDictionary<string, bool> Authorized(JsonElement token) => token.Items("authEventCodeList")
        .Select(static entry => (Code: entry.TextOrNull("eventCode") ?? "", IsOn: entry.TextOrNull("permitsStatus") == "1"))
        .DistinctBy(static entry => entry.Code).ToDictionary(static entry => entry.Code, static entry => entry.IsOn);

    private static async Task<IReadOnlyList<string>> SwitchAsync(StoreSession store, bool isOn, CancellationToken cancellationToken)
    {
        var authorized = await TemuConnector.CallAsync(store, TemuAuthorization.Info, new { }, Authorized, cancellationToken);
        List<string> codes = [.. Events.Where(code => authorized.TryGetValue(code, out var was) && was != isOn)];
        if (codes.Count > 0)
        {
            await store.SendAsync(TemuConnector.Request(store, Update, isOn ? new { permitEventCodeList = codes } : (object)new { cancelEventCodeList = codes }), cancellationToken);
        }

        return codes;
    }

    /// <summary>
    /// Two of Temu's examples differ in whether the header of further parameters is signed: both count. What cannot be decrypted is hashed all the same: it takes as long as a wrong signature.
    /// </summary>
    private static SignatureResult Verify(WebhookRequest request, Secret secret)
    {
        var data = Decrypt(request.Body, secret);
        var whole = Signature.Verify(request with { Body = Signed(request, data ?? request.Body, isExtended: true) }, [secret]);
        var bare = Signature.Verify(request with { Body = Signed(request, data ?? request.Body, isExtended: false) }, [secret]);
        return whole == SignatureResult.MissingSignature ? whole
            : data is not null && (whole == SignatureResult.Valid || bare == SignatureResult.Valid) ? SignatureResult.Valid
            : SignatureResult.Mismatch;
    }

    /// <summary>Names and values with nothing between, in the order of the names.</summary>
    private static byte[] Signed(WebhookRequest request, ReadOnlyMemory<byte> data, bool isExtended)
    {
        string[] headers = isExtended ? ["x-tm-app-key", "x-tm-event-code", ExtParam, "x-tm-timestamp"] : ["x-tm-app-key", "x-tm-event-code", "x-tm-timestamp"];
        var pairs = headers.Select(name => (Name: name, Value: request.Header(name))).Where(static pair => !string.IsNullOrEmpty(pair.Value)).Select(static pair => pair.Name + pair.Value);
        return [.. "eventData"u8, .. data.Span, .. Encoding.UTF8.GetBytes(string.Concat(pairs))];
    }

    private static JsonElement Told(ReadOnlyMemory<byte> body, IReadOnlyList<Secret> secrets) =>
        secrets.Where(IsKey).Select(secret => Decrypt(body, secret)).OfType<ReadOnlyMemory<byte>>().Select(static data => JsonReading.ObjectOrNull(data)).FirstOrDefault(static data => data is not null)
        ?? throw new FormatException("'eventData' cannot be decrypted to an object.");

    /// <summary>AES-128-CBC, key and beginning both the first bytes of the app's secret. Null when it is not that; bad padding costs no more time than good.</summary>
    private static ReadOnlyMemory<byte>? Decrypt(ReadOnlyMemory<byte> body, Secret secret)
    {
        var text = IsKey(secret) ? JsonReading.Look(body, static json => json.TextOrNull("eventData")) : null;
        if (text is null || StrictBase64.Decode(text) is not { Length: > 0 } cipher || cipher.Length % KeyLength != 0)
        {
            return null;
        }

        using var aes = Aes.Create();
        aes.Key = secret.RevealUtf8()[..KeyLength].ToArray();
        var plain = aes.DecryptCbc(cipher, aes.Key, PaddingMode.None);
        int padding = plain[^1];
        var wrong = padding is 0 or > KeyLength;
        for (var i = 1; i <= KeyLength; i++)
        {
            wrong |= i <= padding && plain[^i] != padding;
        }

        return wrong ? null : plain.AsMemory(0, plain.Length - padding);
    }

    private static bool IsKey(Secret secret) => secret.RevealUtf8().Length >= KeyLength;

    private static DateTimeOffset? SentAt(WebhookRequest request) =>
        long.TryParse(request.Header("x-tm-timestamp"), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds < 253402300799000
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;
}
