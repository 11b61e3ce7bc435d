using StoreClaw.Common;
using StoreClaw.Connections;
using StoreClaw.Connectors;
using StoreClaw.Reports;
using StoreClaw.Reports.Research;
using StoreClaw.Reports.Sales;

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
        var researchers = Of(MarketResearchKind.Name, stores);
        var zone = stores.Select(static connection => connection.Facts.GetValueOrDefault(Connection.TimeZoneFact)).FirstOrDefault(static name => WallClock.TryFindZone(name, out _)) ?? "UTC";
        return
        [
            new TaskTemplate("daily-sales", "Each morning at nine: what was sold yesterday.", Sales("Daily sales", "0 0 9 * * *", SalesWindows.Yesterday, shops, zone)),
            new TaskTemplate("weekly-sales", "Mondays at nine: what was sold in the last seven days.", Sales("Weekly sales", "0 0 9 * * MON", SalesWindows.Last7Days, shops, zone)),
            .. researchers.Count == 0 ? Array.Empty<TaskTemplate>() :
            [
                new TaskTemplate(
                    "weekly-market-research",
                    "Mondays at eight: how your keywords and products fare in the market. The keyword is an example: put yours there, and your own and your competitors' ASINs.",
                    Make("Weekly market research", MarketResearchKind.Name, "0 0 8 * * MON", new MarketParameters("US", ["storage box"], [], null), researchers, zone)),
            ],
        ];
    }

    /// <summary>Those of the connections that the kind can use.</summary>
    private List<string> Of(string kind, List<Connection> stores) =>
    [
        .. stores.Where(store => connectors.Find(store.Connector)?.Capabilities.Contains(kinds.Find(kind)!.Capability) == true).Select(static store => store.Id),
    ];

    private static object Sales(string name, string cron, string period, IReadOnlyList<string> connections, string zone) =>
        Make(name, SalesReportKind.Name, cron, new SalesParameters(period), connections, zone);

    private static object Make(string name, string kind, string cron, object parameters, IReadOnlyList<string> connections, string zone) => new
    {
        Name = name,
        Kind = kind,
        Connections = connections,
        Schedule = new ScheduleSpec(cron, null),
        TimeZone = zone,
        Parameters = parameters,
        DeliverTo = (IReadOnlyList<string>?)null,
        Missed = MissedPolicy.Latest,
        Enabled = true,
    };
}
