using System.Globalization;
using StoreClaw.Common;
using StoreClaw.Connections;
using StoreClaw.Notifications;

namespace StoreClaw.Alerts;

/// <summary>What became of one cause: seen, or, without a sighting, over. A cause of which nothing can be said has no finding.</summary>
internal sealed record Finding(AlertKind Kind, string Subject, AlertSighting? Sighting);

/// <summary>A store's figures at an instant.</summary>
/// <param name="SyncedUntil">Every order of before this is there.</param>
internal sealed record StoreFigures(Connection Store, TimeZoneInfo Zone, DateTimeOffset Now, DateTimeOffset SyncedUntil, StoreRhythm Rhythm, DayFigures Yesterday, DayFigures Today)
{
    public DateOnly Day { get; } = Zone.LocalDay(Now);

    /// <summary>The hour that is not over yet.</summary>
    public int Hour { get; } = Zone.LocalTime(Now).Hour;

    public DateTimeOffset HourStart { get; } = Now - TimeSpan.FromTicks(Zone.LocalTime(Now).TimeOfDay.Ticks % TimeSpan.TicksPerHour);

    public DayFigures On(DateOnly day) => day == Day ? Today : Yesterday;

    /// <summary>Until when the last hour with an order lasted, at most now; null when none is known.</summary>
    public DateTimeOffset? LastOrder()
    {
        foreach (var (day, figures) in new[] { (Day, Today), (Day.AddDays(-1), Yesterday) }.Concat(Rhythm.Days))
        {
            for (var hour = 23; hour >= 0; hour--)
            {
                if (figures.Orders[hour] > 0)
                {
                    var end = Zone.FirstInstant(day.ToDateTime(new TimeOnly(hour, 0))) + TimeSpan.FromHours(1);
                    return end < Now ? end : Now;
                }
            }
        }

        return null;
    }
}

/// <summary>Judges a store's orders, sales, cancellations and refunds of this hour and day.</summary>
internal static class FigureJudge
{
    private const string High = "high";
    private const string Low = "low";

    /// <summary>Of orders of earlier days.</summary>
    private const string Earlier = "earlier";

    /// <summary>Fewer orders in an hour are never unusually many.</summary>
    private const int LeastOrders = 5;

    public static IReadOnlyList<Finding> Judge(StoreFigures figures)
    {
        var last = Hours(figures).ToList();
        return [.. Volume(figures, last), .. Values(figures, last), Cancellations(figures), LateCancellations(figures), .. Refunds(figures)];
    }

    /// <summary>The last whole hour and the one under way. A day on which the clock changes has hours like no other and is left out.</summary>
    private static IEnumerable<(DateOnly Day, int Hour, bool Over)> Hours(StoreFigures figures)
    {
        var before = figures.Zone.LocalTime(figures.HourStart - TimeSpan.FromTicks(1));
        foreach (var hour in new[] { (Day: DateOnly.FromDateTime(before), before.Hour, Over: true), (figures.Day, figures.Hour, Over: false) })
        {
            if (figures.Zone.StartOfDay(hour.Day.AddDays(1)) - figures.Zone.StartOfDay(hour.Day) == TimeSpan.FromDays(1))
            {
                yield return hour;
            }
        }
    }

    private static Verdict? OrdersOf(StoreFigures figures, DateOnly day, int hour) =>
        HourJudge.Count(figures.On(day).Orders[hour], figures.Rhythm.Samples(day, before => before.Orders[hour]), figures.Rhythm.Spread);

    private static IEnumerable<Finding> Volume(StoreFigures figures, List<(DateOnly Day, int Hour, bool Over)> hours) => Both(
        figures,
        hours,
        AlertKind.OrderVolume,
        "",
        hour => OrdersOf(figures, hour.Day, hour.Hour) is { } verdict && !(verdict.IsHigh && verdict.Value < LeastOrders) ? verdict : null,
        (hour, verdict) => AlertWords.Orders(verdict, hour));

    private static IEnumerable<Finding> Values(StoreFigures figures, List<(DateOnly Day, int Hour, bool Over)> hours) => figures.Rhythm.Currencies.SelectMany(currency => Both(
        figures,
        hours,
        AlertKind.OrderValue,
        currency + " ",
        hour =>
        {
            // Where the orders are off the same way, their value says nothing more.
            var orders = OrdersOf(figures, hour.Day, hour.Hour);
            var verdict = orders is null ? null : HourJudge.Money(
                figures.On(hour.Day).GmvAt(currency, hour.Hour),
                figures.Rhythm.Samples(hour.Day, before => before.GmvAt(currency, hour.Hour)),
                figures.Rhythm.UsualOrder(currency),
                orders.Usual,
                figures.Rhythm.Spread);
            return verdict is null || (verdict.IsHigh && orders!.IsHigh) || (verdict.IsLow && orders!.IsLow) ? null : verdict;
        },
        (hour, verdict) => AlertWords.Sales(verdict, currency, hour)));

