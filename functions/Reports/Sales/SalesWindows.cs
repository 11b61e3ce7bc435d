using StoreClaw.Common;

namespace StoreClaw.Reports.Sales;

/// <summary>Which spans of time a sales report looks at. All borders are starts of days in the zone, but for the end of month-to-date, which is the instant asked for.</summary>
internal sealed class SalesWindows
{
    public const string Yesterday = "yesterday";
    public const string Last7Days = "last-7-days";
    public const string Last30Days = "last-30-days";
    public const string Last90Days = "last-90-days";
    public const string MonthToDate = "month-to-date";
    public const string LastMonth = "last-month";

    /// <summary>How many days a day is measured against.</summary>
    public const int BaselineDays = 28;

    private const int WeeksCompared = 4;

    public SalesWindows(string period, TimeZoneInfo zone, DateTimeOffset asOf)
    {
        Zone = zone;
        var today = zone.LocalDay(asOf);
        var month = new DateOnly(today.Year, today.Month, 1);
        var first = period switch
        {
            Yesterday => today.AddDays(-1),
            Last7Days => today.AddDays(-7),
            Last30Days => today.AddDays(-30),
            Last90Days => today.AddDays(-90),
            MonthToDate => month,
            LastMonth => month.AddMonths(-1),
            _ => throw new ArgumentOutOfRangeException(nameof(period)),
        };
        var end = period == LastMonth ? month : today;
        Period = new ReportPeriod(zone.StartOfDay(first), period == MonthToDate ? asOf.ToUniversalTime() : zone.StartOfDay(end));
        Days = Between(first, end);
        Previous = period switch
        {
            MonthToDate => MonthBefore(first, asOf),
            LastMonth => new ReportPeriod(zone.StartOfDay(first.AddMonths(-1)), Period.From),
            _ => Before(first, end),
        };
        Weekdays = period == Yesterday ? [.. Enumerable.Range(1, WeeksCompared).Select(weeks => first.AddDays(-7 * weeks)).Reverse()] : [];
        TrendDays = Between(Earlier(first, end.AddDays(-BaselineDays)), end);
        FirstDay = Earlier(first.AddDays(-BaselineDays), zone.LocalDay(Previous.From));
        EndDay = end;
    }

    /// <summary>Those of the sales report.</summary>
    public static IReadOnlyList<string> Periods { get; } = [Yesterday, Last7Days, Last30Days, MonthToDate];

    /// <summary>Those long enough to be reviewed.</summary>
    public static IReadOnlyList<string> LongPeriods { get; } = [Last7Days, Last30Days, Last90Days, MonthToDate, LastMonth];

    public TimeZoneInfo Zone { get; }

    public ReportPeriod Period { get; }

    /// <summary>The period's whole days.</summary>
    public IReadOnlyList<DateOnly> Days { get; }

    /// <summary>As long a span on the wall clock before it: directly before, or for month-to-date from the first of the month before; before last-month the whole month before it.</summary>
    public ReportPeriod Previous { get; }

    /// <summary>For yesterday the same weekday in the four weeks before, oldest first.</summary>
    public IReadOnlyList<DateOnly> Weekdays { get; }

    public IReadOnlyList<DateOnly> TrendDays { get; }

    /// <summary>The first day of all.</summary>
    public DateOnly FirstDay { get; }

    /// <summary>The day after the last whole one.</summary>
    public DateOnly EndDay { get; }

    /// <summary>The days in [first, end).</summary>
    public static IReadOnlyList<DateOnly> Between(DateOnly first, DateOnly end) =>
        [.. Enumerable.Range(0, Math.Max(0, end.DayNumber - first.DayNumber)).Select(first.AddDays)];

    private static DateOnly Earlier(DateOnly one, DateOnly other) => one < other ? one : other;

    private ReportPeriod Before(DateOnly first, DateOnly end) =>
        new(Zone.StartOfDay(first.AddDays(first.DayNumber - end.DayNumber)), Zone.StartOfDay(first));

    // A short month before a long one: the span then starts earlier than its first, so that it is as long and ends before the period.
    private ReportPeriod MonthBefore(DateOnly first, DateTimeOffset asOf)
    {
        var length = Zone.LocalTime(asOf) - first.ToDateTime(TimeOnly.MinValue);
        var start = Earlier(first.AddMonths(-1), first.AddDays(-(int)Math.Ceiling(length.TotalDays)));
        return new ReportPeriod(Zone.StartOfDay(start), Zone.FirstInstant(start.ToDateTime(TimeOnly.MinValue) + length));
    }
}
