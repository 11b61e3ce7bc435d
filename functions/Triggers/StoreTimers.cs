using Microsoft.Azure.Functions.Worker;
using StoreClaw.Sync;

namespace StoreClaw.Triggers;

/// <summary>Finds which stores are due for something and queues it.</summary>
public sealed class StoreTimers(SyncSchedule schedule, StoreCare care)
{
    [Function("StoreSyncTimer")]
    public Task SyncAsync([TimerTrigger("30 * * * * *")] TimerInfo timer, CancellationToken cancellationToken) => schedule.QueueDueAsync(cancellationToken);

    [Function("TokenRefreshTimer")]
    public Task RenewAsync([TimerTrigger("15 */5 * * * *")] TimerInfo timer, CancellationToken cancellationToken) => care.QueueRenewalsAsync(cancellationToken);

    [Function("WebhookAuditTimer")]
    public Task AuditAsync([TimerTrigger("0 20 */6 * * *")] TimerInfo timer, CancellationToken cancellationToken) => care.QueueAuditsAsync(cancellationToken);

    [Function("DeliveryCollectTimer")]
    public Task CollectAsync([TimerTrigger("20 * * * * *")] TimerInfo timer, CancellationToken cancellationToken) => care.QueueCollectionsAsync(cancellationToken);
}
