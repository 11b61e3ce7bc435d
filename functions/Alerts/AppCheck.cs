using System.Globalization;
using StoreClaw.Notifications;
using StoreClaw.Storage;
using StoreClaw.Tasks;

namespace StoreClaw.Alerts;

/// <summary>What is about StoreClaw itself: parked messages, late tasks.</summary>
public sealed class AppCheck(ParkedMessages parked, TaskService tasks, AlertTable table, AlertBook book, TimeProvider time)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var open = await table.ListAsync(AlertState.Open, cancellationToken);
        await ParkedAsync(open, cancellationToken);
        await TasksAsync(open, cancellationToken);
    }

    internal static AlertSighting Seen(ParkedMessage message)
    {
        var (cause, advice) = AlertWords.Parked(message);
        return new AlertSighting(AlertKind.Parked, message.Connection, message.Queue, Urgency.Warning, cause, advice) { About = message.Queue, Occurrence = message.Id };
    }

    private async Task ParkedAsync(IReadOnlyList<Alert> open, CancellationToken cancellationToken)
    {
        // A notice that a channel refused is not told by that channel; it shows on the channel itself.
        var there = (await parked.ListAsync(cancellationToken)).Where(static message => message.Queue != QueueNames.Notifications).GroupBy(static message => (message.Connection, message.Queue)).ToList();
        foreach (var newest in there.Select(static group => group.First()))
        {
            if (!open.Any(alert => alert.Kind == AlertKind.Parked && alert.Connection == newest.Connection && alert.Subject == newest.Queue))
            {
                await book.SeenAsync(Seen(newest), cancellationToken);
            }
        }

        foreach (var alert in open.Where(alert => alert.Kind == AlertKind.Parked && !there.Exists(group => group.Key == (alert.Connection, alert.Subject))))
        {
            await book.GoneAsync(alert, AlertWords.NoneParked, cancellationToken);
        }
    }

    private async Task TasksAsync(IReadOnlyList<Alert> open, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var late = (await tasks.ListAsync(cancellationToken)).Where(static state => state.LateBy >= AlertPolicy.TaskLate).ToList();
        foreach (var state in late)
        {
            var (cause, advice) = AlertWords.TaskLate(state.Task.Name, now - state.LateBy!.Value);
            var hour = now.UtcDateTime.ToString("yyyyMMddHH", CultureInfo.InvariantCulture);
            await book.SeenAsync(new AlertSighting(AlertKind.TaskLate, null, state.Task.Id, Urgency.Warning, cause, advice) { About = state.Task.Name, Occurrence = hour }, cancellationToken);
        }

        foreach (var alert in open.Where(alert => alert.Kind == AlertKind.TaskLate && !late.Exists(state => state.Task.Id == alert.Subject)))
        {
            await book.GoneAsync(alert, null, cancellationToken);
        }
    }
}
