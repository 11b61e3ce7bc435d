using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using StoreClaw.Reports.Sales;

namespace StoreClaw.Reports.Business;

/// <summary>A sales report with what a week or a month is reviewed by: who moved, what came back, which store brought how much.</summary>
public sealed record BusinessReport : SalesReport
{
    public BusinessReport()
    {
    }

    [SetsRequiredMembers]
    internal BusinessReport(SalesReport sales)
        : base(sales)
    {
    }

    /// <summary>Articles whose revenue changed most against the period before; none when the history does not reach over it.</summary>
    public Movers Movers { get; init; } = new([], []);

    /// <summary>Articles with refunds or cancellations in the period, the most refunded first; ten per currency.</summary>
    public IReadOnlyList<ProductReturns> Returns { get; init; } = [];

    /// <summary>By currency, the best store first.</summary>
    public IReadOnlyList<StoreSales> ByStore { get; init; } = [];
}

/// <summary>Five per currency each, the furthest first.</summary>
public sealed record Movers(IReadOnlyList<Mover> Up, IReadOnlyList<Mover> Down);

/// <param name="Revenue">In the period.</param>
public sealed record Mover(string Sku, string Title, decimal Revenue, Shift Change, string Currency);

/// <param name="Refunds">Given back in the period; each refund is shared out over its order's lines by their revenue, since platforms seldom name the line.</param>
/// <param name="CancelledUnits">Of orders created in the period and cancelled since.</param>
/// <param name="Units">Sold in the period, the cancelled left out.</param>
public sealed record ProductReturns(
    string Sku,
    string Title,
    decimal Refunds,
    [property: JsonConverter(typeof(PlainNumberConverter))] decimal CancelledUnits,
    [property: JsonConverter(typeof(PlainNumberConverter))] decimal Units,
    string Currency);

/// <param name="Connection">The connection's id.</param>
/// <param name="Gmv">Its change is against the period before; null when the history does not reach over it.</param>
public sealed record StoreSales(string Connection, int Orders, decimal Gmv, decimal AverageOrderValue, int CancelledOrders, decimal Refunds, Shift? Change, string Currency);
