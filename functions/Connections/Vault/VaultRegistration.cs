using Azure.Core;
using Azure.Identity;
using Azure.Security.KeyVault.Secrets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace StoreClaw.Connections;

public static class VaultRegistration
{
    /// <summary>
    /// Key Vault when KeyVault__Uri is set, else encrypted files; behind <see cref="CachedSecretVault"/> either way. Wants a TimeProvider and a
    /// Randomness among the services. Nothing is opened or signed in before the first use.
    /// </summary>
    /// <exception cref="InvalidOperationException">A setting is wrong, see <see cref="VaultSettings.Read"/>.</exception>
    public static IServiceCollection AddSecretVault(this IServiceCollection services, IConfiguration configuration)
    {
        var settings = VaultSettings.Read(configuration);
        if (settings.KeyVaultUri is { } uri)
        {
            services.TryAddSingleton<TokenCredential>(static _ => new DefaultAzureCredential());
            services.AddSingleton(provider => new SecretClient(uri, provider.GetRequiredService<TokenCredential>(), KeyVaultSecretVault.NewOptions()));
            services.AddSingleton<KeyVaultSecretVault>();
            services.AddSingleton(static provider => Cached<KeyVaultSecretVault>(provider));
        }
        else
        {
            services.AddSingleton(provider => ActivatorUtilities.CreateInstance<LocalSecretVault>(provider, settings.LocalFolder));
            services.AddSingleton(static provider => Cached<LocalSecretVault>(provider));
        }

        return services.AddSingleton<ISecretVault>(static provider => provider.GetRequiredService<CachedSecretVault>());
    }

    private static CachedSecretVault Cached<T>(IServiceProvider provider)
        where T : ISecretVault => new(provider.GetRequiredService<T>(), provider.GetRequiredService<TimeProvider>());
}
