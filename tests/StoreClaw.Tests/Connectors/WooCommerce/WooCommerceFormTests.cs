using System.Net.Http;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Connectors.WooCommerce;
using StoreClaw.Tests.Repository;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Connectors.WooCommerce;

/// <summary>What needs no store: typed addresses, signatures, bodies, answers.</summary>
public sealed class WooCommerceFormTests
{
    private static readonly Connector Connector = WooCommerceConnector.Create(new SeededRandomness(1));

    private static readonly StoreSession Store = Uncalled("https://example.com");

    [Theory]
    [InlineData("example.com", "https://example.com")]
    [InlineData("https://Example.COM/", "https://example.com")]
    [InlineData("https://example.com/Shop/", "https://example.com/Shop")]
    [InlineData("https://example.com/shop/wp-admin/admin.php?page=wc-settings#top", "https://example.com/shop")]
    [InlineData("https://example.com/wp-login.php?redirect_to=x", "https://example.com")]
    [InlineData("https://example.com/shop/wp-json/wc/v3/", "https://example.com/shop")]
    [InlineData("https://example.com:8443/?utm=1", "https://example.com:8443")]
    [InlineData("https://example.com:443", "https://example.com")]
    [InlineData("https://bücher.example/laden", "https://xn--bcher-kva.example/laden")]
    [InlineData("https://93.184.216.34/shop", "https://93.184.216.34/shop")]
    public void A_typed_address_becomes_the_sites(string typed, string store) =>
        Assert.Equal(store, Assert.IsType<ConnectPlan.Ready>(Plan(false, ("siteUrl", typed), ("consumerKey", "ck_1"), ("consumerSecret", "cs_1"))).Store);

    [Theory]
    [InlineData("")]
    [InlineData("http://example.com")]
    [InlineData("ftp://example.com")]
    [InlineData("https://")]
    [InlineData("https://seller:password@example.com")]
    [InlineData("https://localhost/shop")]
    [InlineData("https://127.0.0.1")]
    [InlineData("https://10.1.2.3")]
    [InlineData("https://169.254.169.254/latest")]
    [InlineData("https://[::1]/")]
    [InlineData("https://[::ffff:192.168.0.1]/")]
    [InlineData("https://2130706433/")]
    public void An_address_that_must_not_be_called_is_refused(string typed)
    {
        var error = Assert.Single(Assert.IsType<ConnectPlan.Refused>(Plan(false, ("siteUrl", typed), ("consumerKey", "ck_1"), ("consumerSecret", "cs_1"))).Errors);

        Assert.Equal("siteUrl", error.Field);
        Assert.NotEmpty(error.Remedy);
    }

    [Fact]
    public void A_sandbox_may_be_on_this_machine() =>
        Assert.Equal("http://127.0.0.1:8080/shop", Assert.IsType<ConnectPlan.Ready>(Plan(true, ("siteUrl", "http://127.0.0.1:8080/shop/"), ("consumerKey", "ck_1"), ("consumerSecret", "cs_1"))).Store);

    [Theory]
    [InlineData("consumerKey", "consumerSecret")]
    [InlineData("consumerSecret", "consumerKey")]
    public void Half_a_key_pair_is_refused_by_the_name_of_the_other_half(string given, string missing) =>
        Assert.Equal(missing, Assert.Single(Assert.IsType<ConnectPlan.Refused>(Plan(false, ("siteUrl", "example.com"), (given, "x"))).Errors).Field);

    [Fact]
    public void Without_a_key_the_seller_approves_in_the_browser()
    {
        var plan = Assert.IsType<ConnectPlan.Browser>(Plan(false, ("siteUrl", "example.com/shop")));

        var url = Connector.Authorization.AuthorizeUrl(Uncalled(plan.Store), new BrowserStart("a.b-c", new Uri("https://storeclaw.example/oauth/woocommerce/callback"), "challenge"));

        Assert.Equal(
            "https://example.com/shop/wc-auth/v1/authorize?app_name=StoreClaw&scope=read_write&user_id=a.b-c&return_url=https%3A%2F%2Fstoreclaw.example%2Foauth%2Fwoocommerce%2Fcallback"
            + "&callback_url=https%3A%2F%2Fstoreclaw.example%2Foauth%2Fwoocommerce%2Fcallback%3Fuser_id%3Da.b-c",
            url.AbsoluteUri);
    }

