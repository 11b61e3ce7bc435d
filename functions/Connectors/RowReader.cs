namespace StoreClaw.Connectors;

/// <summary>Reads a list's rows. An answer that misses a member is the platform's failure; a record that the platform does not have is not found.</summary>
public abstract class RowReader : IReader
{
    public async Task<Page> ReadAsync(StoreSession store, PageRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await PageAsync(store, request, cancellationToken);
        }
        catch (FormatException missed)
        {
            throw JsonReading.Unexpected(missed);
        }
    }

    public async Task<IReadOnlyList<RecordChange>> FindAsync(StoreSession store, string id, CancellationToken cancellationToken)
    {
        try
        {
            return await OneAsync(store, id, cancellationToken).OrNull() ?? [];
        }
        catch (FormatException missed)
        {
            throw JsonReading.Unexpected(missed);
        }
    }

    /// <summary>A page, as <see cref="IReader.ReadAsync"/>.</summary>
    /// <exception cref="FormatException">A member of the answer is missing.</exception>
    protected abstract Task<Page> PageAsync(StoreSession store, PageRequest request, CancellationToken cancellationToken);

    /// <summary>One record, as <see cref="IReader.FindAsync"/>; that the platform does not have it may be thrown.</summary>
    /// <exception cref="FormatException">A member of the answer is missing.</exception>
    protected abstract Task<IReadOnlyList<RecordChange>> OneAsync(StoreSession store, string id, CancellationToken cancellationToken);

    /// <summary>The records of rows that take further calls each.</summary>
    protected static async Task<IReadOnlyList<RecordChange>> EachAsync(IEnumerable<JsonElement> rows, Func<JsonElement, Task<IEnumerable<RecordChange>>> readAsync)
    {
        var changes = new List<RecordChange>();
        foreach (var row in rows)
        {
            changes.AddRange(await readAsync(row));
        }

        return changes;
    }

    /// <summary>A number that stands in a cursor.</summary>
    protected static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>All rows of a list that is read whole.</summary>
    /// <param name="pageAsync">Gives rows and where to go on, null or empty after the last; asked with null first.</param>
    internal static async Task<List<JsonElement>> AllAsync(Func<string?, Task<(IEnumerable<JsonElement> Rows, string? Next)>> pageAsync)
    {
        List<JsonElement> all = [];
        string? place = null;
        do
        {
            (var rows, place) = await pageAsync(place);
            all.AddRange(rows);
        }
        while (!string.IsNullOrEmpty(place));
        return all;
    }
}
