using System.Net.Http;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Connectors.Temu;
using StoreClaw.Sandbox.Temu;
using StoreClaw.Tests.Repository;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Connectors.Temu;

/// <summary>What needs no platform: signatures, the cipher, settings, events, faults, and the published payloads.</summary>
public sealed class TemuFormTests
{
    private static readonly Connector Connector = TemuConnector.Instance;

    private static readonly JsonElement Vectors = JsonElement.Parse(Repo.Read("tests", "StoreClaw.Tests", "Connectors", "Temu", "vectors.json"));

    public static TheoryData<int> Requests => [.. Enumerable.Range(0, Vectors.GetProperty("requests").GetArrayLength())];

    public static TheoryData<int> Events => [.. Enumerable.Range(0, Vectors.GetProperty("events").GetArrayLength())];

    [Theory]
    [MemberData(nameof(Requests))]
    public void A_call_is_signed_as_computed_elsewhere(int index)
    {
        var vector = Vectors.GetProperty("requests")[index];
        string Of(string name) => vector.GetProperty(name).GetString()!;
        var (secret, key, token, body) = (Of("secret"), Of("appKey"), Of("accessToken"), Of("body"));
        var time = DateTimeOffset.FromUnixTimeSeconds(vector.GetProperty("timestamp").GetInt64());

        var sent = Signed(secret, key, token, body, time);
        Assert.Equal(Of("sign"), sent.GetProperty("sign").GetString());
        Assert.Equal(Of("sign"), TemuSigning.OfRequest(sent, secret));
        Assert.NotEqual(Of("sign"), Sign(secret + "0", key, token, body, time));
        Assert.NotEqual(Of("sign"), Sign(secret, key + "0", token, body, time));
        Assert.NotEqual(Of("sign"), Sign(secret, key, token + "0", body, time));
        Assert.NotEqual(Of("sign"), Sign(secret, key, token, body, time.AddSeconds(1)));
        foreach (var field in JsonNode.Parse(body)!.AsObject().Select(static pair => pair.Key).ToList())
        {
            var changed = JsonNode.Parse(body)!.AsObject();
            changed[field] = "changed";
            Assert.NotEqual(Of("sign"), Sign(secret, key, token, changed.ToJsonString(), time));
        }
    }

    [Theory]
    [MemberData(nameof(Events))]
    public void An_event_signed_elsewhere_is_good_and_every_change_is_noticed(int index)
    {
        var vector = Vectors.GetProperty("events")[index];
        string Of(string name) => vector.GetProperty(name).GetString()!;
        var headers = vector.GetProperty("headers").EnumerateObject().ToDictionary(static header => header.Name, static header => header.Value.GetString()!);
        var (body, secret, signature) = (Encoding.UTF8.GetBytes(Of("body")), Of("secret"), Of("signature"));
        var now = DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(headers["x-tm-timestamp"]));
        SignatureResult Verify(byte[] bytes, Dictionary<string, string> with, string signed, string key) =>
            Connector.Webhooks!.Verify(Request(bytes, new Dictionary<string, string>(with) { ["x-tm-signature"] = signed }), [new Secret(key)], now);

        Assert.Equal(SignatureResult.Valid, Verify(body, headers, signature, secret));
        Assert.Equal(SignatureResult.Valid, Verify(body, headers, signature.ToUpperInvariant(), secret));
        Assert.Equal(SignatureResult.Mismatch, Verify(body, headers, signature, "0" + secret));
        Assert.Equal(SignatureResult.MissingSignature, Verify(body, headers, "", secret));
        Assert.Equal(SignatureResult.MissingSecret, Verify(body, headers, signature, secret[..15]));
        for (var i = 0; i < body.Length; i++)
        {
            var changed = body.ToArray();
            changed[i] ^= 1;
            Assert.True(char.IsWhiteSpace((char)body[i]) || Verify(changed, headers, signature, secret) == SignatureResult.Mismatch, $"Byte {i}");
        }

        foreach (var name in headers.Keys.Where(name => name != "x-tm-ext-param" && !name.EndsWith("timestamp", StringComparison.Ordinal)))
        {
            Assert.Equal(SignatureResult.Mismatch, Verify(body, new Dictionary<string, string>(headers) { [name] = headers[name] + "0" }, signature, secret));
        }

