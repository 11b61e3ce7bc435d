using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace StoreClaw.Sandbox.TikTokShop;

/// <summary>One call to an API after everything about it was checked.</summary>
internal sealed record TikTokShopCall(TikTokShopSeller Seller, TikTokShopShop? Shop, IReadOnlyDictionary<string, string> Query, JsonObject Body, string Id);

/// <summary>What every API call passes: shape, app, time, signature, token, scope, shop, pace.</summary>
internal sealed class TikTokShopGate(TikTokShopPlatform platform, TikTokShopTokens tokens, TimeProvider time)
{
    private const int MostPerSecond = 50;

    private static readonly string[] Common = ["app_key", "timestamp", "sign", "shop_cipher"];

    private static readonly Route[] Routes =
    [
        new("GET", "/authorization/202309/shops", "seller.authorization.info", [], [], TikTokShopApi.Shops, NeedsShop: false),
        new("GET", "/event/202309/webhooks", "seller.authorization.info", [], [], TikTokShopApi.Webhooks),
        new("PUT", "/event/202309/webhooks", "seller.authorization.info", [], ["address", "event_type"], TikTokShopApi.SetWebhook),
        new("DELETE", "/event/202309/webhooks", "seller.authorization.info", [], ["event_type"], TikTokShopApi.DeleteWebhook),
        new("POST", "/order/202309/orders/search", "seller.order.info", ["page_size", "page_token", "sort_field", "sort_order"],
            ["order_status", "create_time_ge", "create_time_lt", "update_time_ge", "update_time_lt"], TikTokShopApi.SearchOrders),
        new("GET", "/order/202507/orders", "seller.order.info", ["ids"], [], TikTokShopApi.Orders),
        new("POST", "/product/202502/products/search", "seller.product.basic", ["page_size", "page_token"],
            ["status", "seller_skus", "sku_ids", "create_time_ge", "create_time_le", "update_time_ge", "update_time_le"], TikTokShopApi.SearchProducts),
        new("GET", "/product/202309/products/*", "seller.product.basic", [], [], TikTokShopApi.Product),
        new("POST", "/product/202309/products/*/inventory/update", "seller.product.write", [], ["skus"], TikTokShopApi.UpdateInventory),
    ];

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Shop, string Api), (long Second, int Calls)> _pace = [];
    private int _throttled;

    public void ThrottleNext(int calls) => Interlocked.Add(ref _throttled, calls);

    public TikTokShopAnswer Answer(HttpRequest request, string body)
    {
        var path = request.Path.Value!;
        var route = Routes.FirstOrDefault(route => route.Method == request.Method && Fits(route.Path, path));
        platform.Log.Called(route?.Path ?? "unknown");
        if (route is null)
        {
            return new TikTokShopAnswer(404, 36009009, "Invalid path. The API does not exist.", null);
        }

        var query = request.Query.ToDictionary(static pair => pair.Key, static pair => pair.Value.ToString());
        return Proof(request, query, path, body)
            ?? Admit(route, request.Headers["x-tts-access-token"].ToString(), query, out var seller, out var shop)
            ?? Shape(route, request, query, body, out var json)
            ?? Pace(shop?.Id ?? seller!.OpenId, route.Path)
            ?? route.Run(platform, new TikTokShopCall(seller!, shop, query, json!, route.Path.Contains('*', StringComparison.Ordinal) ? path.Split('/')[4] : ""));
    }

    private TikTokShopAnswer? Proof(HttpRequest request, Dictionary<string, string> query, string path, string body)
    {
        if (query.GetValueOrDefault("app_key") != platform.App.Key)
        {
            return TikTokShopAnswer.Bad("Invalid credentials. Invalid `app_key` query parameter.");
        }

        if (query.GetValueOrDefault("timestamp") is not { Length: 10 } text || !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var sent))
        {
            return TikTokShopAnswer.Bad("Invalid timestamp. The value of the `timestamp` query parameter must be a Unix timestamp of 10 digits.");
        }

        var age = platform.Now.ToUnixTimeSeconds() - sent;
        return age > 300 ? TikTokShopAnswer.Bad("Invalid timestamp. The value of the `timestamp` query parameter must not be earlier than 5 minutes before the current time.")
            : age < -30 ? TikTokShopAnswer.Bad("Invalid timestamp. The value of the `timestamp` query parameter must not be later than 30 seconds after the current time.")
            : !query.TryGetValue("sign", out var sign) ? TikTokShopAnswer.Bad("Missing credentials. The request does not include a required signature in the query.")
            : sign != Sign(request, path, body) ? new TikTokShopAnswer(401, 106001, "The sign is invalid.", null)
            : null;
    }

    private string Sign(HttpRequest request, string path, string body)
    {
        var secret = Encoding.UTF8.GetBytes(platform.App.Secret);
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret);
        mac.AppendData(secret);
        mac.AppendData(Encoding.UTF8.GetBytes(path));
        foreach (var name in request.Query.Keys.Where(static name => name is not ("sign" or "access_token")).Order(StringComparer.Ordinal))
        {
            mac.AppendData(Encoding.UTF8.GetBytes(name));
            mac.AppendData(Encoding.UTF8.GetBytes(request.Query[name].ToString()));
        }

        mac.AppendData(Encoding.UTF8.GetBytes(body));
        mac.AppendData(secret);
        return Convert.ToHexStringLower(mac.GetHashAndReset());
    }

    private TikTokShopAnswer? Admit(Route route, string token, Dictionary<string, string> query, out TikTokShopSeller? seller, out TikTokShopShop? shop)
    {
        (seller, shop) = (null, null);
        if (tokens.Find(token) is not { } found)
        {
            return TikTokShopAnswer.Bad("Invalid credentials. The `x-tts-access-token` header is invalid.");
        }

        if (!found.Live)
        {
            return new TikTokShopAnswer(401, 105002, "Expired credentials. The `x-tts-access-token` header has expired.", null);
        }

        if (!found.Scopes.Contains(route.Scope))
        {
            return new TikTokShopAnswer(403, 105005, "Access denied. This app has not been granted the access scope required by this endpoint.", null);
        }

        seller = found.Seller;
        var cipher = query.GetValueOrDefault("shop_cipher");
        shop = seller.Shops.FirstOrDefault(shop => shop.Cipher == cipher);
        return (route.NeedsShop, cipher, shop) switch
        {
            (false, not null, _) => TikTokShopAnswer.Bad("Unexpected identifier. The `shop_cipher` query parameter is not required for this request."),
            (true, null, _) => new TikTokShopAnswer(400, 106013, "Missing identifier. The `shop_cipher` query parameter is required.", null),
            (true, _, null) => new TikTokShopAnswer(401, 101000, "The access token does not fit the shop.", null),
            _ => null,
        };
    }

    private static TikTokShopAnswer? Shape(Route route, HttpRequest request, Dictionary<string, string> query, string body, out JsonObject? json)
    {
        json = [];
        if (!request.HasJsonContentType())
        {
            return new TikTokShopAnswer(400, 36009010, "Invalid content type. Use application/json.", null);
        }

        if (query.Keys.Except(Common).Except(route.Query).FirstOrDefault() is { } odd)
        {
            return TikTokShopAnswer.Shape($"There is no query parameter `{odd}`.");
        }

        if (route.Method == "GET")
        {
            return body.Length > 0 ? TikTokShopAnswer.Shape("A GET has no body.") : null;
        }

        try
        {
            json = JsonNode.Parse(body) as JsonObject;
        }
        catch (JsonException)
        {
            json = null;
        }

        return json is null ? TikTokShopAnswer.Shape("The body is not a JSON object.")
            : json.Select(static member => member.Key).Except(route.Body).FirstOrDefault() is { } extra ? TikTokShopAnswer.Shape($"There is no body member `{extra}`.")
            : null;
    }

    private TikTokShopAnswer? Pace(string shop, string api)
    {
        lock (_lock)
        {
            var second = time.GetUtcNow().ToUnixTimeSeconds();
            var (last, calls) = _pace.GetValueOrDefault((shop, api));
            calls = last == second ? calls + 1 : 1;
            _pace[(shop, api)] = (second, calls);
            if (calls <= MostPerSecond && _throttled == 0)
            {
                return null;
            }

            _throttled = Math.Max(0, _throttled - 1);
            platform.Log.Called("throttled");
            return new TikTokShopAnswer(429, 36009002, "Too many requests. The request rate exceeds the limit.", null);
        }
    }

    private static bool Fits(string pattern, string path)
    {
        var (wanted, given) = (pattern.Split('/'), path.Split('/'));
        return wanted.Length == given.Length && wanted.Zip(given).All(static pair => pair.First == pair.Second || (pair.First == "*" && pair.Second.Length > 0));
    }

    private sealed record Route(
        string Method, string Path, string Scope, string[] Query, string[] Body, Func<TikTokShopPlatform, TikTokShopCall, TikTokShopAnswer> Run, bool NeedsShop = true);
}
