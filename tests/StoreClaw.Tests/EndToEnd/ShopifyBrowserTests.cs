using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Shopify;
using StoreClaw.Tests.Support;
using StoreClaw.Triggers;

namespace StoreClaw.Tests.EndToEnd;

/// <summary>A Shopify store connected by the seller's approval in the browser.</summary>
public sealed class ShopifyBrowserTests : IAsyncLifetime
{
    private const string Domain = "harbor-pine.myshopify.com";
    private const string Secret = "shpss_canary_2001";

    private static readonly object Fields = new { shopDomain = Domain };

    private readonly ShiftedClock _clock = new();
    private ShopifyPlatform _platform = null!;
    private ShopifyShop _store = null!;
    private TestApp _app = null!;

    /// <summary>How often a code or a token was exchanged for another.</summary>
    private int Exchanges => _platform.Log.Count("token");

    public async Task InitializeAsync()
    {
        _platform = await ShopifyPlatform.StartAsync(new ShopifyPlatformOptions { Time = _clock });
        _store = _platform.AddShop(Domain, Steps.SmallShop(ShopProfile.AmericanFashion, _clock), "client-1", Secret, ["read_orders"]);
        _store.Installed = false;
        _clock.Shift(TimeSpan.FromMinutes(1));
        _app = await Steps.StartAsync(
            _clock, ("Connectors:shopify:BaseUrl", _platform.BaseUrl), ("Connectors:shopify:ClientId", "client-1"), ("Connectors:shopify:ClientSecret", Secret));
        _store.RedirectUris.Add(new Uri(_app.Client.BaseAddress!, "/oauth/shopify/callback").AbsoluteUri);
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        await _platform.DisposeAsync();
    }

