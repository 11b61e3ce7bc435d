using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using StoreClaw.Common;
using StoreClaw.Storage;

namespace StoreClaw.Tasks;

/// <summary>The runs' rows: task id / run, newest first.</summary>
public sealed class RunTable(StorageClients storage)
{
    private const string Body = "Body";

    // Sorts behind the bar that follows the instant in a row's key.
    private const string AfterBar = "}";

    public async Task<TaskRun?> FindAsync(string taskId, string runId, CancellationToken cancellationToken) => (await ReadAsync(taskId, runId, cancellationToken))?.Run;

    /// <summary>Adds the run unless it is there already.</summary>
    public async Task AddAsync(TaskRun run, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Runs, cancellationToken);
        try
        {
            await table.AddEntityAsync(ToRow(run), cancellationToken);
        }
        catch (RequestFailedException there) when (there.Status == 409)
        {
            // Added by the handler of its message, or by our own try before this one.
        }
    }

    /// <summary>Changes the run as it is at the moment of writing. Null when there is none, or when <paramref name="change"/> gives null: then nothing is written.</summary>
    public async Task<TaskRun?> ChangeAsync(string taskId, string runId, Func<TaskRun, TaskRun?> change, CancellationToken cancellationToken)
    {
        while (await ReadAsync(taskId, runId, cancellationToken) is var (run, etag))
        {
            if (change(run) is not { } changed)
            {
                return null;
            }

            try
            {
                var table = await storage.TableAsync(TableNames.Runs, cancellationToken);
                await table.UpdateEntityAsync(ToRow(changed), etag, TableUpdateMode.Replace, cancellationToken);
                return changed;
            }
            catch (RequestFailedException raced) when (raced.Status == 412)
            {
                // Somebody else wrote the row: change what stands there now.
            }
        }

        return null;
    }

    /// <summary>Ends a run that is being worked on.</summary>
    public Task EndAsync(TaskRun run, RunStatus status, string? reportId, string? error, DateTimeOffset at, CancellationToken cancellationToken) => ChangeAsync(
        run.TaskId,
        run.Id,
        stored => stored.Status == RunStatus.Running ? stored with { Status = status, ReportId = reportId, Error = error, FinishedAt = at, Owner = null, Until = null } : null,
        cancellationToken);

    /// <summary>The newest runs, newest first.</summary>
    public async Task<IReadOnlyList<TaskRun>> ListAsync(string taskId, int most, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Runs, cancellationToken);
        var runs = new List<TaskRun>();
        await foreach (var row in table.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {Keys.Escape(taskId)}"), maxPerPage: most, cancellationToken: cancellationToken))
        {
            runs.Add(ToRun(row));
            if (runs.Count == most)
            {
                break;
            }
        }

        return runs;
    }

    /// <summary>The ids of the tasks that have runs, deleted ones too.</summary>
    public async Task<IReadOnlyList<string>> TasksAsync(CancellationToken cancellationToken) =>
        [.. (await (await storage.TableAsync(TableNames.Runs, cancellationToken)).PartitionsAsync(cancellationToken)).Select(Keys.Unescape)];

    /// <summary>Removes the task's runs of before the instant; all when it is null.</summary>
    public async Task CleanAsync(string taskId, DateTimeOffset? before, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Runs, cancellationToken);
        var older = before is { } instant ? Keys.NewestFirst(instant) + AfterBar : "";
        await table.RemoveAsync(TableClient.CreateQueryFilter($"PartitionKey eq {Keys.Escape(taskId)} and RowKey ge {older}"), cancellationToken);
    }

    private async Task<(TaskRun Run, ETag ETag)?> ReadAsync(string taskId, string runId, CancellationToken cancellationToken)
    {
        if (InstantIds.RowKey(runId) is not { } key)
        {
            return null;
        }

        var table = await storage.TableAsync(TableNames.Runs, cancellationToken);
        var row = await table.GetEntityIfExistsAsync<TableEntity>(Keys.Escape(taskId), key, cancellationToken: cancellationToken);
        return row.HasValue ? (ToRun(row.Value!), row.Value!.ETag) : null;
    }

    private static TableEntity ToRow(TaskRun run) => new(Keys.Escape(run.TaskId), InstantIds.RowKey(run.Id)!) { [Body] = JsonSerializer.Serialize(run, JsonText.Options) };

    private static TaskRun ToRun(TableEntity row) =>
        JsonSerializer.Deserialize<TaskRun>(row.GetString(Body)!, JsonText.Options) ?? throw new InvalidDataException($"The run row {row.RowKey} is empty.");
}
