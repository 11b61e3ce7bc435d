using Microsoft.Extensions.Logging;
using StoreClaw.Approvals;
using StoreClaw.Connections;
using StoreClaw.Notifications;
using StoreClaw.Reports;
using StoreClaw.Storage;

namespace StoreClaw.Tasks;

/// <summary>
/// The part of a run behind its report, when that proposes changes: it asks for approval and ends or goes on as that was decided. Each step can be repeated: the approval's id is made from the run, and
/// what was noted is not done again.
/// </summary>
public sealed partial class ActingRuns(
    ApprovalTable approvals,
    ApprovalExecution execution,
    RunTable runs,
    IRunResumption resumption,
    ReportLibrary library,
    ReportLinks links,
    IConnectionDirectory connections,
    INotifier notifier,
    TimeProvider time,
    ILogger<ActingRuns> logger)
{
    private const string Replaced = "A newer proposal of the task took its place.";
    private const string NothingLeft = "A newer run of the task found nothing to change.";

    /// <summary>What the run asked for in an earlier try, so that it asks for that and nothing else; null when it did not.</summary>
    public async Task<Approval?> FindAsync(TaskRun run, CancellationToken cancellationToken) => run.Attempts > 1 ? await approvals.FindAsync(IdOf(run), cancellationToken) : null;

    /// <summary>Notes what the report proposes; null when that is nothing.</summary>
    public async Task<Approval?> ProposeAsync(TaskRun run, Report report, IReadOnlyList<ApprovalAction> actions, CancellationToken cancellationToken)
    {
        if (actions.Count > 0)
        {
            return await approvals.AddAsync(Approval.Propose(IdOf(run), run.TaskId, run.Id, report.Id, actions, time.GetUtcNow()), cancellationToken);
        }

        await SupersedeAsync(await approvals.PendingOfAsync(run.TaskId, cancellationToken), run, NothingLeft, cancellationToken);
        return null;
    }

    /// <summary>Brings the run to where its approval stands.</summary>
    /// <param name="task">Null when it was deleted meanwhile: then nothing is done any more, and nobody is told.</param>
    public async Task GoOnAsync(ScheduledTask? task, TaskRun run, Approval approval, CancellationToken cancellationToken)
    {
        if (approval.State == ApprovalState.Pending && await IsNewestAsync(run, approval, cancellationToken))
        {
            await AskAsync(task, run, approval, cancellationToken);
            return;
        }

        approval = await approvals.FindAsync(approval.Id, cancellationToken) ?? approval;
        if (approval.State == ApprovalState.Approved)
        {
            approval = task is null
                ? await execution.EndAsync(approval, "The task was deleted before this was carried out.", cancellationToken)
                : await execution.ContinueAsync(approval, cancellationToken);
        }

        await (approval.State == ApprovalState.Approved ? WaitAsync(run, approval, cancellationToken) : EndAsync(task, run, approval, cancellationToken));
    }

    private static string IdOf(TaskRun run) => InstantIds.Of(run.StartedAt!.Value, "approval", run.TaskId, run.Id);

    /// <summary>Of the task's proposals that wait for a decision only the newest goes on waiting. Whether this one is it.</summary>
    private async Task<bool> IsNewestAsync(TaskRun run, Approval approval, CancellationToken cancellationToken)
    {
        var pending = await approvals.PendingOfAsync(run.TaskId, cancellationToken);
        var older = pending.OrderBy(static one => one.CreatedAt).ThenBy(static one => one.Id, StringComparer.Ordinal).SkipLast(1).ToList();
        await SupersedeAsync(older, run, Replaced, cancellationToken);
        return !older.Exists(one => one.Id == approval.Id);
    }

    private async Task SupersedeAsync(IReadOnlyList<Approval> older, TaskRun run, string reason, CancellationToken cancellationToken)
    {
        foreach (var one in older)
        {
            var ended = await approvals.ChangeAsync(one.Id, stored => stored.State == ApprovalState.Pending ? stored.Expire(reason, time.GetUtcNow()) : null, cancellationToken);
            if (ended is not null && ended.Run != run.Id)
            {
                await resumption.ResumeAsync(ended.Task, ended.Run, cancellationToken);
            }
        }
    }

    private async Task AskAsync(ScheduledTask? task, TaskRun run, Approval approval, CancellationToken cancellationToken)
    {
        await runs.ChangeAsync(
            run.TaskId,
            run.Id,
            stored => stored.Status == RunStatus.Running ? stored with { Status = RunStatus.AwaitingApproval, ReportId = approval.Report, Approval = approval.Id, Owner = null, Until = null } : null,
            cancellationToken);
        Log.Asked(logger, run.Id, approval.Id, approval.Actions.Count);
        if (task is { DeliverTo: not { Count: 0 } })
        {
            var link = await library.FindAsync(approval.Report, cancellationToken) is var (_, report) ? await links.MakeAsync(report, cancellationToken) : null;
            var message = ApprovalMessages.Ask(task, approval, await NamesAsync(cancellationToken), link);
            await notifier.NotifyAsync(new Notice($"approval|{approval.Id}", $"approval|{task.Id}", Urgency.Warning, message), task.DeliverTo, cancellationToken);
        }
    }

    /// <summary>Leaves the run to whoever goes on with it, at once or when the approval is looked at again.</summary>
    private async Task WaitAsync(TaskRun run, Approval approval, CancellationToken cancellationToken)
    {
        await runs.ChangeAsync(
            run.TaskId, run.Id, stored => stored.Status == RunStatus.Running ? stored with { Owner = null, Until = approval.LookAt + TaskRunner.ClaimHolds } : null, cancellationToken);
        if (approval.LookAt <= time.GetUtcNow())
        {
            await resumption.ResumeAsync(run.TaskId, run.Id, cancellationToken);
        }
    }

    private async Task EndAsync(ScheduledTask? task, TaskRun run, Approval approval, CancellationToken cancellationToken)
    {
        if (task is { DeliverTo: not { Count: 0 } } && !approval.IsSuperseded)
        {
            var urgency = approval.State is ApprovalState.Done or ApprovalState.Refused ? Urgency.Info : Urgency.Warning;
            var message = ApprovalMessages.Outcome(task, approval, await NamesAsync(cancellationToken));
            await notifier.NotifyAsync(new Notice($"approval-ended|{approval.Id}", $"approval|{task.Id}", urgency, message), task.DeliverTo, cancellationToken);
        }

        var error = approval.State switch
        {
            ApprovalState.Done => null,
            ApprovalState.Refused => $"Refused by {approval.By}. Nothing was changed.",
            ApprovalState.Expired => $"{approval.Reason} Nothing was changed.",
            _ => approval.Reason,
        };
        await runs.EndAsync(run, error is null ? RunStatus.Succeeded : RunStatus.Failed, approval.Report, error, time.GetUtcNow(), cancellationToken);
        await approvals.ChangeAsync(approval.Id, static stored => stored with { LookAt = null }, cancellationToken);
        Log.Ended(logger, run.Id, approval.Id, approval.State);
    }

    /// <summary>The stores' names by connection.</summary>
    private async Task<Dictionary<string, string>> NamesAsync(CancellationToken cancellationToken) =>
        (await connections.ListAsync(cancellationToken)).ToDictionary(static connection => connection.Id, static connection => connection.Name);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Run {Run} asks for approval {Approval} of {Count} changes")]
        public static partial void Asked(ILogger logger, string run, string approval, int count);

        [LoggerMessage(2, LogLevel.Information, "Run {Run} ended with approval {Approval} {State}")]
        public static partial void Ended(ILogger logger, string run, string approval, ApprovalState state);
    }
}
