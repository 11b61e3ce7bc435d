using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Storage;

namespace StoreClaw.Webhooks;

/// <summary>How a delivery ended.</summary>
public enum EventOutcome
{
    /// <summary>Its record is the newest, and is stored.</summary>
    Applied,

    /// <summary>Stored just so before, by a sync or another delivery.</summary>
    Unchanged,

    /// <summary>A newer version was stored already.</summary>
    Stale,

    /// <summary>The same delivery was applied before.</summary>
    Duplicate,

    /// <summary>A topic StoreClaw does not act on.</summary>
    Recorded,

    /// <summary>Given up until somebody replays it.</summary>
    Parked,
}

/// <summary>One line of the timeline.</summary>
/// <param name="Id">{connection}.{received day}.{key}</param>
/// <param name="ResourceId">The platform's id of the order, product ... it is about.</param>
/// <param name="Copies">How many deliveries brought the same.</param>
/// <param name="Attempt">Set when it is a replay.</param>
public sealed record EventEntry(
    string Id,
    string Connection,
    string Topic,
    string? DeliveryId,
    string? Resource,
    string? ResourceId,
    DateTimeOffset? TriggeredAt,
    DateTimeOffset ReceivedAt,
    DateTimeOffset HandledAt,
    EventOutcome Outcome,
    int Tries,
    int Copies,
    string? Attempt,
    string? Error,
    string? Trace);

/// <summary>What is to be noted of a delivery.</summary>
/// <param name="Message">The queue message that carried it: the same message again is not another copy.</param>
public sealed record EventNote(QueuedDelivery Delivery, string Key, IReadOnlyList<Change> Changes, EventOutcome Outcome, long Tries, string Message, string? Error)
{
    /// <summary>How often the message held it.</summary>
    public int Copies { get; init; } = 1;
}

/// <summary>The timeline of deliveries: one row each, under the day it was received. Rows hold the change in StoreClaw's terms, never the platform's body.</summary>
public sealed class EventLog(StorageClients storage, TimeProvider time) : IOrderLog
{
    private const int Rounds = 20;
    private const string Customer = "Customer";
    private const string PlacedAt = "PlacedAt";
    private const string Outcome = "Outcome";
    private const string Copies = "Copies";
    private const string Message = "Message";

    /// <summary>
    /// The same for the same bytes under the same topic, whatever the unsigned id header says: a copy sent with that header stripped or changed is still a copy.
    /// </summary>
    public static string KeyOf(QueuedDelivery delivery, ReadOnlySpan<byte> body)
    {
        if (delivery.Replays is { } replayed)
        {
            return $"{replayed.Split('.', 3)[2].Split('~')[0]}~{delivery.Attempt}";
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(delivery.Topic));
        hash.AppendData([0]);
        hash.AppendData(body);
        var key = Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
        return delivery.Attempt is { } attempt ? $"{key}~{attempt}" : key;
    }

    public static string IdOf(QueuedDelivery delivery, string key) => $"{delivery.ConnectionId}.{Keys.Day(delivery.ReceivedAt)}.{key}";

