using System.Text.Json;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Genstore;
using StoreClaw.Tests.EndToEnd;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Connectors.Genstore;

/// <summary>A Genstore shop in the whole app, under another host and version than the usual ones.</summary>
public sealed class GenstoreAppTests : IAsyncLifetime
{
    private readonly ShiftedClock _clock = new();
    private GenstorePlatform _platform = null!;
    private GenstoreShop _shop = null!;
    private TestApp _app = null!;

    public async Task InitializeAsync()
    {
        _platform = await GenstorePlatform.StartAsync(_clock, "genmystore.ai", "202410");
        _shop = _platform.AddShop("harbor-pine", Steps.SmallShop(ShopProfile.AmericanFashion, _clock));
        _clock.Shift(TimeSpan.FromMinutes(1));
        _app = await Steps.StartAsync(
            _clock,
            ("Connectors:genstore:BaseUrl", _platform.BaseAddress.ToString()),
            ("Connectors:genstore:ApiHost", "genmystore.ai"),
            ("Connectors:genstore:ApiVersion", "202410"));
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        await _platform.DisposeAsync();
    }

    [Fact]
    public async Task A_pasted_token_connects_and_webhooks_bring_what_is_sold()
    {
        var id = await _app.ConnectAsync("genstore", new { shopDomain = "https://harbor-pine.genmystore.ai/", accessToken = _shop.AccessToken, signingSecret = _shop.ClientSecret });
        Assert.Equal("harbor-pine.genmystore.ai", (await _app.ConnectionAsync(id)).GetProperty("store").GetString());
        await _app.SyncedAsync(id);
        Assert.Equal(_shop.Store.Orders.Count, (await _app.OrdersAsync(id)).Count);

        _clock.Shift(TimeSpan.FromSeconds(5));
        var placed = _shop.Store.PlaceOrder(new OrderDraft { Lines = [new DraftLine(_shop.Store.Products[0].Variants[0].Id, 2)], CustomerId = _shop.Store.Customers[0].Id });
        await _platform.DeliverAsync();
        var brought = await _app.OrdersAsync(id, orders => orders.Any(order => order.Id == placed.Id.ToString()));

        Assert.Equal(placed.Total, brought.Single(order => order.Id == placed.Id.ToString()).Total);
        Assert.Empty(_platform.Log.Violations);
    }

    [Fact]
    public async Task Without_a_signing_secret_a_delivery_is_refused_and_the_sync_goes_on()
    {
        var id = await _app.ConnectAsync("genstore", new { shopDomain = "harbor-pine", accessToken = _shop.AccessToken });
        await _app.SyncedAsync(id);

        Assert.Empty(_shop.Subscriptions);
        using var content = Steps.Json("""{"order":{"orderId":"1"}}""");
        content.Headers.Add("X-Genstore-Topic", "orders/create");
        content.Headers.Add("X-Genstore-Hmac-Sha256", GenstoreSigning.Of("guessed", """{"order":{"orderId":"1"}}"""u8));
        using var answer = await _app.Client.PostAsync($"/webhooks/genstore/{id}", content);
        await answer.ProblemAsync(503, "SECRET_MISSING", "internal", "no secret", "Connect the store again");
        Assert.Equal(_shop.Store.Orders.Count, (await _app.OrdersAsync(id)).Count);
    }

    [Fact]
    public async Task A_delivery_of_another_shape_is_parked_with_its_cause()
    {
        var id = await _app.ConnectAsync("genstore", new { shopDomain = "harbor-pine", accessToken = _shop.AccessToken, signingSecret = _shop.ClientSecret });
        var body = """{"order":{"id":"1"}}""";
        using var content = Steps.Json(body);
        content.Headers.Add("X-Genstore-Topic", "orders/create");
        content.Headers.Add("X-Genstore-Hmac-Sha256", GenstoreSigning.Of(_shop.ClientSecret, System.Text.Encoding.UTF8.GetBytes(body)));
        using var answer = await _app.Client.PostAsync($"/webhooks/genstore/{id}", content);
        Assert.True(answer.IsSuccessStatusCode);

        var parked = await Eventually.GetAsync(
            async () => (await _app.GetAsync($"/api/events?connection={id}")).GetProperty("events").EnumerateArray().ToList(),
            static events => events.Exists(static one => one.GetProperty("outcome").GetString() == "parked"));

        Assert.Contains(parked, static one => one.GetProperty("error") is { ValueKind: JsonValueKind.String } error && error.GetString()!.Contains("'orderId' is missing", StringComparison.Ordinal));
    }
}
