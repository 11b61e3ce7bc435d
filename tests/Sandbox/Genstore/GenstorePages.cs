using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace StoreClaw.Sandbox.Genstore;

/// <summary>A row of a list as paging sees it.</summary>
internal sealed record GenstoreListed(long Id, DateTimeOffset UpdatedAt, object Row);

/// <summary>Pages by a position within the list: a token says behind which row the next page begins, whatever has come or gone meanwhile.</summary>
internal sealed class GenstorePages
{
    private readonly ConcurrentDictionary<string, Position> _positions = new(StringComparer.Ordinal);
    private int _given;

    public void Forget() => _positions.Clear();

    /// <param name="after">The token; null for the first page.</param>
    /// <param name="min">The filter of the first page.</param>
    /// <returns>The rows, and the token of the next page if there is one; null when the token is none.</returns>
    public (IReadOnlyList<object> Rows, string? Next)? Read(string list, IEnumerable<GenstoreListed> rows, GenstoreOrder order, string? after, DateTimeOffset? min, int limit)
    {
        var position = new Position(list, order, null, min);
        if (after is not null && (!_positions.TryGetValue(after, out position!) || position.List != list))
        {
            return null;
        }

        var left = rows.Where(row => position.Min is not { } least || row.UpdatedAt >= least)
            .Select(row => (Key: Key(position.Order, row), row.Row))
            .Where(row => position.Last is not { } last || row.Key.CompareTo(last) > 0)
            .OrderBy(static row => row.Key)
            .Take(limit + 1)
            .ToList();
        if (left.Count <= limit)
        {
            return ([.. left.Select(static row => row.Row)], null);
        }

        var token = Convert.ToBase64String(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{list}>{Interlocked.Increment(ref _given)}")));
        _positions[token] = position with { Last = left[limit - 1].Key };
        return ([.. left.Take(limit).Select(static row => row.Row)], token);
    }

    private static (long, long) Key(GenstoreOrder order, GenstoreListed row) => order switch
    {
        GenstoreOrder.NewestFirst => (0, -row.Id),
        GenstoreOrder.OldestFirst => (0, row.Id),
        _ => (-row.UpdatedAt.UtcTicks, -row.Id),
    };

    private sealed record Position(string List, GenstoreOrder Order, (long, long)? Last, DateTimeOffset? Min);
}
