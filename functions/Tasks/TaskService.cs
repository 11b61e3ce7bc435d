using StoreClaw.Common;
using StoreClaw.Storage;

namespace StoreClaw.Tasks;

/// <summary>A task and how it is doing.</summary>
/// <param name="NextDue">Null when it is not enabled or never comes due again.</param>
/// <param name="LateBy">How long something has been due without having been started; null when nothing has for long.</param>
/// <param name="LastRan">The newest run that was started.</param>
/// <param name="LastSkipped">The newest due instants that were not run, and why.</param>
public sealed record TaskState(ScheduledTask Task, DateTimeOffset? NextDue, TimeSpan? LateBy, TaskRun? LastRan, SkippedOccurrences? LastSkipped);

/// <summary>Creates, changes and deletes tasks, and starts them when somebody asks.</summary>
public sealed class TaskService(TaskTable tasks, RunTable runs, OccurrenceLedger ledger, TaskInputReader reader, WorkQueues queues, Randomness random, TimeProvider time)
{
    private const int RunsLookedAt = 50;
    private const int Tries = 5;

    // The timer's own minute, and one for the queue.
    private static readonly TimeSpan Prompt = TimeSpan.FromMinutes(2);

    public async Task<TaskState> CreateAsync(TaskInput input, CancellationToken cancellationToken)
    {
        var now = WholeSeconds(time.GetUtcNow());
        var task = await reader.ReadAsync(input, random.Id(now), now, now, cancellationToken);
        await tasks.AddAsync(task, task.ReadSchedule().Next(now), cancellationToken);
        return await StateAsync(task, cancellationToken);
    }

    /// <summary>
    /// Replaces the task. What was due until now is settled under the old one first: a pause is skipped whole, and a new schedule does not reach back.
    /// </summary>
    public async Task<TaskState> ReplaceAsync(string id, TaskInput input, CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < Tries; tries++)
        {
            var stored = await FindAsync(id, cancellationToken);
            var now = time.GetUtcNow();
            var task = await reader.ReadAsync(input, id, stored.Task.CreatedAt, now, cancellationToken);
            var position = await ledger.SettleAsync(stored.Task, now, close: true, cancellationToken);
            if (await tasks.ReplaceAsync(stored, task, task.ReadSchedule().Next(position.Claimed), cancellationToken))
            {
                return await StateAsync(task, cancellationToken);
            }
        }

        throw new ProblemException(new Problem(409, "TASK_CHANGING", ProblemCategory.Parameter, "The task is being changed by others at this moment. Read it and send the change again."));
    }

    /// <summary>Deletes the task. Its reports stay; its runs cannot be asked for any more and go the next night.</summary>
    public async Task DeleteAsync(string id, CancellationToken cancellationToken)
    {
        await FindAsync(id, cancellationToken);
        await tasks.DeleteAsync(id, cancellationToken);
    }

    public async Task<TaskState> GetAsync(string id, CancellationToken cancellationToken) => await StateAsync((await FindAsync(id, cancellationToken)).Task, cancellationToken);

    public async Task<IReadOnlyList<TaskState>> ListAsync(CancellationToken cancellationToken) =>
        await Task.WhenAll((await tasks.ListAsync(cancellationToken)).Select(stored => StateAsync(stored.Task, cancellationToken)));

    /// <summary>Queues a run, beside the schedule, and gives its id.</summary>
    /// <param name="asOf">What "now" means to it; null for now.</param>
    public async Task<string> RunAsync(string id, DateTimeOffset? asOf, CancellationToken cancellationToken)
    {
        if (asOf is { Year: < 2000 or > 2200 })
        {
            throw new ProblemException(Problem.Invalid("asOf", "Give an instant between the years 2000 and 2200, such as 2026-03-01T08:00:00Z."));
        }

        await FindAsync(id, cancellationToken);
        var now = time.GetUtcNow();
        var message = new RunMessage(id, InstantIds.New(now, random), RunTrigger.Manual, asOf ?? now, null, now);
        await queues.SendAsync(QueueNames.TaskRuns, message, null, cancellationToken);
        await runs.AddAsync(TaskRun.From(message), cancellationToken);
        return message.RunId;
    }

    /// <summary>The newest runs, newest first.</summary>
    public async Task<IReadOnlyList<TaskRun>> RunsAsync(string id, int most, CancellationToken cancellationToken)
    {
        await FindAsync(id, cancellationToken);
        return await runs.ListAsync(id, most, cancellationToken);
    }

    public async Task<TaskRun> FindRunAsync(string id, string runId, CancellationToken cancellationToken)
    {
        await FindAsync(id, cancellationToken);
        return await runs.FindAsync(id, runId, cancellationToken) ?? throw new ProblemException(Problem.NotFound("run", runId));
    }

    private async Task<TaskTable.Stored> FindAsync(string id, CancellationToken cancellationToken) =>
        await tasks.FindAsync(id, cancellationToken) ?? throw new ProblemException(Problem.NotFound("task", id));

    private async Task<TaskState> StateAsync(ScheduledTask task, CancellationToken cancellationToken)
    {
        var position = await ledger.PositionAsync(task, cancellationToken);
        var newest = await runs.ListAsync(task.Id, RunsLookedAt, cancellationToken);
        var next = task.Enabled ? task.ReadSchedule().Next(position.Claimed) : null;
        var waiting = newest.Where(static run => run.Status == RunStatus.Queued).Select(static run => run.Due).Append(next).Min();
        var late = time.GetUtcNow() - waiting;
        return new TaskState(task, next, late > Prompt ? late : null, newest.FirstOrDefault(static run => run.StartedAt is not null), position.LastSkipped);
    }

    private static DateTimeOffset WholeSeconds(DateTimeOffset instant) => DateTimeOffset.FromUnixTimeSeconds(instant.ToUnixTimeSeconds());
}
