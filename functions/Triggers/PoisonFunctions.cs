using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using StoreClaw.Storage;
using StoreClaw.Webhooks;

namespace StoreClaw.Triggers;

/// <summary>
/// Takes in what the host itself gave up: messages under which the process went down or hung time and again. What failed with an error was parked before it came to that.
/// </summary>
public sealed class PoisonFunctions(ParkingLot parking)
{
    [Function("WebhookEventsPoison")]
    public Task WebhookEventsAsync([QueueTrigger(QueueNames.WebhookEvents + QueueNames.Poison)] QueueMessage message, CancellationToken cancellationToken) =>
        ParkAsync(QueueNames.WebhookEvents, message, cancellationToken);

    [Function("StoreSyncPoison")]
    public Task StoreSyncAsync([QueueTrigger(QueueNames.StoreSync + QueueNames.Poison)] QueueMessage message, CancellationToken cancellationToken) =>
        ParkAsync(QueueNames.StoreSync, message, cancellationToken);

    [Function("TaskRunsPoison")]
    public Task TaskRunsAsync([QueueTrigger(QueueNames.TaskRuns + QueueNames.Poison)] QueueMessage message, CancellationToken cancellationToken) =>
        ParkAsync(QueueNames.TaskRuns, message, cancellationToken);

    [Function("NotificationsPoison")]
    public Task NotificationsAsync([QueueTrigger(QueueNames.Notifications + QueueNames.Poison)] QueueMessage message, CancellationToken cancellationToken) =>
        ParkAsync(QueueNames.Notifications, message, cancellationToken);

    [Function("AlertChecksPoison")]
    public Task AlertChecksAsync([QueueTrigger(QueueNames.AlertChecks + QueueNames.Poison)] QueueMessage message, CancellationToken cancellationToken) =>
        ParkAsync(QueueNames.AlertChecks, message, cancellationToken);

    private Task ParkAsync(string queue, QueueMessage message, CancellationToken cancellationToken) => parking.ParkAsync(
        queue, message.MessageText, new TimeoutException("The process ended or hung each time it handled this."), QueueDoor.MostTries, cancellationToken);
}
