using StoreClaw.Common;
using StoreClaw.Connections;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Connections.Vault;

public sealed class SecretReferencesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("storeclaw-vault-");

    private readonly LocalSecretVault _vault;

    public SecretReferencesTests() => _vault = new LocalSecretVault(_folder.FullName, new SeededRandomness(1), new ManualTime());

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData("  ", null)]
    [InlineData("plain", "plain")]
    [InlineData("@secretive", "@secretive")]
    [InlineData("@secret:shopee-client", "from the vault")]
    [InlineData("@secret: shopee-client ", "from the vault")]
    public async Task A_setting_is_the_secret_or_its_name(string? configured, string? expected)
    {
        await _vault.SetAsync("shopee-client", new SecretBundle([KeyValuePair.Create("value", new Secret("from the vault"))]), CancellationToken.None);
        Assert.Equal(expected, (await _vault.ResolveAsync(configured, CancellationToken.None))?.Reveal());
    }

    [Fact]
    public async Task A_reference_that_leads_nowhere_is_told_with_the_remedy()
    {
        var missing = await Assert.ThrowsAsync<VaultException>(() => _vault.ResolveAsync("@secret:shopee", CancellationToken.None));
        Assert.Equal(VaultFailure.Missing, missing.Reason);
        Assert.Contains("@secret:shopee", missing.Remedy, StringComparison.Ordinal);
        await _vault.SetAsync("shopee", new SecretBundle([KeyValuePair.Create("other", new Secret("canary"))]), CancellationToken.None);
        missing = await Assert.ThrowsAsync<VaultException>(() => _vault.ResolveAsync("@secret:shopee", CancellationToken.None));
        Assert.Equal(VaultFailure.Missing, missing.Reason);
        Assert.DoesNotContain("canary", missing.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_given_as_the_name_is_not_repeated()
    {
        var refusal = await Assert.ThrowsAsync<VaultException>(() => _vault.ResolveAsync("@secret:CANARY_1", CancellationToken.None));
        Assert.Equal(VaultFailure.BadName, refusal.Reason);
        Assert.DoesNotContain("CANARY_1", refusal.ToString(), StringComparison.Ordinal);
    }
}
