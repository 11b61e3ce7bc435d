using System.Net;
using System.Text;
using System.Text.Json;
using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Connectors.Genstore;
using StoreClaw.Tests.Repository;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Connectors.Genstore;

/// <summary>What needs no shop: typed addresses, signatures, rows, faults, links.</summary>
public sealed class GenstoreFormTests
{
    private static readonly DateTimeOffset Now = new(2026, 8, 20, 9, 0, 0, TimeSpan.Zero);

    private static readonly Connector Connector = GenstoreConnector.Instance;

    private static readonly JsonElement Vectors = JsonElement.Parse(Repo.Read("tests", "StoreClaw.Tests", "Connectors", "Genstore", "vectors.json"));

    [Fact]
    public void Vectors_hold_and_every_change_is_noticed()
    {
        Assert.All(Vectors.GetProperty("webhooks").EnumerateArray(), static vector =>
        {
            var (body, signature, secret) = (Encoding.UTF8.GetBytes(vector.GetProperty("body").GetString()!), vector.GetProperty("signature").GetString()!, vector.GetProperty("secret").GetString()!);

            Assert.Equal(SignatureResult.Valid, Verify(body, signature, secret));
            Assert.Equal(SignatureResult.Valid, Verify(body, signature, "newer-secret", secret));
            Assert.Equal(SignatureResult.Mismatch, Verify(body, signature, "newer-secret"));
            Assert.Equal(SignatureResult.Mismatch, Verify([.. body, (byte)' '], signature, secret));
            Assert.All(Enumerable.Range(0, body.Length), at => Assert.Equal(SignatureResult.Mismatch, Verify([.. body[..at], (byte)(body[at] ^ 1), .. body[(at + 1)..]], signature, secret)));
            Assert.All(Enumerable.Range(0, signature.Length), at => Assert.Equal(SignatureResult.Mismatch, Verify(body, $"{signature[..at]}{(signature[at] == '5' ? '6' : '5')}{signature[(at + 1)..]}", secret)));
        });
    }

    [SampleFact("genstore")]
    public void The_samples_vector_is_among_them()
    {
        var handmade = Assert.Single(JsonElement.Parse(Samples.Read("genstore", "signature-vectors.handmade.json")).GetProperty("webhook_unconfirmed").EnumerateArray());
        var ours = Vectors.GetProperty("webhooks")[0];

        Assert.Equal(handmade.GetProperty("raw_body").GetString(), ours.GetProperty("body").GetString());
        Assert.Equal(handmade.GetProperty("expected_x_genstore_hmac_sha256").GetString(), ours.GetProperty("signature").GetString());
    }

    [Theory]
    [InlineData("example", "example.genmystore.com")]
    [InlineData("Example.genmystore.com", "example.genmystore.com")]
    [InlineData("https://example.genmystore.com/", "example.genmystore.com")]
    [InlineData("http://example.genmystore.com/products/a?b=c#d", "example.genmystore.com")]
    [InlineData("digital-essence-ai", "digital-essence-ai.genmystore.com")]
    public void A_typed_address_becomes_the_shops_host(string typed, string host) => Assert.Equal(host, Assert.IsType<ConnectPlan.Ready>(Plan(typed)).Store);

    [Theory]
    [InlineData("")]
    [InlineData("genmystore.com")]
    [InlineData(".genmystore.com")]
    [InlineData("a.b.genmystore.com")]
    [InlineData("example.genmystore.ai")]
    [InlineData("www.example.com")]
    [InlineData("https://admin.genstore.ai/admin/bigsale-1f1mpli9f")]
    [InlineData("example.genmystore.com.evil.example")]
    [InlineData("user@evil.example/.genmystore.com")]
    [InlineData("-example")]
    [InlineData("exa mple")]
    [InlineData("127.0.0.1")]
    [InlineData("example\n")]
    public void Another_address_is_refused(string typed)
    {
        var error = Assert.Single(Assert.IsType<ConnectPlan.Refused>(Plan(typed)).Errors);

        Assert.Equal("shopDomain", error.Field);
        Assert.NotEmpty(error.Remedy);
    }

