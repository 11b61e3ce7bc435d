using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using StoreClaw.Common;
using StoreClaw.Storage;

namespace StoreClaw.Notifications;

public enum ChannelStatus
{
    Connected,

    /// <summary>Its credential is dead; what is to be told waits until the user connects it again.</summary>
    Failed,
}

public enum ChannelLanguage
{
    En,
    Zh,
}

/// <summary>Where the team is told. Its key is in the vault under <see cref="SecretName"/>.</summary>
/// <param name="Id">The kind's id; there is one channel of a kind.</param>
/// <param name="Reason">Why it failed.</param>
public sealed record Channel(string Id, ChannelLanguage Language, ChannelStatus Status, string? Reason, DateTimeOffset ConnectedAt)
{
    /// <summary>Null for none.</summary>
    public Silence? Silence { get; init; }

    /// <summary>The key of the credential in the vault's bundle.</summary>
    public const string SecretKey = "key";

    public static string SecretName(string id) => $"channel-{id}";
}

public static class LocalizedMessages
{
    public static ChannelMessage In(this LocalizedMessage message, ChannelLanguage language) => language == ChannelLanguage.Zh ? message.Chinese : message.English;
}

/// <summary>Rows of one JSON text each in the table of channels, changed by compare-and-set.</summary>
public sealed class ChannelTable(StorageClients storage)
{
    private const string Partition = "channel";
    private const string Body = "Body";

    /// <summary>All that were set up, failed ones too.</summary>
    public async Task<IReadOnlyList<Channel>> ListAsync(CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Channels, cancellationToken);
        var all = new List<Channel>();
        await foreach (var row in table.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {Partition}"), cancellationToken: cancellationToken))
        {
            all.Add(Read<Channel>(row));
        }

        return all;
    }

    public async Task<Channel?> FindAsync(string id, CancellationToken cancellationToken) => (await FindAsync<Channel>(Partition, id, cancellationToken)).Value;

    public Task SaveAsync(Channel channel, CancellationToken cancellationToken) => ChangeAsync<Channel>(Partition, channel.Id, _ => channel, cancellationToken);

    /// <summary>Notes that the channel's credential is dead.</summary>
    public Task FailAsync(string id, string reason, CancellationToken cancellationToken) => ChangeAsync<Channel>(
        Partition, id, channel => channel is null ? null : channel with { Status = ChannelStatus.Failed, Reason = reason }, cancellationToken);

    public async Task RemoveAsync(string id, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Channels, cancellationToken);
        await table.DeleteEntityAsync(Partition, Keys.Escape(id), ETag.All, cancellationToken);
    }

    internal async Task<(T? Value, ETag ETag)> FindAsync<T>(string partition, string id, CancellationToken cancellationToken)
        where T : class
    {
        var table = await storage.TableAsync(TableNames.Channels, cancellationToken);
        var row = await table.GetEntityIfExistsAsync<TableEntity>(partition, Keys.Escape(id), cancellationToken: cancellationToken);
        return row.HasValue ? (Read<T>(row.Value!), row.Value!.ETag) : (null, default);
    }

    /// <summary>Writes what <paramref name="change"/> makes of the row as it is (null: there is none). Nothing is written when that is null.</summary>
    internal async Task<T?> ChangeAsync<T>(string partition, string id, Func<T?, T?> change, CancellationToken cancellationToken)
        where T : class
    {
        var table = await storage.TableAsync(TableNames.Channels, cancellationToken);
        while (true)
        {
            var (value, etag) = await FindAsync<T>(partition, id, cancellationToken);
            if (change(value) is not { } changed)
            {
                return null;
            }

            var row = new TableEntity(partition, Keys.Escape(id)) { [Body] = JsonSerializer.Serialize(changed, JsonText.Options) };
            try
            {
                await (value is null ? table.AddEntityAsync(row, cancellationToken) : table.UpdateEntityAsync(row, etag, TableUpdateMode.Replace, cancellationToken));
                return changed;
            }
            catch (RequestFailedException raced) when (StorageClients.IsConflict(raced) || raced.Status == 404)
            {
                // Somebody else wrote the row: change what stands there now.
            }
        }
    }

    private static T Read<T>(TableEntity row) =>
        JsonSerializer.Deserialize<T>(row.GetString(Body)!, JsonText.Options) ?? throw new InvalidDataException($"The row {row.PartitionKey}/{row.RowKey} of the channels is empty.");
}
