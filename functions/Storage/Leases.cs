using Azure;
using Azure.Data.Tables;
using StoreClaw.Common;

namespace StoreClaw.Storage;

/// <summary>Turns taken across processes: one holder per name, until it releases or its time runs out.</summary>
public sealed class Leases(StorageClients storage, TimeProvider time, Randomness random)
{
    private const string Owner = "Owner";
    private const string Until = "Until";

    /// <summary>The lease, or null when somebody holds it.</summary>
    public async Task<Lease?> TryAcquireAsync(string name, TimeSpan duration, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Leases, cancellationToken);
        var row = new TableEntity(Keys.Escape(name), "") { [Owner] = random.Token(16), [Until] = time.GetUtcNow() + duration };
        try
        {
            var added = await table.AddEntityAsync(row, cancellationToken);
            return new Lease(this, row, added.Headers.ETag ?? default, duration);
        }
        catch (RequestFailedException conflict) when (conflict.Status == 409)
        {
            return await TakeOverAsync(table, row, duration, cancellationToken);
        }
    }

    internal async Task<ETag?> RenewAsync(TableEntity row, ETag etag, TimeSpan duration, CancellationToken cancellationToken)
    {
        row[Until] = time.GetUtcNow() + duration;
        var table = await storage.TableAsync(TableNames.Leases, cancellationToken);
        try
        {
            return (await table.UpdateEntityAsync(row, etag, TableUpdateMode.Replace, cancellationToken)).Headers.ETag;
        }
        catch (RequestFailedException lost) when (lost.Status is 404 or 412)
        {
            return null;
        }
    }

    internal async Task ReleaseAsync(TableEntity row, ETag etag)
    {
        var table = await storage.TableAsync(TableNames.Leases, CancellationToken.None);
        try
        {
            await table.DeleteEntityAsync(row.PartitionKey, row.RowKey, etag, CancellationToken.None);
        }
        catch (RequestFailedException)
        {
            // Taken over, or storage is away: it runs out by itself.
        }
    }

    private async Task<Lease?> TakeOverAsync(TableClient table, TableEntity row, TimeSpan duration, CancellationToken cancellationToken)
    {
        var held = await table.GetEntityIfExistsAsync<TableEntity>(row.PartitionKey, row.RowKey, cancellationToken: cancellationToken);
        if (!held.HasValue)
        {
            return null;
        }

        // Our own insert may have gone through before its answer was lost and the client repeated it.
        if (held.Value!.GetString(Owner) == row.GetString(Owner))
        {
            return new Lease(this, row, held.Value.ETag, duration);
        }

        if (held.Value.GetDateTimeOffset(Until) > time.GetUtcNow())
        {
            return null;
        }

        var etag = await RenewAsync(row, held.Value.ETag, duration, cancellationToken);
        return etag is { } taken ? new Lease(this, row, taken, duration) : null;
    }
}

/// <summary>A turn held. Disposing gives it back.</summary>
public sealed class Lease : IAsyncDisposable
{
    private readonly Leases _leases;
    private readonly TableEntity _row;
    private readonly TimeSpan _duration;
    private ETag _etag;

    internal Lease(Leases leases, TableEntity row, ETag etag, TimeSpan duration)
    {
        _leases = leases;
        _row = row;
        _etag = etag;
        _duration = duration;
    }

    /// <summary>Holds it for its duration from now. False when it was lost: stop.</summary>
    public async Task<bool> RenewAsync(CancellationToken cancellationToken)
    {
        if (await _leases.RenewAsync(_row, _etag, _duration, cancellationToken) is not { } etag)
        {
            return false;
        }

        _etag = etag;
        return true;
    }

    public async ValueTask DisposeAsync() => await _leases.ReleaseAsync(_row, _etag);
}
