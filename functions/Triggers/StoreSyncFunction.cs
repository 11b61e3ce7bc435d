using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using StoreClaw.Storage;
using StoreClaw.Sync;

namespace StoreClaw.Triggers;

/// <summary>Does store work: syncs, token renewals, webhook audits, deliveries to collect; one store a message.</summary>
public sealed class StoreSyncFunction(StoreCare care, WorkQueues queues, QueueDoor door)
{
    [Function("StoreSync")]
    public Task RunAsync([QueueTrigger(QueueNames.StoreSync)] QueueMessage message, CancellationToken cancellationToken) => door.RunAsync(
        QueueNames.StoreSync,
        message,
        async token => await care.RunAsync(await queues.ReadAsync<StoreMessage>(message, token), token),
        cancellationToken);
}
