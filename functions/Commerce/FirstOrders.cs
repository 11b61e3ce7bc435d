using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using StoreClaw.Common;
using StoreClaw.Storage;

namespace StoreClaw.Commerce;

/// <summary>Who placed an order when; test orders are none.</summary>
public readonly record struct CustomerOrder(string CustomerId, DateTimeOffset PlacedAt);

/// <summary>The orders that came in by webhook, for indexes that are brought up to date when they are asked.</summary>
public interface IOrderLog
{
    /// <summary>Orders of customers received on the UTC day or later, in any order, perhaps more than once.</summary>
    IAsyncEnumerable<CustomerOrder> SinceAsync(string connectionId, DateTimeOffset day, CancellationToken cancellationToken);
}

/// <summary>
/// When each customer first ordered: 256 rows a connection, each a packed map, so that telling new buyers from returning ones reads the same few rows however
/// long the history is. A sync adds what it stored at once; what webhooks brought is caught up from their log when somebody asks.
/// </summary>
public sealed class FirstOrders(StorageClients storage, IOrderLog log, TimeProvider time)
{
    private const string Through = "through";
    private const string Day = "Day";
    private const int RowsPerTransaction = 40;
    private const int Rounds = 8;

    /// <summary>Takes note of orders; each keeps the earliest instant per customer. Safe to repeat.</summary>
    public async Task AddAsync(string connectionId, IEnumerable<CustomerOrder> orders, CancellationToken cancellationToken)
    {
        var shards = new Dictionary<string, Dictionary<string, DateTimeOffset>>();
        foreach (var order in orders)
        {
            var shard = Shard(order.CustomerId);
            if (!shards.TryGetValue(shard, out var map))
            {
                shards[shard] = map = [];
            }

            Merge(map, order.CustomerId, order.PlacedAt);
        }

        if (shards.Count == 0)
        {
            return;
        }

        var table = await storage.TableAsync(TableNames.FirstOrders, cancellationToken);
        for (var round = 0; shards.Count > 0; round++)
        {
            var stored = await ReadAsync(table, connectionId, cancellationToken);
            shards = await WriteAsync(table, connectionId, shards, stored, cancellationToken);
            if (round == Rounds && shards.Count > 0)
            {
                throw new RequestFailedException(409, "The index of first orders kept changing while it was written.");
            }
        }
    }

    public async Task<IReadOnlyDictionary<string, DateTimeOffset>> FindAsync(string connectionId, IReadOnlyCollection<string> customerIds, CancellationToken cancellationToken)
    {
        await CatchUpAsync(connectionId, cancellationToken);
        var table = await storage.TableAsync(TableNames.FirstOrders, cancellationToken);
        var stored = await ReadAsync(table, connectionId, cancellationToken);
        var maps = new Dictionary<string, Dictionary<string, DateTimeOffset>>();
        var found = new Dictionary<string, DateTimeOffset>();
        foreach (var customer in customerIds)
        {
            var shard = Shard(customer);
            if (!maps.TryGetValue(shard, out var map))
            {
                maps[shard] = map = stored.TryGetValue(shard, out var row) ? Read(row) : [];
            }

            if (map.TryGetValue(customer, out var first))
            {
                found[customer] = first;
            }
        }

        return found;
    }

    /// <summary>All of the connection's customers, each once; holds one shard at a time.</summary>
    public async IAsyncEnumerable<CustomerOrder> AllAsync(string connectionId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await CatchUpAsync(connectionId, cancellationToken);
        var table = await storage.TableAsync(TableNames.FirstOrders, cancellationToken);
        await foreach (var row in table.QueryAsync<TableEntity>(Shards(connectionId), cancellationToken: cancellationToken))
        {
            foreach (var (customer, first) in Read(row))
            {
                yield return new CustomerOrder(customer, first);
            }
        }
    }

