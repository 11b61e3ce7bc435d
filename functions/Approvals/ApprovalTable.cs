using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using StoreClaw.Common;
using StoreClaw.Storage;

namespace StoreClaw.Approvals;

/// <summary>The approvals' rows: "approval" / id, newest first. Every change is made to the row as it is, under its ETag: of two who decide at once one is too late.</summary>
public sealed class ApprovalTable(StorageClients storage)
{
    /// <summary>The most that a listing has.</summary>
    public const int Most = 200;

    private const string Partition = "approval";
    private const string State = "State";
    private const string TaskId = "TaskId";
    private const string LookAt = "LookAt";

    // Sorts behind the bar that follows the instant in a row's key.
    private const string AfterBar = "}";

    public async Task<Approval?> FindAsync(string id, CancellationToken cancellationToken) => (await ReadAsync(id, cancellationToken))?.Approval;

    /// <summary>Adds the approval unless one of its id is there; gives the one that is stored.</summary>
    public async Task<Approval> AddAsync(Approval approval, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Approvals, cancellationToken);
        try
        {
            await table.AddEntityAsync(ToRow(approval), cancellationToken);
            return approval;
        }
        catch (RequestFailedException there) when (there.Status == 409)
        {
            return await FindAsync(approval.Id, cancellationToken) ?? throw new InvalidDataException($"Approval {approval.Id} was removed while it was added.");
        }
    }

    /// <summary>Changes the approval as it is at the moment of writing. Null when there is none, or when <paramref name="change"/> gives null: then nothing is written.</summary>
    public async Task<Approval?> ChangeAsync(string id, Func<Approval, Approval?> change, CancellationToken cancellationToken)
    {
        while (await ReadAsync(id, cancellationToken) is var (approval, etag))
        {
            if (change(approval) is not { } changed)
            {
                return null;
            }

            try
            {
                var table = await storage.TableAsync(TableNames.Approvals, cancellationToken);
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

    /// <summary>Newest first, at most <see cref="Most"/>.</summary>
    /// <param name="states">As they are noted; empty for all.</param>
    public Task<IReadOnlyList<Approval>> ListAsync(IReadOnlyCollection<ApprovalState> states, CancellationToken cancellationToken)
    {
        var wanted = string.Join(" or ", states.Select(static state => TableClient.CreateQueryFilter($"State eq {state.ToString()}")));
        return QueryAsync(wanted.Length == 0 ? "" : $" and ({wanted})", cancellationToken);
    }

    /// <summary>Those of the task that nobody has decided.</summary>
    public Task<IReadOnlyList<Approval>> PendingOfAsync(string task, CancellationToken cancellationToken) =>
        QueryAsync(TableClient.CreateQueryFilter($" and State eq {nameof(ApprovalState.Pending)} and TaskId eq {task}"), cancellationToken);

    /// <summary>Those to be seen to by now.</summary>
    public Task<IReadOnlyList<Approval>> DueAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        QueryAsync(TableClient.CreateQueryFilter($" and LookAt le {now}"), cancellationToken);

    /// <summary>Removes those made before the instant.</summary>
    public async Task CleanAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Approvals, cancellationToken);
        await table.RemoveAsync(TableClient.CreateQueryFilter($"PartitionKey eq {Partition} and RowKey ge {Keys.NewestFirst(before) + AfterBar}"), cancellationToken);
    }

    private async Task<IReadOnlyList<Approval>> QueryAsync(string filter, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Approvals, cancellationToken);
        var approvals = new List<Approval>();
        await foreach (var row in table.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {Partition}") + filter, maxPerPage: Most, cancellationToken: cancellationToken))
        {
            approvals.Add(ToApproval(row));
            if (approvals.Count == Most)
            {
                break;
            }
        }

        return approvals;
    }

    private async Task<(Approval Approval, ETag ETag)?> ReadAsync(string id, CancellationToken cancellationToken)
    {
        if (InstantIds.RowKey(id) is not { } key)
        {
            return null;
        }

        var table = await storage.TableAsync(TableNames.Approvals, cancellationToken);
        var row = await table.GetEntityIfExistsAsync<TableEntity>(Partition, key, cancellationToken: cancellationToken);
        return row.HasValue ? (ToApproval(row.Value!), row.Value!.ETag) : null;
    }

    private static TableEntity ToRow(Approval approval)
    {
        var row = new TableEntity(Partition, InstantIds.RowKey(approval.Id)!) { [State] = approval.State.ToString(), [TaskId] = approval.Task, [LookAt] = approval.LookAt };
        Packing.Lay(row, Packing.Pack(JsonSerializer.SerializeToUtf8Bytes(approval, JsonText.Options)));
        return row;
    }

    private static Approval ToApproval(TableEntity row) =>
        JsonSerializer.Deserialize<Approval>(Packing.Unpack(Packing.Gather(row)), JsonText.Options) ?? throw new InvalidDataException($"The approval row {row.RowKey} is empty.");
}
