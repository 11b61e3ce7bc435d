using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using StoreClaw.Connectors;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Sync;

public sealed class SyncFlowTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Connecting_backfills_the_whole_history()
    {
        var platform = new DemoPlatform();
        for (var n = 0; n < 450; n++)
        {
            platform.Put(DemoPlatform.NewOrder($"{n:D5}", Start.AddHours(n), customer: $"c{n % 50}"));
        }

        await using var demo = await DemoApp.StartAsync(platform: platform);
        var orders = await SyncedAsync(demo, static state => state.GetProperty("watermark").ValueKind == JsonValueKind.String);
        Assert.Equal(("idle", 450, 0), (orders.GetProperty("state").GetString(), orders.GetProperty("items").GetInt32(), orders.GetProperty("healed").GetInt32()));
        Assert.Equal(450, (await demo.OrdersAsync()).Count);
        var first = await demo.App.Services.GetRequiredService<StoreClaw.Commerce.IOrderHistory>().FirstOrdersAsync(demo.Connection, ["c7", "nobody"], CancellationToken.None);
        Assert.Equal(Start.AddHours(7), Assert.Single(first).Value);
    }

    [Fact]
    public async Task What_no_webhook_brought_is_counted_as_healed()
    {
        var platform = new DemoPlatform();
        await using var demo = await DemoApp.StartAsync(platform: platform);
        await SyncedAsync(demo, static state => state.GetProperty("watermark").ValueKind == JsonValueKind.String);
        var (brought, missed) = (DemoPlatform.NewOrder("a", DateTimeOffset.UtcNow.AddSeconds(-5)), DemoPlatform.NewOrder("b", DateTimeOffset.UtcNow.AddSeconds(-5)));
        platform.Put(brought);
        platform.Put(missed);
        using var answer = await demo.DeliverAsync(brought);
        await demo.EventsAsync(static seen => seen.Count == 1);
        await demo.App.PostAsync($"/api/connections/{demo.Connection}/sync", new { resources = new[] { "orders" } }, 202);
        await SyncedAsync(demo, static state => state.GetProperty("healed").GetInt32() == 1);
        Assert.Equal(2, (await demo.OrdersAsync()).Count);
    }

    [Fact]
    public async Task A_page_that_fails_is_read_again_and_nothing_is_left_out()
    {
        var platform = new DemoPlatform();
        for (var n = 0; n < 350; n++)
        {
            platform.Put(DemoPlatform.NewOrder($"{n:D5}", Start.AddHours(n)));
        }

        var failures = 2;
        platform.BeforePage = request => request.Cursor is not null && failures-- > 0
            ? throw new PlatformException(new PlatformFault(FaultKind.PlatformFailure, "500", "The platform failed.", TimeSpan.FromSeconds(1)))
            : Task.CompletedTask;
        await using var demo = await DemoApp.StartAsync(platform: platform);
        await SyncedAsync(demo, static state => state.GetProperty("state").GetString() == "idle" && state.GetProperty("watermark").ValueKind == JsonValueKind.String);
        Assert.Equal(350, (await demo.OrdersAsync()).Count);
    }

    [Fact]
    public async Task A_fault_that_does_not_pass_shows_on_the_connection()
    {
        var platform = new DemoPlatform
        {
            BeforePage = static _ => throw new PlatformException(new PlatformFault(FaultKind.ScopeMissing, "ACCESS_DENIED", "The app may not read orders. Add read_orders and connect again.")),
        };
        await using var demo = await DemoApp.StartAsync(platform: platform);
        var orders = await SyncedAsync(demo, static state => state.GetProperty("state").GetString() == "failed");
        Assert.Contains("read_orders", orders.GetProperty("lastError").GetString(), StringComparison.Ordinal);
    }

    private static Task<JsonElement> SyncedAsync(DemoApp demo, Func<JsonElement, bool> good) => Eventually.GetAsync(
        async () => (await demo.App.GetAsync($"/api/connections/{demo.Connection}")).GetProperty("sync").GetProperty("orders"), good);
}
