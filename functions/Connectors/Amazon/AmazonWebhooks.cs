using StoreClaw.Connectors.Signatures;

namespace StoreClaw.Connectors.Amazon;

/// <summary>
/// Amazon calls no address: it writes notifications to a queue of its own cloud. They come here by a forwarder of the seller's, which shares a secret with StoreClaw, or by a queue of the
/// seller's in Azure, which is emptied.
/// </summary>
internal sealed class AmazonWebhooks : IWebhooks
{
    /// <summary>The connection's secret that holds the queue's address.</summary>
    public const string Queue = "notificationQueue";

    public SignatureResult Verify(WebhookRequest request, IReadOnlyList<Secret> secrets, DateTimeOffset now) => SharedSecret.Verify(request, secrets, now);

    public IReadOnlyList<Secret> SigningSecrets(StoreSession store) =>
        [.. store.Live("forwarderSecret").Select(secret => SharedSecret.Pair(store.Secrets.GetValueOrDefault("forwarderHeader")?.Reveal(), secret))];

    /// <summary>Most types name the seller alone, and a seller may be connected with several marketplaces: those go to all, and each looks whether it is meant.</summary>
    public string? StoreOf(WebhookRequest request, IReadOnlyDictionary<string, Secret> app) => StoreOf(request.Body);

    public DeliveryHead Head(WebhookRequest request) => Head(request.Body);

    public IReadOnlyList<Change> Read(Delivery delivery, StoreSession store)
    {
        var body = JsonReading.ParseObject(delivery.Body);
        var (subject, topic) = (Subject(body), delivery.Topic.Length > 0 ? delivery.Topic : throw new FormatException("'NotificationType' is missing."));
        var (seller, marketplace) = About(subject);
        if ((seller is not null && !store.Store.EndsWith("/" + seller, StringComparison.Ordinal)) || (marketplace is not null && marketplace != AmazonConnector.MarketplaceOf(store.Store).Id))
        {
            return [new NothingChange(topic)];
        }

        string Required(string name) => Text(subject, name) is { Length: > 0 } text ? text : throw new FormatException($"'{name}' is missing.");
        return topic switch
        {
            AmazonDescriptor.Orders => [new LookupChange(Resource.Orders, Required("AmazonOrderId"), MayBeGone: false)],
            AmazonDescriptor.FbaStock => [new LookupChange(Resource.Stock, $"{Required("SKU")}@{AmazonStock.Fba}", MayBeGone: false)],
            AmazonDescriptor.OwnStock => [new LookupChange(Resource.Stock, $"{Required("Sku")}@{AmazonStock.Own}", MayBeGone: false)],
            _ => [new NothingChange(topic)],
        };
    }

    /// <summary>Empties the seller's queue. What is no notification is handed on too, so that somebody sees it.</summary>
    public async Task RecoverAsync(StoreSession store, Func<string?, Delivery, Task> storeAsync, CancellationToken cancellationToken)
    {
        if (store.Secrets.TryGetValue(Queue, out var address))
        {
            await QueueInbox.DrainAsync(address, StoreAsync, cancellationToken);
        }

        Task StoreAsync(ReadOnlyMemory<byte> body) => Head(body) is var head && head.Topic.Length > 0
            ? storeAsync(StoreOf(body), new Delivery(head.Topic, head.DeliveryId, head.TriggeredAt, default, body))
            : storeAsync(store.Store, new Delivery("", null, null, default, body));
    }

    private static string? StoreOf(ReadOnlyMemory<byte> body) => JsonReading.Look(body, static notification =>
    {
        var (seller, marketplace) = About(Subject(notification));
        var country = AmazonDescriptor.Marketplaces.FirstOrDefault(one => one.Value.Id == marketplace).Key;
        return seller is not null && country is not null ? $"{country}/{seller}" : null;
    });

    private static DeliveryHead Head(ReadOnlyMemory<byte> body) => JsonReading.Look(body, static notification => new DeliveryHead(
        Text(notification, "NotificationType") ?? "", Text(notification.Member(notification.Spelling("NotificationMetadata")), "NotificationId"), notification.TimeOrNull(notification.Spelling("EventTime"))))
        ?? new DeliveryHead("", null, null);

    private static (string? Seller, string? Marketplace) About(JsonElement? subject) =>
        (Text(subject, "SellerId"), Text(subject, "MarketplaceId") ?? Text(subject.Member(subject.Spelling("Summary")), "MarketplaceId"));

    /// <summary>The payload, or the one object within it that some types wrap it in.</summary>
    private static JsonElement? Subject(JsonElement notification) => notification.Member(notification.Spelling("Payload")) is not { ValueKind: JsonValueKind.Object } payload ? null
        : Text(payload, "SellerId") is null && payload.EnumerateObject().FirstOrDefault().Value is { ValueKind: JsonValueKind.Object } wrapped ? wrapped
        : payload;

    private static string? Text(JsonElement? element, string name) => element.TextOrNull(element.Spelling(name));
}
