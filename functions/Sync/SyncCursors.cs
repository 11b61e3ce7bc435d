using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Storage;

namespace StoreClaw.Sync;

public enum SyncState
{
    Idle,
    Running,
    Failed,
}

/// <summary>Where one resource of one connection stands.</summary>
/// <param name="Watermark">Everything changed before this is stored.</param>
/// <param name="Items">Records stored by syncs so far.</param>
/// <param name="Healed">Of those, what no webhook had brought.</param>
/// <param name="DueAt">When the timer starts the next one.</param>
/// <param name="Run">The read under way, where it is to go on.</param>
public sealed record SyncCursor(
    SyncState State,
    DateTimeOffset? Watermark,
    long Items,
    long Healed,
    string? LastError,
    DateTimeOffset DueAt,
    SyncRun? Run)
{
    public static SyncCursor Initial { get; } = new(SyncState.Idle, null, 0, 0, null, DateTimeOffset.UnixEpoch, null);
}

/// <summary>One pass over a resource, from its start to its last page.</summary>
/// <param name="Backfill">History is read for the first time.</param>
public sealed record SyncRun(DateTimeOffset? Since, DateTimeOffset Until, string? Next, bool Backfill);

/// <summary>The cursors' rows: connection / resource.</summary>
public sealed class SyncCursors(StorageClients storage)
{
    private const string Body = "Body";

    public async Task<SyncCursor> ReadAsync(string connectionId, Resource resource, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Cursors, cancellationToken);
        var row = await table.GetEntityIfExistsAsync<TableEntity>(connectionId, resource.ToString(), cancellationToken: cancellationToken);
        return row.HasValue ? ToCursor(row.Value!) : SyncCursor.Initial;
    }

    public async Task<IReadOnlyDictionary<Resource, SyncCursor>> ListAsync(string connectionId, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Cursors, cancellationToken);
        var cursors = new Dictionary<Resource, SyncCursor>();
        await foreach (var row in table.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {connectionId}"), cancellationToken: cancellationToken))
        {
            cursors[Enum.Parse<Resource>(row.RowKey)] = ToCursor(row);
        }

        return cursors;
    }

    /// <summary>Only the holder of the resource's lease writes.</summary>
    public async Task WriteAsync(string connectionId, Resource resource, SyncCursor cursor, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Cursors, cancellationToken);
        var row = new TableEntity(connectionId, resource.ToString()) { [Body] = JsonSerializer.Serialize(cursor, JsonText.Options) };
        await table.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellationToken);
    }

    private static SyncCursor ToCursor(TableEntity row) => JsonSerializer.Deserialize<SyncCursor>(row.GetString(Body)!, JsonText.Options) ?? SyncCursor.Initial;
}
