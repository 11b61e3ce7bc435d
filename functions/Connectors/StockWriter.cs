using System.Security.Cryptography;
using System.Text;

namespace StoreClaw.Connectors;

/// <summary>What a platform has of one item in one place.</summary>
/// <param name="handle">What it wants named beside the item where that is set, its product for one. A call sets what has the same.</param>
/// <param name="revision">Under what it takes a change, where it wants that.</param>
public sealed class StockPlace(StockLevel level, string handle = "", string revision = "")
{
    public StockLevel Level { get; set; } = level;

    public string Handle => handle;

    public string Revision => revision;
}

/// <summary>One write on its way.</summary>
public sealed class StockEntry(StockWrite write)
{
    public StockWrite Write => write;

    /// <summary>All places of its item, where they were read.</summary>
    public IReadOnlyList<StockPlace> Places { get; set; } = [];

    /// <summary>The one that the write names, or the only one there is; null when it was not read or is not there.</summary>
    public StockPlace? Place => Places.FirstOrDefault(place => place.Level.LocationId == write.LocationId) ?? (write.LocationId.Length == 0 && Places is [var only] ? only : null);

    public PlatformFault? Fault { get; set; }

    /// <summary>False where the platform took it in and applies it later.</summary>
    public bool Settled { get; set; } = true;

    public StockWriteResult Result => new(write, Fault, Settled);
}

/// <summary>
/// Sets stock in calls of several items, absolute counts, so that a repeat is harmless. What is expected is read just before, since most platforms compare nothing themselves; each item gets an
/// answer of its own, also where the platform refuses a call as a whole. A connector says what a call is about, how levels are read and what is sent.
/// </summary>
/// <param name="platform">Its name, for what is told of a write.</param>
/// <param name="mostItems">The most items that a call takes.</param>
/// <param name="mostPieces">The most that an item may be set to.</param>
public abstract class StockWriter(string platform, int mostItems, long mostPieces = int.MaxValue) : IStockWriter
{
    /// <summary>Whether a call that is refused as a whole is tried by halves; else all of its items share the refusal.</summary>
    protected virtual bool SplitsRefused => false;

    /// <summary>The most items that are read together.</summary>
    protected virtual int MostRead => 100;

    /// <summary>
    /// How often what was refused is looked at again, for platforms that refuse what a lost answer has done already: where it is there as wished it is done, and after a conflict it is set again while
    /// it is as expected.
    /// </summary>
    protected virtual int MostLooks => 0;

    public async Task<IReadOnlyList<StockWriteResult>> SetAsync(StoreSession store, IReadOnlyList<StockWrite> writes, CancellationToken cancellationToken)
    {
        var entries = writes.Select(write => new StockEntry(write) { Fault = Wrong(write) }).ToList();
        foreach (var scope in Open(entries).GroupBy(entry => ScopeOf(entry.Write)).ToList())
        {
            var read = scope.Where(entry => Reads(entry.Write)).ToList();
            await PlaceAsync(store, scope.Key, read, cancellationToken);
            read.ForEach(entry => entry.Fault ??= Wrong(entry));
            foreach (var call in Calls(Open(scope)))
            {
                await TryAsync(store, scope.Key, call, cancellationToken);
                await LookAgainAsync(store, scope.Key, call, cancellationToken);
            }
        }

        return entries.ConvertAll(static entry => entry.Result);
    }

    public async Task<IReadOnlyList<StockWriteResult>> FollowAsync(StoreSession store, IReadOnlyList<StockWrite> writes, CancellationToken cancellationToken)
    {
        var entries = writes.Select(static write => new StockEntry(write)).ToList();
        foreach (var entry in entries)
        {
            try
            {
                await FollowAsync(store, entry, cancellationToken);
            }
            catch (PlatformException e) when (IsRefusal(e.Fault))
            {
                entry.Fault = e.Fault;
            }
        }

        return entries.ConvertAll(static entry => entry.Result);
    }

    /// <summary>What is read together: a product, where a call reads or sets the items of one.</summary>
    protected virtual string ScopeOf(StockWrite write) => "";

    /// <summary>Whether what is there must be known for this write.</summary>
    protected virtual bool Reads(StockWrite write) => write.Expected is not null;

    /// <summary>What is wrong with a write by itself; null when it will do.</summary>
    protected virtual PlatformFault? Wrong(StockWrite write) => write.WrongCount(platform, mostPieces);

    /// <summary>What is wrong with a write by what is there; null when it will do.</summary>
    protected virtual PlatformFault? Wrong(StockEntry entry) => entry.Write.WrongTime(platform, entry.Place is not null, entry.Place?.Level.Available);

