using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Hosting;

namespace StoreClaw.Sandbox.Genstore;

/// <summary>What an app asked to be told.</summary>
public sealed record GenstoreSubscription(long Id, string Topic, string Address, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>One shop with one custom app in it: its records, the app's token and scopes, subscriptions, and what is still to be sent.</summary>
public sealed class GenstoreShop
{
    public const double BucketSize = 40;
    public const double RefillPerSecond = 2;

    /// <summary>So many deliveries of a subscription fail in a row before it ends.</summary>
    public const int MostFailures = 8;

    private readonly Lock _lock = new();
    private readonly Dictionary<long, GenstoreSubscription> _subscriptions = [];
    private readonly Dictionary<long, int> _failures = [];
    private readonly List<(long Subscription, string Topic, byte[] Body)> _waiting = [];
    private readonly TimeProvider _time;
    private long _nextSubscription = 8_589_934_859;
    private double _used;
    private DateTimeOffset _usedAt;

    internal GenstoreShop(string host, int number, SimStore store, IEnumerable<string> scopes, TimeProvider time)
    {
        (Host, Store, _time, _usedAt) = (host, store, time, time.GetUtcNow());
        ShopId = (4_022_054_969_604 + number).ToString(CultureInfo.InvariantCulture);
        AccessToken = $"gst_{number:d4}_3f56c8bf63277ef253027f17";
        ClientSecret = $"gss_{number:d4}_58dadacd6aec7aa1c2c8dfd7";
        Scopes = [.. scopes];
        store.Subscribe(Happened);
    }

    public string Host { get; }

    public string ShopId { get; }

    public SimStore Store { get; }

    /// <summary>Shown once under Apps &gt; Develop apps; null when the app was removed.</summary>
    public string? AccessToken { get; private set; }

    public string ClientSecret { get; }

    public HashSet<string> Scopes { get; }

    public GenstoreBehaviour Behaviour { get; set; } = new();

    public IReadOnlyList<GenstoreSubscription> Subscriptions
    {
        get
        {
            lock (_lock)
            {
                return [.. _subscriptions.Values];
            }
        }
    }

    internal GenstorePages Pages { get; } = new();

    /// <summary>The links that were given out are no longer good.</summary>
    public void ForgetPages() => Pages.Forget();

    /// <summary>The merchant removes the app.</summary>
    public void Uninstall()
    {
        Tell("app/uninstalled", new { uninstalled = new { clientId = "58DAED6AEC7AA1C2C8DFD719E8E06E3A", shopId = ShopId } });
        AccessToken = null;
    }

    /// <summary>A buyer wants to know what is held of him, or to be forgotten.</summary>
    public void DemandPrivacy(long customerId, bool forget) => Tell(forget ? "customers/redact" : "customers/data_request", new { customer = new { id = customerId, email = "buyer@example.com" } });

    /// <summary>The merchant has left.</summary>
    public void RedactShop() => Tell("shop/redact", new { shop = new { shopId = ShopId } });

    /// <summary>As the platform does after too many failures.</summary>
    public void Stop(string topic)
    {
        lock (_lock)
        {
            foreach (var id in _subscriptions.Values.Where(one => one.Topic == topic).Select(static one => one.Id).ToList())
            {
                _subscriptions.Remove(id);
            }
        }
    }

    /// <summary>Takes a token from the bucket.</summary>
    /// <returns>How many are out, rounded up; null when there is none left.</returns>
    internal int? Take()
    {
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            _used = Math.Max(0, _used - ((now - _usedAt).TotalSeconds * RefillPerSecond));
            _usedAt = now;
            if (_used + 1 > BucketSize + 0.001)
            {
                return null;
            }

            _used++;
            return (int)Math.Ceiling(_used - 0.001);
        }
    }

    /// <returns>Null when the app has that topic at that address already.</returns>
    internal GenstoreSubscription? Subscribe(string topic, string address)
    {
        lock (_lock)
        {
            if (_subscriptions.Values.Any(one => one.Topic == topic && one.Address == address))
            {
                return null;
            }

            var id = _nextSubscription++;
            return _subscriptions[id] = new GenstoreSubscription(id, topic, address, _time.GetUtcNow(), _time.GetUtcNow());
        }
    }

    internal GenstoreSubscription? Find(string id)
    {
        lock (_lock)
        {
            return long.TryParse(id, out var number) ? _subscriptions.GetValueOrDefault(number) : null;
        }
    }

    internal GenstoreSubscription Change(GenstoreSubscription subscription, string address)
    {
        lock (_lock)
        {
            return _subscriptions[subscription.Id] = subscription with { Address = address, UpdatedAt = _time.GetUtcNow() };
        }
    }

    internal void Unsubscribe(GenstoreSubscription subscription)
    {
        lock (_lock)
        {
            _subscriptions.Remove(subscription.Id);
        }
    }

    /// <summary>Sends what waits, once. Anything but 200 is a failure and waits for the next time, until the subscription has failed too often.</summary>
    internal async Task<int> DeliverAsync(HttpClient http, CallLog log, CancellationToken cancellationToken)
    {
        List<(long Subscription, string Topic, byte[] Body)> batch;
        lock (_lock)
        {
            batch = [.. _waiting];
            _waiting.Clear();
        }

        var sent = 0;
        foreach (var delivery in batch)
        {
            if (Find(delivery.Subscription.ToString(CultureInfo.InvariantCulture)) is not { } subscription)
            {
                continue;
            }

            sent++;
            var status = await PostAsync(http, subscription, delivery.Body, cancellationToken);
            if (status != 200)
            {
                log.Violated("webhook", $"{delivery.Topic} was answered {status}");
            }

            Note(delivery, status == 200);
        }

        return sent;
    }

    private async Task<int> PostAsync(HttpClient http, GenstoreSubscription subscription, byte[] body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, subscription.Address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TryAddWithoutValidation("X-Genstore-Topic", subscription.Topic);
        request.Headers.TryAddWithoutValidation("X-Genstore-Hmac-Sha256", GenstoreSigning.Of(ClientSecret, body));
        request.Headers.TryAddWithoutValidation("X-Genstore-Shop-Domain", Host);
        try
        {
            using var answer = await http.SendAsync(request, cancellationToken);
            return (int)answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return 0;
        }
    }

    private void Note((long Subscription, string Topic, byte[] Body) delivery, bool isTaken)
    {
        lock (_lock)
        {
            var failures = _failures[delivery.Subscription] = isTaken ? 0 : _failures.GetValueOrDefault(delivery.Subscription) + 1;
            if (failures >= MostFailures)
            {
                _subscriptions.Remove(delivery.Subscription);
            }
            else if (!isTaken)
            {
                _waiting.Add(delivery);
            }
        }
    }

    private void Happened(SimEvent happened)
    {
        switch (happened)
        {
            case (SimTopic.OrderCreated, _, SimOrder order):
                Tell("orders/create", GenstoreShapes.Event(order));
                Tell("orders/paid", GenstoreShapes.Event(order));
                break;
            case (SimTopic.OrderUpdated, _, SimOrder order):
                Tell("orders/update", GenstoreShapes.Event(order));
                if (order.FulfilledAt == happened.At)
                {
                    Tell("orders/fulfilled", GenstoreShapes.Event(order));
                }

                break;
            case (SimTopic.OrderCancelled, _, SimOrder order):
                Tell("orders/cancelled", GenstoreShapes.Event(order));
                break;
            case (SimTopic.CustomerCreated or SimTopic.CustomerUpdated, _, SimCustomer customer):
                Tell(happened.Topic == SimTopic.CustomerCreated ? "customers/create" : "customers/update", new { customer = GenstoreShapes.Customer(customer) });
                break;
            case (SimTopic.CustomerDeleted, _, SimCustomer customer):
                Tell("customers/delete", new { customer = new { id = customer.Id } });
                break;
        }
    }

    private void Tell(string topic, object told)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(told);
        lock (_lock)
        {
            _waiting.AddRange(_subscriptions.Values.Where(one => one.Topic == topic).Select(one => (one.Id, topic, body)));
        }
    }
}
