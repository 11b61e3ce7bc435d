using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using StoreClaw.Common;
using StoreClaw.Storage;

namespace StoreClaw.Tasks;

/// <summary>The tasks' rows: "task" / id. Beside the task stands when it is next to be looked at, so that each minute asks for those that are due and no others.</summary>
public sealed class TaskTable(StorageClients storage)
{
    private const string Partition = "task";
    private const string Body = "Body";
    private const string LookAt = "LookAt";

    public async Task<Stored?> FindAsync(string id, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Tasks, cancellationToken);
        var row = await table.GetEntityIfExistsAsync<TableEntity>(Partition, Keys.Escape(id), cancellationToken: cancellationToken);
        return row.HasValue ? ToStored(row.Value!) : null;
    }

    /// <summary>All of them, oldest first.</summary>
    public Task<IReadOnlyList<Stored>> ListAsync(CancellationToken cancellationToken) => QueryAsync(TableClient.CreateQueryFilter($"PartitionKey eq {Partition}"), cancellationToken);

    /// <summary>Those to be looked at by now.</summary>
    public Task<IReadOnlyList<Stored>> DueAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        QueryAsync(TableClient.CreateQueryFilter($"PartitionKey eq {Partition} and LookAt le {now}"), cancellationToken);

    public async Task AddAsync(ScheduledTask task, DateTimeOffset? lookAt, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Tasks, cancellationToken);
        await table.UpsertEntityAsync(ToRow(task, lookAt), TableUpdateMode.Replace, cancellationToken);
    }

    /// <summary>False when the row is not the one that was read any more.</summary>
    public async Task<bool> ReplaceAsync(Stored stored, ScheduledTask task, DateTimeOffset? lookAt, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Tasks, cancellationToken);
        try
        {
            await table.UpdateEntityAsync(ToRow(task, lookAt), stored.ETag, TableUpdateMode.Replace, cancellationToken);
            return true;
        }
        catch (RequestFailedException raced) when (raced.Status is 404 or 412)
        {
            return false;
        }
    }

    public async Task DeleteAsync(string id, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Tasks, cancellationToken);
        await table.DeleteEntityAsync(Partition, Keys.Escape(id), ETag.All, cancellationToken);
    }

    private async Task<IReadOnlyList<Stored>> QueryAsync(string filter, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Tasks, cancellationToken);
        var all = new List<Stored>();
        await foreach (var row in table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            all.Add(ToStored(row));
        }

        return all;
    }

    private static TableEntity ToRow(ScheduledTask task, DateTimeOffset? lookAt) =>
        new(Partition, Keys.Escape(task.Id)) { [Body] = JsonSerializer.Serialize(task, JsonText.Options), [LookAt] = task.Enabled ? lookAt : null };

    private static Stored ToStored(TableEntity row) => new(
        JsonSerializer.Deserialize<ScheduledTask>(row.GetString(Body)!, JsonText.Options) ?? throw new InvalidDataException($"The task row {row.RowKey} is empty."),
        row.GetDateTimeOffset(LookAt),
        row.ETag);

    /// <param name="LookAt">Not after the next thing to do for the task; null when there is none.</param>
    public sealed record Stored(ScheduledTask Task, DateTimeOffset? LookAt, ETag ETag);
}
