using StoreClaw.Common;

namespace StoreClaw.Reports.Sales;

/// <summary>Draws the report's figures from what was counted.</summary>
internal sealed class SalesFigures
{
    private readonly SalesTimeline _timeline;
    private readonly SalesWindows _windows;
    private readonly DateOnly _historyStart;

    /// <param name="historyStart">The day of the oldest order known.</param>
    public SalesFigures(SalesTally tally, SalesWindows windows, DateOnly historyStart)
    {
        _timeline = tally.Timeline;
        _windows = windows;
        _historyStart = historyStart;
        Totals = [.. _timeline.Currencies
            .Select(currency => Total(currency, windows.Period.From, windows.Period.To))
            .OrderByDescending(static total => total.Orders)
            .ThenBy(static total => total.Currency, StringComparer.Ordinal)];
        Currencies = [.. Totals.Select(static total => total.Currency)];
    }

    public IReadOnlyList<SalesTotals> Totals { get; }

    /// <summary>In the order the report names them.</summary>
    public IReadOnlyList<string> Currencies { get; }

    public SalesComparison Compare() => new(ComparePrevious(), CompareWeekday());

    public IReadOnlyList<DaySales> Trend() => [.. Currencies.SelectMany(currency => _windows.TrendDays
        .Where(day => day >= _historyStart)
        .Select(day => (Day: day, Sums: _timeline.On(day, currency)))
        .Select(entry => new DaySales(entry.Day, entry.Sums.Orders, Figures.Money(entry.Sums.Gmv), currency)))];

    private PreviousSales? ComparePrevious()
    {
        var (from, to) = (_windows.Previous.From, _windows.Previous.To);
        return _historyStart > _windows.Zone.LocalDay(from)
            ? null
            : new PreviousSales(from, to, [.. Totals.Select(total => Shifts(total, _timeline.Over(from, to, total.Currency), 1))]);
    }

    private WeekdaySales? CompareWeekday()
    {
        var days = _windows.Weekdays.Where(day => day >= _historyStart).ToList();
        return days.Count == 0 ? null : new WeekdaySales(days, [.. Totals.Select(total => Shifts(total, Sum(days, total.Currency), days.Count))]);
    }

    private SalesSums Sum(List<DateOnly> days, string currency)
    {
        var sums = new SalesSums();
        days.ForEach(day => sums.Add(_timeline.On(day, currency)));
        return sums;
    }

    private SalesTotals Total(string currency, DateTimeOffset from, DateTimeOffset to)
    {
        var sums = _timeline.Over(from, to, currency);
        return new SalesTotals(
            currency,
            sums.Orders,
            Figures.Money(sums.Gmv),
            sums.AverageOrderValue,
            sums.Units,
            sums.Cancelled,
            Figures.Money(sums.Refunds),
            Figures.Money(sums.Gmv - sums.Refunds));
    }

    // The mean order value of several days is that of all their orders together.
    private static SalesShift Shifts(SalesTotals now, SalesSums before, int days) => new(
        now.Currency,
        Shift.OfCount(now.Orders, Mean(before.Orders, days)),
        Shift.OfMoney(now.Gmv, Mean(before.Gmv, days)),
        Shift.OfMoney(now.AverageOrderValue, before.AverageOrderValue),
        Shift.OfCount(now.Units, Mean(before.Units, days)),
        Shift.OfCount(now.CancelledOrders, Mean(before.Cancelled, days)),
        Shift.OfMoney(now.Refunds, Mean(before.Refunds, days)),
        Shift.OfMoney(now.NetSales, Mean(before.Gmv - before.Refunds, days)));

    private static decimal Mean(decimal sum, int days) => days == 1 ? sum : Figures.Ratio(sum, days);
}
