using Microsoft.Extensions.Logging;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Connectors.Http;
using StoreClaw.Storage;

namespace StoreClaw.Connections;

/// <summary>
/// One refresh per connection, however many processes want it: a lease, a look whether somebody else has done it, the refresh, the new token in the vault before
/// its first use. A rejected grant counts only when the token that was tried is still the stored one.
/// </summary>
public sealed partial class TokenRefresher(ConnectionSecrets secrets, ConnectionTable connections, Leases leases, TimeProvider time, ILogger<TokenRefresher> logger) : ITokenRefresher
{
    private const int Looks = 5;

    private static readonly TimeSpan LeaseTime = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(250);

    public async Task RefreshAsync(Connector connector, StoreSession store, CancellationToken cancellationToken)
    {
        var giveUp = time.GetUtcNow() + Patience;
        while (time.GetUtcNow() < giveUp)
        {
            await using var lease = await leases.TryAcquireAsync($"token|{store.ConnectionId}", LeaseTime, cancellationToken);

            // Read past the cache, with the lease or without: whoever had it before may have written.
            if (await RenewedElsewhereAsync(connector, store, cancellationToken))
            {
                return;
            }

            if (lease is not null)
            {
                await RefreshAloneAsync(connector, store, cancellationToken);
                return;
            }

            await Task.Delay(Glance, time, cancellationToken);
        }

        throw new PlatformException(new PlatformFault(FaultKind.PlatformFailure, "refresh-busy", "Another process has been renewing the access token for too long.", TimeSpan.FromMinutes(1)));
    }

    private async Task<bool> RenewedElsewhereAsync(Connector connector, StoreSession store, CancellationToken cancellationToken)
    {
        if (await secrets.ReadThroughAsync(connector, store.ConnectionId, cancellationToken) is not { } stored || Same(stored, store.Secrets))
        {
            return false;
        }

        store.Secrets = stored;
        return true;
    }

    private async Task RefreshAloneAsync(Connector connector, StoreSession store, CancellationToken cancellationToken)
    {
        Grant? grant;
        try
        {
            grant = await AskAsync(connector, store, cancellationToken);
        }
        catch (PlatformException rejected) when (rejected.Fault.Kind == FaultKind.CredentialsRejected)
        {
            // Somebody whose lease ran out while he asked may be about to write what he got: a dead token is one that stayed the stored one.
            for (var look = 0; look < Looks; look++)
            {
                await Task.Delay(Glance * 4, time, cancellationToken);
                if (await RenewedElsewhereAsync(connector, store, cancellationToken))
                {
                    return;
                }
            }

            throw;
        }

        if (grant is null)
        {
            throw new PlatformException(new PlatformFault(FaultKind.CredentialsRejected, "token-refused", "The platform no longer accepts the key. Connect the store again with a new one."));
        }

        // From here on the issuer may know the new token only: nothing may come between it and the vault.
        await secrets.SetAsync(store.ConnectionId, grant.Secrets, CancellationToken.None);
        store.Secrets = grant.Secrets;
        Log.Renewed(logger, store.ConnectionId);
        await connections.ChangeAsync(
            store.ConnectionId, connection => connection with { TokenExpiresAt = Lifetimes.End(connector.Descriptor, grant, time.GetUtcNow()) }, cancellationToken);
    }

    private async Task<Grant?> AskAsync(Connector connector, StoreSession store, CancellationToken cancellationToken)
    {
        try
        {
            return await connector.Authorization.RefreshAsync(store, time.GetUtcNow(), cancellationToken);
        }
        catch (PlatformException rejected) when (rejected.Fault.Kind == FaultKind.CredentialsRejected)
        {
            // A refresh whose answer was lost leaves the version before in force with the issuer; it is still in the vault.
            if (await secrets.GetPreviousAsync(connector, store.ConnectionId, cancellationToken) is not { } previous || Same(previous, store.Secrets))
            {
                throw;
            }

            store.Secrets = previous;
            return await connector.Authorization.RefreshAsync(store, time.GetUtcNow(), cancellationToken);
        }
    }

    private static bool Same(IReadOnlyDictionary<string, Secret> one, IReadOnlyDictionary<string, Secret> other) =>
        one.Count == other.Count && one.All(pair => other.TryGetValue(pair.Key, out var value) && value.Equals(pair.Value));

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Connection {Connection} has a new access token")]
        public static partial void Renewed(ILogger logger, string connection);
    }
}

/// <summary>When an access token ends.</summary>
internal static class Lifetimes
{
    /// <summary>As the answer says; where it says nothing sensible, as the platform's documentation does. An answer without an end never switches renewal off.</summary>
    public static DateTimeOffset? End(ConnectorDescriptor descriptor, Grant grant, DateTimeOffset now) =>
        descriptor.TokenLifetime is not { } usual ? null : grant.ExpiresAt is { } told && told > now ? told : now + usual;
}
