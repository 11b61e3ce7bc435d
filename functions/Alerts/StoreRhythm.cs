using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Reports;

namespace StoreClaw.Alerts;

/// <summary>What of a day's book alerts judge by.</summary>
/// <param name="Orders">Placed in each of 24 hours of the wall clock, cancelled since or not.</param>
/// <param name="Gmv">By currency, in each hour.</param>
internal sealed record DayFigures(IReadOnlyList<int> Orders, IReadOnlyDictionary<string, IReadOnlyList<decimal>> Gmv, IReadOnlyList<BookSums> Sums)
{
    public static DayFigures None { get; } = new(new int[24], new Dictionary<string, IReadOnlyList<decimal>>(), []);

    /// <summary>Orders cancelled on the day that were placed on an earlier one.</summary>
    public int LateCancellations { get; init; }

    public int Placed => Orders.Sum();

    public int Cancelled => Sums.Sum(static sums => sums.Cancelled);

    public static DayFigures Of(DayBook book)
    {
        var orders = new int[24];
        var gmv = new Dictionary<string, IReadOnlyList<decimal>>(StringComparer.Ordinal);
        foreach (var currency in book.Hours.GroupBy(static hour => hour.Currency))
        {
            var sums = new decimal[24];
            foreach (var hour in currency)
            {
                orders[hour.Hour] += hour.Orders + hour.Cancelled;
                sums[hour.Hour] += hour.Gmv;
            }

            gmv[currency.Key] = sums;
        }

        return new DayFigures(orders, gmv, book.Sums);
    }

    public decimal GmvAt(string currency, int hour) => Gmv.TryGetValue(currency, out var hours) ? hours[hour] : 0;

    public BookSums SumsIn(string currency) => Sums.FirstOrDefault(sums => sums.Currency == currency) ?? new BookSums(currency, 0, 0, 0, 0, 0, 0, 0);
}

/// <summary>How a store usually does, from its last weeks.</summary>
internal sealed class StoreRhythm
{
    /// <summary>An hour of fewer usual orders says nothing about how far hours spread.</summary>
    private const int TellingOrders = 4;

    private readonly IReadOnlyDictionary<DateOnly, DayFigures> _days;
    private readonly Dictionary<(DayOfWeek Day, int Hour), double> _means;

