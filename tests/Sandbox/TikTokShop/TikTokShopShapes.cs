using System.Globalization;
using System.Text.Json.Nodes;
using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Sandbox.TikTokShop;

/// <summary>Orders and products as the API shows them: ids and amounts as text, times in seconds, a line for each single unit.</summary>
internal static class TikTokShopShapes
{
    public static string Status(SimOrder order) => order.CancelledAt is not null ? "CANCELLED" : order.FulfilledAt is not null ? "IN_TRANSIT" : "AWAITING_SHIPMENT";

    public static JsonObject Order(SimOrder order)
    {
        var lineDiscount = order.Lines.Sum(static line => line.Discount);
        var original = order.Lines.Sum(static line => line.Quantity * line.UnitPrice);
        var shape = new JsonObject
        {
            ["id"] = Text(order.Id),
            ["status"] = Status(order),
            ["create_time"] = order.CreatedAt.ToUnixTimeSeconds(),
            ["update_time"] = order.UpdatedAt.ToUnixTimeSeconds(),
            ["paid_time"] = order.CreatedAt.ToUnixTimeSeconds(),
            ["cancel_time"] = order.CancelledAt?.ToUnixTimeSeconds() ?? 0,
            ["is_sample_order"] = order.IsTest,
            ["is_cod"] = false,
            ["fulfillment_type"] = "FULFILLMENT_BY_SELLER",
            ["order_type"] = "NORMAL",
            ["payment"] = new JsonObject
            {
                ["currency"] = order.Currency,
                ["original_total_product_price"] = Money(original),
                ["seller_discount"] = Money(lineDiscount),
                ["platform_discount"] = Money(order.OrderDiscount),
                ["sub_total"] = Money(original - lineDiscount - order.OrderDiscount),
                ["original_shipping_fee"] = Money(order.Shipping),
                ["shipping_fee"] = Money(order.Shipping),
                ["tax"] = Money(order.Tax),
                ["total_amount"] = Money(order.Total),
            },
            ["recipient_address"] = new JsonObject
            {
                ["name"] = "D*** K***",
                ["phone_number"] = "(+1)213-***-1234",
                ["full_address"] = "1199 C*** Ave",
                ["region_code"] = order.Country,
            },
            ["buyer_email"] = "v2b2V5@chat.seller.tiktok.com",
            ["line_items"] = new JsonArray([.. Units(order)]),
        };
        if (order.CustomerId is { } customer)
        {
            shape["user_id"] = Text(customer);
        }

        return shape;
    }

    /// <param name="whole">As its own page shows it, with more than a list has.</param>
    public static JsonObject Product(SimProduct product, bool isDeleted, bool whole, string currency)
    {
        var shape = new JsonObject
        {
            ["id"] = Text(product.Id),
            ["title"] = product.Title,
            ["status"] = isDeleted ? "DELETED" : "ACTIVATE",
            ["create_time"] = product.CreatedAt.ToUnixTimeSeconds(),
            ["update_time"] = product.UpdatedAt.ToUnixTimeSeconds(),
            ["skus"] = new JsonArray([.. product.Variants.Select(variant => Sku(variant, whole, currency))]),
        };
        if (whole)
        {
            shape["description"] = "<p>Please compare the size.</p>";
            shape["brand"] = new JsonObject { ["id"] = "7082427311584347905", ["name"] = product.Vendor };
        }

        return shape;
    }

    public static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);

    private static JsonNode Sku(SimVariant variant, bool whole, string currency)
    {
        var shape = new JsonObject
        {
            ["id"] = Text(variant.Id),
            ["seller_sku"] = variant.Sku,
            ["price"] = new JsonObject { ["currency"] = currency, ["tax_exclusive_price"] = Money(variant.Price), ["sale_price"] = Money(variant.Price) },
            ["inventory"] = new JsonArray([.. variant.Levels.Select(static level => new JsonObject { ["warehouse_id"] = Text(level.LocationId), ["quantity"] = level.Available })]),
        };
        if (whole)
        {
            shape["sales_attributes"] = new JsonArray(new JsonObject { ["id"] = "100000", ["name"] = "Variant", ["value_name"] = variant.Title });
        }

        return shape;
    }

    /// <summary>Each unit bears its part of its line's discount, and of the platform's on the whole order; the last one what does not divide.</summary>
    private static IEnumerable<JsonNode> Units(SimOrder order)
    {
        var left = order.OrderDiscount;
        var units = order.Lines.SelectMany(static line => Enumerable.Range(0, line.Quantity).Select(index => (Line: line, Index: index))).ToList();
        for (var at = 0; at < units.Count; at++)
        {
            var (line, index) = units[at];
            var each = SimMoney.Round(line.Discount / line.Quantity, order.Currency);
            var seller = index < line.Quantity - 1 ? each : line.Discount - (each * (line.Quantity - 1));
            var platform = at < units.Count - 1 ? SimMoney.Round(order.OrderDiscount / units.Count, order.Currency) : left;
            left -= platform;
            yield return new JsonObject
            {
                ["id"] = string.Create(CultureInfo.InvariantCulture, $"{line.Id}{index:D2}"),
                ["sku_id"] = Text(line.VariantId),
                ["product_id"] = Text(line.ProductId),
                ["seller_sku"] = line.Sku,
                ["product_name"] = line.Title,
                ["sku_name"] = line.VariantTitle,
                ["currency"] = order.Currency,
                ["original_price"] = Money(line.UnitPrice),
                ["seller_discount"] = Money(seller),
                ["platform_discount"] = Money(platform),
                ["sale_price"] = Money(line.UnitPrice - seller - platform),
                ["display_status"] = Status(order),
                ["is_gift"] = false,
            };
        }
    }

    private static string Money(decimal amount) => amount.ToString(CultureInfo.InvariantCulture);
}
