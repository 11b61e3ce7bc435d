using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Sandbox.TikTokShop;

/// <summary>The APIs themselves.</summary>
internal static class TikTokShopApi
{
    public static TikTokShopAnswer Shops(TikTokShopPlatform platform, TikTokShopCall call) => TikTokShopAnswer.Good(new JsonObject
    {
        ["shops"] = new JsonArray([.. call.Seller.Shops.Select(static shop => new JsonObject
        {
            ["id"] = shop.Id, ["name"] = shop.Store.Profile.Name, ["region"] = shop.Region, ["seller_type"] = "LOCAL", ["cipher"] = shop.Cipher, ["code"] = shop.Code,
        })]),
    });

    public static TikTokShopAnswer Webhooks(TikTokShopPlatform platform, TikTokShopCall call) => TikTokShopAnswer.Good(new JsonObject
    {
        ["total_count"] = call.Shop!.Registrations.Count,
        ["webhooks"] = new JsonArray([.. call.Shop.Registrations.Select(static pair => new JsonObject { ["event_type"] = pair.Key, ["address"] = pair.Value.AbsoluteUri, ["create_time"] = 1, ["update_time"] = 1 })]),
    });

    public static TikTokShopAnswer SetWebhook(TikTokShopPlatform platform, TikTokShopCall call)
    {
        var (type, address) = (Text(call.Body, "event_type"), Text(call.Body, "address"));
        if (type is null || !TikTokShopHooks.Registrable.Contains(type))
        {
            return TikTokShopAnswer.Shape("Invalid `event_type`.");
        }

        // Loopback stands in for the internet here; everything else must be as documented.
        var sound = address is { Length: <= 255 } && Uri.TryCreate(address, UriKind.Absolute, out var url)
            && (url.IsLoopback || (url.Scheme == "https" && url.IsDefaultPort && !address.Contains($"{url.Host}:", StringComparison.OrdinalIgnoreCase) && !IPAddress.TryParse(url.Host, out _)));
        if (!sound)
        {
            return TikTokShopAnswer.Shape("Invalid `address`. Use https, a domain and no port.");
        }

        call.Shop!.Hooks.Set(type, new Uri(address!));
        return TikTokShopAnswer.Good(new JsonObject());
    }

    public static TikTokShopAnswer DeleteWebhook(TikTokShopPlatform platform, TikTokShopCall call)
    {
        if (Text(call.Body, "event_type") is not { } type || !TikTokShopHooks.Registrable.Contains(type))
        {
            return TikTokShopAnswer.Shape("Invalid `event_type`.");
        }

        call.Shop!.Hooks.Delete(type);
        return TikTokShopAnswer.Good(new JsonObject());
    }

    public static TikTokShopAnswer SearchOrders(TikTokShopPlatform platform, TikTokShopCall call)
    {
        var field = call.Query.GetValueOrDefault("sort_field", "create_time");
        var order = call.Query.GetValueOrDefault("sort_order", "DESC");
        if (field is not ("create_time" or "update_time") || order is not ("ASC" or "DESC"))
        {
            return TikTokShopAnswer.Shape("Invalid `sort_field` or `sort_order`.");
        }

        var now = platform.Now.ToUnixTimeSeconds();
        var found = call.Shop!.Store.Orders.Where(order => In(call.Body, "update_time", order.UpdatedAt, now) && In(call.Body, "create_time", order.CreatedAt, now)
            && (Text(call.Body, "order_status") is not { } status || status == TikTokShopShapes.Status(order)));
        var sorted = found.OrderBy(row => (order == "ASC" ? 1 : -1) * (field == "update_time" ? row.UpdatedAt : row.CreatedAt).ToUnixTimeSeconds()).ThenBy(static row => row.Id).ToList();
        return Page(call, "orders", sorted, TikTokShopShapes.Order);
    }

    public static TikTokShopAnswer Orders(TikTokShopPlatform platform, TikTokShopCall call)
    {
        var ids = call.Query.GetValueOrDefault("ids", "").Split(',', StringSplitOptions.RemoveEmptyEntries);
        return ids.Length is 0 or > 50
            ? TikTokShopAnswer.Shape("Give 1 to 50 `ids`.")
            : TikTokShopAnswer.Good(new JsonObject
            {
                ["orders"] = new JsonArray([.. ids.Select(id => long.TryParse(id, out var number) ? call.Shop!.Store.FindOrder(number) : null).OfType<SimOrder>().Select(TikTokShopShapes.Order)]),
            });
    }

    /// <summary>In an order of its own that nothing documents: by id.</summary>
    public static TikTokShopAnswer SearchProducts(TikTokShopPlatform platform, TikTokShopCall call)
    {
        var now = platform.Now.ToUnixTimeSeconds();
        string[]? skus = call.Body["sku_ids"] is JsonArray wanted ? [.. wanted.Select(static sku => sku!.GetValue<string>())] : null;
        if (skus is { Length: > 10 })
        {
            return TikTokShopAnswer.Business(12019087, "The number of SKU IDs exceeds the limit of 10");
        }

        var found = call.Shop!.Products().Where(row => In(call.Body, "update_time", row.Product.UpdatedAt, now) && In(call.Body, "create_time", row.Product.CreatedAt, now)
            && (skus is null || row.Product.Variants.Any(variant => skus.Contains(TikTokShopShapes.Text(variant.Id))))).OrderBy(static row => row.Product.Id).ToList();
        return found.Count > platform.MostResults
            ? TikTokShopAnswer.Business(12052180, $"The total number of search results can not exceed {platform.MostResults}.")
            : Page(call, "products", found, row => TikTokShopShapes.Product(row.Product, row.Deleted, whole: false, call.Shop.Store.Profile.Currency));
    }