    [Fact]
    public async Task An_approval_connects_once_however_often_it_comes_back()
    {
        var callback = await ApproveAsync();

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Steps.PageAsync(callback, 200, $"{Domain} is connected")));

        Assert.Equal(1, Exchanges);
        await Steps.PageAsync(callback, 200, $"{Domain} is connected");
        Assert.Equal(1, Exchanges);
        var id = (await OnlyAsync()).GetProperty("id").GetString()!;
        Assert.Equal("connected", await _app.StatusAsync(id));
        Assert.DoesNotContain(_app.SecretFiles(), static name => name.StartsWith("authorization-", StringComparison.Ordinal));
        await _app.SyncedAsync(id);
        Assert.Equal(_store.Store.Orders.Count, (await _app.OrdersAsync(id)).Count);

        using var gone = await _app.Client.DeleteAsync($"/api/connections/{id}");
        Assert.Equal("disconnected", await _app.StatusAsync(id));
        Assert.False(_store.Installed);
    }

    [Fact]
    public async Task What_does_not_come_as_it_was_sent_out_is_refused_and_costs_the_approval_nothing()
    {
        const string NotOurs = "Begin connecting the store again";
        var callback = await ApproveAsync();

        await Steps.PageAsync(With(callback, "state", static state => state[..^2] + (state[^2] == 'A' ? 'B' : 'A') + state[^1]), 400, NotOurs);
        await Steps.PageAsync(With(callback, "state", static _ => "made-up"), 400, NotOurs);
        await Steps.PageAsync(With(callback, "state", static _ => null), 400, NotOurs);
        await Steps.PageAsync(callback, 400, "another browser", "Mozilla/5.0 (Macintosh) Safari/605.1.15");
        await Steps.PageAsync(callback, 400, NotOurs, "curl/8.14");
        await Steps.PageAsync(With(callback, "hmac", static hmac => (hmac[0] == '0' ? '1' : '0') + hmac[1..]), 400, "Shopify's signature");
        await Steps.PageAsync(With(callback, "hmac", static _ => null), 400, "Shopify's signature");
        await Steps.PageAsync(With(callback, "code", static code => code + "0"), 400, "Shopify's signature");
        await Steps.PageAsync(Signed(callback, "shop", "other-shop.myshopify.com"), 400, "another shop");
        await Steps.PageAsync(Signed(callback, "timestamp", (_clock.GetUtcNow() - TimeSpan.FromMinutes(6)).ToUnixTimeSeconds().ToString()), 400, "too old");
        Assert.Equal(0, Exchanges);
        Assert.Empty((await _app.GetAsync("/api/connections")).GetProperty("connections").EnumerateArray().ToList());

        await Steps.PageAsync(callback, 200, "Connected");
        Assert.Equal(1, Exchanges);
    }

    /// <summary>A form that another site posts in the seller's browser has a body too.</summary>
    [Fact]
    public async Task A_posted_callback_is_no_way_around_the_browser()
    {
        var callback = await ApproveAsync();

        using var posted = await _app.Client.PostAsync(callback.PathAndQuery, Steps.Json("{}"));

        await posted.ProblemAsync(400, "AUTH_STATE_INVALID", "authentication", "another browser", "begin connecting the store again");
        Assert.Equal(0, Exchanges);
    }

    [Fact]
    public async Task An_approval_is_good_for_ten_minutes()
    {
        var callback = await ApproveAsync();
        _clock.Shift(TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(1));

        await Steps.PageAsync(callback, 400, "older than ten minutes");
        Assert.Equal(0, Exchanges);

        await Steps.PageAsync(await ApproveAsync(), 200, "Connected");
    }

    [Fact]
    public async Task A_refused_exchange_is_told_to_everybody_who_comes_back()
    {
        var callback = await ApproveAsync();
        _store.RotateSecret("shpss_canary_2002");
        _store.RotateSecret("shpss_canary_2003");

        await Steps.PageAsync(callback, 422, "Check Client ID and Client Secret");
        await Steps.PageAsync(callback, 422, "Check Client ID and Client Secret");

        Assert.Equal(1, Exchanges);
    }

    [Fact]
    public async Task The_token_is_renewed_before_its_end_and_after_it_when_a_call_finds_it_dead()
    {
        await Steps.PageAsync(await ApproveAsync(), 200, "Connected");
        var first = await OnlyAsync();
        var id = first.GetProperty("id").GetString()!;
        await _app.SyncedAsync(id);
        var timers = ActivatorUtilities.CreateInstance<StoreTimers>(_app.Services);

        await timers.RenewAsync(new TimerInfo(), CancellationToken.None);
        _clock.Shift(TimeSpan.FromMinutes(46));
        await timers.RenewAsync(new TimerInfo(), CancellationToken.None);
        var renewed = await Eventually.GetAsync(OnlyAsync, connection => Ends(connection) > Ends(first));
        Assert.Equal(2, Exchanges);
        Assert.InRange(Ends(renewed) - _clock.GetUtcNow(), TimeSpan.FromMinutes(55), TimeSpan.FromMinutes(61));
        var asked = _clock.GetUtcNow();
        await SyncAsync(id, asked);

        _clock.Shift(TimeSpan.FromHours(3));
        await SyncAsync(id, _clock.GetUtcNow());
        Assert.Equal(3, Exchanges);
        Assert.True(Ends(await OnlyAsync()) > _clock.GetUtcNow());
        Assert.Equal("connected", await _app.StatusAsync(id));
    }

    private static DateTimeOffset Ends(JsonElement connection) => connection.GetProperty("tokenExpiresAt").GetDateTimeOffset();

    /// <summary>The callback with one parameter changed, or left out.</summary>
    private static Uri With(Uri callback, string name, Func<string, string?> change) => new(QueryHelpers.AddQueryString(
        callback.GetLeftPart(UriPartial.Path),
        QueryHelpers.ParseQuery(callback.Query).Select(pair => KeyValuePair.Create(pair.Key, pair.Key == name ? change(pair.Value.ToString()) : pair.Value.ToString())).Where(static pair => pair.Value is not null)));

    /// <summary>The callback with one parameter changed, under a signature that fits.</summary>
    private static Uri Signed(Uri callback, string name, string value)
    {
        var changed = With(With(callback, name, _ => value), "hmac", static _ => null);
        var signature = ShopifySigning.Query(QueryHelpers.ParseQuery(changed.Query).Select(static pair => KeyValuePair.Create(pair.Key, pair.Value.ToString())), Secret);
        return new Uri($"{changed.AbsoluteUri}&hmac={signature}");
    }

    private async Task SyncAsync(string id, DateTimeOffset asked)
    {
        await _app.PostAsync($"/api/connections/{id}/sync", new { }, 202);
        await _app.SyncedAsync(id, asked - TimeSpan.FromSeconds(6));
    }

    private async Task<JsonElement> OnlyAsync() => Assert.Single((await _app.GetAsync("/api/connections")).GetProperty("connections").EnumerateArray().ToList());

    /// <summary>The seller begins, goes to Shopify and approves; where Shopify then sends the browser.</summary>
    private async Task<Uri> ApproveAsync()
    {
        using var response = await Steps.BrowseAsync(await _app.BeginApprovalAsync("shopify", Fields));
        return response.Headers.Location!;
    }
}
