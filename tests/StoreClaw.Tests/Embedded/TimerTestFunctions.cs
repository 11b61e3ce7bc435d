using Microsoft.Azure.Functions.Worker;

namespace StoreClaw.Tests.Embedded;

public sealed record Tick(DateTimeOffset At, bool IsPastDue, DateTime? Last, DateTime? Next);

public sealed class MinuteFunctions(CallLog calls, TimeProvider time)
{
    [Function("Minutely")]
    public void Minutely([TimerTrigger("%MinuteSchedule%")] TimerInfo timer) =>
        calls.Add(new Tick(time.GetUtcNow(), timer.IsPastDue, timer.ScheduleStatus?.Last, timer.ScheduleStatus?.Next));
}

public sealed class UnmonitoredFunctions(CallLog calls, TimeProvider time)
{
    [Function("Unmonitored")]
    public void Unmonitored([TimerTrigger("0 0 * * * *", UseMonitor = false)] TimerInfo timer) =>
        calls.Add(new Tick(time.GetUtcNow(), timer.IsPastDue, timer.ScheduleStatus?.Last, timer.ScheduleStatus?.Next));
}

public sealed class StartupFunctions(CallLog calls, TimeProvider time)
{
    [Function("AtStart")]
    public void AtStart([TimerTrigger("01:00:00", RunOnStartup = true)] TimerInfo timer) =>
        calls.Add(new Tick(time.GetUtcNow(), timer.IsPastDue, timer.ScheduleStatus?.Last, timer.ScheduleStatus?.Next));
}

public sealed class LongTimerFunctions(CallLog calls, TimeProvider time)
{
    [Function("Long")]
    public async Task Long([TimerTrigger("0 * * * * *")] TimerInfo timer, CancellationToken cancellationToken)
    {
        calls.Add(time.GetUtcNow());
        try
        {
            await calls.Gate("timer").Task.WaitAsync(cancellationToken);
            calls.Add("done");
        }
        catch (OperationCanceledException)
        {
            calls.Add("cancelled");
            throw;
        }
    }
}

public sealed class FailingTimerFunctions(CallLog calls, TimeProvider time)
{
    [Function("FailingTimer")]
    public void FailingTimer([TimerTrigger("0 * * * * *")] TimerInfo timer)
    {
        calls.Add(time.GetUtcNow());
        throw new InvalidOperationException("The tick fails.");
    }
}
