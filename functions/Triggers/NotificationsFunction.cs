using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using StoreClaw.Notifications;
using StoreClaw.Storage;

namespace StoreClaw.Triggers;

/// <summary>Tells the team; one channel's turn a message.</summary>
public sealed class NotificationsFunction(NotificationWork work, WorkQueues queues, QueueDoor door)
{
    [Function("Notifications")]
    public Task RunAsync([QueueTrigger(QueueNames.Notifications)] QueueMessage message, CancellationToken cancellationToken) => door.RunAsync(
        QueueNames.Notifications,
        message,
        async token => await work.HandleAsync(await queues.ReadAsync<NotificationMessage>(message, token), token),
        cancellationToken);

    [Function("NotificationsTimer")]
    public Task SweepAsync([TimerTrigger("45 * * * * *")] TimerInfo timer, CancellationToken cancellationToken) => work.SweepAsync(cancellationToken);
}
