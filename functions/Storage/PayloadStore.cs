using System.Globalization;
using Azure.Data.Tables;
using StoreClaw.Common;

namespace StoreClaw.Storage;

/// <summary>
/// Bodies too big for a queue message or a row, in the table of payloads: one partition a payload, one row per 600 KiB, written in one transaction
/// up to 2.4 MiB packed.
/// </summary>
public sealed class PayloadStore(StorageClients storage)
{
    private const int RowsPerTransaction = 4;

    /// <summary>Stores the bytes under the id; storing the same id again replaces them.</summary>
    public async Task SaveAsync(string id, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Payloads, cancellationToken);
        ReadOnlyMemory<byte> packed = Packing.Pack(bytes.Span);
        var rows = new List<TableTransactionAction>();
        for (var offset = 0; offset < packed.Length; offset += Packing.RowCapacity)
        {
            var row = new TableEntity(Keys.Escape(id), rows.Count.ToString("D4", CultureInfo.InvariantCulture)) { ["Length"] = packed.Length };
            Packing.Lay(row, packed.Slice(offset, Math.Min(Packing.RowCapacity, packed.Length - offset)));
            rows.Add(new TableTransactionAction(TableTransactionActionType.UpsertReplace, row));
        }

        // The first row says how long the whole is, so a torn write is seen when it is read.
        foreach (var chunk in rows.Chunk(RowsPerTransaction))
        {
            await table.SubmitTransactionAsync(chunk, cancellationToken);
        }
    }

    /// <summary>The bytes, or null when there are none under the id.</summary>
    /// <exception cref="InvalidDataException">Only part of them was stored.</exception>
    public async Task<byte[]?> LoadAsync(string id, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Payloads, cancellationToken);
        using var packed = new MemoryStream();
        var length = 0;
        await foreach (var row in table.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {Keys.Escape(id)}"), cancellationToken: cancellationToken))
        {
            length = row.GetInt32("Length") ?? 0;
            packed.Write(Packing.Gather(row));
        }

        if (packed.Length == 0)
        {
            return null;
        }

        return packed.Length == length
            ? Packing.Unpack(packed.GetBuffer().AsSpan(0, length))
            : throw new InvalidDataException($"Payload {id} was stored in part only.");
    }

    public async Task DeleteAsync(string id, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Payloads, cancellationToken);
        await table.RemoveAsync(TableClient.CreateQueryFilter($"PartitionKey eq {Keys.Escape(id)}"), cancellationToken);
    }

    /// <summary>Removes what a crash left of messages of the queue that were sent before the instant.</summary>
    public async Task CleanAsync(string queue, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Payloads, cancellationToken);
        var (from, to) = ($"{queue}-", $"{queue}-{Randomness.IdBound(before)}");
        var filter = TableClient.CreateQueryFilter($"PartitionKey ge {from} and PartitionKey lt {to}");
        await foreach (var row in table.QueryAsync<TableEntity>(filter, select: ["PartitionKey", "RowKey"], cancellationToken: cancellationToken))
        {
            await table.DeleteEntityAsync(row.PartitionKey, row.RowKey, Azure.ETag.All, cancellationToken);
        }
    }
}
