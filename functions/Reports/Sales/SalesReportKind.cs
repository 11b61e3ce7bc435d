using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Notifications;

namespace StoreClaw.Reports.Sales;

/// <summary>Yesterday, the last days or the month so far: what was sold, against what is usual.</summary>
public sealed class SalesReportKind(IOrderHistory history) : ReportKind<SalesParameters, SalesReport>
{
    public const string Name = "sales-report";

    public override string Id => Name;

    protected override SalesParameters Read(ParameterReader reader) => new(reader.Choice("period", SalesWindows.Periods, SalesWindows.Yesterday));

    protected override async Task<SalesReport> ComputeAsync(ReportContext context, SalesParameters parameters, CancellationToken cancellationToken)
    {
        var windows = new SalesWindows(parameters.Period, context.Zone, context.AsOf);
        var tally = new SalesTally(windows);
        DateTimeOffset? oldest = null;
        foreach (var connection in context.Connections)
        {
            await CountAsync(tally, connection.Id, cancellationToken);
            var first = await history.OldestOrderAsync(connection.Id, cancellationToken);
            oldest = oldest is null || first < oldest ? first : oldest;
        }

        var historyStart = oldest is { } instant ? windows.Zone.LocalDay(instant) : windows.EndDay;
        var figures = new SalesFigures(tally, windows, historyStart);
        return new SalesReport
        {
            Id = context.ReportId,
            Kind = Id,
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
            Customers = await CustomersAsync(tally, windows.Period.From, cancellationToken),
            WithoutAmounts = [.. context.Connections.Where(connection => tally.Unpriced.ContainsKey(connection.Id)).Select(connection => new UnpricedOrders(connection.Id, tally.Unpriced[connection.Id]))],
            Comparison = figures.Compare(),
            Anomalies = SalesAnomalies.Find(tally.Timeline, windows, historyStart),
            Trend = figures.Trend(),
        };
    }

    protected override string Markdown(SalesReport report) => SalesMarkdown.Render(report);

    protected override string Html(SalesReport report) => SalesHtml.Render(report);

    protected override LocalizedMessage Message(SalesReport report, Uri? link) => new(
        SalesMessage.Render(report, link, SalesWords.English),
        SalesMessage.Render(report, link, SalesWords.Chinese));

    private async Task CountAsync(SalesTally tally, string connection, CancellationToken cancellationToken)
    {
        var (start, end) = (tally.Timeline.Start, tally.Timeline.End);
        await foreach (var order in history.OrdersAsync(connection, start, end, cancellationToken))
        {
            tally.Add(connection, order);
        }

        await foreach (var refund in history.RefundsAsync(connection, start, end, cancellationToken))
        {
            tally.Add(refund);
        }
    }

    private async Task<CustomerCounts> CustomersAsync(SalesTally tally, DateTimeOffset from, CancellationToken cancellationToken)
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
