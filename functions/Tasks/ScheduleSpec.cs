using System.Globalization;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Quartz;

namespace StoreClaw.Tasks;

/// <summary>A schedule as it is written: one of the two.</summary>
/// <param name="Cron">
/// Six fields: second (one number), minute, hour, day of month, month, day of week. Days of the week are best written as names. As numbers they mean what they mean in
/// the dialect the text is written in: with a <c>?</c> it is Quartz's, Sunday is 1; without, crontab's and Azure Functions', Sunday is 0 or 7.
/// </param>
/// <param name="Every">ISO 8601, weeks down to seconds, an hour at least: PT6H.</param>
public sealed partial record ScheduleSpec(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Cron,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Every)
{
    public static readonly TimeSpan ShortestInterval = TimeSpan.FromHours(1);

    public static readonly TimeSpan LongestInterval = TimeSpan.FromDays(366);

    /// <summary>The schedule, or null and an entry per wrong field.</summary>
    /// <param name="anchor">The task's creation, from which an interval counts.</param>
    public Schedule? Read(TimeZoneInfo zone, DateTimeOffset anchor, IDictionary<string, string> errors)
    {
        switch (Cron, Every)
        {
            case ({ } cron, null):
                return ReadCron(cron, zone, anchor, errors);
            case (null, { } every):
                return ReadInterval(every, errors) is { } span ? new IntervalSchedule(span, anchor) : null;
            default:
                errors["schedule"] = "Give either cron, such as \"0 0 8 * * *\", or every, such as \"PT6H\".";
                return null;
        }
    }

    private static CronSchedule? ReadCron(string text, TimeZoneInfo zone, DateTimeOffset anchor, IDictionary<string, string> errors)
    {
        const string Field = "schedule.cron";
        var fields = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length != 6)
        {
            errors[Field] = string.Create(
                CultureInfo.InvariantCulture,
                $"Has {fields.Length} fields; give six: second, minute, hour, day of month, month, day of week. 08:00 each day is \"0 0 8 * * *\".");
            return null;
        }

        if (!OneNumber().IsMatch(fields[0]))
        {
            errors[Field] = "The first field, the second, must be one number, since a task is due once a minute at most. Put 0 there.";
            return null;
        }

        if (!fields.Contains("?"))
        {
            fields[5] = FromCrontab(fields[5]);
        }

        try
        {
            var schedule = new CronSchedule(new CronExpression(string.Join(' ', fields), TimeZoneInfo.Utc), zone);
            if (schedule.Next(anchor) is not null)
            {
                return schedule;
            }

            errors[Field] = "Never comes due: the calendar has no such day. Change the day of month or the month.";
        }
        catch (Exception wrong) when (wrong is FormatException or ArgumentException)
        {
            errors[Field] = $"{wrong.Message.TrimEnd('.')}. 08:00 on working days is \"0 0 8 * * MON-FRI\".";
        }

        return null;
    }

    private static TimeSpan? ReadInterval(string text, IDictionary<string, string> errors)
    {
        const string Field = "schedule.every";
        var match = Duration().Match(text);
        if (!match.Success)
        {
            errors[Field] = "Is not an ISO 8601 duration of weeks, days, hours, minutes and seconds. Six hours are \"PT6H\", a day is \"P1D\"; months have no fixed length, use cron.";
            return null;
        }

        var span = Part(match, "w", TimeSpan.TicksPerDay * 7) + Part(match, "d", TimeSpan.TicksPerDay) + Part(match, "h", TimeSpan.TicksPerHour)
            + Part(match, "m", TimeSpan.TicksPerMinute) + Part(match, "s", TimeSpan.TicksPerSecond);
        if (span < ShortestInterval || span > LongestInterval)
        {
            errors[Field] = "Must be between an hour (\"PT1H\") and 366 days (\"P366D\"). For shorter rhythms use cron.";
            return null;
        }

        return span;
    }

    private static TimeSpan Part(Match match, string group, long ticks) =>
        match.Groups[group] is { Success: true } digits ? new TimeSpan(int.Parse(digits.ValueSpan, CultureInfo.InvariantCulture) * ticks) : TimeSpan.Zero;

    // Crontab counts the week's days from Sunday 0 (7 is Sunday too), Quartz from Sunday 1. Steps (after /) and ordinals (after #) are no days.
    private static string FromCrontab(string dayOfWeek) =>
        DayNumber().Replace(dayOfWeek.Replace("0-7", "0-6", StringComparison.Ordinal), static day => day.Value is [>= '0' and <= '7'] ? ((char)('1' + ((day.Value[0] - '0') % 7))).ToString() : day.Value);

    [GeneratedRegex(@"\A[0-9]{1,2}\z")]
    private static partial Regex OneNumber();

    [GeneratedRegex(@"(?<![/#0-9])[0-9]+")]
    private static partial Regex DayNumber();

    [GeneratedRegex(@"\AP(?=.)(?:(?<w>[0-9]{1,5})W|(?:(?<d>[0-9]{1,5})D)?(?:T(?=.)(?:(?<h>[0-9]{1,5})H)?(?:(?<m>[0-9]{1,6})M)?(?:(?<s>[0-9]{1,8})S)?)?)\z")]
    private static partial Regex Duration();
}
