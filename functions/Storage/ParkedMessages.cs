using System.Text;
using Azure.Data.Tables;
using StoreClaw.Common;

namespace StoreClaw.Storage;

/// <summary>A message given up, with its cause, until somebody replays it.</summary>
/// <param name="Connection">Whose it is, where that is known.</param>
/// <param name="Subject">What it is about: a topic, a task, an order.</param>
public sealed record ParkedMessage(string Id, string Queue, string? Connection, string? Subject, string Cause, DateTimeOffset ParkedAt, long Tries);

/// <summary>Where messages lie that could not be handled: table of parked messages, queue / id.</summary>
public sealed class ParkedMessages(StorageClients storage, Randomness random, TimeProvider time)
{
    /// <summary>The most characters that are kept of a cause.</summary>
    private const int MostCause = 4000;

    /// <summary>Keeps the message's text and cause.</summary>
    public async Task<ParkedMessage> ParkAsync(string queue, string text, string? connection, string? subject, string cause, long tries, CancellationToken cancellationToken)
    {
        var parked = new ParkedMessage(random.Id(time.GetUtcNow()), queue, connection, subject, cause, time.GetUtcNow(), tries);
        var row = new TableEntity(queue, parked.Id)
        {
            ["Connection"] = connection,
            ["Subject"] = subject,
            ["Cause"] = cause.Length <= MostCause ? cause : cause[..(char.IsHighSurrogate(cause[MostCause - 1]) ? MostCause - 1 : MostCause)],
            ["At"] = parked.ParkedAt,
            ["Tries"] = tries,
        };
        Packing.Lay(row, Packing.Pack(Encoding.UTF8.GetBytes(text)));
        var table = await storage.TableAsync(TableNames.Parked, cancellationToken);
        await table.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellationToken);
        return parked;
    }

    /// <summary>All of them, newest first.</summary>
    public async Task<IReadOnlyList<ParkedMessage>> ListAsync(CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Parked, cancellationToken);
        var all = new List<ParkedMessage>();
        await foreach (var row in table.QueryAsync<TableEntity>(filter: "", select: ["PartitionKey", "RowKey", "Connection", "Subject", "Cause", "At", "Tries"], cancellationToken: cancellationToken))
        {
            all.Add(ToMessage(row));
        }

        return [.. all.OrderByDescending(static parked => parked.ParkedAt)];
    }

    /// <summary>The message and its text, or null.</summary>
    public async Task<(ParkedMessage Message, string Text)?> FindAsync(string id, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Parked, cancellationToken);
        await foreach (var row in table.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"RowKey eq {id}"), cancellationToken: cancellationToken))
        {
            return (ToMessage(row), Encoding.UTF8.GetString(Packing.Unpack(Packing.Gather(row))));
        }

        return null;
    }

    public async Task RemoveAsync(ParkedMessage message, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Parked, cancellationToken);
        await table.DeleteEntityAsync(message.Queue, message.Id, Azure.ETag.All, cancellationToken);
    }

    private static ParkedMessage ToMessage(TableEntity row) => new(
        row.RowKey, row.PartitionKey, row.GetString("Connection"), row.GetString("Subject"), row.GetString("Cause") ?? "", row.GetDateTimeOffset("At")!.Value, row.GetInt64("Tries") ?? 0);
}