    [Fact]
    public void Host_and_version_are_settings()
    {
        var plan = Assert.IsType<ConnectPlan.Ready>(Plan("example.genmystore.ai", ("apiHost", "GenMyStore.ai"), ("apiVersion", "202410")));

        Assert.Equal(("example.genmystore.ai", "202410"), (plan.Store, plan.Secrets["apiVersion"].Reveal()));
        Assert.Equal("https://example.genmystore.ai/api/202410/orders", GenstoreConnector.Url(Session(plan.Store, ("apiVersion", "202410")), "orders"));
    }

    [Theory]
    [InlineData("https://genmystore.com", "202412")]
    [InlineData("genmystore.com/x", "202412")]
    [InlineData("localhost", "202412")]
    [InlineData("genmystore.com", "2024/12")]
    [InlineData("genmystore.com", "..")]
    public void Settings_that_cannot_work_are_refused_with_their_names(string host, string version)
    {
        var error = Assert.Single(Assert.IsType<ConnectPlan.Refused>(Plan("example", ("apiHost", host), ("apiVersion", version))).Errors);

        Assert.Contains("Connectors__genstore__ApiHost", error.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, """{"error":"Amount must be less than net payment"}""", FaultKind.Invalid)]
    [InlineData(401, """{"error":"Invalid access token"}""", FaultKind.CredentialsRejected)]
    [InlineData(402, """{"error":"Payment Required"}""", FaultKind.StoreUnavailable)]
    [InlineData(403, """{"error":"This action requires the scope read_orders"}""", FaultKind.ScopeMissing)]
    [InlineData(404, """{"error":"Not Found"}""", FaultKind.NotFound)]
    [InlineData(409, """{"error":"Resource Conflict"}""", FaultKind.Conflict)]
    [InlineData(422, """{"error":"Unprocessable","order":{}}""", FaultKind.Invalid)]
    [InlineData(422, "<html></html>", FaultKind.Invalid)]
    [InlineData(422, """{"error":"\ud800"}""", FaultKind.Invalid)]
    [InlineData(429, """{"error":"Too Many Requests"}""", FaultKind.Throttled)]
    [InlineData(303, "", FaultKind.Invalid)]
    [InlineData(500, "<html></html>", FaultKind.PlatformFailure)]
    [InlineData(503, "", FaultKind.PlatformFailure)]
    public void Refusals_are_told_apart_by_their_status(int status, string body, FaultKind kind)
    {
        var fault = Connector.Protocol.Examine(Response(status, body))!;

        Assert.Equal((kind, $"http-{status}"), (fault.Kind, fault.Code));
    }

    [Fact]
    public void What_Genstore_says_is_handed_on_but_never_all_of_a_long_text()
    {
        Assert.EndsWith("Genstore says: Amount must be less than net payment", Connector.Protocol.Examine(Response(400, """{"error":"Amount must be less than net payment"}"""))!.Message, StringComparison.Ordinal);
        Assert.InRange(Connector.Protocol.Examine(Response(400, $$"""{"error":"{{new string('x', 5000)}}"}"""))!.Message.Length, 200, 300);
    }

    [SampleFact("genstore")]
    public void The_printed_refusal_is_understood() =>
        Assert.Contains("net payment", Connector.Protocol.Examine(Response(400, Samples.Read("genstore", "error.response.handmade.json")))!.Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("30/40", 10, 40, 2)]
    [InlineData("0/200", 200, 200, 10)]
    [InlineData("400/400", 0, 400, 20)]
    [InlineData("45/40", -5, 40, 2)]
    public void The_budget_is_read_from_the_header(string header, double left, double size, double perSecond) =>
        Assert.Equal(new RateReading(left, size, perSecond), Connector.Protocol.ReadRate(Response(200, "{}", ("X-Genstore-Shop-Api-Rate-Limit", header))));

