using StoreClaw.Common;
using StoreClaw.Connectors;

namespace StoreClaw.Connections;

/// <summary>The apps that were registered on the platforms, as the settings name them.</summary>
public sealed class AppClients(AppSettings settings, CachedSecretVault vault)
{
    /// <summary>Null when client id or secret is not set.</summary>
    /// <exception cref="VaultException">A setting is a reference and the vault does not answer, or has none of that name.</exception>
    public async Task<AppClient?> FindAsync(ConnectorDescriptor connector, CancellationToken cancellationToken)
    {
        var id = connector.Id;
        var clientId = await vault.ResolveAsync(settings.Connector(id, "ClientId"), cancellationToken);
        var clientSecret = await vault.ResolveAsync(settings.Connector(id, "ClientSecret"), cancellationToken);
        if (clientId is null || clientSecret is null)
        {
            return null;
        }

        return new AppClient(clientId.Reveal(), clientSecret, await SettingsAsync(connector, cancellationToken));
    }

    /// <summary>The values of <see cref="ConnectorDescriptor.AppSettings"/> that are set, by key; also where there is no app.</summary>
    /// <exception cref="VaultException">A setting is a reference and the vault does not answer, or has none of that name.</exception>
    public async Task<IReadOnlyDictionary<string, Secret>> SettingsAsync(ConnectorDescriptor connector, CancellationToken cancellationToken)
    {
        var values = new Dictionary<string, Secret>();
        foreach (var setting in connector.AppSettings)
        {
            if (await vault.ResolveAsync(settings.Connector(connector.Id, setting.Name), cancellationToken) is { } value)
            {
                values[setting.Key] = value;
            }
        }

        return values;
    }

    /// <summary>The settings that an approval in the browser cannot do without and that are not there.</summary>
    public IReadOnlyList<string> Missing(ConnectorDescriptor connector) =>
    [
        .. connector.AppSettings.Where(static setting => setting.Required).Select(static setting => setting.Name).Prepend("ClientSecret").Prepend("ClientId")
            .Where(name => string.IsNullOrEmpty(settings.Connector(connector.Id, name)))
            .Select(name => $"Connectors__{connector.Id}__{name}"),
    ];
}
