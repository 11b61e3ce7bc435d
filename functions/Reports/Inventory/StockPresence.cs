using StoreClaw.Commerce;
using StoreClaw.Common;

namespace StoreClaw.Reports.Inventory;

/// <param name="Open">Whether the store did business.</param>
internal readonly record struct StoreDay(DateOnly Day, bool Open);

/// <summary>On which of a store's days an article could be bought.</summary>
/// <param name="connectedAt">What a first reading brings was there before; what comes later is new to the store.</param>
internal sealed class StockPresence(TimeZoneInfo zone, IReadOnlyList<StoreDay> days, DateTimeOffset connectedAt)
{
    // The first reading of a big store's stock takes a while.
    private static readonly TimeSpan FirstReading = TimeSpan.FromDays(2);

    private readonly List<(DateTimeOffset From, DateTimeOffset To)> _spans = [.. days.Select(day => (zone.StartOfDay(day.Day), zone.StartOfDay(day.Day.AddDays(1))))];

    /// <summary>The article's days. It was out while none of its places had any; what nobody recorded counts as there.</summary>
    public IReadOnlyList<DemandDay> DaysOf(StockArticle article)
    {
        var gone = article.Places.SelectMany(static place => place.Levels).Select(Gone).Aggregate(Both);
        return [.. days.Select((day, index) => new DemandDay(day.Day, article.Units.Length == 0 ? 0 : Math.Max(0, article.Units[index]), InStock(gone, _spans[index]), day.Open))];
    }

    private static bool InStock(IReadOnlyList<(DateTimeOffset From, DateTimeOffset To)> gone, (DateTimeOffset From, DateTimeOffset To) day)
    {
        var ticks = gone.Sum(stretch => Math.Max(0, Math.Min(stretch.To.UtcTicks, day.To.UtcTicks) - Math.Max(stretch.From.UtcTicks, day.From.UtcTicks)));
        return 2 * ticks < (day.To - day.From).Ticks;
    }

    /// <summary>When a level was zero, oldest first, with the time before the article came to the store.</summary>
    private IReadOnlyList<(DateTimeOffset From, DateTimeOffset To)> Gone(TracedLevel level) =>
    [
        .. level.Trace?.Since is { } since && since > connectedAt + FirstReading ? [(DateTimeOffset.MinValue, since)] : Array.Empty<(DateTimeOffset, DateTimeOffset)>(),
        .. level.Trace?.Outs.Select(static stretch => (stretch.From, stretch.To ?? DateTimeOffset.MaxValue)) ?? [],
    ];

    /// <summary>Where both of two orderly lists of stretches have one.</summary>
    private static IReadOnlyList<(DateTimeOffset From, DateTimeOffset To)> Both(IReadOnlyList<(DateTimeOffset From, DateTimeOffset To)> one, IReadOnlyList<(DateTimeOffset From, DateTimeOffset To)> other) =>
    [
        .. from left in one
           from right in other
           let start = left.From > right.From ? left.From : right.From
           let end = left.To < right.To ? left.To : right.To
           where start < end
           select (start, end),
    ];
}
