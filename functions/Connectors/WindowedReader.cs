namespace StoreClaw.Connectors;

/// <summary>
/// Walks a list by windows of time that fit into one answer: one that does not is halved. A platform's own page numbers and cursors count rows, and a row that is changed leaves the window
/// it was in, so that the one behind it would be passed over: only a single second with more rows than a page is paged through, and that until nothing moves. A cursor
/// ("edge|width|found", in seconds) is where the next window begins, how wide it may be, and where rows were found last.
/// </summary>
public abstract class WindowedReader : RowReader
{
    private const int MostLooks = 40;

    private const int MostPasses = 6;

    /// <summary>Two years: before so long a silence no history is looked for.</summary>
    private const long Silence = 2 * 365 * 24 * 3600;

    /// <summary>What the platform allows a window to be, in seconds.</summary>
    protected virtual long Widest => 20L * 366 * 24 * 3600;

    /// <summary>The most rows an answer brings.</summary>
    protected virtual int MostRows => 100;

    /// <summary>True where a row that changes meanwhile leaves for the next walk or stays where it is; false where it moves to a later window, so that the latest must come last.</summary>
    protected virtual bool IsNewestFirst => false;

    /// <summary>When there was nothing on the platform yet.</summary>
    protected abstract DateTimeOffset Beginning { get; }

    /// <summary>Null for all there ever was.</summary>
    protected virtual DateTimeOffset? StartOf(PageRequest request) => request.Since;

    /// <summary>What names a row within the list.</summary>
    protected abstract string KeyOf(JsonElement row);

    /// <param name="cursor">Null for the first page, else the <see cref="Listing.Next"/> of the one before.</param>
    /// <exception cref="PlatformException">The list could not be read.</exception>
    protected abstract Task<Listing> ListAsync(StoreSession store, Window window, string? cursor, int size, CancellationToken cancellationToken);

    /// <summary>Makes records of the rows, which may take more calls.</summary>
    protected abstract Task<IReadOnlyList<RecordChange>> LoadAsync(StoreSession store, IReadOnlyList<JsonElement> rows, CancellationToken cancellationToken);

    protected sealed override async Task<Page> PageAsync(StoreSession store, PageRequest request, CancellationToken cancellationToken)
    {
        var beginning = Beginning.ToUnixTimeSeconds();
        var first = StartOf(request) is { } since ? Math.Max(beginning, since.ToUnixTimeSeconds()) : beginning;
        var last = Math.Max(first, request.Until.ToUnixTimeSeconds()) + 1;
        var size = Math.Clamp(request.Size, 1, MostRows);
        var (edge, width, found) = request.Cursor?.Split('|') is [var at, var wide, var seen] ? (Number(at), Number(wide), Number(seen)) : (IsNewestFirst ? last : first, Widest, last);
        for (var looks = 1; ; looks++)
        {
            var window = IsNewestFirst
                ? new Window(Math.Max(first, edge - width), edge, IsLast: false, request.Backfill)
                : new Window(edge, Math.Min(last, edge + width), edge + width >= last, request.Backfill);
            var seconds = window.To - window.From;
            var (rows, next) = await ListAsync(store, window, null, size, cancellationToken);
            if (next is not null && seconds > 1)
            {
                width = seconds / 2;
                continue;
            }

            rows = next is null ? rows : await CrowdAsync(store, window, cancellationToken);

            // Both ends count, so that windows share a second: whether the platform's end is in or out does not matter then.
            edge = IsNewestFirst ? window.From : window.To;
            width = rows.Count < size / 2 ? Math.Min(Widest, seconds * 2) : seconds;
            found = rows.Count > 0 ? edge : found;
            var isEnd = IsNewestFirst ? edge <= first || (request.Backfill && edge <= found - Silence) : window.IsLast;
            if (isEnd || rows.Count > 0 || looks >= MostLooks)
            {
                return new Page(await LoadAsync(store, rows, cancellationToken), isEnd ? null : string.Create(CultureInfo.InvariantCulture, $"{edge}|{width}|{found}"));
            }
        }
    }

    /// <summary>All rows of one second, however many: read until two passes in a row bring the same ones.</summary>
    private async Task<IReadOnlyList<JsonElement>> CrowdAsync(StoreSession store, Window window, CancellationToken cancellationToken)
    {
        HashSet<string> before = [];
        for (var passes = 0; passes < MostPasses; passes++)
        {
            var rows = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
            string? cursor = null;
            do
            {
                (var page, cursor) = await ListAsync(store, window, cursor, MostRows, cancellationToken);
                foreach (var row in page)
                {
                    rows[KeyOf(row)] = row;
                }
            }
            while (!string.IsNullOrEmpty(cursor));
            if (before.SetEquals(rows.Keys))
            {
                return [.. rows.Values];
            }

            before = [.. rows.Keys];
        }

        throw new PlatformException(new PlatformFault(FaultKind.PlatformFailure, "list-moves", "The platform's list changes faster than it can be read.", TimeSpan.FromMinutes(1)));
    }

    /// <summary>Seconds since 1970, both ends asked for.</summary>
    /// <param name="IsLast">Nothing comes after it: it may be asked for without an end.</param>
    /// <param name="Backfill">By creation, not by change, where the platform offers both.</param>
    protected sealed record Window(long From, long To, bool IsLast, bool Backfill);

    /// <param name="Next">Null when these are all rows of the window.</param>
    protected sealed record Listing(IReadOnlyList<JsonElement> Rows, string? Next);
}
