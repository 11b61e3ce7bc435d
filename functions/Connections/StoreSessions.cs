using System.Collections.Concurrent;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Connectors.Http;

namespace StoreClaw.Connections;

/// <summary>A connection, what it speaks, and a session to speak it through.</summary>
public sealed record ConnectedStore(Connection Connection, Connector Connector, StoreSession Session);

/// <summary>Opens connections for work: row, secrets and pipeline together.</summary>
public sealed class StoreSessions(ConnectorRegistry registry, ConnectionTable connections, ConnectionSecrets secrets, PlatformClient platform, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<string, (Connection Connection, DateTimeOffset ReadAt)> _rows = new();

    private (IReadOnlyList<Connection> Connections, DateTimeOffset ReadAt)? _all;

    /// <summary>For the webhook door: row and secrets at most 60 s old. Null when there is no such connection, or it was taken off.</summary>
    public async Task<ConnectedStore?> RecentAsync(string connectionId, CancellationToken cancellationToken) =>
        _rows.TryGetValue(connectionId, out var known) && time.GetUtcNow() - known.ReadAt <= Lifetime
            ? await OpenAsync(known.Connection, cancellationToken)
            : await OpenAsync(connectionId, cancellationToken);

    /// <summary>For the webhook door: all that are connected on a connector, at most 60 s old.</summary>
    public async Task<IReadOnlyList<Connection>> RecentOfAsync(string connectorId, CancellationToken cancellationToken)
    {
        if (_all is not { } all || time.GetUtcNow() - all.ReadAt > Lifetime)
        {
            _all = all = (await connections.ListAsync(cancellationToken), time.GetUtcNow());
        }

        return [.. all.Connections.Where(connection => connection.Connector == connectorId && connection.Status != ConnectionStatus.Disconnected)];
    }

    /// <summary>The same with the secrets as they are in the vault now; asked for at most once in 5 s per connection.</summary>
    public async Task<ConnectedStore> RefreshedAsync(ConnectedStore store, CancellationToken cancellationToken) =>
        Open(store.Connection, store.Connector, await secrets.GetFreshAsync(store.Connector, store.Connection.Id, cancellationToken));

    /// <summary>For work on a queue: the row as it is now. Null when there is none or it is disconnected.</summary>
    public async Task<ConnectedStore?> OpenAsync(string connectionId, CancellationToken cancellationToken)
    {
        // What is known stays known until the row is read: the webhook door lives on it while the table is away.
        if (await connections.FindAsync(connectionId, cancellationToken) is not { } connection)
        {
            Forget(connectionId);
            return null;
        }

        _rows[connectionId] = (connection, time.GetUtcNow());
        return await OpenAsync(connection, cancellationToken);
    }

    public void Forget(string connectionId)
    {
        _rows.TryRemove(connectionId, out _);
        _all = null;
    }

    /// <summary>A session for a store that is not a connection yet.</summary>
    public StoreSession Probe(Connector connector, string store, IReadOnlyDictionary<string, Secret> secrets) =>
        new($"connecting-{ConnectionIds.Of(connector.Descriptor.Id, store)}", store, secrets, new Dictionary<string, string>(), Sender(connector));

    private async Task<ConnectedStore?> OpenAsync(Connection connection, CancellationToken cancellationToken)
    {
        if (connection.Status == ConnectionStatus.Disconnected)
        {
            return null;
        }

        var connector = registry.Find(connection.Connector)
            ?? throw new InvalidOperationException($"Connection {connection.Id} is on '{connection.Connector}', which this version does not know.");
        return Open(connection, connector, await secrets.GetAsync(connector, connection.Id, cancellationToken));
    }

    private ConnectedStore Open(Connection connection, Connector connector, IReadOnlyDictionary<string, Secret>? kept) =>
        new(connection, connector, new StoreSession(connection.Id, connection.Store, kept ?? new Dictionary<string, Secret>(), connection.Facts, Sender(connector)));

    private Func<StoreSession, PlatformRequest, CancellationToken, Task<PlatformResponse>> Sender(Connector connector) =>
        (session, request, cancellationToken) => platform.SendAsync(connector, session, request, cancellationToken);
}
