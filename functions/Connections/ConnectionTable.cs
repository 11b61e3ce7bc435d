using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using StoreClaw.Common;
using StoreClaw.Storage;

namespace StoreClaw.Connections;

public static class ConnectionIds
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    /// <summary>20 characters made from connector and store, so that a store that connects again finds its history.</summary>
    public static string Of(string connector, string store)
    {
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes($"{connector}\n{store}"));
        return string.Create(20, digest, static (text, bytes) =>
        {
            for (var i = 0; i < text.Length; i++)
            {
                text[i] = Alphabet[bytes[i] & 31];
            }
        });
    }
}

/// <summary>The connections' rows: "connection" / id.</summary>
public sealed class ConnectionTable(StorageClients storage) : IConnectionDirectory
{
    private const string Partition = "connection";
    private const string Body = "Body";

    public async Task<Connection?> FindAsync(string id, CancellationToken cancellationToken) => (await ReadAsync(id, cancellationToken))?.Connection;

    public async Task<IReadOnlyList<Connection>> ListAsync(CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Connections, cancellationToken);
        var all = new List<Connection>();
        await foreach (var row in table.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {Partition}"), cancellationToken: cancellationToken))
        {
            all.Add(ToConnection(row));
        }

        return all;
    }

    /// <summary>Writes the connection whatever was there.</summary>
    public async Task SaveAsync(Connection connection, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Connections, cancellationToken);
        await table.UpsertEntityAsync(ToRow(connection), TableUpdateMode.Replace, cancellationToken);
    }

    /// <summary>Changes the row as it is at the moment of writing. Null when there is none, or when <paramref name="change"/> gives null: then nothing is written.</summary>
    public async Task<Connection?> ChangeAsync(string id, Func<Connection, Connection?> change, CancellationToken cancellationToken)
    {
        while (await ReadAsync(id, cancellationToken) is var (connection, etag))
        {
            if (change(connection) is not { } changed)
            {
                return null;
            }

            try
            {
                var table = await storage.TableAsync(TableNames.Connections, cancellationToken);
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

    private async Task<(Connection Connection, ETag ETag)?> ReadAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            var row = await storage.Table(TableNames.Connections).GetEntityIfExistsAsync<TableEntity>(Partition, Keys.Escape(id), cancellationToken: cancellationToken);
            return row.HasValue ? (ToConnection(row.Value!), row.Value!.ETag) : null;
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            return null;
        }
    }

    private static TableEntity ToRow(Connection connection) => new(Partition, Keys.Escape(connection.Id)) { [Body] = JsonSerializer.Serialize(connection, JsonText.Options) };

    private static Connection ToConnection(TableEntity row) =>
        JsonSerializer.Deserialize<Connection>(row.GetString(Body)!, JsonText.Options) ?? throw new InvalidDataException($"The connection row {row.RowKey} is empty.");
}