    [Fact]
    public void Signatures_computed_elsewhere_are_good()
    {
        var vectors = JsonElement.Parse(Repo.Read("tests", "StoreClaw.Tests", "Connectors", "WooCommerce", "vectors.json")).GetProperty("vectors").EnumerateArray().ToList();

        Assert.NotEmpty(vectors);
        Assert.All(vectors, static vector => Assert.Equal(SignatureResult.Valid, Verify(vector, "body", "signature")));
    }

    /// <summary>Core's own test signs with an empty secret, which StoreClaw never takes: it would verify what anybody signed with nothing.</summary>
    [Fact]
    public void The_published_vector_is_refused_for_its_empty_secret() =>
        Assert.Equal(SignatureResult.MissingSecret, Verify("secret", "GBDo00G55h6IiV+6CxqivQPLbI//KzaOZm747971tPs=", ""));

    [Theory]
    [InlineData("webhook_id=142", true)]
    [InlineData("webhook_id=", false)]
    [InlineData("webhook_id=142&x=1", false)]
    [InlineData("{\"id\":1}", false)]
    [InlineData("", false)]
    public void A_ping_is_answered(string body, bool answered)
    {
        Assert.Equal(answered, Connector.Webhooks!.Answer(Request(body), Store.Secrets)?.Status == 200);
        Assert.Null(Connector.Webhooks.Answer(Request(body, ("X-WC-Webhook-Topic", "order.created")), Store.Secrets));
    }

    [Theory]
    [InlineData("order.deleted", Resource.Orders)]
    [InlineData("product.deleted", Resource.Products)]
    [InlineData("customer.deleted", Resource.Customers)]
    public void What_was_deleted_is_looked_up(string topic, Resource resource) =>
        Assert.Equal([new LookupChange(resource, "727", MayBeGone: true)], Read(topic, """{"id":727}"""));

