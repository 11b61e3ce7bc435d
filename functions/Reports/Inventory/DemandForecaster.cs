namespace StoreClaw.Reports.Inventory;

/// <summary>Forecasts one article from its own days. README.md beside it says why it is done so, and how well it does on real invoices.</summary>
internal static class DemandForecaster
{
    /// <summary>How many days are looked at: twelve of each weekday.</summary>
    public const int HistoryDays = 84;

    /// <summary>How many of them the velocity of an article that sells on most days rests on.</summary>
    public const int VelocityDays = 28;

    /// <summary>From so many days between sales on an article is said to sell now and then (Syntetos and Boylan).</summary>
    public const double IntermittentFrom = 1.32;

    private const double HalfLife = 14;

    // Smooths over as many days as the weights of the velocity do: these are 12 days old on average.
    private const double ChanceSmoothing = 1 / 12d;
    private const double SizeSmoothing = 0.1;

    // Tukey's fence for what lies far out, over the article's selling days; not below so many medians, or else the peak of each week would lie beyond it.
    private const double Fence = 3;
    private const double FenceMedians = 3;
    private const int FenceFrom = 4;

    // A weekday's factor begins at 1 and is moved by what was sold as if so many ordinary selling days had been seen before.
    private const double PatternPrior = 4;

    private const int LeastDays = 7;

    // The velocity is itself an estimate: the weights leave 1/24 of a day's variance to it, and as much again is for demand that moves.
    private const double LevelDoubt = 1 / 12d;

    /// <param name="days">Oldest first without a gap, the last one yesterday.</param>
    /// <param name="protectionDays">How long an order placed now must last.</param>
    public static DemandForecast Forecast(IReadOnlyList<DemandDay> days, int horizonDays, int protectionDays)
    {
        var seen = Count(days);
        if (seen.TrueForAll(static day => day.Units <= 0))
        {
            return new DemandForecast(ForecastMethod.NoSales, 0, 0, 0, 0, seen.Count);
        }

        var demand = Curb(seen);
        var selling = demand.Count(static day => day.Units > 0);
        var resting = RestingWeekdays(days);
        var isIntermittent = demand.Count >= IntermittentFrom * selling;
        var factors = isIntermittent ? Flat(resting) : Pattern(demand, resting);
        var (rate, variance) = isIntermittent ? Smooth(demand, selling) : Weigh(demand, factors, days[^1].Day);
        var open = Sum(Flat(resting), days[^1].Day, protectionDays);
        return new DemandForecast(
            isIntermittent ? ForecastMethod.Tsb : ForecastMethod.WeightedAverage,
            rate * factors.Sum() / factors.Length,
            rate * Sum(factors, days[^1].Day, horizonDays),
            rate * Sum(factors, days[^1].Day, protectionDays),
            variance * open * (1 + (open * LevelDoubt)),
            seen.Count);
    }

    /// <summary>The days that tell of demand: the store did business and the article was there, from its first sale on or for four weeks at least.</summary>
    private static List<DemandDay> Count(IReadOnlyList<DemandDay> days)
    {
        var counted = days.Where(static day => day.Open && day.InStock).ToList();
        if (counted.TrueForAll(static day => day.Units <= 0))
        {
            // What is gone within hours of each arrival is hardly ever there for half a day, and sells for all that.
            counted = [.. days.Where(static day => day.Open && (day.InStock || day.Units > 0))];
        }

        var first = counted.FindIndex(static day => day.Units > 0);
        return first <= 0 ? counted : counted[Math.Min(first, Math.Max(0, counted.Count - VelocityDays))..];
    }

    /// <summary>An order far beyond the ordinary counts as a big ordinary one: it says little of the weeks to come.</summary>
    private static List<DemandDay> Curb(List<DemandDay> days)
    {
        var sizes = days.Where(static day => day.Units > 0).Select(static day => day.Units).Order().ToList();
        if (sizes.Count < FenceFrom)
        {
            return days;
        }

        var (low, high) = (Quantile(sizes, 0.25), Quantile(sizes, 0.75));
        var most = Math.Max(high + (Fence * (high - low)), FenceMedians * Quantile(sizes, 0.5));
        return days.ConvertAll(day => day with { Units = Math.Min(day.Units, most) });
    }

