using System.Security.Cryptography;
using StoreClaw.Connectors.Signatures;

namespace StoreClaw.Connectors.Shopify;

/// <summary>Bodies are the bare REST resources, signed with the app's client secret. Newer deliveries name the headers without "X-".</summary>
internal sealed class ShopifyWebhooks : IWebhooks
{
    private const string ListDocument = "query($uri: String!) { rows: webhookSubscriptions(first: 100, uri: $uri) { nodes { id topic uri } } }";

    private const string CreateDocument = """
        mutation($topic: WebhookSubscriptionTopic!, $input: WebhookSubscriptionInput!) {
          done: webhookSubscriptionCreate(topic: $topic, webhookSubscription: $input) { userErrors { field message } }
        }
        """;

    private const string DeleteDocument = "mutation($id: ID!) { done: webhookSubscriptionDelete(id: $id) { userErrors { field message } } }";

    private static readonly HmacSignature Signature = new(HashAlgorithmName.SHA256, SignatureEncoding.Base64, "X-Shopify-Hmac-Sha256", "shopify-hmac-sha256");

    public SignatureResult Verify(WebhookRequest request, IReadOnlyList<Secret> secrets, DateTimeOffset now) => Signature.Verify(request, secrets);

    /// <summary>After a rotation Shopify signs with the old secret for up to an hour.</summary>
    public IReadOnlyList<Secret> SigningSecrets(StoreSession store) => store.Live("clientSecret");

    public DeliveryHead Head(WebhookRequest request) => new(Header(request, "Topic") ?? "", Header(request, "Webhook-Id"), Stamps.Read(Header(request, "Triggered-At")));

    public IReadOnlyList<Change> Read(Delivery delivery, StoreSession store)
    {
        if (delivery.Topic == "app/uninstalled")
        {
            return [new UninstalledChange()];
        }

        var json = JsonReading.ParseObject(delivery.Body);
        return delivery.Topic switch
        {
            "orders/create" or "orders/updated" or "orders/cancelled" => ShopifyRecords.OrderOrLookup(json),
            "orders/delete" => [new LookupChange(Resource.Orders, json.Id("id"), MayBeGone: true)],
            "refunds/create" => [new LookupChange(Resource.Orders, json.Id("order_id"), MayBeGone: false)],
            "products/create" or "products/update" => ShopifyRecords.ProductOrLookup(json),
            "products/delete" => [new LookupChange(Resource.Products, json.Id("id"), MayBeGone: true)],
            "inventory_levels/update" => ShopifyRecords.Level(json),
            "customers/create" or "customers/update" => ShopifyRecords.Customer(json, []),
            "customers/delete" => [new LookupChange(Resource.Customers, json.Id("id"), MayBeGone: true)],
            "customers/data_request" => [Erasure(json, "orders_requested", report: true)],
            "customers/redact" => [Erasure(json, "orders_to_redact", report: false)],
            "shop/redact" => [new ErasureChange(null, [], Report: false)],
            var other => [new NothingChange(other)],
        };
    }

    public WebhookRegistrar Registrar(StoreSession store, Uri callbackUrl) => new(
        ShopifyDescriptor.Value.Topics,
        token => ListAsync(store, callbackUrl, token),
        (topic, token) => ShopifyGraph.ChangeAsync(store, CreateDocument, new { topic = Name(topic), input = new { uri = callbackUrl.AbsoluteUri, format = "JSON" } }, Fault, token),
        (id, token) => ShopifyGraph.ChangeAsync(store, DeleteDocument, new { id }, Fault, token));

    /// <summary>One page is enough: Shopify takes one registration per topic and address.</summary>
    private static async Task<IReadOnlyList<WebhookRegistration>> ListAsync(StoreSession store, Uri url, CancellationToken cancellationToken)
    {
        var topics = ShopifyDescriptor.Value.Topics.ToDictionary(Name);
        return await ShopifyGraph.QueryAsync<IReadOnlyList<WebhookRegistration>>(
            store, ListDocument, new { uri = url.AbsoluteUri }, 12,
            data => [.. data.Required("rows").Items("nodes").Where(row => row.TextOrNull("uri") == url.AbsoluteUri).Select(Registration)],
            cancellationToken);

        WebhookRegistration Registration(JsonElement row) => new(row.Text("id"), topics.GetValueOrDefault(row.Text("topic"), ""), url);
    }

    /// <summary>A refused topic is one that the granted scopes do not cover.</summary>
    private static PlatformFault Fault(JsonElement error) => new(
        error.Items("field").Any(static part => part.ToString() == "topic") ? FaultKind.ScopeMissing : FaultKind.Invalid, "webhook-refused", $"Shopify does not take the webhook: {error.TextOrNull("message")}");

    /// <summary>Without a customer and without orders it would read as an order to erase the whole shop.</summary>
    private static ErasureChange Erasure(JsonElement json, string orders, bool report)
    {
        var customer = json.Member("customer") is { } named ? named.IdOrNull("id") : null;
        var ids = json.Items(orders).Select(static id => id.ToString()).ToList();
        return customer is null && ids.Count == 0 ? throw new FormatException("'customer.id' is missing.") : new ErasureChange(customer, ids, report);
    }

    /// <summary>A topic in GraphQL's spelling: ORDERS_CREATE.</summary>
    private static string Name(string topic) => topic.Replace('/', '_').ToUpperInvariant();

    private static string? Header(WebhookRequest request, string name) => request.Header($"X-Shopify-{name}") ?? request.Header($"shopify-{name}");
}
