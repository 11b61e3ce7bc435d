using Azure.Identity;
using Azure.Security.KeyVault.Secrets;
using Microsoft.Extensions.Logging.Abstractions;
using StoreClaw.Connections;

namespace StoreClaw.Tests.Connections.Vault;

public sealed class KeyVaultSecretVaultTests : SecretVaultSuite, IAsyncLifetime
{
    private KeyVaultServer _server = null!;

    private ISecretVault _vault = null!;

    protected override ISecretVault Vault => _vault;

    public async Task InitializeAsync()
    {
        _server = await KeyVaultServer.StartAsync(Time);
        _vault = NewVault();
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task The_first_call_takes_the_challenge_and_shows_no_secret_before()
    {
        await Vault.SetAsync("a", Bundle(("k", "1")), None);
        await Vault.GetAsync("a", None);
        Assert.Equal(["GET /secrets/a 401", "GET /secrets/a 404", "PUT /secrets/a 200", "GET /secrets/a 200"], _server.Log);
        Assert.Equal(1, _server.Credential.Count);
        await NewVault().SetAsync("b", Bundle(("k", "1")), None);
        Assert.Equal(0, _server.UnauthenticatedBytes);
    }

    [Fact]
    public async Task A_challenge_for_another_domain_gets_no_token()
    {
        _server.ChallengeResource = "https://vault.example.net";
        var failure = await FailsAsync(VaultFailure.Unavailable, () => Vault.GetAsync("a", None));
        Assert.Contains("KeyVault__Uri", failure.Remedy, StringComparison.Ordinal);
        Assert.Equal(0, _server.Credential.Count);
    }

    [Fact]
    public async Task A_text_put_by_hand_is_the_plain_value()
    {
        var version = _server.PutByHand("Shopee-Secret", "{\"not\":\"a bundle\"}");
        var read = await Vault.GetAsync("shopee-secret", None);
        Assert.Equal(version, read?.Version);
        Assert.Equal("{\"not\":\"a bundle\"}", Assert.Single(read!.Values, static pair => pair.Key == SecretBundle.PlainKey).Value.Reveal());
    }

    [Theory]
    [InlineData("canary")]
    [InlineData("{\"k\":\"canary\"")]
    [InlineData("{\"k\":{\"x\":\"canary\"}}")]
    [InlineData("{\"k\":null,\"l\":\"canary\"}")]
    [InlineData("[\"canary\"]")]
    [InlineData("null")]
    public async Task A_broken_bundle_is_told_with_the_remedy(string value)
    {
        _server.PutByHand("a", value, "application/json");
        var failure = await FailsAsync(VaultFailure.Unreadable, () => Vault.GetAsync("a", None));
        Assert.Contains("KeyVault__Uri", failure.Remedy, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_version_before_one_put_by_hand_is_the_newest_enabled_other()
    {
        _server.PageSize = 2;
        List<string> versions = [];
        for (var i = 1; i <= 7; i++)
        {
            Time.Advance(TimeSpan.FromMinutes(1));
            versions.Add(await Vault.SetAsync("a", Bundle(("k", $"{i}")), None));
        }

        Time.Advance(TimeSpan.FromMinutes(1));
        _server.PutByHand("a", "{\"k\":\"8\"}", "application/json");
        Assert.Equal("8", (await Vault.GetAsync("a", None))?["k"]?.Reveal());
        Assert.Equal("7", (await Vault.GetPreviousAsync("a", None))?["k"]?.Reveal());
        _server.Disable("a", versions[6]);
        Assert.Equal("6", (await Vault.GetPreviousAsync("a", None))?["k"]?.Reveal());
        await Vault.SetAsync("a", Bundle(("k", "9")), None);
        Assert.Equal("8", (await Vault.GetPreviousAsync("a", None))?["k"]?.Reveal());
    }

    [Fact]
    public async Task The_only_version_put_by_hand_has_none_before()
    {
        _server.PutByHand("a", "plain");
        Assert.Null(await Vault.GetPreviousAsync("a", None));
    }

    [Fact]
    public async Task A_disabled_version_is_told_as_the_current_and_left_out_as_the_previous()
    {
        await Vault.SetAsync("a", Bundle(("k", "1")), None);
        Time.Advance(TimeSpan.FromMinutes(1));
        var second = await Vault.SetAsync("a", Bundle(("k", "2")), None);
        _server.Disable("a", second);
        var failure = await FailsAsync(VaultFailure.Forbidden, () => Vault.GetAsync("a", None));
        Assert.Contains("disabled", failure.Message, StringComparison.Ordinal);
        await Vault.SetAsync("a", Bundle(("k", "3")), None);
        Assert.Equal("3", (await Vault.GetAsync("a", None))?["k"]?.Reveal());
        Assert.Null(await Vault.GetPreviousAsync("a", None));
    }

    [Fact]
    public async Task Certificates_and_foreign_names_are_not_listed()
    {
        _server.PageSize = 1;
        _server.PutByHand("certificate", "x", managed: true);
        _server.PutByHand("Foreign", "x");
        await Vault.SetAsync("a", Bundle(("k", "1")), None);
        Assert.Equal(["a"], await NamesAsync());
    }

    [Fact]
    public async Task A_name_being_deleted_or_recovered_is_waited_for()
    {
        _server.DeletionTakes = TimeSpan.FromSeconds(5);
        _server.RecoveryTakes = TimeSpan.FromSeconds(3);
        await Vault.SetAsync("a", Bundle(("k", "1")), None);
        await Vault.DeleteAsync("a", None);
        await Vault.DeleteAsync("a", None);
        await Time.PassForAsync(Vault.SetAsync("a", Bundle(("k", "2")), None));
        Assert.Equal("2", (await Vault.GetAsync("a", None))?["k"]?.Reveal());
        Assert.Null(await Vault.GetPreviousAsync("a", None));
        Assert.Single(_server.Log, static line => line == "POST /deletedsecrets/a/recover 200");
        Assert.Equal(5, _server.Log.Count(static line => line == "PUT /secrets/a 409"));
    }

    [Fact]
    public async Task A_name_that_stays_busy_is_told_in_the_end()
    {
        _server.RecoveryTakes = TimeSpan.FromHours(1);
        await Vault.SetAsync("a", Bundle(("k", "1")), None);
        await Vault.DeleteAsync("a", None);
        await FailsAsync(VaultFailure.Unavailable, () => Time.PassForAsync(Vault.SetAsync("a", Bundle(("k", "2")), None)));
        Assert.Equal(10, _server.Log.Count(static line => line == "PUT /secrets/a 409"));
        await FailsAsync(VaultFailure.Unavailable, () => Vault.DeleteAsync("a", None));
    }

    [Fact]
    public async Task Forbidden_names_the_role()
    {
        _server.FailNext(1, 403);
        var failure = await FailsAsync(VaultFailure.Forbidden, () => Vault.GetAsync("a", None));
        Assert.Contains("'Key Vault Secrets Officer'", failure.Remedy, StringComparison.Ordinal);
        Assert.Contains("KeyVault__Uri", failure.Remedy, StringComparison.Ordinal);
        _server.FailNext(1, 403);
        await FailsAsync(VaultFailure.Forbidden, () => Vault.SetAsync("a", Bundle(), None));
        _server.FailNext(1, 403);
        await FailsAsync(VaultFailure.Forbidden, () => Vault.DeleteAsync("a", None));
        _server.FailNext(1, 403);
        await FailsAsync(VaultFailure.Forbidden, NamesAsync);
    }

    [Fact]
    public async Task Throttling_is_waited_out_and_told_when_it_lasts()
    {
        await Vault.SetAsync("a", Bundle(("k", "1")), None);
        _server.Log.Clear();
        _server.FailNext(2, 429, headers: ("retry-after-ms", "3"));
        Assert.NotNull(await Vault.GetAsync("a", None));
        Assert.Equal(["GET /secrets/a 429", "GET /secrets/a 429", "GET /secrets/a 200"], _server.Log);
        _server.FailNext(4, 429, headers: [("retry-after-ms", "3"), ("Retry-After", "17")]);
        var failure = await FailsAsync(VaultFailure.Throttled, () => Vault.GetAsync("a", None));
        Assert.Equal(TimeSpan.FromSeconds(17), failure.RetryAfter);
    }

    [Fact]
    public async Task A_failing_or_silent_vault_is_unavailable()
    {
        _server.FailNext(4, 500, static _ => "<html>");
        await FailsAsync(VaultFailure.Unavailable, () => Vault.GetAsync("a", None));
        _server.FailNext(1, 200, static _ => "<html>");
        await FailsAsync(VaultFailure.Unavailable, () => Vault.GetAsync("a", None));
        _server.HangNext(4);
        await FailsAsync(VaultFailure.Unavailable, () => NewVault(static options => options.Retry.NetworkTimeout = TimeSpan.FromMilliseconds(50)).GetAsync("a", None));
        await _server.StopAsync();
        var failure = await FailsAsync(VaultFailure.Unavailable, () => NewVault().GetAsync("a", None));
        Assert.Contains("KeyVault__Uri", failure.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_identity_is_forbidden_and_a_failed_sign_in_unavailable()
    {
        _server.Credential.Failure = new CredentialUnavailableException("no managed identity");
        Assert.Contains("managed identity", (await FailsAsync(VaultFailure.Forbidden, () => Vault.GetAsync("a", None))).Remedy, StringComparison.Ordinal);
        _server.Credential.Failure = new AuthenticationFailedException("the endpoint timed out");
        await FailsAsync(VaultFailure.Unavailable, () => Vault.GetAsync("a", None));
    }

    private KeyVaultSecretVault NewVault(Action<SecretClientOptions>? configure = null) => new(_server.NewClient(configure), Time, NullLogger<KeyVaultSecretVault>.Instance);
}