    private static double Quantile(List<double> sorted, double share)
    {
        var place = share * (sorted.Count - 1);
        var below = (int)place;
        return sorted[below] + ((place - below) * (sorted[Math.Min(below + 1, sorted.Count - 1)] - sorted[below]));
    }

    /// <summary>Weekdays on which the store never does business.</summary>
    private static HashSet<DayOfWeek> RestingWeekdays(IReadOnlyList<DemandDay> days) =>
        [.. days.GroupBy(static day => day.Day.DayOfWeek).Where(static group => group.Count() > 1 && !group.Any(static day => day.Open)).Select(static group => group.Key)];

    /// <summary>By weekday: 0 where the store rests, 1 else.</summary>
    private static double[] Flat(HashSet<DayOfWeek> resting) => [.. Enum.GetValues<DayOfWeek>().Select(day => resting.Contains(day) ? 0d : 1)];

    /// <summary>By weekday, how its demand stands to the mean; the mean over the days of business is 1. Flat without four weeks of days.</summary>
    private static double[] Pattern(List<DemandDay> demand, HashSet<DayOfWeek> resting)
    {
        var factors = Flat(resting);
        if (demand.Count < VelocityDays)
        {
            return factors;
        }

        var mean = demand.Average(static day => day.Units);
        var prior = PatternPrior * demand.Where(static day => day.Units > 0).Average(static day => day.Units);
        foreach (var weekday in demand.GroupBy(static day => day.Day.DayOfWeek).Where(weekday => !resting.Contains(weekday.Key)))
        {
            factors[(int)weekday.Key] = (weekday.Sum(static day => day.Units) + prior) / ((mean * weekday.Count()) + prior);
        }

        var scale = (7 - resting.Count) / factors.Sum();
        return [.. factors.Select(factor => factor * scale)];
    }

    /// <summary>Units of a day of business with the factor 1, the recent days weighing more, and the variance of such a day.</summary>
    private static (double Rate, double Variance) Weigh(List<DemandDay> demand, double[] factors, DateOnly last)
    {
        var recent = demand.FindAll(day => Age(day) < VelocityDays);
        var (units, weights) = (0d, 0d);
        foreach (var day in recent.Count < LeastDays ? demand : recent)
        {
            var weight = Math.Pow(0.5, Age(day) / HalfLife);
            units += weight * day.Units;
            weights += weight * factors[(int)day.Day.DayOfWeek];
        }

        var rate = units / weights;
        var mean = demand.Average(static day => day.Units);
        var squares = demand.Sum(day => Math.Pow(day.Units - (mean * factors[(int)day.Day.DayOfWeek]), 2));
        return (rate, squares / Math.Max(1, demand.Count - 1) * (rate / mean));

        double Age(DemandDay day) => last.DayNumber - day.Day.DayNumber;
    }

    /// <inheritdoc cref="Weigh"/>
    private static (double Rate, double Variance) Smooth(List<DemandDay> demand, int selling)
    {
        var mean = demand.Sum(static day => day.Units) / selling;
        var (chance, size) = (selling / (double)demand.Count, mean);
        foreach (var units in demand.Select(static day => day.Units))
        {
            if (units > 0)
            {
                size += SizeSmoothing * (units - size);
                chance += ChanceSmoothing * (1 - chance);
            }
            else
            {
                chance -= ChanceSmoothing * chance;
            }
        }

        var spread = demand.Where(static day => day.Units > 0).Sum(day => Math.Pow(day.Units - mean, 2)) / selling * Math.Pow(size / mean, 2);
        return (chance * size, Math.Max(0, (chance * (spread + (size * size))) - Math.Pow(chance * size, 2)));
    }

    /// <summary>The factors of the days that follow, added up.</summary>
    private static double Sum(double[] factors, DateOnly last, int days) => Enumerable.Range(1, days).Sum(ahead => factors[(int)last.AddDays(ahead).DayOfWeek]);
}
