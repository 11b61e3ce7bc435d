using Azure;
using Azure.Data.Tables;
using StoreClaw.Storage;

namespace StoreClaw.Commerce;

/// <summary>What became of one record.</summary>
public enum UpsertOutcome
{
    Created,
    Updated,

    /// <summary>Stored already, just so.</summary>
    Unchanged,

    /// <summary>A newer one is stored.</summary>
    Stale,

    /// <summary>Another state with the same version stamp is stored. Written only when the caller insists.</summary>
    Tie,
}

/// <param name="By">Who brings it; the same bringer finding its own write calls it its own again.</param>
/// <param name="Insist">Write over another state of the same version.</param>
public sealed record Upsert(RecordChange Change, string By, bool Insist)
{
    /// <summary>Hardly ever stored before: it is added unread, and read only when it is there after all.</summary>
    public bool IsNew { get; init; }
}

/// <summary>
/// Keeps the newest version of every record. A row is written only when the stored one is older, under its ETag, so copies in any number and order leave one
/// state: the newest. Rows of one partition go in one transaction.
/// </summary>
public sealed class CommerceStore(StorageClients storage, IWriteWatch watch, TimeProvider time)
{
    /// <summary>How far back cancellations of a later day than their order's can be asked for, at the least.</summary>
    public static readonly TimeSpan CancellationsKept = TimeSpan.FromDays(60);

    /// <summary>One is left for the day's mark.</summary>
    private const int TransactionRows = TableRows.MostPerTransaction - 1;

    private const int TransactionBytes = 3 * 1024 * 1024;
    private const int Rounds = 8;

    /// <summary>Up to this many rows are looked up one by one, at the same time.</summary>
    private const int PointReads = 32;

    /// <summary>Stores records of one connection. The result has one outcome per upsert, in order.</summary>
    /// <param name="fresh">A first backfill: hardly any of the rows exist, so a range is asked for instead of each row.</param>
    /// <exception cref="RequestFailedException">Storage failed; some may be stored, and all may be given again.</exception>
    public async Task<IReadOnlyList<UpsertOutcome>> ApplyAsync(string connectionId, IReadOnlyList<Upsert> upserts, bool fresh, CancellationToken cancellationToken)
    {
        var outcomes = new UpsertOutcome[upserts.Count];
        var written = new List<RecordWrite>();
        var groups = upserts
            .Select((upsert, index) => new Candidate(upsert, index, RecordKind.Partition(connectionId, upsert.Change.Record)))
            .GroupBy(static candidate => candidate.Upsert.Change.Resource);
        foreach (var group in groups)
        {
            await ApplyAsync(connectionId, group.Key, Newest(group, outcomes), outcomes, written, fresh, cancellationToken);
        }

        if (!fresh && written.Count > 0)
        {
            await watch.WrittenAsync(connectionId, written, cancellationToken);
        }

        return outcomes;
    }

    /// <summary>
    /// Makes a tombstone of what the platform no longer has, unless it was stored newer than that; a product's stock goes with it. Without the order's day this asks
    /// all of the connection's days, which a deletion is rare enough for.
    /// </summary>
    public async Task BuryAsync(string connectionId, Resource resource, string id, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(RecordKind.Table(resource), cancellationToken);
        var filter = resource == Resource.Orders
            ? TableClient.CreateQueryFilter($"PartitionKey ge {connectionId + "|"} and PartitionKey lt {connectionId + "}"} and RowKey eq {Keys.Escape(id)}")
            : TableClient.CreateQueryFilter($"PartitionKey eq {connectionId} and RowKey eq {Keys.Escape(id)}");
        var gone = new List<RecordChange>();
        await foreach (var row in table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            gone.AddRange(Tombstones(resource, row, at));
        }

        foreach (var product in gone.OfType<ProductChange>().ToList())
        {
            gone.AddRange(await StockOfAsync(connectionId, product.Product, at, cancellationToken));
        }

