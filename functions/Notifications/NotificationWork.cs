using Microsoft.Extensions.Logging;
using StoreClaw.Storage;

namespace StoreClaw.Notifications;

/// <summary>Gives channels their turns.</summary>
public sealed partial class NotificationWork(
    ChannelTurn turn, ChannelTable channels, ChannelPace pace, Outbox outbox, WorkQueues queues, TimeProvider time, ILogger<NotificationWork> logger)
{
    /// <summary>How long a notice's key is remembered after it was told.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromDays(30);

    public async Task HandleAsync(NotificationMessage message, CancellationToken cancellationToken)
    {
        if (message.Restore is { } restore)
        {
            await outbox.RestoreAsync(message.Channel, restore, cancellationToken);
        }

        try
        {
            if (await turn.RunAsync(message.Channel, cancellationToken) is { } wait)
            {
                await WakeAsync(message.Channel, wait, cancellationToken);
            }
        }
        catch (Exception failed) when (!cancellationToken.IsCancellationRequested)
        {
            // The message ends here and the sweep brings the next. Failing it in the end would park it, which is told to the team: by this same way.
            Log.Failed(logger, message.Channel, failed);
        }
    }

    /// <summary>Queues a turn of the channel unless one is on its way by then.</summary>
    public async Task WakeAsync(string channel, TimeSpan wait, CancellationToken cancellationToken)
    {
        // The queue cuts delays to whole seconds, and a turn that comes early would only ask for the rest.
        wait = TimeSpan.FromSeconds(Math.Ceiling(wait.TotalSeconds));
        if (await pace.ClaimWakeAsync(channel, wait, cancellationToken))
        {
            await queues.SendAsync(QueueNames.Notifications, new NotificationMessage(channel), wait, cancellationToken);
        }
    }

    /// <summary>Queues a turn of every channel that has something to tell: heals what a crash left between a row and its message.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        foreach (var channel in await channels.ListAsync(cancellationToken))
        {
            if (channel.Status == ChannelStatus.Connected && await HasWorkAsync(channel, cancellationToken))
            {
                await queues.SendAsync(QueueNames.Notifications, new NotificationMessage(channel.Id), null, cancellationToken);
            }
        }
    }

    /// <summary>Forgets notices that were told <see cref="Memory"/> ago.</summary>
    public async Task CleanAsync(CancellationToken cancellationToken)
    {
        foreach (var channel in await channels.ListAsync(cancellationToken))
        {
            await outbox.CleanAsync(channel.Id, time.GetUtcNow() - Memory, cancellationToken);
        }
    }

    /// <summary>In a silence only what is critical is work, and a message that was begun.</summary>
    private async Task<bool> HasWorkAsync(Channel channel, CancellationToken cancellationToken) => channel.Silence?.EndOf(time.GetUtcNow()) is null
        ? await outbox.HasWorkAsync(channel.Id, cancellationToken)
        : await outbox.WaitingAsync(channel.Id, 1, cancellationToken) is [{ Urgency: Urgency.Critical }] || await outbox.FlightAsync(channel.Id, cancellationToken) is not null;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A turn of channel {Channel} failed; the next comes within a minute")]
        public static partial void Failed(ILogger logger, string channel, Exception exception);
    }
}
