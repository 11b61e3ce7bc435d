using Microsoft.Extensions.Logging;
using StoreClaw.Approvals;
using StoreClaw.Common;
using StoreClaw.Connections;
using StoreClaw.Notifications;
using StoreClaw.Reports;
using StoreClaw.Storage;

namespace StoreClaw.Tasks;

/// <summary>
/// Executes runs: computes the report, keeps it, tells the team. Doing the same run again makes the same report under the same id and the same notice under the same key,
/// so a message that comes twice, or again after a crash, changes nothing. What a report proposes to change on a platform goes to <see cref="ActingRuns"/>: no run acts unasked.
/// </summary>
public sealed partial class TaskRunner(
    TaskTable tasks,
    RunTable runs,
    ReportKinds kinds,
    ReportLibrary library,
    ReportLinks links,
    IConnectionDirectory connections,
    INotifier notifier,
    ActingRuns acting,
    WorkQueues queues,
    TimeProvider time,
    ILogger<TaskRunner> logger)
{
    /// <summary>How long a run may take; below the queue door's deadline, so that a run that is too big ends as failed and is not started over.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3.5);

    // When the handler that claimed a run has ended for certain: after the queue door's deadline.
    internal static readonly TimeSpan ClaimHolds = TimeSpan.FromMinutes(5);

    /// <param name="messageId">The queue's id of the message: the same when the queue delivers it again after a crash.</param>
    /// <exception cref="Azure.RequestFailedException">Storage is away; the message is to be tried again.</exception>
    public async Task RunAsync(RunMessage message, string messageId, CancellationToken cancellationToken)
    {
        await runs.AddAsync(TaskRun.From(message), cancellationToken);
        if (await ClaimAsync(message, messageId, cancellationToken) is not { } run)
        {
            return;
        }

        using var deadline = new CancellationTokenSource(Deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var approval = await acting.FindAsync(run, either.Token);
        try
        {
            approval ??= await ProduceAsync(run, either.Token);
        }
        catch (Exception failed) when (!IsPassing(failed) && !cancellationToken.IsCancellationRequested)
        {
            await FailAsync(run, failed, cancellationToken);
        }

        if (approval is not null)
        {
            // What fails here is tried again: a proposal that somebody may approve is not left behind by its run.
            await acting.GoOnAsync((await tasks.FindAsync(run.TaskId, either.Token))?.Task, run, approval, either.Token);
        }
    }

    private async Task<TaskRun?> ClaimAsync(RunMessage message, string messageId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        DateTimeOffset? busyUntil = null;
        var claimed = await runs.ChangeAsync(
            message.TaskId,
            message.RunId,
            run =>
            {
                busyUntil = null;
                if (run.HasEnded)
                {
                    return null;
                }

                if (run.Status == RunStatus.Running && run.Owner is { } owner && owner != messageId && run.Until > now)
                {
                    busyUntil = run.Until;
                    return null;
                }

                var started = run.StartedAt ?? DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds());
                return run with { Status = RunStatus.Running, StartedAt = started, Attempts = run.Attempts + 1, Owner = messageId, Until = now + ClaimHolds };
            },
            cancellationToken);
        if (busyUntil is { } until)
        {
            // Another message of this run is at work. If it dies its own message may be lost with it (parked, replayed), so this one looks in again.
            await queues.SendAsync(QueueNames.TaskRuns, message, until - now, cancellationToken);
        }

        return claimed;
    }

    /// <summary>The report; and the approval that is to be asked for when it proposes anything.</summary>
    private async Task<Approval?> ProduceAsync(TaskRun run, CancellationToken cancellationToken)
    {
        var task = (await tasks.FindAsync(run.TaskId, cancellationToken))?.Task ?? throw Refuse("The task was deleted before it ran.");
        var kind = kinds.Find(task.Kind) ?? throw Refuse($"There is no kind '{task.Kind}' any more. Choose another for the task.");
        var report = await kind.ComputeAsync(await ContextAsync(task, run, cancellationToken), cancellationToken);
        await library.SaveAsync(report, task.Id, task.Name, run.Id, cancellationToken);
        if (kind is IActingKind proposing && await acting.ProposeAsync(run, report, proposing.Actions(report), cancellationToken) is { } approval)
        {
            return approval;
        }

        if (task.DeliverTo is not { Count: 0 })
        {
            var message = kind.ToMessage(report, await links.MakeAsync(report, cancellationToken));
            await notifier.NotifyAsync(new Notice($"report|{run.Id}", $"report|{task.Id}", Urgency.Info, message) { Whole = true }, task.DeliverTo, cancellationToken);
        }

        await runs.EndAsync(run, RunStatus.Succeeded, report.Id, null, time.GetUtcNow(), cancellationToken);
        Log.Succeeded(logger, run.Id, task.Id, report.Id);
        return null;
    }

    private async Task<ReportContext> ContextAsync(ScheduledTask task, TaskRun run, CancellationToken cancellationToken)
    {
        var stores = new List<Connection>();
        foreach (var id in task.Connections)
        {
            stores.Add(await connections.FindAsync(id, cancellationToken) ?? throw Refuse($"Connection '{id}' is not known any more. Take it out of the task."));
        }

        if (!WallClock.TryFindZone(task.TimeZone, out var zone))
        {
            throw Refuse($"The time zone {task.TimeZone} is not known on this machine. Choose another for the task.");
        }

        var generatedAt = run.StartedAt!.Value;
        return new ReportContext(
            ReportLibrary.IdOf(generatedAt, task.Id, run.Id),
            stores,
            zone,
            run.AsOf,
            generatedAt,
            task.Parameters,
            (before, token) => library.FindBeforeAsync(task.Kind, task.Id, before, token));
    }

    private async Task FailAsync(TaskRun run, Exception failed, CancellationToken cancellationToken)
    {
        var error = Describe(failed);
        Log.Failed(logger, run.Id, run.TaskId, failed);
        if ((await tasks.FindAsync(run.TaskId, cancellationToken))?.Task is { DeliverTo: not { Count: 0 } } task)
        {
            await notifier.NotifyAsync(new Notice($"run-failed|{run.Id}", $"run-failed|{task.Id}", Urgency.Warning, TaskMessages.Failed(task, run, error)), task.DeliverTo, cancellationToken);
        }

        await runs.EndAsync(run, RunStatus.Failed, null, error, time.GetUtcNow(), cancellationToken);
    }

    private static bool IsPassing(Exception exception) => exception is VaultException || StorageClients.IsUnavailable(exception);

    private static string Describe(Exception failed) => failed switch
    {
        ProblemException known => known.Problem.Detail,
        OperationCanceledException => $"It was not done after {Deadline.TotalMinutes} minutes. Choose a shorter period or fewer stores for the task.",
        _ => ReadableText.Cut($"{failed.GetType().Name}: {failed.Message}", 400),
    };

    private static ProblemException Refuse(string detail) => new(new Problem(409, "RUN_REFUSED", ProblemCategory.Parameter, detail));

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Run {Run} of task {Task} made report {Report}")]
        public static partial void Succeeded(ILogger logger, string run, string task, string report);

        [LoggerMessage(2, LogLevel.Error, "Run {Run} of task {Task} failed")]
        public static partial void Failed(ILogger logger, string run, string task, Exception exception);
    }
}
