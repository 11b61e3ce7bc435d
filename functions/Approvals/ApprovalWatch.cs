using Microsoft.Extensions.Logging;

namespace StoreClaw.Approvals;

/// <summary>Each minute: sees to approvals whose time has come. Ends those nobody decided, and wakes the runs of those that wait for a platform or whose message was lost.</summary>
public sealed partial class ApprovalWatch(ApprovalTable approvals, IRunResumption runs, TimeProvider time, ILogger<ApprovalWatch> logger)
{
    public const string TooLate = "Nobody approved it in time.";

    private const string RunGone = "Its run has ended or is not on record any more.";

    private static readonly TimeSpan LeastPause = TimeSpan.FromMinutes(10);

    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        foreach (var due in await approvals.DueAsync(time.GetUtcNow(), cancellationToken))
        {
            try
            {
                await SeeToAsync(due, cancellationToken);
            }
            catch (Exception failed) when (!cancellationToken.IsCancellationRequested)
            {
                Log.Failed(logger, due.Id, failed);
            }
        }
    }

    private async Task SeeToAsync(Approval due, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();

        // Written before the run is woken: what fails between the two comes again, after a pause that grows.
        var changed = await approvals.ChangeAsync(
            due.Id,
            approval => approval.LookAt > now || approval.LookAt is null ? null
                : (approval.StateAt(now) == approval.State ? approval : approval.Expire(TooLate, now)) with { LookAt = now + Pause(approval, now) },
            cancellationToken);
        if (changed is not null && !await runs.ResumeAsync(changed.Task, changed.Run, cancellationToken))
        {
            await approvals.ChangeAsync(
                due.Id, static approval => (approval.State == ApprovalState.Approved ? approval with { State = ApprovalState.Failed, Reason = RunGone } : approval) with { LookAt = null }, cancellationToken);
        }
    }

    private static TimeSpan Pause(Approval approval, DateTimeOffset now) => now - approval.DecidedAt is { } age && age > LeastPause ? age : LeastPause;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Approval {Approval} could not be seen to and is looked at again")]
        public static partial void Failed(ILogger logger, string approval, Exception exception);
    }
}
