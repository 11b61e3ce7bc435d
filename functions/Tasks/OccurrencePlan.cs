namespace StoreClaw.Tasks;

/// <summary>What becomes of occurrences that were not run when they were due.</summary>
public enum MissedPolicy
{
    /// <summary>Each is run, oldest first; of very many the newest <see cref="OccurrencePlan.MostCaughtUp"/>.</summary>
    All,

    /// <summary>Only the newest is run.</summary>
    Latest,

    /// <summary>None is run once it is <see cref="OccurrencePlan.Grace"/> late.</summary>
    Skip,
}

/// <summary>Neighbouring due instants that will not be run.</summary>
/// <param name="Reason">For the reader, in a few words.</param>
public sealed record SkippedOccurrences(DateTimeOffset From, DateTimeOffset Until, int Count, string Reason);

/// <summary>What to do about the instants a task was due at: first come those skipped, then those to run; each of them stands in one of the two.</summary>
/// <param name="Run">In order of time.</param>
public sealed record OccurrencePlan(SkippedOccurrences? Skipped, IReadOnlyList<DateTimeOffset> Run)
{
    /// <summary>How late an occurrence may be and still count as run on time.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(10);

    /// <summary>The most occurrences that are caught up in one go; with the row that moves the cursor and the one for the skipped they fit one transaction.</summary>
    public const int MostCaughtUp = 48;

    public bool IsEmpty => Skipped is null && Run.Count == 0;

    /// <summary>Decides on every instant the schedule names in (after, now].</summary>
    public static OccurrencePlan Make(Schedule schedule, MissedPolicy policy, DateTimeOffset after, DateTimeOffset now) => policy switch
    {
        MissedPolicy.All => Split(schedule, after, now, MostCaughtUp, DateTimeOffset.MinValue, $"more than {MostCaughtUp} were missed"),
        MissedPolicy.Latest => Split(schedule, after, now, 1, DateTimeOffset.MinValue, "only the latest of those missed is run"),
        MissedPolicy.Skip => Split(schedule, after, now, MostCaughtUp, now - Grace, "missed ones are skipped"),
        _ => throw new ArgumentOutOfRangeException(nameof(policy)),
    };

    /// <summary>Skips every instant the schedule names in (after, now].</summary>
    public static OccurrencePlan SkipAll(Schedule schedule, DateTimeOffset after, DateTimeOffset now, string reason) =>
        Split(schedule, after, now, 0, DateTimeOffset.MaxValue, reason);

    private static OccurrencePlan Split(Schedule schedule, DateTimeOffset after, DateTimeOffset now, int most, DateTimeOffset earliest, string reason)
    {
        var run = new Queue<DateTimeOffset>();
        SkippedOccurrences? skipped = null;
        for (var due = schedule.Next(after); due <= now; due = schedule.Next(due.Value))
        {
            run.Enqueue(due.Value);
            while (run.TryPeek(out var oldest) && (run.Count > most || oldest < earliest))
            {
                run.Dequeue();
                skipped = new SkippedOccurrences(skipped?.From ?? oldest, oldest, (skipped?.Count ?? 0) + 1, reason);
            }
        }

        return new OccurrencePlan(skipped, [.. run]);
    }
}
