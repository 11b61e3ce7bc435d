using System.Globalization;
using System.Text.Json;
using Azure.Core.Pipeline;
using Microsoft.Extensions.DependencyInjection;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Shopify;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.EndToEnd;

/// <summary>Storage or the vault goes away under a running app: the sender is told to keep the delivery, and its repeat has one effect.</summary>
public sealed class StorageDownTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly ShiftedClock _clock = new();
    private readonly FailingStorage _storage = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_delivery_that_cannot_be_queued_is_the_senders_to_repeat_and_counts_once(bool losesAnswersOnly)
    {
        await using var demo = await StartAsync();
        (_storage.Fails, _storage.LosesAnswersOnly) = (FailingStorage.IsDelivery, losesAnswersOnly);
        var order = DemoPlatform.NewOrder("1001", Noon);

        using var refused = await demo.DeliverAsync(order, "delivery-1");
        await refused.ProblemAsync(503, "STORAGE_UNAVAILABLE", "internal", "storage", "again");
        Assert.Equal(2, _storage.Failures);
        if (!losesAnswersOnly)
        {
            Assert.Empty(await demo.OrdersAsync());
        }

        _storage.Fails = null;
        using var taken = await demo.DeliverAsync(order, "delivery-1");
        Assert.Equal(200, (int)taken.StatusCode);
        var events = await demo.EventsAsync(seen => seen.Sum(static one => one.GetProperty("copies").GetInt32()) == (losesAnswersOnly ? 3 : 1));
        Assert.Equal("applied", Assert.Single(events).GetProperty("outcome").GetString());
        Assert.Equal(order.Total, Assert.Single(await demo.OrdersAsync()).Total);
    }

    [Fact]
    public async Task Of_many_deliveries_at_once_each_is_told_what_became_of_it()
    {
        await using var demo = await StartAsync();

        // The first write and its repeat; those who arrive meanwhile travel in the next one.
        _storage.Fails = request => FailingStorage.IsDelivery(request) && _storage.Failures < 2;
        var orders = Enumerable.Range(0, 60).Select(static n => DemoPlatform.NewOrder($"o{n}", Noon.AddMinutes(n))).ToList();

        var answers = await Task.WhenAll(orders.Select(async order =>
        {
            using var answer = await demo.DeliverAsync(order, order.Id);
            return (Order: order, Status: (int)answer.StatusCode);
        }));

        Assert.Equal([200, 503], answers.Select(static answer => answer.Status).Distinct().Order());
        _storage.Fails = null;
        foreach (var (order, _) in answers.Where(static answer => answer.Status == 503))
        {
            using var again = await demo.DeliverAsync(order, order.Id);
            Assert.Equal(200, (int)again.StatusCode);
        }

        await demo.EventsAsync(static seen => seen.Count == 60);
        Assert.Equal(orders.Select(static order => order.Id).Order(), (await demo.OrdersAsync()).Select(static order => order.Id).Order());
    }

    [Fact]
    public async Task The_platforms_own_repeat_brings_what_was_refused()
    {
        await using var platform = await ShopifyPlatform.StartAsync(new ShopifyPlatformOptions { Time = _clock });
        var store = platform.AddShop("harbor-pine.myshopify.com", Steps.SmallShop(ShopProfile.AmericanFashion, _clock), "client-1", "shpss_canary_5001", ["read_orders", "read_products", "read_locations", "read_customers", "write_inventory"]);
        _clock.Shift(TimeSpan.FromMinutes(1));
        await using var app = await Steps.StartAsync(_clock, services => services.AddSingleton<HttpPipelineTransport>(_storage), ("Connectors:shopify:BaseUrl", platform.BaseUrl));
        var id = await app.ConnectAsync("shopify", new { shopDomain = store.Domain, clientId = "client-1", clientSecret = "shpss_canary_5001" });
        await app.SyncedAsync(id);

        _storage.Fails = FailingStorage.IsDelivery;
        var sold = store.Store.PlaceOrder(new OrderDraft { Lines = [new DraftLine(store.Store.Products[0].Variants[0].Id, 1)] });
        var number = sold.Id.ToString(CultureInfo.InvariantCulture);
        var tried = await platform.DeliverDueAsync();
        Assert.Equal(tried, platform.Log.Count("webhook:failed"));
        Assert.DoesNotContain(await app.OrdersAsync(id), order => order.Id == number);

        _storage.Fails = null;
        Assert.Equal(0, await platform.DeliverDueAsync());
        _clock.Shift(TimeSpan.FromMinutes(1));
        Assert.Equal(tried, await platform.DeliverDueAsync());

        var events = await app.HandledAsync(id, "orders/create", number);
        Assert.Equal(1, Assert.Single(events, static one => one.GetProperty("topic").GetString() == "orders/create").GetProperty("copies").GetInt32());
        Assert.Single(await app.OrdersAsync(id), order => order.Id == number);
        Assert.Equal((tried, 0), (platform.Log.Count("webhook:failed"), platform.WaitingDeliveries));
    }

    [Fact]
    public async Task A_body_too_big_for_the_queue_is_refused_while_the_tables_are_away_and_a_small_one_is_not()
    {
        byte[]? read = null;
        await using var demo = await StartAsync(new DemoPlatform { WhenRead = delivery => read = delivery.Topic == "noise" ? delivery.Body.ToArray() : read });
        using var warm = await demo.DeliverAsync(DemoPlatform.NewOrder("1", Noon));
        await demo.EventsAsync(static seen => seen.Count == 1);
        var noise = new byte[300 * 1024];
        new Random(5).NextBytes(noise);
        _storage.Fails = FailingStorage.Tables(demo.App.Options.Storage!);

        using var refused = await demo.App.Client.SendAsync(DemoPlatform.Delivery(demo.Connection, "noise", noise, "big"));
        await refused.ProblemAsync(503, "STORAGE_UNAVAILABLE", "internal", "storage", "again");
        using var small = await demo.DeliverAsync(DemoPlatform.NewOrder("2", Noon));
        Assert.Equal(200, (int)small.StatusCode);
        using var shown = await demo.App.Client.GetAsync("/api/connections");
        await shown.ProblemAsync(503, "STORAGE_UNAVAILABLE", "internal", "storage", "again");

        _storage.Fails = null;
        using var taken = await demo.App.Client.SendAsync(DemoPlatform.Delivery(demo.Connection, "noise", noise, "big"));
        Assert.Equal(200, (int)taken.StatusCode);
        var events = await demo.EventsAsync(static seen => seen.Count == 3);
        Assert.Equal(noise, read);
        Assert.All(events, static one => Assert.Equal(1, one.GetProperty("copies").GetInt32()));
        Assert.Equal(["1", "2"], (await demo.OrdersAsync()).Select(static order => order.Id).Order());
    }

    [Fact]
    public async Task Secrets_that_cannot_be_read_do_not_cost_a_delivery()
    {
        await using var demo = await StartAsync();
        var file = Path.Combine(demo.App.Options.DataFolder!, "secrets", $"secret.connection-{demo.Connection}");
        var order = DemoPlatform.NewOrder("1", Noon);

        // A folder in a file's place is something no account can read, not even root's.
        File.Move(file, file + "~");
        Directory.CreateDirectory(file);
        _clock.Shift(TimeSpan.FromSeconds(61));
        using var refused = await demo.DeliverAsync(order);
        await refused.ProblemAsync(503, "STORAGE_UNAVAILABLE", "internal", "again");
        using var connect = await demo.App.TryConnectAsync("demo", new { shop = "shop-1", key = "demo-key-canary" });
        await connect.ProblemAsync(503, "VAULT_UNAVAILABLE", "internal", "Secrets__Path", $"connection-{demo.Connection}");

        Directory.Delete(file);
        File.Move(file + "~", file);
        _clock.Shift(TimeSpan.FromSeconds(6));
        using var taken = await demo.DeliverAsync(order);
        Assert.Equal(200, (int)taken.StatusCode);
        Assert.Equal("applied", Assert.Single(await demo.EventsAsync(static seen => seen.Count > 0)).GetProperty("outcome").GetString());
        Assert.Equal("connected", await demo.App.StatusAsync(demo.Connection));
    }

    private Task<DemoApp> StartAsync(DemoPlatform? platform = null) => DemoApp.StartAsync(
        new TestAppOptions
        {
            Services = services =>
            {
                services.AddSingleton<TimeProvider>(_clock);
                services.AddSingleton<HttpPipelineTransport>(_storage);
            },
        },
        platform);
}
