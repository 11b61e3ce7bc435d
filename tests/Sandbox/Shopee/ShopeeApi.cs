using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Sandbox.Shopee;

/// <param name="Parameters">Its own, beside those of every call.</param>
/// <param name="Do">What is answered beside the request's id.</param>
internal sealed record ShopeeCall(string Method, string Path, bool IsPublic, string[] Parameters, Func<ShopeeRequest, Dictionary<string, object?>> Do);

/// <summary>The calls, each with its limits as documented.</summary>
internal static class ShopeeApi
{
    private const long LongestWindow = 15 * 24 * 3600;

    private static readonly string[] ItemStates = ["NORMAL", "BANNED", "UNLIST", "REVIEWING", "SELLER_DELETE", "SHOPEE_DELETE"];

    public static IEnumerable<ShopeeCall> Calls(ShopeeTokens tokens, ShopeePushes pushes, ShopeeApp app) =>
    [
        Public(HttpMethods.Post, "auth/token/get", ["code", "partner_id", "shop_id", "main_account_id"], call => Pair(app, call, tokens.Exchange(call.BodyText("code"), call.BodyNumber("shop_id")))),
        Public(HttpMethods.Post, "auth/access_token/get", ["refresh_token", "partner_id", "shop_id", "merchant_id"], call => Pair(app, call, tokens.Refresh(call.BodyText("refresh_token"), call.BodyNumber("shop_id")))),
        Public(HttpMethods.Get, "push/get_lost_push_message", [], _ => Response(pushes.LostPage())),
        Public(HttpMethods.Post, "push/confirm_consumed_lost_push_message", ["last_message_id"], call =>
        {
            pushes.Confirm(call.BodyNumber("last_message_id"));
            return Fine();
        }),
        OfShop(HttpMethods.Get, "shop/get_shop_info", [], ShopInfo),
        OfShop(HttpMethods.Get, "order/get_order_list", ["time_range_field", "time_from", "time_to", "page_size", "cursor", "order_status", "response_optional_fields"], OrderList),
        OfShop(HttpMethods.Get, "order/get_order_detail", ["order_sn_list", "response_optional_fields"], OrderDetail),
        OfShop(HttpMethods.Get, "product/get_item_list", ["offset", "page_size", "update_time_from", "update_time_to", "item_status"], ItemList),
        OfShop(HttpMethods.Get, "product/get_item_base_info", ["item_id_list"], ItemInfo),
        OfShop(HttpMethods.Get, "product/get_model_list", ["item_id"], ModelList),
        OfShop(HttpMethods.Post, "product/update_stock", ["item_id", "stock_list"], UpdateStock),
    ];

    private static ShopeeCall Public(string method, string path, string[] parameters, Func<ShopeeRequest, Dictionary<string, object?>> act) => new(method, $"/api/v2/{path}", true, parameters, act);

    private static ShopeeCall OfShop(string method, string path, string[] parameters, Func<ShopeeRequest, Dictionary<string, object?>> act) => new(method, $"/api/v2/{path}", false, parameters, act);

    private static Dictionary<string, object?> Fine() => new() { ["error"] = "", ["message"] = "", ["warning"] = "" };

    private static Dictionary<string, object?> Response(object response) => new(Fine()) { ["response"] = response };

    private static Dictionary<string, object?> Pair(ShopeeApp app, ShopeeRequest call, (string Access, string Refresh) pair) => call.BodyNumber("partner_id") != app.PartnerId
        ? throw new ShopeeRefusalException("error_auth", "partner_id is invalid")
        : new(Fine()) { ["access_token"] = pair.Access, ["refresh_token"] = pair.Refresh, ["expire_in"] = 14400 };

    private static Dictionary<string, object?> ShopInfo(ShopeeRequest call) => new(Fine())
    {
        ["shop_name"] = call.Shop.Name,
        ["region"] = "SG",
        ["status"] = "NORMAL",
        ["auth_time"] = call.Now.ToUnixTimeSeconds(),
        ["expire_time"] = call.Now.AddDays(365).ToUnixTimeSeconds(),
    };

    private static Dictionary<string, object?> OrderList(ShopeeRequest call)
    {
        var (from, to, size) = (call.Number("time_from", 0, uint.MaxValue), call.Number("time_to", 0, uint.MaxValue), (int)call.Number("page_size", 1, 100));
        if (from >= to || to - from > LongestWindow)
        {
            throw new ShopeeRefusalException("order.order_list_invalid_time", "Start time must be earlier than end time and diff in 15days.");
        }

        Func<SimOrder, DateTimeOffset> field = call.Text("time_range_field") switch
        {
            "create_time" => static order => order.CreatedAt,
            "update_time" => static order => order.UpdatedAt,
            _ => throw ShopeeRefusalException.Parameter("time_range_field"),
        };
        var skip = call.TextOrNull("cursor") is null ? 0 : (int)call.Number("cursor", 0, int.MaxValue);
        var all = call.Shop.Store.Orders.Where(order => field(order).ToUnixTimeSeconds() is var at && at >= from && at <= to).OrderBy(field).ThenBy(static order => order.Id).ToList();
        var more = all.Count > skip + size;
        return Response(new
        {
            more,
            next_cursor = more ? (skip + size).ToString(CultureInfo.InvariantCulture) : "",
            order_list = all.Skip(skip).Take(size).Select(static order => new { order_sn = ShopeeShop.SerialOf(order.Id) }).ToList(),
        });
    }

