using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Sandbox.Shopify;

/// <summary>One webhook on its way.</summary>
/// <param name="Topic">As in the header: orders/create.</param>
/// <param name="SubscriptionId">Null for the topics of the app's configuration.</param>
/// <param name="Attempts">Tries so far.</param>
internal sealed record ShopifyDelivery(
    Guid Id,
    Guid EventId,
    ShopifyShop Shop,
    string Topic,
    string Uri,
    string ApiVersion,
    string? Name,
    long? SubscriptionId,
    byte[] Body,
    DateTimeOffset TriggeredAt,
    DateTimeOffset DueAt,
    int Attempts);

/// <summary>
/// Sends webhooks: the body of the moment, signed anew at each try, 5 seconds each, eight retries within four hours, and the end of a
/// subscription that failed eight times in a row.
/// </summary>
internal sealed class ShopifyWebhooks : IDisposable
{
    private const int FailuresToRemove = 8;

    private static readonly int[] RetryMinutes = [1, 2, 4, 8, 15, 30, 60, 120];

    private readonly ShopifyPlatformOptions _options;
    private readonly ShopifyLog _log;
    private readonly ShopifyRandom _random;
    private readonly HttpClient _http;
    private readonly Lock _lock = new();
    private readonly List<ShopifyDelivery> _waiting = [];