    [Theory]
    [InlineData("NaN/40")]
    [InlineData("1/0")]
    [InlineData("-1/40")]
    [InlineData("40")]
    [InlineData("")]
    public void A_budget_that_says_nothing_is_none(string header) => Assert.Null(Connector.Protocol.ReadRate(Response(200, "{}", ("X-Genstore-Shop-Api-Rate-Limit", header))));

    [Theory]
    [InlineData("\"<https://s.genmystore/api/202412/customers?pageToken=abc&limit=3 >; rel=previous, < https://s.genmystore/api/202412/customers?pageToken=opqrstu&limit=3 >; rel=next\"", "opqrstu")]
    [InlineData("\"<https://s.genmystore/api/202412/orders?pageToken=xNTM4OTA4Mjk1MjExMTI%3D&limit=10 >; rel=next\"", "xNTM4OTA4Mjk1MjExMTI%3D")]
    [InlineData("<https://s.genmystore.com/api/202412/orders?limit=10&pageToken=a-b_c>; rel=\"next\"", "a-b_c")]
    [InlineData("<https://s.genmystore.com/api/202412/orders?pageToken=abc&limit=3>; rel=\"previous\"", null)]
    [InlineData("<https://s.genmystore.com/api/202412/orders?limit=3>; rel=\"next\"", null)]
    [InlineData("", null)]
    public async Task The_next_pages_token_is_found_in_every_spelling_of_the_link(string link, string? token)
    {
        var asked = new List<string>();
        var store = Session("example.genmystore.com", (request, _) =>
        {
            asked.Add(request.Url.Query);
            return Response(200, """{"orders":[]}""", ("Link", link));
        });

        var page = await Connector.Readers[Resource.Orders].ReadAsync(store, new PageRequest(null, Now, null, 1000, Backfill: true), CancellationToken.None);
        Assert.Equal(token is null ? null : $"0|&pageToken={token}", page.Next);
        if (token is not null)
        {
            await Connector.Readers[Resource.Orders].ReadAsync(store, new PageRequest(Now, Now, page.Next, 10, Backfill: false), CancellationToken.None);
            Assert.Equal(["?limit=250", $"?limit=10&pageToken={token}"], asked);
        }
    }

    [SampleFact("genstore")]
    public async Task The_printed_variant_is_read_with_its_stock()
    {
        var variant = Samples.Read("genstore", "product-variant.handmade.json");
        var store = Session("example.genmystore.com", (_, _) => Response(200, $$"""{"products":[{"productId":102744460756584,"title":"Shirt","variants":[{{variant}}]}]}"""));

        var product = Assert.IsType<ProductChange>(Assert.Single(await ReadAsync(store, Resource.Products))).Product;
        var level = Assert.IsType<StockChange>(Assert.Single(await ReadAsync(store, Resource.Stock))).Level;

        Assert.Equal(("102744460756584", "Shirt", Now), (product.Id, product.Title, product.UpdatedAt));
        Assert.Equal([new Variant("107362030756584", "P001", "Shirt - L", 10, "102744460756584:107362030756584")], product.Variants);
        Assert.Equal(new StockLevel { ItemId = "102744460756584:107362030756584", LocationId = "50002", Sku = "P001", Available = 666, UpdatedAt = Now }, level);
    }

    [Fact]
    public async Task What_is_not_counted_is_known_without_a_number()
    {
        var store = Session("example.genmystore.com", static (_, _) => Response(200, """{"products":[{"productId":"1","variants":[{"variantId":"2","inventoryManagement":"false"}]}]}"""));

        Assert.Equal(new StockLevel { ItemId = "1:2", Sku = "", UpdatedAt = Now }, ((StockChange)Assert.Single(await ReadAsync(store, Resource.Stock))).Level);
    }

