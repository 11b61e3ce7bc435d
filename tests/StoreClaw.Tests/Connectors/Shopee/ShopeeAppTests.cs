using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Shopee;
using StoreClaw.Tests.EndToEnd;
using StoreClaw.Tests.Support;
using StoreClaw.Triggers;

namespace StoreClaw.Tests.Connectors.Shopee;

/// <summary>A Shopee shop in the whole app: approved in the browser, told of by pushes to the one address of the app.</summary>
public sealed class ShopeeAppTests : IAsyncLifetime
{
    private readonly ShiftedClock _clock = new();
    private ShopeePlatform _platform = null!;
    private ShopeeShop _shop = null!;
    private TestApp _app = null!;

    public async Task InitializeAsync()
    {
        _platform = await ShopeePlatform.StartAsync(_clock, new ShopeeApp(2001887, "shpk_partner_key_canary_2001", "shpk_push_key_canary_2001"));
        _shop = _platform.AddShop(322300222, "Harbor & Pine", Steps.SmallShop(ShopProfile.AmericanFashion, _clock));
        _clock.Shift(TimeSpan.FromMinutes(1));
        _app = await Steps.StartAsync(
            _clock,
            ("Connectors:shopee:BaseUrl", _platform.BaseAddress.AbsoluteUri),
            ("Connectors:shopee:ClientId", "2001887"),
            ("Connectors:shopee:ClientSecret", "shpk_partner_key_canary_2001"),
            ("Connectors:shopee:PushKey", "shpk_push_key_canary_2001"));
    }

    public async Task DisposeAsync()
    {
        _app.Log.AssertFreeOf([.. _platform.Secrets, _platform.App.PartnerKey, _platform.App.PushKey!]);
        await _app.DisposeAsync();
        await _platform.DisposeAsync();
    }

    [Fact]
    public async Task A_shop_is_approved_read_told_of_and_what_was_lost_is_fetched()
    {
        await _platform.Pushes.EnterAddressAsync(new Uri(_app.Client.BaseAddress!, "/webhooks/shopee"));
        var callback = await ApproveAsync();
        await Steps.PageAsync(new Uri(callback.AbsoluteUri.Replace("/callback/", "/callback/x", StringComparison.Ordinal)), 400, "Begin connecting the store again");
        await Steps.PageAsync(callback, 200, "322300222 is connected");
        await Steps.PageAsync(callback, 200, "322300222 is connected");
        var id = (await _app.GetAsync("/api/connections")).GetProperty("connections").EnumerateArray().Single().GetProperty("id").GetString()!;
        await _app.SyncedAsync(id);
        Assert.Equal(_shop.Store.Orders.Count, (await _app.OrdersAsync(id)).Count);
        Assert.Equal(1, _platform.Log.Count("/api/v2/auth/token/get"));

        var told = Place();
        Assert.Equal(1, await _platform.Pushes.DeliverAsync());
        await _app.OrdersAsync(id, orders => orders.Any(order => order.Id == told));

        await Assert.ThrowsAsync<InvalidOperationException>(() => _platform.Pushes.EnterAddressAsync(new Uri("http://127.0.0.1:9/webhooks/shopee")));
        var lost = Place();
        Assert.Equal(0, await _platform.Pushes.DeliverAsync());
        Assert.Equal(1, _platform.Pushes.Lost);
        await ActivatorUtilities.CreateInstance<StoreTimers>(_app.Services).AuditAsync(new TimerInfo(), CancellationToken.None);
        await _app.HandledAsync(id, "3 order_status", lost);
        await _app.OrdersAsync(id, orders => orders.Any(order => order.Id == lost));
        Assert.Equal(0, await Eventually.GetAsync(() => Task.FromResult(_platform.Pushes.Lost), static left => left == 0));
        Assert.Empty(_platform.Log.Violations);
    }

    private async Task<Uri> ApproveAsync()
    {
        using var response = await Steps.BrowseAsync(await _app.BeginApprovalAsync("shopee", new { }));
        return response.Headers.Location!;
    }

    private string Place() => ShopeeShop.SerialOf(_shop.Store.PlaceOrder(new OrderDraft { Lines = [new DraftLine(_shop.Store.Products[0].Variants[0].Id, 1)] }).Id);
}
