using Microsoft.Azure.Functions.Worker;
using StoreClaw.Tasks;

namespace StoreClaw.Triggers;

/// <summary>Finds which tasks are due and queues their runs.</summary>
public sealed class DueTasksFunction(DueTasks due)
{
    [Function("DueTasks")]
    public Task RunAsync([TimerTrigger("0 * * * * *")] TimerInfo timer, CancellationToken cancellationToken) => due.SettleAsync(cancellationToken);
}