    public ShopifyWebhooks(ShopifyPlatformOptions options, ShopifyLog log, ShopifyRandom random)
    {
        (_options, _log, _random) = (options, log, random);
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(1), UseProxy = false })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    public void Watch(ShopifyShop shop) => shop.Store.Subscribe(told => Trigger(shop, told));

    /// <summary>Queues a topic for every subscription to it.</summary>
    public void Trigger(ShopifyShop shop, string topic, JsonObject body)
    {
        var name = topic.ToUpperInvariant().Replace('/', '_');
        var eventId = _random.Guid();
        foreach (var subscription in shop.Subscriptions.Where(subscription => subscription.Topic == name))
        {
            var chosen = subscription.IncludeFields.Count == 0 ? body : Only(body, subscription.IncludeFields);
            // The last message outlives its subscription, which ends with the installation.
            long? id = topic == "app/uninstalled" ? null : subscription.Id;
            Enqueue(shop, topic, subscription.Uri, subscription.ApiVersion, subscription.Name, id, eventId, chosen);
        }
    }

    public void Enqueue(ShopifyShop shop, string topic, string uri, string version, string? name, long? subscription, Guid eventId, JsonObject body)
    {
        var now = _options.Time.GetUtcNow();
        lock (_lock)
        {
            _waiting.Add(new ShopifyDelivery(_random.Guid(), eventId, shop, topic, uri, version, name, subscription, ShopifyAnswers.Bytes(body), now, now, 0));
        }
    }

    public Guid NewEvent() => _random.Guid();

    /// <summary>Sends all that is due, in the order of their due times.</summary>
    /// <returns>How many were tried.</returns>
    public async Task<int> DeliverDueAsync(int parallel, CancellationToken cancellationToken)
    {
        var due = TakeDue();
        await Parallel.ForEachAsync(
            due, new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellationToken },
            async (delivery, stopping) => await TryAsync(delivery, stopping));
        return due.Count;
    }

    public void Dispose() => _http.Dispose();

    private static JsonObject Only(JsonObject body, IReadOnlyList<string> fields) =>
        new(body.Where(pair => fields.Contains(pair.Key)).Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone())));

    private List<ShopifyDelivery> TakeDue()
    {
        var now = _options.Time.GetUtcNow();
        lock (_lock)
        {
            var due = _waiting.Where(delivery => delivery.DueAt <= now).OrderBy(delivery => delivery.DueAt).ToList();
            _waiting.RemoveAll(delivery => delivery.DueAt <= now);
            return due;
        }
    }

    private void Trigger(ShopifyShop shop, SimEvent told)
    {
        if (!shop.Installed || shop.Subscriptions.Count == 0)
        {
            return;
        }

        var rest = new ShopifyRest(shop);
        (string[] topics, JsonObject body) = (told.Topic, told.Entity) switch
        {
            (SimTopic.OrderCreated, SimOrder order) => (new[] { "orders/create", "orders/paid" }, rest.Order(order)),
            (SimTopic.OrderUpdated, SimOrder order) => (["orders/updated"], rest.Order(order)),
            (SimTopic.OrderCancelled, SimOrder order) => (["orders/cancelled"], rest.Order(order)),
            (SimTopic.RefundCreated, SimRefund refund) => (["refunds/create"], rest.Refund(shop.Store.FindOrder(refund.OrderId)!, refund)),
            (SimTopic.ProductUpdated, SimProduct product) => (["products/update"], rest.Product(product)),
            (SimTopic.ProductDeleted, SimProduct product) => (["products/delete"], new JsonObject { ["id"] = product.Id }),
            (SimTopic.StockChanged, SimStockChange change) => (["inventory_levels/update"], rest.Level(change)),
            (SimTopic.CustomerCreated, SimCustomer customer) => (["customers/create"], rest.Customer(customer)),
            (SimTopic.CustomerUpdated, SimCustomer customer) => (["customers/update"], rest.Customer(customer)),
            (SimTopic.CustomerDeleted, SimCustomer customer) => (["customers/delete"], new JsonObject { ["id"] = customer.Id }),
            _ => throw new ArgumentException($"{told.Topic} does not carry a {told.Entity.GetType().Name}.", nameof(told)),
        };
        foreach (var topic in topics)
        {
            Trigger(shop, topic, body);
        }
    }

    private async Task TryAsync(ShopifyDelivery delivery, CancellationToken cancellationToken)
    {
        var problem = await SendAsync(delivery, cancellationToken);
        _log.Add("webhook");
        if (problem is null)
        {
            Count(delivery, failed: false);
            return;
        }

        _log.Add("webhook:failed");
        var removed = Count(delivery, failed: true);
        if (!removed && delivery.Attempts < RetryMinutes.Length)
        {
            lock (_lock)
            {
                _waiting.Add(delivery with { Attempts = delivery.Attempts + 1, DueAt = delivery.DueAt.AddMinutes(RetryMinutes[delivery.Attempts]) });
            }
        }
    }

    /// <returns>What went wrong, null when the receiver took it.</returns>
    private async Task<string?> SendAsync(ShopifyDelivery delivery, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_options.DeliveryTimeout);
        try
        {
            using var request = Request(delivery);
            using var response = await _http.SendAsync(request, limit.Token);
            return response.IsSuccessStatusCode ? null : string.Create(CultureInfo.InvariantCulture, $"{(int)response.StatusCode}");
        }
        catch (Exception failed) when (failed is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return failed.GetType().Name;
        }
    }

    private static HttpRequestMessage Request(ShopifyDelivery delivery)
    {
        var content = new ByteArrayContent(delivery.Body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var request = new HttpRequestMessage(HttpMethod.Post, delivery.Uri) { Content = content };
        (string Name, string Value)[] headers =
        [
            ("User-Agent", "Shopify-Captain-Hook"),
            ("X-Shopify-Topic", delivery.Topic),
            ("X-Shopify-Hmac-Sha256", ShopifySigning.Body(delivery.Body, delivery.Shop.SigningSecret)),
            ("X-Shopify-Shop-Domain", delivery.Shop.Domain),
            ("X-Shopify-API-Version", delivery.ApiVersion),
            ("X-Shopify-Webhook-Id", delivery.Id.ToString()),
            ("X-Shopify-Event-Id", delivery.EventId.ToString()),
            ("X-Shopify-Triggered-At", delivery.TriggeredAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff00'Z'", CultureInfo.InvariantCulture)),
        ];
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (delivery.Name is not null)
        {
            request.Headers.TryAddWithoutValidation("X-Shopify-Name", delivery.Name);
        }

        return request;
    }

    /// <returns>Whether the subscription was removed for its failures.</returns>
    private bool Count(ShopifyDelivery delivery, bool failed)
    {
        var removed = false;
        delivery.Shop.Change(subscriptions =>
        {
            if (subscriptions.FirstOrDefault(other => other.Id == delivery.SubscriptionId) is not { } subscription)
            {
                removed = delivery.SubscriptionId is not null;
                return subscriptions;
            }

            var counted = subscription with { Failures = failed ? subscription.Failures + 1 : 0 };
            removed = counted.Failures >= FailuresToRemove;
            return [.. subscriptions.Where(other => removed ? other.Id != counted.Id : true).Select(other => other.Id == counted.Id ? counted : other)];
        });
        if (removed)
        {
            lock (_lock)
            {
                _waiting.RemoveAll(other => other.SubscriptionId == delivery.SubscriptionId);
            }
        }

        return removed;
    }
}
