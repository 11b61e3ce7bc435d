using Quartz;
using StoreClaw.Common;

namespace StoreClaw.Tasks;

/// <summary>When a task is due: a sequence of instants that depends on nothing but the schedule, its zone and the task's creation.</summary>
public abstract class Schedule
{
    /// <summary>The first due instant after the given one; null when none comes any more.</summary>
    public abstract DateTimeOffset? Next(DateTimeOffset after);
}

/// <summary>Due whenever so much time has passed since the task was created, whatever the clocks on the walls do.</summary>
public sealed class IntervalSchedule(TimeSpan every, DateTimeOffset anchor) : Schedule
{
    public override DateTimeOffset? Next(DateTimeOffset after)
    {
        var passed = Math.Max(0, (after - anchor).Ticks / every.Ticks);
        return anchor + new TimeSpan(every.Ticks * (passed + 1));
    }
}

/// <summary>
/// Due at times of the wall clock: a time that the clock skips is due at the first instant after the gap, one that it shows twice is due at the first.
/// </summary>
/// <remarks>
/// Quartz reads the expression and runs through its times on a clock without changes; which instants they are is decided here. Left to itself, Quartz fires
/// an hourly expression in both passes of a repeated hour.
/// </remarks>
public sealed class CronSchedule(CronExpression cron, TimeZoneInfo zone) : Schedule
{
    public override DateTimeOffset? Next(DateTimeOffset after)
    {
        // A time on the wall never stands for an instant later than one it shows at, so nothing at or before this one can be due after it.
        DateTimeOffset? time = new DateTimeOffset(zone.LocalTime(after), TimeSpan.Zero);
        while ((time = cron.GetNextValidTimeAfter(time.Value)) is { } next)
        {
            var due = zone.FirstInstant(next.DateTime);
            if (due > after)
            {
                return due;
            }
        }

        return null;
    }
}
