using System.Net.Http;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Connectors.Shopee;
using StoreClaw.Tests.Repository;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Connectors.Shopee;

/// <summary>What needs no platform: signatures, settings, pushes, faults, and the published payloads.</summary>
public sealed class ShopeeFormTests
{
    private static readonly Connector Connector = ShopeeConnector.Instance;

    private static readonly DateTimeOffset Noon = new(2026, 8, 20, 12, 0, 0, TimeSpan.Zero);

    private static readonly JsonElement Vectors = JsonElement.Parse(Repo.Read("tests", "StoreClaw.Tests", "Connectors", "Shopee", "vectors.json"));

    public static TheoryData<int> Requests => [.. Enumerable.Range(0, Vectors.GetProperty("requests").GetArrayLength())];

    public static TheoryData<int> Pushes => [.. Enumerable.Range(0, Vectors.GetProperty("pushes").GetArrayLength())];

    [Theory]
    [MemberData(nameof(Requests))]
    public void A_call_is_signed_as_computed_elsewhere(int index)
    {
        var vector = Vectors.GetProperty("requests")[index];
        string Of(string name) => vector.GetProperty(name).ToString();
        var (key, partner, path, token, shop) = (Of("key"), Of("partner"), Of("path"), Of("token"), Of("shop"));
        var time = DateTimeOffset.FromUnixTimeSeconds(vector.GetProperty("timestamp").GetInt64());

        Assert.Equal(Of("sign"), Sign(key, partner, path, token, shop, time));
        Assert.NotEqual(Of("sign"), Sign(key + "0", partner, path, token, shop, time));
        Assert.NotEqual(Of("sign"), Sign(key, partner + "0", path, token, shop, time));
        Assert.NotEqual(Of("sign"), Sign(key, partner, path + "/", token, shop, time));
        Assert.NotEqual(Of("sign"), Sign(key, partner, path, token, shop, time.AddSeconds(1)));
        if (shop.Length > 0)
        {
            Assert.NotEqual(Of("sign"), Sign(key, partner, path, token + "0", shop, time));
            Assert.NotEqual(Of("sign"), Sign(key, partner, path, token, shop + "0", time));
        }
    }

    [Theory]
    [MemberData(nameof(Pushes))]
    public void A_push_signed_elsewhere_is_good_and_every_changed_byte_is_noticed(int index)
    {
        var vector = Vectors.GetProperty("pushes")[index];
        string Of(string name) => vector.GetProperty(name).GetString()!;
        var (key, url, body, signature) = (Of("key"), Of("url"), Encoding.UTF8.GetBytes(Of("body")), Of("signature"));

        Assert.Equal(SignatureResult.Valid, Verify(url, body, signature, key));
        Assert.Equal(SignatureResult.Valid, Verify(url + "?code=1", body, signature, key));
        Assert.Equal(SignatureResult.Mismatch, Verify(url, body, signature, key + "0"));
        Assert.Equal(SignatureResult.Mismatch, Verify(url, body, signature.ToUpperInvariant(), key));
        Assert.Equal(SignatureResult.Mismatch, Verify(url, [.. body, (byte)' '], signature, key));
        for (var i = 0; i < body.Length; i++)
        {
            var changed = body.ToArray();
            changed[i] ^= 1;
            Assert.Equal(SignatureResult.Mismatch, Verify(url, changed, signature, key));
        }

        var other = new UriBuilder(url);
        foreach (var wrong in new[] { url + "/", url.Replace("//", "//www.", StringComparison.Ordinal), $"{other.Scheme}://{other.Host}:4430{other.Path}", $"{other.Scheme}://{other.Host}:{other.Port}{other.Path.ToUpperInvariant()}" })
        {
            Assert.Equal(SignatureResult.Mismatch, Verify(wrong, body, signature, key));
        }
    }

