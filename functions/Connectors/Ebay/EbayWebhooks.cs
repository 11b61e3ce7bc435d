using System.Security.Cryptography;
using System.Text;

namespace StoreClaw.Connectors.Ebay;

/// <summary>The Notification API: the app owns destinations, a seller subscribes to topics at one of them. Topic, seller and delivery stand in the body.</summary>
internal sealed class EbayWebhooks(EbayAuthorization app, EbaySignature signature) : IWebhooks
{
    private const string Path = "/commerce/notification/v1";

    private const string AccountDeletion = "MARKETPLACE_ACCOUNT_DELETION";

    public SignatureResult Verify(WebhookRequest request, IReadOnlyList<Secret> secrets, DateTimeOffset now) => EbaySignature.Verify(request, secrets);

    public IReadOnlyList<Secret> SigningSecrets(StoreSession store) => [];

    public ValueTask<IReadOnlyList<Secret>> KeysAsync(WebhookRequest request, StoreSession store, CancellationToken cancellationToken) => signature.KeysAsync(request, store, cancellationToken);

    /// <summary>An account may be closed that bought at any of our stores: that is for all of them.</summary>
    public string? StoreOf(WebhookRequest request, IReadOnlyDictionary<string, Secret> app) =>
        JsonReading.Look(request.Body, static json => json.Member("metadata").TextOrNull("topic") == AccountDeletion ? null : SellerOf(json.Member("notification").Member("data")));

