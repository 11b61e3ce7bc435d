using System.Text.Json;
using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Connectors.Http;
using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Tests.Connectors;

/// <summary>
/// What every connector must do, proved over its simulated platform on real sockets. A connector's test class inherits all of it and adds only
/// what is odd about its platform. After each test the log and all faults are searched for secrets.
/// </summary>
public abstract partial class ConnectorContract(Connector connector) : IAsyncLifetime
{
    private readonly List<StoreSession> _sessions = [];

    protected Connector Connector => connector;

    protected SkippingTime Time { get; } = new(new DateTimeOffset(2026, 8, 20, 9, 0, 0, TimeSpan.Zero));

    protected ISimulatedPlatform Platform { get; private set; } = null!;

    protected Pipeline Pipeline { get; private set; } = null!;

    protected SimStore Shop => Platform.Shop;

    /// <summary>False where the platform sets stock without comparing.</summary>
    protected virtual bool ComparesStock => true;

    protected virtual ShopProfile Profile => ShopProfile.AmericanFashion with
    {
        Days = 12,
        OrdersPerDay = 4,
        Products = 8,
        EarlierCustomers = 15,
        RefundedShare = 0.2,
        CancelledShare = 0.1,
        TestShare = 0.05,
    };

    public async Task InitializeAsync()
    {
        Platform = await StartPlatformAsync(SimStore.Generate(Profile, 11, Time), Time);
        Pipeline = new Pipeline(connector.Descriptor.Id, Platform.BaseUrl, Time);
    }

    public async Task DisposeAsync()
    {
        var typed = connector.Descriptor.Fields.Where(static field => field.Secret)
            .SelectMany(field => new[] { Platform.Fields, Platform.WrongKeys }.Select(fields => fields[field.Name]));
        var held = _sessions.SelectMany(static session => session.Secrets).Where(static secret => secret.Key != "mode").Select(static secret => secret.Value.Reveal());
        Pipeline.Log.AssertFreeOf([.. typed, .. Platform.Secrets, .. held]);
        Pipeline.Dispose();
        await Platform.DisposeAsync();
    }

    [Fact]
    public async Task Connects_with_good_credentials()
    {
        var grant = await GrantAsync(Platform.Fields);
        var again = await GrantAsync(Platform.Fields);

        Assert.Equal(grant.Store, again.Store);
        Assert.NotEmpty(grant.Secrets);
        Assert.Empty(connector.Descriptor.Scopes.Except(grant.Scopes));
        Assert.Equal(Shop.Profile.Currency, grant.Facts["currency"]);
        Assert.Equal(Shop.Profile.TimeZone, grant.Facts["timeZone"]);
        Assert.Equal(connector.Descriptor.TokenLifetime is null, grant.ExpiresAt is null);
    }

    [Fact]
    public async Task Wrong_keys_are_called_so()
    {
        var fault = await Pipeline.FaultOfAsync(() => GrantAsync(Platform.WrongKeys));

        Assert.Equal(FaultKind.CredentialsRejected, fault.Kind);
    }

    [Fact]
    public async Task A_store_that_is_not_there_is_called_so()
    {
        var fault = await Pipeline.FaultOfAsync(() => GrantAsync(Platform.WrongStore));

        Assert.Contains(fault.Kind, new[] { FaultKind.NotFound, FaultKind.StoreUnavailable, FaultKind.Unreachable });
    }

    [Fact]
    public async Task An_unreachable_platform_is_called_so()
    {
        Pipeline.Line.NextUnreachable(PlatformClient.MaxRepeats + 1);

        var fault = await Pipeline.FaultOfAsync(() => GrantAsync(Platform.Fields));

        Assert.Equal(FaultKind.Unreachable, fault.Kind);
    }

    [Fact]
    public void Every_required_field_is_asked_for()
    {
        foreach (var field in connector.Descriptor.Fields.Where(static field => field.Required))
        {
            var plan = connector.Authorization.Plan(Input(Platform.Fields.Where(pair => pair.Key != field.Name)));

            var refused = Assert.IsType<ConnectPlan.Refused>(plan);
            Assert.Contains(refused.Errors, error => error.Field == field.Name && error.Message.Length > 0 && error.Remedy.Length > 0);
        }
    }

    [Fact]
    public async Task An_expired_token_is_renewed_once_and_the_call_made_again()
    {
        var store = await ConnectAsync();
        if (connector.Descriptor.TokenLifetime is null)
        {
            return;
        }

        Platform.ExpireTokens();

        Assert.NotEmpty((await FirstPageAsync(store)).Changes);
        Assert.NotEmpty((await FirstPageAsync(store)).Changes);
        Assert.Equal(1, Pipeline.Refreshes);
    }

    [Fact]
    public async Task Access_taken_away_asks_for_a_new_connect()
    {
        var store = await ConnectAsync();
        Platform.RevokeAccess();

        var fault = await Pipeline.FaultOfAsync(() => FirstPageAsync(store));

        Assert.Equal(FaultKind.CredentialsRejected, fault.Kind);
    }

    protected abstract Task<ISimulatedPlatform> StartPlatformAsync(SimStore shop, TimeProvider time);

    /// <summary>A connected store.</summary>
    protected async Task<StoreSession> ConnectAsync()
    {
        var grant = await GrantAsync(Platform.Fields);
        var store = Pipeline.Session(connector, grant.Store, grant.Secrets, grant.Facts);
        _sessions.Add(store);
        return store;
    }

    protected async Task<Grant> GrantAsync(IReadOnlyDictionary<string, string> fields)
    {
        var plan = Assert.IsType<ConnectPlan.Ready>(connector.Authorization.Plan(Input(fields)));
        var grant = await connector.Authorization.GrantAsync(Pipeline.Session(connector, plan.Store, plan.Secrets), Time.GetUtcNow(), CancellationToken.None);
        _sessions.Add(Pipeline.Session(connector, grant.Store, grant.Secrets));
        return grant;
    }

    /// <summary>A record as text, for comparing all of it.</summary>
    protected static string Text(RecordChange change) => JsonSerializer.Serialize((object)change.Record, JsonText.Options);

    private static ConnectInput Input(IEnumerable<KeyValuePair<string, string>> fields) =>
        new(fields.ToDictionary(static pair => pair.Key, static pair => new Secret(pair.Value)), App: null, LiftAddressRules: true);
}
