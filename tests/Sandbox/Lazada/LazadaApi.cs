using System.Globalization;
using System.Text.Json;
using System.Xml;
using System.Xml.Linq;
using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Sandbox.Lazada;

/// <summary>The calls of one seller, after signature and token were found good. An unknown parameter is refused, which the real one may not do: it would hide a misspelt filter.</summary>
internal sealed class LazadaApi(LazadaSeller seller, string method, IReadOnlyDictionary<string, string> parameters)
{
    private static readonly string[] System = ["app_key", "timestamp", "sign_method", "access_token", "sign"];

    private SimStore Store => seller.Store;

    public object Answer(string path) => path switch
    {
        "/orders/get" => Only("created_after", "created_before", "update_after", "update_before", "sort_by", "sort_direction", "offset", "limit") ?? Orders(),
        "/order/get" => Only("order_id") ?? (FindOrder(parameters["order_id"]) is { } order ? Ok(LazadaShapes.Order(order)) : new LazadaError("16", "E016: Invalid Order ID")),
        "/orders/items/get" => Only("order_ids") ?? Lines(),
        "/products/get" => Only("filter", "create_after", "create_before", "update_after", "update_before", "offset", "limit") ?? Products(),
        "/product/item/get" => Only("item_id", "seller_sku") ?? Product(),
        "/product/stock/sellable/update" => Only("payload") ?? SetStock(),
        _ => new LazadaError("InvalidApiPath", path),
    };

    private static object Ok(object data) => new { code = "0", data, request_id = "0ba2887315178178017221014" };

    private LazadaError? Only(params string[] names) => parameters.Keys.Except(System).Except(names).FirstOrDefault() is { } unknown ? new("5", $"E005: Invalid Request Format ({unknown})") : null;

    private object Orders()
    {
        if (!parameters.ContainsKey("created_after") && !parameters.ContainsKey("update_after"))
        {
            return new LazadaError("30", "E030: created_after or update_after is mandatory");
        }

        var (offset, limit) = (Number("offset", 0), Number("limit", 100));
        if (offset is null or < 0 or > 10_000 || limit is null or < 1 or > 100)
        {
            return new LazadaError(offset is null or < 0 or > 10_000 ? "14" : "19", "E014/E019: Invalid Offset or Limit");
        }

        if (Time("created_after") is not { } createdAfter || Time("created_before") is not { } createdBefore || Time("update_after") is not { } updatedAfter || Time("update_before") is not { } updatedBefore)
        {
            return new LazadaError("17", "E017: Invalid Date Format");
        }

        var byUpdate = parameters.GetValueOrDefault("sort_by") == "updated_at";
        var rows = Store.Orders
            .Where(order => Within(order.CreatedAt, createdAfter, createdBefore) && Within(order.UpdatedAt, updatedAfter, updatedBefore))
            .OrderBy(order => Second(byUpdate ? order.UpdatedAt : order.CreatedAt)).ThenByDescending(static order => order.Id)
            .ToList();
        if (parameters.GetValueOrDefault("sort_direction") != "ASC")
        {
            rows.Reverse();
        }

        var page = rows.Skip(offset.Value).Take(limit.Value).Select(LazadaShapes.Order).ToArray();
        return Ok(new { count = page.Length, countTotal = rows.Count, orders = page });
    }

    private object Lines()
    {
        try
        {
            var ids = JsonSerializer.Deserialize<long[]>(parameters["order_ids"])!;
            return ids.Length > 50 ? new LazadaError("37", "E037: too many orders")
                : ids.Select(Store.FindOrder).ToList() is var orders && orders.Contains(null) ? new LazadaError("16", "E016: Invalid Order ID")
                : Ok(orders.Select(static order => LazadaShapes.Lines(order!)).ToArray());
        }
        catch (JsonException)
        {
            return new LazadaError("5", "E005: order_ids is a JSON list");
        }
    }

    private object Products()
    {
        var (offset, limit) = (Number("offset", 0), Number("limit", 20));
        if (parameters.GetValueOrDefault("filter") is not ("all" or "live") || offset is null or < 0 or > 10_000 || limit is null or < 1 or > 50 || Time("create_after") is not { } createdAfter || Time("create_before") is not { } createdBefore || Time("update_after") is not { } after || Time("update_before") is not { } before)
        {
            return new LazadaError("5", "E005: Invalid Request Format");
        }

        // In no order that a caller could rely on.
        var rows = Store.Products.Where(product => Within(product.CreatedAt, createdAfter, createdBefore) && Within(product.UpdatedAt, after, before)).OrderBy(static product => product.Id % 7).ThenBy(static product => product.Id).ToList();
        return Ok(new { total_products = rows.Count.ToString(CultureInfo.InvariantCulture), products = rows.Skip(offset.Value).Take(limit.Value).Select(LazadaShapes.Product).ToArray() });
    }

    private object Product()
    {
        var product = parameters.TryGetValue("seller_sku", out var sku) ? Store.FindVariant(sku)?.Product
            : long.TryParse(parameters.GetValueOrDefault("item_id"), out var id) ? Store.FindProduct(id) : null;
        return product is null ? new LazadaError("208", "E208: the item does not exist") : Ok(LazadaShapes.Product(product));
    }

    private object SetStock()
    {
        if (method != "POST")
        {
            return new LazadaError("5", "E005: POST only");
        }

        try
        {
            var skus = XElement.Parse(parameters["payload"]).Element("Product")!.Element("Skus")!.Elements("Sku").ToList();
            if (skus.Count > 50)
            {
                return new LazadaError("4171", "over 50 SKUs");
            }

            foreach (var sku in skus)
            {
                var (item, id, quantity) = ((long)sku.Element("ItemId")!, (long)sku.Element("SkuId")!, (int)sku.Element("SellableQuantity")!);
                if (quantity < 0)
                {
                    return new LazadaError("212", "negative quantity");
                }

                if (Store.FindVariant(id) is not { } found || found.Product.Id != item)
                {
                    return new LazadaError("208", "the SKU does not exist");
                }

                Store.SetStock(id, quantity);
            }

            return Ok(new { });
        }
        catch (Exception broken) when (broken is XmlException or FormatException or NullReferenceException or OverflowException or ArgumentNullException)
        {
            return new LazadaError("5", "E005: Invalid Request Format");
        }
    }

    private SimOrder? FindOrder(string id) => long.TryParse(id, out var number) ? Store.FindOrder(number) : null;

    private static bool Within(DateTimeOffset time, DateTimeOffset after, DateTimeOffset before) => Second(time) > Second(after) && Second(time) < Second(before) + 1;

    private static long Second(DateTimeOffset time) => time.ToUnixTimeSeconds();

    private int? Number(string name, int absent) => !parameters.TryGetValue(name, out var text) ? absent : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>ISO 8601 with an offset, or no limit when it is left out; null when it is something else.</summary>
    private DateTimeOffset? Time(string name) => !parameters.TryGetValue(name, out var text)
        ? name.EndsWith("after", StringComparison.Ordinal) ? DateTimeOffset.UnixEpoch : DateTimeOffset.MaxValue.AddDays(-1)
        : DateTimeOffset.TryParseExact(text, "yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null;
}