    /// <summary>Forgets the customer.</summary>
    public async Task RemoveAsync(string connectionId, string customerId, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.FirstOrders, cancellationToken);
        for (var round = 0; round < Rounds; round++)
        {
            var row = await table.GetEntityIfExistsAsync<TableEntity>(connectionId, Shard(customerId), cancellationToken: cancellationToken);
            if (!row.HasValue || Read(row.Value!) is not { } map || !map.Remove(customerId))
            {
                return;
            }

            try
            {
                await table.UpdateEntityAsync(ToRow(connectionId, Shard(customerId), map), row.Value!.ETag, TableUpdateMode.Replace, cancellationToken);
                return;
            }
            catch (RequestFailedException conflict) when (StorageClients.IsConflict(conflict))
            {
                // Somebody added to the shard meanwhile: read it again.
            }
        }
    }

    /// <summary>Reads the log from the day up to which it was read before; that day again, since it was not over then.</summary>
    private async Task CatchUpAsync(string connectionId, CancellationToken cancellationToken)
    {
        var today = time.GetUtcNow();
        var table = await storage.TableAsync(TableNames.FirstOrders, cancellationToken);
        var mark = await table.GetEntityIfExistsAsync<TableEntity>(connectionId, Through, cancellationToken: cancellationToken);
        var since = mark.HasValue ? mark.Value!.GetDateTimeOffset(Day)!.Value : DateTimeOffset.UnixEpoch;
        var orders = new Dictionary<string, DateTimeOffset>();
        await foreach (var order in log.SinceAsync(connectionId, since, cancellationToken))
        {
            Merge(orders, order.CustomerId, order.PlacedAt);
        }

        await AddAsync(connectionId, orders.Select(static pair => new CustomerOrder(pair.Key, pair.Value)), cancellationToken);

        // A message received just before midnight may be applied after it, so the day before stays open as well.
        await table.UpsertEntityAsync(new TableEntity(connectionId, Through) { [Day] = today.AddDays(-1) }, TableUpdateMode.Replace, cancellationToken);
    }

    private static async Task<Dictionary<string, TableEntity>> ReadAsync(TableClient table, string connectionId, CancellationToken cancellationToken)
    {
        var rows = new Dictionary<string, TableEntity>();
        await foreach (var row in table.QueryAsync<TableEntity>(Shards(connectionId), cancellationToken: cancellationToken))
        {
            rows[row.RowKey] = row;
        }

        return rows;
    }

    /// <summary>Returns the shards that somebody else changed first.</summary>
    private static async Task<Dictionary<string, Dictionary<string, DateTimeOffset>>> WriteAsync(
        TableClient table,
        string connectionId,
        Dictionary<string, Dictionary<string, DateTimeOffset>> shards,
        Dictionary<string, TableEntity> stored,
        CancellationToken cancellationToken)
    {
        var again = new Dictionary<string, Dictionary<string, DateTimeOffset>>();
        var writes = new List<(string Shard, TableTransactionAction Action)>();
        foreach (var (shard, additions) in shards)
        {
            stored.TryGetValue(shard, out var row);
            var map = row is null ? [] : Read(row);
            var changed = false;
            foreach (var (customer, at) in additions)
            {
                changed |= Merge(map, customer, at);
            }

            if (changed)
            {
                var entity = ToRow(connectionId, shard, map);
                writes.Add((shard, row is null
                    ? new TableTransactionAction(TableTransactionActionType.Add, entity)
                    : new TableTransactionAction(TableTransactionActionType.UpdateReplace, entity, row.ETag)));
            }
        }

        foreach (var chunk in writes.Chunk(RowsPerTransaction))
        {
            try
            {
                await table.SubmitTransactionAsync(chunk.Select(static write => write.Action), cancellationToken);
            }
            catch (RequestFailedException conflict) when (StorageClients.IsConflict(conflict))
            {
                foreach (var (shard, _) in chunk)
                {
                    again[shard] = shards[shard];
                }
            }
        }

        return again;
    }

    private static bool Merge(Dictionary<string, DateTimeOffset> map, string customer, DateTimeOffset at)
    {
        if (map.TryGetValue(customer, out var known) && known <= at)
        {
            return false;
        }

        map[customer] = at;
        return true;
    }

    private static string Shards(string connectionId) => TableClient.CreateQueryFilter($"PartitionKey eq {connectionId} and RowKey lt {Through}");

    private static string Shard(string customerId) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(customerId)).AsSpan(0, 1));

    private static Dictionary<string, DateTimeOffset> Read(TableEntity row) =>
        JsonSerializer.Deserialize<Dictionary<string, DateTimeOffset>>(Packing.Unpack(Packing.Gather(row)), JsonText.Options) ?? [];

    private static TableEntity ToRow(string connectionId, string shard, Dictionary<string, DateTimeOffset> map)
    {
        var row = new TableEntity(connectionId, shard);
        Packing.Lay(row, Packing.Pack(JsonSerializer.SerializeToUtf8Bytes(map, JsonText.Options)));
        return row;
    }
}
