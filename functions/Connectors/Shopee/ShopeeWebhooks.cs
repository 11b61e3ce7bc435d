using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using StoreClaw.Connectors.Signatures;

namespace StoreClaw.Connectors.Shopee;

/// <summary>
/// Pushes of all shops come to the one address that is typed into Shopee's console. They are signed over that address and the body; topic, shop and time stand in the body, and an id of
/// the delivery nowhere.
/// </summary>
internal sealed class ShopeeWebhooks : IWebhooks
{
    public const string OrderStatus = "3 order_status";

    public const string Cancelled = "2 shop_authorization_cancelled";

    private static readonly HmacSignature Signature = new(HashAlgorithmName.SHA256, SignatureEncoding.Hex, "Authorization");

    public SignatureResult Verify(WebhookRequest request, IReadOnlyList<Secret> secrets, DateTimeOffset now)
    {
        var address = request.Url.GetLeftPart(UriPartial.Path);
        var verdict = Verify(request, address, secrets);

        // Where TLS ends in front of the app, what was registered with https arrives as http.
        return verdict == SignatureResult.Mismatch && request.Url.Scheme == Uri.UriSchemeHttp ? Verify(request, $"https{address[4..]}", secrets) : verdict;
    }

    /// <summary>The app's: some apps have a push key of their own, for the others it is the partner key.</summary>
    public IReadOnlyList<Secret> SigningSecrets(StoreSession store) =>
        store.Secrets.TryGetValue("pushKey", out var key) ? [key] : store.Live("clientSecret");

    public string? StoreOf(WebhookRequest request, IReadOnlyDictionary<string, Secret> app) => JsonReading.Look(request.Body, Shop);

    /// <summary>The console tries the address out with a push of code 0, which is about nothing.</summary>
    public WebhookReply? Answer(WebhookRequest request, IReadOnlyDictionary<string, Secret> secrets) =>
        JsonReading.Look(request.Body, static body => body.TextOrNull("code")) == "0" ? new WebhookReply(200, "text/plain", "") : null;

    public DeliveryHead Head(WebhookRequest request) => Head(request.Body);

    public IReadOnlyList<Change> Read(Delivery delivery, StoreSession store) => delivery.Topic switch
    {
        OrderStatus => [new LookupChange(Resource.Orders, JsonReading.ParseObject(delivery.Body).Required("data").Id("ordersn"), MayBeGone: false)],
        Cancelled => [new UninstalledChange()],
        var other => [new NothingChange(other)],
    };

    /// <summary>The list holds those of all shops of the app, the oldest first, and gives the next hundred only when these are confirmed.</summary>
    public async Task RecoverAsync(StoreSession store, Func<string?, Delivery, Task> storeAsync, CancellationToken cancellationToken)
    {
        for (var isMore = true; isMore;)
        {
            var answer = await ShopeeConnector.GetAsync(store, "push/get_lost_push_message", cancellationToken);
            var (bodies, last, hasNext) = answer.Read(static json =>
            {
                var page = json.Required("response");
                return (page.Items("push_message_list").Select(static lost => Encoding.UTF8.GetBytes(lost.Text("data"))).ToList(), page.DecimalOrNull("last_message_id"), page.Flag("has_next_page"));
            });
            foreach (var body in bodies)
            {
                var head = Head(body);
                await storeAsync(JsonReading.Look(body, Shop), new Delivery(head.Topic, head.DeliveryId, head.TriggeredAt, default, body));
            }

            if (bodies.Count > 0 && last is { } id)
            {
                await store.SendAsync(ShopeeConnector.Post(store, "push/confirm_consumed_lost_push_message", new { last_message_id = (long)id }), cancellationToken);
            }

            isMore = hasNext && bodies.Count > 0;
        }
    }

    private static SignatureResult Verify(WebhookRequest request, string address, IReadOnlyList<Secret> secrets)
    {
        var verdict = Signature.Verify(request with { Body = (byte[])[.. Encoding.UTF8.GetBytes(address), (byte)'|', .. request.Body.Span] }, secrets);
        return verdict == SignatureResult.Valid && request.Header("Authorization")!.Any(char.IsAsciiLetterUpper) ? SignatureResult.Mismatch : verdict;
    }

    private static DeliveryHead Head(ReadOnlyMemory<byte> body) => JsonReading.Look(body, static push =>
    {
        var code = push.TextOrNull("code") ?? "";
        var topic = code switch { "3" => OrderStatus, "2" => Cancelled, _ => code };
        var (data, sent) = (push.Member("data"), push.TextOrNull("timestamp"));
        var about = data.TextOrNull("ordersn") ?? data.TextOrNull("item_id");
        string?[] parts = [Shop(push), code, about, data.TextOrNull("status"), data.TextOrNull("update_time") ?? sent];
        return new DeliveryHead(topic, string.Join('-', parts), sent is null ? null : push.Instant("timestamp"));
    }) ?? new DeliveryHead("", null, null);

    /// <summary>Pushes about the app's authorizations name the shop within their data.</summary>
    private static string? Shop(JsonElement push) => push.IdOrNull("shop_id") ?? push.Member("data")?.IdOrNull("shop_id");
}
