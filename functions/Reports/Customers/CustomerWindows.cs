using StoreClaw.Common;
using StoreClaw.Reports.Sales;

namespace StoreClaw.Reports.Customers;

/// <summary>Which spans of time a customer summary looks at. All borders are starts of days in the zone, but for the end of month-to-date, which is the instant asked for.</summary>
internal sealed class CustomerWindows
{
    public CustomerWindows(CustomerParameters parameters, TimeZoneInfo zone, DateTimeOffset asOf)
    {
        Zone = zone;
        Period = new SalesWindows(parameters.Period, zone, asOf).Period;
        FirstDay = zone.LocalDay(Period.From);
        LastDay = Period.To > Period.From ? zone.LocalDay(Period.To.AddTicks(-1)) : FirstDay;
        LookBackDay = LastDay.AddDays(1 - parameters.LookBackDays);
        LookBack = new ReportPeriod(zone.StartOfDay(LookBackDay), Period.To);
        Months = parameters.Months;
        FirstMonth = new DateOnly(LastDay.Year, LastDay.Month, 1).AddMonths(1 - Months);
        var start = LookBackDay < FirstMonth ? LookBackDay : FirstMonth;
        Cuts = [.. SalesWindows.Between(start, LastDay.AddDays(1)).Select(zone.StartOfDay).Append(Period.To).Distinct()];
    }

    public static IReadOnlyList<string> Periods { get; } = [.. SalesWindows.Periods, SalesWindows.LastMonth];

    public TimeZoneInfo Zone { get; }

    public ReportPeriod Period { get; }

    /// <summary>The period's first day.</summary>
    public DateOnly FirstDay { get; }

    /// <summary>The last day the period has a part of.</summary>
    public DateOnly LastDay { get; }

    public ReportPeriod LookBack { get; }

    public DateOnly LookBackDay { get; }

    public int Months { get; }

    /// <summary>The first day of the oldest cohort's month.</summary>
    public DateOnly FirstMonth { get; }

    /// <summary>The borders of all days that are read, up to the period's end. The look-back is longer than any period, so they hold that as well.</summary>
    public IReadOnlyList<DateTimeOffset> Cuts { get; }

    /// <summary>How many months the day is after the oldest cohort's; negative before it.</summary>
    public int MonthOf(DateOnly day) => ((day.Year - FirstMonth.Year) * 12) + day.Month - FirstMonth.Month;
}
