using Microsoft.Extensions.Configuration;
using StoreClaw.Connections;

namespace StoreClaw.Tests.Connections.Vault;

public sealed class VaultSettingsTests
{
    [Theory]
    [InlineData("https://team.vault.azure.net/", "https://team.vault.azure.net/")]
    [InlineData(" https://team.vault.azure.cn ", "https://team.vault.azure.cn/")]
    [InlineData("https://127.0.0.1:8443", "https://127.0.0.1:8443/")]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void The_vault_address_is_an_https_one(string? text, string? address) =>
        Assert.Equal(address, Read(("KeyVault:Uri", text)).KeyVaultUri?.AbsoluteUri);

    [Theory]
    [InlineData("team")]
    [InlineData("team.vault.azure.net")]
    [InlineData("/secrets")]
    [InlineData("http://team.vault.azure.net/")]
    [InlineData("http://127.0.0.1:8080/")]
    [InlineData("ftp://team.vault.azure.net/")]
    [InlineData("https://user:word@team.vault.azure.net/")]
    public void Any_other_address_is_refused_by_the_name_of_its_setting(string text)
    {
        var refusal = Assert.Throws<InvalidOperationException>(() => Read(("KeyVault:Uri", text)));
        Assert.Contains("KeyVault__Uri", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(text, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("@Microsoft.KeyVault(SecretUri=https://team.vault.azure.net/secrets/canary)")]
    [InlineData("@Microsoft.KeyVault(VaultName=team;SecretName=canary)")]
    [InlineData(" \"@microsoft.keyvault(canary")]
    public void A_reference_that_was_not_resolved_is_refused_wherever_it_stands(string value)
    {
        var refusal = Assert.Throws<InvalidOperationException>(() => Read(
            ("Connectors:shopee:ClientSecret", value), ("AzureWebJobsStorage", value), ("Connectors:shopee:ClientId", "fine"), ("KeyVault:Uri", "not looked at yet")));
        Assert.Contains(": AzureWebJobsStorage, Connectors__shopee__ClientSecret.", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("'Key Vault Secrets User'", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("ClientId", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_that_only_mentions_references_is_fine() =>
        Assert.Null(Read(("Note", "we use @Microsoft.KeyVault(...) elsewhere"), ("Other", "@secret:shopee")).KeyVaultUri);

    [Fact]
    public void Files_go_to_the_configured_folder_or_below_the_data_folder()
    {
        Assert.Equal(Path.GetFullPath(".storeclaw/secrets"), Read().LocalFolder);
        Assert.Equal(Path.GetFullPath("/data/secrets"), Read(("Embedded:DataPath", "/data")).LocalFolder);
        Assert.Equal(Path.GetFullPath("/elsewhere"), Read(("Embedded:DataPath", "/data"), ("Secrets:Path", "/elsewhere")).LocalFolder);
    }

    private static VaultSettings Read(params (string Name, string? Value)[] settings) => VaultSettings.Read(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(static setting => KeyValuePair.Create(setting.Name, setting.Value))).Build());
}
