using System.Globalization;

namespace StoreClaw.Embedded;

/// <summary>
/// NCRONTAB: second minute hour day month day-of-week (0 or Sunday to 6). A field is * or a list of values, ranges and steps
/// (1,5-9, */15, 10/20, MON-FRI). Day and day-of-week must BOTH match, unlike Vixie cron.
/// </summary>
internal sealed class CronSchedule : Schedule
{
    // 29 February on one weekday comes every 28 years, every 40 around a century without a leap day.
    private const int YearsToSearch = 41;

    private static readonly string[] Months =
        ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

    private static readonly string[] Days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

    private readonly string _text;
    private readonly bool[] _seconds;
    private readonly bool[] _minutes;
    private readonly bool[] _hours;
    private readonly bool[] _daysOfMonth;
    private readonly bool[] _months;
    private readonly bool[] _daysOfWeek;

    /// <exception cref="FormatException">The expression is wrong or never comes true; says where.</exception>
    public CronSchedule(string text)
    {
        var fields = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length != 6)
        {
            throw new FormatException(
                $"the schedule '{text}' has {fields.Length.ToString(CultureInfo.InvariantCulture)} fields: write six, second minute hour day month day-of-week");
        }

        _text = text;
        _seconds = Parse(fields[0], "second", 0, 59, []);
        _minutes = Parse(fields[1], "minute", 0, 59, []);
        _hours = Parse(fields[2], "hour", 0, 23, []);
        _daysOfMonth = Parse(fields[3], "day", 1, 31, []);
        _months = Parse(fields[4], "month", 1, 12, Months);
        _daysOfWeek = Parse(fields[5], "day-of-week", 0, 6, Days);
        if (Find(new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc)) is null)
        {
            throw new FormatException($"the schedule '{text}' never comes true: its day, month and day-of-week do not meet");
        }
    }

    public override DateTimeOffset Next(DateTimeOffset after)
    {
        var utc = after.UtcDateTime;
        var wholeSecond = new DateTime(utc.Ticks - (utc.Ticks % TimeSpan.TicksPerSecond), DateTimeKind.Utc);
        return Find(wholeSecond.AddSeconds(1)) ?? throw new InvalidOperationException($"The schedule '{_text}' has no further occurrence.");
    }

    // The first matching instant at or after the given one.
    private DateTime? Find(DateTime from)
    {
        var day = from.Date;
        var end = day.AddYears(YearsToSearch);
        var time = FirstTime(from.TimeOfDay);
        if (!Matches(day) || time is null)
        {
            time = FirstTime(TimeSpan.Zero);
            do
            {
                day = _months[day.Month] ? day.AddDays(1) : new DateTime(day.Year, day.Month, 1, 0, 0, 0, DateTimeKind.Utc).AddMonths(1);
            }
            while (day <= end && !Matches(day));
        }

        return day <= end ? day + time!.Value : null;
    }

    private bool Matches(DateTime day) => _months[day.Month] && _daysOfMonth[day.Day] && _daysOfWeek[(int)day.DayOfWeek];

    private TimeSpan? FirstTime(TimeSpan from)
    {
        for (var hour = from.Hours; hour < 24; hour++)
        {
            if (!_hours[hour])
            {
                continue;
            }

            for (var minute = hour == from.Hours ? from.Minutes : 0; minute < 60; minute++)
            {
                var earliest = hour == from.Hours && minute == from.Minutes ? from.Seconds : 0;
                var second = _minutes[minute] ? Array.IndexOf(_seconds, true, earliest) : -1;
                if (second >= 0)
                {
                    return new TimeSpan(hour, minute, second);
                }
            }
        }

        return null;
    }

    private static bool[] Parse(string field, string name, int least, int most, string[] names)
    {
        var allowed = new bool[most + 1];
        foreach (var item in field.Split(','))
        {
            var (first, last, step) = ParseItem(item, name, least, most, names);
            for (var value = first; value <= last; value += step)
            {
                allowed[value] = true;
            }
        }

        return allowed;
    }

    private static (int First, int Last, int Step) ParseItem(string item, string name, int least, int most, string[] names)
    {
        var slash = item.IndexOf('/', StringComparison.Ordinal);
        var range = slash < 0 ? item : item[..slash];
        var step = slash < 0 ? 1 : Number(item[(slash + 1)..]);
        var dash = range.IndexOf('-', StringComparison.Ordinal);
        var first = range == "*" ? least : Value(dash < 0 ? range : range[..dash]);
        var last = (range == "*", dash, slash) switch
        {
            (true, _, _) => most,
            (_, >= 0, _) => Value(range[(dash + 1)..]),
            (_, _, >= 0) => most,
            _ => first,
        };
        return step is int every and > 0 && first is int from && last is int to && from >= least && to <= most && from <= to
            ? (from, to, every)
            : throw new FormatException(string.Create(
                CultureInfo.InvariantCulture, $"'{item}' is no {name} of a schedule: use {least} to {most}, lists, ranges and steps"));

        int? Value(string text) => Number(text) ?? Named(text, least, names);
    }

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;

    private static int? Named(string text, int least, string[] names)
    {
        var index = Array.FindIndex(names, full =>
            full.Equals(text, StringComparison.OrdinalIgnoreCase) || full[..3].Equals(text, StringComparison.OrdinalIgnoreCase));
        return index < 0 ? null : index + least;
    }
}
