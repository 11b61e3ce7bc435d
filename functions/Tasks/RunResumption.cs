using StoreClaw.Approvals;
using StoreClaw.Storage;

namespace StoreClaw.Tasks;

/// <summary>By the same message that began the run.</summary>
public sealed class RunResumption(RunTable runs, WorkQueues queues) : IRunResumption
{
    public async Task<bool> ResumeAsync(string task, string run, CancellationToken cancellationToken)
    {
        if (await runs.FindAsync(task, run, cancellationToken) is not { HasEnded: false } waiting)
        {
            return false;
        }

        await queues.SendAsync(QueueNames.TaskRuns, waiting.ToMessage(), null, cancellationToken);
        return true;
    }
}
