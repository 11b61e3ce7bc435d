using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using StoreClaw.Storage;
using StoreClaw.Tasks;

namespace StoreClaw.Triggers;

/// <summary>Executes one run a message.</summary>
public sealed class TaskRunFunction(TaskRunner runner, WorkQueues queues, QueueDoor door)
{
    [Function("TaskRuns")]
    public Task RunAsync([QueueTrigger(QueueNames.TaskRuns)] QueueMessage message, CancellationToken cancellationToken) => door.RunAsync(
        QueueNames.TaskRuns,
        message,
        async token => await runner.RunAsync(await queues.ReadAsync<RunMessage>(message, token), message.MessageId, token),
        cancellationToken);
}
