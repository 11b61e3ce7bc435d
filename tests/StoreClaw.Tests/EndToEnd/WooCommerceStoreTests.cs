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
public sealed class WooCommerceStoreTests : WooCommerceShop
{
    private SimStore Shop => Site.Store;

    /// <summary>What is an order to the seller: the shop's test orders are drafts of the checkout on the site.</summary>
    private IReadOnlyList<string> Orders => [.. Shop.Orders.Where(static order => !order.IsTest).Select(static order => Text(order.Id)).Order()];

    [Fact]
    public async Task A_typed_key_pair_connects_backfills_and_takes_webhooks_and_lets_go()
    {
        var key = Site.CreateKey();
        var id = await TypeAsync(key);
        await App.SyncedAsync(id);
        await CheckOrdersAsync(id);
        var shown = await App.ConnectionAsync(id);
        Assert.Equal((SiteUrl, 0), (shown.GetProperty("store").GetString(), shown.GetProperty("scopes").GetProperty("missing").GetArrayLength()));
        Assert.Equal(11, Site.Webhooks.Count);
        Assert.All(Site.Webhooks, hook => Assert.Equal(("active", 200, shown.GetProperty("webhookUrl").GetString()), (hook.Status, hook.PingStatus, hook.DeliveryUrl)));

        await SellAndRefundAsync(id);
        await RefuseForeignDeliveriesAsync(id);

        using var gone = await App.Client.DeleteAsync($"/api/connections/{id}");
        Assert.Equal("disconnected", await App.StatusAsync(id));
        Assert.Empty(Site.Webhooks);
        Assert.DoesNotContain(App.SecretFiles(), name => name.Contains(id, StringComparison.Ordinal));
        await CheckOrdersAsync(id);

        Assert.Equal(id, await TypeAsync(key));
        var sold = Sell();
        await Platform.DeliverDueAsync();
        await App.HandledAsync(id, "order.created", Text(sold.Id));
    }

