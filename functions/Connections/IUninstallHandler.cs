namespace StoreClaw.Connections;

/// <summary>Acts on a platform's word that the seller took the access away.</summary>
public interface IUninstallHandler
{
    /// <summary>Proves it on the platform (the topic of a delivery is not signed), then ends the connection. Safe to repeat.</summary>
    Task UninstalledAsync(ConnectedStore store, CancellationToken cancellationToken);
}
