using StoreClaw.Connectors.Signatures;

namespace StoreClaw.Connectors.Lazada;

/// <summary>One address for all stores of the app, typed into its console. A push is a hint with little in it, in spellings that differ from type to type.</summary>
internal sealed class LazadaWebhooks : IWebhooks
{
    /// <summary>The types that are acted on or worth a name, by Lazada's number.</summary>
    public static readonly IReadOnlyDictionary<string, string> Names = new Dictionary<string, string>
    {
        ["0"] = "trade-order",
        ["3"] = "product-created",
        ["4"] = "product-edited",
        ["5"] = "product-deleted",
        ["6"] = "shallow-stock",
        ["8"] = "token-expiring",
        ["10"] = "reverse-order",
        ["13"] = "seller-status",
        ["14"] = "fulfillment",
    };

    private static readonly string[] Subjects = ["trade_order_line_id", "reverse_order_line_id", "reverse_order_id", "trade_order_id", "item_id", "itemId", "sku_id", "package_id"];

    public SignatureResult Verify(WebhookRequest request, IReadOnlyList<Secret> secrets, DateTimeOffset now) => AppKeySignature.Verify(request, secrets);

    public IReadOnlyList<Secret> SigningSecrets(StoreSession store) => AppKeySignature.PairsOf(store);

    public string? StoreOf(WebhookRequest request, IReadOnlyDictionary<string, Secret> app) => JsonReading.Look(request.Body, static push =>
    {
        // Type 8 has the text "null" outside and the seller inside.
        var seller = push.IdOrNull("seller_id") is { } outer and not "null" ? outer : push.Member("data").TextOrNull("seller_id");
        return seller is not null && push.TextOrNull("site") is { Length: >= 2 } site ? $"{site[^2..].ToLowerInvariant()}/{seller}" : null;
    });

    public DeliveryHead Head(WebhookRequest request) => JsonReading.Look(request.Body, static push => push.TextOrNull("message_type") is { } type ? Head(push, type) : null) ?? new DeliveryHead("", null, null);

    public IReadOnlyList<Change> Read(Delivery delivery, StoreSession store)
    {
        if (!Names.Values.Contains(delivery.Topic))
        {
            return [new NothingChange(delivery.Topic)];
        }

        var data = JsonReading.ParseObject(delivery.Body).Required("data");
        return delivery.Topic switch
        {
            "trade-order" or "reverse-order" or "fulfillment" => [new LookupChange(Resource.Orders, data.IdOrNull("trade_order_id") ?? data.Id("order_id"), MayBeGone: false)],
            "product-created" or "product-edited" => [new LookupChange(Resource.Products, data.IdOrNull("item_id") ?? data.Id("itemId"), MayBeGone: false)],
            "product-deleted" => [new LookupChange(Resource.Products, data.IdOrNull("item_id") ?? data.Id("itemId"), MayBeGone: true)],
            "shallow-stock" => [new LookupChange(Resource.Products, LazadaProducts.BySku + data.Text("seller_sku"), MayBeGone: false)],
            _ => [new NothingChange(delivery.Topic)],
        };
    }

    private static DeliveryHead Head(JsonElement push, string type)
    {
        var data = push.Member("data");
        var subject = Subjects.Select(name => data.TextOrNull(name)).FirstOrDefault(static id => id is not null);
        var id = string.Join('-', [type, push.TextOrNull("seller_id"), subject, data.TextOrNull("order_status") ?? data.TextOrNull("status"), data.TextOrNull("status_update_time") ?? push.TextOrNull("timestamp")]);
        return new DeliveryHead(Names.GetValueOrDefault(type, $"type-{type}"), id, null);
    }
}
