namespace StoreClaw.Sandbox.Commerce;

/// <summary>A place that holds stock.</summary>
public sealed record SimLocation(long Id, string Name);

/// <summary>Units of one variant available at one location.</summary>
public sealed record SimStockLevel(long LocationId, int Available, DateTimeOffset UpdatedAt);

/// <param name="Expected">Units that must be there for the setting to happen; null to set in any case.</param>
public sealed record StockSetting(long VariantId, long LocationId, int Available, int? Expected = null);

/// <summary>What can be bought: one option of a product, with its own SKU, price in the shop's currency and stock.</summary>
public sealed record SimVariant(long Id, long ProductId, string Sku, string Title, decimal Price, IReadOnlyList<SimStockLevel> Levels)
{
    /// <summary>Units available at all locations.</summary>
    public int Stock => Levels.Sum(level => level.Available);
}

public sealed record SimProduct(
    long Id, string Title, string Vendor, string Kind, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, IReadOnlyList<SimVariant> Variants);

/// <param name="FirstOrderAt">The first order ever, which may lie before the generated period; null as long as there is none.</param>
/// <param name="OrderCount">All orders ever, cancelled and test orders included, as the platforms count.</param>
public sealed record SimCustomer(
    long Id, string Country, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? FirstOrderAt, int OrderCount);

/// <param name="Discount">Taken off the whole line, not off each unit.</param>
public sealed record SimOrderLine(
    long Id, long ProductId, long VariantId, string Sku, string Title, string VariantTitle, int Quantity, decimal UnitPrice, decimal Discount)
{
    public decimal Total => (Quantity * UnitPrice) - Discount;
}

public sealed record SimRefundLine(long LineId, int Quantity, decimal Amount);

/// <param name="Amount">What the buyer got back; more than the lines' sum when tax or shipping went back too.</param>
public sealed record SimRefund(long Id, long OrderId, DateTimeOffset CreatedAt, decimal Amount, IReadOnlyList<SimRefundLine> Lines);

/// <summary>An order. All money is in the shop's currency; the presentment pair says what the buyer saw.</summary>
public sealed record SimOrder
{
    public required long Id { get; init; }

    /// <summary>The shop's running number, from 1001.</summary>
    public required int Number { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public DateTimeOffset? FulfilledAt { get; init; }

    public DateTimeOffset? CancelledAt { get; init; }

    public bool IsTest { get; init; }

    /// <summary>Null for a guest.</summary>
    public long? CustomerId { get; init; }

    /// <summary>ISO 3166 alpha-2 of the delivery address.</summary>
    public required string Country { get; init; }

    public required string Currency { get; init; }

    public required string PresentmentCurrency { get; init; }

    /// <summary>Presentment units for one unit of the shop's currency.</summary>
    public required decimal PresentmentRate { get; init; }

    public required IReadOnlyList<SimOrderLine> Lines { get; init; }

    public decimal OrderDiscount { get; init; }

    public decimal Shipping { get; init; }

    /// <summary>On top of the prices, never inside them.</summary>
    public decimal Tax { get; init; }

    public IReadOnlyList<SimRefund> Refunds { get; init; } = [];

    /// <summary>Lines after line discounts, before the order discount.</summary>
    public decimal LinesTotal => Lines.Sum(line => line.Total);

    /// <summary>What the buyer was charged; later refunds do not change it.</summary>
    public decimal Total => LinesTotal - OrderDiscount + Shipping + Tax;

    public decimal Refunded => Refunds.Sum(refund => refund.Amount);

    public int Units => Lines.Sum(line => line.Quantity);
}

/// <summary>Money's decimals by currency, as ISO 4217 has them.</summary>
public static class SimMoney
{
    public static decimal Round(decimal amount, string currency) =>
        Math.Round(amount, currency is "JPY" or "KRW" or "VND" or "CLP" ? 0 : 2, MidpointRounding.ToEven);
}
