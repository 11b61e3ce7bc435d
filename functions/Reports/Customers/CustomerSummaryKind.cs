using StoreClaw.Commerce;
using StoreClaw.Notifications;
using StoreClaw.Reports.Sales;

namespace StoreClaw.Reports.Customers;

/// <summary>New and returning customers, who is worth an effort, and how each month's new ones have come back since.</summary>
public sealed class CustomerSummaryKind(IDayBooks books, IOrderHistory history) : ReportKind<CustomerParameters, CustomerSummary>, INamesCustomers
{
    public const string Name = "customer-summary";

    private const int MostMonths = 24;
    private const int LeastLookBack = 90;
    private const int MostLookBack = 730;

    /// <summary>What is meant when nothing is said.</summary>
    public static CustomerParameters Defaults { get; } = new(SalesWindows.Last30Days, 12, 365);

    public override string Id => Name;

    public Report? Without(Report report, string connectionId, string? customerId)
    {
        var summary = (CustomerSummary)report;
        return summary.TopCustomers.Any(IsMeant) ? summary with { TopCustomers = [.. summary.TopCustomers.Select(row => IsMeant(row) ? row with { Id = null, Country = null } : row)] } : null;

        bool IsMeant(TopCustomer row) => row.Connection == connectionId && row.Id is { } id && (customerId is null || id == customerId);
    }

    protected override CustomerParameters Read(ParameterReader reader) => new(
        reader.Choice("period", CustomerWindows.Periods, Defaults.Period),
        reader.Integer("months", 1, MostMonths, Defaults.Months),
        reader.Integer("lookBackDays", LeastLookBack, MostLookBack, Defaults.LookBackDays));

    protected override async Task<CustomerSummary> ComputeAsync(ReportContext context, CustomerParameters parameters, CancellationToken cancellationToken)
    {
        var windows = new CustomerWindows(parameters, context.Zone, context.AsOf);
        var stores = new List<CustomerTally>();
        foreach (var connection in context.Connections)
        {
            stores.Add(await CountAsync(connection.Id, windows, cancellationToken));
        }

        var figures = new CustomerFigures(stores, windows);
        return new CustomerSummary
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
            Customers = figures.Totals(),
            LookBack = windows.LookBack,
            Segments = figures.Segments,
            TopCustomers = await WithCountriesAsync(figures.TopCustomers, cancellationToken),
            Cohorts = figures.Cohorts(),
            WithoutAmounts = [.. stores.Where(static store => store.Unpriced > 0).Select(static store => new UnpricedOrders(store.Connection, store.Unpriced))],
        };
    }

    protected override string Markdown(CustomerSummary report) => CustomerMarkdown.Render(report);

    protected override string Html(CustomerSummary report) => CustomerHtml.Render(report);

    protected override LocalizedMessage Message(CustomerSummary report, Uri? link) => new(
        CustomerMessage.Render(report, link, CustomerWords.English),
        CustomerMessage.Render(report, link, CustomerWords.Chinese));

    private async Task<CustomerTally> CountAsync(string connection, CustomerWindows windows, CancellationToken cancellationToken)
    {
        var tally = new CustomerTally(connection, windows);
        await foreach (var book in books.ReadAsync(connection, windows.Zone, windows.Cuts, cancellationToken))
        {
            tally.Add(book);
        }

        await foreach (var first in history.FirstOrdersAsync(connection, cancellationToken))
        {
            tally.Add(first);
        }

        return tally;
    }

    private async Task<IReadOnlyList<TopCustomer>> WithCountriesAsync(IReadOnlyList<TopCustomer> customers, CancellationToken cancellationToken)
    {
        var countries = new Dictionary<(string Connection, string Id), string>();
        foreach (var store in customers.GroupBy(static customer => customer.Connection, static customer => customer.Id!))
        {
            foreach (var (id, country) in await history.CountriesAsync(store.Key, [.. store.Distinct()], cancellationToken))
            {
                countries[(store.Key, id)] = country;
            }
        }

        return [.. customers.Select(customer => customer with { Country = countries.GetValueOrDefault((customer.Connection, customer.Id!)) })];
    }
}
