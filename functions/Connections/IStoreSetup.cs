namespace StoreClaw.Connections;

/// <summary>What follows when a store is connected or found removed; done by those who know webhooks, syncs and notices.</summary>
public interface IStoreSetup
{
    /// <summary>Registers webhooks and queues the first backfill. Webhooks that cannot be registered do not fail it: the audit tries again, and syncs go on without.</summary>
    Task ConnectedAsync(Connection connection, CancellationToken cancellationToken);

    /// <summary>Tells the team.</summary>
    Task RemovedAsync(Connection connection, CancellationToken cancellationToken);
}
