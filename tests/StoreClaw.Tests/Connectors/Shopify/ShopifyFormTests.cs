using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Connectors.Http;
using StoreClaw.Connectors.Shopify;
using StoreClaw.Tests.Repository;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Connectors.Shopify;

/// <summary>Shopify's forms read and checked without a platform: domains, signatures, errors, bodies.</summary>
public sealed class ShopifyFormTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1337178173);

    private static readonly JsonElement Vectors = JsonElement.Parse(Repo.Read("tests", "StoreClaw.Tests", "Connectors", "Shopify", "vectors.json"));

    private static IWebhooks Webhooks => ShopifyConnector.Instance.Webhooks!;

    private static IAuthorization Authorization => ShopifyConnector.Instance.Authorization;

    [Theory]
    [InlineData("some-shop.myshopify.com", "some-shop.myshopify.com")]
    [InlineData(" Some-Shop.MyShopify.com ", "some-shop.myshopify.com")]
    [InlineData("https://some-shop.myshopify.com", "some-shop.myshopify.com")]
    [InlineData("https://some-shop.myshopify.com/", "some-shop.myshopify.com")]
    [InlineData("https://some-shop.myshopify.com/admin", "some-shop.myshopify.com")]
    [InlineData("http://some-shop.myshopify.com/admin/products?x=1", "some-shop.myshopify.com")]
    [InlineData("https://admin.shopify.com/store/some-shop", "some-shop.myshopify.com")]
    [InlineData("admin.shopify.com/store/some-shop/orders?status=open", "some-shop.myshopify.com")]
    public void A_shop_domain_is_normalised(string typed, string expected) => Assert.Equal(expected, Assert.IsType<ConnectPlan.Ready>(Plan(typed)).Store);

    [Theory]
    [InlineData("some-shop")]
    [InlineData("some-shop.example.com")]
    [InlineData("some-shop.myshopify.com.example.com")]
    [InlineData("example.com/some-shop.myshopify.com")]
    [InlineData("some-shop.myshopify.com:8443")]
    [InlineData("user@some-shop.myshopify.com")]
    [InlineData("https://user:pass@some-shop.myshopify.com")]
    [InlineData("some-shop.myshopify.com/other")]
    [InlineData("some-shop.myshopify.com#x")]
    [InlineData("some-shop.myshopify.com\\@example.com")]
    [InlineData("some-shop.myshopify.com\nexample.com")]
    [InlineData("-shop.myshopify.com")]
    [InlineData("a.b.myshopify.com")]
    [InlineData("admin.shopify.com")]
    [InlineData("admin.shopify.com/store/")]
    [InlineData("xmyshopify.com")]
    [InlineData("sh\u00F6p.myshopify.com")]
    [InlineData("ftp://some-shop.myshopify.com")]
    [InlineData("")]
    public void Anything_else_is_refused_with_a_remedy(string typed)
    {
        var error = Assert.Single(Assert.IsType<ConnectPlan.Refused>(Plan(typed)).Errors);

        Assert.Equal("shopDomain", error.Field);
        Assert.Contains("your-store.myshopify.com", error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_missing_key_is_named_unless_an_app_of_ours_stands_in()
    {
        var app = new AppClient("app-1", new Secret("app-secret"), new Dictionary<string, Secret>());

        Assert.Equal(["clientId", "clientSecret"], Refused(Authorization.Plan(Input(null, ("shopDomain", "some-shop.myshopify.com")))));
        Assert.Equal(["shopDomain", "clientId", "clientSecret"], Refused(Authorization.Plan(Input(null))));
        Assert.Equal(["clientSecret"], Refused(Authorization.Plan(Input(app, ("shopDomain", "some-shop.myshopify.com"), ("clientId", "client-1")))));
        var browser = Assert.IsType<ConnectPlan.Browser>(Authorization.Plan(Input(app, ("shopDomain", "some-shop.myshopify.com"))));
        Assert.Equal(("app-1", "app-secret", "browser"), (browser.Secrets["clientId"].Reveal(), browser.Secrets["clientSecret"].Reveal(), browser.Secrets["mode"].Reveal()));
        var own = Assert.IsType<ConnectPlan.Ready>(Authorization.Plan(Input(app, ("shopDomain", "some-shop.myshopify.com"), ("clientId", "client-1"), ("clientSecret", "s"))));
        Assert.Equal(("client-1", "credentials"), (own.Secrets["clientId"].Reveal(), own.Secrets["mode"].Reveal()));
    }

    [Fact]
    public void Webhook_vectors_hold_under_both_header_names()
    {
        Assert.All(Vectors.GetProperty("webhooks").EnumerateArray(), static vector =>
        {
            foreach (var name in new[] { "X-Shopify-Hmac-Sha256", "shopify-hmac-sha256", "x-shopify-hmac-sha256" })
            {
                var request = Request(vector.GetProperty("body").GetString()!, (name, vector.GetProperty("signature").GetString()!));
                Assert.Equal(SignatureResult.Valid, Webhooks.Verify(request, [new Secret(vector.GetProperty("secret").GetString()!)], Now));
                Assert.Equal(SignatureResult.Mismatch, Webhooks.Verify(request, [new Secret("another")], Now));
            }
        });
    }

    [SampleFact("shopify")]
    public void The_samples_vectors_hold_too()
    {
        var vectors = JsonElement.Parse(Samples.Read("shopify", "signature-vectors.json"));
        var webhook = vectors.GetProperty("webhook")[0];
        var request = Request(webhook.GetProperty("raw_body").GetString()!, (webhook.GetProperty("header").GetString()!, webhook.GetProperty("expected_header_value").GetString()!));
        Assert.Equal(SignatureResult.Valid, Webhooks.Verify(request, [new Secret(webhook.GetProperty("secret").GetString()!)], Now));
    }

    [Fact]
    public void Callback_vectors_hold_and_every_change_is_noticed()
    {
        Assert.All(Vectors.GetProperty("callbacks").EnumerateArray(), static vector =>
        {
            var store = Session(vector.GetProperty("secret").GetString()!);
            var query = vector.GetProperty("query").EnumerateObject().Select(static pair => KeyValuePair.Create(pair.Name, pair.Value.GetString()!)).ToList();
            var hmac = KeyValuePair.Create("hmac", vector.GetProperty("hmac").GetString()!);
            string? Check(IEnumerable<KeyValuePair<string, string>> changed) => Authorization.CheckCallback(store, new CallbackInput([.. changed], default, new Uri("https://storeclaw.example/"), ""), Now);

            Assert.Null(Check([.. query, hmac]));
            Assert.Null(Check([hmac, .. query.AsEnumerable().Reverse()]));
            Assert.NotNull(Check(query));
            Assert.NotNull(Check([.. query, KeyValuePair.Create("hmac", hmac.Value[..^1] + (hmac.Value[^1] == '0' ? '1' : '0'))]));
            Assert.NotNull(Check([.. query, hmac, KeyValuePair.Create("extra", "1")]));
            for (var i = 0; i < query.Count; i++)
            {
                Assert.NotNull(Check([.. query.Select((pair, at) => at == i ? KeyValuePair.Create(pair.Key, pair.Value + "1") : pair), hmac]));
                Assert.NotNull(Check([.. query.Where((_, at) => at != i), hmac]));
            }
        });
    }

    [Theory]
    [InlineData(-301, false)]
    [InlineData(-300, true)]
    [InlineData(0, true)]
    [InlineData(300, true)]
    [InlineData(301, false)]
    public void A_callback_is_good_for_five_minutes(int seconds, bool good)
    {
        var vector = Vectors.GetProperty("callbacks")[0];
        var query = vector.GetProperty("query").EnumerateObject().Select(static pair => KeyValuePair.Create(pair.Name, pair.Value.GetString()!)).Append(KeyValuePair.Create("hmac", vector.GetProperty("hmac").GetString()!));
        var input = new CallbackInput([.. query], default, new Uri("https://storeclaw.example/"), "");

        Assert.Equal(good, Authorization.CheckCallback(Session("hush"), input, Now.AddSeconds(seconds)) is null);
        Assert.Equal("The callback is about another shop than the one that was typed.", Authorization.CheckCallback(Session("hush", "other.myshopify.com"), input, Now));
    }

    [Theory]
    [InlineData("THROTTLED", FaultKind.Throttled)]
    [InlineData("MAX_COST_EXCEEDED", FaultKind.Invalid)]
    [InlineData("ACCESS_DENIED", FaultKind.ScopeMissing)]
    [InlineData("SHOP_INACTIVE", FaultKind.StoreUnavailable)]
    [InlineData("INTERNAL_SERVER_ERROR", FaultKind.PlatformFailure)]
    [InlineData("undefinedField", FaultKind.Invalid)]
    public void Errors_at_the_root_are_told_by_their_code(string code, FaultKind kind)
    {
        var fault = Examine(200, $$$"""{"errors":[{"message":"so","path":["orders"],"extensions":{"code":"{{{code}}}"}}],"data":{"orders":null}}""")!;

        Assert.Equal((kind, code, "request-1"), (fault.Kind, fault.Code, fault.RequestId));
    }

    [Theory]
    [InlineData("""{"data":{}}""", null)]
    [InlineData("""{"data":{},"errors":[]}""", null)]
    [InlineData("""{"data":{"order":{}},"errors":[{"message":"no","path":["order","customer"],"extensions":{"code":"ACCESS_DENIED"}}]}""", null)]
    [InlineData("""{"data":{"order":null},"errors":[{"message":"no","path":["order"],"extensions":{"code":"ACCESS_DENIED"}}]}""", FaultKind.ScopeMissing)]
    [InlineData("""{"data":{},"errors":[{"message":"no","path":["order","name"],"extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}""", FaultKind.PlatformFailure)]
    [InlineData("""{"errors":[{"message":"Throttled"}]}""", FaultKind.Invalid)]
    public void A_hidden_field_is_no_fault_and_a_hidden_record_is(string body, FaultKind? kind) => Assert.Equal(kind, Examine(200, body)?.Kind);

    [Theory]
    [InlineData(401, FaultKind.TokenExpired)]
    [InlineData(402, FaultKind.StoreUnavailable)]
    [InlineData(403, FaultKind.ScopeMissing)]
    [InlineData(404, FaultKind.NotFound)]
    [InlineData(422, FaultKind.Invalid)]
    [InlineData(423, FaultKind.StoreUnavailable)]
    [InlineData(429, FaultKind.Throttled)]
    [InlineData(430, FaultKind.StoreUnavailable)]
    [InlineData(502, FaultKind.PlatformFailure)]
    public void Statuses_are_told_apart(int status, FaultKind kind) => Assert.Equal(kind, Examine(status, "<html>")!.Kind);

    [Theory]
    [InlineData(300, 100, 100, 2.0)]
    [InlineData(150, 20.5, 50, 2.59)]
    [InlineData(100, 200, 100, null)]
    [InlineData(100, 0, 0.0001, null)]
    public void The_wait_is_what_is_missing_over_the_restore_rate(double requested, double available, double rate, double? seconds)
    {
        var body = JsonSerializer.Serialize(new
        {
            errors = new[] { new { message = "Throttled", extensions = new { code = "THROTTLED" } } },
            extensions = new { cost = new { requestedQueryCost = requested, throttleStatus = new { maximumAvailable = 2000, currentlyAvailable = available, restoreRate = rate } } },
        });

        Assert.Equal(seconds, Examine(200, body)!.RetryAfter?.TotalSeconds);
        Assert.Equal(new RateReading(available, 2000, rate), ShopifyConnector.Instance.Protocol.ReadRate(Response(200, body)));
    }

    [SampleFact("shopify")]
    public void The_sample_order_is_read_with_all_its_digits()
    {
        var change = Read("orders/create", Samples.Read("shopify", "webhook-orders-create.handmade.json"));
        var order = (Order)Assert.IsType<OrderChange>(Assert.Single(change)).Record;
        Assert.Equal(("820982911946154508", "#1002", "USD", 199m), (order.Id, order.Number, order.Currency, order.Total));
        Assert.Equal(new DateTimeOffset(2025, 7, 2, 16, 31, 2, TimeSpan.Zero), order.CreatedAt);
        foreach (var listed in JsonElement.Parse(Samples.Read("shopify", "orders-list.response.json")).GetProperty("orders").EnumerateArray())
        {
            Assert.IsType<OrderChange>(Assert.Single(Read("orders/updated", listed.GetRawText())));
        }

        foreach (var listed in JsonElement.Parse(Samples.Read("shopify", "products-list.response.json")).GetProperty("products").EnumerateArray())
        {
            Assert.NotEmpty(((ProductChange)Assert.Single(Read("products/update", listed.GetRawText()))).Product.Variants);
        }
    }

    [Fact]
    public void A_refund_in_the_buyers_currency_is_looked_up()
    {
        var body = Order("""[{"id":5,"created_at":"2026-08-20T00:00:00Z","transactions":[{"kind":"refund","status":"success","amount":"3.00","currency":"CAD"}]}]""");

        Assert.Equal([new LookupChange(Resource.Orders, "1", MayBeGone: false)], Read("orders/updated", body));
    }

    [Fact]
    public void Only_successful_repayments_count_as_refunded()
    {
        var body = Order("""
            [{"id":5,"created_at":"2026-08-20T00:00:00Z","transactions":[
              {"kind":"refund","status":"success","amount":"3.00","currency":"USD"},{"kind":"refund","status":"failure","amount":"9.00","currency":"USD"},
              {"kind":"void","status":"success","amount":"7.00","currency":"USD"},{"kind":"refund","status":"success","amount":"0.50","currency":"USD"}]}]
            """);

        Assert.Equal(3.5m, Assert.Single(((OrderChange)Assert.Single(Read("orders/updated", body))).Order.Refunds).Amount);
    }

    [Theory]
    [InlineData("1.50", "[]", "[]", 1.5)]
    [InlineData("0.00", """[{"amount":"2.00","discount_application_index":0}]""", """[{"allocation_method":"each","target_selection":"entitled"}]""", 2)]
    [InlineData("0.00", """[{"amount":"2.00","discount_application_index":0},{"amount":"0.25","discount_application_index":1}]""", """[{"allocation_method":"each","target_selection":"explicit"},{"allocation_method":"across","target_selection":"all"}]""", 2)]
    [InlineData("0.00", """[{"amount":"2.00","discount_application_index":0}]""", """[{"allocation_method":"across","target_selection":"all"}]""", 0)]
    public void A_lines_discount_is_its_own(string total, string allocations, string applications, decimal expected)
    {
        var line = $$"""{"id":2,"title":"T","quantity":1,"price":"10.00","total_discount":"{{total}}","discount_allocations":{{allocations}}}""";
        var body = Order("[]", line, applications);

        Assert.Equal(expected, Assert.Single(((OrderChange)Assert.Single(Read("orders/create", body))).Order.Lines).Discount);
    }

    [Fact]
    public void A_cut_product_is_looked_up()
    {
        string Body(int variants) => $$"""{"id":7,"title":"T","updated_at":"2026-08-20T00:00:00Z","variants":[{{string.Join(',', Enumerable.Range(1, variants).Select(static i => $"{{\"id\":{i},\"price\":\"1\",\"inventory_item_id\":{i}}}"))}}]}""";

        Assert.Equal([new LookupChange(Resource.Products, "7", MayBeGone: false)], Read("products/update", Body(100)));
        Assert.Equal(99, ((ProductChange)Assert.Single(Read("products/update", Body(99)))).Product.Variants.Count);
    }

    [Fact]
    public void Short_messages_name_what_to_look_up()
    {
        Assert.Equal([new LookupChange(Resource.Orders, "1", MayBeGone: true)], Read("orders/delete", """{"id":1}"""));
        Assert.Equal([new LookupChange(Resource.Orders, "8", MayBeGone: false)], Read("refunds/create", """{"id":1,"order_id":8}"""));
        Assert.Equal([new LookupChange(Resource.Products, "1", MayBeGone: true)], Read("products/delete", """{"id":1}"""));
        Assert.Equal([new LookupChange(Resource.Customers, "1", MayBeGone: true)], Read("customers/delete", """{"id":1}"""));
    }

    [Theory]
    [InlineData("null", null)]
    [InlineData("9", 9)]
    public void A_level_knows_when_stock_is_not_tracked(string available, int? expected)
    {
        var level = ((StockChange)Assert.Single(Read("inventory_levels/update", $$"""{"inventory_item_id":3,"location_id":4,"available":{{available}},"updated_at":"2026-08-20T00:00:00-04:00"}"""))).Level;

        Assert.Equal(("3@4", (decimal?)expected, (string?)null), (level.Id, level.Available, level.Sku));
    }

    [Theory]
    [InlineData("customers/redact", """{"shop_id":1,"customer":{"email":"a@example.com"},"orders_to_redact":[]}""")]
    [InlineData("customers/redact", """{"shop_id":1}""")]
    [InlineData("customers/data_request", """{"shop_id":1,"customer":{"id":null}}""")]
    public void A_customers_erasure_without_a_customer_is_not_the_shops(string topic, string body) => Assert.Throws<FormatException>(() => Read(topic, body));

    [Theory]
    [InlineData("X-Shopify-")]
    [InlineData("shopify-")]
    public void The_head_is_read_under_both_names(string prefix)
    {
        var head = Webhooks.Head(Request("{}", ($"{prefix}Topic", "orders/create"), ($"{prefix}Webhook-Id", "w-1"), ($"{prefix}Triggered-At", "2026-08-20T09:00:00.123Z")));

        Assert.Equal(new DeliveryHead("orders/create", "w-1", new DateTimeOffset(2026, 8, 20, 9, 0, 0, 123, TimeSpan.Zero)), head);
        Assert.Equal(new DeliveryHead("", null, null), Webhooks.Head(Request("{}")));
    }

    private static string Order(string refunds, string? line = null, string applications = "[]") => $$"""
        {"id":1,"name":"#1","created_at":"2026-08-20T00:00:00Z","updated_at":"2026-08-20T00:00:00Z","currency":"USD","total_price":"10.00",
         "discount_applications":{{applications}},"line_items":[{{line}}],"refunds":{{refunds}}}
        """;

    private static IReadOnlyList<Change> Read(string topic, string body) => Webhooks.Read(new Delivery(topic, "d-1", null, Now, Encoding.UTF8.GetBytes(body)), Session("hush"));

    private static PlatformFault? Examine(int status, string body) => ShopifyConnector.Instance.Protocol.Examine(Response(status, body));

    private static PlatformResponse Response(int status, string body)
    {
        var message = new HttpResponseMessage((HttpStatusCode)status);
        message.Headers.Add("X-Request-Id", "request-1");
        return new PlatformResponse(status, message.Headers, "application/json", Encoding.UTF8.GetBytes(body));
    }

    private static WebhookRequest Request(string body, params (string Name, string Value)[] headers)
    {
        var dictionary = new HeaderDictionary();
        foreach (var (name, value) in headers)
        {
            dictionary[name] = value;
        }

        return new WebhookRequest("POST", dictionary, new QueryCollection(), Encoding.UTF8.GetBytes(body), new Uri("https://storeclaw.example/webhooks/shopify/1"));
    }

    private static StoreSession Session(string secret, string store = "some-shop.myshopify.com") => new(
        "connection-1", store, new Dictionary<string, Secret> { ["clientSecret"] = new(secret) }, new Dictionary<string, string>(), static (_, _, _) => throw new NotSupportedException());

    private static ConnectPlan Plan(string domain) => Authorization.Plan(Input(null, ("shopDomain", domain), ("clientId", "client-1"), ("clientSecret", "secret-1")));

    private static ConnectInput Input(AppClient? app, params (string Name, string Value)[] fields) =>
        new(fields.ToDictionary(static field => field.Name, static field => new Secret(field.Value)), app, LiftAddressRules: false);

    private static IEnumerable<string> Refused(ConnectPlan plan) => Assert.IsType<ConnectPlan.Refused>(plan).Errors.Select(static error => error.Field);
}
