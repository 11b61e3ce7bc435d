using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using StoreClaw.Common;
using StoreClaw.Storage;

namespace StoreClaw.Alerts;

/// <summary>The alerts' rows: connection or "app" / alert id, one a cause, changed by compare-and-set.</summary>
public sealed class AlertTable(StorageClients storage)
{
    /// <summary>The partition of what is about no store; connections' ids are longer.</summary>
    public const string App = "app";

    private const string Body = "Body";
    private const string State = "State";
    private const string Due = "Due";
    private const string ClosedAt = "ClosedAt";

    /// <summary>The same for the same cause.</summary>
    public static string IdOf(AlertKind kind, string? connection, string subject)
    {
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes($"{connection}\n{subject}"));
        return $"{Alert.KindName(kind)}-{Convert.ToHexStringLower(digest.AsSpan(0, 8))}";
    }

    public async Task<Alert?> FindAsync(string? connection, string id, CancellationToken cancellationToken) => (await ReadAsync(connection, id, cancellationToken)).Alert;

    /// <summary>Writes what <paramref name="change"/> makes of the row as it is (null: there is none), unless that is the same object or null. Returns what stands there then.</summary>
    public async Task<Alert?> ChangeAsync(string? connection, string id, Func<Alert?, Alert?> change, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Alerts, cancellationToken);
        while (true)
        {
            var (stored, etag) = await ReadAsync(connection, id, cancellationToken);
            if (change(stored) is not { } changed || ReferenceEquals(changed, stored))
            {
                return stored;
            }

            try
            {
                await (stored is null ? table.AddEntityAsync(ToRow(changed), cancellationToken) : table.UpdateEntityAsync(ToRow(changed), etag, TableUpdateMode.Replace, cancellationToken));
                return changed;
            }
            catch (RequestFailedException raced) when (StorageClients.IsConflict(raced) || raced.Status == 404)
            {
                // Somebody else wrote the row: change what stands there now.
            }
        }
    }

    /// <summary>Those in that state, of all stores; all where it is null.</summary>
    public Task<IReadOnlyList<Alert>> ListAsync(AlertState? state, CancellationToken cancellationToken) =>
        QueryAsync(state is { } one ? TableClient.CreateQueryFilter($"State eq {one.ToString()}") : TableClient.CreateQueryFilter($"State ge {""}"), cancellationToken);

    public Task<IReadOnlyList<Alert>> OpenAsync(string? connection, CancellationToken cancellationToken) =>
        QueryAsync(TableClient.CreateQueryFilter($"PartitionKey eq {connection ?? App} and State eq {nameof(AlertState.Open)}"), cancellationToken);

    /// <summary>Those that have something to tell by now.</summary>
    public Task<IReadOnlyList<Alert>> DueAsync(string? connection, DateTimeOffset now, CancellationToken cancellationToken) =>
        QueryAsync(TableClient.CreateQueryFilter($"PartitionKey eq {connection ?? App} and Due le {now}"), cancellationToken);

    /// <summary>Removes those that were closed before the instant.</summary>
    public async Task CleanAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        await (await storage.TableAsync(TableNames.Alerts, cancellationToken)).RemoveAsync(TableClient.CreateQueryFilter($"State eq {nameof(AlertState.Closed)} and ClosedAt lt {before}"), cancellationToken);

    private static TableEntity ToRow(Alert alert) => new(alert.Connection ?? App, alert.Id)
    {
        [Body] = JsonSerializer.Serialize(alert, JsonText.Options),
        [State] = alert.State.ToString(),
        [Due] = alert.Due,
        [ClosedAt] = alert.ClosedAt,
    };

    private static Alert ToAlert(TableEntity row) =>
        JsonSerializer.Deserialize<Alert>(row.GetString(Body)!, JsonText.Options) ?? throw new InvalidDataException($"The alert row {row.RowKey} of {row.PartitionKey} is empty.");

    private async Task<(Alert? Alert, ETag ETag)> ReadAsync(string? connection, string id, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Alerts, cancellationToken);
        var row = await table.GetEntityIfExistsAsync<TableEntity>(connection ?? App, id, cancellationToken: cancellationToken);
        return row.HasValue ? (ToAlert(row.Value!), row.Value!.ETag) : (null, default);
    }

    private async Task<IReadOnlyList<Alert>> QueryAsync(string filter, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Alerts, cancellationToken);
        return await table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken).Select(ToAlert).ToListAsync(cancellationToken);
    }
}
