namespace StoreClaw.Connectors;

/// <summary>Sets what can be sold of one item.</summary>
/// <param name="Expected">What it must be now for the write to happen; null does not check.</param>
/// <param name="Key">Names this write for ever: the same key never acts twice where the platform can tell.</param>
public sealed record StockWrite(string ItemId, string LocationId, decimal Quantity, decimal? Expected, string Key)
{
    /// <summary>What is wrong with the quantity where a platform counts whole pieces; null when it will do.</summary>
    /// <param name="most">The most it takes.</param>
    public PlatformFault? WrongCount(string platform, long most = int.MaxValue) => decimal.IsInteger(Quantity) && Quantity >= 0 && Quantity <= most
        ? null
        : new(FaultKind.Invalid, "not-a-count", string.Create(CultureInfo.InvariantCulture, $"{platform} counts stock in whole pieces, from 0 to {most:N0}."));

    /// <summary>What is wrong with setting it on what is there, for platforms that compare nothing themselves: it is read just before. Null when it will do.</summary>
    /// <param name="available">What can be sold of it now.</param>
    public PlatformFault? WrongTime(string platform, bool isThere, decimal? available) =>
        !isThere ? new(FaultKind.NotFound, "no-item", $"{platform} does not have this item there.")
        : Expected is { } expected && expected != available ? new(FaultKind.Conflict, "stock-changed", $"{platform} has another number: it was changed meanwhile.")
        : null;
}

/// <param name="Fault">Null when it was set, or taken in.</param>
/// <param name="Settled">False where the platform took it in and applies it later: <see cref="IStockWriter.FollowAsync"/> tells when it did.</param>
public sealed record StockWriteResult(StockWrite Write, PlatformFault? Fault, bool Settled = true);

public interface IStockWriter
{
    /// <summary>One result per write, in order; one refused item does not fail the others.</summary>
    /// <exception cref="PlatformException">The call as a whole failed.</exception>
    Task<IReadOnlyList<StockWriteResult>> SetAsync(StoreSession store, IReadOnlyList<StockWrite> writes, CancellationToken cancellationToken);

    /// <summary>What has become of writes that were not settled, in order; one that still is not is asked for again later. For platforms that settle at once there is nothing to ask.</summary>
    /// <exception cref="PlatformException">The call as a whole failed.</exception>
    Task<IReadOnlyList<StockWriteResult>> FollowAsync(StoreSession store, IReadOnlyList<StockWrite> writes, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<StockWriteResult>>([.. writes.Select(static write => new StockWriteResult(write, null))]);
}
