using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Connectors.TikTokShop;
using StoreClaw.Tests.Repository;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Connectors.TikTokShop;

/// <summary>TikTok Shop's forms read and checked without a platform: signatures, errors, bodies.</summary>
public sealed class TikTokShopFormTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1718305600);

    private static readonly JsonElement Vectors = JsonElement.Parse(Repo.Read("tests", "StoreClaw.Tests", "Connectors", "TikTokShop", "vectors.json"));

    private static IWebhooks Webhooks => TikTokShopConnector.Instance.Webhooks!;

    public static TheoryData<string> Requests => new(Vectors.GetProperty("requests").EnumerateArray().Select(static vector => vector.GetProperty("name").GetString()!));

    public static TheoryData<string> Hooks => new(Vectors.GetProperty("webhooks").EnumerateArray().Select(static vector => vector.GetProperty("name").GetString()!));

    [Theory]
    [MemberData(nameof(Requests))]
    public void A_request_is_signed_as_the_vector_says(string name)
    {
        var vector = Vector("requests", name);
        var query = vector.GetProperty("query").EnumerateObject().ToDictionary(static pair => pair.Name, static pair => pair.Value.GetString()!);
        var (secret, path, body, sign) = (Text(vector, "secret"), Text(vector, "path"), Text(vector, "body"), Text(vector, "sign"));

        Assert.Equal(sign, TikTokShopConnector.Sign(path, query, body, new Secret(secret)));
        Assert.Equal(sign, TikTokShopConnector.Sign(path, query.Reverse().Append(new("sign", "x")).Append(new("access_token", "y")), body, new Secret(secret)));
        Assert.NotEqual(sign, TikTokShopConnector.Sign(path + "/", query, body, new Secret(secret)));
        Assert.NotEqual(sign, TikTokShopConnector.Sign(path, query, body + " ", new Secret(secret)));
        Assert.NotEqual(sign, TikTokShopConnector.Sign(path, query, body, new Secret(secret + "1")));
        Assert.All(query, pair => Assert.NotEqual(sign, TikTokShopConnector.Sign(path, new Dictionary<string, string>(query) { [pair.Key] = pair.Value + "1" }, body, new Secret(secret))));
    }

    [Fact]
    public void An_attempt_carries_the_proof_of_its_second()
    {
        var vector = Vector("requests", "official: Get Authorized Shops");
        var attempt = Authorized($"{TikTokShopConnector.ApiHost}/authorization/202309/shops", "", 1623812664);

        var query = QueryHelpers.ParseQuery(attempt.RequestUri!.Query);
        Assert.Equal(["app_key", "sign", "timestamp"], query.Keys.Order());
        Assert.Equal(Text(vector, "sign"), query["sign"]);
        Assert.Equal(["token-1"], attempt.Headers.GetValues("x-tts-access-token"));
    }

    [Fact]
    public void A_call_about_a_shop_names_it()
    {
        var vector = Vector("requests", "with a body, a cipher and names out of order");
        var attempt = Authorized(
            $"{TikTokShopConnector.ApiHost}/order/202309/orders/search?Zone=b&page_size=100&page_token={Uri.EscapeDataString("6AsP+7D1u/MP==")}", Text(vector, "body"), 1623812664);

        var query = QueryHelpers.ParseQuery(attempt.RequestUri!.Query);
        Assert.Equal(("GCP_XF90+/=igA", "6AsP+7D1u/MP=="), (query["shop_cipher"].ToString(), query["page_token"].ToString()));
        Assert.Equal(Text(vector, "sign"), query["sign"]);
    }

    [Theory]
    [MemberData(nameof(Hooks))]
    public void A_delivery_is_verified_as_the_vector_says(string name)
    {
        var vector = Vector("webhooks", name);
        var (key, secret, body, signature) = (Text(vector, "appKey"), Text(vector, "secret"), Text(vector, "body"), Text(vector, "signature"));
        SignatureResult Verify(string body, string signature, string pair) => Webhooks.Verify(Request(body, signature), [new Secret(pair)], Now);

        Assert.Equal(SignatureResult.Valid, Verify(body, signature, $"{key}:{secret}"));
        Assert.Equal(SignatureResult.Mismatch, Verify(body + " ", signature, $"{key}:{secret}"));
        Assert.Equal(SignatureResult.Mismatch, Verify(body, signature, $"{key}x:{secret}"));
        Assert.Equal(SignatureResult.Mismatch, Verify(body, signature, $"{key}:{secret}x"));
        Assert.Equal(SignatureResult.Mismatch, Verify(body, $"Bearer {signature}", $"{key}:{secret}"));
        Assert.Equal(SignatureResult.MissingSignature, Verify(body, "", $"{key}:{secret}"));
        Assert.Equal(SignatureResult.MissingSecret, Verify(body, signature, $"{key}:"));
        Assert.Equal(SignatureResult.MissingSecret, Verify(body, signature, key));
    }

    [SampleFact("tiktok-shop")]
    public void The_samples_vectors_stand_among_ours()
    {
        var samples = JsonElement.Parse(Samples.Read("tiktok-shop", "signature-vectors.json"));
        Assert.All(samples.GetProperty("request").EnumerateArray(), static sample => Assert.Contains(Vectors.GetProperty("requests").EnumerateArray(), vector => Text(vector, "sign") == Text(sample, "expected_sign")));
        Assert.All(samples.GetProperty("webhook").EnumerateArray(), static sample => Assert.Equal(
            SignatureResult.Valid,
            Webhooks.Verify(Request(Text(sample, "raw_body"), Text(sample, "expected_authorization_header")), [new Secret($"{Text(sample, "app_key")}:{Text(sample, "app_secret")}")], Now)));
    }

    [Fact]
    public void Without_an_app_there_is_nothing_to_verify_with() =>
        Assert.Empty(Webhooks.SigningSecrets(Session(new Dictionary<string, Secret>())));

    [Theory]
    [InlineData(401, 105002, "Expired credentials.", FaultKind.TokenExpired)]
    [InlineData(200, 105002, "Expired credentials.", FaultKind.TokenExpired)]
    [InlineData(401, 36004004, "Invalid access token.", FaultKind.CredentialsRejected)]
    [InlineData(401, 101000, "Invalid token.", FaultKind.CredentialsRejected)]
    [InlineData(401, 106001, "Invalid sign.", FaultKind.CredentialsRejected)]
    [InlineData(403, 105005, "Access denied.", FaultKind.ScopeMissing)]
    [InlineData(403, 36009033, "IP address is not in the allow list.", FaultKind.ScopeMissing)]
    [InlineData(429, 36009002, "Too many requests.", FaultKind.Throttled)]
    [InlineData(200, 36009002, "Too many requests.", FaultKind.Throttled)]
    [InlineData(500, 36009003, "Internal error.", FaultKind.PlatformFailure)]
    [InlineData(200, 36009007, "Timeout.", FaultKind.PlatformFailure)]
    [InlineData(400, 36009004, "Invalid timestamp. The value of the `timestamp` query parameter must not be earlier than 5 minutes before the current time.", FaultKind.PlatformFailure)]
    [InlineData(400, 36009004, "Invalid credentials. The `x-tts-access-token` header is invalid.", FaultKind.TokenExpired)]
    [InlineData(400, 36009004, "Invalid credentials. Invalid `app_key` query parameter.", FaultKind.CredentialsRejected)]
    [InlineData(400, 36009004, "Missing credentials. The request does not include a required signature in the query.", FaultKind.Invalid)]
    [InlineData(400, 36009004, "Unexpected identifier. The `shop_cipher` query parameter is not required for this request.", FaultKind.Invalid)]
    [InlineData(400, 106013, "Missing identifier.", FaultKind.Invalid)]
    [InlineData(404, 36009009, "Invalid path.", FaultKind.Invalid)]
    [InlineData(404, 36009014, "The version name is invalid, please check and retry.", FaultKind.Invalid)]
    [InlineData(200, 12052032, "The product does not exist", FaultKind.NotFound)]
    [InlineData(200, 12052700, "The seller is inactive.", FaultKind.StoreUnavailable)]
    [InlineData(200, 99999999, "Something new.", FaultKind.Invalid)]
    [InlineData(404, 99999999, "Something new.", FaultKind.Invalid)]
    [InlineData(503, 99999999, "Something new.", FaultKind.PlatformFailure)]
    public void Trouble_is_told_by_the_code(int status, int code, string message, FaultKind kind)
    {
        var fault = Examine(status, $$"""{"code":{{code}},"message":"{{message}}","data":null,"request_id":"r-1"}""")!;

        Assert.Equal((kind, code.ToString(), "r-1"), (fault.Kind, fault.Code, fault.RequestId));
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, """{"code":0,"data":{}}""", null)]
    [InlineData(500, """{"code":0,"data":{}}""", FaultKind.PlatformFailure)]
    [InlineData(200, "{}", FaultKind.PlatformFailure)]
    [InlineData(200, "[]", FaultKind.PlatformFailure)]
    [InlineData(429, "<html>", FaultKind.Throttled)]
    [InlineData(503, "<html>", FaultKind.PlatformFailure)]
    [InlineData(302, "", FaultKind.Invalid)]
    public void Answers_without_a_code_are_told_by_their_status(int status, string body, FaultKind? kind) => Assert.Equal(kind, Examine(status, body)?.Kind);

    [SampleFact("tiktok-shop")]
    public void The_sample_error_is_understood()
    {
        var fault = Examine(404, Samples.Read("tiktok-shop", "error-invalid-version.response.json"))!;
        Assert.Equal((FaultKind.Invalid, "36009014"), (fault.Kind, fault.Code));
    }

    [SampleFact("tiktok-shop")]
    public async Task The_sample_order_is_read_with_all_its_digits()
    {
        var page = await ReadAsync(Resource.Orders, "order-search.response.json");
        var order = Assert.IsType<OrderChange>(Assert.Single(page.Changes)).Order;

        Assert.Equal(("576461413038785752", "IDR", 5000m, 5000m, 5000m, 10000m), (order.Id, order.Currency, order.Total, order.Tax, order.Shipping, order.Discount));
        Assert.Equal((DateTimeOffset.FromUnixTimeSeconds(1619611561), DateTimeOffset.FromUnixTimeSeconds(1619621355), null), (order.CreatedAt, order.UpdatedAt, order.CancelledAt));
        Assert.Equal(("7021436810468230477", "US", "unpaid"), (order.CustomerId, order.Country, order.FulfillmentStatus));
        var line = Assert.Single(order.Lines);
        Assert.Equal(("577086512123755123", "2729382476852921560", "red_iphone_256", 1m, 0.01m, 0m), (line.Id, line.VariantId, line.Sku, line.Quantity, line.UnitPrice, line.Discount));
        Assert.DoesNotContain("Kong", JsonSerializer.Serialize(order, JsonText.Options), StringComparison.Ordinal);
    }

    [SampleFact("tiktok-shop")]
    public async Task The_sample_product_is_read_with_its_stock()
    {
        var product = Assert.IsType<ProductChange>(Assert.Single((await ReadAsync(Resource.Products, "products-search.response.json")).Changes)).Product;
        Assert.Equal(("1729592969712207008", "activate", "Short Boat Invisible Socks"), (product.Id, product.Status, product.Title));
        Assert.Equal([new Variant("1729592969712207012", "Color-Red-XM01", "", 121.11m, "1729592969712207012")], product.Variants);

        var level = Assert.IsType<StockChange>(Assert.Single((await ReadAsync(Resource.Stock, "products-search.response.json")).Changes)).Level;
        Assert.Equal(("1729592969712207012@7068517275539719942", 999m, "Color-Red-XM01"), (level.Id, level.Available, level.Sku));
    }

    [SampleFact("tiktok-shop")]
    public async Task The_sample_token_and_shop_make_a_grant()
    {
        var answers = new Queue<string>([Samples.Read("tiktok-shop", "token-get.response.json"), Samples.Read("tiktok-shop", "authorized-shops.response.json")]);
        var store = Session(Secrets(), answers);

        var grant = await TikTokShopConnector.Instance.Authorization.ExchangeAsync(store, new CallbackInput([new("code", "c")], default, new Uri("https://storeclaw.example/"), ""), Now, CancellationToken.None);

        Assert.Equal(("7000714532876273420", "Maomao beauty shop", "CNGBCBA4LLU8", "GB"), (grant.Store, grant.Facts["name"], grant.Facts["code"], grant.Facts["region"]));
        Assert.Equal((DateTimeOffset.FromUnixTimeSeconds(1660556783), "GCP_XF90igAAAABh00qsWgtvOiGFNqyubMt3"), (grant.ExpiresAt, grant.Secrets["shopCipher"].Reveal()));
        Assert.Equal(["seller.affiliate_collaboration.read", "seller.affiliate_collaboration.write"], grant.Scopes);
    }

    [SampleFact("tiktok-shop")]
    public void The_sample_deliveries_are_read()
    {
        Assert.Equal([new LookupChange(Resource.Orders, "576486316948490001", MayBeGone: false)], Read("webhook-01-order-status.json", "order_status_change"));
        // The id is a JSON number here, beyond what a double holds.
        Assert.Equal([new LookupChange(Resource.Products, "576486316948490000", MayBeGone: true)], Read("webhook-05-product-status.json", "product_status_change"));
        Assert.Equal([new NothingChange("upcoming_authorization_expiration")], Read("webhook-07-authorization-expiring.json", "upcoming_authorization_expiration"));
    }

    [Theory]
    [InlineData("""{"type":1,"tts_notification_id":"7","shop_id":"9","timestamp":1644412885}""", "order_status_change", "7", 1644412885L, "9")]
    [InlineData("""{"type":"11","tts_notification_id":7,"shop_id":9,"timestamp":"1644412885"}""", "cancellation_status_change", "7", 1644412885L, "9")]
    [InlineData("""{"type":35,"tts_notification_id":"7","seller_open_id":"x","timestamp":99999999999999}""", "35", "7", null, null)]
    [InlineData("""{"type":39}""", "39", null, null, null)]
    [InlineData("""{"type":"\ud800"}""", "", null, null, null)]
    [InlineData("not json", "", null, null, null)]
    [InlineData("", "", null, null, null)]
    public void The_head_stands_in_the_body(string body, string topic, string? id, long? seconds, string? shop)
    {
        var request = Request(body, "x");

        Assert.Equal(new DeliveryHead(topic, id, seconds is { } at ? DateTimeOffset.FromUnixTimeSeconds(at) : null), Webhooks.Head(request));
        Assert.Equal(shop, Webhooks.StoreOf(request, Secrets()));
    }

    [Theory]
    [InlineData("""[{"id":"1","sku_id":"5","original_price":"10.00","sale_price":"8.50"},{"id":"2","sku_id":"5","original_price":"10.00","sale_price":"8.50"}]""", 2, 10, 3)]
    [InlineData("""[{"id":"1","sku_id":"5","original_price":"10.00","sale_price":"10.00"},{"id":"2","sku_id":"5","original_price":"10.00","sale_price":"0","is_gift":true}]""", 2, 10, 10)]
    [InlineData("""[{"id":"1","sku_id":"5","original_price":"9.00","sale_price":"9.00"},{"id":"2","sku_id":"5","original_price":"10.00","sale_price":"10.00"}]""", 2, 10, 1)]
    [InlineData("""[{"id":"1","sku_id":"5","sale_price":"9.00"}]""", 1, 9, 0)]
    public async Task Lines_of_one_sku_are_counted_and_keep_what_they_were_sold_for(string lines, decimal quantity, decimal price, decimal discount)
    {
        var line = Assert.Single((await OrderAsync("AWAITING_SHIPMENT", "0", lines)).Lines);

        Assert.Equal(("1", "5", quantity, price, discount), (line.Id, line.VariantId, line.Quantity, line.UnitPrice, line.Discount));
    }

    [Theory]
    [InlineData("CANCELLED", "1619611600", 1619611600L)]
    [InlineData("CANCELLED", "0", 1619621355L)]
    [InlineData("COMPLETED", "1619611600", null)]
    public async Task An_order_is_cancelled_when_its_status_says_so(string status, string cancelTime, long? seconds) =>
        Assert.Equal(seconds, (await OrderAsync(status, cancelTime, "[]")).CancelledAt?.ToUnixTimeSeconds());

    private static async Task<Order> OrderAsync(string status, string cancelTime, string lines)
    {
        var answer = $$$"""
            {"code":0,"data":{"orders":[{"id":"1","status":"{{{status}}}","create_time":1619611561,"update_time":1619621355,"cancel_time":{{{cancelTime}}},
             "payment":{"currency":"USD","total_amount":"1"},"line_items":{{{lines}}}}]}}
            """;
        return (Order)(await TikTokShopConnector.Instance.Readers[Resource.Orders].FindAsync(Session(Secrets(), new Queue<string>([answer])), "1", CancellationToken.None)).Single().Record;
    }

    private static IReadOnlyList<Change> Read(string sample, string topic)
    {
        var body = Samples.Read("tiktok-shop", sample);
        var head = Webhooks.Head(Request(body, "x"));
        Assert.Equal((topic, "7327112393057371910", (DateTimeOffset?)DateTimeOffset.FromUnixTimeSeconds(1644412885)), (head.Topic, head.DeliveryId, head.TriggeredAt));
        Assert.Equal("7494049642642441621", Webhooks.StoreOf(Request(body, "x"), Secrets()));
        return Webhooks.Read(new Delivery(head.Topic, head.DeliveryId, head.TriggeredAt, Now, Encoding.UTF8.GetBytes(body)), Session(Secrets()));
    }

    /// <summary>The sample as the only page there is.</summary>
    private static Task<Page> ReadAsync(Resource resource, string sample)
    {
        var body = JsonNode.Parse(Samples.Read("tiktok-shop", sample))!;
        body["data"]!["next_page_token"] = "";
        return TikTokShopConnector.Instance.Readers[resource].ReadAsync(
            Session(Secrets(), new Queue<string>([body.ToJsonString()])), new PageRequest(DateTimeOffset.UnixEpoch, Now, null, 100, Backfill: false), CancellationToken.None);
    }

    private static PlatformFault? Examine(int status, string body) => TikTokShopConnector.Instance.Protocol.Examine(Response(status, body));

    private static PlatformResponse Response(int status, string body)
    {
        using var message = new HttpResponseMessage((HttpStatusCode)status);
        return new PlatformResponse(status, message.Headers, "application/json", Encoding.UTF8.GetBytes(body));
    }

    private static HttpRequestMessage Authorized(string url, string body, long second)
    {
        var attempt = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ReadOnlyMemoryContent(Encoding.UTF8.GetBytes(body)) };
        TikTokShopConnector.Instance.Protocol.Authorize(attempt, Session(Secrets()), DateTimeOffset.FromUnixTimeSeconds(second));
        return attempt;
    }

    private static WebhookRequest Request(string body, string signature) => new(
        "POST", new HeaderDictionary { ["Authorization"] = signature }, new QueryCollection(), Encoding.UTF8.GetBytes(body), new Uri("https://storeclaw.example/webhooks/tiktokshop"));

    private static Dictionary<string, Secret> Secrets() => new()
    {
        ["clientId"] = new("29a39d"),
        ["clientSecret"] = new("e59af819cc"),
        ["accessToken"] = new("token-1"),
        ["shopCipher"] = new("GCP_XF90+/=igA"),
    };

    private static StoreSession Session(IReadOnlyDictionary<string, Secret> secrets, Queue<string>? answers = null) =>
        new("connection-1", "7000714532876273420", secrets, new Dictionary<string, string>(), (_, _, _) => Task.FromResult(Response(200, answers!.Dequeue())));

    private static JsonElement Vector(string list, string name) => Vectors.GetProperty(list).EnumerateArray().Single(vector => Text(vector, "name") == name);

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
