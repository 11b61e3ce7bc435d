using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Sandbox.Shopee;

/// <summary>The app's pushes: one address for all shops. What does not get through is kept for three days.</summary>
public sealed class ShopeePushes : IDisposable
{
    private const int MostOfPage = 100;

    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(3);

    private readonly ShopeeApp _app;
    private readonly Func<DateTimeOffset> _now;
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });
    private readonly ConcurrentQueue<Push> _waiting = new();
    private readonly List<(long Id, Push Push)> _lost = [];
    private long _lastId = 176600;

    internal ShopeePushes(ShopeeApp app, Func<DateTimeOffset> now) => (_app, _now) = (app, now);

    /// <summary>As it was typed into the console.</summary>
    public Uri? Address { get; private set; }

    /// <summary>How many wait to be sent.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>How many were lost and are not confirmed.</summary>
    public int Lost
    {
        get
        {
            lock (_lost)
            {
                return _lost.Count;
            }
        }
    }

    /// <summary>Types the address into the console, which tries it out.</summary>
    /// <exception cref="InvalidOperationException">It did not answer as a push wants to be answered.</exception>
    public async Task EnterAddressAsync(Uri address)
    {
        Address = address;
        var probe = JsonSerializer.SerializeToUtf8Bytes(new { code = 0, timestamp = _now().ToUnixTimeSeconds(), data = new { verify_info = "This is a Verification message. Please respond in the certain format." } });
        if (!await SendAsync(probe))
        {
            throw new InvalidOperationException("The console does not take the address.");
        }
    }

    /// <summary>Sends what waits, each once.</summary>
    /// <returns>How many got through.</returns>
    public async Task<int> DeliverAsync()
    {
        var through = 0;
        while (_waiting.TryDequeue(out var push))
        {
            if (Address is not null && await SendAsync(push.Body))
            {
                through++;
                continue;
            }

            lock (_lost)
            {
                _lost.Add((++_lastId, push));
            }
        }

        return through;
    }

    /// <summary>A push as it goes over the wire.</summary>
    public static byte[] Order(long shopId, string serial, string status, DateTimeOffset updated, DateTimeOffset now) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        data = new { items = Array.Empty<object>(), ordersn = serial, status, completed_scenario = "", update_time = updated.ToUnixTimeSeconds() },
        shop_id = shopId,
        code = 3,
        timestamp = now.ToUnixTimeSeconds(),
    });

    public void Dispose() => _http.Dispose();

    /// <summary>Any other push about a shop.</summary>
    public void Enqueue(ShopeeShop shop, int code, object data) =>
        _waiting.Enqueue(new Push(shop.Id, code, _now(), JsonSerializer.SerializeToUtf8Bytes(new { data, shop_id = shop.Id, code, timestamp = _now().ToUnixTimeSeconds() })));

    internal void Watch(ShopeeShop shop) => shop.Store.Subscribe(told =>
    {
        if (told is { Topic: SimTopic.OrderCreated or SimTopic.OrderUpdated or SimTopic.OrderCancelled, Entity: SimOrder order })
        {
            _waiting.Enqueue(new Push(shop.Id, 3, _now(), Order(shop.Id, ShopeeShop.SerialOf(order.Id), ShopeeShapes.Status(order), order.UpdatedAt, _now())));
        }
    });

    /// <summary>A push of the app's own: the shop is named in its data only.</summary>
    internal void Unlinked(ShopeeShop shop)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new { code = 2, timestamp = _now().ToUnixTimeSeconds(), data = new { shop_id = shop.Id, success = 1, extra = "shop cancel auth" } });
        _waiting.Enqueue(new Push(null, 2, _now(), body));
    }

    internal object LostPage()
    {
        lock (_lost)
        {
            _lost.RemoveAll(lost => lost.Push.At + KeptFor < _now());
            var page = _lost.Take(MostOfPage).ToList();
            return new
            {
                push_message_list = page.Select(static lost => new Dictionary<string, object?>
                {
                    ["shop_id"] = lost.Push.ShopId,
                    ["code"] = lost.Push.Code,
                    ["timestamp"] = lost.Push.At.ToUnixTimeSeconds(),
                    ["data"] = Encoding.UTF8.GetString(lost.Push.Body),
                }).ToList(),
                has_next_page = _lost.Count > page.Count,
                last_message_id = page.Count == 0 ? 0 : page[^1].Id,
            };
        }
    }

    internal void Confirm(long lastId)
    {
        lock (_lost)
        {
            if (_lost.RemoveAll(lost => lost.Id <= lastId) == 0)
            {
                throw new ShopeeRefusalException("error_param", "The information you queried is not found.");
            }
        }
    }

    /// <summary>2xx with nothing in it counts as taken.</summary>
    private async Task<bool> SendAsync(byte[] body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TryAddWithoutValidation("Authorization", ShopeeSigning.Push(_app.PushKey ?? _app.PartnerKey, Address!.AbsoluteUri, body));
        try
        {
            using var answer = await _http.SendAsync(request);
            return answer.IsSuccessStatusCode && (await answer.Content.ReadAsByteArrayAsync()).Length == 0;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private sealed record Push(long? ShopId, int Code, DateTimeOffset At, byte[] Body);
}
