using StoreClaw.Alerts;
using StoreClaw.Common;
using StoreClaw.Connections;
using StoreClaw.Notifications;
using StoreClaw.Reports;
using StoreClaw.Reports.Research;
using StoreClaw.Storage;
using StoreClaw.Tasks;
using StoreClaw.Webhooks;

namespace StoreClaw.Sync;

/// <summary>Removes what has served its time.</summary>
public sealed class Housekeeping(
    IConnectionDirectory connections,
    EventLog log,
    Authorizations authorizations,
    PayloadStore payloads,
    NotificationWork notifications,
    TaskHistory tasks,
    MarketAnswers research,
    ReportLibrary reports,
    AlertBook alerts,
    AppSettings settings,
    TimeProvider time)
{
    /// <summary>How long the timeline is kept; longer than any platform sends again.</summary>
    public static readonly TimeSpan EventsKept = TimeSpan.FromDays(30);

    /// <summary>How long the body of a big message is kept when nobody took it; parked messages are to be replayed within it.</summary>
    public static readonly TimeSpan PayloadsKept = TimeSpan.FromDays(90);

    public async Task CleanAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await authorizations.CleanAsync(cancellationToken);
        await notifications.CleanAsync(cancellationToken);
        await tasks.CleanAsync(cancellationToken);
        await research.CleanAsync(cancellationToken);
        await alerts.CleanAsync(cancellationToken);
        if (settings.ReportsKept is { } kept)
        {
            await reports.CleanAsync(now - kept, cancellationToken);
        }

        foreach (var connection in await connections.ListAsync(cancellationToken))
        {
            await log.CleanAsync(connection.Id, now - EventsKept, cancellationToken);
        }

        foreach (var queue in (string[])[QueueNames.WebhookEvents, QueueNames.StoreSync, QueueNames.TaskRuns, QueueNames.Notifications, QueueNames.AlertChecks])
        {
            await payloads.CleanAsync(queue, now - PayloadsKept, cancellationToken);
        }
    }
}
