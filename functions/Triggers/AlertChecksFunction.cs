using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using StoreClaw.Alerts;
using StoreClaw.Storage;

namespace StoreClaw.Triggers;

/// <summary>Looks for what the team must know; one store a message.</summary>
public sealed class AlertChecksFunction(AlertChecks checks, WorkQueues queues, QueueDoor door)
{
    [Function("AlertChecks")]
    public Task RunAsync([QueueTrigger(QueueNames.AlertChecks)] QueueMessage message, CancellationToken cancellationToken) => door.RunAsync(
        QueueNames.AlertChecks,
        message,
        async token => await checks.RunAsync(await queues.ReadAsync<AlertCheck>(message, token), token),
        cancellationToken);

    [Function("AlertChecksTimer")]
    public Task QueueAsync([TimerTrigger("50 */5 * * * *")] TimerInfo timer, CancellationToken cancellationToken) => checks.QueueAllAsync(cancellationToken);
}
