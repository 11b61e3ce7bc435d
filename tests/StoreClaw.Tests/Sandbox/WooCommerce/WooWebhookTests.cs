using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Hosting;
using StoreClaw.Sandbox.WooCommerce;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Sandbox.WooCommerce;

public sealed class WooWebhookTests : WooReceiverFixture
{
    private const string Secret = "Zr8kq2Vb1xN4";

    [Fact]
    public async Task Creating_one_pings_theReceiver_without_any_signature()
    {
        var answer = await RegisterAsync("order.created");
        Assert.Equal(201, answer.Status);
        var id = answer.Json.GetProperty("id").GetInt32();
        Assert.Equal($"https://shop.example/wp-json/wc/v3/webhooks/{id}", answer.Headers["Location"]);
        Assert.Equal(("active", "order", "created"), (Text(answer, "status"), Text(answer, "resource"), Text(answer, "event")));
        Assert.False(answer.Json.TryGetProperty("secret", out _));

        var ping = Receiver.All.Single();
        Assert.Equal("POST /webhooks/woocommerce/1 HTTP/1.0", ping.Request);
        Assert.Equal($"webhook_id={id}", ping.Text);
        Assert.Equal("application/x-www-form-urlencoded", ping.Headers["Content-Type"]);
        Assert.DoesNotContain(ping.Headers.Keys, name => name.StartsWith("X-WC-", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(200, Site.Webhooks.Single().PingStatus);
    }

    [Fact]
    public async Task A_failed_ping_fails_nothing_and_comes_again_with_the_next_save()
    {
        Receiver.Status = 404;
        var id = (await RegisterAsync("order.created")).Json.GetProperty("id").GetInt32();
        Assert.Equal("active", Site.Webhooks.Single().Status);
        Assert.Equal("the receiver answered the ping of webhook 142 with 404", Site.Log.Violations.Single().Reason);

        Receiver.Status = 200;
        await CallAsync(HttpMethod.Put, $"webhooks/{id}", new { name = "Again" });
        Assert.Equal(2, Receiver.All.Count);
        await CallAsync(HttpMethod.Put, $"webhooks/{id}", new { name = "Once more" });
        Assert.Equal(2, Receiver.All.Count);
        await CallAsync(HttpMethod.Put, $"webhooks/{id}", new { delivery_url = Receiver.Url + "?moved" });
        Assert.Equal(3, Receiver.All.Count);
    }

    [Fact]
    public async Task A_delivery_is_the_resource_signed_over_its_raw_bytes()
    {
        await RegisterAsync("order.created");
        var order = Place();
        Assert.Equal(1, Site.WaitingDeliveries);
        Assert.Single(Receiver.All);
        Assert.Equal(1, await Platform.DeliverDueAsync());

        var delivery = Receiver.All[^1];
        Assert.Equal("https://shop.example/", delivery.Headers["X-WC-Webhook-Source"]);
        Assert.Equal("order.created", delivery.Headers["X-WC-Webhook-Topic"]);
        Assert.Equal("order", delivery.Headers["X-WC-Webhook-Resource"]);
        Assert.Equal("created", delivery.Headers["X-WC-Webhook-Event"]);
        Assert.Equal("142", delivery.Headers["X-WC-Webhook-ID"]);
        Assert.Matches("^[0-9a-f]{32}$", delivery.Headers["X-WC-Webhook-Delivery-ID"]);
        Assert.Equal("application/json", delivery.Headers["Content-Type"]);
        Assert.Equal("WooCommerce/9.8.5 Hookshot (WordPress/6.8.1)", delivery.Headers["User-Agent"]);
        using var hmac = new HMACSHA256(Encoding.UTF8.GetBytes(Secret));
        Assert.Equal(Convert.ToBase64String(hmac.ComputeHash(delivery.Body)), delivery.Headers["X-WC-Webhook-Signature"]);
        Assert.Equal((await GetAsync($"orders/{order.Id}")).Body, delivery.Text);
    }

    [Fact]
    public async Task The_body_is_ascii_with_escaped_slashes_as_php_writes_it()
    {
        await RegisterAsync("product.updated");
        Store.SetPrice(Store.Products[0].Variants[0].Id, 9.5m);
        await Site.DeliverDueAsync();
        var body = Receiver.All[^1];
        Assert.All(body.Body, letter => Assert.InRange(letter, (byte)0x09, (byte)0x7E));
        Assert.Contains("https:\\/\\/shop.example\\/product\\/", body.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "secret", "GBDo00G55h6IiV+6CxqivQPLbI//KzaOZm747971tPs=")]
    [InlineData("key", "The quick brown fox jumps over the lazy dog", "97yD9DBThCSxMpjmqm+xQ+9NWaFJRhdZl0edvC0aPNg=")]
    public void The_signature_is_the_published_one(string secret, string body, string expected) =>
        Assert.Equal(expected, WooCommerceSignature.Of(secret, Encoding.UTF8.GetBytes(body)));

    [Fact]
    public void A_secret_with_html_entities_is_decoded_before_it_signs() =>
        Assert.Equal(WooCommerceSignature.Of("a&b<c>\"d'", "x"u8), WooCommerceSignature.Of("a&amp;b&lt;c&gt;&quot;d&#039;", "x"u8));

    [Fact]
    public async Task Deliveries_of_one_second_share_their_id()
    {
        await RegisterAsync("order.created");
        Place();
        Place();
        await Site.DeliverDueAsync();
        Clock.Advance(TimeSpan.FromSeconds(1));
        Place();
        await Site.DeliverDueAsync();
        var ids = Receiver.All.Skip(1).Select(delivery => delivery.Headers["X-WC-Webhook-Delivery-ID"]).ToArray();
        Assert.Equal(3, ids.Length);
        Assert.Equal(ids[0], ids[1]);
        Assert.NotEqual(ids[1], ids[2]);
    }

    [Fact]
    public async Task Changes_that_wait_together_are_delivered_as_one_with_the_latest_state()
    {
        await RegisterAsync("order.updated");
        Site.Behaviour = Site.Behaviour with { DeliveryDelay = TimeSpan.FromMinutes(3) };
        var order = Store.Orders.First(found => found is { CancelledAt: null, FulfilledAt: null });
        Store.UpdateOrder(order.Id);
        Clock.Advance(TimeSpan.FromMinutes(2));
        Store.FulfillOrder(order.Id);
        Assert.Equal(0, await Site.DeliverDueAsync());
        Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, await Site.DeliverDueAsync());
        Assert.Equal("completed", JsonDocument.Parse(Receiver.All[^1].Body).RootElement.GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_refund_and_a_cancellation_arrive_as_updates()
    {
        await RegisterAsync("order.updated");
        var (refunded, cancelled) = (Place(), Place());
        Store.RefundOrder(refunded.Id, 1);
        Store.CancelOrder(cancelled.Id);
        await Site.DeliverDueAsync();
        var bodies = Receiver.All.Skip(1).Select(delivery => JsonDocument.Parse(delivery.Body).RootElement).ToArray();
        Assert.Equal([refunded.Id, cancelled.Id], bodies.Select(body => body.GetProperty("id").GetInt64()));
        Assert.Equal("-1.00", bodies[0].GetProperty("refunds")[0].GetProperty("total").GetString());
        Assert.Equal("cancelled", bodies[1].GetProperty("status").GetString());
    }

    [Fact]
    public async Task The_trash_is_a_deletion_with_nothing_but_the_id_and_can_be_undone()
    {
        await RegisterAsync("order.deleted");
        await RegisterAsync("order.restored");
        await RegisterAsync("order.updated");
        var order = Store.Orders[0];
        Site.TrashOrder(order.Id);
        await Site.DeliverDueAsync();
        Assert.Equal(("order.deleted", $"{{\"id\":{order.Id}}}"), (Receiver.All[^1].Headers["X-WC-Webhook-Topic"], Receiver.All[^1].Text));
        Site.RestoreOrder(order.Id);
        await Site.DeliverDueAsync();
        Assert.Equal("order.restored", Receiver.All[^1].Headers["X-WC-Webhook-Topic"]);
        Assert.Equal(5, Receiver.All.Count);

        // Deleted for good, an order goes without a word.
        Site.DeleteOrder(order.Id);
        Assert.Equal(0, await Site.DeliverDueAsync());
    }

    [Fact]
    public async Task Products_and_customers_tell_of_themselves()
    {
        foreach (var topic in new[] { "product.updated", "product.deleted", "customer.created", "customer.updated", "customer.deleted" })
        {
            await RegisterAsync(topic);
        }

        var variable = Store.Products.First(product => product.Variants.Count > 1);
        Store.SetStock(variable.Variants[1].Id, 3);
        Store.DeleteProduct(Store.Products[^1].Id);
        Store.DeleteCustomer(Store.Customers[0].Id);
        await Site.DeliverDueAsync();
        var topics = Receiver.All.Skip(5).Select(delivery => delivery.Headers["X-WC-Webhook-Topic"]).ToArray();
        Assert.Equal(["product.updated", "product.updated", "product.deleted", "customer.deleted"], topics);

        // The variation comes first, as a product of type variation, then its parent.
        var variation = JsonDocument.Parse(Receiver.All[5].Body).RootElement;
        Assert.Equal("variation", variation.GetProperty("type").GetString());
        Assert.Equal((variable.Variants[1].Id, variable.Id), (variation.GetProperty("id").GetInt64(), variation.GetProperty("parent_id").GetInt64()));
        Assert.Equal(variable.Id, JsonDocument.Parse(Receiver.All[6].Body).RootElement.GetProperty("id").GetInt64());
    }

    [Fact]
    public async Task What_is_gone_before_its_delivery_is_an_error_in_the_body()
    {
        await RegisterAsync("order.updated");
        var order = Store.UpdateOrder(Store.Orders[0].Id);
        Site.DeleteOrder(order.Id);
        await Site.DeliverDueAsync();
        Assert.Equal("woocommerce_rest_shop_order_invalid_id", JsonDocument.Parse(Receiver.All[^1].Body).RootElement.GetProperty("code").GetString());
    }

    [Theory]
    [InlineData(200, true)]
    [InlineData(204, true)]
    [InlineData(302, true)]
    [InlineData(303, false)]
    [InlineData(401, false)]
    [InlineData(500, false)]
    public async Task Success_is_200_to_302_and_nothing_is_repeated(int status, bool succeeded)
    {
        await RegisterAsync("order.created");
        Receiver.Status = status;
        Place();
        await Site.DeliverDueAsync();
        Assert.Equal(0, await Site.DeliverDueAsync());
        Assert.Equal(2, Receiver.All.Count);
        Assert.Equal(succeeded ? 0 : 1, Site.Webhooks.Single().FailureCount);
        Assert.Equal(status, Site.Deliveries.Single().Status);
    }

    [Fact]
    public async Task More_than_five_failures_in_a_row_switch_it_off_for_good()
    {
        var id = (await RegisterAsync("order.created")).Json.GetProperty("id").GetInt32();
        Receiver.Status = 500;
        for (var failure = 1; failure <= 7; failure++)
        {
            Assert.Equal("active", Site.Webhooks.Single().Status);
            Place();
            await Site.DeliverDueAsync();
        }

        Assert.Equal(("disabled", 6), (Site.Webhooks.Single().Status, Site.Webhooks.Single().FailureCount));
        Place();
        Assert.Equal(0, await Site.DeliverDueAsync());
        Assert.Equal("disabled", Text(await GetAsync($"webhooks/{id}"), "status"));

        // Switched on again it keeps its count: a success clears it, one more failure switches it off at once.
        await CallAsync(HttpMethod.Put, $"webhooks/{id}", new { status = "active" });
        Place();
        await Site.DeliverDueAsync();
        Assert.Equal("disabled", Site.Webhooks.Single().Status);
        Receiver.Status = 200;
        await CallAsync(HttpMethod.Put, $"webhooks/{id}", new { status = "active" });
        Place();
        await Site.DeliverDueAsync();
        Assert.Equal(("active", 0), (Site.Webhooks.Single().Status, Site.Webhooks.Single().FailureCount));
    }

    [Fact]
    public async Task An_address_off_this_machine_is_never_called()
    {
        var webhook = new { topic = "order.created", delivery_url = "https://erp.example/hook", secret = Secret };
        Assert.Equal(201, (await CallAsync(HttpMethod.Post, "webhooks", webhook)).Status);
        Place();
        await Site.DeliverDueAsync();
        Assert.Null(Site.Deliveries.Single().Status);
        Assert.Equal(1, Site.Webhooks.Single().FailureCount);
    }

    [Theory]
    [InlineData("""{"topic":"order.created"}""", "rest_missing_callback_param")]
    [InlineData("{}", "rest_missing_callback_param")]
    [InlineData("""{"topic":"order.paid","delivery_url":"https://a.example"}""", "woocommerce_rest_shop_webhook_invalid_topic")]
    [InlineData("""{"topic":"order","delivery_url":"https://a.example"}""", "woocommerce_rest_shop_webhook_invalid_topic")]
    [InlineData("""{"topic":"order.created","delivery_url":"a.example/hook"}""", "woocommerce_rest_shop_webhook_invalid_delivery_url")]
    [InlineData("""{"topic":"order.created","delivery_url":"ftp://a.example"}""", "woocommerce_rest_shop_webhook_invalid_delivery_url")]
    [InlineData("""{"topic":"order.created","delivery_url":"https://a.example","status":"on"}""", "rest_invalid_param")]
    public async Task A_wrong_registration_is_refused(string body, string code)
    {
        var answer = await CallAsync(HttpMethod.Post, "webhooks", body);
        Assert.Equal((400, code), (answer.Status, answer.Code));
        Assert.Empty(Site.Webhooks);
    }

    [Fact]
    public async Task Without_a_secret_the_store_makes_one_nobody_learns()
    {
        var answer = await CallAsync(HttpMethod.Post, "webhooks", new { topic = "order.created", delivery_url = Receiver.Url });
        Assert.Equal(201, answer.Status);
        Place();
        await Site.DeliverDueAsync();
        Assert.NotEqual(WooCommerceSignature.Of("", Receiver.All[^1].Body), Receiver.All[^1].Headers["X-WC-Webhook-Signature"]);
        Assert.Contains(Site.Log.Violations, violation => violation.Reason.Contains("without a secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_resource_lists_changes_and_deletes()
    {
        var first = (await RegisterAsync("order.created")).Json.GetProperty("id").GetInt32();
        var second = (await RegisterAsync("product.updated")).Json.GetProperty("id").GetInt32();
        Assert.Equal([second, first], await IdsAsync("webhooks"));
        Assert.Equal("paused", Text(await CallAsync(HttpMethod.Put, $"webhooks/{first}", new { status = "paused" }), "status"));
        Assert.Equal([first], await IdsAsync("webhooks?status=paused"));
        Place();
        await Site.DeliverDueAsync();
        Assert.DoesNotContain(Site.Deliveries, delivery => delivery.WebhookId == first);

        Assert.Equal(501, (await CallAsync(HttpMethod.Delete, $"webhooks/{first}")).Status);
        Assert.Equal(200, (await CallAsync(HttpMethod.Delete, $"webhooks/{first}?force=true")).Status);
        Assert.Equal(404, (await CallAsync(HttpMethod.Delete, $"webhooks/{first}?force=true")).Status);
        Assert.Equal(400, (await GetAsync($"webhooks/{first}")).Status);
        Assert.Equal(400, (await CallAsync(HttpMethod.Put, $"webhooks/{first}", new { name = "x" })).Status);

        var batch = await CallAsync(HttpMethod.Post, "webhooks/batch", new
        {
            create = new[] { new { topic = "order.updated", delivery_url = Receiver.Url.AbsoluteUri, secret = Secret } },
            update = new object[] { new { id = second, name = "Stock" }, new { id = 9, name = "x" } },
            delete = new[] { second, 9 },
        });
        Assert.Equal(200, batch.Status);
        Assert.Equal("order.updated", batch.Json.GetProperty("create")[0].GetProperty("topic").GetString());
        Assert.Equal("Stock", batch.Json.GetProperty("update")[0].GetProperty("name").GetString());
        Assert.Equal("woocommerce_rest_shop_webhook_invalid_id", batch.Json.GetProperty("update")[1].GetProperty("error").GetProperty("code").GetString());
        Assert.Equal(9, batch.Json.GetProperty("delete")[1].GetProperty("id").GetInt32());
        Assert.Equal(["order.updated"], Site.Webhooks.Select(webhook => webhook.Topic));
    }

    [Fact]
    public async Task A_deleted_webhook_drops_what_it_still_had_to_deliver()
    {
        var id = (await RegisterAsync("order.created")).Json.GetProperty("id").GetInt32();
        Place();
        await CallAsync(HttpMethod.Delete, $"webhooks/{id}?force=true");
        Assert.Equal(0, await Site.DeliverDueAsync());
    }

    [Fact]
    public async Task The_pump_delivers_on_its_own_until_it_is_stopped()
    {
        await RegisterAsync("order.created");
        await using (new Pump(() => Platform.DeliverDueAsync(), TimeSpan.FromMilliseconds(5), TimeProvider.System))
        {
            Place();
            using var patience = new CancellationTokenSource(Eventually.Patience);
            while (Receiver.All.Count < 2)
            {
                await Task.Yield();
                patience.Token.ThrowIfCancellationRequested();
            }
        }

        Place();
        Assert.Equal(1, Site.WaitingDeliveries);
    }

    private static string? Text(Answer answer, string name) => answer.Json.GetProperty(name).GetString();

    private Task<Answer> RegisterAsync(string topic) =>
        CallAsync(HttpMethod.Post, "webhooks", new { name = "StoreClaw", topic, delivery_url = Receiver.Url, secret = Secret, status = "active" });

    private SimOrder Place() => Store.PlaceOrder(new OrderDraft { Lines = [new DraftLine(Store.Products[0].Variants[0].Id, 1)], Country = "DE" });
}