    /// <summary>Too much is told as soon as it is there, too little when the hour is over and all of it is known.</summary>
    private static IEnumerable<Finding> Both(
        StoreFigures figures,
        List<(DateOnly Day, int Hour, bool Over)> hours,
        AlertKind kind,
        string prefix,
        Func<(DateOnly Day, int Hour, bool Over), Verdict?> judge,
        Func<int, Verdict, (AlertText Cause, AlertText Advice)> words)
    {
        var judged = hours.ConvertAll(hour => (Hour: hour, Verdict: judge(hour)));
        var (whole, verdict) = judged.Find(static one => one.Hour.Over);
        if (judged.FindLast(static one => one.Verdict is { IsHigh: true }) is { Verdict: { } much } high)
        {
            yield return Seen(figures, kind, prefix + High, Urgency.Info, words(high.Hour.Hour, much), Occurrence(high.Hour.Day, high.Hour.Hour));
        }
        else if (verdict is { Score: < AlertPolicy.Calm })
        {
            yield return new Finding(kind, prefix + High, null);
        }

        if (verdict is null || figures.SyncedUntil < figures.HourStart)
        {
            yield break;
        }

        if (verdict.IsLow)
        {
            yield return Seen(figures, kind, prefix + Low, verdict.IsExtreme ? Urgency.Critical : Urgency.Warning, words(whole.Hour, verdict), Occurrence(whole.Day, whole.Hour));
        }
        else if (verdict.Score > -AlertPolicy.Calm && verdict.Value > 0)
        {
            // An hour of the night that has no orders and usually has few tells nothing of a recovery.
            yield return new Finding(kind, prefix + Low, null);
        }
    }

    private static Finding Cancellations(StoreFigures figures) => Cancelled(
        figures,
        "",
        static day => day.Cancelled,
        day =>
        {
            // On a day of many orders many cancellations are to be expected.
            var placed = figures.Rhythm.Samples(day, static before => before.Placed);
            return placed.Count == 0 ? 1 : Math.Max(1, figures.On(day).Placed / Math.Max(1, Reports.RobustScore.Median([.. placed])));
        },
        (verdict, day) => AlertWords.Cancellations(verdict, figures.On(day).Placed, day));

    /// <summary>What is cancelled of earlier days' orders, judged by the day on which it is.</summary>
    private static Finding LateCancellations(StoreFigures figures) => Cancelled(figures, Earlier, static day => day.LateCancellations, static _ => 1, AlertWords.LateCancellations);

    /// <param name="more">How many times the usual is to be expected on the day.</param>
    private static Finding Cancelled(
        StoreFigures figures, string subject, Func<DayFigures, int> count, Func<DateOnly, decimal> more, Func<Verdict, DateOnly, (AlertText Cause, AlertText Advice)> words)
    {
        foreach (var day in new[] { figures.Day, figures.Day.AddDays(-1) })
        {
            var times = more(day);
            var usual = figures.Rhythm.Samples(day, before => count(before) * times);
            if (HourJudge.Count(count(figures.On(day)), usual, figures.Rhythm.Spread) is { IsHigh: true, Value: >= AlertPolicy.LeastCancellations } verdict)
            {
                return Seen(figures, AlertKind.Cancellations, subject, Bad(verdict), words(verdict, day), $"{day:yyyyMMdd} {verdict.Value}");
            }
        }

        return new Finding(AlertKind.Cancellations, subject, null);
    }

    private static IEnumerable<Finding> Refunds(StoreFigures figures)
    {
        foreach (var currency in figures.Rhythm.Currencies)
        {
            var today = figures.Today.SumsIn(currency);
            var samples = figures.Rhythm.Samples(figures.Day, before => before.SumsIn(currency).Refunds);
            var verdict = HourJudge.Money(today.Refunds, samples, figures.Rhythm.UsualOrder(currency), 1, figures.Rhythm.Spread);
            yield return verdict is { IsHigh: true } && today.RefundCount >= AlertPolicy.LeastRefunds
                ? Seen(figures, AlertKind.Refunds, currency, Bad(verdict), AlertWords.Refunds(verdict, currency, today.RefundCount), string.Create(CultureInfo.InvariantCulture, $"{figures.Day:yyyyMMdd} {today.RefundCount}"))
                : new Finding(AlertKind.Refunds, currency, null);
        }
    }

    private static Urgency Bad(Verdict verdict) => verdict.IsExtreme ? Urgency.Critical : Urgency.Warning;

    private static string Occurrence(DateOnly day, int hour) => string.Create(CultureInfo.InvariantCulture, $"{day:yyyyMMdd} {hour}");

    private static Finding Seen(StoreFigures figures, AlertKind kind, string subject, Urgency severity, (AlertText Cause, AlertText Advice) words, string occurrence) =>
        new(kind, subject, new AlertSighting(kind, figures.Store.Id, subject, severity, words.Cause, words.Advice) { About = subject.Split(' ')[0] is High or Low or Earlier ? "" : subject.Split(' ')[0], Occurrence = occurrence });
}
