using System.Globalization;
using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.WooCommerce;
using StoreClaw.Tests.Support;
using StoreClaw.Triggers;

namespace StoreClaw.Tests.EndToEnd;

/// <summary>A WooCommerce site connected by a typed key pair and by wc-auth, its webhooks and what becomes of them.</summary>
public sealed class WooCommerceStoreTests : IAsyncLifetime
{
    private const string SiteUrl = "https://haus-und-herd.example/laden";

    private readonly ShiftedClock _clock = new();
    private WooCommercePlatform _platform = null!;
    private WooCommerceSite _site = null!;
    private TestApp _app = null!;

    private SimStore Shop => _site.Store;

    /// <summary>What is an order to the seller: the shop's test orders are drafts of the checkout on the site.</summary>
    private IReadOnlyList<string> Orders => [.. Shop.Orders.Where(static order => !order.IsTest).Select(static order => Text(order.Id)).Order()];

    public async Task InitializeAsync()
    {
        _platform = await WooCommercePlatform.StartAsync(_clock);
        _site = _platform.AddSite(SiteUrl, Steps.SmallShop(ShopProfile.EuropeanHome, _clock));
        _clock.Shift(TimeSpan.FromMinutes(1));
        _app = await Steps.StartAsync(_clock, ("Connectors:woocommerce:BaseUrl", _platform.BaseAddress.AbsoluteUri));
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        await _platform.DisposeAsync();
    }

    [Fact]
    public async Task A_typed_key_pair_connects_backfills_and_takes_webhooks_and_lets_go()
    {
        var key = _site.CreateKey();
        var id = await TypeAsync(key);
        await _app.SyncedAsync(id);
        await CheckOrdersAsync(id);
        var shown = await _app.ConnectionAsync(id);
        Assert.Equal((SiteUrl, 0), (shown.GetProperty("store").GetString(), shown.GetProperty("scopes").GetProperty("missing").GetArrayLength()));
        Assert.Equal(11, _site.Webhooks.Count);
        Assert.All(_site.Webhooks, hook => Assert.Equal(("active", 200, shown.GetProperty("webhookUrl").GetString()), (hook.Status, hook.PingStatus, hook.DeliveryUrl)));

        await SellAndRefundAsync(id);
        await RefuseForeignDeliveriesAsync(id);

        using var gone = await _app.Client.DeleteAsync($"/api/connections/{id}");
        Assert.Equal("disconnected", await _app.StatusAsync(id));
        Assert.Empty(_site.Webhooks);
        Assert.DoesNotContain(_app.SecretFiles(), name => name.Contains(id, StringComparison.Ordinal));
        await CheckOrdersAsync(id);

        Assert.Equal(id, await TypeAsync(key));
        var sold = Sell();
        await _platform.DeliverDueAsync();
        await _app.HandledAsync(id, "order.created", Text(sold.Id));
    }

