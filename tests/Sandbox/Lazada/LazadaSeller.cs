using System.Globalization;
using System.Text.Json;
using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Sandbox.Lazada;

/// <summary>One seller in one country: its shop, its tokens, and what is still to be pushed.</summary>
public sealed class LazadaSeller
{
    private readonly Lock _lock = new();
    private readonly List<object> _pushes = [];
    private readonly TimeProvider _time;
    private int _issued;

    internal LazadaSeller(string id, string country, SimStore store, TimeProvider time)
    {
        (Id, Country, Store, _time) = (id, country, store, time);
        store.Subscribe(Happened);
    }

    public string Id { get; }

    public string Country { get; }

    public SimStore Store { get; }

    /// <summary>Every token given out so far.</summary>
    public List<string> Tokens { get; } = [];

    internal string? AccessToken { get; private set; }

    internal string? RefreshToken { get; private set; }

    internal DateTimeOffset AccessEnds { get; set; }

    internal DateTimeOffset RefreshEnds { get; private set; }

    public void ExpireAccess() => AccessEnds = _time.GetUtcNow();

    public void Revoke() => (AccessToken, RefreshToken) = (null, null);

    /// <summary>What has happened since the last call, as bodies of pushes.</summary>
    internal IReadOnlyList<byte[]> TakePushes()
    {
        lock (_lock)
        {
            List<byte[]> bodies = [.. _pushes.Select(static push => JsonSerializer.SerializeToUtf8Bytes(push))];
            _pushes.Clear();
            return bodies;
        }
    }

    internal object Issue(bool anew)
    {
        var now = _time.GetUtcNow();
        AccessToken = $"50000{++_issued}01f12dgccv-{Id}-access";
        AccessEnds = now.AddDays(10);
        if (anew)
        {
            RefreshToken = $"50001{_issued}01e12pmXdg-{Id}-refresh";
            RefreshEnds = now.AddDays(50);
        }

        Tokens.AddRange([AccessToken, RefreshToken!]);
        object[] shops = [new { country = Country, user_id = Id, seller_id = Id, short_code = $"{Country.ToUpperInvariant()}{Id}" }];
        var token = new Dictionary<string, object>
        {
            ["access_token"] = AccessToken,
            ["country"] = Country,
            ["refresh_token"] = RefreshToken!,
            ["account_platform"] = "seller_center",
            ["refresh_expires_in"] = (long)(RefreshEnds - now).TotalSeconds,
            [anew ? "country_user_info" : "country_user_info_list"] = shops,
            ["expires_in"] = (long)(AccessEnds - now).TotalSeconds,
            ["account"] = "seller@example.com",
            ["code"] = "0",
            ["request_id"] = "212a6a5a17675956955215662",
        };
        return token;
    }

    private void Happened(SimEvent happened)
    {
        object? push = happened switch
        {
            (SimTopic.OrderCreated or SimTopic.OrderUpdated or SimTopic.OrderCancelled, _, SimOrder order) => Push(0, happened.At, new
            {
                order_status = LazadaShapes.Status(order, null),
                trade_order_id = Number(order.Id),
                trade_order_line_id = Number(order.Lines[0].Id),
                status_update_time = happened.At.ToUnixTimeSeconds(),
            }),
            (SimTopic.ProductUpdated, _, SimProduct product) => Push(4, happened.At, new { item_id = product.Id, seller_id = Id }),
            (SimTopic.ProductDeleted, _, SimProduct product) => Push(5, happened.At, new { item_id = product.Id, seller_id = Id }),
            (SimTopic.StockChanged, _, SimStockChange { Variant: { Stock: <= 5 } variant }) => Push(6, happened.At, new { seller_sku = variant.Sku, sku_id = variant.Id, real_quantity = variant.Stock }),
            _ => null,
        };
        if (push is not null)
        {
            lock (_lock)
            {
                _pushes.Add(push);
            }
        }
    }

    private object Push(int type, DateTimeOffset at, object data) => new { seller_id = Id, message_type = type, data, timestamp = at.ToUnixTimeMilliseconds(), site = $"lazada_{Country}" };

    private static string Number(long id) => id.ToString(CultureInfo.InvariantCulture);
}
