namespace StoreClaw.Connectors.Http;

/// <summary>Renews a store's access token in the middle of a call, once across all instances.</summary>
public interface ITokenRefresher
{
    /// <summary>Leaves newer secrets in <see cref="StoreSession.Secrets"/>, whether renewed here or found renewed by another instance.</summary>
    /// <exception cref="PlatformException">
    /// The platform refused; <see cref="FaultKind.CredentialsRejected"/> when the grant itself is no longer good.
    /// </exception>
    Task RefreshAsync(Connector connector, StoreSession store, CancellationToken cancellationToken);
}
