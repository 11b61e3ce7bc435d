using Microsoft.Extensions.Logging;
using StoreClaw.Common;
using StoreClaw.Connections;
using StoreClaw.Connectors;
using StoreClaw.Connectors.Http;
using StoreClaw.Storage;
using StoreClaw.Webhooks;

namespace StoreClaw.Sync;

/// <summary>Looks after connected stores: their webhooks, their tokens, their first backfill.</summary>
public sealed partial class StoreCare(
    ConnectorRegistry registry,
    IConnectionDirectory connections,
    StoreSessions sessions,
    SyncService sync,
    ConnectionHealth health,
    ITokenRefresher tokens,
    WebhookReceiver receiver,
    WorkQueues queues,
    AppSettings settings,
    TimeProvider time,
    ILogger<StoreCare> logger) : IStoreSetup
{
    public async Task ConnectedAsync(Connection connection, CancellationToken cancellationToken)
    {
        if (await sessions.OpenAsync(connection.Id, cancellationToken) is { Connector.Webhooks: { } webhooks } store)
        {
            await EnsureWebhooksAsync(store, webhooks, cancellationToken);
        }

        await sync.QueueAsync(connection, resources: null, since: null, asked: true, cancellationToken);
    }

    public Task RemovedAsync(Connection connection, CancellationToken cancellationToken) => health.RemovedAsync(connection, cancellationToken);

    /// <summary>Queues the renewal of every token that ends soon.</summary>
    public async Task QueueRenewalsAsync(CancellationToken cancellationToken)
    {
        foreach (var connection in await connections.ListAsync(cancellationToken))
        {
            if (connection is { Status: ConnectionStatus.Connected, TokenExpiresAt: { } end }
                && registry.Find(connection.Connector) is { } connector
                && end - connector.Descriptor.RefreshAhead <= time.GetUtcNow())
            {
                await queues.SendAsync(QueueNames.StoreSync, new StoreMessage(connection.Id, StoreWork.RenewToken), null, cancellationToken);
            }
        }
    }

    /// <summary>Queues the audit of every store's webhooks.</summary>
    public async Task QueueAuditsAsync(CancellationToken cancellationToken)
    {
        foreach (var connection in await connections.ListAsync(cancellationToken))
        {
            if (connection.Status == ConnectionStatus.Connected && registry.Find(connection.Connector)?.Webhooks is not null)
            {
                await queues.SendAsync(QueueNames.StoreSync, new StoreMessage(connection.Id, StoreWork.AuditWebhooks), null, cancellationToken);
            }
        }
    }

    /// <summary>Queues the collecting of every store's deliveries that wait for it in a place of their own.</summary>
    public async Task QueueCollectionsAsync(CancellationToken cancellationToken)
    {
        foreach (var connection in await connections.ListAsync(cancellationToken))
        {
            if (connection.Status == ConnectionStatus.Connected && connection.Facts.ContainsKey(QueueInbox.Fact))
            {
                await queues.SendAsync(QueueNames.StoreSync, new StoreMessage(connection.Id, StoreWork.CollectDeliveries), null, cancellationToken);
            }
        }
    }

    /// <summary>Does what a message of store work asks for.</summary>
    public Task RunAsync(StoreMessage message, CancellationToken cancellationToken) => message.Work switch
    {
        StoreWork.Sync => sync.RunAsync(message, cancellationToken),
        StoreWork.RenewToken => RenewAsync(message.Connection, cancellationToken),
        StoreWork.CollectDeliveries => CollectAsync(message.Connection, cancellationToken),
        _ => AuditAsync(message.Connection, cancellationToken),
    };

    private async Task RenewAsync(string connectionId, CancellationToken cancellationToken)
    {
        if (await sessions.OpenAsync(connectionId, cancellationToken) is not { Connection: { Status: ConnectionStatus.Connected, TokenExpiresAt: { } end } } store
            || end - store.Connector.Descriptor.RefreshAhead > time.GetUtcNow())
        {
            return;
        }

        try
        {
            await tokens.RefreshAsync(store.Connector, store.Session, cancellationToken);
        }
        catch (PlatformException refused) when (refused.Fault.Kind == FaultKind.CredentialsRejected)
        {
            await health.RejectedAsync(connectionId, refused.Fault, cancellationToken);
        }
    }

    private async Task AuditAsync(string connectionId, CancellationToken cancellationToken)
    {
        if (await sessions.OpenAsync(connectionId, cancellationToken) is not { Connector.Webhooks: { } webhooks } store)
        {
            return;
        }

        await RecoverAsync(store, cancellationToken);
        if (await EnsureWebhooksAsync(store, webhooks, cancellationToken) is not { Restored.Count: > 0 } audit
            || await connections.FindAsync(connectionId, cancellationToken) is not { } connection)
        {
            return;
        }

        // What happened while they were off came by no webhook: the syncs fetch it now instead of at their next turn.
        Log.Restored(logger, connectionId, string.Join(", ", audit.Restored));
        await sync.QueueAsync(connection, resources: null, since: null, asked: true, cancellationToken);
    }

    private async Task CollectAsync(string connectionId, CancellationToken cancellationToken)
    {
        if (await sessions.OpenAsync(connectionId, cancellationToken) is { Connection.Status: ConnectionStatus.Connected, Connector.Webhooks: not null } store)
        {
            await RecoverAsync(store, cancellationToken);
        }
    }

    private async Task RecoverAsync(ConnectedStore store, CancellationToken cancellationToken)
    {
        try
        {
            await receiver.RecoverAsync(store, cancellationToken);
        }
        catch (PlatformException refused)
        {
            Log.NotRecovered(logger, store.Connection.Id, refused.Fault.Kind, refused.Fault.Message);
        }
    }

    private async Task<WebhookAudit?> EnsureWebhooksAsync(ConnectedStore store, IWebhooks webhooks, CancellationToken cancellationToken)
    {
        try
        {
            return await webhooks.EnsureAsync(store.Session, settings.WebhookUrl(store.Connection.Connector, store.Connection.Id), cancellationToken);
        }
        catch (PlatformException refused)
        {
            Log.NotRegistered(logger, store.Connection.Id, refused.Fault.Kind, refused.Fault.Message);
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Connection {Connection}: webhooks were off and are registered again: {Topics}")]
        public static partial void Restored(ILogger logger, string connection, string topics);

        [LoggerMessage(2, LogLevel.Warning, "Connection {Connection}: webhooks could not be registered ({Kind}): {Message} Syncs go on; the audit tries again.")]
        public static partial void NotRegistered(ILogger logger, string connection, FaultKind kind, string message);

        [LoggerMessage(3, LogLevel.Warning, "Connection {Connection}: deliveries that were lost could not be fetched ({Kind}): {Message} Syncs go on; the audit tries again.")]
        public static partial void NotRecovered(ILogger logger, string connection, FaultKind kind, string message);
    }
}
