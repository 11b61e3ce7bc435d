using StoreClaw.Connections;
using StoreClaw.Connectors;

namespace StoreClaw.Sync;

/// <summary>Finds which stores are due and queues their turns. Does no work of its own.</summary>
public sealed class SyncSchedule(ConnectorRegistry registry, IConnectionDirectory connections, SyncCursors cursors, SyncService sync, TimeProvider time)
{
    public async Task QueueDueAsync(CancellationToken cancellationToken)
    {
        foreach (var connection in await connections.ListAsync(cancellationToken))
        {
            if (connection.Status != ConnectionStatus.Connected || registry.Find(connection.Connector) is not { } connector)
            {
                continue;
            }

            var known = await cursors.ListAsync(connection.Id, cancellationToken);
            var due = connector.Readers.Keys.Where(resource => IsDue(known.GetValueOrDefault(resource))).ToList();
            if (due.Count > 0)
            {
                await sync.QueueAsync(connection, due, since: null, asked: false, cancellationToken);
            }
        }
    }

    /// <summary>One that should long be done is queued again: its message may have been lost with the process that was to write the next.</summary>
    private bool IsDue(SyncCursor? cursor) => cursor is null || cursor.DueAt <= time.GetUtcNow();
}