    /// <summary>All places of these writes' items, each of which is named once. What is not there is left out.</summary>
    /// <param name="scope">Of all of them.</param>
    /// <exception cref="PlatformException">They could not be read; nothing is set then. Where the platform has none of them this is the answer to each.</exception>
    protected virtual Task<IReadOnlyList<StockPlace>> ReadAsync(StoreSession store, string scope, IReadOnlyList<StockWrite> writes, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<StockPlace>>([]);

    /// <summary>Sets items in one call and leaves in each entry what became of it; no item stands in it twice for one place.</summary>
    /// <exception cref="PlatformException">The call was refused as a whole.</exception>
    protected abstract Task SendAsync(StoreSession store, string scope, IReadOnlyList<StockEntry> entries, CancellationToken cancellationToken);

    /// <summary>Leaves in the entry what has become of a write that was not settled.</summary>
    protected virtual Task FollowAsync(StoreSession store, StockEntry entry, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The places that a reader of stock finds under these ids.</summary>
    protected static async Task<IReadOnlyList<StockPlace>> FindAsync(IReader stock, StoreSession store, IEnumerable<string> ids, CancellationToken cancellationToken)
    {
        var found = new List<StockPlace>();
        foreach (var id in ids)
        {
            found.AddRange((await stock.FindAsync(store, id, cancellationToken)).OfType<StockChange>().Select(static change => new StockPlace(change.Level)));
        }

        return found;
    }

    /// <summary>32 hex digits that name just these writes, for a call of several.</summary>
    protected static string KeyOf(IEnumerable<StockEntry> entries) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', entries.Select(static entry => entry.Write.Key)))).AsSpan(0, 16));

    private static bool IsRefusal(PlatformFault fault) => fault.Kind is FaultKind.Invalid or FaultKind.NotFound or FaultKind.Conflict;

    private static List<StockEntry> Open(IEnumerable<StockEntry> entries) => [.. entries.Where(static entry => entry.Fault is null)];

    /// <summary>What goes out together. An item that is named twice for one place comes in a later call again.</summary>
    private IEnumerable<List<StockEntry>> Calls(List<StockEntry> entries) =>
        from same in entries.GroupBy(static entry => entry.Place?.Handle ?? "")
        from round in same.GroupBy(static entry => (entry.Write.ItemId, entry.Write.LocationId)).SelectMany(static place => place.Index()).GroupBy(static one => one.Index, static one => one.Item)
        from items in round.GroupBy(static entry => entry.Write.ItemId).Chunk(mostItems)
        select items.SelectMany(static item => item).ToList();

    private async Task PlaceAsync(StoreSession store, string scope, List<StockEntry> entries, CancellationToken cancellationToken)
    {
        try
        {
            List<StockPlace> places = [];
            foreach (var some in entries.Select(static entry => entry.Write).DistinctBy(static write => write.ItemId).Chunk(MostRead))
            {
                places.AddRange(await ReadAsync(store, scope, some, cancellationToken));
            }

            var items = places.ToLookup(static place => place.Level.ItemId);
            entries.ForEach(entry => entry.Places = [.. items[entry.Write.ItemId]]);
        }
        catch (PlatformException e) when (e.Fault.Kind == FaultKind.NotFound)
        {
            entries.ForEach(entry => entry.Fault ??= e.Fault);
        }
    }

    private async Task TryAsync(StoreSession store, string scope, List<StockEntry> entries, CancellationToken cancellationToken)
    {
        try
        {
            await SendAsync(store, scope, entries, cancellationToken);

            // Where the platform is told of all places of an item at once, a later call must not take this back.
            foreach (var (entry, place) in entries.Where(static entry => entry is { Fault: null, Place: not null }).Select(static entry => (entry, entry.Place!)))
            {
                place.Level = place.Level with { Available = entry.Write.Quantity };
            }
        }
        catch (PlatformException e) when (IsRefusal(e.Fault) && SplitsRefused && entries.Count > 1)
        {
            await TryAsync(store, scope, entries[..(entries.Count / 2)], cancellationToken);
            await TryAsync(store, scope, entries[(entries.Count / 2)..], cancellationToken);
        }
        catch (PlatformException e) when (IsRefusal(e.Fault))
        {
            entries.ForEach(entry => entry.Fault = e.Fault);
        }
    }

    private async Task LookAgainAsync(StoreSession store, string scope, List<StockEntry> entries, CancellationToken cancellationToken)
    {
        for (var (looks, refused) = (0, entries); looks < MostLooks; looks++)
        {
            refused = refused.FindAll(static entry => entry.Fault is not null);
            await PlaceAsync(store, scope, refused, cancellationToken);
            refused.FindAll(static entry => entry.Place?.Level.Available == entry.Write.Quantity).ForEach(static entry => entry.Fault = null);
            refused = refused.FindAll(entry => entry.Fault is { Kind: FaultKind.Conflict } && Wrong(entry) is null);
            refused.ForEach(static entry => entry.Fault = null);
            if (refused.Count > 0)
            {
                await TryAsync(store, scope, refused, cancellationToken);
            }
        }
    }
}