    [Fact]
    public async Task Keys_handed_over_by_the_store_connect_it_once()
    {
        var authorize = await _app.BeginApprovalAsync("woocommerce", new { siteUrl = SiteUrl });
        using (var page = await Steps.BrowseAsync(authorize))
        {
            Assert.Contains("StoreClaw", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        var approval = await _site.ApproveAsync(authorize);

        Assert.Equal((null, 200), (approval.Error, approval.CallbackStatus));
        await Steps.PageAsync(approval.RedirectTo!, 200, $"{SiteUrl} is connected");
        await Steps.PageAsync(approval.RedirectTo!, 200, $"{SiteUrl} is connected");
        var connection = Assert.Single((await _app.GetAsync("/api/connections")).GetProperty("connections").EnumerateArray().ToList());
        var id = connection.GetProperty("id").GetString()!;
        Assert.Equal(["read", "write"], connection.GetProperty("scopes").GetProperty("granted").EnumerateArray().Select(static scope => scope.GetString()));
        await _app.SyncedAsync(id);
        await CheckOrdersAsync(id);

        // The same hand-over again: a second key pair is not what the store is connected with.
        Assert.Equal(200, (await _site.ApproveAsync(authorize)).CallbackStatus);
        Assert.Equal(connection.GetProperty("connectedAt").GetRawText(), (await _app.ConnectionAsync(id)).GetProperty("connectedAt").GetRawText());
        await SellAndRefundAsync(id);
    }

    [Fact]
    public async Task A_refusal_in_the_store_and_keys_that_never_came_are_told_apart()
    {
        var authorize = await _app.BeginApprovalAsync("woocommerce", new { siteUrl = SiteUrl });
        var denied = _site.Deny(authorize).RedirectTo!;

        await Steps.PageAsync(denied, 400, "did not approve");
        await Steps.PageAsync(denied, 400, "another browser", "Mozilla/5.0 (Macintosh) Safari/605.1.15");
        await Steps.PageAsync(new Uri(denied.AbsoluteUri.Replace("success=0", "success=1", StringComparison.Ordinal)), 400, "has not handed over its keys");
        Assert.Empty((await _app.GetAsync("/api/connections")).GetProperty("connections").EnumerateArray().ToList());

        Assert.Equal(200, (await _site.ApproveAsync(authorize)).CallbackStatus);
    }

    [Fact]
    public async Task Keys_posted_for_an_unknown_state_or_of_another_attempt_are_refused()
    {
        var state = System.Web.HttpUtility.ParseQueryString((await _app.BeginApprovalAsync("woocommerce", new { siteUrl = SiteUrl })).Query)["user_id"]!;
        var callback = "/oauth/woocommerce/callback?user_id=";
        var key = _site.CreateKey();

        using var unknown = await _app.Client.PostAsync(callback + "made-up", Keys(key, "made-up"));
        await unknown.ProblemAsync(400, "AUTH_STATE_INVALID", "authentication", "begin connecting the store again");
        using var other = await _app.Client.PostAsync(callback + state, Keys(key, "other"));
        await other.ProblemAsync(400, "AUTH_CALLBACK_INVALID", "authentication", "another attempt");
        using var reading = await _app.Client.PostAsync(callback + state, Keys(key, state, "read"));
        await reading.ProblemAsync(400, "AUTH_CALLBACK_INVALID", "authentication", "not Read/Write", "make one by hand");
        using var broken = await _app.Client.PostAsync(callback + state, Steps.Json("{"));
        await broken.ProblemAsync(400, "AUTH_CALLBACK_INVALID", "authentication", "has not handed over its keys");

        using var good = await _app.Client.PostAsync(callback + state, Keys(key, state));
        Assert.Equal(200, (int)good.StatusCode);
    }

    [Fact]
    public async Task A_webhook_that_the_store_switched_off_is_on_again_after_the_audit_and_its_gap_is_closed()
    {
        var id = await TypeAsync(_site.CreateKey());
        await _app.SyncedAsync(id);
        var hook = _site.Webhooks.Single(static hook => hook.Topic == "order.created");
        _site.SetWebhookStatus(hook.Id, "disabled");
        var missed = Sell();
        _clock.Shift(TimeSpan.FromSeconds(5));
        await _platform.DeliverDueAsync();
        Assert.DoesNotContain(_site.Deliveries, static delivery => delivery.Topic == "order.created");
        Assert.DoesNotContain(await _app.OrdersAsync(id), order => order.Id == Text(missed.Id));

        await ActivatorUtilities.CreateInstance<StoreTimers>(_app.Services).AuditAsync(new TimerInfo(), CancellationToken.None);

        await Eventually.GetAsync(() => Task.FromResult(_site.Webhooks.Single(one => one.Id == hook.Id).Status), static status => status == "active");
        await _app.OrdersAsync(id, orders => orders.Any(order => order.Id == Text(missed.Id)));
        Assert.Equal(11, _site.Webhooks.Count);
        var sold = Sell();
        await _platform.DeliverDueAsync();
        await _app.HandledAsync(id, "order.created", Text(sold.Id));
    }

    private async Task CheckOrdersAsync(string id) => Assert.Equal(Orders, (await _app.OrdersAsync(id)).Select(static order => order.Id).Order());

    private Task<string> TypeAsync(WooCommerceKey key) => _app.ConnectAsync("woocommerce", new { siteUrl = SiteUrl + "/wp-admin/", consumerKey = key.ConsumerKey, consumerSecret = key.ConsumerSecret });

    private async Task SellAndRefundAsync(string id)
    {
        var sold = Sell();
        await _platform.DeliverDueAsync();
        await _app.HandledAsync(id, "order.created", Text(sold.Id));
        Assert.Equal(sold.Total, (await _app.OrdersAsync(id)).Single(order => order.Id == Text(sold.Id)).Total);

        _clock.Shift(TimeSpan.FromSeconds(2));
        var refund = Shop.RefundOrder(sold.Id, 2.25m);
        await _platform.DeliverDueAsync();
        await _app.HandledAsync(id, "order.updated", Text(sold.Id));
        Assert.Contains((Text(sold.Id), Text(refund.Id), 2.25m), (await _app.RefundsAsync(id)).Select(static row => (row.OrderId, row.RefundId, row.Amount)));

        _clock.Shift(TimeSpan.FromSeconds(2));
        var variant = Shop.Products[1].Variants[0];
        Shop.SetStock(variant.Id, 4711);
        await _platform.DeliverDueAsync();
        await Eventually.GetAsync(() => _app.StockAsync(id, variant.Sku), static stock => stock == 4711);
        Assert.All(_site.Deliveries, static delivery => Assert.Equal(200, delivery.Status));
    }

    /// <summary>Only the secret that this connection gave its webhooks signs for it.</summary>
    private async Task RefuseForeignDeliveriesAsync(string id)
    {
        var body = """{"id":1}"""u8.ToArray();
        foreach (var (signature, code) in new[] { (WooCommerceSignature.Of("another site's", body), "SIGNATURE_MISMATCH"), (WooCommerceSignature.Of("", body), "SIGNATURE_MISMATCH"), (null, "SIGNATURE_MISSING") })
        {
            using var delivery = new HttpRequestMessage(HttpMethod.Post, $"/webhooks/woocommerce/{id}") { Content = new ByteArrayContent(body) };
            delivery.Headers.Add("X-WC-Webhook-Topic", "order.updated");
            if (signature is not null)
            {
                delivery.Headers.Add("X-WC-Webhook-Signature", signature);
            }

            using var answer = await _app.Client.SendAsync(delivery);
            await answer.ProblemAsync(401, code, "authentication", "sign");
        }
    }

    private SimOrder Sell() => Shop.PlaceOrder(new OrderDraft { Lines = [new DraftLine(Shop.Products[0].Variants[0].Id, 2)], NewCustomer = true, Country = "DE" });

    private static StringContent Keys(WooCommerceKey key, string user, string permissions = "read_write") => Steps.Json(JsonSerializer.Serialize(new Dictionary<string, object>
    {
        ["key_id"] = key.Id,
        ["user_id"] = user,
        ["consumer_key"] = key.ConsumerKey,
        ["consumer_secret"] = key.ConsumerSecret,
        ["key_permissions"] = permissions,
    }));

    private static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);
}
