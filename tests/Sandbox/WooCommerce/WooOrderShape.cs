using System.Globalization;
using System.Text.Json.Nodes;
using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Sandbox.WooCommerce;

/// <summary>
/// Orders and refunds as REST v3 shows them. What the neutral order does not have is what an ordinary checkout writes; an order discount is a
/// coupon spread over the lines, as WooCommerce does it. It knows no test orders: those are the drafts of a checkout that was never finished.
/// </summary>
internal sealed class WooOrderShape(WooCommerceSite site)
{
    private const string Coupon = "welcome";
    private const int TaxRate = 75;

    public static string Status(SimOrder order, bool trashed)
    {
        if (trashed)
        {
            return "trash";
        }

        if (order.IsTest)
        {
            return "checkout-draft";
        }

        if (order.CancelledAt is not null)
        {
            return "cancelled";
        }

        if (order.Refunds.Count > 0 && order.Refunded >= order.Total)
        {
            return "refunded";
        }

        return order.FulfilledAt is null ? "processing" : "completed";
    }

    public JsonObject Order(SimOrder order, bool trashed)
    {
        var paid = order.IsTest ? (DateTimeOffset?)null : order.CreatedAt;
        var lines = Lines(order);
        var path = $"orders/{order.Id}";
        return new JsonObject
        {
            ["id"] = order.Id,
            ["parent_id"] = 0,
            ["number"] = order.Id.ToString(CultureInfo.InvariantCulture),
            ["order_key"] = "wc_order_" + site.Hash($"order {order.Id}")[..13],
            ["created_via"] = order.IsTest ? "store-api" : "checkout",
            ["version"] = site.Behaviour.WooCommerceVersion,
            ["status"] = Status(order, trashed),
            ["currency"] = order.Currency,
            ["date_created"] = site.Time.Local(order.CreatedAt),
            ["date_created_gmt"] = WooTime.Gmt(order.CreatedAt),
            ["date_modified"] = site.Time.Local(order.UpdatedAt),
            ["date_modified_gmt"] = WooTime.Gmt(order.UpdatedAt),
            ["discount_total"] = site.Money(order.OrderDiscount + order.Lines.Sum(line => line.Discount)),
            ["discount_tax"] = site.Money(0),
            ["shipping_total"] = site.Money(order.Shipping),
            ["shipping_tax"] = site.Money(0),
            ["cart_tax"] = site.Money(order.Tax),
            ["total"] = site.Money(order.Total),
            ["total_tax"] = site.Money(order.Tax),
            ["prices_include_tax"] = false,
            ["customer_id"] = order.CustomerId ?? 0,
            ["customer_ip_address"] = "192.0.2.10",
            ["customer_user_agent"] = "mozilla/5.0 (iphone; cpu iphone os 18_0 like mac os x)",
            ["customer_note"] = "",
            ["billing"] = WooPeople.Billing(order.CustomerId ?? order.Id, order.Country, order.CustomerId is null),
            ["shipping"] = WooPeople.Shipping(order.CustomerId ?? order.Id, order.Country),
            ["payment_method"] = "stripe",
            ["payment_method_title"] = "Credit card",
            ["transaction_id"] = paid is null ? "" : "ch_" + site.Hash($"payment {order.Id}")[..24],
            ["date_paid"] = paid is { } at ? site.Time.Local(at) : null,
            ["date_paid_gmt"] = paid is { } gmt ? WooTime.Gmt(gmt) : null,
            ["date_completed"] = order.FulfilledAt is { } done ? site.Time.Local(done) : null,
            ["date_completed_gmt"] = order.FulfilledAt is { } doneGmt ? WooTime.Gmt(doneGmt) : null,
            ["cart_hash"] = site.Hash($"cart {order.Id}")[..32],
            ["meta_data"] = new JsonArray(Meta(order.Id, "is_vat_exempt", "no")),
            ["line_items"] = WooJson.Array(lines.Select(line => Line(line, 1))),
            ["tax_lines"] = order.Tax == 0 ? [] : new JsonArray(TaxLine(order)),
            ["shipping_lines"] = new JsonArray(ShippingLine(order)),
            ["fee_lines"] = new JsonArray(),
            ["coupon_lines"] = order.OrderDiscount == 0 ? [] : new JsonArray(CouponLine(order)),
            ["refunds"] = WooJson.Array(order.Refunds.Select(refund => new JsonObject
            {
                ["id"] = refund.Id,
                ["reason"] = "",
                ["total"] = "-" + site.Money(refund.Amount),
            })),
            ["_links"] = Links(order, path),
        };
    }

    public JsonObject Refund(SimOrder order, SimRefund refund)
    {
        var path = $"orders/{order.Id}/refunds/{refund.Id}";
        return new JsonObject
        {
            ["id"] = refund.Id,
            ["date_created"] = site.Time.Local(refund.CreatedAt),
            ["date_created_gmt"] = WooTime.Gmt(refund.CreatedAt),
            ["amount"] = site.Money(refund.Amount),
            ["reason"] = "",
            ["refunded_by"] = 1,
            ["refunded_payment"] = true,
            ["meta_data"] = new JsonArray(),
            ["line_items"] = WooJson.Array(refund.Lines.Select(line => RefundLine(order, line))),
            ["shipping_lines"] = new JsonArray(),
            ["tax_lines"] = new JsonArray(),
            ["fee_lines"] = new JsonArray(),
            ["_links"] = site.Links(path, $"orders/{order.Id}/refunds", ("up", $"orders/{order.Id}")),
        };
    }

