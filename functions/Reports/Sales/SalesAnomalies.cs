using StoreClaw.Notifications;

namespace StoreClaw.Reports.Sales;

/// <summary>
/// Finds days whose figures are far from the median of the 28 days before them. What is so on that weekday anyway (a shop that rests on Saturdays) is no news: at least two, and half, of
/// the same weekdays lie as far off to the same side.
/// </summary>
internal static class SalesAnomalies
{
    /// <summary>Robust standard deviations from which a figure is unusual (Iglewicz and Hoaglin's threshold).</summary>
    public const double Unusual = 3.5;

    /// <summary>From which it is critical, where it is bad news.</summary>
    public const double Extreme = 6;

    /// <summary>Days of history below which nothing is judged.</summary>
    public const int LeastHistory = 7;

    /// <param name="historyStart">The day of the oldest order known.</param>
    public static IReadOnlyList<SalesAnomaly> Find(SalesTimeline timeline, SalesWindows windows, DateOnly historyStart)
    {
        var found = new List<SalesAnomaly>();
        var currencies = timeline.Currencies;
        foreach (var currency in currencies)
        {
            var days = SalesWindows.Between(windows.FirstDay, windows.EndDay).ToDictionary(static day => day, day => timeline.On(day, currency));
            var start = days.Where(static day => day.Value is { Orders: > 0 } or { Cancelled: > 0 } or { Refunds: > 0 }).Select(static day => day.Key).DefaultIfEmpty(windows.EndDay).Min();
            start = start > historyStart ? start : historyStart;
            found.AddRange(windows.Days.SelectMany(day => Judge(day, currency, days, start)));
        }

        return [.. found
            .Select(anomaly => anomaly with { Sentence = SalesWords.English.Sentence(anomaly, currencies.Count > 1) })
            .OrderByDescending(static anomaly => anomaly.Severity)
            .ThenByDescending(static anomaly => anomaly.Day)
            .ThenByDescending(static anomaly => Math.Abs(anomaly.Score))];
    }

    private static IEnumerable<SalesAnomaly> Judge(DateOnly day, string currency, Dictionary<DateOnly, SalesSums> days, DateOnly start)
    {
        var before = SalesWindows.Between(day.AddDays(-SalesWindows.BaselineDays), day).Where(other => other >= start).ToList();
        var baseline = before.ConvertAll(other => days[other]);
        var weekdays = before.Where(other => other.DayOfWeek == day.DayOfWeek).Select(other => days[other]).ToList();
        foreach (var metric in Enum.GetValues<SalesMetric>())
        {
            var values = Values(metric, baseline);
            if (values.Count < LeastHistory || Value(metric, days[day]) is not { } value)
            {
                continue;
            }

            var floor = Floor(metric, values, baseline);
            if (RobustScore.Of(value, values, floor) is { } score && IsUnusual(score) && !IsHabit(score, Values(metric, weekdays), values, floor))
            {
                yield return Describe(day, currency, metric, value, score);
            }
        }
    }

    private static List<decimal> Values(SalesMetric metric, IEnumerable<SalesSums> days) => [.. days.Select(sums => Value(metric, sums)).OfType<decimal>()];

    private static bool IsUnusual(RobustScore score) => Math.Abs(score.Score) >= Unusual;

    private static bool IsHabit(RobustScore score, List<decimal> weekdays, List<decimal> values, double floor)
    {
        var alike = weekdays.Count(value => RobustScore.Of(value, values, floor) is { } other && IsUnusual(other) && Math.Sign(other.Score) == Math.Sign(score.Score));
        return alike >= 2 && alike * 2 >= weekdays.Count;
    }

    private static decimal? Value(SalesMetric metric, SalesSums sums) => metric switch
    {
        SalesMetric.Orders => sums.Orders,
        SalesMetric.Gmv => sums.Gmv,
        SalesMetric.AverageOrderValue => sums.Orders == 0 ? null : sums.AverageOrderValue,
        SalesMetric.Cancellations => sums.Cancelled,
        SalesMetric.Refunds => sums.Refunds,
        _ => throw new ArgumentOutOfRangeException(nameof(metric)),
    };

    // Counts spread by chance as Poisson's do, even where the baseline happens to be flat; of money a tenth of the usual, of refunds a fiftieth of the usual sales, is no event.
    private static double Floor(SalesMetric metric, List<decimal> values, List<SalesSums> baseline) => metric switch
    {
        SalesMetric.Orders or SalesMetric.Cancellations => Math.Sqrt(Math.Max(1, (double)RobustScore.Median(values))),
        SalesMetric.Gmv or SalesMetric.AverageOrderValue => 0.1 * (double)Math.Abs(RobustScore.Median(values)),
        _ => 0.02 * (double)Math.Abs(RobustScore.Median([.. baseline.Select(static sums => sums.Gmv)])),
    };

    private static SalesAnomaly Describe(DateOnly day, string currency, SalesMetric metric, decimal value, RobustScore score)
    {
        var direction = score.Score > 0 ? AnomalyDirection.High : AnomalyDirection.Low;
        var goodWhenHigh = metric is SalesMetric.Orders or SalesMetric.Gmv or SalesMetric.AverageOrderValue;
        var severity = goodWhenHigh == (direction == AnomalyDirection.High) ? Urgency.Info : Math.Abs(score.Score) >= Extreme ? Urgency.Critical : Urgency.Warning;
        var expected = decimal.Round(score.Expected, 2, MidpointRounding.ToEven);
        var counted = metric is SalesMetric.Orders or SalesMetric.Cancellations;
        return new SalesAnomaly(
            day,
            currency,
            metric,
            counted ? Figures.Plain(value) : Figures.Money(value),
            counted ? Figures.Plain(expected) : Figures.Money(expected),
            direction,
            severity,
            Math.Round(score.Score, 1),
            "");
    }
}
