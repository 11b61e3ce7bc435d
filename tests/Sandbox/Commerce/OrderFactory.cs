namespace StoreClaw.Sandbox.Commerce;

/// <summary>Turns drafts into orders: resolves variants, gives ids, refuses what no checkout would let through.</summary>
internal static class OrderFactory
{
    public static SimOrder Create(
        OrderDraft draft, ShopProfile profile, Func<long, (SimProduct Product, SimVariant Variant)?> find, SimIds ids, int number, long? customerId, DateTimeOffset at)
    {
        if (draft.Lines.Count == 0)
        {
            throw new ArgumentException("An order needs at least one line.", nameof(draft));
        }

        var id = ids.Next();
        var order = new SimOrder
        {
            Id = id,
            Number = number,
            CreatedAt = at,
            UpdatedAt = at,
            IsTest = draft.IsTest,
            CustomerId = customerId,
            Country = draft.Country,
            Currency = profile.Currency,
            PresentmentCurrency = draft.Presentment?.Code ?? profile.Currency,
            PresentmentRate = draft.Presentment?.Rate ?? 1,
            Lines = [.. draft.Lines.Select(line => Line(line, find, ids))],
            OrderDiscount = SimMoney.Round(draft.OrderDiscount, profile.Currency),
            Shipping = SimMoney.Round(draft.Shipping, profile.Currency),
            Tax = SimMoney.Round(draft.Tax, profile.Currency),
        };
        return order.OrderDiscount >= 0 && order.OrderDiscount <= order.LinesTotal && order.Shipping >= 0 && order.Tax >= 0
            ? order
            : throw new ArgumentException("Discount, shipping and tax must not be negative, nor the discount exceed the goods.", nameof(draft));
    }

    private static SimOrderLine Line(DraftLine line, Func<long, (SimProduct Product, SimVariant Variant)?> find, SimIds ids)
    {
        var (product, variant) = find(line.VariantId) ?? throw new ArgumentException($"The shop has no variant {line.VariantId}.", nameof(line));
        if (line.Quantity < 1 || line.Discount < 0 || line.Discount > line.Quantity * variant.Price)
        {
            throw new ArgumentException("A line needs a quantity and a discount within its price.", nameof(line));
        }

        return new SimOrderLine(ids.Next(), product.Id, variant.Id, variant.Sku, product.Title, variant.Title, line.Quantity, variant.Price, line.Discount);
    }
}