    [SampleFact("genstore")]
    public async Task Printed_customers_need_the_time_of_their_change()
    {
        var row = JsonElement.Parse(Samples.Read("genstore", "customer.response.handmade.json")).GetProperty("customer").GetRawText();
        var store = Session("example.genmystore.com", (_, _) => Response(200, $$"""{"customers":[{{row}}]}"""));

        var fault = (await Assert.ThrowsAsync<PlatformException>(() => ReadAsync(store, Resource.Customers))).Fault;

        Assert.Equal("unexpected-shape", fault.Code);
        Assert.Contains("'updateTime'", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_customer_with_a_number_for_an_id_and_a_time_without_an_offset_is_read()
    {
        var customer = GenstoreRecords.Customer(JsonElement.Parse("""
            {"id":1020000013062,"createTime":"2024-12-18T08:18:49","updateTime":"2024-12-18T08:18:49.125+08:00","addresses":[{"countryCode":""},{"countryCode":"CN","isDefaultAddress":"false"}],"email":"buyer@example.com"}
            """)).Customer;

        Assert.Equal(
            new Customer
            {
                Id = "1020000013062",
                UpdatedAt = new DateTimeOffset(2024, 12, 18, 0, 18, 49, 125, TimeSpan.Zero),
                FirstSeenAt = new DateTimeOffset(2024, 12, 18, 8, 18, 49, TimeSpan.Zero),
                Country = "CN",
            },
            customer);
    }

    [Theory]
    [InlineData("orderId")]
    [InlineData("createdAt")]
    [InlineData("updatedAt")]
    [InlineData("totalPrice")]
    [InlineData("shopCurrency")]
    [InlineData("quantity")]
    [InlineData("price")]
    public void What_an_order_lacks_is_named(string member)
    {
        var whole = """{"orderId":"1","createdAt":"2026-08-20T05:00:00-04:00","updatedAt":"2026-08-20T05:00:00-04:00","totalPrice":"9.5","shopCurrency":"USD","lineItems":[{"quantity":"1","price":"9.5"}]}""";

        Assert.Equal("1", ((OrderChange)Orders(whole).Single()).Order.Lines[0].Id);
        Assert.Contains($"'{member}'", Assert.Throws<FormatException>(() => Orders(whole.Replace($"\"{member}\"", "\"other\"", StringComparison.Ordinal)).Single()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"[read_orders,write_apps]\"")]
    [InlineData("\"read_orders, write_apps\"")]
    [InlineData("[\"read_orders\",\"write_apps\"]")]
    public async Task Scopes_are_read_as_a_text_and_as_a_list(string scopes)
    {
        var plan = Assert.IsType<ConnectPlan.Ready>(Plan("example"));
        var store = new StoreSession("c", plan.Store, plan.Secrets, new Dictionary<string, string>(), (_, request, _) => Task.FromResult(request.Url.AbsolutePath.EndsWith("/access_scopes", StringComparison.Ordinal)
            ? Response(200, $$"""{"accessScopes":{{scopes}}}""")
            : Response(200, """{"shop":{"shopId":"1234567890","shopName":"Sun's Shop","currency":"USD","ianaTimezone":"America/New_York"}}""")));

        var grant = await Connector.Authorization.GrantAsync(store, Now, CancellationToken.None);

        Assert.Equal(["read_orders", "write_apps", "read_apps"], grant.Scopes);
        Assert.Equal(("1234567890", "Sun's Shop"), (grant.Facts["shopId"], grant.Facts["name"]));
    }

    [Theory]
    [InlineData("orders/update", """{"order":{"orderId":"1001","updatedAt":"t"}}""", "orders/update-1001-t")]
    [InlineData("customers/update", """{"customer":{"id":123456,"updateTime":"t"}}""", "customers/update-123456-t")]
    [InlineData("customers/redact", """{"customer":{"id":"12"}}""", "customers/redact-12-")]
    [InlineData("app/uninstalled", """{"app":{"shopId":"1"}}""", null)]
    [InlineData("orders/update", "[]", null)]
    [InlineData("orders/update", """{"order":{"orderId":"\ud800"}}""", null)]
    public void A_delivery_is_known_by_topic_record_and_time(string topic, string body, string? id) =>
        Assert.Equal(new DeliveryHead(topic, id, null), Connector.Webhooks!.Head(SimulatedGenstore.Request(topic, Encoding.UTF8.GetBytes(body), "")));

    [SampleFact("genstore")]
    public void The_printed_removal_of_the_app_is_understood() =>
        Assert.Equal([new UninstalledChange()], Read("app/uninstalled", Samples.Read("genstore", "webhook-app-uninstalled.handmade.json")));

    [Theory]
    [InlineData("orders/create", """{"order":{"id":"1"}}""", "'orderId'")]
    [InlineData("orders/create", """{"orderId":"1"}""", "'order'")]
    [InlineData("customers/redact", """{"shop":{"shopId":"1"}}""", "'customer'")]
    [InlineData("customers/redact", """{"customer":{"email":"buyer@example.com"}}""", "'id'")]
    [InlineData("shop/redact", """{"shop":{}}""", "'shopId'")]
    public void A_body_of_another_shape_says_what_is_missing(string topic, string body, string member) =>
        Assert.Contains(member, Assert.Throws<FormatException>(() => Read(topic, body)).Message, StringComparison.Ordinal);

    private static IReadOnlyList<Change> Read(string topic, string body) =>
        Connector.Webhooks!.Read(new Delivery(topic, null, null, Now, Encoding.UTF8.GetBytes(body)), Session("example.genmystore.com", ("apiVersion", "202412")));

    private static List<RecordChange> Orders(string order) => [.. GenstoreRecords.Order(new GenstoreRow(JsonElement.Parse(order), [], null, Now))];

    private static async Task<IReadOnlyList<RecordChange>> ReadAsync(StoreSession store, Resource resource) =>
        (await Connector.Readers[resource].ReadAsync(store, new PageRequest(null, Now, null, 10, Backfill: true), CancellationToken.None)).Changes;

    private static ConnectPlan Plan(string typed, params (string Name, string Value)[] settings) => Connector.Authorization.Plan(
        new ConnectInput(new Dictionary<string, Secret> { ["shopDomain"] = new(typed), ["accessToken"] = new("token") }, null, LiftAddressRules: false)
        {
            Settings = settings.ToDictionary(static setting => setting.Name, static setting => new Secret(setting.Value)),
        });

    private static SignatureResult Verify(byte[] body, string signature, params string[] secrets) =>
        Connector.Webhooks!.Verify(SimulatedGenstore.Request("app/uninstalled", body, signature), [.. secrets.Select(static secret => new Secret(secret))], Now);

    private static StoreSession Session(string host, params (string Name, string Value)[] facts) =>
        new("c", host, new Dictionary<string, Secret>(), facts.ToDictionary(static fact => fact.Name, static fact => fact.Value), static (_, _, _) => throw new NotSupportedException());

    private static StoreSession Session(string host, Func<PlatformRequest, CancellationToken, PlatformResponse> answer) =>
        new("c", host, new Dictionary<string, Secret>(), new Dictionary<string, string> { ["apiVersion"] = "202412" }, (_, request, token) => Task.FromResult(answer(request, token)));

    private static PlatformResponse Response(int status, string body, params (string Name, string Value)[] headers)
    {
        using var response = new HttpResponseMessage((HttpStatusCode)status);
        response.Headers.Date = Now;
        foreach (var (name, value) in headers)
        {
            response.Headers.TryAddWithoutValidation(name, value);
        }

        return new PlatformResponse(status, response.Headers, "application/json", Encoding.UTF8.GetBytes(body));
    }
}
