using Microsoft.Extensions.Logging;
using StoreClaw.Connectors;
using StoreClaw.Notifications;

namespace StoreClaw.Connections;

/// <summary>Ends a connection's good standing, with one notice however many notice it.</summary>
public sealed partial class ConnectionHealth(ConnectionTable connections, StoreSessions sessions, INotifier notifier, ILogger<ConnectionHealth> logger)
{
    /// <summary>The platform refuses the stored grant itself: only the seller can mend that, by connecting again.</summary>
    public Task RejectedAsync(string connectionId, PlatformFault fault, CancellationToken cancellationToken) => EndAsync(
        connectionId,
        ConnectionStatus.ReauthorizationRequired,
        connection => new LocalizedMessage(
            new ChannelMessage($"{connection.Store} must be connected again", [MessageLine.Text(new Span(fault.Message, Tone.Bad)), MessageLine.Text(new Span("Orders and stock of this store are not kept in step until then."))]),
            new ChannelMessage($"{connection.Store} 需要重新授权", [MessageLine.Text(new Span(fault.Message, Tone.Bad)), MessageLine.Text(new Span("在此之前，该店铺的订单和库存不会同步。"))])),
        cancellationToken);

    /// <summary>The seller took the access away on the platform.</summary>
    public Task RemovedAsync(string connectionId, CancellationToken cancellationToken) => EndAsync(
        connectionId,
        ConnectionStatus.Disconnected,
        static connection => new LocalizedMessage(
            new ChannelMessage($"{connection.Store} was disconnected on the platform", [MessageLine.Text(new Span("Its history is kept. Connect the store again to go on."))]),
            new ChannelMessage($"{connection.Store} 已在平台上断开", [MessageLine.Text(new Span("历史数据已保留。重新连接店铺即可继续。"))])),
        cancellationToken);

    private async Task EndAsync(string connectionId, ConnectionStatus status, Func<Connection, LocalizedMessage> message, CancellationToken cancellationToken)
    {
        var changed = await connections.ChangeAsync(connectionId, connection => connection.Status == ConnectionStatus.Connected ? connection with { Status = status } : null, cancellationToken);
        sessions.Forget(connectionId);
        if (changed is not null)
        {
            Log.Ended(logger, connectionId, status);
            await notifier.NotifyAsync(
                new Notice($"{status}|{connectionId}|{changed.ConnectedAt.UtcTicks}", $"authorization|{connectionId}", Urgency.Critical, message(changed)), null, cancellationToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Connection {Connection} is now {Status}")]
        public static partial void Ended(ILogger logger, string connection, ConnectionStatus status);
    }
}
