using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Shopify;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Sandbox.Shopify;

public sealed class ShopifyWebhookTests : IAsyncLifetime
{
    private ShopifyWorld _world = null!;
    private Receiver _receiver = null!;

    public async Task InitializeAsync()
    {
        _world = await ShopifyWorld.StartAsync();
        _receiver = await Receiver.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _receiver.DisposeAsync();
        await _world.DisposeAsync();
    }

    [Fact]
    public async Task A_new_order_arrives_signed_with_its_headers()
    {
        await SubscribeAsync("ORDERS_CREATE");
        var order = _world.Store.PlaceOrder(new OrderDraft { Lines = [new(_world.Store.Products[0].Variants[0].Id, 2)], CustomerId = _world.Store.Customers[0].Id, Presentment = new("CAD", 1.37m, 1) });
        Assert.Equal(1, await _world.Platform.DeliverDueAsync());

        var taken = Assert.Single(_receiver.Taken);
        Assert.Equal(Convert.ToBase64String(HMACSHA256.HashData("secret-1"u8, taken.Body)), taken.Headers["X-Shopify-Hmac-Sha256"]);
        Assert.Equal(("orders/create", ShopifyWorld.Domain, "2026-07"), (taken.Headers["X-Shopify-Topic"], taken.Headers["X-Shopify-Shop-Domain"], taken.Headers["X-Shopify-API-Version"]));
        Assert.True(Guid.TryParse(taken.Headers["X-Shopify-Webhook-Id"], out _) && Guid.TryParse(taken.Headers["X-Shopify-Event-Id"], out _));
        Assert.StartsWith("2026-09-14T15:00:00", taken.Headers["X-Shopify-Triggered-At"], StringComparison.Ordinal);
        Assert.Equal("application/json", taken.Headers["Content-Type"]);

        var json = JsonNode.Parse(taken.Body)!;
        Assert.Equal(order.Id, json["id"]!.GetValue<long>());
        Assert.True(order.Id > 1L << 53);
        Assert.Equal("2026-09-14T11:00:00-04:00", json["created_at"]!.GetValue<string>());
        Assert.Equal(order.Total.ToString("0.00", System.Globalization.CultureInfo.InvariantCulture), json["total_price"]!.GetValue<string>());
        Assert.Equal("CAD", json["total_price_set"]!["presentment_money"]!["currency_code"]!.GetValue<string>());
        Assert.Equal(2, json["line_items"]![0]!["quantity"]!.GetValue<int>());
        var text = Encoding.UTF8.GetString(taken.Body);
        Assert.Contains("Zoë", text, StringComparison.Ordinal);
        Assert.Contains("&utm_medium", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\\u00", text, StringComparison.Ordinal);
    }

    [SampleFact("shopify")]
    public void Bodies_have_every_field_of_the_official_examples()
    {
        var order = _world.Store.Orders.First(order => order is { Refunds: [{ Lines.Count: > 0 }], CustomerId: not null });
        var sample = Sample("orders-list.response.json")["orders"]![0]!;
        var product = _world.Store.Products[0];
        var bodies = new ShopifyRest(_world.Shop);
        AssertHas(sample, bodies.Order(order));
        AssertHas(sample["line_items"]![0]!, bodies.Order(order)["line_items"]![0]!);
        AssertHas(sample["refunds"]![0]!, bodies.Refund(order, order.Refunds[0]));
        AssertHas(Sample("inventory-level-set.response.json")["inventory_level"]!, bodies.Level(new SimStockChange(product, product.Variants[0], product.Variants[0].Levels[0])));
        AssertHas(Sample("customers-list.response.json")["customers"]![0]!, bodies.Customer(_world.Store.Customers[0]));
        AssertHas(Sample("webhook-orders-create.handmade.json"), bodies.Order(order));
        AssertHas(Sample("webhook-customers-data-request.handmade.json"), bodies.Privacy("customers/data_request", order.CustomerId));

        JsonNode Sample(string file) => JsonNode.Parse(Samples.Read("shopify", file))!;

        static void AssertHas(JsonNode sample, JsonNode body)
        {
            var missing = sample.AsObject().Select(pair => pair.Key).Except(body.AsObject().Select(pair => pair.Key));
            Assert.Empty(missing);
            foreach (var (name, value) in sample.AsObject().Where(pair => pair.Value is JsonValue && body[pair.Key] is JsonValue))
            {
                Assert.True(value!.GetValueKind() == body[name]!.GetValueKind() || value.GetValueKind() is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False, name);
            }
        }
    }

    [Fact]
    public async Task Every_change_has_its_topic()
    {
        string[] topics = ["ORDERS_CREATE", "ORDERS_PAID", "ORDERS_UPDATED", "ORDERS_CANCELLED", "REFUNDS_CREATE", "PRODUCTS_UPDATE", "PRODUCTS_DELETE", "INVENTORY_LEVELS_UPDATE", "CUSTOMERS_CREATE", "CUSTOMERS_UPDATE", "CUSTOMERS_DELETE"];
        foreach (var topic in topics)
        {
            await SubscribeAsync(topic);
        }

        var variant = _world.Store.Products[0].Variants[0];
        var order = _world.Store.PlaceOrder(new OrderDraft { Lines = [new(variant.Id, 1)], NewCustomer = true });
        _world.Store.PlaceOrder(new OrderDraft { Lines = [new(variant.Id, 1)], CustomerId = order.CustomerId });
        _world.Store.RefundOrder(order.Id, 1, [new(order.Lines[0].Id, 1, 1)]);
        _world.Store.CancelOrder(order.Id);
        _world.Store.DeleteProduct(variant.ProductId);
        _world.Store.DeleteCustomer(order.CustomerId!.Value);
        await _world.Platform.DeliverDueAsync();
        Assert.Equal(topics.Select(topic => topic.ToLowerInvariant()).Order(), _receiver.Taken.Select(taken => taken.Headers["X-Shopify-Topic"].Replace('/', '_')).Distinct().Order());
        Assert.Equal(_receiver.Taken.Count, _receiver.Taken.Select(taken => taken.Headers["X-Shopify-Webhook-Id"]).Distinct().Count());
    }

    [Fact]
    public async Task Failed_deliveries_come_again_on_schedule_with_the_same_body_and_id()
    {
        await SubscribeAsync("ORDERS_UPDATED");
        _world.Store.UpdateOrder(_world.Store.Orders[0].Id);
        _receiver.Status = 503;
        await _world.Platform.DeliverDueAsync();
        Assert.Equal(0, await _world.Platform.DeliverDueAsync());
        _world.Clock.Advance(TimeSpan.FromMinutes(1));
        _world.Store.RefundOrder(_world.Store.Orders[0].Id, 0.01m);
        Assert.Equal(2, await _world.Platform.DeliverDueAsync());
        _receiver.Status = 200;
        _world.Clock.Advance(TimeSpan.FromMinutes(10));
        await _world.Platform.DeliverDueAsync();
        var byId = _receiver.Taken.ToLookup(taken => taken.Headers["X-Shopify-Webhook-Id"]);
        Assert.Equal([2, 3], byId.Select(group => group.Count()).Order());
        Assert.All(byId, group => Assert.Single(group.Select(taken => Convert.ToBase64String(taken.Body)).Distinct()));
        Assert.Equal(0, _world.Platform.WaitingDeliveries);
        Assert.Equal(0, _world.Shop.Subscriptions[0].Failures);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(302)]
    [InlineData(401)]
    public async Task A_subscription_ends_after_eight_failures_in_a_row(int status)
    {
        await SubscribeAsync("ORDERS_UPDATED");
        _receiver.Status = status;
        _world.Store.UpdateOrder(_world.Store.Orders[0].Id);
        for (var attempt = 0; attempt < 8; attempt++)
        {
            Assert.Single(_world.Shop.Subscriptions);
            Assert.Equal(1, await _world.Platform.DeliverDueAsync());
            _world.Clock.Advance(TimeSpan.FromHours(2));
        }

        Assert.Empty(_world.Shop.Subscriptions);
        Assert.Equal(0, _world.Platform.WaitingDeliveries);
        Assert.Equal(8, _world.Platform.Log.Count("webhook:failed"));
    }

    [Fact]
    public async Task A_receiver_that_does_not_answer_in_time_has_failed()
    {
        await using var world = await ShopifyWorld.StartAsync(deliveryTimeout: TimeSpan.FromMilliseconds(100));
        world.Shop.ComplianceUrl = _receiver.Url;
        _receiver.Status = 0;
        world.Platform.SendPrivacy(world.Shop, "shop/redact");
        await world.Platform.DeliverDueAsync();
        Assert.Equal((1, 1), (world.Platform.Log.Count("webhook:failed"), world.Platform.WaitingDeliveries));
    }

    [Fact]
    public async Task The_eight_retries_fit_into_four_hours()
    {
        _world.Shop.ComplianceUrl = _receiver.Url;
        _receiver.Status = 500;
        _world.Platform.SendPrivacy(_world.Shop, "shop/redact");
        var sent = 0;
        for (var minute = 0; minute <= 6 * 60; minute++)
        {
            sent += await _world.Platform.DeliverDueAsync();
            Assert.True(minute < 240 || sent == 9);
            _world.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(9, sent);
    }

    [Fact]
    public async Task Privacy_topics_go_to_the_configured_address()
    {
        _world.Shop.ComplianceUrl = _receiver.Url;
        var customer = _world.Store.Orders.First(order => order.CustomerId is not null).CustomerId!.Value;
        _world.Platform.SendPrivacy(_world.Shop, "customers/data_request", customer);
        _world.Platform.SendPrivacy(_world.Shop, "customers/redact", customer);
        _world.Platform.SendPrivacy(_world.Shop, "shop/redact");
        await _world.Platform.DeliverDueAsync();
        var product = _world.Store.Products[0];
        var bodies = _receiver.Taken.Select(taken => JsonNode.Parse(taken.Body)!).ToArray();
        Assert.Equal(customer, bodies[0]["customer"]!["id"]!.GetValue<long>());
        Assert.NotEmpty(bodies[1]["orders_to_redact"]!.AsArray());
        Assert.Equal(["shop_id", "shop_domain"], bodies[2].AsObject().Select(pair => pair.Key));
    }

    [Fact]
    public async Task Uninstalling_says_goodbye_and_ends_the_subscriptions()
    {
        await SubscribeAsync("APP_UNINSTALLED");
        await SubscribeAsync("ORDERS_UPDATED");
        _world.Platform.Uninstall(_world.Shop);
        _world.Store.UpdateOrder(_world.Store.Orders[0].Id);
        _receiver.Status = 500;
        await _world.Platform.DeliverDueAsync();
        _receiver.Status = 200;
        _world.Clock.Advance(TimeSpan.FromMinutes(1));
        await _world.Platform.DeliverDueAsync();
        Assert.Equal(["app/uninstalled", "app/uninstalled"], _receiver.Taken.Select(taken => taken.Headers["X-Shopify-Topic"]));
        Assert.Empty(_world.Shop.Subscriptions);
    }

    [Fact]
    public async Task For_an_hour_after_a_rotation_the_old_secret_signs()
    {
        await SubscribeAsync("ORDERS_UPDATED");
        _world.Shop.RotateSecret("secret-2");
        _world.Store.UpdateOrder(_world.Store.Orders[0].Id);
        await _world.Platform.DeliverDueAsync();
        _world.Clock.Advance(TimeSpan.FromHours(1));
        _world.Store.UpdateOrder(_world.Store.Orders[0].Id);
        await _world.Platform.DeliverDueAsync();
        byte[][] secrets = ["secret-1"u8.ToArray(), "secret-2"u8.ToArray()];
        Assert.Equal(
            _receiver.Taken.Zip(secrets, (taken, secret) => Convert.ToBase64String(HMACSHA256.HashData(secret, taken.Body))),
            _receiver.Taken.Select(taken => taken.Headers["X-Shopify-Hmac-Sha256"]));
    }

    [Fact]
    public void The_body_signature_is_the_published_one() =>
        Assert.Equal("B23tXN681gZ0qIWNRrgtzBE9XSDo5yaUu6wfmhu3a7g=", ShopifySigning.Body("{\"foo\": \"bar\"}"u8.ToArray(), "test_secret_key"));

    [Theory]
    [InlineData("http://shop.example/hook", "Address protocol is not supported, use https")]
    [InlineData("http://10.0.0.1/hook", "Address protocol is not supported, use https")]
    [InlineData("pubsub://project:topic", "Address protocol is not supported, use https")]
    [InlineData("", "Address can't be blank")]
    [InlineData("taken", "Address for this topic has already been taken")]
    public async Task Bad_addresses_are_user_errors(string uri, string message)
    {
        await SubscribeAsync("ORDERS_CREATE");
        var json = await CreateAsync("ORDERS_CREATE", uri == "taken" ? _receiver.Url : uri);
        Assert.Null(json["webhookSubscription"]);
        Assert.Equal(message, json["userErrors"]![0]!["message"]!.GetValue<string>());
        Assert.Single(_world.Shop.Subscriptions);
    }

    [Fact]
    public async Task Topics_need_their_scope()
    {
        _world.Shop.Scopes = ["read_products"];
        Assert.Contains("permission", (await CreateAsync("ORDERS_CREATE", _receiver.Url))["userErrors"]![0]!["message"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Empty((await CreateAsync("PRODUCTS_UPDATE", _receiver.Url))["userErrors"]!.AsArray());
    }

    [Fact]
    public async Task Subscriptions_are_listed_changed_and_deleted()
    {
        var id = (await SubscribeAsync("ORDERS_CREATE"))["id"]!.GetValue<string>();
        await SubscribeAsync("PRODUCTS_UPDATE");
        var listed = (await _world.DataAsync("{ webhookSubscriptions(first: 10, topics: [ORDERS_CREATE]) { nodes { id topic uri callbackUrl endpoint { __typename ... on WebhookHttpEndpoint { callbackUrl } } apiVersion { handle } } } }"))["webhookSubscriptions"]!["nodes"]!.AsArray();
        Assert.Equal((id, _receiver.Url), (Assert.Single(listed)!["id"]!.GetValue<string>(), listed[0]!["uri"]!.GetValue<string>()));
        Assert.Equal("WebhookHttpEndpoint", listed[0]!["endpoint"]!["__typename"]!.GetValue<string>());

        await _world.DataAsync("mutation($id: ID!, $s: WebhookSubscriptionInput!) { webhookSubscriptionUpdate(id: $id, webhookSubscription: $s) { userErrors { message } webhookSubscription { uri } } }", new { id, s = new { uri = "https://new.example/x", includeFields = new[] { "id" } } });
        Assert.Equal("https://new.example/x", _world.Shop.Subscriptions[0].Uri);
        const string delete = "mutation($id: ID!) { webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId userErrors { message } } }";
        Assert.Equal(id, (await _world.DataAsync(delete, new { id }))["webhookSubscriptionDelete"]!["deletedWebhookSubscriptionId"]!.GetValue<string>());
        Assert.NotEmpty((await _world.DataAsync(delete, new { id }))["webhookSubscriptionDelete"]!["userErrors"]!.AsArray());
        Assert.Equal("PRODUCTS_UPDATE", Assert.Single(_world.Shop.Subscriptions).Topic);
    }

    [Fact]
    public async Task Chosen_fields_are_all_that_is_sent()
    {
        await _world.DataAsync("mutation($u: String) { webhookSubscriptionCreate(topic: ORDERS_UPDATED, webhookSubscription: { uri: $u, includeFields: [\"id\", \"updated_at\"] }) { userErrors { message } } }", new { u = _receiver.Url });
        _world.Store.UpdateOrder(_world.Store.Orders[0].Id);
        await _world.Platform.DeliverDueAsync();
        Assert.Equal(["id", "updated_at"], JsonNode.Parse(Assert.Single(_receiver.Taken).Body)!.AsObject().Select(pair => pair.Key));
    }

    private async Task<JsonNode> SubscribeAsync(string topic)
    {
        var payload = await CreateAsync(topic, _receiver.Url);
        Assert.Empty(payload["userErrors"]!.AsArray());
        return payload["webhookSubscription"]!;
    }

    private async Task<JsonNode> CreateAsync(string topic, string uri) => (await _world.DataAsync(
        "mutation($topic: WebhookSubscriptionTopic!, $uri: String) { webhookSubscriptionCreate(topic: $topic, webhookSubscription: { uri: $uri, format: JSON }) { userErrors { field message } webhookSubscription { id } } }",
        new { topic, uri }))["webhookSubscriptionCreate"]!;

    private sealed record Taken(Dictionary<string, string> Headers, byte[] Body);

    private sealed class Receiver(WebApplication app) : IAsyncDisposable
    {
        private readonly ConcurrentQueue<Taken> _taken = new();

        /// <summary>0 hangs.</summary>
        public int Status { get; set; } = 200;

        public IReadOnlyList<Taken> Taken => [.. _taken];

        public string Url => app.Urls.Single() + "/webhooks/shopify/c1";

        public static async Task<Receiver> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var app = builder.Build();
            var receiver = new Receiver(app);
            app.Run(receiver.TakeAsync);
            await app.StartAsync();
            return receiver;
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();

        private async Task TakeAsync(HttpContext http)
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            _taken.Enqueue(new Taken(http.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase), body.ToArray()));
            if (Status == 0)
            {
                await Task.Delay(Timeout.Infinite, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return;
            }

            http.Response.StatusCode = Status;
            http.Response.Headers.Location = Status == 302 ? "/elsewhere" : default;
        }
    }
}
