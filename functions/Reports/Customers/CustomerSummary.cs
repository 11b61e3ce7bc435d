using System.Text.Json.Serialization;
using StoreClaw.Reports.Sales;

namespace StoreClaw.Reports.Customers;

/// <summary>
/// Who buys, who comes back, who stays away. People are told apart by their id at the store, so the same person at two stores is two customers. Test and cancelled orders never count.
/// Of a person no more is told than the id and the country.
/// </summary>
public sealed record CustomerSummary : Report
{
    public required CustomerParameters Parameters { get; init; }

    public required CustomerTotals Customers { get; init; }

    /// <summary>What segments, repeat rate and top customers look at: so many days up to the period's end.</summary>
    public required ReportPeriod LookBack { get; init; }

    /// <summary>Each customer with an order in the look-back is in one segment per currency. Rows come by currency (most orders first), then best segment first; empty ones are left out.</summary>
    public required IReadOnlyList<SegmentSums> Segments { get; init; }

    /// <summary>The ten per currency that spent most in the look-back.</summary>
    public required IReadOnlyList<TopCustomer> TopCustomers { get; init; }

    /// <summary>One per month of the zone, oldest first, up to the month the period ends in.</summary>
    public required IReadOnlyList<Cohort> Cohorts { get; init; }

    /// <summary>Stores with orders in the look-back whose amounts the platform does not give.</summary>
    public IReadOnlyList<UnpricedOrders> WithoutAmounts { get; init; } = [];
}

/// <param name="Months">How many cohorts.</param>
public sealed record CustomerParameters(string Period, int Months, int LookBackDays);

/// <param name="Total">Everybody known up to the period's end.</param>
/// <param name="New">Whose first order lies in the period.</param>
/// <param name="Returning">Who ordered in the period and before it.</param>
/// <param name="RepeatRate">Of the active ones, the share with two or more orders in the look-back; 0 to 1, half-even to four decimals.</param>
/// <param name="Active">With an order in the look-back.</param>
/// <param name="Guests">Orders of the period without a customer; they are in no other figure.</param>
public sealed record CustomerTotals(
    int Total,
    int New,
    int Returning,
    [property: JsonConverter(typeof(PlainNumberConverter))] decimal RepeatRate,
    int Active,
    int Guests);

/// <param name="Orders">Of its customers in the look-back, in the currency; gmv likewise.</param>
public sealed record SegmentSums(CustomerSegment Name, int Customers, int Orders, decimal Gmv, string Currency);

/// <param name="Id">The platform's id of the customer; null when the law made StoreClaw forget them, as then the country is.</param>
/// <param name="LastOrder">The day of it.</param>
public sealed record TopCustomer(string? Id, string Connection, string? Country, int Orders, decimal Gmv, string Currency, CustomerSegment Segment, DateOnly LastOrder);

/// <param name="Month">"2026-02".</param>
/// <param name="Size">Customers whose first order lies in the month.</param>
/// <param name="Active">How many of them ordered n months later, from n = 0 (all of them) to the month the period ends in.</param>
public sealed record Cohort(string Month, int Size, IReadOnlyList<int> Active);
