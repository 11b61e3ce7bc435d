using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Sandbox.Temu;

/// <summary>The app's events: one address for all shops, typed into the console. What is not answered 200 waits for the next time.</summary>
public sealed class TemuHooks : IDisposable
{
    private readonly TemuApp _app;
    private readonly Func<DateTimeOffset> _now;
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });
    private readonly ConcurrentQueue<(string Code, byte[] Content)> _waiting = new();

    internal TemuHooks(TemuApp app, Func<DateTimeOffset> now) => (_app, _now) = (app, now);

    public Uri? Address { get; private set; }

    /// <summary>How many wait to be sent.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>Whether the header of further parameters comes, and whether it is signed.</summary>
    public (bool Comes, bool IsSigned) ExtParam { get; set; } = (true, true);

    /// <summary>The address after it was approved.</summary>
    public void EnterAddress(Uri address) => Address = address;

    /// <summary>The console's test button.</summary>
    public void Test() => Enqueue("bg_open_event_test", new { message = "This is a test." });

    public void Enqueue(string code, object content) => _waiting.Enqueue((code, JsonSerializer.SerializeToUtf8Bytes(content)));

    /// <summary>Sends what waits, each once.</summary>
    /// <returns>How many got through.</returns>
    public async Task<int> DeliverAsync()
    {
        var through = 0;
        for (var left = _waiting.Count; left > 0 && _waiting.TryDequeue(out var told); left--)
        {
            if (Address is not null && await SendAsync(told.Code, told.Content))
            {
                through++;
            }
            else
            {
                _waiting.Enqueue(told);
            }
        }

        return through;
    }

    /// <summary>The headers of an event as it goes over the wire.</summary>
    public IReadOnlyDictionary<string, string> HeadersOf(string code, ReadOnlySpan<byte> content, string secret)
    {
        var headers = new Dictionary<string, string>
        {
            ["x-tm-app-key"] = _app.Key,
            ["x-tm-event-code"] = code,
            ["x-tm-timestamp"] = _now().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
        };
        var signed = new Dictionary<string, string>(headers);
        if (ExtParam.Comes)
        {
            headers["x-tm-ext-param"] = "{}";
        }

        if (ExtParam.IsSigned)
        {
            signed["x-tm-ext-param"] = "{}";
        }

        headers["x-tm-signature"] = TemuSigning.OfEvent(content, signed, secret);
        return headers;
    }

    public void Dispose() => _http.Dispose();

    internal void Watch(TemuMall mall) => mall.Store.Subscribe(told =>
    {
        (string Code, object Content)? happened = told switch
        {
            (SimTopic.OrderCreated or SimTopic.OrderUpdated, _, SimOrder order) => ("bg_order_status_change_event", new
            {
                mallId = mall.Id,
                parentOrderSn = mall.SerialOf(order.Id),
                orderSn = mall.SerialOf(order.Lines[0].Id)[3..],
                orderStatus = TemuShapes.Status(order),
                updateTime = order.UpdatedAt.ToUnixTimeSeconds(),
            }),
            (SimTopic.OrderCancelled, _, SimOrder order) => ("bg_cancel_order_status_change", After(mall, order.Id, told.At)),
            (SimTopic.RefundCreated, _, SimRefund refund) => ("bg_aftersales_status_change", After(mall, refund.OrderId, told.At)),
            _ => null,
        };
        if (happened is { } push && mall.Events.GetValueOrDefault(push.Code))
        {
            Enqueue(push.Code, push.Content);
        }
    });

    private static object After(TemuMall mall, long orderId, DateTimeOffset at) => new
    {
        mallId = mall.Id,
        parentAfterSalesSn = $"{mall.SerialOf(orderId)}-D01",
        parentOrderSn = mall.SerialOf(orderId),
        parentAfterSalesStatus = 5,
        updateAt = at.ToUnixTimeMilliseconds(),
        applyOperatorRole = 1,
    };

    private async Task<bool> SendAsync(string code, byte[] content)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Address) { Content = new ByteArrayContent(TemuSigning.Encrypt(content, _app.Secret)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        foreach (var (name, value) in HeadersOf(code, content, _app.Secret))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        try
        {
            using var answer = await _http.SendAsync(request);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