    /// <param name="days">Whole days of the store's zone, those before its first order left out.</param>
    public StoreRhythm(IReadOnlyDictionary<DateOnly, DayFigures> days)
    {
        _days = days;
        Spread = SpreadOf(days);
        _means = MeansOf(days);
        Currencies = [.. days.Values.SelectMany(static day => day.Gmv.Keys).Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>Newest first.</summary>
    public IEnumerable<(DateOnly Day, DayFigures Figures)> Days => _days.OrderByDescending(static day => day.Key).Select(static day => (day.Key, day.Value));

    public IReadOnlyList<string> Currencies { get; }

    /// <summary>How many times wider than by chance alone (Poisson) the orders of an hour spread; at least 1.</summary>
    public double Spread { get; }

    /// <summary>The figure on the same weekday of the weeks before; of the days before where there are too few weeks; nothing where there are too few of both.</summary>
    public IReadOnlyList<decimal> Samples(DateOnly day, Func<DayFigures, decimal> figure)
    {
        var weeks = Of(Enumerable.Range(1, AlertPolicy.Weeks).Select(week => day.AddDays(-7 * week)), figure);
        if (weeks.Count >= AlertPolicy.LeastWeeks)
        {
            return weeks;
        }

        var days = Of(Enumerable.Range(1, AlertPolicy.Days).Select(back => day.AddDays(-back)), figure);
        return days.Count >= AlertPolicy.LeastDays ? days : [];
    }

    /// <summary>Orders that usually come in such an hour. What is far above the others counts as no more than chance allows, so that a single promotion does not make an ordinary hour look quiet.</summary>
    public double Usual(DayOfWeek day, int hour) => _means.GetValueOrDefault((day, hour));

    /// <summary>What an order usually brings; zero where nothing is known.</summary>
    public decimal UsualOrder(string currency)
    {
        var sums = _days.Values.Select(day => day.SumsIn(currency)).ToList();
        return Figures.Ratio(sums.Sum(static day => day.Gmv), sums.Sum(static day => day.Orders));
    }

    private static double SpreadOf(IReadOnlyDictionary<DateOnly, DayFigures> days)
    {
        var residuals = new List<decimal>();
        foreach (var weekday in days.GroupBy(static day => day.Key.DayOfWeek).Where(static group => group.Count() >= AlertPolicy.LeastWeeks))
        {
            for (var hour = 0; hour < 24; hour++)
            {
                var counts = weekday.Select(day => (decimal)day.Value.Orders[hour]).ToList();
                var median = RobustScore.Median(counts);
                if (median >= TellingOrders)
                {
                    residuals.AddRange(counts.Select(count => Math.Abs(count - median) / (decimal)Math.Sqrt((double)median)));
                }
            }
        }

        return residuals.Count == 0 ? 1 : Math.Max(1, 1.4826 * (double)RobustScore.Median(residuals));
    }

    private static Dictionary<(DayOfWeek Day, int Hour), double> MeansOf(IReadOnlyDictionary<DateOnly, DayFigures> days)
    {
        var means = new Dictionary<(DayOfWeek Day, int Hour), double>();
        foreach (var weekday in Enum.GetValues<DayOfWeek>())
        {
            var same = days.Where(day => day.Key.DayOfWeek == weekday).Select(static day => day.Value).ToList();
            var like = same.Count >= AlertPolicy.LeastWeeks ? same : [.. days.Values];
            for (var hour = 0; like.Count >= AlertPolicy.LeastWeeks && hour < 24; hour++)
            {
                var counts = like.ConvertAll(day => (decimal)day.Orders[hour]);
                var median = (double)RobustScore.Median(counts);
                means[(weekday, hour)] = counts.Average(count => Math.Min((double)count, median + (3 * Math.Sqrt(Math.Max(1, median)))));
            }
        }

        return means;
    }

    private List<decimal> Of(IEnumerable<DateOnly> days, Func<DayFigures, decimal> figure) => [.. days.Where(_days.ContainsKey).Select(day => figure(_days[day]))];
}

/// <summary>Reads rhythms, each once a day.</summary>
public sealed class StoreRhythms(IDayBooks books, IOrderHistory history)
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, (DateOnly Today, string Zone, StoreRhythm Rhythm)> _known = new();

    /// <summary>That of the weeks before the day.</summary>
    internal async Task<StoreRhythm> ReadAsync(string connectionId, TimeZoneInfo zone, DateOnly today, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(connectionId, out var known) && known.Today == today && known.Zone == zone.Id)
        {
            return known.Rhythm;
        }

        // The day of the first order is one of which a part is missing.
        var oldest = await history.OldestOrderAsync(connectionId, cancellationToken) is { } first ? zone.LocalDay(first).AddDays(1) : today;
        var from = today.AddDays(-1 - (7 * AlertPolicy.Weeks));
        var days = Span(from > oldest ? from : oldest, today);
        var rhythm = new StoreRhythm(days.Count < AlertPolicy.LeastDays ? new Dictionary<DateOnly, DayFigures>() : await ReadAsync(connectionId, zone, days, cancellationToken));
        _known[connectionId] = (today, zone.Id, rhythm);
        return rhythm;
    }

    /// <summary>The days as they are now.</summary>
    internal async Task<IReadOnlyDictionary<DateOnly, DayFigures>> ReadAsync(string connectionId, TimeZoneInfo zone, IReadOnlyList<DateOnly> days, CancellationToken cancellationToken)
    {
        var figures = new Dictionary<DateOnly, DayFigures>();
        await foreach (var book in books.ReadAsync(connectionId, zone, [.. days.Append(days[^1].AddDays(1)).Select(zone.StartOfDay)], cancellationToken))
        {
            figures[days[figures.Count]] = DayFigures.Of(book);
        }

        var late = await history.LateCancellationsAsync(connectionId, zone.StartOfDay(days[0]), zone.StartOfDay(days[^1].AddDays(1)), cancellationToken);
        foreach (var day in late.Where(row => zone.LocalDay(row.PlacedAt) < zone.LocalDay(row.CancelledAt)).CountBy(row => zone.LocalDay(row.CancelledAt)))
        {
            figures[day.Key] = figures[day.Key] with { LateCancellations = day.Value };
        }

        return figures;
    }

    private static List<DateOnly> Span(DateOnly from, DateOnly to) => [.. Enumerable.Range(0, Math.Max(0, to.DayNumber - from.DayNumber)).Select(from.AddDays)];
}
