using System.Text.Json.Serialization;
using StoreClaw.Notifications;

namespace StoreClaw.Reports.Sales;

/// <summary>What was sold in a period. Every figure is of one currency; rows come by currency (most orders first), then by their own order.</summary>
public record SalesReport : Report
{
    public required SalesParameters Parameters { get; init; }

    /// <summary>One per currency the stores dealt in during the period or the weeks it is compared with.</summary>
    public required IReadOnlyList<SalesTotals> Totals { get; init; }

    /// <summary>The ten best per currency.</summary>
    public required IReadOnlyList<ProductSales> TopProducts { get; init; }

    public required IReadOnlyList<CountrySales> ByCountry { get; init; }

    public required CustomerCounts Customers { get; init; }

    /// <summary>Stores with orders in the period whose amounts the platform does not give: counted as orders, missing in every sum of money and in the mean order value.</summary>
    public IReadOnlyList<UnpricedOrders> WithoutAmounts { get; init; } = [];

    public required SalesComparison Comparison { get; init; }

    /// <summary>The gravest first, then the newest.</summary>
    public required IReadOnlyList<SalesAnomaly> Anomalies { get; init; }

    /// <summary>Whole days, oldest first, up to the period's last one; at least four weeks where there is so much history.</summary>
    public required IReadOnlyList<DaySales> Trend { get; init; }
}

public sealed record SalesParameters(string Period);

/// <param name="Orders">Without test and cancelled ones; gmv, units likewise.</param>
/// <param name="CancelledOrders">Created in the period and cancelled at any time since.</param>
/// <param name="Refunds">Created in the period, whenever their order was placed.</param>
public sealed record SalesTotals(
    string Currency,
    int Orders,
    decimal Gmv,
    decimal AverageOrderValue,
    [property: JsonConverter(typeof(PlainNumberConverter))] decimal Units,
    int CancelledOrders,
    decimal Refunds,
    decimal NetSales);

/// <param name="Sku">Empty where the shop has none; such lines are gathered by variant, else product, else title.</param>
/// <param name="Title">As on the newest order.</param>
public sealed record ProductSales(
    string Sku,
    string Title,
    [property: JsonConverter(typeof(PlainNumberConverter))] decimal Units,
    decimal Revenue,
    string Currency);

/// <param name="Country">Null where the orders name none.</param>
public sealed record CountrySales(string? Country, int Orders, decimal Gmv, string Currency);

/// <param name="New">Whose first order lies in the period.</param>
/// <param name="Returning">Who ordered before it as well.</param>
/// <param name="Guests">Orders without a customer; they are neither.</param>
public sealed record CustomerCounts(int New, int Returning, int Guests);

/// <param name="Connection">The connection's id.</param>
public sealed record UnpricedOrders(string Connection, int Orders);

/// <param name="Previous">The equally long period before; null when the history does not reach back to its first day.</param>
/// <param name="SameWeekday">The mean of the same weekday in the four weeks before, as far as the history reaches; null for longer periods.</param>
public sealed record SalesComparison(PreviousSales? Previous, WeekdaySales? SameWeekday);

public sealed record PreviousSales(DateTimeOffset From, DateTimeOffset To, IReadOnlyList<SalesShift> Shifts);

public sealed record WeekdaySales(IReadOnlyList<DateOnly> Days, IReadOnlyList<SalesShift> Shifts);

/// <summary>How one currency's figures differ from those they are compared with.</summary>
public sealed record SalesShift(
    string Currency,
    Shift Orders,
    Shift Gmv,
    Shift AverageOrderValue,
    Shift Units,
    Shift CancelledOrders,
    Shift Refunds,
    Shift NetSales);

public sealed record DaySales(DateOnly Day, int Orders, decimal Gmv, string Currency);

public enum SalesMetric
{
    Orders,
    Gmv,
    AverageOrderValue,
    Cancellations,
    Refunds,
}

public enum AnomalyDirection
{
    High,
    Low,
}

/// <summary>A day's figure far from what the four weeks before it make one expect.</summary>
/// <param name="Expected">Their median.</param>
/// <param name="Score">How many robust standard deviations it is off.</param>
/// <param name="Sentence">The same for a reader.</param>
public sealed record SalesAnomaly(
    DateOnly Day,
    string Currency,
    [property: JsonConverter(typeof(CamelCaseMetric))] SalesMetric Metric,
    decimal Value,
    decimal Expected,
    AnomalyDirection Direction,
    Urgency Severity,
    double Score,
    string Sentence);

/// <summary>Metrics go by the names of the figures in <see cref="SalesTotals"/>: averageOrderValue.</summary>
internal sealed class CamelCaseMetric() : JsonStringEnumConverter<SalesMetric>(System.Text.Json.JsonNamingPolicy.CamelCase);