    [Fact]
    public async Task Keys_handed_over_by_the_store_connect_it_once()
    {
        var authorize = await App.BeginApprovalAsync("woocommerce", new { siteUrl = SiteUrl });
        using (var page = await Steps.BrowseAsync(authorize))
        {
            Assert.Contains("StoreClaw", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        var approval = await Site.ApproveAsync(authorize);

        Assert.Equal((null, 200), (approval.Error, approval.CallbackStatus));
        await Steps.PageAsync(approval.RedirectTo!, 200, $"{SiteUrl} is connected");
        await Steps.PageAsync(approval.RedirectTo!, 200, $"{SiteUrl} is connected");
        var connection = Assert.Single((await App.GetAsync("/api/connections")).GetProperty("connections").EnumerateArray().ToList());
        var id = connection.GetProperty("id").GetString()!;
        Assert.Equal(["read", "write"], connection.GetProperty("scopes").GetProperty("granted").EnumerateArray().Select(static scope => scope.GetString()));
        await App.SyncedAsync(id);
        await CheckOrdersAsync(id);

        // The same hand-over again: a second key pair is not what the store is connected with.
        Assert.Equal(200, (await Site.ApproveAsync(authorize)).CallbackStatus);
        Assert.Equal(connection.GetProperty("connectedAt").GetRawText(), (await App.ConnectionAsync(id)).GetProperty("connectedAt").GetRawText());
        await SellAndRefundAsync(id);
    }

    [Fact]
    public async Task A_refusal_in_the_store_and_keys_that_never_came_are_told_apart()
    {
        var authorize = await App.BeginApprovalAsync("woocommerce", new { siteUrl = SiteUrl });
        var denied = Site.Deny(authorize).RedirectTo!;

        await Steps.PageAsync(denied, 400, "did not approve");
        await Steps.PageAsync(denied, 400, "another browser", "Mozilla/5.0 (Macintosh) Safari/605.1.15");
        await Steps.PageAsync(new Uri(denied.AbsoluteUri.Replace("success=0", "success=1", StringComparison.Ordinal)), 400, "has not handed over its keys");
        Assert.Empty((await App.GetAsync("/api/connections")).GetProperty("connections").EnumerateArray().ToList());

        Assert.Equal(200, (await Site.ApproveAsync(authorize)).CallbackStatus);
    }

    [Fact]
    public async Task Keys_posted_for_an_unknown_state_or_of_another_attempt_are_refused()
    {
        var state = System.Web.HttpUtility.ParseQueryString((await App.BeginApprovalAsync("woocommerce", new { siteUrl = SiteUrl })).Query)["user_id"]!;
        var callback = "/oauth/woocommerce/callback?user_id=";
        var key = Site.CreateKey();

        using var unknown = await App.Client.PostAsync(callback + "made-up", Keys(key, "made-up"));
        await unknown.ProblemAsync(400, "AUTH_STATE_INVALID", "authentication", "begin connecting the store again");
        using var other = await App.Client.PostAsync(callback + state, Keys(key, "other"));
        await other.ProblemAsync(400, "AUTH_CALLBACK_INVALID", "authentication", "another attempt");
        using var reading = await App.Client.PostAsync(callback + state, Keys(key, state, "read"));
        await reading.ProblemAsync(400, "AUTH_CALLBACK_INVALID", "authentication", "not Read/Write", "make one by hand");
        using var broken = await App.Client.PostAsync(callback + state, Steps.Json("{"));
        await broken.ProblemAsync(400, "AUTH_CALLBACK_INVALID", "authentication", "has not handed over its keys");

        using var good = await App.Client.PostAsync(callback + state, Keys(key, state));
        Assert.Equal(200, (int)good.StatusCode);
    }

    [Fact]
    public async Task A_webhook_that_the_store_switched_off_is_on_again_after_the_audit_and_its_gap_is_closed()
    {
        var id = await TypeAsync(Site.CreateKey());
        await App.SyncedAsync(id);
        var hook = Site.Webhooks.Single(static hook => hook.Topic == "order.created");
        Site.SetWebhookStatus(hook.Id, "disabled");
        var missed = Sell();
        Clock.Shift(TimeSpan.FromSeconds(5));
        await Platform.DeliverDueAsync();
        Assert.DoesNotContain(Site.Deliveries, static delivery => delivery.Topic == "order.created");
        Assert.DoesNotContain(await App.OrdersAsync(id), order => order.Id == Text(missed.Id));

        await ActivatorUtilities.CreateInstance<StoreTimers>(App.Services).AuditAsync(new TimerInfo(), CancellationToken.None);

        await Eventually.GetAsync(() => Task.FromResult(Site.Webhooks.Single(one => one.Id == hook.Id).Status), static status => status == "active");
        await App.OrdersAsync(id, orders => orders.Any(order => order.Id == Text(missed.Id)));
        Assert.Equal(11, Site.Webhooks.Count);
        var sold = Sell();
        await Platform.DeliverDueAsync();
        await App.HandledAsync(id, "order.created", Text(sold.Id));
    }

    private async Task CheckOrdersAsync(string id) => Assert.Equal(Orders, (await App.OrdersAsync(id)).Select(static order => order.Id).Order());

    private Task<string> TypeAsync(WooCommerceKey key) => App.ConnectAsync("woocommerce", new { siteUrl = SiteUrl + "/wp-admin/", consumerKey = key.ConsumerKey, consumerSecret = key.ConsumerSecret });

    private async Task SellAndRefundAsync(string id)
    {
        var sold = Sell();
        await Platform.DeliverDueAsync();
        await App.HandledAsync(id, "order.created", Text(sold.Id));
        Assert.Equal(sold.Total, (await App.OrdersAsync(id)).Single(order => order.Id == Text(sold.Id)).Total);

        Clock.Shift(TimeSpan.FromSeconds(2));
        var refund = Shop.RefundOrder(sold.Id, 2.25m);
        await Platform.DeliverDueAsync();
        await App.HandledAsync(id, "order.updated", Text(sold.Id));
        Assert.Contains((Text(sold.Id), Text(refund.Id), 2.25m), (await App.RefundsAsync(id)).Select(static row => (row.OrderId, row.RefundId, row.Amount)));

        Clock.Shift(TimeSpan.FromSeconds(2));
        var variant = Shop.Products[1].Variants[0];
        Shop.SetStock(variant.Id, 4711);
        await Platform.DeliverDueAsync();
        await Eventually.GetAsync(() => App.StockAsync(id, variant.Sku), static stock => stock == 4711);
        Assert.All(Site.Deliveries, static delivery => Assert.Equal(200, delivery.Status));
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

            using var answer = await App.Client.SendAsync(delivery);
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
