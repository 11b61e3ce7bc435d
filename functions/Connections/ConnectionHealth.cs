using Microsoft.Extensions.Logging;
using StoreClaw.Alerts;
using StoreClaw.Connectors;

namespace StoreClaw.Connections;

/// <summary>Ends a connection's good standing, with one alert however many notice it.</summary>
public sealed partial class ConnectionHealth(ConnectionTable connections, StoreSessions sessions, AlertBook alerts, ILogger<ConnectionHealth> logger)
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
        await alerts.SeenAsync(Access.Rejected(changed, fault.Message), cancellationToken);
    }

    /// <summary>Tells that the seller took the access away on the platform.</summary>
    public async Task RemovedAsync(Connection connection, CancellationToken cancellationToken)
    {
        await alerts.ForgetAsync(connection.Id, cancellationToken);
        await alerts.SeenAsync(Access.Removed(connection), cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Connection {Connection} must be authorized again ({Code})")]
        public static partial void Rejected(ILogger logger, string connection, string code);
    }
}
