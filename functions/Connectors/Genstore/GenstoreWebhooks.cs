using System.Security.Cryptography;
using StoreClaw.Connectors.Signatures;

namespace StoreClaw.Connectors.Genstore;

/// <summary>Signed with the app's client secret, in no promised order, with no id of their own; eight failures in a row end a subscription.</summary>
internal sealed class GenstoreWebhooks : IWebhooks
{
    private const string Path = "app/webhooks";
    private const string SignatureHeader = "X-Genstore-Hmac-Sha256";

    private static readonly HmacSignature InBase64 = new(HashAlgorithmName.SHA256, SignatureEncoding.Base64, SignatureHeader);

    /// <summary>The printed example is no hex, but the documentation writes its other signature so.</summary>
    private static readonly HmacSignature InHex = new(HashAlgorithmName.SHA256, SignatureEncoding.Hex, SignatureHeader);

    public SignatureResult Verify(WebhookRequest request, IReadOnlyList<Secret> secrets, DateTimeOffset now) =>
        InBase64.Verify(request, secrets) is not SignatureResult.Mismatch and var result ? result : InHex.Verify(request, secrets);

    public IReadOnlyList<Secret> SigningSecrets(StoreSession store) => store.Live("signingSecret");

    public DeliveryHead Head(WebhookRequest request)
    {
        var topic = request.Header("X-Genstore-Topic") ?? "";
        return new DeliveryHead(topic, JsonReading.Look(request.Body, body => IdOf(topic, body)), null);
    }

    public IReadOnlyList<Change> Read(Delivery delivery, StoreSession store)
    {
        if (!GenstoreDescriptor.Value.Topics.Contains(delivery.Topic))
        {
            return [new NothingChange(delivery.Topic)];
        }

        if (delivery.Topic == "app/uninstalled")
        {
            return [new UninstalledChange()];
        }

        var body = JsonReading.ParseObject(delivery.Body);
        return delivery.Topic switch
        {
            "customers/create" or "customers/update" => [GenstoreRecords.Customer(body.Required("customer"))],
            "customers/delete" => [new LookupChange(Resource.Customers, body.Required("customer").Id("id"), MayBeGone: true)],
            "customers/data_request" => [new ErasureChange(body.Required("customer").Id("id"), [], Report: true)],
            "customers/redact" => [new ErasureChange(body.Required("customer").Id("id"), [], Report: false)],
            "shop/redact" => [Redaction(body.Required("shop").Id("shopId"), store)],
            // An event's order is not the one of the lists: its page in the documentation has other members.
            _ => [new LookupChange(Resource.Orders, body.Required("order").Id("orderId"), MayBeGone: false)],
        };
    }

    /// <summary>Registers nothing where there is no secret to check with: each delivery would be refused.</summary>
    public WebhookRegistrar Registrar(StoreSession store, Uri callbackUrl) => new(
        SigningSecrets(store).Count == 0 ? [] : GenstoreDescriptor.Value.Topics,
        token => ListAsync(store, token),
        (topic, token) => store.SendAsync(
            PlatformRequest.Json(HttpMethod.Post, GenstoreConnector.Url(store, Path), new { webhook = new { address = callbackUrl.AbsoluteUri, topic } }) with { Repeatable = false }, token),
        (id, token) => store.SendAsync(new PlatformRequest(HttpMethod.Delete, new Uri(GenstoreConnector.Url(store, $"{Path}/{Uri.EscapeDataString(id)}"))), token));

    private static async Task<IReadOnlyList<WebhookRegistration>> ListAsync(StoreSession store, CancellationToken cancellationToken)
    {
        var all = await RowReader.AllAsync(async more =>
        {
            var (_, rows, next) = await GenstoreList.PageAsync(store, Path, "webhooks", GenstoreList.MostRows, more ?? "", cancellationToken);
            return (rows, next);
        });

        // Somebody else's address may be anything; the documentation's own example is none.
        return [.. all.Where(static row => Uri.TryCreate(row.TextOrNull("address"), UriKind.Absolute, out var _)).Select(static row => new WebhookRegistration(row.Text("id"), row.Text("topic"), new Uri(row.Text("address"))))];
    }

    /// <summary>Several shops' apps may share a secret: then one shop's delivery is genuine at another's address too.</summary>
    private static Change Redaction(string shopId, StoreSession store) => store.Facts.GetValueOrDefault("shopId") is { } ours && ours != shopId
        ? new NothingChange("shop/redact of another shop")
        : new ErasureChange(null, [], Report: false);

    /// <summary>Topic, record and time of change. Null where the body names no record.</summary>
    private static string? IdOf(string topic, JsonElement body) => topic.Split('/')[0] switch
    {
        "orders" when body.Member("order") is { } order && order.IdOrNull("orderId") is { } id => $"{topic}-{id}-{order.TextOrNull("updatedAt")}",
        "customers" when body.Member("customer") is { } customer && customer.IdOrNull("id") is { } id => $"{topic}-{id}-{customer.TextOrNull("updateTime")}",
        _ => null,
    };
}
