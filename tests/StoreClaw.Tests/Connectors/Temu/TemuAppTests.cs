using System.Net;
using System.Net.Http;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Temu;
using StoreClaw.Tests.EndToEnd;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Connectors.Temu;

/// <summary>Temu shops in the whole app: one by a pasted token, one approved in the browser, told of by events to the one address of the app.</summary>
public sealed class TemuAppTests : IAsyncLifetime
{
    private const string Secret = "temu_app_secret_canary_2001";

    private readonly ShiftedClock _clock = new();
    private TemuPlatform _platform = null!;
    private TemuMall _approved = null!;
    private TemuMall _pasted = null!;
    private TestApp _app = null!;

    public async Task InitializeAsync()
    {
        _platform = await TemuPlatform.StartAsync(_clock, new TemuApp("temu-app-key", Secret, "US"));
        _approved = _platform.AddMall(1024, Steps.SmallShop(ShopProfile.AmericanFashion, _clock));
        _pasted = _platform.AddMall(2048, Steps.SmallShop(ShopProfile.AmericanFashion, _clock, seed: 4));
        _clock.Shift(TimeSpan.FromMinutes(1));
        _app = await Steps.StartAsync(
            _clock, ("Connectors:temu:BaseUrl", _platform.BaseAddress.AbsoluteUri), ("Connectors:temu:ClientId", "temu-app-key"), ("Connectors:temu:ClientSecret", Secret));
        _platform.EnterRedirect(new Uri(_app.Client.BaseAddress!, "/oauth/temu/callback"));
        _platform.Hooks.EnterAddress(new Uri(_app.Client.BaseAddress!, "/webhooks/temu"));
    }

    public async Task DisposeAsync()
    {
        _app.Log.AssertFreeOf([.. _platform.Secrets, Secret]);
        await _app.DisposeAsync();
        await _platform.DisposeAsync();
    }

    [Fact]
    public async Task Shops_are_connected_read_and_told_of_each_by_its_own_events()
    {
        _pasted.Rights.Remove("bg.order.amount.query");
        var second = await _app.ConnectAsync("temu", new { region = "US", accessToken = _platform.Authorize(_pasted) });
        using var approval = await Steps.BrowseAsync(await _app.BeginApprovalAsync("temu", new { region = "US" }));
        await Steps.PageAsync(approval.Headers.Location!, 200, "1024 is connected");
        var first = (await _app.GetAsync("/api/connections")).GetProperty("connections").EnumerateArray().Select(static one => one.GetProperty("id").GetString()!).Single(id => id != second);
        await _app.SyncedAsync(first);
        await _app.SyncedAsync(second);
        Assert.Equal(_approved.Store.Orders.Sum(static order => order.Total), (await _app.OrdersAsync(first)).Sum(static order => order.Total));
        Assert.Equal((_pasted.Store.Orders.Count, 0), (await _app.OrdersAsync(second)) is var orders ? (orders.Count, orders.Count(static order => order.AmountsKnown)) : default);
        Assert.Equal("bg.order.amount.query", (await _app.ConnectionAsync(second)).GetProperty("scopes").GetProperty("missing").EnumerateArray().Single().GetString());

        var (one, other) = (Place(_approved), Place(_pasted));
        _platform.Hooks.Test();
        Assert.Equal(3, await _platform.Hooks.DeliverAsync());

        await _app.HandledAsync(first, "bg_order_status_change_event", one);
        await _app.HandledAsync(second, "bg_order_status_change_event", other);
        Assert.DoesNotContain(await _app.OrdersAsync(first), order => order.Id == other);
        Assert.Empty(_platform.Log.Violations);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("{\"eventData\":\"AAAA\"}")]
    [InlineData("{\"eventData\":\"sQmNTAKR2o4HrmCO3OchFgGyJU5Qta57+JQxxgVyVPU=\"}")]
    public async Task What_cannot_be_decrypted_is_refused_like_a_wrong_signature(string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks/temu") { Content = new StringContent(body) };
        request.Headers.Add("x-tm-signature", "b5143d1a831453afbcf76d4621baa74a2dc07a486f26f5a956c6e50c61a338fb");

        using var answer = await _app.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains("SIGNATURE_MISMATCH", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static string Place(TemuMall mall) => mall.SerialOf(mall.Store.PlaceOrder(new OrderDraft { Lines = [new DraftLine(mall.Store.Products[0].Variants[0].Id, 1)] }).Id);
}