    /// <summary>Notes the ends of deliveries; one transaction per connection and day unless some were noted before.</summary>
    public async Task NoteAsync(IReadOnlyList<EventNote> notes, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Events, cancellationToken);
        foreach (var partition in notes.Select(note => ToRow(note, time.GetUtcNow())).GroupBy(static row => row.PartitionKey))
        {
            foreach (var chunk in partition.Chunk(TableRows.MostPerTransaction))
            {
                await AddAsync(table, chunk, cancellationToken);
            }
        }
    }

    /// <summary>Whether a delivery with this key was applied on a day from the given one on.</summary>
    public async Task<bool> WasAppliedAsync(string connectionId, string key, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Events, cancellationToken);
        var (from, to) = ($"{connectionId}|{Keys.Day(since)}", Keys.OfDay(connectionId, time.GetUtcNow()));
        var filter = TableClient.CreateQueryFilter($"PartitionKey ge {from} and PartitionKey le {to} and RowKey eq {key}");
        await foreach (var row in table.QueryAsync<TableEntity>(filter, select: ["PartitionKey", "RowKey", Outcome], cancellationToken: cancellationToken))
        {
            if (row.GetString(Outcome) is not nameof(EventOutcome.Parked))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The timeline of a connection, newest first.</summary>
    public async Task<IReadOnlyList<EventEntry>> ListAsync(string connectionId, string? resourceId, DateTimeOffset from, DateTimeOffset to, int most, CancellationToken cancellationToken)
    {
        var entries = new List<EventEntry>();
        await foreach (var row in RowsAsync(connectionId, from, to, resourceId, cancellationToken))
        {
            entries.Add(ToEntry(row));
        }

        return [.. entries.OrderByDescending(static entry => entry.ReceivedAt).Take(most)];
    }

    /// <summary>The stored event with its changes, or null.</summary>
    public async Task<(EventEntry Entry, IReadOnlyList<Change> Changes)?> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (id.Split('.', 3) is not [var connection, var day, var key])
        {
            return null;
        }

        var table = await storage.TableAsync(TableNames.Events, cancellationToken);
        var row = await table.GetEntityIfExistsAsync<TableEntity>($"{connection}|{day}", Keys.Escape(key), cancellationToken: cancellationToken);
        return row.HasValue ? (ToEntry(row.Value!), ChangesOf(row.Value!)) : null;
    }

    public async IAsyncEnumerable<CustomerOrder> SinceAsync(string connectionId, DateTimeOffset day, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Events, cancellationToken);
        var (from, to) = ($"{connectionId}|{Keys.Day(day)}", connectionId + "}");
        var filter = TableClient.CreateQueryFilter($"PartitionKey ge {from} and PartitionKey lt {to} and {Customer} gt {""}");
        await foreach (var row in table.QueryAsync<TableEntity>(filter, select: [Customer, PlacedAt], cancellationToken: cancellationToken))
        {
            if (row.GetString(Customer) is { } customer && row.GetDateTimeOffset(PlacedAt) is { } placed)
            {
                yield return new CustomerOrder(customer, placed);
            }
        }
    }

    /// <summary>Removes what the rows hold of a customer.</summary>
    public async Task EraseAsync(string connectionId, string? customerId, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Events, cancellationToken);
        await foreach (var row in RowsAsync(connectionId, DateTimeOffset.UnixEpoch, time.GetUtcNow(), null, cancellationToken))
        {
            if (customerId is null || row.GetString(Customer) == customerId || (row.GetString("Resource") == nameof(Resource.Customers) && row.GetString("ResourceId") == customerId))
            {
                var bare = new TableEntity(row.PartitionKey, row.RowKey);
                foreach (var (name, value) in row.Where(static pair => pair.Key is not (Customer or PlacedAt or "odata.etag" or "Timestamp") && !Packing.IsPart(pair.Key)))
                {
                    bare[name] = value;
                }

                await table.UpdateEntityAsync(bare, ETag.All, TableUpdateMode.Replace, cancellationToken);
            }
        }
    }

    /// <summary>Removes the connection's rows of days before the instant.</summary>
    public async Task CleanAsync(string connectionId, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Events, cancellationToken);
        await table.RemoveAsync(TableClient.CreateQueryFilter($"PartitionKey ge {connectionId + "|"} and PartitionKey lt {Keys.OfDay(connectionId, before)}"), cancellationToken);
    }

    private static async Task AddAsync(TableClient table, TableEntity[] rows, CancellationToken cancellationToken)
    {
        try
        {
            if (rows.Length == 1)
            {
                await table.AddEntityAsync(rows[0], cancellationToken);
            }
            else
            {
                await table.SubmitTransactionAsync(rows.Select(static row => new TableTransactionAction(TableTransactionActionType.Add, row)), cancellationToken);
            }
        }
        catch (RequestFailedException known) when (known.Status == 409)
        {
            foreach (var row in rows)
            {
                await AddOrCountAsync(table, row, cancellationToken);
            }
        }
    }

    private static async Task AddOrCountAsync(TableClient table, TableEntity row, CancellationToken cancellationToken)
    {
        for (var round = 0; round < Rounds; round++)
        {
            var stored = await table.GetEntityIfExistsAsync<TableEntity>(row.PartitionKey, row.RowKey, cancellationToken: cancellationToken);
            var settled = stored.HasValue && stored.Value!.GetString(Outcome) is not nameof(EventOutcome.Parked);
            if (settled && stored.Value!.GetString(Message) == row.GetString(Message))
            {
                return;
            }

            try
            {
                await WriteAsync(table, row, stored.HasValue ? stored.Value : null, settled, cancellationToken);
                return;
            }
            catch (RequestFailedException raced) when (StorageClients.IsConflict(raced))
            {
                // Another copy was noted at the same moment: look again.
            }
        }
    }

    private static Task WriteAsync(TableClient table, TableEntity row, TableEntity? stored, bool settled, CancellationToken cancellationToken)
    {
        if (stored is null)
        {
            return table.AddEntityAsync(row, cancellationToken);
        }

        if (!settled)
        {
            return table.UpdateEntityAsync(row, stored.ETag, TableUpdateMode.Replace, cancellationToken);
        }

        var count = new TableEntity(row.PartitionKey, row.RowKey) { [Copies] = (stored.GetInt32(Copies) ?? 1) + (row.GetInt32(Copies) ?? 1) };
        return table.UpdateEntityAsync(count, stored.ETag, TableUpdateMode.Merge, cancellationToken);
    }

    private async IAsyncEnumerable<TableEntity> RowsAsync(string connectionId, DateTimeOffset from, DateTimeOffset to, string? resourceId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Events, cancellationToken);
        var (first, last) = (Keys.OfDay(connectionId, from), Keys.OfDay(connectionId, to));
        var filter = resourceId is null
            ? TableClient.CreateQueryFilter($"PartitionKey ge {first} and PartitionKey le {last}")
            : TableClient.CreateQueryFilter($"PartitionKey ge {first} and PartitionKey le {last} and ResourceId eq {resourceId}");
        await foreach (var row in table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            if (row.GetDateTimeOffset("At") is { } at && at >= from && at <= to)
            {
                yield return row;
            }
        }
    }

    private static TableEntity ToRow(EventNote note, DateTimeOffset now)
    {
        var (delivery, record) = (note.Delivery, note.Changes.OfType<RecordChange>().FirstOrDefault());
        var lookup = note.Changes.OfType<LookupChange>().FirstOrDefault();
        var row = new TableEntity(Keys.OfDay(delivery.ConnectionId, delivery.ReceivedAt), Keys.Escape(note.Key))
        {
            ["At"] = delivery.ReceivedAt,
            ["Topic"] = delivery.Topic,
            ["DeliveryId"] = delivery.DeliveryId,
            ["TriggeredAt"] = delivery.TriggeredAt,
            ["Trace"] = delivery.Trace,
            ["Attempt"] = delivery.Attempt,
            ["Resource"] = (record?.Resource ?? lookup?.Resource)?.ToString(),
            ["ResourceId"] = record?.Record.Id ?? lookup?.Id,
            ["HandledAt"] = now,
            [Outcome] = note.Outcome.ToString(),
            ["Tries"] = (int)note.Tries,
            [Copies] = note.Copies,
            [Message] = note.Message,
            ["Error"] = note.Error,
        };
        if (note.Changes.OfType<OrderChange>().FirstOrDefault()?.Order is { Test: false, CustomerId: { } customer } order)
        {
            row[Customer] = customer;
            row[PlacedAt] = order.CreatedAt;
        }

        if (note.Changes.Count > 0 && Packing.Pack(JsonSerializer.SerializeToUtf8Bytes(note.Changes, JsonText.Options)) is { Length: <= Packing.RowCapacity / 2 } packed)
        {
            Packing.Lay(row, packed);
        }

        return row;
    }

    private static IReadOnlyList<Change> ChangesOf(TableEntity row) =>
        Packing.Gather(row) is { Length: > 0 } packed ? JsonSerializer.Deserialize<List<Change>>(Packing.Unpack(packed), JsonText.Options) ?? [] : [];

    private static EventEntry ToEntry(TableEntity row)
    {
        var split = row.PartitionKey.LastIndexOf('|');
        var (connection, day) = (row.PartitionKey[..split], row.PartitionKey[(split + 1)..]);
        return new EventEntry(
            $"{connection}.{day}.{Keys.Unescape(row.RowKey)}",
            connection,
            row.GetString("Topic") ?? "",
            row.GetString("DeliveryId"),
            row.GetString("Resource")?.ToLowerInvariant(),
            row.GetString("ResourceId"),
            row.GetDateTimeOffset("TriggeredAt"),
            row.GetDateTimeOffset("At")!.Value,
            row.GetDateTimeOffset("HandledAt")!.Value,
            Enum.Parse<EventOutcome>(row.GetString(Outcome)!),
            row.GetInt32("Tries") ?? 1,
            row.GetInt32(Copies) ?? 1,
            row.GetString("Attempt"),
            row.GetString("Error"),
            row.GetString("Trace"));
    }
}
