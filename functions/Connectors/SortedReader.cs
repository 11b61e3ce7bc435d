namespace StoreClaw.Connectors;

/// <summary>
/// Walks a list that is sorted by time, the oldest first. A page goes on from the time of the last row before it: a platform's own offsets end at so many rows, and a row that leaves meanwhile would
/// pull those behind it past. Only where a page lies in one instant the platform's own place leads on. The cursor is "milliseconds since 1970|place".
/// </summary>
public abstract class SortedReader : RowReader
{
    /// <param name="from">The time from which on, inclusive; null for all there ever was.</param>
    /// <param name="place">Where the platform goes on from <paramref name="from"/>; null for the first page.</param>
    protected abstract Task<Listing> ListAsync(StoreSession store, PageRequest request, DateTimeOffset? from, string? place, CancellationToken cancellationToken);

    /// <summary>The time that the list is sorted by; null for a list that cannot be.</summary>
    protected abstract DateTimeOffset? TimeOf(PageRequest request, JsonElement row);

    /// <summary>Makes records of the rows, which may take more calls.</summary>
    protected abstract Task<IReadOnlyList<RecordChange>> LoadAsync(StoreSession store, IReadOnlyList<JsonElement> rows, CancellationToken cancellationToken);

    protected sealed override async Task<Page> PageAsync(StoreSession store, PageRequest request, CancellationToken cancellationToken)
    {
        var cursor = request.Cursor?.Split('|', 2) ?? ["", ""];
        DateTimeOffset? from = cursor[0].Length > 0 ? DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(cursor[0], CultureInfo.InvariantCulture)) : request.Since;
        var (rows, next) = await ListAsync(store, request, from, cursor[1].Length > 0 ? cursor[1] : null, cancellationToken);
        var last = rows.Max(row => TimeOf(request, row));
        var (time, place) = last is not null && !(last <= from) ? (last, "") : (from, next);
        var changes = await LoadAsync(store, rows, cancellationToken);

        // What cannot be sorted by time cannot be asked for by it either.
        changes = last is null && request.Since is { } since ? [.. changes.Where(change => change.Record.UpdatedAt >= since)] : changes;
        return new Page(changes, next is null ? null : string.Create(CultureInfo.InvariantCulture, $"{time?.ToUnixTimeMilliseconds()}|{place}"));
    }

    /// <param name="Next">The platform's own place behind these rows; null when they are the last.</param>
    protected sealed record Listing(IReadOnlyList<JsonElement> Rows, string? Next);
}
