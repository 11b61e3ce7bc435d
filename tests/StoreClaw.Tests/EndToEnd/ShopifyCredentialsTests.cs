using System.Globalization;
using System.Text;
using System.Text.Json;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Hosting;
using StoreClaw.Sandbox.Shopify;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.EndToEnd;

/// <summary>A Shopify store connected with the merchant's own app, from the first call to disconnecting and back.</summary>
public sealed class ShopifyCredentialsTests : IAsyncLifetime
{
    private const string Domain = "harbor-pine.myshopify.com";
    private const string Secret = "shpss_canary_1001";

    private static readonly object Fields = new { shopDomain = $"https://{Domain}/admin", clientId = "client-1", clientSecret = Secret };

    private readonly ShiftedClock _clock = new();
    private ShopifyPlatform _platform = null!;
    private ShopifyShop _store = null!;
    private Pump _pump = null!;
    private TestApp _app = null!;

    private SimStore Shop => _store.Store;

    public async Task InitializeAsync()
    {
        _platform = await ShopifyPlatform.StartAsync(new ShopifyPlatformOptions { Time = _clock });
        string[] scopes = ["read_orders", "read_products", "read_locations", "read_customers", "write_inventory"];
        _store = _platform.AddShop(Domain, Steps.SmallShop(ShopProfile.AmericanFashion, _clock), "client-1", Secret, scopes);
        _clock.Shift(TimeSpan.FromMinutes(1));
        _pump = new Pump(() => _platform.DeliverDueAsync(parallel: 8), TimeSpan.FromMilliseconds(100), TimeProvider.System);
        _app = await Steps.StartAsync(_clock, ("Connectors:shopify:BaseUrl", _platform.BaseUrl));
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        await _pump.DisposeAsync();
        await _platform.DisposeAsync();
    }

    [Fact]
    public async Task A_store_lives_through_connecting_selling_disconnecting_and_connecting_again()
    {
        var id = await _app.ConnectAsync("shopify", Fields);
        await _app.SyncedAsync(id);
        Assert.Equal(Shop.Orders.Select(static order => Text(order.Id)).Order(), (await _app.OrdersAsync(id)).Select(static order => order.Id).Order());
        Assert.Contains($"connection-{id}", _app.SecretFiles());

        await SellRefundAndRestockAsync(id);
        await CheckShownAsync(id);
        await DisconnectAsync(id);
        await TakeUpAgainAsync(id);
        Assert.Empty(_platform.Log.Violations);
    }

    [Fact]
    public async Task A_missing_scope_is_named_on_the_connection_and_the_rest_goes_on()
    {
        _store.Scopes = ["read_orders", "read_products", "read_locations", "write_inventory"];

        var id = await _app.ConnectAsync("shopify", Fields);

        Assert.Equal(["read_customers"], Missing(await _app.ConnectionAsync(id)));
        var customers = await Eventually.GetAsync(
            async () => (await _app.ConnectionAsync(id)).GetProperty("sync").GetProperty("customers"), static sync => sync.GetProperty("state").GetString() == "failed");
        Assert.Contains("read_customers", customers.GetProperty("lastError").GetString(), StringComparison.Ordinal);
        Assert.Contains("connect the store again", customers.GetProperty("lastError").GetString(), StringComparison.Ordinal);
        await _app.OrdersAsync(id, orders => orders.Count == Shop.Orders.Count);
        Assert.Equal("connected", await _app.StatusAsync(id));
    }

    private async Task SellRefundAndRestockAsync(string id)
    {
        var sold = Sell();
        await _app.HandledAsync(id, "orders/create", Text(sold.Id));
        Assert.Equal((sold.Total, $"#{sold.Number}"), (await _app.OrdersAsync(id)).Where(order => order.Id == Text(sold.Id)).Select(static order => (order.Total, order.Number)).Single());

        _clock.Shift(TimeSpan.FromSeconds(2));
        var refund = Shop.RefundOrder(sold.Id, 3.5m);
        await _app.HandledAsync(id, "refunds/create", Text(sold.Id));
        Assert.Contains((Text(sold.Id), Text(refund.Id), 3.5m), (await _app.RefundsAsync(id)).Select(static row => (row.OrderId, row.RefundId, row.Amount)));

        _clock.Shift(TimeSpan.FromSeconds(2));
        var variant = Shop.Products[1].Variants[0];
        var counted = Shop.SetStock(variant.Id, 4711);
        await Eventually.GetAsync(() => _app.StockAsync(id, variant.Sku), stock => stock == counted.Stock);
        Assert.True(counted.Stock >= 4711);
    }

