using System.Globalization;

namespace StoreClaw.Commerce;

/// <summary>A stretch in which nothing could be sold.</summary>
/// <param name="To">Exclusive; null while it lasts.</param>
public readonly record struct StockOut(DateTimeOffset From, DateTimeOffset? To);

/// <summary>
/// What became of a stock level lately, carried on from each level to the next on the row itself, so that it costs no storage transaction. It knows what the levels it was told of say and no more: what fell and rose
/// between two of them shows as their difference. Instants are whole seconds, days are UTC's.
/// </summary>
public sealed class StockTrace
{
    /// <summary>How long a stretch without stock is remembered after its end.</summary>
    public static readonly TimeSpan OutsKept = TimeSpan.FromDays(90);

    /// <summary>How many days of falls are remembered.</summary>
    public const int OutflowDays = 35;

    /// <summary>The most stretches remembered; of more the newest.</summary>
    public const int MostOuts = 48;

    private const string Form = "1";
    private const string None = "-";

    private readonly DateTimeOffset _at;
    private readonly decimal? _level;

    private StockTrace(DateTimeOffset? since, DateTimeOffset at, decimal? level, IReadOnlyList<StockOut> outs, IReadOnlyDictionary<DateOnly, decimal> outflow)
    {
        Since = since;
        _at = at;
        _level = level;
        Outs = outs;
        Outflow = outflow;
    }

    /// <summary>The stamp of the first level there was; null where the row is older than its trace.</summary>
    public DateTimeOffset? Since { get; }

    /// <summary>Oldest first, apart from each other.</summary>
    public IReadOnlyList<StockOut> Outs { get; }

    /// <summary>By day, how many units the level fell by in all: sold, moved elsewhere or written off.</summary>
    public IReadOnlyDictionary<DateOnly, decimal> Outflow { get; }

    /// <summary>The trace with one more level; a level that is older than the last one changes nothing.</summary>
    /// <param name="before">Null for the first level.</param>
    /// <param name="isNew">Whether the level had no row before.</param>
    public static StockTrace Next(StockTrace? before, StockLevel level, bool isNew)
    {
        var at = WholeSecond(level.UpdatedAt);
        decimal? now = level.Deleted ? null : level.Available;
        if (before is null)
        {
            return new StockTrace(isNew ? at : null, at, now, now <= 0 ? [new StockOut(at, null)] : [], new Dictionary<DateOnly, decimal>());
        }

        return at < before._at ? before : new StockTrace(before.Since, at, now, OutsAfter(before.Outs, now <= 0, at), OutflowAfter(before, now, at));
    }

    /// <summary>What <see cref="ToString"/> made; null for anything else.</summary>
    public static StockTrace? Parse(string? text)
    {
        if (text?.Split(' ') is not [Form, var since, var at, var level, var outs, var outflow])
        {
            return null;
        }

        return new StockTrace(
            since == None ? null : Instant(since),
            Instant(at),
            level == None ? null : decimal.Parse(level, CultureInfo.InvariantCulture),
            [.. Parts(outs).Select(static pair => new StockOut(Instant(pair[0]), pair[1].Length == 0 ? null : Instant(pair[1])))],
            Parts(outflow).ToDictionary(static pair => DateOnly.FromDayNumber(int.Parse(pair[0], CultureInfo.InvariantCulture)), static pair => decimal.Parse(pair[1], CultureInfo.InvariantCulture)));
    }

    /// <summary>A few kilobytes at most: the form's number, since, the last level's instant and height, stretches "from:to", falls "day:units".</summary>
    public override string ToString() => string.Join(
        ' ',
        Form,
        Since is { } since ? Text(since) : None,
        Text(_at),
        _level?.ToString(CultureInfo.InvariantCulture) ?? None,
        Join(Outs.Select(static stretch => $"{Text(stretch.From)}:{(stretch.To is { } to ? Text(to) : "")}")),
        Join(Outflow.OrderBy(static day => day.Key).Select(static day => string.Create(CultureInfo.InvariantCulture, $"{day.Key.DayNumber}:{day.Value}"))));

    private static List<StockOut> OutsAfter(IReadOnlyList<StockOut> before, bool isOut, DateTimeOffset at)
    {
        var outs = before.ToList();
        var wasOut = outs is [.., { To: null }];
        if (wasOut && !isOut)
        {
            outs[^1] = outs[^1] with { To = at };
        }
        else if (isOut && !wasOut)
        {
            outs.Add(new StockOut(at, null));
        }

        outs.RemoveAll(stretch => stretch.To is { } to && (to <= at - OutsKept || to == stretch.From));
        return outs.Count > MostOuts ? outs[^MostOuts..] : outs;
    }

    private static Dictionary<DateOnly, decimal> OutflowAfter(StockTrace before, decimal? now, DateTimeOffset at)
    {
        var today = DateOnly.FromDateTime(at.UtcDateTime);
        var outflow = before.Outflow.Where(day => day.Key > today.AddDays(-OutflowDays)).ToDictionary();
        if (before._level - now is > 0 and var fallen)
        {
            outflow[today] = outflow.GetValueOrDefault(today) + fallen;
        }

        return outflow;
    }

    private static DateTimeOffset WholeSecond(DateTimeOffset instant) => DateTimeOffset.FromUnixTimeSeconds(instant.ToUnixTimeSeconds());

    private static string Text(DateTimeOffset instant) => instant.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    private static DateTimeOffset Instant(string text) => DateTimeOffset.FromUnixTimeSeconds(long.Parse(text, CultureInfo.InvariantCulture));

    private static string Join(IEnumerable<string> parts) => string.Join(',', parts) is { Length: > 0 } text ? text : None;

    private static IEnumerable<string[]> Parts(string text) => text == None ? [] : text.Split(',').Select(static part => part.Split(':'));
}
