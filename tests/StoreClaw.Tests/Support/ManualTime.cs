namespace StoreClaw.Tests.Support;

/// <summary>
/// A clock that stands still until a test moves it. <see cref="Advance"/> runs every timer that falls due on the way, in order,
/// on the caller's thread, with the clock standing at that timer's instant.
/// </summary>
public sealed class ManualTime(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private readonly List<(Func<bool> Condition, TaskCompletionSource Waiter)> _waiters = [];
    private DateTimeOffset _now = start.ToUniversalTime();
    private TimeSpan _elapsed;

    public ManualTime()
        : this(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    public override long GetTimestamp()
    {
        lock (_gate)
        {
            return _elapsed.Ticks;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock forward; timers created or changed on the way fire too when they fall due before the end.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        DateTimeOffset end;
        lock (_gate)
        {
            end = _now + by;
        }

        MoveTo(end);
    }

    /// <summary>Like <see cref="Advance"/>, up to a later instant.</summary>
    public void SetUtcNow(DateTimeOffset value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, GetUtcNow());
        MoveTo(value.ToUniversalTime());
    }

    /// <summary>Sets the wall clock alone, either way, as after a sleep of the machine: pending timers keep the time they had left.</summary>
    public void JumpTo(DateTimeOffset value)
    {
        lock (_gate)
        {
            var shift = value - _now;
            _now = value.ToUniversalTime();
            foreach (var timer in _timers)
            {
                timer.Due += shift;
            }
        }
    }

    /// <summary>Completes once that many timers are due at exactly that instant: the code under test waits for it and the clock may move on.</summary>
    public Task WhenTimerIsDueAtAsync(DateTimeOffset due, int timers = 1) => WhenAsync(() => _timers.Count(timer => timer.Due == due) >= timers);

    /// <summary>Completes once that many timers are pending, whatever their instants; gives the earliest.</summary>
    public async Task<DateTimeOffset> WhenTimersArePendingAsync(int timers)
    {
        await WhenAsync(() => _timers.Count >= timers);
        lock (_gate)
        {
            return _timers.Count == 0 ? _now : _timers.Min(timer => timer.Due);
        }
    }

    private Task WhenAsync(Func<bool> condition)
    {
        lock (_gate)
        {
            if (condition())
            {
                return Task.CompletedTask;
            }

            var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((condition, waiter));
            return waiter.Task;
        }
    }

    private void MoveTo(DateTimeOffset end)
    {
        while (Step(end) is { } timer)
        {
            timer.Fire();
        }
    }

    private ManualTimer? Step(DateTimeOffset end)
    {
        lock (_gate)
        {
            var next = _timers.MinBy(timer => timer.Due);
            var due = next is null || next.Due > end ? end : next.Due;
            if (due > _now)
            {
                _elapsed += due - _now;
                _now = due;
            }

            if (next is null || next.Due > end)
            {
                return null;
            }

            next.Due += next.Period;
            if (next.Period <= TimeSpan.Zero)
            {
                _timers.Remove(next);
            }

            return next;
        }
    }

    private bool Schedule(ManualTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        lock (_gate)
        {
            _timers.Remove(timer);
            if (timer.Disposed)
            {
                return false;
            }

            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                timer.Period = period;
                timer.Due = _now + dueTime;
                _timers.Add(timer);
                Notify();
            }
        }

        if (dueTime == TimeSpan.Zero)
        {
            // Never on the creator's stack: it does not hold the timer yet.
            ThreadPool.QueueUserWorkItem(_ => MoveTo(GetUtcNow()));
        }

        return true;
    }

    private void Notify()
    {
        foreach (var met in _waiters.FindAll(entry => entry.Condition()))
        {
            met.Waiter.TrySetResult();
            _waiters.Remove(met);
        }
    }

    private void Remove(ManualTimer timer)
    {
        lock (_gate)
        {
            timer.Disposed = true;
            _timers.Remove(timer);
        }
    }

    private sealed class ManualTimer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset Due { get; set; }

        public TimeSpan Period { get; set; }

        public bool Disposed { get; set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period) => time.Schedule(this, dueTime, period);

        public void Dispose() => time.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
