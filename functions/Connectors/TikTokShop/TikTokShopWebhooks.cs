using StoreClaw.Connectors.Signatures;

namespace StoreClaw.Connectors.TikTokShop;

/// <summary>Signed over the app's key and the body, in a bare Authorization header. Deliveries are hints: what they name is looked up.</summary>
internal sealed class TikTokShopWebhooks : IWebhooks
{
    private const string Path = "/event/202309/webhooks";

    /// <summary>By the number in the body; the words are the event types of a registration. Numbers not in it are topics as they are.</summary>
    private static readonly Dictionary<string, string> TopicOfType = new()
    {
        ["1"] = "order_status_change",
        ["5"] = "product_status_change",
        ["6"] = "seller_deauthorization",
        ["7"] = "upcoming_authorization_expiration",
        ["11"] = "cancellation_status_change",
        ["15"] = "product_information_change",
        ["16"] = "product_creation",
        ["27"] = "inventory_status_change",
        ["37"] = "product_audit_status_change",
    };

    public SignatureResult Verify(WebhookRequest request, IReadOnlyList<Secret> secrets, DateTimeOffset now) => AppKeySignature.Verify(request, secrets);

    public string? StoreOf(WebhookRequest request, IReadOnlyDictionary<string, Secret> app) => Member(request, "shop_id");

    public IReadOnlyList<Secret> SigningSecrets(StoreSession store) => AppKeySignature.PairsOf(store);

    public DeliveryHead Head(WebhookRequest request) => new(
        Member(request, "type") is { } type ? TopicOfType.GetValueOrDefault(type, type) : "",
        Member(request, "tts_notification_id"),
        long.TryParse(Member(request, "timestamp"), out var seconds) && seconds is > 0 and < 100_000_000_000 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null);

    public IReadOnlyList<Change> Read(Delivery delivery, StoreSession store) => delivery.Topic switch
    {
        "seller_deauthorization" => [new UninstalledChange()],
        "order_status_change" or "cancellation_status_change" => [new LookupChange(Resource.Orders, Named(delivery, "order_id"), MayBeGone: false)],
        // No topic tells of a deletion by name: it comes as a change of a product that is not found then.
        "product_status_change" or "product_information_change" or "product_creation" or "product_audit_status_change" =>
            [new LookupChange(Resource.Products, Named(delivery, "product_id"), MayBeGone: true)],
        "inventory_status_change" => [new LookupChange(Resource.Stock, Named(delivery, "sku_id"), MayBeGone: false)],
        var other => [new NothingChange(other)],
    };

    /// <summary>A shop keeps one address per topic and app, named by the topic; setting one replaces it.</summary>
    public WebhookRegistrar Registrar(StoreSession store, Uri callbackUrl) => new(
        TikTokShopDescriptor.Value.Topics,
        token => ListAsync(store, token),
        (topic, token) => ChangeAsync(store, HttpMethod.Put, new { address = callbackUrl.AbsoluteUri, event_type = topic.ToUpperInvariant() }, token),
        (topic, token) => ChangeAsync(store, HttpMethod.Delete, new { event_type = topic.ToUpperInvariant() }, token));

    private static Task<IReadOnlyList<WebhookRegistration>> ListAsync(StoreSession store, CancellationToken cancellationToken) =>
        TikTokShopConnector.CallAsync<IReadOnlyList<WebhookRegistration>>(
            store, HttpMethod.Get, Path, "", null, static data => [.. data.Items("webhooks").Select(Registration).OfType<WebhookRegistration>()], cancellationToken);

    private static WebhookRegistration? Registration(JsonElement row) =>
        row.Text("event_type").ToLowerInvariant() is var topic && Uri.TryCreate(row.TextOrNull("address"), UriKind.Absolute, out var url) ? new(topic, topic, url) : null;

    private static Task<bool> ChangeAsync(StoreSession store, HttpMethod method, object body, CancellationToken cancellationToken) =>
        TikTokShopConnector.CallAsync(store, method, Path, "", body, static _ => true, cancellationToken);

    private static string Named(Delivery delivery, string name) => JsonReading.ParseObject(delivery.Body).Required("data").Id(name);

    private static string? Member(WebhookRequest request, string name) => JsonReading.Look(request.Body, json => json.IdOrNull(name));
}
