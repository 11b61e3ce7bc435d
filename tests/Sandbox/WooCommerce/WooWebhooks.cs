using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace StoreClaw.Sandbox.WooCommerce;

/// <summary>The webhooks of one site: their registry, the queue of the action scheduler, and what goes out.</summary>
internal sealed class WooWebhooks(WooCommerceSite site, TimeProvider time) : IDisposable
{
    private const int ToleratedFailures = 5;
    private static readonly TimeSpan DeliveryTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly List<WooWebhook> _webhooks = [];
    private readonly List<Pending> _queue = [];
    private readonly ConcurrentQueue<WooCommerceDelivery> _deliveries = new();
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly HttpClient _delivery = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = DeliveryTimeout };
    private readonly HttpClient _ping = new() { Timeout = PingTimeout };
    private int _nextId = 142;

    public IReadOnlyList<WooCommerceDelivery> Deliveries => [.. _deliveries];

    public IReadOnlyList<WooWebhook> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _webhooks];
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

    public WooWebhook? Find(long id) => All.FirstOrDefault(webhook => webhook.Id == id);

    public WooWebhook Add(string name, string topic, string deliveryUrl, string secret)
    {
        lock (_lock)
        {
            var webhook = new WooWebhook(_nextId++, time.GetUtcNow()) { Name = name, Topic = topic, DeliveryUrl = deliveryUrl, Secret = secret };
            _webhooks.Add(webhook);
            return webhook;
        }
    }

    public void Remove(WooWebhook webhook)
    {
        lock (_lock)
        {
            _webhooks.Remove(webhook);
        }
    }

    /// <summary>What saving a changed webhook does: an active one whose address is new, or whose ping never succeeded, is pinged again.</summary>
    public async Task SaveAsync(WooWebhook webhook, bool newAddress)
    {
        webhook.ModifiedAt = time.GetUtcNow();
        if (webhook.Status == "active" && (newAddress || webhook.PingPending))
        {
            await PingAsync(webhook);
        }
    }

    /// <summary>An unsigned form post without any X-WC header. What comes of it changes nothing but a flag.</summary>
    public async Task PingAsync(WooWebhook webhook)
    {
        using var body = new ByteArrayContent(Encoding.ASCII.GetBytes($"webhook_id={webhook.Id}"))
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded") },
        };
        site.Log.Called("webhook.ping");
        webhook.PingStatus = await PostAsync(_ping, webhook.DeliveryUrl, body, []);
        if (webhook.PingStatus == 200)
        {
            webhook.PingPending = false;
            webhook.ModifiedAt = time.GetUtcNow();
        }
        else
        {
            var answered = webhook.PingStatus?.ToString(CultureInfo.InvariantCulture) ?? "nothing";
            site.Log.Violated("webhook.ping", $"the receiver answered the ping of webhook {webhook.Id} with {answered}");
        }
    }

    /// <summary>Queues a delivery for every active webhook of the topic; one that is waiting already stands for this change too.</summary>
    public void Enqueue(string topic, long resourceId)
    {
        lock (_lock)
        {
            foreach (var webhook in _webhooks.Where(webhook => webhook.Topic == topic && webhook.Status == "active"))
            {
                if (!_queue.Exists(pending => pending.Webhook == webhook && pending.ResourceId == resourceId))
                {
                    _queue.Add(new Pending(webhook, resourceId, time.GetUtcNow() + site.Behaviour.DeliveryDelay));
                }
            }
        }
    }

    public async Task<int> DeliverDueAsync(CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            var delivered = 0;
            while (Take() is { } pending)
            {
                await DeliverAsync(pending);
                delivered++;
            }

            return delivered;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose()
    {
        _delivery.Dispose();
        _ping.Dispose();
        _one.Dispose();
    }

    private Pending? Take()
    {
        lock (_lock)
        {
            // A webhook deleted meanwhile has no address left to send to.
            _queue.RemoveAll(pending => !_webhooks.Contains(pending.Webhook));
            var next = _queue.Find(pending => pending.Due <= time.GetUtcNow());
            if (next is not null)
            {
                _queue.Remove(next);
            }

            return next;
        }
    }

    private async Task DeliverAsync(Pending pending)
    {
        var webhook = pending.Webhook;
        var payload = webhook.Event == "deleted" ? new JsonObject { ["id"] = pending.ResourceId } : site.Payload(webhook.Resource, pending.ResourceId);
        var body = WooJson.Write(payload);
        var bytes = Encoding.ASCII.GetBytes(body);
        var now = time.GetUtcNow();
        var deliveryId = DeliveryId(webhook.Id, now);
        (string, string)[] headers =
        [
            ("X-WC-Webhook-Source", site.Url + "/"),
            ("X-WC-Webhook-Topic", webhook.Topic),
            ("X-WC-Webhook-Resource", webhook.Resource),
            ("X-WC-Webhook-Event", webhook.Event),
            ("X-WC-Webhook-Signature", WooCommerceSignature.Of(webhook.Secret, bytes)),
            ("X-WC-Webhook-ID", webhook.Id.ToString(CultureInfo.InvariantCulture)),
            ("X-WC-Webhook-Delivery-ID", deliveryId),
        ];
        using var content = new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        site.Log.Called("webhook.delivery");
        var status = await PostAsync(_delivery, webhook.DeliveryUrl, content, headers);
        _deliveries.Enqueue(new WooCommerceDelivery(now, webhook.Id, webhook.Topic, deliveryId, body, status));
        await JudgeAsync(webhook, status);
    }

    /// <summary>Core's wp_hash of webhook id and unix second: two deliveries within a second share it.</summary>
    private string DeliveryId(int webhookId, DateTimeOffset at) => Convert.ToHexStringLower(
        HMACMD5.HashData(Encoding.ASCII.GetBytes(site.Hash("salt")), Encoding.ASCII.GetBytes($"{webhookId}{at.ToUnixTimeSeconds()}")));

    private async Task JudgeAsync(WooWebhook webhook, int? status)
    {
        if (status is >= 200 and < 303)
        {
            webhook.FailureCount = 0;
        }
        else if (webhook.FailureCount > ToleratedFailures)
        {
            webhook.Status = "disabled";
        }
        else
        {
            webhook.FailureCount++;
        }

        await SaveAsync(webhook, newAddress: false);
    }

    /// <returns>The status, or null when nobody answered. Nothing leaves the machine: other hosts count as unreachable.</returns>
    private async Task<int?> PostAsync(HttpClient client, string address, HttpContent content, IEnumerable<(string Name, string Value)> headers)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var url) || !url.IsLoopback)
        {
            return null;
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = content, Version = HttpVersion.Version10 };
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        var agent = $"WooCommerce/{site.Behaviour.WooCommerceVersion} Hookshot (WordPress/{site.Behaviour.WordPressVersion})";
        request.Headers.TryAddWithoutValidation("User-Agent", agent);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        try
        {
            using var response = await client.SendAsync(request);
            return (int)response.StatusCode;
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    private sealed record Pending(WooWebhook Webhook, long ResourceId, DateTimeOffset Due);
}

/// <summary>A registered webhook with the secret only the site knows.</summary>
internal sealed class WooWebhook(int id, DateTimeOffset createdAt)
{
    public int Id => id;

    public DateTimeOffset CreatedAt => createdAt;

    public DateTimeOffset? ModifiedAt { get; set; }

    public required string Name { get; set; }

    public required string Topic { get; set; }

    public required string DeliveryUrl { get; set; }

    public required string Secret { get; set; }

    public string Status { get; set; } = "active";

    public int FailureCount { get; set; }

    public bool PingPending { get; set; } = true;

    public int? PingStatus { get; set; }

    public string Resource => Topic.Split('.')[0];

    public string Event => Topic.Split('.') is [_, var name, ..] ? name : "";

    public WooCommerceWebhook Snapshot() => new(id, Name, Status, Topic, DeliveryUrl, FailureCount, PingStatus, createdAt, ModifiedAt);
}
