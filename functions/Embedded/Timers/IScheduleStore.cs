namespace StoreClaw.Embedded;

/// <summary>What all processes on one storage account know of a timer.</summary>
/// <param name="Since">When the timer was first seen; stands in for <paramref name="Last"/> before the first run.</param>
/// <param name="Last">When the last run that ended had started.</param>
/// <param name="Owner">The process that runs it now, if any.</param>
/// <param name="LeaseUntil">When that process is taken for dead.</param>
/// <param name="Version">Changes with every write.</param>
internal sealed record ScheduleState(DateTimeOffset Since, DateTimeOffset? Last, string? Owner, DateTimeOffset LeaseUntil, string Version);

/// <summary>Keeps the state of timers where every process of the app sees it.</summary>
internal interface IScheduleStore
{
    /// <summary>The state of a timer; null when it has none yet.</summary>
    Task<ScheduleState?> FindAsync(string timer, CancellationToken cancellationToken);

    /// <summary>Writes the first state. Null when another process was faster.</summary>
    Task<ScheduleState?> TryAddAsync(string timer, ScheduleState state, CancellationToken cancellationToken);

    /// <summary>Writes the state when it is still the given version; returns it with its new one. Null when it changed meanwhile.</summary>
    Task<ScheduleState?> TryUpdateAsync(string timer, ScheduleState state, CancellationToken cancellationToken);
}
