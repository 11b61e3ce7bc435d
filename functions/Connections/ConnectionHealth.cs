using Microsoft.Extensions.Logging;
using StoreClaw.Connectors;
using StoreClaw.Notifications;

namespace StoreClaw.Connections;

/// <summary>Ends a connection's good standing, with one notice however many notice it.</summary>
public sealed partial class ConnectionHealth(ConnectionTable connections, StoreSessions sessions, INotifier notifier, ILogger<ConnectionHealth> logger)
{
    /// <summary>The platform refuses the stored grant itself: only the seller can mend that, by connecting again.</summary>
    public async Task RejectedAsync(string connectionId, PlatformFault fault, CancellationToken cancellationToken)
    {
        var changed = await connections.ChangeAsync(
            connectionId,
            static connection => connection.Status == ConnectionStatus.Connected ? connection with { Status = ConnectionStatus.ReauthorizationRequired } : null,
            cancellationToken);
        sessions.Forget(connectionId);
        if (changed is null)
        {
            return;
        }

        Log.Rejected(logger, connectionId, fault.Code);
        await TellAsync(
            changed,
            "rejected",
            new LocalizedMessage(
                new ChannelMessage($"{changed.Store} must be connected again", [MessageLine.Text(new Span(fault.Message, Tone.Bad)), MessageLine.Text(new Span("Until then StoreClaw gets nothing new from it."))]),
                new ChannelMessage($"{changed.Store} 需要重新授权", [MessageLine.Text(new Span(fault.Message, Tone.Bad)), MessageLine.Text(new Span("在此之前，StoreClaw 无法获取其新数据。"))])),
            cancellationToken);
    }

    /// <summary>Tells that the seller took the access away on the platform.</summary>
    public Task RemovedAsync(Connection connection, CancellationToken cancellationToken) => TellAsync(
        connection,
        "removed",
        new LocalizedMessage(
            new ChannelMessage($"{connection.Store} was disconnected on the platform", [MessageLine.Text(new Span("Its history is kept. Connect the store again to go on."))]),
            new ChannelMessage($"{connection.Store} 已在平台上断开", [MessageLine.Text(new Span("历史数据已保留。重新连接店铺即可继续。"))])),
        cancellationToken);

    private Task TellAsync(Connection connection, string what, LocalizedMessage message, CancellationToken cancellationToken) => notifier.NotifyAsync(
        new Notice($"{what}|{connection.Id}|{connection.ConnectedAt.UtcTicks}", $"authorization|{connection.Id}", Urgency.Critical, message), null, cancellationToken);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Connection {Connection} must be authorized again ({Code})")]
        public static partial void Rejected(ILogger logger, string connection, string code);
    }
}