    private async Task CheckShownAsync(string id)
    {
        var shown = Assert.Single((await _app.GetAsync("/api/connections")).GetProperty("connections").EnumerateArray().ToList());
        Assert.Equal((id, "shopify", Domain, "connected"), (Member(shown, "id"), Member(shown, "connector"), Member(shown, "store"), Member(shown, "status")));
        Assert.Contains("read_inventory", shown.GetProperty("scopes").GetProperty("granted").EnumerateArray().Select(static scope => scope.GetString()));
        Assert.Empty(Missing(shown));
        Assert.Equal(["orders", "products", "stock", "customers"], shown.GetProperty("sync").EnumerateObject().Select(static resource => resource.Name));
        Assert.All(shown.GetProperty("sync").EnumerateObject(), static resource => Assert.True(resource.Value.GetProperty("items").GetInt32() > 0));
        Assert.Equal(13, _store.Subscriptions.Count);
        Assert.All(_store.Subscriptions, subscription => Assert.Equal(Member(shown, "webhookUrl"), subscription.Uri));
        Assert.DoesNotContain(Secret, shown.GetRawText(), StringComparison.Ordinal);
    }

    private async Task DisconnectAsync(string id)
    {
        var (orders, events) = ((await _app.OrdersAsync(id)).Count, await EventCountAsync(id));
        using var answer = await _app.Client.DeleteAsync($"/api/connections/{id}");
        Assert.Equal("disconnected", Member(JsonElement.Parse(await answer.Content.ReadAsStringAsync()), "status"));
        Assert.Equal("disconnected", await _app.StatusAsync(id));
        Assert.Empty(_store.Subscriptions);
        Assert.True(_store.Installed);
        Assert.DoesNotContain(_app.SecretFiles(), name => name.Contains(id, StringComparison.Ordinal));
        Assert.Equal(orders, (await _app.OrdersAsync(id)).Count);

        // A delivery that was on its way may have come meanwhile.
        Assert.True(await EventCountAsync(id) >= events);

        using var delivery = new HttpRequestMessage(HttpMethod.Post, $"/webhooks/shopify/{id}") { Content = Steps.Json("{}") };
        delivery.Headers.Add("X-Shopify-Topic", "orders/create");
        delivery.Headers.Add("X-Shopify-Hmac-Sha256", ShopifySigning.Body(Encoding.UTF8.GetBytes("{}"), Secret));
        using var late = await _app.Client.SendAsync(delivery);
        await late.ProblemAsync(404, "NOT_FOUND", "parameter", id);
        using var sync = await _app.Client.PostAsync($"/api/connections/{id}/sync", null);
        await sync.ProblemAsync(409, "NOT_CONNECTED", "parameter", "connect it again");
    }

    private async Task TakeUpAgainAsync(string id)
    {
        var missed = Sell();
        _clock.Shift(TimeSpan.FromMinutes(2));
        Assert.DoesNotContain(await _app.OrdersAsync(id), order => order.Id == Text(missed.Id));

        Assert.Equal(id, await _app.ConnectAsync("shopify", Fields));
        await _app.OrdersAsync(id, orders => orders.Any(order => order.Id == Text(missed.Id)));
        await _app.SyncedAsync(id);
        Assert.Equal("connected", await _app.StatusAsync(id));
        Assert.Equal(Shop.Orders.Count, (await _app.OrdersAsync(id)).Count);
        Assert.Equal(13, _store.Subscriptions.Count);
        var sold = Sell();
        await _app.HandledAsync(id, "orders/create", Text(sold.Id));
        Assert.Single((await _app.GetAsync("/api/connections")).GetProperty("connections").EnumerateArray().ToList());
    }

    private SimOrder Sell() => Shop.PlaceOrder(new OrderDraft { Lines = [new DraftLine(Shop.Products[0].Variants[0].Id, 2)], NewCustomer = true });

    private async Task<int> EventCountAsync(string id) => (await _app.GetAsync($"/api/events?connection={id}")).GetProperty("events").GetArrayLength();

    private static IEnumerable<string?> Missing(JsonElement connection) => connection.GetProperty("scopes").GetProperty("missing").EnumerateArray().Select(static scope => scope.GetString());

    private static string? Member(JsonElement json, string name) => json.GetProperty(name).GetString();

    private static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);
}
