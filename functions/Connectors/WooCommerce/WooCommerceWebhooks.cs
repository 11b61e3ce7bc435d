using System.Security.Cryptography;
using StoreClaw.Connectors.Signatures;

namespace StoreClaw.Connectors.WooCommerce;

/// <summary>Signed with a secret of the connection's own. The store never repeats a delivery, and switches a webhook off after more than five failures in a row.</summary>
internal sealed class WooCommerceWebhooks : IWebhooks
{
    private const string Mark = "StoreClaw ";

    private static readonly HmacSignature Signature = new(HashAlgorithmName.SHA256, SignatureEncoding.Base64, "X-WC-Webhook-Signature");

    public SignatureResult Verify(WebhookRequest request, IReadOnlyList<Secret> secrets, DateTimeOffset now) => Signature.Verify(request, secrets);

    public IReadOnlyList<Secret> SigningSecrets(StoreSession store) => store.Live("webhookSecret");

    /// <summary>A store tries a new webhook's address out with a form, without headers or signature, and wants 200.</summary>
    public WebhookReply? Answer(WebhookRequest request, IReadOnlyDictionary<string, Secret> secrets) =>
        request.Header("X-WC-Webhook-Topic") is null && request.Header("X-WC-Webhook-Signature") is null && IsPing(request.Body.Span) ? new WebhookReply(200, "text/plain", "") : null;

    /// <summary>The delivery id is a hash of webhook and second: two deliveries of one second share it.</summary>
    public DeliveryHead Head(WebhookRequest request) => new(request.Header("X-WC-Webhook-Topic") ?? "", request.Header("X-WC-Webhook-Delivery-ID"), null);

    public IReadOnlyList<Change> Read(Delivery delivery, StoreSession store)
    {
        if (!WooCommerceDescriptor.Value.Topics.Contains(delivery.Topic))
        {
            return [new NothingChange(delivery.Topic)];
        }

        var row = JsonReading.ParseObject(delivery.Body);
        if (row.Member("id") is null && row.TextOrNull("code") is { } code)
        {
            // The body is made when it is sent: where the record is gone by then, or the webhook's user may no longer see it, it is the API's error.
            return [new NothingChange($"{delivery.Topic}: {code}")];
        }

        var id = row.Id("id");
        return delivery.Topic.Split('.') switch
        {
            ["order", "deleted"] => [new LookupChange(Resource.Orders, id, MayBeGone: true)],
            ["product", "deleted"] => [new LookupChange(Resource.Products, id, MayBeGone: true)],
            ["customer", "deleted"] => [new LookupChange(Resource.Customers, id, MayBeGone: true)],
            // An order names its refunds without their dates.
            ["order", _] when WooCommerceSync.Rows(row.Member("refunds")).Any() => [new LookupChange(Resource.Orders, id, MayBeGone: false)],
            ["order", _] => [new OrderChange(WooCommerceSync.Order(row, []))],
            ["product", _] when row.TextOrNull("type") == "variation" =>
                [new StockChange(WooCommerceSync.Level($"{row.Id("parent_id")}:{id}", row)), new LookupChange(Resource.Products, row.Id("parent_id"), MayBeGone: false)],
            ["product", _] when WooCommerceSync.IsVariable(row) => [new LookupChange(Resource.Products, id, MayBeGone: false)],
            ["product", _] => [new ProductChange(WooCommerceSync.Product(row, [])), new StockChange(WooCommerceSync.Level(id, row))],
            _ => [WooCommerceSync.Customer(row)],
        };
    }

    /// <summary>The store does not show a webhook's secret, so it is set each time: one made before connecting anew would go on signing with a forgotten one.</summary>
    public WebhookRegistrar Registrar(StoreSession store, Uri callbackUrl) => new(
        WooCommerceDescriptor.Value.Topics,
        token => ListAsync(store, callbackUrl, token),
        (topic, token) => WooCommerceConnector.SendAsync(store, HttpMethod.Post, "webhooks", "", Wanted(store, callbackUrl, topic), token),
        (id, token) => WooCommerceConnector.SendAsync(store, HttpMethod.Delete, $"webhooks/{id}", "force=true", null, token))
    {
        IsOneRight = true,
        RenewAsync = (id, topic, token) => WooCommerceConnector.SendAsync(store, HttpMethod.Put, $"webhooks/{id}", "", Wanted(store, callbackUrl, topic), token),
    };

    /// <summary>Those to this address, and those of ours to the same path on another host: an earlier public address, which they are moved from.</summary>
    private static async Task<IReadOnlyList<WebhookRegistration>> ListAsync(StoreSession store, Uri callbackUrl, CancellationToken cancellationToken)
    {
        List<JsonElement> all = [];
        for (var page = 1; all.Count == (page - 1) * 100; page++)
        {
            all.AddRange((await WooCommerceConnector.GetAsync(store, "webhooks", $"per_page=100&page={page}", cancellationToken)).Read(static rows => WooCommerceSync.Rows(rows)));
        }

        var ours = all.Where(hook => hook.TextOrNull("delivery_url") is { } url && (url == callbackUrl.AbsoluteUri
            || (url.EndsWith(callbackUrl.PathAndQuery, StringComparison.Ordinal) && hook.TextOrNull("name")?.StartsWith(Mark, StringComparison.Ordinal) == true)));
        return [.. ours.Select(hook => new WebhookRegistration(
            hook.Text("id"), hook.TextOrNull("topic") ?? "", callbackUrl, hook.TextOrNull("status") == "active" && hook.TextOrNull("delivery_url") == callbackUrl.AbsoluteUri))];
    }

    private static bool IsPing(ReadOnlySpan<byte> body) => body.Length is > 11 and < 32 && body.StartsWith("webhook_id="u8) && !body[11..].ContainsAnyExceptInRange((byte)'0', (byte)'9');

    private object Wanted(StoreSession store, Uri url, string topic) =>
        new { name = Mark + topic, topic, delivery_url = url.AbsoluteUri, secret = SigningSecrets(store)[0].Reveal(), status = "active" };
}
