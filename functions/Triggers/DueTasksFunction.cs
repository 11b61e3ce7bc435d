using Microsoft.Azure.Functions.Worker;
using StoreClaw.Approvals;
using StoreClaw.Tasks;

namespace StoreClaw.Triggers;

/// <summary>Finds which tasks are due and queues their runs, those that waited for an approval among them.</summary>
public sealed class DueTasksFunction(DueTasks due, ApprovalWatch approvals)
{
    [Function("DueTasks")]
    public async Task RunAsync([TimerTrigger("0 * * * * *")] TimerInfo timer, CancellationToken cancellationToken)
    {
        await due.SettleAsync(cancellationToken);
        await approvals.SweepAsync(cancellationToken);
    }
}
