using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace StoreClaw.Sandbox.TikTokShop;

/// <summary>The webhooks of one shop: one address per topic, and the app's own address for all of them.</summary>
internal sealed class TikTokShopHooks(TikTokShopPlatform platform, TikTokShopShop shop, TimeProvider time) : IDisposable
{
    /// <summary>Those of the per-shop API.</summary>
    public static readonly IReadOnlySet<string> Registrable = new HashSet<string>
    {
        "ORDER_STATUS_CHANGE", "RECIPIENT_ADDRESS_UPDATE", "PACKAGE_UPDATE", "PRODUCT_STATUS_CHANGE", "SELLER_DEAUTHORIZATION", "UPCOMING_AUTHORIZATION_EXPIRATION",
        "CANCELLATION_STATUS_CHANGE", "RETURN_STATUS_CHANGE", "NEW_CONVERSATION", "NEW_MESSAGE", "PRODUCT_INFORMATION_CHANGE", "PRODUCT_CREATION", "PRODUCT_CATEGORY_CHANGE",
        "NEW_MESSAGE_LISTENER", "INVOICE_STATUS_CHANGE", "PRODUCT_AUDIT_STATUS_CHANGE", "REVERSE_STATUS_UPDATE",
    };

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan[] Repeats = [TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(30), TimeSpan.FromHours(3), TimeSpan.FromHours(12)];

    private static readonly Dictionary<string, int> Types = new()
    {
        ["ORDER_STATUS_CHANGE"] = 1,
        ["PRODUCT_STATUS_CHANGE"] = 5,
        ["SELLER_DEAUTHORIZATION"] = 6,
        ["UPCOMING_AUTHORIZATION_EXPIRATION"] = 7,
        ["CANCELLATION_STATUS_CHANGE"] = 11,
        ["PRODUCT_INFORMATION_CHANGE"] = 15,
        ["INVENTORY_STATUS_CHANGE"] = 27,
    };

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Uri> _addresses = [];
    private readonly List<Pending> _queue = [];
    private readonly ConcurrentQueue<TikTokShopDelivery> _deliveries = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = Patience };
    private int _next;

    public IReadOnlyList<TikTokShopDelivery> Deliveries => [.. _deliveries];

    public IReadOnlyList<KeyValuePair<string, Uri>> Registrations
    {
        get
        {
            lock (_lock)
            {
                return [.. _addresses];
            }
        }
    }

    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _queue.Count;
            }
        }
    }

    /// <summary>The signature of a body as a delivery carries it.</summary>
    public static string Sign(string appKey, string secret, ReadOnlySpan<byte> body)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        mac.AppendData(Encoding.UTF8.GetBytes(appKey));
        mac.AppendData(body);
        return Convert.ToHexStringLower(mac.GetHashAndReset());
    }

    public static int TypeOf(string eventType) => Types[eventType];

    public void Set(string eventType, Uri address)
    {
        lock (_lock)
        {
            _addresses[eventType] = address;
        }
    }

    public void Delete(string eventType)
    {
        lock (_lock)
        {
            _addresses.Remove(eventType);
        }
    }

    /// <summary>One notification, to the shop's address of the topic and to the app's.</summary>
    public void Enqueue(string eventType, JsonObject data)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            var id = string.Create(CultureInfo.InvariantCulture, $"7327{shop.Id[^5..]}{_next++:D10}");
            var body = new JsonObject
            {
                ["type"] = Types[eventType],
                ["tts_notification_id"] = id,
                ["shop_id"] = shop.Id,
                ["timestamp"] = platform.Now.ToUnixTimeSeconds(),
                ["data"] = data,
            }.ToJsonString();
            foreach (var address in new[] { _addresses.GetValueOrDefault(eventType), platform.App.WebhookUrl }.OfType<Uri>().Distinct())
            {
                _queue.Add(new Pending(id, eventType, address, body, now, 0));
            }
        }
    }

    public async Task<int> DeliverDueAsync(CancellationToken cancellation)
    {
        var sent = 0;
        while (Take() is { } pending)
        {
            var status = await PostAsync(pending, cancellation);
            platform.Log.Called("webhook");
            _deliveries.Enqueue(new TikTokShopDelivery(time.GetUtcNow(), pending.Id, pending.EventType, pending.Address, pending.Body, status));
            sent++;
            if (status != 200 && pending.Tries < Repeats.Length)
            {
                lock (_lock)
                {
                    _queue.Add(pending with { Due = time.GetUtcNow() + Repeats[pending.Tries], Tries = pending.Tries + 1 });
                }
            }
        }

        return sent;
    }

    public void Dispose() => _http.Dispose();

    private Pending? Take()
    {
        lock (_lock)
        {
            var next = _queue.Find(pending => pending.Due <= time.GetUtcNow());
            if (next is not null)
            {
                _queue.Remove(next);
            }

            return next;
        }
    }

    /// <returns>Null when nobody answered. Nothing leaves the machine: other hosts count as unreachable.</returns>
    private async Task<int?> PostAsync(Pending pending, CancellationToken cancellation)
    {
        if (!pending.Address.IsLoopback)
        {
            return null;
        }

        var bytes = Encoding.UTF8.GetBytes(pending.Body);
        using var request = new HttpRequestMessage(HttpMethod.Post, pending.Address) { Content = new ByteArrayContent(bytes) { Headers = { { "Content-Type", "application/json" } } } };
        request.Headers.TryAddWithoutValidation("Authorization", Sign(platform.App.Key, platform.App.Secret, bytes));
        try
        {
            using var response = await _http.SendAsync(request, cancellation);
            return (int)response.StatusCode;
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    private sealed record Pending(string Id, string EventType, Uri Address, string Body, DateTimeOffset Due, int Tries);
}