    private static Dictionary<string, object?> OrderDetail(ShopeeRequest call)
    {
        var wanted = call.TextOrNull("response_optional_fields")?.Split(',') ?? [];
        if (wanted.Except(ShopeeShapes.OptionalOfOrder).FirstOrDefault() is { } odd)
        {
            throw ShopeeRefusalException.Parameter($"response_optional_fields has no {odd}");
        }

        var found = call.List("order_sn_list", 50).Select(call.Shop.FindOrder).OfType<SimOrder>().ToList();
        return found.Count == 0
            ? throw new ShopeeRefusalException("error_not_found", "Wrong parameters, detail: the order is not found.")
            : Response(new { order_list = found.Select(order => ShopeeShapes.Order(order, wanted)).ToList() });
    }

    private static Dictionary<string, object?> ItemList(ShopeeRequest call)
    {
        var (offset, size, states) = ((int)call.Number("offset", 0, int.MaxValue), (int)call.Number("page_size", 1, 100), call.All("item_status"));
        if (states.Except(ItemStates).FirstOrDefault() is { } odd)
        {
            throw ShopeeRefusalException.Parameter($"item_status has no {odd}");
        }

        var from = call.TextOrNull("update_time_from") is null ? 0 : call.Number("update_time_from", 0, uint.MaxValue);
        var to = call.TextOrNull("update_time_to") is null ? long.MaxValue : call.Number("update_time_to", 0, uint.MaxValue);
        var all = call.Shop.Store.Products.Select(static product => (product.Id, Status: "NORMAL", At: product.UpdatedAt))
            .Concat(call.Shop.Deleted.Select(static gone => (gone.Product.Id, Status: "SELLER_DELETE", gone.At)))
            .Where(item => states.Contains(item.Status) && item.At.ToUnixTimeSeconds() >= from && item.At.ToUnixTimeSeconds() <= to)
            .OrderBy(static item => item.Id).ToList();
        return Response(new
        {
            item = all.Skip(offset).Take(size).Select(static item => new { item_id = item.Id, item_status = item.Status, update_time = item.At.ToUnixTimeSeconds(), tag = new { kit = false } }).ToList(),
            total_count = all.Count,
            has_next_page = all.Count > offset + size,
            next_offset = all.Count > offset + size ? offset + size : 0,
        });
    }

    private static Dictionary<string, object?> ItemInfo(ShopeeRequest call)
    {
        var ids = call.List("item_id_list", 50).Select(static id => long.TryParse(id, CultureInfo.InvariantCulture, out var number) ? number : throw ShopeeRefusalException.Parameter("item_id_list"));
        return Response(new { item_list = ids.Select(call.Shop.Store.FindProduct).OfType<SimProduct>().Select(product => ShopeeShapes.Item(call.Shop, product)).ToList() });
    }

    private static Dictionary<string, object?> ModelList(ShopeeRequest call)
    {
        var product = call.Shop.Store.FindProduct(call.Number("item_id", 1, long.MaxValue)) ?? throw new ShopeeRefusalException("product.error_item_not_found", "Item_id is not found.");
        return Response(new { tier_variation = Array.Empty<object>(), model = product.Variants.Count == 1 ? [] : product.Variants.Select(variant => ShopeeShapes.Model(call.Shop, variant)).ToList() });
    }

    private static Dictionary<string, object?> UpdateStock(ShopeeRequest call)
    {
        var product = call.Shop.Store.FindProduct(call.BodyNumber("item_id")) ?? throw new ShopeeRefusalException("product.error_item_not_found", "Item_id is not found.");
        var entries = call.Body.TryGetProperty("stock_list", out var list) && list.ValueKind == JsonValueKind.Array && list.GetArrayLength() is >= 1 and <= 50
            ? list.EnumerateArray().ToList() : throw ShopeeRefusalException.Parameter("stock_list takes 1 to 50");
        if (entries.DistinctBy(static entry => entry.GetProperty("model_id").GetInt64()).Count() < entries.Count)
        {
            throw new ShopeeRefusalException("product.error_param", "Repeat model_id.");
        }

        var (set, refused) = (new List<object>(), new List<object>());
        foreach (var entry in entries)
        {
            var model = entry.GetProperty("model_id").GetInt64();
            var variant = product.Variants.Count == 1 && model == 0 ? product.Variants[0] : product.Variants.Count > 1 ? product.Variants.FirstOrDefault(variant => variant.Id == model) : null;
            Set(call.Shop, model, variant, entry.GetProperty("seller_stock"), set, refused);
        }

        var answer = Response(new { success_list = set, failure_list = refused });
        return set.Count > 0 ? answer : new(answer) { ["error"] = "product.error_busi_update_stock_failed", ["message"] = "Update stock failed, please check failure_list for detailed reason" };
    }

    private static void Set(ShopeeShop shop, long model, SimVariant? variant, JsonElement places, List<object> set, List<object> refused)
    {
        var levels = places.EnumerateArray().Select(place => (
            Level: variant?.Levels.FirstOrDefault(level => ShopeeShapes.Location(shop, level.LocationId) == (place.TryGetProperty("location_id", out var named) ? named.GetString() : null)),
            Stock: place.GetProperty("stock").GetInt32())).ToList();
        var reason = variant is null ? "Wrong model_id."
            : levels.Any(static place => place.Level is null) ? "The location_id input is not matched the shop's location_id(more/wrong). Please double check."
            : levels.Sum(static place => place.Stock) < shop.Reserved(variant.Id) ? "Can not update item with stock less than reserved stock"
            : null;
        if (reason is not null)
        {
            refused.Add(new { model_id = model, failed_reason = reason });
            return;
        }

        foreach (var (level, stock) in levels)
        {
            shop.Store.SetStock(variant!.Id, stock, level!.LocationId);
            set.Add(new { model_id = model, location_id = ShopeeShapes.Location(shop, level.LocationId) ?? "", stock });
        }
    }
}
