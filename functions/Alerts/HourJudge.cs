using StoreClaw.Common;
using StoreClaw.Reports;

namespace StoreClaw.Alerts;

/// <summary>How a figure compares with the usual one.</summary>
/// <param name="Score">Deviations above it; negative below.</param>
internal sealed record Verdict(decimal Value, decimal Usual, double Score)
{
    public bool IsHigh => Score >= AlertPolicy.Unusual;

    public bool IsLow => Score <= -AlertPolicy.Unusual;

    public bool IsExtreme => Math.Abs(Score) >= AlertPolicy.Extreme;
}

/// <summary>
/// Holds an hour or a day against the same ones before: median and median absolute deviation, which a single promotion or breakdown does not bend, and no less than chance (Poisson) makes such figures spread.
/// Null where there is nothing to compare with.
/// </summary>
internal static class HourJudge
{
    /// <param name="spread"><see cref="StoreRhythm.Spread"/></param>
    public static Verdict? Count(decimal value, IReadOnlyList<decimal> samples, double spread) =>
        samples.Count == 0 ? null : Judge(value, samples, spread * Math.Sqrt(Math.Max(1, (double)samples.Average())));

    /// <summary>Money spreads with the orders and with what each of them brings.</summary>
    /// <param name="usualOrder">What an order brings.</param>
    /// <param name="usualOrders">How many there usually are.</param>
    public static Verdict? Money(decimal value, IReadOnlyList<decimal> samples, decimal usualOrder, decimal usualOrders, double spread) =>
        samples.Count == 0 ? null : Judge(value, samples, spread * (double)usualOrder * Math.Sqrt(2 * Math.Max(1, (double)usualOrders)));

    private static Verdict? Judge(decimal value, IReadOnlyList<decimal> samples, double floor) =>
        RobustScore.Of(value, samples, floor) is { } score ? new Verdict(value, score.Expected, score.Score) : null;
}

/// <summary>Tells a store that has gone quiet from one at rest.</summary>
internal static class QuietJudge
{
    /// <summary>Orders that usually come between the two instants.</summary>
    public static double Expected(StoreRhythm rhythm, TimeZoneInfo zone, DateTimeOffset from, DateTimeOffset to)
    {
        var sum = 0.0;
        while (from < to)
        {
            var local = zone.LocalTime(from);
            var next = from + TimeSpan.FromHours(1) - TimeSpan.FromTicks(local.TimeOfDay.Ticks % TimeSpan.TicksPerHour);
            next = next < to ? next : to;
            sum += rhythm.Usual(local.DayOfWeek, local.Hour) * (next - from).TotalHours;
            from = next;
        }

        return sum;
    }

    /// <summary>Whether so many orders that did not come are more than chance keeps away; a store that comes in waves is given more time.</summary>
    public static bool IsQuiet(double expected, double spread) => expected >= AlertPolicy.QuietOrders * spread * spread;
}
