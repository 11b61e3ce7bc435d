using StoreClaw.Approvals;

namespace StoreClaw.Tasks;

/// <summary>Ends what is on record of tasks; their reports are the library's and stay.</summary>
public sealed class TaskHistory(TaskTable tasks, RunTable runs, OccurrenceLedger ledger, ApprovalTable approvals, TimeProvider time)
{
    /// <summary>How long runs, their approvals and due instants are on record: a year, and a month more so that a day can be held against the same one a year before.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(400);

    /// <summary>Removes what is older than <see cref="Kept"/>, and everything of tasks that were deleted.</summary>
    public async Task CleanAsync(CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow() - Kept;
        await approvals.CleanAsync(before, cancellationToken);
        foreach (var id in await runs.TasksAsync(cancellationToken))
        {
            await runs.CleanAsync(id, await IsThereAsync(id, cancellationToken) ? before : null, cancellationToken);
        }

        foreach (var id in await ledger.TasksAsync(cancellationToken))
        {
            await ledger.CleanAsync(id, await IsThereAsync(id, cancellationToken) ? before : null, cancellationToken);
        }
    }

    // Asked after its rows were seen: a task is written before any of them, so one that is new is not taken for a deleted one.
    private async Task<bool> IsThereAsync(string id, CancellationToken cancellationToken) => await tasks.FindAsync(id, cancellationToken) is not null;
}
