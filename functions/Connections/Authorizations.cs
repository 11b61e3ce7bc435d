using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Data.Tables;
using StoreClaw.Common;
using StoreClaw.Storage;

namespace StoreClaw.Connections;

public enum AuthorizationProgress
{
    /// <summary>The seller is in the browser.</summary>
    Waiting,

    /// <summary>A callback is being exchanged.</summary>
    Exchanging,
    Connected,
    Failed,
}

/// <summary>One browser approval.</summary>
/// <param name="Agent">The browser that asked, when one did; the callback must come from the same.</param>
/// <param name="Result">The connection's id, or what went wrong.</param>
public sealed record PendingAuthorization(
    string Key, string Connector, string Store, string? Agent, DateTimeOffset ExpiresAt, AuthorizationProgress Progress, string? Result, ETag ETag);

/// <summary>
/// States of authorizations under way: single use, ten minutes, signed, bound to the connector and, where a browser asked, to that browser. Only a hash of a state is stored;
/// what is secret about it lies in the vault until it is used.
/// </summary>
public sealed class Authorizations(StorageClients storage, SigningKey signing, TimeProvider time, Randomness random)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private const string Partition = "state";
    private const string Purpose = "authorization";

    /// <summary>The vault's name of what is secret about an authorization under way.</summary>
    public static string SecretName(string key) => $"authorization-{key}";

    /// <returns>The state for the platform, and its row.</returns>
    public async Task<(string State, PendingAuthorization Pending)> BeginAsync(string connector, string store, string? agent, CancellationToken cancellationToken)
    {
        var expires = time.GetUtcNow() + Lifetime;
        var state = await signing.SignAsync(Purpose, random.Token(24), cancellationToken);
        var pending = new PendingAuthorization(KeyOf(state), connector, store, Browser(agent), expires, AuthorizationProgress.Waiting, null, default);
        var table = await storage.TableAsync(TableNames.Authorizations, cancellationToken);
        await table.AddEntityAsync(ToRow(pending), cancellationToken);
        return (state, pending);
    }

    /// <summary>The authorization the state belongs to; null when the state is not ours, is for another connector or browser, or has run out.</summary>
    /// <param name="fromServer">The platform's server brings it, so no browser can be asked for.</param>
    public async Task<PendingAuthorization?> FindAsync(string connector, string state, string? agent, bool fromServer, CancellationToken cancellationToken)
    {
        if (await signing.VerifyAsync(Purpose, state, cancellationToken) is null)
        {
            return null;
        }

        var table = await storage.TableAsync(TableNames.Authorizations, cancellationToken);
        var row = await table.GetEntityIfExistsAsync<TableEntity>(Partition, KeyOf(state), cancellationToken: cancellationToken);
        return row.HasValue
            && ToPending(row.Value!) is var pending
            && pending.Connector == connector
            && pending.ExpiresAt > time.GetUtcNow()
            && (fromServer || pending.Agent is null || pending.Agent == agent)
            ? pending
            : null;
    }

    /// <summary>Takes the one use of the state. False when another request has taken it.</summary>
    public async Task<bool> TakeAsync(PendingAuthorization pending, CancellationToken cancellationToken)
    {
        if (pending.Progress != AuthorizationProgress.Waiting)
        {
            return false;
        }

        var table = await storage.TableAsync(TableNames.Authorizations, cancellationToken);
        try
        {
            await table.UpdateEntityAsync(ToRow(pending with { Progress = AuthorizationProgress.Exchanging }), pending.ETag, TableUpdateMode.Replace, cancellationToken);
            return true;
        }
        catch (RequestFailedException taken) when (taken.Status == 412)
        {
            return false;
        }
    }

    public async Task FinishAsync(PendingAuthorization pending, AuthorizationProgress progress, string result, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Authorizations, cancellationToken);
        await table.UpsertEntityAsync(ToRow(pending with { Progress = progress, Result = result }), TableUpdateMode.Replace, cancellationToken);
    }

    /// <summary>Removes states that ran out a day ago or longer.</summary>
    public async Task CleanAsync(CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Authorizations, cancellationToken);
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {Partition} and ExpiresAt lt {time.GetUtcNow().AddDays(-1)}");
        await foreach (var row in table.QueryAsync<TableEntity>(filter, select: ["PartitionKey", "RowKey"], cancellationToken: cancellationToken))
        {
            await table.DeleteEntityAsync(row.PartitionKey, row.RowKey, ETag.All, cancellationToken);
        }
    }

    private static string KeyOf(string state) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(state)).AsSpan(0, 20));

    /// <summary>A script that asks hands the address to a browser; only a browser can be the one that comes back.</summary>
    private static string? Browser(string? agent) => agent?.StartsWith("Mozilla/", StringComparison.Ordinal) is true ? agent : null;

    private static TableEntity ToRow(PendingAuthorization pending) => new(Partition, pending.Key)
    {
        ["Connector"] = pending.Connector,
        ["Store"] = pending.Store,
        ["Agent"] = pending.Agent,
        ["ExpiresAt"] = pending.ExpiresAt,
        ["Progress"] = pending.Progress.ToString(),
        ["Result"] = pending.Result,
    };

    private static PendingAuthorization ToPending(TableEntity row) => new(
        row.RowKey,
        row.GetString("Connector")!,
        row.GetString("Store")!,
        row.GetString("Agent"),
        row.GetDateTimeOffset("ExpiresAt")!.Value,
        Enum.Parse<AuthorizationProgress>(row.GetString("Progress")!),
        row.GetString("Result"),
        row.ETag);
}