        await ApplyAsync(connectionId, [.. gone.Select(static change => new Upsert(change, "gone", Insist: true))], fresh: false, cancellationToken);
    }

    /// <summary>The item's levels at all places.</summary>
    public async Task<IReadOnlyList<StockLevel>> StockAsync(string connectionId, string itemId, CancellationToken cancellationToken) =>
        [.. (await StockRowsAsync(connectionId, itemId, cancellationToken)).Select(RecordKind.Read<StockLevel>).Where(static level => !level.Deleted)];

    private static IEnumerable<RecordChange> Tombstones(Resource resource, TableEntity row, DateTimeOffset at)
    {
        switch (resource)
        {
            case Resource.Orders:
                yield return new OrderChange(RecordKind.Read<Order>(row) with { Deleted = true, UpdatedAt = at });
                break;
            case Resource.Products:
                yield return new ProductChange(RecordKind.Read<Product>(row) with { Deleted = true, UpdatedAt = at });
                break;
            case Resource.Stock:
                yield return new StockChange(RecordKind.Read<StockLevel>(row) with { Deleted = true, UpdatedAt = at });
                break;
            default:
                yield return new CustomerChange(RecordKind.Read<Customer>(row) with { Deleted = true, UpdatedAt = at });
                break;
        }
    }

    private async Task<List<RecordChange>> StockOfAsync(string connectionId, Product product, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var levels = new List<RecordChange>();
        foreach (var variant in product.Variants)
        {
            levels.AddRange((await StockRowsAsync(connectionId, variant.StockItemId, cancellationToken)).SelectMany(row => Tombstones(Resource.Stock, row, at)));
        }

        return levels;
    }

    private async Task<List<TableEntity>> StockRowsAsync(string connectionId, string itemId, CancellationToken cancellationToken)
    {
        // A level's id is "{item}@{location}", so an item's levels lie side by side.
        var table = await storage.TableAsync(TableNames.Stock, cancellationToken);
        var (from, to) = (Keys.Escape(itemId + "@"), Keys.Escape(itemId + "@") + "~");
        return await table.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {connectionId} and RowKey ge {from} and RowKey lt {to}"), cancellationToken: cancellationToken)
            .ToListAsync(cancellationToken);
    }

    /// <summary>Leaves the newest of each record; the older copies are stale against it.</summary>
    private static List<Candidate> Newest(IEnumerable<Candidate> candidates, UpsertOutcome[] outcomes)
    {
        var newest = new Dictionary<(string, string), Candidate>();
        foreach (var candidate in candidates)
        {
            var key = (candidate.Partition, candidate.Upsert.Change.Record.Id);
            if (!newest.TryGetValue(key, out var other))
            {
                newest[key] = candidate;
            }
            else if (candidate.Upsert.Change.Record.UpdatedAt >= other.Upsert.Change.Record.UpdatedAt)
            {
                outcomes[other.Index] = UpsertOutcome.Stale;
                newest[key] = candidate;
            }
            else
            {
                outcomes[candidate.Index] = UpsertOutcome.Stale;
            }
        }

        return [.. newest.Values];
    }

    private async Task ApplyAsync(
        string connectionId, Resource resource, List<Candidate> candidates, UpsertOutcome[] outcomes, List<RecordWrite> written, bool fresh, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(RecordKind.Table(resource), cancellationToken);
        for (var round = 0; candidates.Count > 0; round++)
        {
            var stored = await ReadAsync(table, round > 0 ? candidates : candidates.FindAll(static candidate => !candidate.Upsert.IsNew), fresh && round == 0, cancellationToken);
            var writes = new List<Write>();
            foreach (var candidate in candidates)
            {
                stored.TryGetValue((candidate.Partition, Keys.Escape(candidate.Upsert.Change.Record.Id)), out var row);
                outcomes[candidate.Index] = Decide(connectionId, candidate, row, writes, written);
            }

            await WriteRefundsAsync(connectionId, writes, cancellationToken);
            candidates = await WriteAsync(table, writes, cancellationToken);
            written.AddRange(writes.Where(write => !candidates.Contains(write.Candidate)).Select(static write => RecordKind.ToWrite(write.Record, write.Row)));
            if (candidates.Count > 0 && round == Rounds)
            {
                throw new RequestFailedException(409, $"{candidates.Count} rows of {table.Name} kept changing while they were written.");
            }
        }
    }

    private static UpsertOutcome Decide(string connectionId, Candidate candidate, TableEntity? stored, List<Write> writes, List<RecordWrite> written)
    {
        var record = stored is null ? candidate.Upsert.Change.Record : RecordKind.Complete(candidate.Upsert.Change.Record, stored);
        var body = RecordKind.Serialize(record);
        var hash = RecordKind.HashOf(body);
        var outcome = UpsertOutcome.Created;
        if (stored is not null)
        {
            var version = stored.GetInt64(RecordKind.Version) ?? 0;
            if (version > record.UpdatedAt.UtcTicks)
            {
                return UpsertOutcome.Stale;
            }

            if (version == record.UpdatedAt.UtcTicks)
            {
                if (stored.GetInt64(RecordKind.Hash) == hash)
                {
                    // Our own write of an earlier try, whose end a crash or a lost answer hid from us.
                    if (stored.GetString(RecordKind.By) != candidate.Upsert.By)
                    {
                        return UpsertOutcome.Unchanged;
                    }

                    written.Add(RecordKind.ToWrite(record, stored));
                    return UpsertOutcome.Updated;
                }

                if (!candidate.Upsert.Insist)
                {
                    return UpsertOutcome.Tie;
                }
            }

            outcome = UpsertOutcome.Updated;
        }

        writes.Add(new Write(candidate, record, RecordKind.ToRow(connectionId, record, hash, body, candidate.Upsert.By, stored), stored, body.Length));
        return outcome;
    }

    private static async Task<Dictionary<(string Partition, string Row), TableEntity>> ReadAsync(TableClient table, List<Candidate> candidates, bool fresh, CancellationToken cancellationToken)
    {
        var stored = new Dictionary<(string, string), TableEntity>();
        if (fresh)
        {
            var partitions = candidates.Select(static candidate => candidate.Partition).Order(StringComparer.Ordinal).ToList();
            var (first, last) = (partitions[0], partitions[^1]);
            await CollectAsync(table, TableClient.CreateQueryFilter($"PartitionKey ge {first} and PartitionKey le {last}"), stored, cancellationToken);
        }
        else if (candidates.Count <= PointReads)
        {
            var rows = await Task.WhenAll(candidates.Select(candidate => table.GetEntityIfExistsAsync<TableEntity>(
                candidate.Partition, Keys.Escape(candidate.Upsert.Change.Record.Id), RecordKind.Head, cancellationToken)));
            foreach (var row in rows.Where(static row => row.HasValue).Select(static row => row.Value!))
            {
                stored[(row.PartitionKey, row.RowKey)] = row;
            }
        }
        else
        {
            foreach (var partition in candidates.GroupBy(static candidate => candidate.Partition))
            {
                var keys = partition.Select(static candidate => Keys.Escape(candidate.Upsert.Change.Record.Id)).Order(StringComparer.Ordinal).ToList();
                await CollectAsync(
                    table,
                    TableClient.CreateQueryFilter($"PartitionKey eq {partition.Key} and RowKey ge {keys[0]} and RowKey le {keys[^1]}"),
                    stored,
                    cancellationToken);
            }
        }

        return stored;
    }

    private static async Task CollectAsync(TableClient table, string filter, Dictionary<(string, string), TableEntity> stored, CancellationToken cancellationToken)
    {
        await foreach (var row in table.QueryAsync<TableEntity>(filter, select: RecordKind.Head, cancellationToken: cancellationToken))
        {
            stored[(row.PartitionKey, row.RowKey)] = row;
        }
    }

    /// <summary>Writes partition by partition and returns what somebody else changed first.</summary>
    private async Task<List<Candidate>> WriteAsync(TableClient table, List<Write> writes, CancellationToken cancellationToken)
    {
        var again = new List<Candidate>();
        foreach (var chunk in Chunks(writes))
        {
            try
            {
                var mark = chunk[0].Record is Order ? DayStamps.Mark(chunk[0].Candidate.Partition, chunk[0].Candidate.Upsert.By, time.GetUtcNow()) : null;
                if (chunk.Count == 1 && mark is null)
                {
                    await WriteOneAsync(table, chunk[0], cancellationToken);
                }
                else
                {
                    await table.SubmitTransactionAsync([.. chunk.Select(static write => write.Action), .. mark is null ? Array.Empty<TableTransactionAction>() : [mark]], cancellationToken);
                }
            }
            catch (RequestFailedException conflict) when (StorageClients.IsConflict(conflict))
            {
                again.AddRange(chunk.Select(static write => write.Candidate));
            }
        }

        return again;
    }

    private static Task WriteOneAsync(TableClient table, Write write, CancellationToken cancellationToken) => write.Stored is { } stored
        ? table.UpdateEntityAsync(write.Row, stored.ETag, TableUpdateMode.Replace, cancellationToken)
        : table.AddEntityAsync(write.Row, cancellationToken);

    private static IEnumerable<List<Write>> Chunks(List<Write> writes)
    {
        foreach (var partition in writes.GroupBy(static write => write.Candidate.Partition))
        {
            var (chunk, bytes) = (new List<Write>(), 0);
            foreach (var write in partition)
            {
                if (chunk.Count == TransactionRows || (chunk.Count > 0 && bytes + write.Bytes > TransactionBytes))
                {
                    yield return chunk;
                    (chunk, bytes) = ([], 0);
                }

                chunk.Add(write);
                bytes += write.Bytes;
            }

            yield return chunk;
        }
    }

    /// <summary>
    /// Refunds have rows of their own, under their own day, since a report counts them where they were given, and so have cancellations of a later day than the order's. They are written before their order, so a
    /// crash between the two leaves nothing out: the order is still old and comes again.
    /// </summary>
    private async Task WriteRefundsAsync(string connectionId, List<Write> writes, CancellationToken cancellationToken)
    {
        var since = time.GetUtcNow() - CancellationsKept;
        var actions = writes.SelectMany(write => RefundActions(connectionId, write, since)).ToList();
        if (actions.Count == 0)
        {
            return;
        }

        var table = await storage.TableAsync(TableNames.Refunds, cancellationToken);
        foreach (var partition in actions.GroupBy(static action => action.Entity.PartitionKey))
        {
            foreach (var chunk in partition.Chunk(TransactionRows))
            {
                var mark = DayStamps.Mark(partition.Key, chunk[0].Entity.RowKey, time.GetUtcNow());
                await table.SubmitTransactionAsync(mark is null ? chunk : [.. chunk, mark], cancellationToken);
            }
        }
    }

    private static IEnumerable<TableTransactionAction> RefundActions(string connectionId, Write write, DateTimeOffset since)
    {
        if (write.Record is not Order order)
        {
            yield break;
        }

        foreach (var row in RefundRows.Of(connectionId, order, since))
        {
            yield return new(TableTransactionActionType.UpsertReplace, row);
        }

        foreach (var gone in Known(write.Stored).Except(Known(write.Row)))
        {
            // Replaced by nothing instead of deleted: a delete of a row that is not there would fail the whole transaction.
            yield return new(TableTransactionActionType.UpsertReplace, RefundRows.Emptied(connectionId, order, gone));
        }
    }

    private static string[] Known(TableEntity? row) => row?.GetString(RecordKind.Refunds)?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];

    private sealed record Candidate(Upsert Upsert, int Index, string Partition);

    private sealed record Write(Candidate Candidate, IRecord Record, TableEntity Row, TableEntity? Stored, int Bytes)
    {
        public TableTransactionAction Action => Stored is null
            ? new TableTransactionAction(TableTransactionActionType.Add, Row)
            : new TableTransactionAction(TableTransactionActionType.UpdateReplace, Row, Stored.ETag);
    }
}
