namespace StoreClaw.Connectors;

/// <summary>Which rows a page holds: changed in [Since, Until), from the cursor on.</summary>
/// <param name="Since">Null in a first backfill of everything.</param>
/// <param name="Cursor">What the page before gave; null for the first.</param>
/// <param name="Backfill">True when history is read for the first time: then rows may come by creation, which keeps a day's rows together.</param>
public sealed record PageRequest(DateTimeOffset? Since, DateTimeOffset Until, string? Cursor, int Size, bool Backfill);

/// <param name="Next">Where to go on; null when this was the last.</param>
public sealed record Page(IReadOnlyList<RecordChange> Changes, string? Next);

/// <summary>Reads one resource of a store. A row may come twice, none may be left out, whatever arrives while paging.</summary>
public interface IReader
{
    /// <exception cref="PlatformException">The page could not be read; nothing of it counts.</exception>
    Task<Page> ReadAsync(StoreSession store, PageRequest request, CancellationToken cancellationToken);

    /// <summary>One record as it is now; empty when the platform does not have it. May bring related records along.</summary>
    Task<IReadOnlyList<RecordChange>> FindAsync(StoreSession store, string id, CancellationToken cancellationToken);
}
