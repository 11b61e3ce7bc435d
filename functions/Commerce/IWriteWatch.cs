namespace StoreClaw.Commerce;

/// <summary>A record that was stored because it is newer, and what matters of the one it replaced.</summary>
public sealed record RecordWrite(IRecord Record)
{
    internal static readonly IReadOnlyDictionary<string, decimal> NoPrices = new Dictionary<string, decimal>();

    /// <summary>Of a stock level; null where nothing was stored before or it was not tracked.</summary>
    public decimal? AvailableBefore { get; init; }

    /// <summary>Of a product: the former prices of the variants that have another now, by variant id.</summary>
    public IReadOnlyDictionary<string, decimal> PricesBefore { get; init; } = NoPrices;
}

/// <summary>Who wants to know what is stored, whoever brings it. A first backfill is history and is not told.</summary>
public interface IWriteWatch
{
    /// <summary>Comes after the records are stored and before whoever brought them goes on; after a crash in between it comes when they are brought again.</summary>
    Task WrittenAsync(string connectionId, IReadOnlyList<RecordWrite> writes, CancellationToken cancellationToken);
}
