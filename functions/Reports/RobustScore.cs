namespace StoreClaw.Reports;

/// <summary>How far a value lies from what a baseline makes one expect, in standard deviations that outliers in the baseline do not bend.</summary>
/// <param name="Expected">The baseline's median.</param>
/// <param name="Score">Positive above it.</param>
public readonly record struct RobustScore(decimal Expected, double Score)
{
    // What makes the median absolute deviation of normally spread values their standard deviation.
    private const double MadToDeviation = 1.4826;

    /// <summary>Null when the baseline knows no spread at all and neither does the floor.</summary>
    /// <param name="floor">The least standard deviation to assume, so that an eerily even baseline does not make a trifle an event.</param>
    public static RobustScore? Of(decimal value, IReadOnlyList<decimal> baseline, double floor)
    {
        var median = Median(baseline);
        var deviations = baseline.Select(day => Math.Abs(day - median)).ToList();
        var spread = MadToDeviation * (double)Median(deviations);
        if (spread == 0)
        {
            // More than half of the days are alike, which says nothing about the others.
            spread = Math.Sqrt(deviations.Average(static deviation => (double)deviation * (double)deviation));
        }

        var deviation = Math.Max(spread, floor);
        return deviation == 0 ? null : new RobustScore(median, (double)(value - median) / deviation);
    }

    public static decimal Median(IReadOnlyCollection<decimal> values)
    {
        var sorted = values.Order().ToList();
        var middle = sorted.Count / 2;
        return sorted.Count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
