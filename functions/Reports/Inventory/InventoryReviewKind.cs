using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Connections;
using StoreClaw.Connectors;
using StoreClaw.Notifications;

namespace StoreClaw.Reports.Inventory;

/// <summary>How long stock lasts, what to order now, and what lies there too long. Days are whole days before today.</summary>
public sealed class InventoryReviewKind(IDayBooks books, IOrderHistory history, IStockBook stock) : ReportKind<InventoryParameters, InventoryReport>
{
    public const string Name = "inventory-review";

    public const int LongestHorizon = 90;
    public const int LongestLeadTime = 180;
    public const decimal LeastServiceLevel = 0.5m;
    public const decimal MostServiceLevel = 0.999m;

    public override string Id => Name;

    public override IReadOnlyList<string> Capabilities => [Connector.Reads(Resource.Orders), Connector.Reads(Resource.Stock)];

    public static InventoryParameters Defaults { get; } = new(14, 7, 0.95m);

    protected override InventoryParameters Read(ParameterReader reader) => new(
        reader.Integer("horizonDays", 1, LongestHorizon, Defaults.HorizonDays),
        reader.Integer("leadTimeDays", 0, LongestLeadTime, Defaults.LeadTimeDays),
        reader.Number("serviceLevel", LeastServiceLevel, MostServiceLevel, Defaults.ServiceLevel));

    protected override async Task<InventoryReport> ComputeAsync(ReportContext context, InventoryParameters parameters, CancellationToken cancellationToken)
    {
        var today = context.Zone.LocalDay(context.AsOf);
        var (items, sources) = (new List<StockItem>(), new List<StockSources>());
        foreach (var connection in context.Connections)
        {
            sources.Add(await ReviewAsync(connection, context.Zone, today, parameters, items, cancellationToken));
        }

        return new InventoryReport
        {
            Id = context.ReportId,
            Kind = Id,
            TimeZone = context.Zone.Id,
            Period = new ReportPeriod(context.Zone.StartOfDay(today.AddDays(-DemandForecaster.HistoryDays)), context.Zone.StartOfDay(today)),
            AsOf = context.AsOf.ToUniversalTime(),
            GeneratedAt = context.GeneratedAt,
            Connections = [.. context.Connections.Select(static connection => connection.Id)],
            Stores = context.Stores,
            Parameters = parameters,
            Counts = Tally(items),
            Items = [.. items
                .OrderBy(static item => item.Status)
                .ThenBy(Urgency)
                .ThenBy(static item => item.Sku, StringComparer.Ordinal)
                .ThenBy(static item => item.Title, StringComparer.Ordinal)
                .ThenBy(static item => item.Connection, StringComparer.Ordinal)
                .ThenBy(static item => item.Location, StringComparer.Ordinal)],
            Sources = sources,
        };
    }

    protected override string Markdown(InventoryReport report) => InventoryPage.Markdown(report);

    protected override string Html(InventoryReport report) => InventoryPage.Html(report);

    protected override LocalizedMessage Message(InventoryReport report, Uri? link) => new(
        InventoryMessage.Render(report, link, InventoryWords.English),
        InventoryMessage.Render(report, link, InventoryWords.Chinese));

    private async Task<StockSources> ReviewAsync(
        Connection connection, TimeZoneInfo zone, DateOnly today, InventoryParameters parameters, List<StockItem> items, CancellationToken cancellationToken)
    {
        var articles = new StockArticles(await stock.ProductsAsync(connection.Id, cancellationToken).ToListAsync(cancellationToken));
        await foreach (var level in stock.LevelsAsync(connection.Id, cancellationToken))
        {
            articles.Add(level);
        }

        var days = await SellAsync(connection, zone, today, articles, cancellationToken);
        var presence = new StockPresence(zone, days, connection.ConnectedAt);
        var tracked = articles.All.Where(static article => article.IsTracked).ToList();
        items.AddRange(tracked.SelectMany(article => StockReview.Of(connection.Id, article, presence, today, parameters)));
        return new StockSources(connection.Id, tracked.Count, articles.All.Count() - tracked.Count, days.Count, days.Count(static day => !day.Open));
    }

    /// <summary>Adds the sales of each day there is to its articles. The days, oldest first, and whether the store was open.</summary>
    private async Task<IReadOnlyList<StoreDay>> SellAsync(Connection connection, TimeZoneInfo zone, DateOnly today, StockArticles articles, CancellationToken cancellationToken)
    {
        if (await history.OldestOrderAsync(connection.Id, cancellationToken) is not { } oldest)
        {
            return [];
        }

        var start = Math.Max(today.AddDays(-DemandForecaster.HistoryDays).DayNumber, zone.LocalDay(oldest).DayNumber);
        var days = Enumerable.Range(start, Math.Max(0, today.DayNumber - start)).Select(DateOnly.FromDayNumber).ToList();
        if (days.Count == 0)
        {
            return [];
        }

        var orders = new List<int>();
        await foreach (var book in books.ReadAsync(connection.Id, zone, [.. days.Append(today).Select(zone.StartOfDay)], cancellationToken))
        {
            foreach (var sold in book.Products)
            {
                articles.Find(sold)?.Add(sold, orders.Count, days.Count);
            }

            orders.Add(book.Sums.Sum(static sums => sums.Orders + sums.Cancelled));
        }

        return [.. days.Zip(StoreCalendar.OpenDays(orders), static (day, open) => new StoreDay(day, open))];
    }

    private static decimal Urgency(StockItem item) => item.Status switch
    {
        StockStatus.Out => -item.Forecast,
        StockStatus.Overstock or StockStatus.Dead => -item.OnHand,
        _ => item.DaysOfCover ?? decimal.MaxValue,
    };

    private static StockCounts Tally(List<StockItem> items)
    {
        return new StockCounts(
            Count(StockStatus.Out),
            Count(StockStatus.Restock),
            Count(StockStatus.Ok),
            Count(StockStatus.Overstock),
            Count(StockStatus.Dead),
            items.Sum(static item => item.RestockQuantity),
            items.Where(static item => item.Status == StockStatus.Overstock).Sum(static item => item.OnHand - item.Target),
            items.Where(static item => item.Status == StockStatus.Dead).Sum(static item => item.OnHand));

        int Count(StockStatus status) => items.Count(item => item.Status == status);
    }
}
