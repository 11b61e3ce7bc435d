using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
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

    /// <summary>False where the platform does not say in what currency and time zone a store lives.</summary>
    protected virtual bool TellsCurrencyAndZone => true;

    /// <summary>False where the platform's orders do not say what was given back.</summary>
    protected virtual bool TellsRefunds => true;

    /// <summary>False where the address of webhooks is typed into the platform's console.</summary>
    protected virtual bool RegistersByApi => true;

    /// <summary>False where a shop keeps one address per topic, so that registering replaces another's.</summary>
    protected virtual bool HoldsSeveralAddresses => true;

    /// <summary>False where the whole body is the signed thing.</summary>
    protected virtual bool SignsInAHeader => true;

    /// <summary>Which of the platform's published budgets a call counts against, for platforms that count each operation apart.</summary>
    protected virtual (string Key, RateBudget Budget) Metered(Uri call) => ("", connector.Descriptor.Budget);

    /// <summary>True where a budget refills by less than a call in the time that a call waits for its turn.</summary>
    protected virtual bool RefillsSlowly => false;

    /// <summary>False where the JSON is signed and not its layout, which a gateway may change.</summary>
    protected virtual bool SignsWhiteSpace => true;

    /// <summary>How many rows came with a call that finds some: of orders, or of what the platform has in their place.</summary>
    protected virtual async Task<int> CountAsync(StoreSession store) => (await FirstPageAsync(store)).Changes.Count;

    /// <summary>What the platform's webhooks tell of.</summary>
    protected virtual IEnumerable<Resource> Told => connector.Readers.Keys;

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
            .SelectMany(field => new[] { Platform.Fields, Platform.WrongKeys }.Select(fields => fields.GetValueOrDefault(field.Name)).OfType<string>())
            .Concat(Platform.App is { } app ? app.Settings.Values.Append(app.Secret).Select(static secret => secret.Reveal()) : []);
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
        Assert.NotEmpty(grant.Facts["name"]);
        if (TellsCurrencyAndZone)
        {
            Assert.Equal(Shop.Profile.Currency, grant.Facts["currency"]);
            Assert.Equal(Shop.Profile.TimeZone, grant.Facts["timeZone"]);
        }

        Assert.Equal(connector.Descriptor.TokenLifetime is null, grant.ExpiresAt is null);
    }

    [Fact]
    public virtual async Task Wrong_keys_are_called_so()
    {
        var app = Platform.App is { } right ? right with { Secret = new Secret("not-the-secret-of-this-app-0000000") } : null;

        var fault = await Pipeline.FaultOfAsync(() => GrantAsync(Platform.WrongKeys, app));

        Assert.Equal(FaultKind.CredentialsRejected, fault.Kind);
    }

    [Fact]
    public async Task A_store_that_is_not_there_is_called_so()
    {
        if (Platform.App is not null || Platform.WrongStore is not { } wrongStore)
        {
            // The platform itself lets the seller choose, or the key alone says which account it is.
            return;
        }

        var fault = await Pipeline.FaultOfAsync(() => GrantAsync(wrongStore));

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
            var plan = connector.Authorization.Plan(Input(Platform.Fields.Where(pair => pair.Key != field.Name), Platform.App));

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

        Assert.NotEqual(0, await CountAsync(store));
        Assert.NotEqual(0, await CountAsync(store));
        Assert.Equal(1, Pipeline.Refreshes);
    }

    [Fact]
    public async Task Access_taken_away_asks_for_a_new_connect()
    {
        var store = await ConnectAsync();
        Platform.RevokeAccess();

        var fault = await Pipeline.FaultOfAsync(() => CountAsync(store));

        Assert.Equal(FaultKind.CredentialsRejected, fault.Kind);
    }

    /// <summary>A call as the sync makes it: one whose turn is further off than a call waits comes back and is made again then.</summary>
    protected async Task<T> InTurnAsync<T>(Func<Task<T>> call)
    {
        while (true)
        {
            try
            {
                return await call();
            }
            catch (PlatformException e) when (e.Fault is { Code: "budget-spent", RetryAfter: { } wait } && RefillsSlowly)
            {
                Time.Advance(wait);
            }
        }
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

    protected Task<Grant> GrantAsync(IReadOnlyDictionary<string, string> fields) => GrantAsync(fields, Platform.App);

    private async Task<Grant> GrantAsync(IReadOnlyDictionary<string, string> fields, AppClient? app)
    {
        var grant = connector.Authorization.Plan(Input(fields, app)) switch
        {
            ConnectPlan.Ready ready => await connector.Authorization.GrantAsync(Pipeline.Session(connector, ready.Store, ready.Secrets), Time.GetUtcNow(), CancellationToken.None),
            ConnectPlan.Browser browser => await ExchangeAsync(Pipeline.Session(connector, browser.Store, browser.Secrets)),
            var other => throw new InvalidOperationException($"Right fields led to {other}."),
        };
        _sessions.Add(Pipeline.Session(connector, grant.Store, grant.Secrets));
        return grant;
    }

    private async Task<Grant> ExchangeAsync(StoreSession store)
    {
        const string State = "kq3J8v0m2xYt7Rb1Zc5W9nPd";
        var callbackUrl = new Uri($"https://storeclaw.example/oauth/{connector.Descriptor.Id}/callback");
        var challenge = Convert.ToBase64String(SHA256.HashData("verifier-of-the-contract-suite-000000000000"u8)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        var back = await Platform.ApproveAsync(connector.Authorization.AuthorizeUrl(store, new BrowserStart(State, callbackUrl, challenge, Time.GetUtcNow())));
        var query = QueryHelpers.ParseQuery(back.Query).SelectMany(static pair => pair.Value.Select(value => KeyValuePair.Create(pair.Key, value ?? "")));
        var callback = new CallbackInput([.. query], default, callbackUrl, "verifier-of-the-contract-suite-000000000000");
        Assert.Equal(State, connector.Authorization.IsStateInPath ? back.Segments[^1] : callback.Parameter(connector.Authorization.StateParameter));
        Assert.Null(connector.Authorization.CheckCallback(store, callback, Time.GetUtcNow()));
        return await connector.Authorization.ExchangeAsync(store, callback, Time.GetUtcNow(), CancellationToken.None);
    }

    /// <summary>A record as text, for comparing all of it.</summary>
    protected static string Text(RecordChange change) => JsonSerializer.Serialize((object)change.Record, JsonText.Options);

    private static ConnectInput Input(IEnumerable<KeyValuePair<string, string>> fields, AppClient? app) =>
        new(fields.ToDictionary(static pair => pair.Key, static pair => new Secret(pair.Value)), app, LiftAddressRules: true);
}