    private JsonObject Links(SimOrder order, string path) => order.CustomerId is { } customer
        ? site.Links(path, "orders", ("customer", $"customers/{customer}"))
        : site.Links(path, "orders");

    /// <summary>The lines with their part of the order's coupon and tax; the parts add up to the cent.</summary>
    private List<OrderLine> Lines(SimOrder order)
    {
        var discounts = Spread(order.OrderDiscount, [.. order.Lines.Select(line => line.Total)], order.Currency);
        var totals = order.Lines.Select((line, index) => line.Total - discounts[index]).ToArray();
        var taxes = Spread(order.Tax, totals, order.Currency);
        return [.. order.Lines.Select((line, index) => new OrderLine(line, totals[index], taxes[index]))];
    }

    private static decimal[] Spread(decimal amount, decimal[] weights, string currency)
    {
        var sum = weights.Sum();
        var parts = new decimal[weights.Length];
        var (weight, given) = (0m, 0m);
        for (var index = 0; index < parts.Length; index++)
        {
            weight += weights[index];
            var until = index == parts.Length - 1 || sum == 0 ? amount : SimMoney.Round(amount * weight / sum, currency);
            parts[index] = until - given;
            given = until;
        }

        return parts;
    }

    private JsonObject Line(OrderLine line, int sign)
    {
        var (product, variation) = Ids(line.Source);
        var source = line.Source;
        return new JsonObject
        {
            ["id"] = source.Id,
            ["name"] = variation == 0 ? source.Title : $"{source.Title} - {source.VariantTitle}",
            ["product_id"] = product,
            ["variation_id"] = variation,
            ["quantity"] = sign * source.Quantity,
            ["tax_class"] = "",
            ["subtotal"] = site.Money(source.Quantity * source.UnitPrice),
            ["subtotal_tax"] = site.Money(line.Tax),
            ["total"] = site.Money(line.Total),
            ["total_tax"] = site.Money(line.Tax),
            ["taxes"] = line.Tax == 0 ? [] : new JsonArray(Tax(line.Tax)),
            ["meta_data"] = variation == 0 ? [] : new JsonArray(Meta(source.Id, "option", source.VariantTitle)),
            ["sku"] = WooQuirkBender.Sku(source.Sku, source.VariantId, site.Behaviour.Quirks),
            // PHP divides floats: three for 10.00 are 3.3333333333333335 each.
            ["price"] = (double)line.Total / source.Quantity,
        };
    }

    private JsonObject RefundLine(SimOrder order, SimRefundLine line)
    {
        var bought = order.Lines.First(found => found.Id == line.LineId);
        var shown = Line(new OrderLine(bought with { Quantity = line.Quantity }, line.Amount, 0), -1);
        shown["subtotal"] = site.Money(-line.Amount);
        shown["total"] = site.Money(-line.Amount);
        return shown;
    }

    /// <summary>A product with a single option is a simple one and has no variation.</summary>
    private (long Product, long Variation) Ids(SimOrderLine line) =>
        site.IsSimple(line.ProductId) ? (line.ProductId, 0) : (line.ProductId, line.VariantId);

    private static JsonObject Tax(decimal amount) => new()
    {
        ["id"] = TaxRate,
        ["total"] = amount.ToString("0.####", CultureInfo.InvariantCulture),
        ["subtotal"] = amount.ToString("0.####", CultureInfo.InvariantCulture),
    };

    private JsonObject TaxLine(SimOrder order) => new()
    {
        ["id"] = order.Id + 1,
        ["rate_code"] = $"{order.Country}-TAX-1",
        ["rate_id"] = TaxRate,
        ["label"] = "Tax",
        ["compound"] = false,
        ["tax_total"] = site.Money(order.Tax),
        ["shipping_tax_total"] = site.Money(0),
        ["meta_data"] = new JsonArray(),
    };

    private JsonObject ShippingLine(SimOrder order) => new()
    {
        ["id"] = order.Id + 2,
        ["method_title"] = order.Shipping == 0 ? "Free shipping" : "Flat rate",
        ["method_id"] = order.Shipping == 0 ? "free_shipping" : "flat_rate",
        ["total"] = site.Money(order.Shipping),
        ["total_tax"] = site.Money(0),
        ["taxes"] = new JsonArray(),
        ["meta_data"] = new JsonArray(Meta(order.Id, "Items", string.Join(", ", order.Lines.Select(line => $"{line.Title} × {line.Quantity}")))),
    };

    private JsonObject CouponLine(SimOrder order) => new()
    {
        ["id"] = order.Id + 3,
        ["code"] = Coupon,
        ["discount"] = site.Money(order.OrderDiscount),
        ["discount_tax"] = site.Money(0),
        ["meta_data"] = new JsonArray(),
    };

    private static JsonObject Meta(long id, string key, string value) => new() { ["id"] = id, ["key"] = key, ["value"] = value };

    private sealed record OrderLine(SimOrderLine Source, decimal Total, decimal Tax);
}
