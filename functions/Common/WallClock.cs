using System.Diagnostics.CodeAnalysis;

namespace StoreClaw.Common;

/// <summary>
/// A zone's wall clock over instants. Asks a zone only for the offset at an instant, so it holds for every kind of change: summer time, Lord Howe's half hour,
/// a country that moves its base offset or skips a day.
/// </summary>
public static class WallClock
{
    private static readonly TimeSpan Around = TimeSpan.FromHours(24);

    /// <summary>Finds a zone by its IANA name; names of Windows zones are refused, since a task must mean the same on every machine.</summary>
    public static bool TryFindZone([NotNullWhen(true)] string? name, [NotNullWhen(true)] out TimeZoneInfo? zone)
    {
        zone = null;
        return !string.IsNullOrEmpty(name) && TimeZoneInfo.TryFindSystemTimeZoneById(name, out zone) && zone.HasIanaId;
    }

    /// <summary>What the clock on the wall shows.</summary>
    public static DateTime LocalTime(this TimeZoneInfo zone, DateTimeOffset instant) => instant.ToOffset(zone.GetUtcOffset(instant)).DateTime;

    public static DateOnly LocalDay(this TimeZoneInfo zone, DateTimeOffset instant) => DateOnly.FromDateTime(zone.LocalTime(instant));

    /// <summary>The first instant of the day; where midnight is skipped, the first that exists.</summary>
    public static DateTimeOffset StartOfDay(this TimeZoneInfo zone, DateOnly day) => zone.FirstInstant(day.ToDateTime(TimeOnly.MinValue));

    /// <summary>The instant the wall clock shows this time: the first of two where the clock is set back, the first after the gap where it skips the time.</summary>
    public static DateTimeOffset FirstInstant(this TimeZoneInfo zone, DateTime local)
    {
        var unshifted = new DateTimeOffset(DateTime.SpecifyKind(local, DateTimeKind.Unspecified), TimeSpan.Zero);
        var before = zone.GetUtcOffset(unshifted - Around);
        var after = zone.GetUtcOffset(unshifted + Around);
        var byOld = unshifted - before;
        var byNew = unshifted - after;
        if (before == after || zone.GetUtcOffset(byOld) == before)
        {
            return byOld;
        }

        return zone.GetUtcOffset(byNew) == after ? byNew : Change(zone, byNew, byOld, after);
    }

    private static DateTimeOffset Change(TimeZoneInfo zone, DateTimeOffset low, DateTimeOffset high, TimeSpan offset)
    {
        while (high - low > TimeSpan.FromSeconds(1))
        {
            var middle = low + TimeSpan.FromSeconds(Math.Floor((high - low).TotalSeconds / 2));
            (low, high) = zone.GetUtcOffset(middle) == offset ? (low, middle) : (middle, high);
        }

        return new DateTimeOffset(high.UtcTicks - (high.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
    }
}
