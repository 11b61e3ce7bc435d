using StoreClaw.Commerce;
using StoreClaw.Common;

namespace StoreClaw.Reports.Sales;

/// <summary>Counts the stores' books over the windows of a period and draws the figures of a sales report from them.</summary>
/// <param name="HistoryReaches">Whether the orders known reach back over the whole period before.</param>
internal sealed record SalesAnalysis(SalesReport Report, SalesTally Tally, bool HistoryReaches)
{
    public static async Task<SalesAnalysis> MakeAsync(
        IOrderHistory history, IDayBooks books, string kind, ReportContext context, SalesParameters parameters, CancellationToken cancellationToken)
    {
        var windows = new SalesWindows(parameters.Period, context.Zone, context.AsOf);
        var tally = new SalesTally(windows);
        DateTimeOffset? oldest = null;
        foreach (var connection in context.Connections)
        {
            await foreach (var book in books.ReadAsync(connection.Id, context.Zone, tally.Timeline.Cuts, cancellationToken))
            {
                tally.Add(connection.Id, book);
            }

            var first = await history.OldestOrderAsync(connection.Id, cancellationToken);
            oldest = oldest is null || first < oldest ? first : oldest;
        }

        var historyStart = oldest is { } instant ? windows.Zone.LocalDay(instant) : windows.EndDay;
        var figures = new SalesFigures(tally, windows, historyStart);
        var report = new SalesReport
        {
            Id = context.ReportId,
            Kind = kind,
            TimeZone = context.Zone.Id,
            Period = windows.Period,
            AsOf = context.AsOf.ToUniversalTime(),
            GeneratedAt = context.GeneratedAt,
            Connections = [.. context.Connections.Select(static connection => connection.Id)],
            Stores = context.Stores,
            Parameters = parameters,
            Totals = figures.Totals,
            TopProducts = [.. figures.Currencies.SelectMany(tally.TopProducts)],
            ByCountry = [.. figures.Currencies.SelectMany(tally.Countries)],
            Customers = await CustomersAsync(history, tally, windows.Period.From, cancellationToken),
            WithoutAmounts = [.. context.Connections.Where(connection => tally.Unpriced.ContainsKey(connection.Id)).Select(connection => new UnpricedOrders(connection.Id, tally.Unpriced[connection.Id]))],
            Comparison = figures.Compare(),
            Anomalies = SalesAnomalies.Find(tally.Timeline, windows, historyStart),
            Trend = figures.Trend(),
        };
        return new SalesAnalysis(report, tally, report.Comparison.Previous is not null);
    }

    private static async Task<CustomerCounts> CustomersAsync(IOrderHistory history, SalesTally tally, DateTimeOffset from, CancellationToken cancellationToken)
    {
        var (all, returning) = (0, 0);
        foreach (var (connection, customers) in tally.Customers)
        {
            var firsts = await history.FirstOrdersAsync(connection, customers, cancellationToken);
            all += customers.Count;
            returning += firsts.Values.Count(first => first < from);
        }

        return new CustomerCounts(all - returning, returning, tally.Guests);
    }
}
