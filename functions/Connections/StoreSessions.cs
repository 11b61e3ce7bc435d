using System.Collections.Concurrent;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Connectors.Http;

namespace StoreClaw.Connections;

/// <summary>A connection, what it speaks, and a session to speak it through.</summary>
public sealed record ConnectedStore(Connection Connection, Connector Connector, StoreSession Session);

/// <summary>Opens connections for work: row, secrets and pipeline together.</summary>
public sealed class StoreSessions(ConnectorRegistry registry, ConnectionTable connections, CachedSecretVault vault, PlatformClient platform, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<string, (Connection? Connection, DateTimeOffset ReadAt)> _rows = new();

    /// <summary>The vault's name of a connection's secrets.</summary>
    public static string SecretName(string connectionId) => $"connection-{connectionId}";

    /// <summary>For the webhook door: row and secrets at most 60 s old. Null when there is no such connection, or it was taken off.</summary>
    public async Task<ConnectedStore?> RecentAsync(string connectionId, CancellationToken cancellationToken)
    {
        if (!_rows.TryGetValue(connectionId, out var known) || time.GetUtcNow() - known.ReadAt > Lifetime)
        {
            known = (await connections.FindAsync(connectionId, cancellationToken), time.GetUtcNow());
            if (known.Connection is not null)
            {
                _rows[connectionId] = known;
            }
        }

        return known.Connection is { Status: not ConnectionStatus.Disconnected } connection
            ? Open(connection, await vault.GetAsync(SecretName(connectionId), cancellationToken))
            : null;
    }

    /// <summary>The same with the secrets as they are in the vault now; asked for at most once in 5 s per connection.</summary>
    public async Task<ConnectedStore> RefreshedAsync(ConnectedStore store, CancellationToken cancellationToken) =>
        Open(store.Connection, await vault.GetFreshAsync(SecretName(store.Connection.Id), cancellationToken));

    /// <summary>For work on a queue: the row as it is now. Null when there is none or it is disconnected.</summary>
    public async Task<ConnectedStore?> OpenAsync(string connectionId, CancellationToken cancellationToken)
    {
        Forget(connectionId);
        return await RecentAsync(connectionId, cancellationToken);
    }

    public void Forget(string connectionId) => _rows.TryRemove(connectionId, out _);

    /// <summary>A session for a store that is not a connection yet.</summary>
    public StoreSession Probe(Connector connector, string store, IReadOnlyDictionary<string, Secret> secrets) =>
        new($"connecting-{ConnectionIds.Of(connector.Descriptor.Id, store)}", store, secrets, new Dictionary<string, string>(), Sender(connector));

    private ConnectedStore Open(Connection connection, SecretBundle? secrets)
    {
        var connector = registry.Find(connection.Connector)
            ?? throw new InvalidOperationException($"Connection {connection.Id} is on '{connection.Connector}', which this version does not know.");
        var session = new StoreSession(connection.Id, connection.Store, secrets?.Values ?? new Dictionary<string, Secret>(), connection.Facts, Sender(connector));
        return new ConnectedStore(connection, connector, session);
    }

    private Func<StoreSession, PlatformRequest, CancellationToken, Task<PlatformResponse>> Sender(Connector connector) =>
        (session, request, cancellationToken) => platform.SendAsync(connector, session, request, cancellationToken);
}