    [SampleFact("shopee")]
    public void The_vectors_are_the_published_ones()
    {
        var published = JsonElement.Parse(Samples.Read("shopee", "signature-vectors.json"));

        Assert.Equal(
            published.GetProperty("request").EnumerateArray().Select(static vector => vector.GetProperty("expected_sign").GetString()),
            Vectors.GetProperty("requests").EnumerateArray().Where(IsPublished).Select(static vector => vector.GetProperty("sign").GetString()));
        Assert.Equal(
            published.GetProperty("push").EnumerateArray().Select(static vector => vector.GetProperty("expected_authorization_header").GetString()),
            Vectors.GetProperty("pushes").EnumerateArray().Where(IsPublished).Select(static vector => vector.GetProperty("signature").GetString()));

        static bool IsPublished(JsonElement vector) => !vector.GetProperty("name").GetString()!.StartsWith("own", StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_registered_with_https_may_arrive_as_http_but_not_the_other_way_round()
    {
        var vector = Vectors.GetProperty("pushes")[0];
        var (key, body, signature) = (vector.GetProperty("key").GetString()!, Encoding.UTF8.GetBytes(vector.GetProperty("body").GetString()!), vector.GetProperty("signature").GetString()!);
        var plain = StoreClaw.Sandbox.Shopee.ShopeeSigning.Push(key, "http://example.com/shopee/push", body);

        Assert.Equal(SignatureResult.Valid, Verify("http://example.com/shopee/push", body, signature, key));
        Assert.Equal(SignatureResult.Valid, Verify("http://example.com/shopee/push", body, plain, key));
        Assert.Equal(SignatureResult.Mismatch, Verify("https://example.com/shopee/push", body, plain, key));
    }

    [Fact]
    public void Pushes_are_checked_with_the_push_key_where_there_is_one()
    {
        Assert.Equal(["partner-key"], Keys(("clientSecret", "partner-key")));
        Assert.Equal(["partner-key", "old-key"], Keys(("clientSecret.previous", "old-key"), ("clientSecret", "partner-key")));
        Assert.Equal(["push-key"], Keys(("clientSecret", "partner-key"), ("pushKey", "push-key")));

        static IEnumerable<string> Keys(params (string Name, string Value)[] secrets) => Connector.Webhooks!.SigningSecrets(Store(secrets)).Select(static secret => secret.Reveal());
    }

    [Theory]
    [InlineData("""{"shop_id":123,"code":1}""", "123")]
    [InlineData("""{"code":2,"data":{"shop_id":124}}""", "124")]
    [InlineData("""{"shop_id":0,"code":5}""", null)]
    [InlineData("""{"shop_id":"\ud800","code":5}""", null)]
    [InlineData("""{"code":5,"data":[]}""", null)]
    [InlineData("[]", null)]
    [InlineData("", null)]
    public void A_push_names_its_shop_in_its_body(string body, string? shop) =>
        Assert.Equal(shop, Connector.Webhooks!.StoreOf(Request("https://x.example/", Encoding.UTF8.GetBytes(body), ""), new Dictionary<string, Secret>()));

    [Theory]
    [InlineData("""{"code":0}""", true)]
    [InlineData("""{"code":"0","shop_id":0}""", true)]
    [InlineData("""{"code":3,"shop_id":1}""", false)]
    [InlineData("{}", false)]
    [InlineData("", false)]
    public void Only_the_console_s_trial_is_answered_at_once(string body, bool answered)
    {
        var reply = Connector.Webhooks!.Answer(Request("https://x.example/", Encoding.UTF8.GetBytes(body), ""), new Dictionary<string, Secret>());

        Assert.Equal(answered ? new WebhookReply(200, "text/plain", "") : null, reply);
    }

    [Theory]
    [InlineData("""{"code":3,"shop_id":1,"timestamp":100,"data":{"ordersn":"A","status":"SHIPPED","update_time":90}}""", "3 order_status", "1-3-A-SHIPPED-90", 100)]
    [InlineData("""{"code":8,"shop_id":1,"timestamp":100,"data":{"item_id":7,"update_time":90}}""", "8", "1-8-7--90", 100)]
    [InlineData("""{"code":2,"timestamp":100,"data":{"shop_id":5}}""", "2 shop_authorization_cancelled", "5-2---100", 100)]
    [InlineData("""{"code":15,"shop_id":1}""", "15", "1-15---", null)]
    public void A_delivery_is_told_by_what_it_is_about(string body, string topic, string id, int? at) =>
        Assert.Equal(new DeliveryHead(topic, id, at is { } seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null), Connector.Webhooks!.Head(Request("https://x.example/", Encoding.UTF8.GetBytes(body), "")));

    [Theory]
    [InlineData("error_auth", "Invalid access_token.", FaultKind.TokenExpired)]
    [InlineData("invalid_acceess_token", "Invalid access_token, please have a check.", FaultKind.TokenExpired)]
    [InlineData("error_auth", "Invalid code", FaultKind.CredentialsRejected)]
    [InlineData("invalid_code", "", FaultKind.CredentialsRejected)]
    [InlineData("error_auth", "partner_id is invalid", FaultKind.CredentialsRejected)]
    [InlineData("error_auth", "Invalid partner_id or shopid.", FaultKind.CredentialsRejected)]
    [InlineData("error_auth", "The App is deleted, and you'll be unable to make any API call.", FaultKind.CredentialsRejected)]
    [InlineData("error_auth", "No permission to current api.", FaultKind.ScopeMissing)]
    [InlineData("error_auth", "System error, please try again later.", FaultKind.PlatformFailure)]
    [InlineData("error_auth", "Total stock must be more than reserved stock.", FaultKind.Invalid)]
    [InlineData("error_shop_refresh_token", "", FaultKind.CredentialsRejected)]
    [InlineData("refresh_token_expired", "", FaultKind.CredentialsRejected)]
    [InlineData("shop_access_expired", "", FaultKind.CredentialsRejected)]
    [InlineData("shop_no_linked", "Partner and shop has no linked.", FaultKind.CredentialsRejected)]
    [InlineData("partner_shop_no_link", "", FaultKind.CredentialsRejected)]
    [InlineData("error_sign", "Wrong sign.", FaultKind.CredentialsRejected)]
    [InlineData("invalid_partner_id", "", FaultKind.CredentialsRejected)]
    [InlineData("error_partner_key_expired", "", FaultKind.CredentialsRejected)]
    [InlineData("error_param", "Timestamp is expired.", FaultKind.PlatformFailure)]
    [InlineData("error_param", "Wrong parameters, detail: page_size.", FaultKind.Invalid)]
    [InlineData("product.error_param", "Wrong model_id.", FaultKind.Invalid)]
    [InlineData("error_param", "The information you queried is not found.", FaultKind.NotFound)]
    [InlineData("error_not_found", "", FaultKind.NotFound)]
    [InlineData("product.error_item_not_found", "Item_id is not found.", FaultKind.NotFound)]
    [InlineData("order.order_list_invalid_time", "Start time must be earlier than end time and diff in 15days.", FaultKind.Invalid)]
    [InlineData("error_api_permission", "This app type has no permission to this API.", FaultKind.ScopeMissing)]
    [InlineData("error_api_call_restricted", "", FaultKind.ScopeMissing)]
    [InlineData("source_ip_undeclared", "", FaultKind.ScopeMissing)]
    [InlineData("shop_banned", "", FaultKind.StoreUnavailable)]
    [InlineData("error_rate_limit", "", FaultKind.Throttled)]
    [InlineData("error_limit", "", FaultKind.QuotaExhausted)]
    [InlineData("api_suspended", "", FaultKind.Invalid)]
    [InlineData("error_server", "", FaultKind.PlatformFailure)]
    [InlineData("error_inner", "", FaultKind.PlatformFailure)]
    [InlineData("error_network", "", FaultKind.PlatformFailure)]
    [InlineData("error_system", "", FaultKind.PlatformFailure)]
    [InlineData("product.error_system_busy", "", FaultKind.PlatformFailure)]
    public void Trouble_is_told_by_code_and_message_whatever_the_status(string error, string message, FaultKind kind)
    {
        foreach (var status in new[] { 200, 403, 500 })
        {
            var fault = Connector.Protocol.Examine(Answer(status, JsonSerializer.Serialize(new { error, message, request_id = "r-1" })))!;
            Assert.Equal((kind, "r-1"), (fault.Kind, fault.RequestId));
        }
    }

    [Theory]
    [InlineData(200, """{"error":"","message":""}""", null)]
    [InlineData(200, """{"error":"-","message":"-"}""", null)]
    [InlineData(200, """{"access_token":"x"}""", null)]
    [InlineData(500, """{"error":""}""", FaultKind.PlatformFailure)]
    [InlineData(429, "<html>", FaultKind.Throttled)]
    [InlineData(403, "<html>", FaultKind.PlatformFailure)]
    [InlineData(200, "[]", FaultKind.PlatformFailure)]
    [InlineData(200, """{"error":"product.error_busi_update_stock_failed","response":{}}""", null)]
    public void Without_an_error_the_answer_counts(int status, string body, FaultKind? kind) => Assert.Equal(kind, Connector.Protocol.Examine(Answer(status, body))?.Kind);

    [Theory]
    [InlineData("2026-08-20T15:59:59Z", 1)]
    [InlineData("2026-08-20T16:00:00Z", 86400)]
    [InlineData("2026-12-31T15:00:00Z", 3600)]
    public void The_quota_is_waited_for_until_midnight_at_eight_hours_east(string date, int seconds)
    {
        var answer = Answer(200, """{"error":"error_limit"}""");
        answer.Headers.Date = DateTimeOffset.Parse(date);

        Assert.Equal(TimeSpan.FromSeconds(seconds), Connector.Protocol.Examine(answer)!.RetryAfter);
    }

    [Theory]
    [InlineData("not-a-number", null, "clientId")]
    [InlineData("", null, "clientId")]
    [InlineData("2001887", "https://openplatform.shopee.cn", "apiHost")]
    [InlineData("2001887", "127.0.0.1", "apiHost")]
    public void Settings_that_cannot_work_are_named(string partner, string? host, string field)
    {
        var refused = Assert.IsType<ConnectPlan.Refused>(Plan(partner, host));

        Assert.Equal(field, Assert.Single(refused.Errors).Field);
    }

    [Theory]
    [InlineData(null, "https://partner.shopeemobile.com/api/v2/shop/auth_partner")]
    [InlineData("openplatform.shopee.cn", "https://openplatform.shopee.cn/api/v2/shop/auth_partner")]
    public void The_link_leads_to_the_host_of_the_settings_and_brings_the_state_back_in_the_path(string? host, string address)
    {
        var plan = Assert.IsType<ConnectPlan.Browser>(Plan("2001887", host));

        var url = Connector.Authorization.AuthorizeUrl(Store([.. plan.Secrets.Select(static secret => (secret.Key, secret.Value.Reveal()))]), new BrowserStart("a.b-c", new Uri("https://x.example/oauth/shopee/callback"), "", Noon));

        var query = QueryHelpers.ParseQuery(url.Query);
        Assert.Equal(address, url.GetLeftPart(UriPartial.Path));
        Assert.Equal(["partner_id", "redirect", "sign", "timestamp"], query.Keys.Order());
        Assert.Equal(("https://x.example/oauth/shopee/callback/a.b-c", Noon.ToUnixTimeSeconds().ToString()), (query["redirect"].ToString(), query["timestamp"].ToString()));
        Assert.True(Connector.Authorization.IsStateInPath);
    }

    [SampleFact("shopee")]
    public async Task The_published_order_is_read()
    {
        var order = (Order)Assert.Single(await Connector.Readers[Resource.Orders].FindAsync(Answering("order-detail.response.handmade.json"), "x", CancellationToken.None)).Record;

        Assert.Equal(("2404098R48U37H", "VND", 32119m, "VN", "COMPLETED", "PAID", "1170319091"), (order.Id, order.Currency, order.Total, order.Country, order.FulfillmentStatus, order.PaymentStatus, order.CustomerId));
        Assert.Equal((DateTimeOffset.FromUnixTimeSeconds(1712601591), DateTimeOffset.FromUnixTimeSeconds(1713139948), (DateTimeOffset?)null), (order.CreatedAt, order.UpdatedAt, order.CancelledAt));
        var line = Assert.Single(order.Lines);
        Assert.Equal(("QAZ-SADOER-05", "23620853561", "221404189791", 1m, 300000m, 252000m), (line.Sku, line.ProductId, line.VariantId, line.Quantity, line.UnitPrice, line.Discount));
        Assert.DoesNotContain("xt4fdsf96j", JsonSerializer.Serialize(order), StringComparison.Ordinal);
    }

    [SampleFact("shopee")]
    public async Task The_published_item_is_read()
    {
        var store = Answering("item-base-info.response.json", """{"error":"","response":{"model":[{"model_id":5,"model_sku":"M-5","model_name":"Red","price_info":[{"current_price":9.5}],"stock_info_v2":{"seller_stock":[{"location_id":"SGZ","stock":3}],"shopee_stock":[{"location_id":"FBS","stock":2}]}}]}}""");

        var found = await Connector.Readers[Resource.Products].FindAsync(store, "34002", CancellationToken.None);

        var product = found.OfType<ProductChange>().Single().Product;
        Assert.Equal(("34002", "seller discount", "NORMAL"), (product.Id, product.Title, product.Status));
        Assert.Equal(new Variant("5", "M-5", "seller discount - Red", 9.5m, "34002:5"), Assert.Single(product.Variants));
        Assert.Equal([("34002:5@SGZ", 3m), ("34002:5@shopee/FBS", 2m)], found.OfType<StockChange>().Select(static change => (change.Level.Id, change.Level.Available!.Value)));
    }

    [SampleFact("shopee")]
    public void The_published_item_without_models_is_its_own_variant()
    {
        var item = JsonElement.Parse(Samples.Read("shopee", "item-base-info.response.json")).GetProperty("response").GetProperty("item_list")[0];

        var changes = ShopeeSync.Item(item, []).ToList();

        Assert.Equal(new Variant("34002", "", "seller discount", 122.02m, "34002"), Assert.Single(changes.OfType<ProductChange>().Single().Product.Variants));
        Assert.Equal(["34002@", "34002@shopee/"], changes.OfType<StockChange>().Select(static change => change.Level.Id));
    }

    [SampleFact("shopee")]
    public async Task The_published_lists_are_walked()
    {
        var asked = new List<Uri>();
        var whole = Samples.Read("shopee", "order-list.response.json");
        var store = Answering(asked, whole, whole.Replace("true", "false", StringComparison.Ordinal), Samples.Read("shopee", "order-detail.response.handmade.json"));

        var page = await Connector.Readers[Resource.Orders].ReadAsync(store, new PageRequest(Noon.AddDays(-2), Noon, null, 50, Backfill: false), CancellationToken.None);

        Assert.Single(page.Changes);
        Assert.Equal(3, asked.Count);
        Assert.Contains("201218V2Y6E59M,201218V2W2SG1E", Uri.UnescapeDataString(asked[2].Query), StringComparison.Ordinal);
        var halves = asked.Take(2).Select(static url => QueryHelpers.ParseQuery(url.Query)).ToList();
        Assert.Equal(halves[0]["time_to"], halves[1]["time_to"]);
        Assert.Equal(2 * (Number(halves[1], "time_to") - Number(halves[1], "time_from")) + 1, Number(halves[0], "time_to") - Number(halves[0], "time_from"));

        static long Number(Dictionary<string, Microsoft.Extensions.Primitives.StringValues> query, string name) => long.Parse(query[name]!);
    }

    [SampleFact("shopee")]
    public async Task The_published_tokens_are_taken()
    {
        var store = Answering("refresh-access-token.response.json");

        var grant = await Connector.Authorization.RefreshAsync(store, Noon, CancellationToken.None);

        Assert.Equal(("71594a4c54537649697341796363674a", "516c6b577753554375764a63704d7245"), (grant!.Secrets["accessToken"].Reveal(), grant.Secrets["refreshToken"].Reveal()));
        Assert.Equal((Noon.AddSeconds(14400), "322300222"), (grant.ExpiresAt, grant.Store));
    }

    [SampleFact("shopee")]
    public void The_published_push_and_errors_are_understood()
    {
        var request = Request("https://x.example/", Encoding.UTF8.GetBytes(Samples.Read("shopee", "push-03-order-status.handmade.json")), "");
        var head = Connector.Webhooks!.Head(request);

        Assert.Equal(("727720655", new DeliveryHead(ShopeeWebhooks.OrderStatus, "727720655-3-220810QSK8S7BX-PROCESSED-1660123127", DateTimeOffset.FromUnixTimeSeconds(1660123127))), (Connector.Webhooks.StoreOf(request, new Dictionary<string, Secret>()), head));
        Assert.Equal([new LookupChange(Resource.Orders, "220810QSK8S7BX", MayBeGone: false)], Connector.Webhooks.Read(new Delivery(head.Topic, head.DeliveryId, null, Noon, request.Body), Store()));
        Assert.Equal(FaultKind.CredentialsRejected, Connector.Protocol.Examine(Answer(200, Samples.Read("shopee", "error-invalid-code.response.json")))!.Kind);
        Assert.Equal((FaultKind.Invalid, "order.order_list_invalid_time"), Connector.Protocol.Examine(Answer(200, Samples.Read("shopee", "error-order-list-invalid-time.response.json"))) is { } fault ? (fault.Kind, fault.Code) : default);
    }

    private static ConnectPlan Plan(string partner, string? host)
    {
        var settings = host is null ? new Dictionary<string, Secret>() : new Dictionary<string, Secret> { ["apiHost"] = new(host) };
        return Connector.Authorization.Plan(new ConnectInput(new Dictionary<string, Secret>(), new AppClient(partner, new Secret("key"), settings), LiftAddressRules: false));
    }

    private static string Sign(string key, string partner, string path, string token, string shop, DateTimeOffset time)
    {
        using var attempt = new HttpRequestMessage(HttpMethod.Get, $"https://partner.shopeemobile.com{path}?page_size=1");
        Connector.Protocol.Authorize(attempt, Store(shop, ("clientId", partner), ("clientSecret", key), ("accessToken", token)), time);
        var query = QueryHelpers.ParseQuery(attempt.RequestUri!.Query);
        Assert.Equal((partner, "1", shop), (query["partner_id"].ToString(), query["page_size"].ToString(), query.GetValueOrDefault("shop_id").ToString()));
        return query["sign"].ToString();
    }

    private static SignatureResult Verify(string url, byte[] body, string signature, string key) => Connector.Webhooks!.Verify(Request(url, body, signature), [new Secret(key)], Noon);

    private static WebhookRequest Request(string url, byte[] body, string signature) => new("POST", new HeaderDictionary { ["Authorization"] = signature }, new QueryCollection(), body, new Uri(url));

    private static PlatformResponse Answer(int status, string body)
    {
        using var message = new HttpResponseMessage();
        return new PlatformResponse(status, message.Headers, "application/json", Encoding.UTF8.GetBytes(body));
    }

    private static StoreSession Store(params (string Name, string Value)[] secrets) => Store("322300222", secrets);

    private static StoreSession Store(string shop, params (string Name, string Value)[] secrets) => new(
        "c", shop, secrets.ToDictionary(static secret => secret.Name, static secret => new Secret(secret.Value)), new Dictionary<string, string>(), static (_, _, _) => throw new InvalidOperationException("Nobody is to be called."));

    /// <summary>A store whose platform gives these answers one after the other: sample files by name, or texts.</summary>
    private static StoreSession Answering(params string[] answers) => Answering([], [.. answers.Select(static answer => answer.StartsWith('{') ? answer : Samples.Read("shopee", answer))]);

    private static StoreSession Answering(List<Uri> asked, params string[] answers)
    {
        var left = new Queue<string>(answers);
        var secrets = new Dictionary<string, Secret> { ["clientId"] = new("2001887"), ["clientSecret"] = new("key"), ["accessToken"] = new("a"), ["refreshToken"] = new("r") };
        return new StoreSession("c", "322300222", secrets, new Dictionary<string, string>(), (_, request, _) =>
        {
            asked.Add(request.Url);
            var answer = Answer(200, left.Dequeue());
            return Connector.Protocol.Examine(answer) is { } fault ? throw new PlatformException(fault) : Task.FromResult(answer);
        });
    }
}
