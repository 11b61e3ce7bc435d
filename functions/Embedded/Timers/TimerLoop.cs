using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace StoreClaw.Embedded;

/// <summary>
/// Calls one timer function when it is due. Of all processes on one account a single one runs it at a time; a run that none of
/// them made comes late, once, with IsPastDue.
/// </summary>
internal sealed partial class TimerLoop(
    FunctionEntry function,
    IScheduleStore store,
    FunctionInvoker invoker,
    TimeProvider time,
    TimeSpan lease,
    ILogger<TimerLoop> logger)
{
    // A laptop that slept did not run its delays; looking at the clock each minute finds what became due meanwhile.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan PastDueAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(30);

    private readonly string _owner = Guid.NewGuid().ToString("N");
    private readonly TimerTriggerAttribute _trigger = (TimerTriggerAttribute)function.Trigger;
    private readonly Schedule _schedule = function.Schedule!;
    private bool _runNow;
    private DateTimeOffset _started;

    public async Task RunAsync(CancellationToken stopping)
    {
        _runNow = _trigger.RunOnStartup;
        _started = time.GetUtcNow();
        var backOff = new BackOff(TimeSpan.FromSeconds(1), LongestBackOff);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var wait = await StepAsync(stopping);
                backOff.Reset();
                await DelayAsync(wait, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                Log.StoreFailed(logger, function.Name, failure);
                await DelayAsync(backOff.Next(), stopping);
            }
        }
    }

    private Task DelayAsync(TimeSpan wait, CancellationToken stopping) => wait <= TimeSpan.Zero
        ? Task.CompletedTask
        : Task.Delay(wait < LongestWait ? wait : LongestWait, time, stopping);

    // Does what is due, if anything, and returns how long there is nothing to do.
    private async Task<TimeSpan> StepAsync(CancellationToken stopping)
    {
        var now = time.GetUtcNow();
        var state = await store.FindAsync(function.Name, stopping)
            ?? await store.TryAddAsync(function.Name, new ScheduleState(now, null, null, now, ""), stopping);
        if (state is null)
        {
            return TimeSpan.Zero;
        }

        var due = _runNow ? now : _schedule.Next(Base(state, now));
        if (now < due)
        {
            return due - now;
        }

        if (state.Owner is not null && state.LeaseUntil > now)
        {
            return state.LeaseUntil - now;
        }

        if (await store.TryUpdateAsync(function.Name, state with { Owner = _owner, LeaseUntil = now + lease }, stopping) is { } mine)
        {
            _runNow = false;
            await RunOnceAsync(mine, now, now - due >= PastDueAfter, stopping);
        }

        return TimeSpan.Zero;
    }

    // The instant after which the next occurrence counts. A stored instant in the future comes from a clock that was wrong.
    private DateTimeOffset Base(ScheduleState state, DateTimeOffset now)
    {
        var known = state.Last ?? state.Since;
        if (!_trigger.UseMonitor && known < _started)
        {
            known = _started;
        }

        return known < now ? known : now;
    }

    private async Task RunOnceAsync(ScheduleState mine, DateTimeOffset now, bool late, CancellationToken stopping)
    {
        var previous = mine.Last;
        var info = new TimerInfo { IsPastDue = late, ScheduleStatus = _trigger.UseMonitor ? Status(previous, now) : null };
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using var ended = new CancellationTokenSource();
        var renewal = RenewAsync(mine, cancel.CancelAsync, ended.Token);
        var completed = await InvokeAsync(info, cancel.Token);
        await ended.CancelAsync();
        if (await renewal is not { } last)
        {
            Log.LeaseLost(logger, function.Name);
            return;
        }

        // A run cut short by the stop is due again, late, at the next start.
        var cut = !completed && stopping.IsCancellationRequested;
        await FinishAsync(last with { Owner = null, Last = cut ? previous : now });
    }

    // Without this write the run would be repeated once the lease runs out, so it is tried again.
    private async Task FinishAsync(ScheduleState ended)
    {
        var backOff = new BackOff(TimeSpan.FromSeconds(1), LongestBackOff);
        for (var attempt = 1; attempt <= 5; attempt++)
        {
            try
            {
                if (await store.TryUpdateAsync(function.Name, ended, CancellationToken.None) is not null
                    || await store.FindAsync(function.Name, CancellationToken.None) is not { } found
                    || found.Owner != _owner)
                {
                    return;
                }

                ended = ended with { Version = found.Version };
            }
            catch (Exception failure)
            {
                Log.StoreFailed(logger, function.Name, failure);
                await Task.Delay(backOff.Next(), time);
            }
        }
    }

    private ScheduleStatus Status(DateTimeOffset? last, DateTimeOffset now) => new()
    {
        Last = last?.UtcDateTime ?? default,
        LastUpdated = last?.UtcDateTime ?? default,
        Next = _schedule.Next(now).UtcDateTime,
    };

    // False when the run was cancelled; a failure is a run too.
    private async Task<bool> InvokeAsync(TimerInfo info, CancellationToken cancellationToken)
    {
        try
        {
            await invoker.InvokeAsync(function, new TimerInput(info), cancellationToken);
            return true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception failure)
        {
            Log.Failed(logger, function.Name, failure);
            return true;
        }
    }

    // Returns the last state written, or null when the lease is lost; the run is then cancelled.
    private async Task<ScheduleState?> RenewAsync(ScheduleState held, Func<Task> cancelRun, CancellationToken ended)
    {
        while (true)
        {
            try
            {
                await Task.Delay(lease / 3, time, ended);
            }
            catch (OperationCanceledException)
            {
                return held;
            }

            if (await TryRenewAsync(held) is not { } renewed)
            {
                await cancelRun();
                return null;
            }

            held = renewed;
        }
    }

    private async Task<ScheduleState?> TryRenewAsync(ScheduleState held)
    {
        var now = time.GetUtcNow();
        try
        {
            if (await store.TryUpdateAsync(function.Name, held with { LeaseUntil = now + lease }, CancellationToken.None) is { } renewed)
            {
                return renewed;
            }

            // Still ours when the answer to an earlier write was lost on its way.
            return await store.FindAsync(function.Name, CancellationToken.None) is { } found && found.Owner == _owner ? found : null;
        }
        catch (Exception failure)
        {
            Log.StoreFailed(logger, function.Name, failure);
            return now < held.LeaseUntil ? held : null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "The timer function {Function} failed.")]
        public static partial void Failed(ILogger logger, string function, Exception failure);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The state of the timer {Function} cannot be read or written; trying again.")]
        public static partial void StoreFailed(ILogger logger, string function, Exception failure);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Another process took over the timer {Function} while it ran here.")]
        public static partial void LeaseLost(ILogger logger, string function);
    }
}
