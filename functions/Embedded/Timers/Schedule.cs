using System.Globalization;

namespace StoreClaw.Embedded;

/// <summary>When a timer function is due: an NCRONTAB expression with six fields in UTC, or a fixed interval.</summary>
internal abstract class Schedule
{
    /// <summary>The first instant after the given one; UTC, whole seconds for a cron expression.</summary>
    public abstract DateTimeOffset Next(DateTimeOffset after);

    /// <exception cref="FormatException">Neither a cron expression nor an interval; says what is wrong.</exception>
    public static Schedule Parse(string text)
    {
        if (!text.Contains(' ', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var interval))
        {
            return interval > TimeSpan.Zero
                ? new IntervalSchedule(interval)
                : throw new FormatException($"the interval '{text}' is not positive: write one such as 00:05:00");
        }

        return new CronSchedule(text);
    }

    private sealed class IntervalSchedule(TimeSpan interval) : Schedule
    {
        public override DateTimeOffset Next(DateTimeOffset after) => after + interval;
    }
}
