using Azure;
using Azure.Data.Tables;
using StoreClaw.Connectors.Http;
using StoreClaw.Storage;

namespace StoreClaw.Connections;

/// <summary>The rate limiter's buckets in storage: one row each, written under its ETag.</summary>
public sealed class BucketTable(StorageClients storage) : IBucketStore
{
    private const string FullAt = "FullAt";
    private const string Burst = "Burst";
    private const string PerSecond = "PerSecond";

    public async Task<(BucketState? State, string? Version)> ReadAsync(string bucket, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Buckets, cancellationToken);
        var row = await table.GetEntityIfExistsAsync<TableEntity>(Keys.Escape(bucket), "", cancellationToken: cancellationToken);
        return row.HasValue
            ? (new BucketState(row.Value!.GetDateTimeOffset(FullAt)!.Value, row.Value.GetDouble(Burst)!.Value, row.Value.GetDouble(PerSecond)!.Value), row.Value.ETag.ToString())
            : (null, null);
    }

    public async Task<string?> TryWriteAsync(string bucket, BucketState state, string? version, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Buckets, cancellationToken);
        var row = new TableEntity(Keys.Escape(bucket), "") { [FullAt] = state.FullAt, [Burst] = state.Burst, [PerSecond] = state.PerSecond };
        try
        {
            var written = version is null
                ? await table.AddEntityAsync(row, cancellationToken)
                : await table.UpdateEntityAsync(row, new ETag(version), TableUpdateMode.Replace, cancellationToken);
            return written.Headers.ETag?.ToString();
        }
        catch (RequestFailedException lost) when (StorageClients.IsConflict(lost) || lost.Status == 404)
        {
            return null;
        }
    }
}
