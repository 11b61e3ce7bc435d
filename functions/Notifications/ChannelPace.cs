namespace StoreClaw.Notifications;

/// <summary>How a channel was called lately, shared by all processes.</summary>
public sealed record PaceState
{
    /// <summary>When calls were made, oldest first; once answered, when they were.</summary>
    public IReadOnlyList<DateTimeOffset> Calls { get; init; } = [];

    /// <summary>No call before this.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>When the channel's next turn is on its way to come.</summary>
    public DateTimeOffset? WakeAt { get; init; }

    /// <summary>Calls without a useful answer since the last one with.</summary>
    public int Failures { get; init; }

    public DateTimeOffset? LastSentAt { get; init; }

    /// <summary>Calls that still count.</summary>
    public IReadOnlyList<DateTimeOffset> Counting(DateTimeOffset now, SendLimit limit) => [.. Calls.Where(call => now - call < limit.Window)];

    /// <summary>How long until fewer than that many calls count; zero when it is so already.</summary>
    public TimeSpan Until(int fewerThan, DateTimeOffset now, SendLimit limit)
    {
        var counting = Counting(now, limit);
        return counting.Count < fewerThan ? TimeSpan.Zero : counting[counting.Count - fewerThan] + limit.Window - now;
    }
}

/// <summary>Keeps the pace of channels in the table of channels: "pace" / channel id.</summary>
public sealed class ChannelPace(ChannelTable table, TimeProvider time)
{
    private const string Partition = "pace";

    public async Task<PaceState> ReadAsync(string id, CancellationToken cancellationToken) =>
        (await table.FindAsync<PaceState>(Partition, id, cancellationToken)).Value ?? new PaceState();

    /// <summary>Counts a call that is about to be made and gives its instant; null when the window is full.</summary>
    public async Task<DateTimeOffset?> TakeAsync(IChannel kind, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var taken = await ChangeAsync(
            kind.Id,
            state => state.Counting(now, kind.Limit) is var counting && counting.Count < kind.Limit.Calls ? state with { Calls = [.. counting, now] } : null,
            cancellationToken);
        return taken is null ? null : now;
    }

    /// <summary>
    /// Notes how a call ended. It counts from its end on: the platform counted it at some instant before that.
    /// </summary>
    public Task SettleAsync(string id, DateTimeOffset taken, Func<PaceState, DateTimeOffset, PaceState> change, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return ChangeAsync(id, state => change(state with { Calls = [.. WithoutOne(state.Calls, taken), now] }, now), cancellationToken);
    }

    /// <summary>True for one caller when no turn is on its way by then.</summary>
    public async Task<bool> ClaimWakeAsync(string id, TimeSpan wait, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return await ChangeAsync(id, state => state.WakeAt > now && state.WakeAt <= now + wait ? null : state with { WakeAt = now + wait }, cancellationToken) is not null;
    }

    /// <summary>Forgets pauses; the calls still count.</summary>
    public Task ResumeAsync(string id, CancellationToken cancellationToken) =>
        ChangeAsync(id, static state => state with { NotBefore = null, Failures = 0 }, cancellationToken);

    private static IEnumerable<DateTimeOffset> WithoutOne(IReadOnlyList<DateTimeOffset> calls, DateTimeOffset call)
    {
        var left = calls.ToList();
        left.Remove(call);
        return left;
    }

    private Task<PaceState?> ChangeAsync(string id, Func<PaceState, PaceState?> change, CancellationToken cancellationToken) =>
        table.ChangeAsync<PaceState>(Partition, id, state => change(state ?? new PaceState()), cancellationToken);
}
