using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;

namespace StoreClaw.Embedded;

/// <summary>Timer states in the table embeddedtimers of the app's storage account, one row a timer.</summary>
internal sealed class TableScheduleStore(string connectionString) : IScheduleStore
{
    private const string Partition = "timer";

    private readonly Lazy<TableClient> _table = new(() => new TableClient(connectionString, "embeddedtimers"));

    public async Task<ScheduleState?> FindAsync(string timer, CancellationToken cancellationToken)
    {
        var row = await _table.Value.GetEntityIfExistsAsync<TableEntity>(Partition, timer, cancellationToken: cancellationToken);
        return row.HasValue ? Read(row.Value!) : null;
    }

    public async Task<ScheduleState?> TryAddAsync(string timer, ScheduleState state, CancellationToken cancellationToken)
    {
        try
        {
            return Written(state, await _table.Value.AddEntityAsync(Row(timer, state), cancellationToken));
        }
        catch (RequestFailedException taken) when (taken.ErrorCode == TableErrorCode.EntityAlreadyExists)
        {
            return null;
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == TableErrorCode.TableNotFound)
        {
            await _table.Value.CreateIfNotExistsAsync(cancellationToken);
            return null;
        }
    }

    public async Task<ScheduleState?> TryUpdateAsync(string timer, ScheduleState state, CancellationToken cancellationToken)
    {
        try
        {
            return Written(state, await _table.Value.UpdateEntityAsync(Row(timer, state), new ETag(state.Version), TableUpdateMode.Replace, cancellationToken));
        }
        catch (RequestFailedException changed) when (changed.Status is 412 or 404)
        {
            return null;
        }
    }

    private static ScheduleState Written(ScheduleState state, Response response) => state with { Version = response.Headers.ETag.ToString()! };

    private static ScheduleState Read(TableEntity row) => new(
        row.GetDateTimeOffset(nameof(ScheduleState.Since))!.Value,
        row.GetDateTimeOffset(nameof(ScheduleState.Last)),
        row.GetString(nameof(ScheduleState.Owner)),
        row.GetDateTimeOffset(nameof(ScheduleState.LeaseUntil))!.Value,
        row.ETag.ToString());

    private static TableEntity Row(string timer, ScheduleState state)
    {
        var row = new TableEntity(Partition, timer)
        {
            [nameof(ScheduleState.Since)] = state.Since,
            [nameof(ScheduleState.LeaseUntil)] = state.LeaseUntil,
        };
        if (state.Last is { } last)
        {
            row[nameof(ScheduleState.Last)] = last;
        }

        if (state.Owner is { } owner)
        {
            row[nameof(ScheduleState.Owner)] = owner;
        }

        return row;
    }
}
