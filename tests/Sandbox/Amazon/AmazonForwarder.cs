using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Hosting;

namespace StoreClaw.Sandbox.Amazon;

/// <summary>How the seller's forwarder brings notifications to StoreClaw.</summary>
public enum AmazonForwarding
{
    /// <summary>Posted with StoreClaw's signature over time and body.</summary>
    Signed,

    /// <summary>Posted with the shared secret itself in a header.</summary>
    Secret,

    /// <summary>Written into the seller's own queue.</summary>
    Queue,
}

/// <summary>Amazon's notifications, and the few lines of the seller's that take them out of Amazon's cloud. What is not answered below 300 comes again, as from SQS.</summary>
public sealed class AmazonForwarder : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });
    private readonly ConcurrentQueue<JsonObject> _waiting = new();
    private readonly TimeProvider _time;
    private readonly CallLog _log;
    private int _lastId;

    internal AmazonForwarder(TimeProvider time, CallLog log) => (_time, _log) = (time, log);

    public AmazonForwarding Way { get; set; }

    /// <summary>Where it posts to.</summary>
    public Uri? Endpoint { get; set; }

    public string Secret { get; set; } = "";

    /// <summary>The header of the plain form.</summary>
    public string Header { get; set; } = "Authorization";

    /// <summary>The SAS URL of the queue it writes into.</summary>
    public Uri? QueueUrl { get; set; }

    /// <summary>Writes the queue's messages in base64.</summary>
    public bool InBase64 { get; set; }

    /// <summary>Some types of Amazon's write their names in camel case.</summary>
    public bool InCamelCase { get; set; }

    public int Waiting => _waiting.Count;

    /// <summary>StoreClaw's signature, as README shows it.</summary>
    public static string Sign(string secret, long time, ReadOnlySpan<byte> body)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        mac.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{time}.")));
        mac.AppendData(body);
        return string.Create(CultureInfo.InvariantCulture, $"t={time},v1={Convert.ToHexStringLower(mac.GetCurrentHash())}");
    }

    /// <summary>Brings all that waits.</summary>
    /// <returns>The statuses answered.</returns>
    public async Task<IReadOnlyList<int>> DeliverAsync(CancellationToken cancellationToken = default)
    {
        var statuses = new List<int>();
        for (var left = _waiting.Count; left > 0 && _waiting.TryDequeue(out var notification); left--)
        {
            var body = Encoding.UTF8.GetBytes((InCamelCase ? Lower(notification) : notification).ToJsonString());
            using var response = await (Way == AmazonForwarding.Queue ? WriteAsync(body, cancellationToken) : PostAsync(body, cancellationToken));
            statuses.Add((int)response.StatusCode);
            _log.Called($"forwarded.{statuses[^1].ToString(CultureInfo.InvariantCulture)}");
            if (statuses[^1] >= 300)
            {
                _waiting.Enqueue(notification);
            }
        }

        return statuses;
    }

    /// <summary>Puts a text into the queue as it is.</summary>
    public async Task WriteAsync(string text, CancellationToken cancellationToken = default)
    {
        var url = new UriBuilder(QueueUrl!);
        url.Path = $"{url.Path.TrimEnd('/')}/messages";
        using var content = new StringContent($"<QueueMessage><MessageText>{WebUtility.HtmlEncode(text)}</MessageText></QueueMessage>", Encoding.UTF8, "application/xml");
        using var response = await _http.PostAsync(url.Uri, content, cancellationToken);
        response.EnsureSuccessStatusCode();
    }

    public void Dispose() => _http.Dispose();

    internal void Watch(AmazonSeller seller) => seller.Store.Subscribe(told =>
    {
        var (type, payload) = told switch
        {
            (SimTopic.OrderCreated or SimTopic.OrderUpdated, _, SimOrder order) => ("ORDER_CHANGE", OrderChange(seller, order, told.At)),
            (SimTopic.StockChanged, _, SimStockChange { Variant: var variant }) when AmazonSeller.IsFba(variant) => ("FBA_INVENTORY_AVAILABILITY_CHANGES", FbaChange(seller, variant)),
            (SimTopic.StockChanged, _, SimStockChange { Variant: var variant }) => ("LISTINGS_ITEM_MFN_QUANTITY_CHANGE", new JsonObject
            {
                ["SellerId"] = seller.Id,
                ["FulfillmentChannelCode"] = "DEFAULT",
                ["Sku"] = variant.Sku,
                ["Quantity"] = variant.Stock,
            }),
            _ => ("", null),
        };
        if (payload is not null)
        {
            Notify(type, payload, told.At);
        }
    });

    /// <summary>A notification of any type.</summary>
    public void Notify(string type, JsonObject payload, DateTimeOffset at) => _waiting.Enqueue(new JsonObject
    {
        ["NotificationVersion"] = "1.0",
        ["NotificationType"] = type,
        ["PayloadVersion"] = "1.0",
        ["EventTime"] = at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        ["Payload"] = payload,
        ["NotificationMetadata"] = new JsonObject
        {
            ["ApplicationId"] = "amzn1.sellerapps.app.0f9a3b1c",
            ["SubscriptionId"] = "subscription-id-d0e9e693",
            ["PublishTime"] = AmazonSeller.Time(_time.GetUtcNow()),
            ["NotificationId"] = string.Create(CultureInfo.InvariantCulture, $"d0e9e693-c3ad-4373-979f-{Interlocked.Increment(ref _lastId):D12}"),
        },
    });

    private static JsonObject OrderChange(AmazonSeller seller, SimOrder order, DateTimeOffset at) => new()
    {
        ["OrderChangeNotification"] = new JsonObject
        {
            ["NotificationLevel"] = "OrderLevel",
            ["SellerId"] = seller.Id,
            ["AmazonOrderId"] = AmazonSeller.OrderId(order.Id),
            ["OrderChangeType"] = "OrderStatusChange",
            ["OrderChangeTrigger"] = new JsonObject { ["TimeOfOrderChange"] = AmazonSeller.Time(at), ["ChangeReason"] = null },
            ["Summary"] = new JsonObject { ["MarketplaceId"] = seller.MarketplaceId, ["OrderStatus"] = order.CancelledAt is null ? "Unshipped" : "Canceled", ["FulfillmentType"] = "MFN" },
        },
    };

    private static JsonObject FbaChange(AmazonSeller seller, SimVariant variant) => new()
    {
        ["SellerId"] = seller.Id,
        ["FNSKU"] = $"X{variant.Id % 1_000_000_000:D9}",
        ["ASIN"] = AmazonSeller.Asin(variant),
        ["SKU"] = variant.Sku,
        ["FulfillmentInventoryByMarketplace"] = new JsonArray(new JsonObject { ["MarketplaceId"] = seller.MarketplaceId, ["FulfillmentInventory"] = new JsonObject { ["Fulfillable"] = variant.Stock } }),
    };

    private static JsonObject Lower(JsonObject node) => new(node.Select(static member => KeyValuePair.Create(
        char.ToLowerInvariant(member.Key[0]) + member.Key[1..], member.Value is JsonObject inner ? Lower(inner) : member.Value?.DeepClone())));

    private Task<HttpResponseMessage> PostAsync(byte[] body, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Endpoint) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        if (Way == AmazonForwarding.Signed)
        {
            request.Headers.TryAddWithoutValidation("X-StoreClaw-Signature", Sign(Secret, _time.GetUtcNow().ToUnixTimeSeconds(), body));
        }
        else
        {
            request.Headers.TryAddWithoutValidation(Header, Header == "Authorization" ? $"Bearer {Secret}" : Secret);
        }

        return _http.SendAsync(request, cancellationToken);
    }

    private async Task<HttpResponseMessage> WriteAsync(byte[] body, CancellationToken cancellationToken)
    {
        await WriteAsync(InBase64 ? Convert.ToBase64String(body) : Encoding.UTF8.GetString(body), cancellationToken);
        return new HttpResponseMessage(HttpStatusCode.Created);
    }
}
