using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using StoreClaw.Sandbox.Shopify.GraphQl;

namespace StoreClaw.Sandbox.Shopify;

/// <param name="Cursor">Made when it is asked for: most are not.</param>
public sealed record ShopifyPageItem(object Node, Func<string> Cursor);

/// <summary>One page of a connection.</summary>
public sealed record ShopifyPage(IReadOnlyList<ShopifyPageItem> Items, bool HasNext, bool HasPrevious)
{
    public string? Start => Items.Count == 0 ? null : Items[0].Cursor();

    public string? End => Items.Count == 0 ? null : Items[^1].Cursor();
}

/// <summary>
/// Pages over a sorted list. A cursor holds the sort value and the id of its item, not a position, so what changes between two pages
/// moves exactly as on the real API: sorted by update time an item that is touched meanwhile comes again at the end.
/// </summary>
public static class ShopifyPages
{
    private static readonly ConditionalWeakTable<object, ConcurrentDictionary<string, object>> Sorted = [];

    /// <param name="items">The unchanging list; its sorted forms are kept while it lives.</param>
    /// <param name="sort">The sort key's name.</param>
    /// <param name="key">A text that sorts by code points as the key does, and the id that breaks ties.</param>
    public static ShopifyPage Page<T>(IReadOnlyList<T> items, string sort, Func<T, (string Value, long Id)> key, Func<T, bool> filter, GraphCall call)
        where T : class
    {
        var ordered = Sorted.GetOrCreateValue(items).GetOrAdd(
            sort, _ => items.OrderBy(item => key(item).Value, StringComparer.Ordinal).ThenBy(item => key(item).Id).ToArray());
        return Cut(((T[])ordered).Where(filter).ToList(), sort, key, call);
    }

    /// <summary>A short list that has its own order.</summary>
    public static ShopifyPage Page<T>(IReadOnlyList<T> items, Func<T, long> id, GraphCall call)
        where T : class
    {
        var places = items.Select((item, index) => new Placed<T>(item, index)).ToList();
        var page = Cut(places, "POSITION", placed => (placed.Index.ToString("D6", CultureInfo.InvariantCulture), id(placed.Item)), call);
        return page with { Items = [.. page.Items.Select(item => item with { Node = ((Placed<T>)item.Node).Item })] };
    }

    public static string Key(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    public static string Key(long id) => id.ToString("D20", CultureInfo.InvariantCulture);

    private static ShopifyPage Cut<T>(List<T> matching, string sort, Func<T, (string Value, long Id)> key, GraphCall call)
        where T : class
    {
        if (call.Argument<bool>("reverse"))
        {
            matching.Reverse();
        }

        var (from, to) = (0, matching.Count);
        if (call.Argument<string>("after") is { } after)
        {
            from = matching.FindIndex(Beyond(after));
            from = from < 0 ? matching.Count : from;
        }

        if (call.Argument<string>("before") is { } before)
        {
            var (value, id) = Decode(before, sort);
            var beyond = Beyond(before);
            to = matching.FindIndex(item => beyond(item) || key(item) == (value, id));
            to = to < 0 ? matching.Count : to;
        }

        to = Math.Max(from, to);
        var size = call.Argument<int?>("first") ?? call.Argument<int?>("last") ?? matching.Count;
        (from, to) = call.Argument<int?>("last") is null ? (from, Math.Min(to, from + size)) : (Math.Max(from, to - size), to);
        return new ShopifyPage([.. matching[from..to].Select(item => new ShopifyPageItem(item, () => Encode(key(item), sort)))], to < matching.Count, from > 0);

        Predicate<T> Beyond(string cursor)
        {
            var (value, id) = Decode(cursor, sort);
            var sign = call.Argument<bool>("reverse") ? -1 : 1;
            return item =>
            {
                var own = key(item);
                var order = string.CompareOrdinal(own.Value, value);
                return sign * (order != 0 ? order : own.Id.CompareTo(id)) > 0;
            };
        }
    }

    private static string Encode((string Value, long Id) key, string sort) =>
        Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object> { ["last_id"] = key.Id, ["last_value"] = key.Value, ["sort"] = sort }));

    private static (string Value, long Id) Decode(string cursor, string sort)
    {
        try
        {
            using var json = JsonDocument.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(cursor)));
            var root = json.RootElement;
            if (root.GetProperty("sort").GetString() == sort)
            {
                return (root.GetProperty("last_value").GetString()!, root.GetProperty("last_id").GetInt64());
            }
        }
        catch (Exception bad) when (bad is FormatException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new GraphFaultException($"`{cursor}` is not a valid cursor");
        }

        throw new GraphFaultException("Invalid cursor for current pagination sort.");
    }

    private sealed record Placed<T>(T Item, int Index);
}
