using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using StoreClaw.Storage;
using StoreClaw.Webhooks;

namespace StoreClaw.Triggers;

/// <summary>Applies deliveries.</summary>
public sealed class WebhookEventsFunction(EventApplier applier, QueueDoor door)
{
    [Function("WebhookEvents")]
    public Task RunAsync([QueueTrigger(QueueNames.WebhookEvents)] QueueMessage message, CancellationToken cancellationToken) =>
        door.RunAsync(QueueNames.WebhookEvents, message, token => applier.ApplyAsync(message.MessageText, message.MessageId, message.DequeueCount, token), cancellationToken);
}
