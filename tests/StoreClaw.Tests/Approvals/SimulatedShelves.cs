using StoreClaw.Approvals;
using StoreClaw.Commerce;
using StoreClaw.Connectors;

namespace StoreClaw.Tests.Approvals;

/// <summary>Stores with one article an item, in memory: what StoreClaw has read of them, and what is really there.</summary>
internal sealed class SimulatedShelves : IStockBook, IStockActions
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<(string Connection, string Sku), decimal> _levels = [];
    private readonly Dictionary<(string Connection, string Sku), decimal> _read = [];
    private readonly HashSet<(string, string)> _late = [];

    /// <summary>Every write that changed a level, in order.</summary>
    public List<StockWrite> Effects { get; } = [];

    /// <summary>Sizes of the calls.</summary>
    public List<int> Calls { get; } = [];

    /// <summary>What the platform answers in place of doing it.</summary>
    public Func<string, StockAnswer?> Trouble { get; set; } = static _ => null;

    /// <summary>Runs after a write went through and before its answer arrives.</summary>
    public Action<StockWrite> AfterEffect { get; set; } = static _ => { };

    /// <summary>Whether writes are taken in and applied by <see cref="Settle"/>.</summary>
    public bool AppliesLater { get; set; }

    public decimal this[string connection, string sku]
    {
        get
        {
            lock (_gate)
            {
                return _levels[(connection, sku)];
            }
        }
    }

    /// <summary>A level as it is and as StoreClaw knows it.</summary>
    public void Put(string connection, string sku, decimal level)
    {
        lock (_gate)
        {
            _levels[(connection, sku)] = _read[(connection, sku)] = level;
        }
    }

    /// <summary>A level that StoreClaw has not heard of yet.</summary>
    public void Change(string connection, string sku, decimal level)
    {
        lock (_gate)
        {
            _levels[(connection, sku)] = level;
        }
    }

    /// <summary>Applies what was taken in.</summary>
    public void Settle() => _late.Clear();

    public IAsyncEnumerable<Product> ProductsAsync(string connectionId, CancellationToken cancellationToken) => Read(connectionId)
        .Select(static level => new Product { Id = level.Sku, UpdatedAt = DateTimeOffset.UnixEpoch, Title = $"Article {level.Sku}", Variants = [new Variant(level.Sku, level.Sku, "", null, $"i-{level.Sku}")] })
        .ToAsyncEnumerable();

    public IAsyncEnumerable<TracedLevel> LevelsAsync(string connectionId, CancellationToken cancellationToken) => Read(connectionId)
        .Select(static level => new TracedLevel(new StockLevel { ItemId = $"i-{level.Sku}", UpdatedAt = DateTimeOffset.UnixEpoch, Sku = level.Sku, Available = level.Level }, null))
        .ToAsyncEnumerable();

    public Task<IReadOnlyList<StockAnswer>> SetAsync(string connectionId, IReadOnlyList<StockWrite> writes, CancellationToken cancellationToken)
    {
        Calls.Add(writes.Count);
        return Task.FromResult<IReadOnlyList<StockAnswer>>([.. writes.Select(write => Trouble(write.ItemId[2..]) ?? Set(connectionId, write))]);
    }

    public Task<IReadOnlyList<StockAnswer>> FollowAsync(string connectionId, IReadOnlyList<StockWrite> writes, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<StockAnswer>>(
        [.. writes.Select(write => Trouble(write.ItemId[2..]) ?? (_late.Contains((connectionId, write.ItemId[2..])) ? new StockAnswer(ActionOutcome.Taken, "Not yet.") : new StockAnswer(ActionOutcome.Done, "It shows.")))]);

    private List<(string Sku, decimal Level)> Read(string connectionId)
    {
        lock (_gate)
        {
            return [.. _read.Where(level => level.Key.Connection == connectionId).OrderBy(static level => level.Key.Sku, StringComparer.Ordinal).Select(static level => (level.Key.Sku, level.Value))];
        }
    }

    private StockAnswer Set(string connection, StockWrite write)
    {
        lock (_gate)
        {
            var place = (connection, write.ItemId[2..]);
            if (_levels[place] != write.Expected)
            {
                return _levels[place] == write.Quantity
                    ? new StockAnswer(ActionOutcome.Done, "It stands at this number already.", "stale", _levels[place])
                    : new StockAnswer(ActionOutcome.Changed, "It was changed meanwhile.", "stale", _levels[place]);
            }

            _levels[place] = write.Quantity;
            Effects.Add(write);
            if (AppliesLater)
            {
                _late.Add(place);
            }
        }

        AfterEffect(write);
        return AppliesLater ? new StockAnswer(ActionOutcome.Taken, "Taken in.") : new StockAnswer(ActionOutcome.Done, "Set.");
    }
}
