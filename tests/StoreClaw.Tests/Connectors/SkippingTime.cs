namespace StoreClaw.Tests.Connectors;

/// <summary>
/// A clock on which waiting takes no time: a short wait passes at once and moves the clock by its length. Long ones, the time limits of calls
/// that real sockets serve, never end.
/// </summary>
public sealed class SkippingTime(DateTimeOffset start) : TimeProvider
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(25);

    private readonly Lock _lock = new();
    private readonly List<TimeSpan> _waits = [];
    private DateTimeOffset _now = start;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>The waits that passed, in order.</summary>
    public IReadOnlyList<TimeSpan> Waits
    {
        get
        {
            lock (_lock)
            {
                return [.. _waits];
            }
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public void Advance(TimeSpan by)
    {
        lock (_lock)
        {
            _now += by;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SkippingTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class SkippingTimer(SkippingTime time, TimerCallback callback, object? state) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime < TimeSpan.Zero || dueTime > Longest)
            {
                return true;
            }

            lock (time._lock)
            {
                time._now += dueTime;
                time._waits.Add(dueTime);
            }

            // Never on the creator's stack: it does not hold the timer yet.
            ThreadPool.QueueUserWorkItem(_ => callback(state));
            return true;
        }

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
