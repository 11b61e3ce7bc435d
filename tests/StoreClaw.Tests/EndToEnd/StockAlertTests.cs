using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Hosting;
using StoreClaw.Sandbox.Shopify;
using StoreClaw.Sandbox.WeCom;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.EndToEnd;

public sealed class StockAlertTests
{
    private const string Domain = "harbor-pine.myshopify.com";
    private const string Secret = "shpss_canary_1001";
    private const string Robot = "5a3c9e17-0b6d-4f28-91aa-0c0ffee5e123";

    [Fact]
    public async Task The_order_that_takes_the_last_unit_is_told_in_the_group_and_so_is_its_return_to_stock()
    {
        var clock = new ShiftedClock();
        await using var platform = await ShopifyPlatform.StartAsync(new ShopifyPlatformOptions { Time = clock });
        var store = platform.AddShop(Domain, Steps.SmallShop(ShopProfile.AmericanFashion, clock), "client-1", Secret, ["read_orders", "read_products", "read_locations", "read_customers", "write_inventory"]);
        var shop = store.Store;
        var variant = shop.Products[2].Variants[0];
        foreach (var level in variant.Levels)
        {
            shop.SetStock(variant.Id, level == variant.Levels[0] ? 1 : 0, level.LocationId);
        }

        clock.Shift(TimeSpan.FromMinutes(1));
        await using var pump = new Pump(() => platform.DeliverDueAsync(parallel: 8), TimeSpan.FromMilliseconds(100), TimeProvider.System);
        await using var weCom = await WeComPlatform.StartAsync(TimeProvider.System);
        weCom.AddRobot(Robot, "StoreClaw");
        await using var app = await Steps.StartAsync(clock, ("Connectors:shopify:BaseUrl", platform.BaseUrl), ("Channels:WeCom:BaseUrl", weCom.BaseAddress.AbsoluteUri));
        using var put = await app.Client.PutAsJsonAsync("/api/channels/wecom", new { webhookUrl = weCom.WebhookUrl(Robot) });
        Assert.True(put.IsSuccessStatusCode);
        var id = await app.ConnectAsync("shopify", new { shopDomain = Domain, clientId = "client-1", clientSecret = Secret });
        await app.SyncedAsync(id);

        clock.Shift(TimeSpan.FromSeconds(2));
        shop.PlaceOrder(new OrderDraft { Lines = [new DraftLine(variant.Id, 1)], NewCustomer = true });
        var title = shop.Products[2].Title;
        await ToldAsync(weCom, $"Sold out: {title}", $"({variant.Sku})");
        var alert = Assert.Single((await app.GetAsync("/api/alerts")).GetProperty("alerts").EnumerateArray().ToList(), one => one.GetProperty("kind").GetString() == "stock-out");
        Assert.Equal((id, "warning"), (alert.GetProperty("connection").GetString(), alert.GetProperty("severity").GetString()));

        clock.Shift(TimeSpan.FromSeconds(2));
        shop.SetStock(variant.Id, 40, variant.Levels[0].LocationId);
        await ToldAsync(weCom, $"Back in stock: {title}", $"({variant.Sku}), 40 there");
        Assert.DoesNotContain((await app.GetAsync("/api/alerts")).GetProperty("alerts").EnumerateArray(), one => one.GetProperty("kind").GetString() == "stock-out");
    }

    private static Task ToldAsync(WeComPlatform weCom, params string[] words) =>
        Eventually.GetAsync(() => Task.FromResult(weCom.Messages(Robot)), messages => messages.Any(message => Array.TrueForAll(words, one => message.Text.Contains(one, StringComparison.Ordinal))));
}
