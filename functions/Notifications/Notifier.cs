using StoreClaw.Storage;

namespace StoreClaw.Notifications;

/// <summary>A message of the queue of notifications: the channel has something to do.</summary>
/// <param name="Restore">Parked notices to take up again first.</param>
public sealed record NotificationMessage(string Channel, IReadOnlyList<string>? Restore = null);

/// <summary>Stores what is to be told, one write and one queue message a channel. Whether and when it is told is no concern of the caller's.</summary>
public sealed class Notifier(ChannelTable table, Outbox outbox, WorkQueues queues) : INotifier
{
    public async Task NotifyAsync(Notice notice, IReadOnlyList<string>? channels, CancellationToken cancellationToken)
    {
        foreach (var channel in await table.ListAsync(cancellationToken))
        {
            // A failed channel takes notices too: they are told when the user has mended it.
            if (channels?.Contains(channel.Id) != false && await outbox.AddAsync(channel.Id, notice, cancellationToken))
            {
                await queues.SendAsync(QueueNames.Notifications, new NotificationMessage(channel.Id), null, cancellationToken);
            }
        }
    }
}