    [Fact]
    public void A_variable_product_is_looked_up_and_a_variation_brings_its_stock()
    {
        Assert.Equal([new LookupChange(Resource.Products, "22", MayBeGone: false)], Read("product.updated", """{"id":22,"type":"variable","parent_id":0}"""));
        var changes = Read("product.updated", """{"id":23,"type":"variation","parent_id":22,"sku":123,"manage_stock":true,"stock_quantity":"12","date_modified_gmt":"2026-01-02T03:04:05"}""");
        Assert.Equal(
            [
                new StockChange(new StockLevel { ItemId = "22:23", Sku = "123", Available = 12, UpdatedAt = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero) }),
                new LookupChange(Resource.Products, "22", MayBeGone: false),
            ],
            changes);
    }

    [Fact]
    public void A_simple_product_comes_whole()
    {
        var changes = Read("product.created", """
            {"id":794,"name":"Caf&eacute; &amp; Co","type":"simple","status":"trash","sku":"","price":"","manage_stock":false,"stock_quantity":null,"date_created_gmt":"2026-01-02T03:04:05","date_modified_gmt":null}
            """);

        var product = Assert.IsType<ProductChange>(changes[0]).Product;
        Assert.Equal(("794", "Café & Co", true, "trash"), (product.Id, product.Title, product.Deleted, product.Status));
        Assert.Equal(new Variant("794", "", "Café & Co", null, "794"), Assert.Single(product.Variants));
        Assert.Equal(new StockLevel { ItemId = "794", Sku = "", UpdatedAt = product.UpdatedAt, Deleted = true }, Assert.IsType<StockChange>(changes[1]).Level);
    }

    [Fact]
    public void An_error_in_place_of_a_record_is_nothing() =>
        Assert.IsType<NothingChange>(Assert.Single(Read("order.updated", """{"code":"woocommerce_rest_shop_order_invalid_id","message":"Invalid ID.","data":{"status":404}}""")));

    [Theory]
    [InlineData("processing", false, false)]
    [InlineData("refunded", false, false)]
    [InlineData("cancelled", true, false)]
    [InlineData("failed", true, false)]
    [InlineData("trash", false, true)]
    [InlineData("auto-draft", false, true)]
    [InlineData("checkout-draft", false, true)]
    [InlineData("wc-plug-in-status", false, false)]
    public void A_status_counts_or_does_not(string status, bool cancelled, bool deleted)
    {
        var order = OrderOf($$"""{"id":1,"status":"{{status}}","currency":"EUR","total":"1.00","date_created_gmt":"2026-01-01T00:00:00","date_modified_gmt":"2026-01-02T00:00:00"}""");

        Assert.Equal((cancelled ? order.UpdatedAt : null, deleted, status), (order.CancelledAt, order.Deleted, order.PaymentStatus));
    }

    [Fact]
    public void Lines_are_priced_before_discount_and_without_dividing_by_nothing()
    {
        var order = OrderOf("""
            {"id":"1","number":1001,"status":"processing","currency":"EUR","total":"27.50","total_tax":"","customer_id":"0","shipping":false,"billing":{"country":"DE"},"refunds":false,
             "date_created":"2026-01-01T12:00:00","date_created_gmt":"2026-01-01T11:00:00","date_modified_gmt":"2026-01-01T11:00:00","line_items":[
             {"id":1,"name":"A &ndash; B","product_id":5,"variation_id":6,"quantity":"2.5","subtotal":"25.00","total":"20.00","price":8,"sku":123},
             {"id":2,"name":"C","product_id":7,"variation_id":0,"quantity":0,"subtotal":"5.00","total":"5.00","price":0,"sku":null}]}
            """);

        Assert.Equal(("1001", null, "DE", new DateTimeOffset(2026, 1, 1, 11, 0, 0, TimeSpan.Zero)), (order.Number, order.CustomerId, order.Country, order.CreatedAt));
        Assert.Equal(new OrderLine { Id = "1", Sku = "123", Title = "A – B", ProductId = "5", VariantId = "6", Quantity = 2.5m, UnitPrice = 10, Discount = 5 }, order.Lines[0]);
        Assert.Equal(new OrderLine { Id = "2", Title = "C", ProductId = "7", VariantId = "7", Quantity = 0, UnitPrice = 0 }, order.Lines[1]);
    }

    [Theory]
    [InlineData(401, """{"code":"woocommerce_rest_authentication_error","message":"Consumer secret is invalid.","data":{"status":401}}""", FaultKind.CredentialsRejected)]
    [InlineData(401, """{"code":"woocommerce_rest_cannot_view","message":"Sorry, you cannot list resources.","data":{"status":401}}""", FaultKind.CredentialsRejected)]
    [InlineData(401, """{"code":"woocommerce_rest_authentication_error","message":"The API key provided does not have write permissions.","data":{"status":401}}""", FaultKind.ScopeMissing)]
    [InlineData(403, """{"code":"woocommerce_rest_cannot_edit","message":"Sorry, you are not allowed to edit this resource.","data":{"status":403}}""", FaultKind.ScopeMissing)]
    [InlineData(400, """{"code":"rest_invalid_param","message":"Invalid parameter(s): per_page","data":{"status":400,"params":{}}}""", FaultKind.Invalid)]
    [InlineData(400, """{"code":"woocommerce_rest_product_invalid_id","message":"Invalid ID.","data":{"status":400}}""", FaultKind.NotFound)]
    [InlineData(404, """{"code":"woocommerce_rest_shop_order_invalid_id","message":"Invalid ID.","data":{"status":404}}""", FaultKind.NotFound)]
    [InlineData(404, """{"code":"rest_no_route","message":"No route was found.","data":{"status":404}}""", FaultKind.StoreUnavailable)]
    [InlineData(404, "<!DOCTYPE html><title>Page not found</title><script>var a = {};</script>", FaultKind.StoreUnavailable)]
    [InlineData(301, "", FaultKind.Invalid)]
    [InlineData(403, "<html><body>Checking your browser</body></html>", FaultKind.PlatformFailure)]
    [InlineData(200, "<html><body>Checking your browser</body></html>", FaultKind.PlatformFailure)]
    [InlineData(200, "", FaultKind.PlatformFailure)]
    [InlineData(200, "{\"cut", FaultKind.PlatformFailure)]
    [InlineData(429, "<html></html>", FaultKind.Throttled)]
    [InlineData(508, "Resource Limit Is Reached", FaultKind.Throttled)]
    [InlineData(503, "<html>Briefly unavailable</html>", FaultKind.PlatformFailure)]
    [InlineData(520, "<html>Web server is returning an unknown error</html>", FaultKind.PlatformFailure)]
    [InlineData(500, """{"code":"internal_server_error","message":"<p>There has been a critical error on this website.</p>","data":{"status":500}}""", FaultKind.PlatformFailure)]
    [InlineData(200, "[]", null)]
    [InlineData(200, "\uFEFF {\"id\":1}", null)]
    [InlineData(200, "<br />\n<b>Warning</b>: Undefined key [\"price\"] in {closure} on line <b>12</b><br />\n[{\"id\":1}]", null)]
    public void An_answer_is_called_what_it_is(int status, string body, FaultKind? kind)
    {
        var fault = Examine(status, body);

        Assert.Equal(kind, fault?.Kind);
        Assert.NotEqual("", fault?.Message);
    }

    [Fact]
    public void A_busy_store_that_says_when_to_come_back_is_waited_for()
    {
        Assert.Equal(FaultKind.Throttled, Examine(503, "<html>", ("Retry-After", "30"))?.Kind);
    }

    [Theory]
    [InlineData(100, 0, true)]
    [InlineData(4, 0, true)]
    [InlineData(100, 5, true)]
    [InlineData(4, 3, true)]
    [InlineData(100, 57, true)]
    [InlineData(100, 0, false)]
    public async Task Short_pages_and_rows_that_cannot_be_shown_end_no_walk_early(int serverLimit, int hiddenEach, bool saysTotal)
    {
        var store = Answering(request =>
        {
            var query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(request.Url.Query);
            var (offset, size) = (int.Parse(query["offset"]!), Math.Min(serverLimit, int.Parse(query["per_page"]!)));
            var shown = Enumerable.Range(1, 57).Skip(offset).Take(size).Where(id => hiddenEach == 0 || id % hiddenEach != 0);
            return $"[{string.Join(',', shown.Select(static id => $$"""{"id":{{id}},"date_created_gmt":"2026-01-01T00:00:00"}"""))}]";
        }, saysTotal ? "57" : null);
        var read = new List<string>();
        var calls = 0;
        for (string? cursor = null; calls == 0 || cursor is not null; calls++)
        {
            Assert.InRange(calls, 0, 100);
            var page = await Connector.Readers[Resource.Customers].ReadAsync(store, new PageRequest(null, DateTimeOffset.MaxValue, cursor, 10, Backfill: true), CancellationToken.None);
            cursor = page.Next;
            read.AddRange(page.Changes.Select(static change => change.Record.Id));
        }

        Assert.Equal(Enumerable.Range(1, 57).Where(id => hiddenEach == 0 || id % hiddenEach != 0).Select(static id => id.ToString()), read);
    }

    [Theory]
    [InlineData("\"timezone_string\":\"Asia/Shanghai\",\"gmt_offset\":8", "Asia/Shanghai")]
    [InlineData("\"timezone_string\":\"\",\"gmt_offset\":8", "Etc/GMT-8")]
    [InlineData("\"timezone_string\":\"\",\"gmt_offset\":\"-5\"", "Etc/GMT+5")]
    [InlineData("\"timezone_string\":\"\",\"gmt_offset\":0", "Etc/GMT+0")]
    [InlineData("\"timezone_string\":\"\",\"gmt_offset\":5.5", null)]
    [InlineData("\"name\":\"no zone\"", null)]
    public async Task The_sites_time_zone_is_a_real_one(string members, string? zone)
    {
        var store = Answering(request => request.Url.AbsolutePath == "/wp-json/" ? $"{{{members}}}" : "[]", null);

        var grant = await Connector.Authorization.GrantAsync(store, default, CancellationToken.None);

        Assert.Equal(zone, grant.Facts.GetValueOrDefault("timeZone"));
        Assert.True(zone is null || TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _));
    }

    [SampleFact("woocommerce")]
    public async Task Published_lists_are_read()
    {
        var orders = await ListAsync(Resource.Orders, "orders-list.response.json");
        var products = await ListAsync(Resource.Products, "products-list.response.json");
        var customers = await ListAsync(Resource.Customers, "customers-list.response.json");

        var order = orders.Select(static change => change.Record).OfType<Order>().Single(static order => order.Id == "727");
        Assert.Equal((29.35m, 1.35m, 10m, "US", null, "USD", 2), (order.Total, order.Tax, order.Shipping, order.Country, order.CustomerId, order.Currency, order.Lines.Count));
        Assert.Equal(new DateTimeOffset(2017, 3, 22, 19, 28, 8, TimeSpan.Zero), order.UpdatedAt);
        Assert.Equal("Ship Your Idea – Color: Black, Size: M Test", order.Lines[1].Title);
        Assert.Equal(2, orders.Count);
        Assert.Equal(["799", "794"], products.OfType<ProductChange>().Select(static change => change.Product.Id));
        Assert.Equal(["Ship Your Idea - Green", "Ship Your Idea - Black"], products.OfType<ProductChange>().First().Product.Variants.Select(static variant => variant.Title));
        Assert.Equal(["799:733", "799:732", "794"], products.OfType<StockChange>().Select(static change => change.Level.ItemId));
        Assert.All(customers, static change => Assert.NotNull(((Customer)change.Record).FirstSeenAt));
        Assert.Contains(customers, static change => ((Customer)change.Record).Country == "BR");
    }

    [SampleFact("woocommerce")]
    public async Task A_published_order_is_the_same_from_a_webhook_and_from_the_list()
    {
        var delivered = Assert.IsType<OrderChange>(Assert.Single(Read("order.updated", Samples.Read("woocommerce", "order-single.response.json"))));
        var listed = (await ListAsync(Resource.Orders, "orders-list.response.json")).Single(static change => change.Record.Id == "727");

        Assert.Equal(JsonSerializer.Serialize(listed.Record as Order, JsonText.Options), JsonSerializer.Serialize(delivered.Order, JsonText.Options));
    }

    [SampleFact("woocommerce")]
    public void Published_refusals_are_told_apart()
    {
        Assert.Equal(FaultKind.CredentialsRejected, Examine(401, Samples.Read("woocommerce", "error-forbidden.response.json"))?.Kind);
        Assert.Equal(FaultKind.StoreUnavailable, Examine(404, Samples.Read("woocommerce", "error-no-route.response.json"))?.Kind);
    }

    [SampleFact("woocommerce")]
    public void Published_keys_and_ping_are_taken()
    {
        var callback = new CallbackInput([new("user_id", "123")], Encoding.UTF8.GetBytes(Samples.Read("woocommerce", "wc-auth-keys-posted.json")), new Uri("https://storeclaw.example/"), "");
        var ping = JsonElement.Parse(Samples.Read("woocommerce", "webhook-ping.handmade.json")).GetProperty("raw_body").GetString()!;
        var vector = JsonElement.Parse(Samples.Read("woocommerce", "signature-vectors.json")).GetProperty("webhook")[0];

        Assert.Null(Connector.Authorization.CheckCallback(Store, callback, default));
        Assert.NotNull(Connector.Webhooks!.Answer(Request(ping), Store.Secrets));
        Assert.Equal(SignatureResult.MissingSecret, Verify(vector, "raw_body", "expected_header_value"));
    }

    [SampleFact("woocommerce")]
    public async Task A_published_batch_and_list_of_webhooks_are_read()
    {
        List<string> sent = [];
        var store = Answering(request =>
        {
            sent.Add($"{request.Method} {request.Url.AbsolutePath}");
            return Samples.Read("woocommerce", request.Method == HttpMethod.Get ? "webhooks-list.response.json" : "product-variations-batch.response.json");
        }, "2");

        await Connector.Webhooks!.EnsureAsync(store, new Uri("http://requestb.in/1g0sxmo1"), CancellationToken.None);
        var results = await Connector.StockWriter!.SetAsync(store, [new StockWrite("22:733", "", 5, null, "a"), new StockWrite("22:732", "", 5, null, "b")], CancellationToken.None);

        Assert.Equal(["PUT /wp-json/wc/v3/webhooks/142", "PUT /wp-json/wc/v3/webhooks/143"], sent.Where(static call => call.StartsWith("PUT", StringComparison.Ordinal)).Order());
        Assert.Equal("POST /wp-json/wc/v3/products/22/variations/batch", sent[^1]);
        Assert.All(results, static result => Assert.NotNull(result.Fault));
    }

    private static ConnectPlan Plan(bool lifted, params (string Name, string Value)[] fields) =>
        Connector.Authorization.Plan(new ConnectInput(fields.ToDictionary(static field => field.Name, static field => new Secret(field.Value)), null, lifted));

    private static StoreSession Uncalled(string store) =>
        new("connection-1", store, new Dictionary<string, Secret>(), new Dictionary<string, string>(), static (_, _, _) => throw new InvalidOperationException("nobody is called"));

    private static PlatformFault? Examine(int status, string body, params (string Name, string Value)[] headers)
    {
        using var message = new HttpResponseMessage();
        foreach (var (name, value) in headers)
        {
            message.Headers.Add(name, value);
        }

        return Connector.Protocol.Examine(new PlatformResponse(status, message.Headers, null, Encoding.UTF8.GetBytes(body)));
    }

    private static WebhookRequest Request(string body, params (string Name, string Value)[] headers)
    {
        var named = headers.ToDictionary(static header => header.Name, static header => new StringValues(header.Value), StringComparer.OrdinalIgnoreCase);
        return new WebhookRequest("POST", new HeaderDictionary(named), new QueryCollection(), Encoding.UTF8.GetBytes(body), new Uri("https://storeclaw.example/"));
    }

    private static SignatureResult Verify(JsonElement vector, string body, string signature) =>
        Verify(vector.GetProperty(body).GetString()!, vector.GetProperty(signature).GetString()!, vector.GetProperty("secret").GetString()!);

    private static SignatureResult Verify(string body, string signature, string secret) => Connector.Webhooks!.Verify(Request(body, ("X-WC-Webhook-Signature", signature)), [new Secret(secret)], default);

    private static IReadOnlyList<Change> Read(string topic, string body) => Connector.Webhooks!.Read(new Delivery(topic, null, null, default, Encoding.UTF8.GetBytes(body)), Store);

    private static Order OrderOf(string body) => Assert.IsType<OrderChange>(Assert.Single(Read("order.updated", body))).Order;

    private static StoreSession Answering(Func<PlatformRequest, string> body, string? total) => new(
        "connection-1",
        "https://example.com",
        new Dictionary<string, Secret> { ["webhookSecret"] = new("s") },
        new Dictionary<string, string> { ["apiRoot"] = "/wp-json/wc/v3" },
        (_, request, _) =>
        {
            var response = new HttpResponseMessage();
            response.Headers.TryAddWithoutValidation("X-WP-Total", total);
            return Task.FromResult(new PlatformResponse(200, response.Headers, "application/json", Encoding.UTF8.GetBytes(body(request))));
        });

    private static async Task<IReadOnlyList<RecordChange>> ListAsync(Resource resource, string file)
    {
        var store = Answering(
            request => request.Url.Segments[^1] switch
            {
                "refunds" => """[{"id":726,"date_created":"2017-03-21T17:07:11","date_created_gmt":"2017-03-21T20:07:11","amount":"10.00","reason":""}]""",
                "variations" => Samples.Read("woocommerce", "product-variations-list.response.json"),
                _ => Samples.Read("woocommerce", file),
            },
            total: "2");
        var reader = Connector.Readers[resource];
        var request = new PageRequest(null, DateTimeOffset.MaxValue, null, 100, Backfill: true);
        var page = await reader.ReadAsync(store, request, CancellationToken.None);
        return page.Next is null ? page.Changes : (await reader.ReadAsync(store, request with { Cursor = page.Next }, CancellationToken.None)).Changes;
    }
}