        Assert.Equal(SignatureResult.Mismatch, Verify(body, new Dictionary<string, string>(headers) { ["x-tm-timestamp"] = headers["x-tm-timestamp"][..^1] + "9" }, signature, secret));
    }

    [Theory]
    [MemberData(nameof(Events))]
    public void An_event_encrypted_elsewhere_is_read(int index)
    {
        var vector = Vectors.GetProperty("events")[index];
        var (body, secret, content) = (Encoding.UTF8.GetBytes(vector.GetProperty("body").GetString()!), vector.GetProperty("secret").GetString()!, vector.GetProperty("content").GetString()!);
        var mall = JsonElement.Parse(content).TryGetProperty("mallId", out var id) ? id.ToString() : null;

        Assert.Equal(mall, Connector.Webhooks!.StoreOf(Request(body, []), new Dictionary<string, Secret> { ["clientSecret"] = new(secret) }));
        Assert.Equal(JsonElement.Parse(body).GetProperty("eventData").GetString(), JsonElement.Parse(TemuSigning.Encrypt(Encoding.UTF8.GetBytes(content), secret)).GetProperty("eventData").GetString());
        Assert.Null(Connector.Webhooks.StoreOf(Request(body, []), new Dictionary<string, Secret> { ["clientSecret"] = new("x" + secret) }));
        Assert.Null(Connector.Webhooks.StoreOf(Request(body, []), new Dictionary<string, Secret>()));
    }

    [SampleFact("temu")]
    public void The_vectors_are_the_published_ones()
    {
        var published = JsonElement.Parse(Samples.Read("temu", "signature-vectors.json"));

        Assert.Equal(published.GetProperty("request")[0].GetProperty("expected_sign").GetString(), Vectors.GetProperty("requests")[0].GetProperty("sign").GetString());
        Assert.Equal(published.GetProperty("webhook")[0].GetProperty("expected_x_tm_signature").GetString(), Vectors.GetProperty("events")[0].GetProperty("signature").GetString());
        Assert.Equal(published.GetProperty("webhook")[0].GetProperty("raw_body").GetString(), Vectors.GetProperty("events")[0].GetProperty("body").GetString());
        Assert.Equal(published.GetProperty("webhook_decrypt")[0].GetProperty("expected_plaintext").GetString(), Vectors.GetProperty("events")[0].GetProperty("content").GetString());
    }

    [Fact]
    public void Nothing_throws_on_whatever_bytes() => Prop.ForAll<byte[], string?, string?>(static (body, text, secret) =>
    {
        var app = new Dictionary<string, Secret> { ["clientSecret"] = new($"a-secret-of-sixteen-bytes{secret}") };
        byte[][] bodies = [body, Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new { eventData = text })), Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new { eventData = Convert.ToBase64String(body) }))];
        foreach (var one in bodies)
        {
            var request = Request(one, new Dictionary<string, string> { ["x-tm-signature"] = text ?? "", ["x-tm-timestamp"] = secret ?? "", ["x-tm-event-code"] = text ?? "" });
            Assert.Null(Connector.Webhooks!.StoreOf(request, app));
            Assert.NotEqual(SignatureResult.Valid, Connector.Webhooks.Verify(request, [app["clientSecret"]], DateTimeOffset.UnixEpoch));
            Connector.Webhooks.Head(request);
        }
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("""{"mallId":1024}""", "1024")]
    [InlineData("""{"mallId":"1024"}""", "1024")]
    [InlineData("""{"mallId":0}""", null)]
    [InlineData("""{"mallId":{}}""", null)]
    [InlineData("""{"mallId":"\ud800"}""", null)]
    [InlineData("{}", null)]
    [InlineData("[]", null)]
    [InlineData("", null)]
    public void An_event_names_its_shop_within(string content, string? mall)
    {
        const string Secret = "an-app-secret-of-enough-bytes";

        Assert.Equal(mall, Connector.Webhooks!.StoreOf(Request(TemuSigning.Encrypt(Encoding.UTF8.GetBytes(content), Secret), []), new Dictionary<string, Secret> { ["clientSecret"] = new(Secret) }));
    }

    [Theory]
    [InlineData("3000030", FaultKind.CredentialsRejected)]
    [InlineData("3000031", FaultKind.CredentialsRejected)]
    [InlineData("3000033", FaultKind.CredentialsRejected)]
    [InlineData("3000034", FaultKind.TokenExpired)]
    [InlineData("5000000", FaultKind.CredentialsRejected)]
    [InlineData("110020002", FaultKind.CredentialsRejected)]
    [InlineData("110020003", FaultKind.CredentialsRejected)]
    [InlineData("3000001", FaultKind.CredentialsRejected)]
    [InlineData("3000040", FaultKind.CredentialsRejected)]
    [InlineData("3000019", FaultKind.CredentialsRejected)]
    [InlineData("3000020", FaultKind.CredentialsRejected)]
    [InlineData("3000025", FaultKind.CredentialsRejected)]
    [InlineData("3000026", FaultKind.CredentialsRejected)]
    [InlineData("3000032", FaultKind.ScopeMissing)]
    [InlineData("3000027", FaultKind.ScopeMissing)]
    [InlineData("3000021", FaultKind.ScopeMissing)]
    [InlineData("3000028", FaultKind.ScopeMissing)]
    [InlineData("3000022", FaultKind.ScopeMissing)]
    [InlineData("5000003", FaultKind.ScopeMissing)]
    [InlineData("110020008", FaultKind.ScopeMissing)]
    [InlineData("110020009", FaultKind.ScopeMissing)]
    [InlineData("140020001", FaultKind.ScopeMissing)]
    [InlineData("140020003", FaultKind.ScopeMissing)]
    [InlineData("140020015", FaultKind.ScopeMissing)]
    [InlineData("4000004", FaultKind.Throttled)]
    [InlineData("110020007", FaultKind.Throttled)]
    [InlineData("140020002", FaultKind.NotFound)]
    [InlineData("2000000", FaultKind.PlatformFailure)]
    [InlineData("4000000", FaultKind.PlatformFailure)]
    [InlineData("6000001", FaultKind.PlatformFailure)]
    [InlineData("7000000", FaultKind.PlatformFailure)]
    [InlineData("110020001", FaultKind.PlatformFailure)]
    [InlineData("150010005", FaultKind.PlatformFailure)]
    [InlineData("3000010", FaultKind.PlatformFailure)]
    [InlineData("3000011", FaultKind.PlatformFailure)]
    [InlineData("3000012", FaultKind.PlatformFailure)]
    [InlineData("3000000", FaultKind.Invalid)]
    [InlineData("3000002", FaultKind.Invalid)]
    [InlineData("3000013", FaultKind.Invalid)]
    [InlineData("150010003", FaultKind.Invalid)]
    [InlineData("1000000", FaultKind.Invalid)]
    public void Codes_on_200_are_told_apart(string code, FaultKind kind)
    {
        var fault = Connector.Protocol.Examine(Answer(200, $$"""{"success":false,"errorCode":{{code}},"errorMsg":"words","requestId":"us-1","result":null}"""))!;

        Assert.Equal((kind, code, "us-1"), (fault.Kind, fault.Code, fault.RequestId));
        Assert.DoesNotContain("words", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, """{"success":true,"errorCode":1000000,"result":{}}""", null)]
    [InlineData(200, """{"success":true,"errorCode":"1000000"}""", null)]
    [InlineData(200, """{"success":true,"errorCode":3000032}""", FaultKind.ScopeMissing)]
    [InlineData(200, """{"success":true}""", FaultKind.Invalid)]
    [InlineData(200, "{}", FaultKind.Invalid)]
    [InlineData(200, "[]", FaultKind.PlatformFailure)]
    [InlineData(429, "<html>", FaultKind.Throttled)]
    [InlineData(502, "<html>", FaultKind.PlatformFailure)]
    public void Only_success_with_its_code_counts(int status, string body, FaultKind? kind) => Assert.Equal(kind, Connector.Protocol.Examine(Answer(status, body))?.Kind);

    [Theory]
    [InlineData(null, null, null, "region")]
    [InlineData("MARS", "t", null, "region")]
    [InlineData("US", "t", "c", "code")]
    [InlineData("GLOBAL", null, null, "accessToken")]
    public void Fields_that_cannot_work_are_named(string? region, string? token, string? code, string field) => Assert.Equal(field, Assert.Single(Assert.IsType<ConnectPlan.Refused>(Plan(region, token, code)).Errors).Field);

    [Theory]
    [InlineData("http://127.0.0.1/")]
    [InlineData("not an address")]
    public void An_approval_page_must_be_an_https_address(string page) => Assert.Equal("authorizeUrl", Assert.Single(Assert.IsType<ConnectPlan.Refused>(Plan("US", null, null, page)).Errors).Field);

    [Theory]
    [InlineData("us", null, "https://seller.temu.com/open-platform/client-manage/authorization")]
    [InlineData("EU", null, "https://seller-eu.temu.com/open-platform/client-manage/authorization")]
    [InlineData("GLOBAL", "https://br.seller.temu.com/approve", "https://br.seller.temu.com/approve")]
    [InlineData("US", "https://seller.temu.com/approve?lang=en", "https://seller.temu.com/approve")]
    public void The_link_leads_to_the_region_s_seller_center_or_where_the_settings_say(string region, string? page, string address)
    {
        var plan = Assert.IsType<ConnectPlan.Browser>(Plan(region, null, null, page));

        var url = Connector.Authorization.AuthorizeUrl(Store(plan.Store, plan.Secrets), new BrowserStart("a.b-c", SimulatedTemu.Redirect, "", default));

        var query = QueryHelpers.ParseQuery(url.Query);
        Assert.Equal(address, url.GetLeftPart(UriPartial.Path));
        Assert.Equal(("app", SimulatedTemu.Redirect.AbsoluteUri, "a.b-c"), (query["appKey"].ToString(), query["redirect_uri"].ToString(), query["state"].ToString()));
    }

    [Theory]
    [InlineData("code=c&state=s", null)]
    [InlineData("code=c&state=s&app_key=app&callback_host=x", null)]
    [InlineData("code=c&app_key=another", "another app")]
    [InlineData("state=s", "no code")]
    [InlineData("code=&state=s", "no code")]
    public void A_callback_brings_a_code_for_this_app(string query, string? why)
    {
        var callback = new CallbackInput([.. QueryHelpers.ParseQuery(query).Select(static pair => KeyValuePair.Create(pair.Key, pair.Value.ToString()))], default, SimulatedTemu.Redirect, "");

        var wrong = Connector.Authorization.CheckCallback(Store("US", new Dictionary<string, Secret> { ["clientId"] = new("app") }), callback, default);

        Assert.True(why is null ? wrong is null : wrong!.Contains(why, StringComparison.Ordinal));
    }

    [SampleFact("temu")]
    public async Task The_recorded_orders_are_read()
    {
        var store = Answering(Samples.Read("temu", "order-list.response.cut.json"));

        var orders = (await Connector.Readers[Resource.Orders].FindAsync(store, "x", CancellationToken.None)).Select(static change => (Order)change.Record).ToList();

        Assert.Equal(["PO-211-00822146499192890", "PO-211-19985356536952364", "PO-211-20357915551350400"], orders.Select(static order => order.Id));
        Assert.All(orders, static order => Assert.Equal((false, 0m, "USD", "US", "PPD"), (order.AmountsKnown, order.Total, order.Currency, order.Country, order.PaymentStatus)));
        Assert.Equal((DateTimeOffset.FromUnixTimeSeconds(1751857815), DateTimeOffset.FromUnixTimeSeconds(1751868884), (DateTimeOffset?)null, "4"), (orders[0].CreatedAt, orders[0].UpdatedAt, orders[0].CancelledAt, orders[0].FulfillmentStatus));
        Assert.Equal(("", "skuis0000-1"), (orders[0].Lines[0].Sku, orders[0].Lines[1].Sku));
        var line = orders[0].Lines[1];
        Assert.Equal(("211-00822188442232890", "Variant Product 002 123 - Small", "602979566500147", "38105486740359", 1m, 0m), (line.Id, line.Title, line.ProductId, line.VariantId, line.Quantity, line.UnitPrice));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1751816578), orders[1].CancelledAt);
        Assert.Equal((1m, "CJBQ104231702BY"), (orders[1].Lines[0].Quantity, orders[1].Lines[0].Sku));
    }

    [Theory]
    [InlineData("USD", 1999, 19.99)]
    [InlineData("MXN", 1999, 19.99)]
    [InlineData("JPY", 1999, 1999)]
    [InlineData("KWD", 1999, 1.999)]
    public void Amounts_come_in_the_smallest_unit_of_their_currency(string currency, int amount, double total)
    {
        var row = JsonElement.Parse("""{"parentOrderMap":{"parentOrderSn":"PO-128-1","parentOrderTime":1751857815,"updateTime":1751868884,"regionId":128},"orderList":[]}""");
        var amounts = JsonElement.Parse($$$"""{"parentOrderMap":{"customerPaid":{"amount":{{{amount}}},"currency":"{{{currency}}}"},"signOnDelivery":null}}""");

        var order = TemuRecords.Order(row, amounts, "XXX");

        Assert.Equal(((decimal)total, currency, "MX", true), (order.Total, order.Currency, order.Country, order.AmountsKnown));
    }

    [Theory]
    [InlineData("""{"parentOrderMap":{}}""")]
    [InlineData("""{"parentOrderMap":{"customerPaid":null}}""")]
    [InlineData("""{"parentOrderMap":{"customerPaid":{"customerPaidTotal":{"amount":5,"currency":"JPY"}}}}""")]
    [InlineData("{}")]
    public void Amounts_that_do_not_tell_what_was_paid_are_unknown(string amounts)
    {
        var row = JsonElement.Parse("""{"parentOrderMap":{"parentOrderSn":"PO-119-1","parentOrderTime":1751857815,"updateTime":1751868884,"regionId":119},"orderList":[]}""");

        var order = TemuRecords.Order(row, JsonElement.Parse(amounts), "XXX");

        Assert.Equal((0m, "XXX", (string?)null, false), (order.Total, order.Currency, order.Country, order.AmountsKnown));
    }

    [Theory]
    [InlineData("""{"goodsId":7,"skuId":8,"goodsName":"Hat","specName":"Red","skuSn":"H-1","price":"19.99","crtTime":1751857815}""", "H-1", "Hat - Red", 19.99)]
    [InlineData("""{"goodsId":7,"skuId":8,"goodsName":"Hat","specName":"","skuSn":null,"price":"$19.99","retailPrice":{"amount":"20.5","currency":"USD"},"crtTime":1751857815}""", "", "Hat", 20.5)]
    [InlineData("""{"goodsId":7,"skuId":8,"goodsName":"Hat","price":"$19.99","crtTime":1751857815,"skuStatusChangeTime":""}""", "", "Hat", null)]
    [InlineData("""{"goodsId":7,"skuId":8,"goodsName":"Hat","price":"0.00","retailPrice":{"amount":0},"crtTime":1751857815}""", "", "Hat", null)]
    public void A_SKU_is_a_variant(string sku, string code, string title, double? price)
    {
        var row = JsonElement.Parse(sku);

        var variant = TemuRecords.Variant(row);
        var product = TemuRecords.Product(JsonElement.Parse("""{"goodsId":7,"goodsName":"Hat","crtTime":1751857815,"status4VO":1,"goodsStatusChangeTime":"1751868884000"}"""), deleted: false, [variant]);

        Assert.Equal(("7", "Hat", "1", DateTimeOffset.FromUnixTimeSeconds(1751868884)), (product.Id, product.Title, product.Status, product.UpdatedAt));
        Assert.Equal(new Variant("8", code, title, (decimal?)price, "7:8"), variant);
        Assert.Equal(("7:8@", DateTimeOffset.FromUnixTimeSeconds(1751857815), (decimal?)null), TemuRecords.Level(row) is var level ? (level.Id, level.UpdatedAt, level.Available) : default);
    }

    [SampleFact("temu")]
    public async Task The_example_of_a_token_is_taken()
    {
        var store = Answering(Samples.Read("temu", "accesstoken-create.response.handmade.json"), """{"success":true,"errorCode":1000000,"result":{"skuList":[{"currency":"USD"}]}}""");
        store.Facts = new Dictionary<string, string>();
        store.Secrets = new Dictionary<string, Secret>(store.Secrets) { ["code"] = new("c") };

        var grant = await Connector.Authorization.GrantAsync(store, default, CancellationToken.None);

        Assert.Equal(("1024", "EXAMPLE-ACCESS-TOKEN", "bg.order.amount.query", "2025-12-13", "USD"), (grant.Store, grant.Secrets["accessToken"].Reveal(), grant.Facts["amounts"], grant.Facts["authorizedUntil"], grant.Facts["currency"]));
        Assert.Equal(["bg.order.list.v2.get", .. TemuWebhooks.Events.Order(StringComparer.Ordinal)], Connector.Descriptor.Scopes.Except(grant.Scopes).Order(StringComparer.Ordinal));
    }

    [SampleFact("temu")]
    public async Task The_example_of_a_stock_setting_is_understood()
    {
        var asked = new List<JsonElement>();
        var store = Answering(asked, Samples.Read("temu", "stock-edit.response.handmade.json"));
        var sample = JsonElement.Parse(Samples.Read("temu", "stock-edit.request.handmade.json"));

        var result = Assert.Single(await Connector.StockWriter!.SetAsync(store, [new StockWrite("601099548666279:17592352673534", "", 25, null, "store1-601099548666279-000001")], CancellationToken.None));

        Assert.Null(result.Fault);
        foreach (var name in new[] { "type", "goodsId", "stockType", "skuStockTargetList", "requestUniqueKey" })
        {
            Assert.True(JsonElement.DeepEquals(sample.GetProperty(name), asked[0].GetProperty(name)), name);
        }
    }

    [SampleFact("temu")]
    public void The_examples_of_errors_and_of_an_event_are_understood()
    {
        const string Secret = "an-app-secret-of-enough-bytes";
        var push = TemuSigning.Encrypt(Encoding.UTF8.GetBytes(Samples.Read("temu", "webhook-order-status.decrypted.handmade.json")), Secret);
        var store = Store("1024", new Dictionary<string, Secret> { ["clientSecret"] = new(Secret) });

        Assert.Equal("1024", Connector.Webhooks!.StoreOf(Request(push, []), store.Secrets));
        Assert.Equal([new LookupChange(Resource.Orders, "PO-211-00822146499192890", MayBeGone: false)], Connector.Webhooks.Read(new Delivery("bg_order_status_change_event", "d", null, default, push), store));
        Assert.Equal(FaultKind.TokenExpired, Connector.Protocol.Examine(Answer(200, Samples.Read("temu", "error-access-token-expired.handmade.json")))!.Kind);
        Assert.Equal(FaultKind.Throttled, Connector.Protocol.Examine(Answer(200, Samples.Read("temu", "error-rate-limit.handmade.json")))!.Kind);
    }

    private static ConnectPlan Plan(string? region, string? token, string? code, string? page = null)
    {
        var fields = new[] { ("region", region), ("accessToken", token), ("code", code) }.Where(static field => field.Item2 is not null).ToDictionary(static field => field.Item1, static field => new Secret(field.Item2!));
        var settings = page is null ? new Dictionary<string, Secret>() : new Dictionary<string, Secret> { ["authorizeUrl"] = new(page) };
        return Connector.Authorization.Plan(new ConnectInput(fields, new AppClient("app", new Secret("an-app-secret-of-enough-bytes"), settings), LiftAddressRules: false));
    }

    private static string? Sign(string secret, string key, string token, string body, DateTimeOffset time) => Signed(secret, key, token, body, time).GetProperty("sign").GetString();

    private static JsonElement Signed(string secret, string key, string token, string body, DateTimeOffset time)
    {
        using var attempt = new HttpRequestMessage(HttpMethod.Post, "https://openapi-b-us.temu.com/openapi/router") { Content = new StringContent(body) };
        Connector.Protocol.Authorize(attempt, Store("1", new Dictionary<string, Secret> { ["clientId"] = new(key), ["clientSecret"] = new(secret), ["accessToken"] = new(token) }), time);
        using var reader = new StreamReader(attempt.Content!.ReadAsStream());
        return JsonElement.Parse(reader.ReadToEnd());
    }

    private static WebhookRequest Request(byte[] body, Dictionary<string, string> headers)
    {
        var dictionary = new HeaderDictionary();
        foreach (var (name, value) in headers)
        {
            dictionary[name] = value;
        }

        return new WebhookRequest("POST", dictionary, new QueryCollection(), body, new Uri("https://storeclaw.example/webhooks/temu"));
    }

    private static PlatformResponse Answer(int status, string body)
    {
        using var message = new HttpResponseMessage();
        return new PlatformResponse(status, message.Headers, "application/json", Encoding.UTF8.GetBytes(body));
    }

    private static StoreSession Store(string store, IReadOnlyDictionary<string, Secret> secrets) =>
        new("c", store, secrets, new Dictionary<string, string>(), static (_, _, _) => throw new InvalidOperationException("Nobody is to be called."));

    private static StoreSession Answering(params string[] answers) => Answering([], answers);

    /// <summary>A shop in the United States whose platform gives these answers one after the other.</summary>
    private static StoreSession Answering(List<JsonElement> asked, params string[] answers)
    {
        var left = new Queue<string>(answers);
        var secrets = new Dictionary<string, Secret> { ["clientId"] = new("app"), ["clientSecret"] = new("an-app-secret-of-enough-bytes"), ["accessToken"] = new("t") };
        return new StoreSession("c", "US", secrets, new Dictionary<string, string> { ["region"] = "US" }, (_, request, _) =>
        {
            asked.Add(JsonElement.Parse(request.Body.Span));
            var answer = Answer(200, left.Dequeue());
            return Connector.Protocol.Examine(answer) is { } fault ? throw new PlatformException(fault) : Task.FromResult(answer);
        });
    }
}
