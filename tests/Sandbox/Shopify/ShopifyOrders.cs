using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Sandbox.Shopify;

/// <summary>What Shopify derives from an order, the same for GraphQL and for webhook bodies.</summary>
internal static class ShopifyOrders
{
    public static string Name(SimOrder order) => $"#{order.Number}";

    public static string FinancialStatus(SimOrder order) => order switch
    {
        { CancelledAt: not null, Refunds.Count: 0 } => "VOIDED",
        { Refunds.Count: > 0 } when order.Refunded >= order.Total => "REFUNDED",
        { Refunds.Count: > 0 } => "PARTIALLY_REFUNDED",
        _ => "PAID",
    };

    /// <summary>What is left of the total after refunds; nothing of a cancelled order.</summary>
    public static decimal CurrentTotal(SimOrder order) => order.CancelledAt is null ? order.Total - order.Refunded : 0;

    public static decimal Subtotal(SimOrder order) => order.LinesTotal - order.OrderDiscount;

    public static decimal CurrentSubtotal(SimOrder order) => order.CancelledAt is null
        ? Math.Max(0, Subtotal(order) - order.Refunds.Sum(refund => refund.Lines.Sum(line => line.Amount)))
        : 0;

    public static decimal Discounts(SimOrder order) => order.OrderDiscount + order.Lines.Sum(line => line.Discount);

    public static decimal Presentment(SimOrder order, decimal amount) => SimMoney.Round(amount * order.PresentmentRate, order.PresentmentCurrency);

    public static int CurrentQuantity(SimOrder order, SimOrderLine line) => order.CancelledAt is null
        ? line.Quantity - Math.Min(line.Quantity, order.Refunds.Sum(refund => refund.Lines.Where(part => part.LineId == line.Id).Sum(part => part.Quantity)))
        : 0;

    /// <summary>The line's own discount and its part of the order's, which adds up over the lines to the last cent.</summary>
    public static IReadOnlyList<decimal> Allocations(SimOrder order, SimOrderLine line)
    {
        var allocations = new List<decimal>();
        if (line.Discount > 0)
        {
            allocations.Add(line.Discount);
        }

        if (order.OrderDiscount > 0 && order.LinesTotal > 0)
        {
            var before = order.Lines.TakeWhile(other => other.Id != line.Id).Sum(other => other.Total);
            allocations.Add(Share(before + line.Total) - Share(before));
        }

        return allocations;

        decimal Share(decimal upTo) => SimMoney.Round(order.OrderDiscount * upTo / order.LinesTotal, order.Currency);
    }
}
