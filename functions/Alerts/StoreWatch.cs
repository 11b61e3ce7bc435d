using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using StoreClaw.Commerce;
using StoreClaw.Storage;

namespace StoreClaw.Alerts;

/// <summary>
/// Sees what is stored and queues the checks it gives rise to; judges nothing and reads nothing. A stock level or a price that may matter has a message at once; orders have one check for all of a minute, so
/// that a delivery's life costs no more for being watched.
/// </summary>
public sealed partial class StoreWatch(WorkQueues queues, AlertPolicy policy, TimeProvider time, ILogger<StoreWatch> logger) : IWriteWatch
{
    private const int MostPerCheck = 200;
    private const int MostRemembered = 20_000;

    private readonly ConcurrentDictionary<string, DateTimeOffset> _checks = new();

    // A sync that finds its own rows again tells of them again.
    private readonly ConcurrentDictionary<(string Connection, string Record), long> _seen = new();

    public async Task WrittenAsync(string connectionId, IReadOnlyList<RecordWrite> writes, CancellationToken cancellationToken)
    {
        var news = writes.Where(write => write.Record is StockLevel or Product && !(_seen.TryGetValue((connectionId, write.Record.Id), out var version) && version == write.Record.UpdatedAt.UtcTicks)).ToList();
        var stock = news.Where(write => MovesStock(write, policy.StockLow)).Select(static write => ((StockLevel)write.Record).ItemId).Distinct().ToList();
        foreach (var items in stock.Chunk(MostPerCheck))
        {
            await queues.SendAsync(QueueNames.AlertChecks, new AlertCheck(connectionId) { Stock = items }, null, cancellationToken);
        }

        var prices = news.SelectMany(PriceMove.Of).ToList();
        foreach (var moves in prices.Chunk(MostPerCheck))
        {
            await queues.SendAsync(QueueNames.AlertChecks, new AlertCheck(connectionId) { Prices = moves }, null, cancellationToken);
        }

        if (stock.Count + prices.Count > 0)
        {
            Remember(connectionId, news);
        }

        if (writes.Any(static write => write.Record is Order))
        {
            await CheckSoonAsync(connectionId, cancellationToken);
        }
    }

    /// <summary>Whether the level fell and is at or under the threshold now, or rose from there. The item's other places are looked at by the check.</summary>
    internal static bool MovesStock(RecordWrite write, decimal threshold)
    {
        if (write is not { Record: StockLevel level, AvailableBefore: { } before })
        {
            return false;
        }

        return level is { Deleted: false, Available: { } now } ? (now < before && now <= threshold) || (now > before && before <= threshold) : before <= threshold;
    }

    /// <summary>The timer checks every few minutes anyhow, so nothing fails for a message that cannot be sent.</summary>
    private async Task CheckSoonAsync(string connectionId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (_checks.TryGetValue(connectionId, out var sent) && now - sent < AlertPolicy.CheckAfter)
        {
            return;
        }

        _checks[connectionId] = now;
        try
        {
            await queues.SendAsync(QueueNames.AlertChecks, new AlertCheck(connectionId) { All = true }, AlertPolicy.CheckAfter, cancellationToken);
        }
        catch (Exception failed) when (!cancellationToken.IsCancellationRequested)
        {
            Log.NotQueued(logger, connectionId, failed);
        }
    }

    private void Remember(string connectionId, List<RecordWrite> writes)
    {
        if (_seen.Count > MostRemembered)
        {
            _seen.Clear();
        }

        foreach (var write in writes)
        {
            _seen[(connectionId, write.Record.Id)] = write.Record.UpdatedAt.UtcTicks;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Connection {Connection}: a check for alerts could not be queued; the timer queues one")]
        public static partial void NotQueued(ILogger logger, string connection, Exception exception);
    }
}
