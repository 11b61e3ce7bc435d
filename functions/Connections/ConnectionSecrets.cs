using StoreClaw.Common;
using StoreClaw.Connectors;

namespace StoreClaw.Connections;

/// <summary>
/// The secrets of connections as they are used: what was kept when a store was connected or its token renewed, and over it the app's as the settings have them now. So a client secret or a key that was
/// rotated in the settings needs no connecting again; the one before is still tried on deliveries.
/// </summary>
public sealed class ConnectionSecrets(CachedSecretVault vault, AppClients apps)
{
    private const string ClientId = "clientId";

    /// <summary>The vault's name of a connection's secrets.</summary>
    public static string NameOf(string connectionId) => $"connection-{connectionId}";

    /// <summary>At most 60 s old; null when nothing is kept.</summary>
    public async Task<IReadOnlyDictionary<string, Secret>?> GetAsync(Connector connector, string connectionId, CancellationToken cancellationToken) =>
        await WithAppAsync(connector, await vault.GetAsync(NameOf(connectionId), cancellationToken), cancellationToken);

    /// <inheritdoc cref="CachedSecretVault.GetFreshAsync"/>
    public async Task<IReadOnlyDictionary<string, Secret>?> GetFreshAsync(Connector connector, string connectionId, CancellationToken cancellationToken) =>
        await WithAppAsync(connector, await vault.GetFreshAsync(NameOf(connectionId), cancellationToken), cancellationToken);

    /// <inheritdoc cref="CachedSecretVault.ReadThroughAsync"/>
    public async Task<IReadOnlyDictionary<string, Secret>?> ReadThroughAsync(Connector connector, string connectionId, CancellationToken cancellationToken) =>
        await WithAppAsync(connector, await vault.ReadThroughAsync(NameOf(connectionId), cancellationToken), cancellationToken);

    /// <summary>The version before the present one; null when there is none.</summary>
    public async Task<IReadOnlyDictionary<string, Secret>?> GetPreviousAsync(Connector connector, string connectionId, CancellationToken cancellationToken) =>
        await WithAppAsync(connector, await vault.GetPreviousAsync(NameOf(connectionId), cancellationToken), cancellationToken);

    public Task SetAsync(string connectionId, IEnumerable<KeyValuePair<string, Secret>> secrets, CancellationToken cancellationToken) =>
        vault.SetAsync(NameOf(connectionId), new SecretBundle(secrets), cancellationToken);

    public Task DeleteAsync(string connectionId, CancellationToken cancellationToken) => vault.DeleteAsync(NameOf(connectionId), cancellationToken);

    /// <summary>Only of the very app that the store was connected through: another one in the settings cannot speak for it.</summary>
    private async Task<IReadOnlyDictionary<string, Secret>?> WithAppAsync(Connector connector, SecretBundle? kept, CancellationToken cancellationToken)
    {
        if (kept?[ClientId] is not { } id || await apps.FindAsync(connector.Descriptor, cancellationToken) is not { } app || app.Id != id.Reveal())
        {
            return kept?.Values;
        }

        var secrets = new Dictionary<string, Secret>(kept.Values, StringComparer.Ordinal);
        foreach (var (name, value) in app.ToSecrets())
        {
            if (secrets.TryGetValue(name, out var before) && !before.Equals(value))
            {
                secrets[name + StoreSession.PreviousSuffix] = before;
            }

            secrets[name] = value;
        }

        return secrets;
    }
}
