using StoreClaw.Common;
using StoreClaw.Connections;
using StoreClaw.Reports.Sales;

namespace StoreClaw.Tasks;

/// <param name="Task">Ready to be sent to POST /api/tasks.</param>
public sealed record TaskTemplate(string Id, string Description, object Task);

/// <summary>Tasks most teams want, filled in with the stores that are connected and their time zone.</summary>
public sealed class TaskTemplates(IConnectionDirectory connections)
{
    // What connecting finds out about a store, where its platform tells the zone.
    private const string TimeZoneFact = "timeZone";

    public async Task<IReadOnlyList<TaskTemplate>> ListAsync(CancellationToken cancellationToken)
    {
        var stores = (await connections.ListAsync(cancellationToken)).Where(static connection => connection.Status == ConnectionStatus.Connected).ToList();
        var ids = stores.Select(static connection => connection.Id).ToList();
        var zone = stores.Select(static connection => connection.Facts.GetValueOrDefault(TimeZoneFact)).FirstOrDefault(static name => WallClock.TryFindZone(name, out _)) ?? "UTC";
        return
        [
            new TaskTemplate("daily-sales", "Each morning at nine: what was sold yesterday.", Sales("Daily sales", "0 0 9 * * *", SalesWindows.Yesterday, ids, zone)),
            new TaskTemplate("weekly-sales", "Mondays at nine: what was sold in the last seven days.", Sales("Weekly sales", "0 0 9 * * MON", SalesWindows.Last7Days, ids, zone)),
        ];
    }

    private static object Sales(string name, string cron, string period, IReadOnlyList<string> connections, string zone) => new
    {
        Name = name,
        Kind = SalesReportKind.Name,
        Connections = connections,
        Schedule = new ScheduleSpec(cron, null),
        TimeZone = zone,
        Parameters = new SalesParameters(period),
        DeliverTo = (IReadOnlyList<string>?)null,
        Missed = MissedPolicy.Latest,
        Enabled = true,
    };
}