    /// <summary>Proves that the address is ours, when it is registered and from time to time after.</summary>
    public WebhookReply? Answer(WebhookRequest request, IReadOnlyDictionary<string, Secret> secrets)
    {
        if (request.Method != "GET" || request.Query["challenge_code"].ToString() is not { Length: > 0 } code || !secrets.TryGetValue("verificationToken", out var token))
        {
            return null;
        }

        // Where TLS ends in front of the app it is called by http, while the address was registered as https.
        var address = request.Url.GetLeftPart(UriPartial.Path);
        var endpoint = request.Url.Scheme == Uri.UriSchemeHttp && request.Header("X-Forwarded-Proto") == Uri.UriSchemeHttps ? $"https{address[4..]}" : address;
        var response = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(code + token.Reveal() + endpoint)));
        return new WebhookReply(200, "application/json", $$"""{"challengeResponse":"{{response}}"}""");
    }

    public DeliveryHead Head(WebhookRequest request) =>
        JsonReading.Look(request.Body, static json => json.Member("metadata").TextOrNull("topic") is { } topic && json.Member("notification") is { } notification
            ? new DeliveryHead(topic, notification.IdOrNull("notificationId"), notification.TimeOrNull("eventDate"))
            : null) ?? new DeliveryHead("", null, null);

    public IReadOnlyList<Change> Read(Delivery delivery, StoreSession store)
    {
        var topic = delivery.Topic;
        if (topic != AccountDeletion && !EbayDescriptor.Value.Topics.Contains(topic))
        {
            return [new NothingChange(topic)];
        }

        var data = JsonReading.ParseObject(delivery.Body).Required("notification").Required("data");
        if (topic == AccountDeletion)
        {
            return Erasures(data, store);
        }

        // The platform may send what concerns another seller of the app to the address that was registered first.
        return (SellerOf(data) ?? data.Id("userId")) != store.Store ? [new NothingChange($"{topic}: of another seller")]
            : topic == "AUTHORIZATION_REVOCATION" ? [new UninstalledChange()]
            : [new LookupChange(Resource.Orders, data.Required("order").Id("orderId"), MayBeGone: false)];
    }

    public async Task<WebhookAudit> EnsureAsync(StoreSession store, Uri callbackUrl, CancellationToken cancellationToken)
    {
        var destinations = await DestinationsAsync(store, cancellationToken);
        var destination = await DestinationAsync(store, destinations.Find(row => EndpointOf(row) == callbackUrl), callbackUrl, cancellationToken);
        var subscriptions = await SubscriptionsAsync(store, cancellationToken);
        var registrar = new WebhookRegistrar(
            EbayDescriptor.Value.Topics,
            _ => Task.FromResult<IReadOnlyList<WebhookRegistration>>([.. subscriptions.Where(row => row.TextOrNull("destinationId") == destination).Select(row => Registration(row, callbackUrl))]),
            (topic, token) => SubscribeAsync(store, topic, destination, subscriptions.Find(row => row.TextOrNull("topicId") == topic), token),
            (id, token) => UnsubscribeAsync(store, id, token));
        return await registrar.EnsureAsync(callbackUrl, cancellationToken);
    }

    public async Task RemoveAsync(StoreSession store, Uri callbackUrl, CancellationToken cancellationToken)
    {
        foreach (var destination in (await DestinationsAsync(store, cancellationToken)).Where(row => EndpointOf(row) == callbackUrl).Select(static row => row.Text("destinationId")))
        {
            // eBay deletes no destination that is in use.
            foreach (var subscription in (await SubscriptionsAsync(store, cancellationToken)).Where(row => row.TextOrNull("destinationId") == destination))
            {
                await UnsubscribeAsync(store, subscription.Text("subscriptionId"), cancellationToken);
            }

            await app.SendAsAppAsync(store, Request(HttpMethod.Delete, $"{Path}/destination/{destination}"), cancellationToken);
        }
    }

    /// <summary>
    /// Orders carry the buyer's user name, which for some apps is the immutable id instead, so both are erased. Where the seller himself is gone all of his shop is.
    /// </summary>
    private static IReadOnlyList<Change> Erasures(JsonElement data, StoreSession store)
    {
        var id = data.Id("userId");
        return id == store.Store
            ? [new ErasureChange(null, [], Report: false), new UninstalledChange()]
            : [.. new[] { data.IdOrNull("username"), id }.OfType<string>().Distinct().Select(static user => new ErasureChange(user, [], Report: false))];
    }

    private static string? SellerOf(JsonElement? data) => data.Member("user").TextOrNull("userId") ?? data.TextOrNull("userId");

    private static Uri? EndpointOf(JsonElement destination) => Uri.TryCreate(destination.Member("deliveryConfig").TextOrNull("endpoint"), UriKind.Absolute, out var endpoint) ? endpoint : null;

    private static WebhookRegistration Registration(JsonElement row, Uri url) => new(row.Text("subscriptionId"), row.Text("topicId"), url, row.TextOrNull("status") == "ENABLED");

    private static PlatformRequest Request(HttpMethod method, string path, object? body = null) =>
        (body is null ? new PlatformRequest(method, new Uri(EbayConnector.Api + path)) : PlatformRequest.Json(method, EbayConnector.Api + path, body)) with
        {
            Lane = EbayDescriptor.Notifications,
            Repeatable = method != HttpMethod.Post,
        };

    /// <summary>The seller's subscription; one that eBay has for this topic at an earlier address is moved here.</summary>
    private static async Task SubscribeAsync(StoreSession store, string topicId, string destinationId, JsonElement? elsewhere, CancellationToken cancellationToken)
    {
        var payload = new { format = "JSON", schemaVersion = "1.0", deliveryProtocol = "HTTPS" };
        try
        {
            await store.SendAsync(Request(HttpMethod.Post, $"{Path}/subscription", new { topicId, status = "ENABLED", payload, destinationId }), cancellationToken);
        }
        catch (PlatformException e) when (e.Fault.Code == "195012" && elsewhere?.TextOrNull("subscriptionId") is { } id)
        {
            await store.SendAsync(Request(HttpMethod.Put, $"{Path}/subscription/{id}", new { status = "ENABLED", payload, destinationId }), cancellationToken);
        }
    }

    private static Task<PlatformResponse> UnsubscribeAsync(StoreSession store, string id, CancellationToken cancellationToken) =>
        store.SendAsync(Request(HttpMethod.Delete, $"{Path}/subscription/{id}"), cancellationToken);

    private static Task<List<JsonElement>> SubscriptionsAsync(StoreSession store, CancellationToken cancellationToken) =>
        ListAsync("subscription", request => store.SendAsync(request, cancellationToken));

    /// <summary>Only the path of the next page's address is taken, so that the token goes to no other host.</summary>
    private static Task<List<JsonElement>> ListAsync(string name, Func<PlatformRequest, Task<PlatformResponse>> send) => RowReader.AllAsync(async next =>
    {
        var address = next is null ? $"{Path}/{name}?limit=100" : new Uri(new Uri(EbayConnector.Api), next).PathAndQuery;
        return (await send(Request(HttpMethod.Get, address))).Read(json => (json.Items($"{name}s"), json.TextOrNull("next")));
    });

    private Task<List<JsonElement>> DestinationsAsync(StoreSession store, CancellationToken cancellationToken) =>
        ListAsync("destination", request => app.SendAsAppAsync(store, request, cancellationToken));

    /// <summary>The id of the destination at our address, live. Making one, or switching it on, has eBay ask the address for its proof at once.</summary>
    private async Task<string> DestinationAsync(StoreSession store, JsonElement? known, Uri callbackUrl, CancellationToken cancellationToken)
    {
        var deliveryConfig = new { endpoint = callbackUrl.AbsoluteUri, verificationToken = store.Secrets["verificationToken"].Reveal() };
        var wanted = new { name = "StoreClaw", status = "ENABLED", deliveryConfig };
        if (known is { ValueKind: JsonValueKind.Object } there)
        {
            var id = there.Text("destinationId");
            if (there.TextOrNull("status") != "ENABLED")
            {
                await app.SendAsAppAsync(store, Request(HttpMethod.Put, $"{Path}/destination/{id}", wanted), cancellationToken);
            }

            return id;
        }

        var create = Request(HttpMethod.Post, $"{Path}/destination", wanted);
        try
        {
            return CreatedId(await app.SendAsAppAsync(store, create, cancellationToken));
        }
        catch (PlatformException e) when (e.Fault.Code == "195003")
        {
            var alertEmail = store.Secrets.GetValueOrDefault("alertEmail")?.Reveal()
                ?? throw new PlatformException(e.Fault with { Message = "eBay wants an address for alerts before it sends webhooks: set Connectors__ebay__AlertEmail, then connect again." }, e);
            await app.SendAsAppAsync(store, Request(HttpMethod.Put, $"{Path}/config", new { alertEmail }), cancellationToken);
            return CreatedId(await app.SendAsAppAsync(store, create, cancellationToken));
        }
    }

    private static string CreatedId(PlatformResponse response) => response.Headers.Location?.OriginalString.TrimEnd('/').Split('/')[^1]
        ?? throw new PlatformException(new PlatformFault(FaultKind.PlatformFailure, "unexpected-shape", "eBay did not say where the destination was made."));
}