    public static TikTokShopAnswer Product(TikTokShopPlatform platform, TikTokShopCall call) =>
        call.Shop!.Products().Where(row => TikTokShopShapes.Text(row.Product.Id) == call.Id).Cast<(SimProduct Product, bool Deleted)?>().FirstOrDefault() is { } found
            ? TikTokShopAnswer.Good(TikTokShopShapes.Product(found.Product, found.Deleted, whole: true, call.Shop.Store.Profile.Currency))
            : TikTokShopAnswer.Business(12052032, "The product does not exist");

    public static TikTokShopAnswer UpdateInventory(TikTokShopPlatform platform, TikTokShopCall call)
    {
        if (!long.TryParse(call.Id, out var id) || call.Shop!.Store.FindProduct(id) is not { } product)
        {
            return TikTokShopAnswer.Business(12052032, "The product does not exist");
        }

        if (call.Body["skus"] is not JsonArray { Count: > 0 and <= 100 } skus)
        {
            return TikTokShopAnswer.Business(12052902, "The SKU list is empty. Either omit the list entirely, or provide all required details.");
        }

        var errors = new JsonArray();
        foreach (var sku in skus.Cast<JsonObject>())
        {
            var answer = SetSku(call.Shop.Store, product, sku, errors);
            if (answer is not null)
            {
                return answer;
            }
        }

        return TikTokShopAnswer.Good(errors.Count == 0 ? new JsonObject() : new JsonObject { ["errors"] = errors });
    }

    private static TikTokShopAnswer? SetSku(SimStore store, SimProduct product, JsonObject sku, JsonArray errors)
    {
        var id = Text(sku, "id");
        if (product.Variants.FirstOrDefault(variant => TikTokShopShapes.Text(variant.Id) == id) is not { } variant)
        {
            return TikTokShopAnswer.Business(12052556, "The SKU id not exist.");
        }

        var wanted = (sku["inventory"] as JsonArray ?? []).Cast<JsonObject>()
            .Select(place => (Warehouse: Text(place, "warehouse_id") ?? (variant.Levels.Count == 1 ? TikTokShopShapes.Text(variant.Levels[0].LocationId) : ""), Quantity: (int)place["quantity"]!)).ToList();
        if (wanted.Exists(static place => place.Quantity is < 0 or > 99_999))
        {
            return TikTokShopAnswer.Business(12052055, "The SKU inventory quantity for the warehouse must be within allowed limits.");
        }

        var unknown = wanted.Where(place => variant.Levels.All(level => TikTokShopShapes.Text(level.LocationId) != place.Warehouse)).ToList();
        if (unknown.Count > 0)
        {
            errors.Add(new JsonObject
            {
                ["code"] = 12052990,
                ["message"] = "Check failed",
                ["detail"] = new JsonObject
                {
                    ["sku_id"] = id,
                    ["extra_errors"] = new JsonArray(new JsonObject { ["warehouse_id"] = unknown[0].Warehouse, ["code"] = 12052097, ["message"] = "The warehouse does not exist" }),
                },
            });
            return null;
        }

        if (wanted.Count != variant.Levels.Count)
        {
            return TikTokShopAnswer.Business(12019028, "Multiple warehouses detected. Include all warehouse IDs and the corresponding details and try again.");
        }

        store.SetStock([.. wanted.Select(place => new StockSetting(variant.Id, long.Parse(place.Warehouse, CultureInfo.InvariantCulture), place.Quantity))]);
        return null;
    }

    /// <summary>A token is a position in the rows as they are at that moment, good for the same search only.</summary>
    private static TikTokShopAnswer Page<T>(TikTokShopCall call, string name, List<T> rows, Func<T, JsonObject> shape)
    {
        if (!int.TryParse(call.Query.GetValueOrDefault("page_size"), NumberStyles.None, CultureInfo.InvariantCulture, out var size) || size is < 1 or > 100)
        {
            return TikTokShopAnswer.Shape("Invalid `page_size`. Valid range: [1-100].");
        }

        var search = call.Query.GetValueOrDefault("sort_field") + call.Query.GetValueOrDefault("sort_order") + call.Body.ToJsonString();
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(search)))[..8];
        var skip = 0;
        if (call.Query.TryGetValue("page_token", out var token) && !Read(token, hash, out skip))
        {
            return TikTokShopAnswer.Shape("Invalid `page_token`.");
        }

        var next = skip + size < rows.Count ? Convert.ToBase64String(Encoding.UTF8.GetBytes($"offset={skip + size}?{hash}")) : "";
        return TikTokShopAnswer.Good(new JsonObject
        {
            ["total_count"] = rows.Count,
            ["next_page_token"] = next,
            [name] = new JsonArray([.. rows.Skip(skip).Take(size).Select(shape)]),
        });
    }

    private static bool Read(string token, string hash, out int skip)
    {
        skip = 0;
        Span<byte> bytes = stackalloc byte[64];
        return Convert.TryFromBase64String(token, bytes, out var length)
            && Encoding.UTF8.GetString(bytes[..length]).Split('=', '?') is ["offset", var offset, var search] && search == hash && int.TryParse(offset, out skip);
    }

    /// <summary>With a start and no end, the end is now.</summary>
    private static bool In(JsonObject body, string field, DateTimeOffset at, long now)
    {
        var seconds = at.ToUnixTimeSeconds();
        var from = body[$"{field}_ge"]?.GetValue<long>() ?? long.MinValue;
        var before = body[$"{field}_lt"]?.GetValue<long>() ?? (body[$"{field}_le"]?.GetValue<long>() ?? (from > long.MinValue ? now : long.MaxValue - 1)) + 1;
        return seconds >= from && seconds < before;
    }

    private static string? Text(JsonObject json, string name) => json[name] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;
}
