using System.Globalization;
using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Sandbox.Lazada;

/// <summary>A shop's records in Lazada's words: money and ids as text, a line a unit, times with the site's offset.</summary>
internal static class LazadaShapes
{
    private static readonly TimeSpan Offset = TimeSpan.FromHours(8);

    public static string Status(SimOrder order, SimOrderLine? line) =>
        order.CancelledAt is not null ? "canceled"
        : line is not null && order.Refunds.Any(refund => refund.Lines.Any(one => one.LineId == line.Id && one.Quantity >= line.Quantity)) ? "returned"
        : order.FulfilledAt is not null ? "delivered"
        : "pending";

    public static object Order(SimOrder order) => new
    {
        order_id = Text(order.Id),
        order_number = Text(order.Id),
        created_at = Iso(order.CreatedAt),
        updated_at = Iso(order.UpdatedAt),
        price = Money(order.Lines.Sum(static line => line.Quantity * line.UnitPrice)),
        voucher = Money(order.OrderDiscount + order.Lines.Sum(static line => line.Discount)),
        shipping_fee = Money(order.Shipping),
        items_count = order.Units,
        payment_method = "COD",
        statuses = order.Lines.Select(line => Status(order, line)).Distinct().ToArray(),
        address_shipping = new { country = "Singapore", first_name = "H***g", phone = "6****67" },
    };

    public static object Lines(SimOrder order) => new { order_id = Text(order.Id), order_number = Text(order.Id), order_items = Units(order).ToArray() };

    public static object Product(SimProduct product) => new
    {
        item_id = product.Id,
        created_time = Text(product.CreatedAt.ToUnixTimeMilliseconds()),
        updated_time = Text(product.UpdatedAt.ToUnixTimeMilliseconds()),
        status = "Active",
        attributes = new { name = product.Title, brand = product.Vendor },
        skus = product.Variants.Select(variant => new
        {
            Status = "active",
            SkuId = variant.Id,
            SellerSku = variant.Sku,
            ShopSku = $"{product.Id}_SGAMZ-{variant.Id}",
            price = variant.Price,
            quantity = variant.Stock,
            Available = variant.Stock,
        }).ToArray(),
    };

    /// <summary>The discount of a line is spread over its units in whole cents, that of the order over the first units.</summary>
    private static IEnumerable<object> Units(SimOrder order)
    {
        var left = order.OrderDiscount;
        foreach (var line in order.Lines)
        {
            var discount = line.Discount;
            for (var unit = 0; unit < line.Quantity; unit++)
            {
                var own = unit == line.Quantity - 1 ? discount : Math.Floor(discount * 100 / (line.Quantity - unit)) / 100;
                discount -= own;
                var more = Math.Min(left, line.UnitPrice - own);
                left -= more;
                yield return new
                {
                    order_item_id = Text((line.Id * 1000) + unit),
                    order_id = Text(order.Id),
                    name = line.Title,
                    variation = line.VariantTitle,
                    sku = line.Sku,
                    shop_sku = $"{line.ProductId}_SGAMZ-{line.VariantId}",
                    sku_id = Text(line.VariantId),
                    product_id = Text(line.ProductId),
                    item_price = Money(line.UnitPrice),
                    paid_price = Money(line.UnitPrice - own - more),
                    voucher_amount = Money(own + more),
                    tax_amount = "0.00",
                    shipping_amount = "0.00",
                    currency = order.Currency,
                    buyer_id = order.CustomerId is { } customer ? Text(customer) : "0",
                    status = Status(order, line),
                    created_at = Spaced(order.CreatedAt),
                    updated_at = Spaced(order.UpdatedAt),
                };
            }
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Money(decimal amount) => amount.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Iso(DateTimeOffset time) => time.ToOffset(Offset).ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture);

    private static string Spaced(DateTimeOffset time) => time.ToOffset(Offset).ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture).Remove(23, 1);
}
