using Azure.Core;
using Azure.Identity;
using Azure.Security.KeyVault.Secrets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using StoreClaw.Common;
using StoreClaw.Connections;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Connections.Vault;

public sealed class VaultRegistrationTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("storeclaw-vault-");

    private readonly ManualTime _time = new();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Without_a_vault_address_secrets_are_files_behind_the_cache()
    {
        await using var services = Services(("Secrets:Path", Path.Combine(_folder.FullName, "s")));
        var vault = services.GetRequiredService<ISecretVault>();
        Assert.Same(services.GetRequiredService<CachedSecretVault>(), vault);
        Assert.Empty(_folder.GetFileSystemInfos());
        await vault.SetAsync("a", new SecretBundle([KeyValuePair.Create("value", new Secret("1"))]), CancellationToken.None);
        Assert.True(File.Exists(Path.Combine(_folder.FullName, "s", "secret.a")));
        File.Delete(Path.Combine(_folder.FullName, "s", "secret.a"));
        Assert.NotNull(await vault.GetAsync("a", CancellationToken.None));
        Assert.Null(services.GetService<SecretClient>());
    }

    [Fact]
    public async Task With_a_vault_address_secrets_are_there_behind_the_cache()
    {
        await using var server = await KeyVaultServer.StartAsync(_time);
        await using var services = Services(server, ("KeyVault:Uri", $"https://{server.Host}/"));
        var vault = services.GetRequiredService<ISecretVault>();
        Assert.Empty(server.Log);
        await vault.SetAsync("a", new SecretBundle([]), CancellationToken.None);
        await vault.GetAsync("a", CancellationToken.None);
        Assert.Equal(["GET /secrets/a 401", "GET /secrets/a 404", "PUT /secrets/a 200"], server.Log);
        Assert.Null(services.GetService<LocalSecretVault>());
    }

    [Fact]
    public async Task The_client_goes_to_the_configured_vault_with_the_default_credential()
    {
        await using var services = Services(("KeyVault:Uri", "https://team.vault.azure.net/"));
        Assert.Equal("https://team.vault.azure.net/", services.GetRequiredService<SecretClient>().VaultUri.AbsoluteUri);
        Assert.IsType<DefaultAzureCredential>(services.GetRequiredService<TokenCredential>());
    }

    [Fact]
    public void A_wrong_setting_stops_the_start() =>
        Assert.Throws<InvalidOperationException>(() => Services(("KeyVault:Uri", "team")));

    private ServiceProvider Services(params (string Name, string Value)[] settings) => Services(null, settings);

    private ServiceProvider Services(KeyVaultServer? server, params (string Name, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.Select(static setting => KeyValuePair.Create(setting.Name, (string?)setting.Value))).Build();
        var services = new ServiceCollection().AddLogging().AddSingleton<TimeProvider>(_time).AddSingleton<Randomness>(new SeededRandomness(5)).AddSecretVault(configuration);
        if (server is not null)
        {
            services.AddSingleton(server.NewClient());
        }

        return services.BuildServiceProvider();
    }
}
