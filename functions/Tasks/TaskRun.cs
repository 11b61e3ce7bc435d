using System.Text.Json.Serialization;

namespace StoreClaw.Tasks;

public enum RunStatus
{
    Queued,
    Running,
    Succeeded,
    Failed,

    /// <summary>It would change something on a platform, and nobody has decided on that yet.</summary>
    AwaitingApproval,
}

public enum RunTrigger
{
    Schedule,
    Manual,
}

/// <summary>What stands on the queue of runs: enough to make the run's row, so that neither is lost when the other is not written.</summary>
/// <param name="Due">Null for a run that somebody asked for.</param>
public sealed record RunMessage(string TaskId, string RunId, RunTrigger Trigger, DateTimeOffset AsOf, DateTimeOffset? Due, DateTimeOffset QueuedAt);

/// <summary>One execution of a task.</summary>
/// <param name="StartedAt">Of the first attempt, whole seconds; later attempts make the same report.</param>
/// <param name="Owner">The queue message whose handler is at work.</param>
/// <param name="Until">When that handler has ended for certain; without an owner, when the run, which waits for a platform, has been gone on with.</param>
/// <param name="Approval">The approval it asked for.</param>
public sealed record TaskRun(
    string Id,
    string TaskId,
    RunStatus Status,
    RunTrigger Trigger,
    DateTimeOffset AsOf,
    DateTimeOffset? Due,
    DateTimeOffset QueuedAt,
    DateTimeOffset? StartedAt = null,
    DateTimeOffset? FinishedAt = null,
    string? ReportId = null,
    string? Error = null,
    int Attempts = 0,
    string? Owner = null,
    DateTimeOffset? Until = null,
    string? Approval = null)
{
    [JsonIgnore]
    public bool HasEnded => Status is RunStatus.Succeeded or RunStatus.Failed;

    public static TaskRun From(RunMessage message) =>
        new(message.RunId, message.TaskId, RunStatus.Queued, message.Trigger, message.AsOf, message.Due, message.QueuedAt);

    /// <summary>The message that has it gone on with.</summary>
    public RunMessage ToMessage() => new(TaskId, Id, Trigger, AsOf, Due, QueuedAt);
}
