using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Sandbox.Shopee;

/// <summary>The shop's things in the API's shapes.</summary>
internal static class ShopeeShapes
{
    /// <summary>Fields of an order that come only when they are named.</summary>
    public static readonly string[] OptionalOfOrder =
    [
        "buyer_user_id", "buyer_username", "estimated_shipping_fee", "recipient_address", "actual_shipping_fee", "goods_to_declare", "note", "note_update_time", "item_list", "pay_time",
        "dropshipper", "dropshipper_phone", "split_up", "buyer_cancel_reason", "cancel_by", "cancel_reason", "actual_shipping_fee_confirmed", "buyer_cpf_id", "fulfillment_flag",
        "pickup_done_time", "package_list", "shipping_carrier", "payment_method", "total_amount", "invoice_data", "order_chargeable_weight_gram", "return_request_due_date", "edt",
    ];

    public static string Status(SimOrder order) => order.CancelledAt is not null ? "CANCELLED" : order.FulfilledAt is not null ? "SHIPPED" : order.Refunds.Count > 0 ? "TO_RETURN" : "READY_TO_SHIP";

    public static Dictionary<string, object?> Order(SimOrder order, IReadOnlyCollection<string> wanted)
    {
        var all = new Dictionary<string, object?>
        {
            ["buyer_user_id"] = order.CustomerId ?? 0,
            ["buyer_username"] = "a-name-that-was-not-asked-for",
            ["recipient_address"] = new { name = "A***n", phone = "******64", region = order.Country },
            ["item_list"] = order.Lines.Select(Line).ToList(),
            ["pay_time"] = order.CreatedAt.ToUnixTimeSeconds(),
            ["total_amount"] = order.Total,
            ["estimated_shipping_fee"] = order.Shipping,
        };
        var row = new Dictionary<string, object?>
        {
            ["order_sn"] = ShopeeShop.SerialOf(order.Id),
            ["region"] = order.Country,
            ["currency"] = order.Currency,
            ["cod"] = false,
            ["order_status"] = Status(order),
            ["create_time"] = order.CreatedAt.ToUnixTimeSeconds(),
            ["update_time"] = order.UpdatedAt.ToUnixTimeSeconds(),
            ["message_to_seller"] = "",
            ["days_to_ship"] = 2,
        };
        foreach (var (name, value) in all.Where(pair => wanted.Contains(pair.Key)))
        {
            row[name] = value;
        }

        return row;
    }

    public static Dictionary<string, object?> Item(ShopeeShop shop, SimProduct product)
    {
        var row = new Dictionary<string, object?>
        {
            ["item_id"] = product.Id,
            ["item_name"] = product.Title,
            ["item_status"] = "NORMAL",
            ["create_time"] = product.CreatedAt.ToUnixTimeSeconds(),
            ["update_time"] = product.UpdatedAt.ToUnixTimeSeconds(),
            ["has_model"] = product.Variants.Count > 1,
            ["item_sku"] = product.Variants.Count > 1 ? "" : product.Variants[0].Sku,
        };
        if (product.Variants is [var only])
        {
            Sold(row, shop, only);
        }

        return row;
    }

    public static Dictionary<string, object?> Model(ShopeeShop shop, SimVariant variant)
    {
        var row = new Dictionary<string, object?> { ["model_id"] = variant.Id, ["model_sku"] = variant.Sku, ["model_name"] = variant.Title, ["model_status"] = "MODEL_NORMAL" };
        Sold(row, shop, variant);
        return row;
    }

    /// <summary>A shop without warehouses of its own names no location.</summary>
    public static string? Location(ShopeeShop shop, long locationId) => shop.Store.Locations.Count == 1 ? null : $"WH{locationId}";

    private static void Sold(Dictionary<string, object?> row, ShopeeShop shop, SimVariant variant)
    {
        row["price_info"] = new[] { new { currency = shop.Store.Profile.Currency, original_price = variant.Price, current_price = variant.Price } };
        row["stock_info_v2"] = new
        {
            summary_info = new { total_reserved_stock = shop.Reserved(variant.Id), total_available_stock = variant.Stock },
            seller_stock = variant.Levels.Select(level => new { location_id = Location(shop, level.LocationId) ?? "", stock = level.Available }).ToList(),
            shopee_stock = Array.Empty<object>(),
        };
    }

    private static object Line(SimOrderLine line) => new
    {
        item_id = line.ProductId,
        item_name = line.Title,
        item_sku = "",
        model_id = line.VariantId,
        model_name = line.VariantTitle,
        model_sku = line.Sku,
        model_quantity_purchased = line.Quantity,
        model_original_price = line.UnitPrice,
        model_discounted_price = line.Total / line.Quantity,
        order_item_id = line.ProductId,
        promotion_group_id = 0,
        wholesale = false,
    };
}
