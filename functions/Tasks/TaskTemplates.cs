using StoreClaw.Common;
using StoreClaw.Connections;
using StoreClaw.Connectors;
using StoreClaw.Reports;
using StoreClaw.Reports.Business;
using StoreClaw.Reports.Customers;
using StoreClaw.Reports.Inventory;
using StoreClaw.Reports.Research;
using StoreClaw.Reports.Sales;
using StoreClaw.Reports.StockSync;

namespace StoreClaw.Tasks;

/// <param name="Task">Ready to be sent to POST /api/tasks.</param>
public sealed record TaskTemplate(string Id, string Description, object Task);

/// <summary>Tasks most teams want, filled in with the stores that are connected and their time zone.</summary>
public sealed class TaskTemplates(IConnectionDirectory connections, ConnectorRegistry connectors, ReportKinds kinds)
{
    public async Task<IReadOnlyList<TaskTemplate>> ListAsync(CancellationToken cancellationToken)
    {
        var stores = (await connections.ListAsync(cancellationToken)).Where(static connection => connection.Status == ConnectionStatus.Connected).ToList();
        var shops = Of(SalesReportKind.Name, stores);
        var shelves = Of(InventoryReviewKind.Name, stores);
        var researchers = Of(MarketResearchKind.Name, stores);
        var stocked = Of(StockSyncKind.Name, stores);
        var zone = stores.Select(static connection => connection.Facts.GetValueOrDefault(Connection.TimeZoneFact)).FirstOrDefault(static name => WallClock.TryFindZone(name, out _)) ?? "UTC";
        return
        [
            new TaskTemplate("daily-sales", "Each morning at nine: what was sold yesterday.", Sales("Daily sales", "0 0 9 * * *", SalesWindows.Yesterday, shops, zone)),
            new TaskTemplate("weekly-sales", "Mondays at nine: what was sold in the last seven days.", Sales("Weekly sales", "0 0 9 * * MON", SalesWindows.Last7Days, shops, zone)),
            new TaskTemplate(
                "weekly-business-review",
                "Mondays at half past nine: the last seven days against the seven before, what moved, what came back, each store's part.",
                Make("Weekly business review", BusinessReviewKind.Name, "0 30 9 * * MON", new SalesParameters(SalesWindows.Last7Days), shops, zone)),
            new TaskTemplate(
                "monthly-business-review",
                "On the first at half past nine: the month that is over against the one before.",
                Make("Monthly business review", BusinessReviewKind.Name, "0 30 9 1 * *", new SalesParameters(SalesWindows.LastMonth), shops, zone)),
            new TaskTemplate(
                "monthly-customer-summary",
                "On the first of each month at nine: who was new in the month before, who came back, whom to win back.",
                Make("Monthly customers", CustomerSummaryKind.Name, "0 0 9 1 * *", CustomerSummaryKind.Defaults with { Period = SalesWindows.LastMonth }, shops, zone)),
            .. shelves.Count == 0 ? Array.Empty<TaskTemplate>() :
            [
                new TaskTemplate(
                    "weekly-inventory-review",
                    "Mondays at eight: what is out of stock, what to order now and how much, what lies there too long. Put the days your supplier needs.",
                    Make("Weekly inventory review", InventoryReviewKind.Name, "0 0 8 * * MON", InventoryReviewKind.Defaults, shelves, zone)),
            ],
            .. researchers.Count == 0 ? Array.Empty<TaskTemplate>() :
            [
                new TaskTemplate(
                    "weekly-market-research",
                    "Mondays at eight: how your keywords and products fare in the market. The keyword is an example: put yours there, and your own and your competitors' ASINs.",
                    Make("Weekly market research", MarketResearchKind.Name, "0 0 8 * * MON", new MarketParameters("US", ["storage box"], [], null), researchers, zone)),
            ],
            .. stocked.Count < 2 ? Array.Empty<TaskTemplate>() :
            [
                new TaskTemplate(
                    "stock-sync",
                    "Each morning at six: proposes to bring the stock of your stores to that of one of them, and waits for your approval. It is switched off: choose the source and the stores before you switch it on.",
                    Make("Stock sync", StockSyncKind.Name, "0 0 6 * * *", new { Source = stocked[0], Buffer = 0 }, stocked, zone, enabled: false)),
            ],
        ];
    }

    /// <summary>Those of the connections that the kind can use.</summary>
    private List<string> Of(string kind, List<Connection> stores) =>
    [
        .. stores.Where(store => connectors.Find(store.Connector)?.Can(kinds.Find(kind)!.Capabilities) == true).Select(static store => store.Id),
    ];

    private static object Sales(string name, string cron, string period, IReadOnlyList<string> connections, string zone) =>
        Make(name, SalesReportKind.Name, cron, new SalesParameters(period), connections, zone);

    private static object Make(string name, string kind, string cron, object parameters, IReadOnlyList<string> connections, string zone, bool enabled = true) => new
    {
        Name = name,
        Kind = kind,
        Connections = connections,
        Schedule = new ScheduleSpec(cron, null),
        TimeZone = zone,
        Parameters = parameters,
        DeliverTo = (IReadOnlyList<string>?)null,
        Missed = MissedPolicy.Latest,
        Enabled = enabled,
    };
}
