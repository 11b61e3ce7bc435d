using Azure;
using Azure.Data.Tables;
using StoreClaw.Common;
using StoreClaw.Storage;

namespace StoreClaw.Alerts;

/// <summary>Keeps alerts from being told for a while; they are recorded all the same.</summary>
/// <param name="Kind">Null for all kinds.</param>
/// <param name="Connection">Null for all stores and what is about none.</param>
public sealed record Mute(string Id, AlertKind? Kind, string? Connection, DateTimeOffset Until)
{
    public bool Covers(Alert alert, DateTimeOffset now) => now < Until && (Kind is null || Kind == alert.Kind) && (Connection is null || Connection == alert.Connection);
}

/// <summary>The mutes' rows, in the table of alerts: "mutes" / id.</summary>
public sealed class AlertMutes(StorageClients storage, Randomness random, TimeProvider time)
{
    private const string Partition = "mutes";
    private const string Kind = "Kind";
    private const string Connection = "Connection";
    private const string Until = "Until";

    public async Task<Mute> AddAsync(AlertKind? kind, string? connection, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var mute = new Mute(random.Id(time.GetUtcNow()), kind, connection, until);
        var table = await storage.TableAsync(TableNames.Alerts, cancellationToken);
        await table.UpsertEntityAsync(
            new TableEntity(Partition, mute.Id) { [Kind] = kind?.ToString(), [Connection] = connection, [Until] = until }, TableUpdateMode.Replace, cancellationToken);
        return mute;
    }

    /// <summary>Those that are not over, oldest first.</summary>
    public async Task<IReadOnlyList<Mute>> ListAsync(CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Alerts, cancellationToken);
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {Partition} and Until gt {time.GetUtcNow()}");
        return await table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken).Select(ToMute).ToListAsync(cancellationToken);
    }

    /// <summary>False when there is none of that id.</summary>
    public async Task<bool> RemoveAsync(string id, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Alerts, cancellationToken);
        if (!(await table.GetEntityIfExistsAsync<TableEntity>(Partition, Keys.Escape(id), cancellationToken: cancellationToken)).HasValue)
        {
            return false;
        }

        await table.DeleteEntityAsync(Partition, Keys.Escape(id), ETag.All, cancellationToken);
        return true;
    }

    /// <summary>Removes those that are over.</summary>
    public async Task CleanAsync(CancellationToken cancellationToken) =>
        await (await storage.TableAsync(TableNames.Alerts, cancellationToken)).RemoveAsync(TableClient.CreateQueryFilter($"PartitionKey eq {Partition} and Until le {time.GetUtcNow()}"), cancellationToken);

    private static Mute ToMute(TableEntity row) => new(
        row.RowKey, row.GetString(Kind) is { } kind ? Enum.Parse<AlertKind>(kind) : null, row.GetString(Connection), row.GetDateTimeOffset(Until)!.Value);
}
