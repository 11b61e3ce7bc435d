using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Connectors.Wix;
using StoreClaw.Sandbox.Wix;
using StoreClaw.Tests.Repository;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Connectors.Wix;

/// <summary>Wix's forms read and checked without a platform: tokens, callbacks, errors, bodies.</summary>
public sealed class WixFormTests
{
    private const string Key = "forms";

    private static readonly DateTimeOffset Now = new(2026, 8, 20, 9, 0, 0, TimeSpan.Zero);

    private static readonly JsonElement Vectors = JsonElement.Parse(Repo.Read("tests", "StoreClaw.Tests", "Connectors", "Wix", "vectors.json"));

    private static IWebhooks Webhooks => WixConnector.Instance.Webhooks!;

    private static IAuthorization Authorization => WixConnector.Instance.Authorization;

    [Fact]
    public void Webhook_vectors_hold_and_every_change_is_noticed()
    {
        Assert.All(Vectors.GetProperty("webhooks").EnumerateArray(), static vector =>
        {
            var (body, key, at) = (vector.GetProperty("body").GetString()!, vector.GetProperty("publicKey").GetString()!, DateTimeOffset.FromUnixTimeSeconds(vector.GetProperty("at").GetInt64()));
            Assert.Equal(vector.GetProperty("valid").GetBoolean() ? SignatureResult.Valid : SignatureResult.Mismatch, Verify(body, at, key));
            Assert.Equal(SignatureResult.Mismatch, Verify(body, at, WixSigning.PublicKey(Key)));
            if (vector.GetProperty("valid").GetBoolean())
            {
                Assert.All(Enumerable.Range(0, body.Length), i => Assert.Equal(SignatureResult.Mismatch, Verify($"{body[..i]}{(body[i] == 'A' ? 'B' : 'A')}{body[(i + 1)..]}", at, key)));
                Assert.Equal(vector.GetProperty("instance").GetString(), Webhooks.StoreOf(SimulatedWix.Request(body), new Dictionary<string, Secret>()));
                var head = Webhooks.Head(SimulatedWix.Request(body));
                Assert.Equal(vector.GetProperty("topic").GetString(), head.Topic);
                Assert.Equal(vector.GetProperty("id").GetString() ?? head.DeliveryId, head.DeliveryId);
            }
        });
    }

    [SampleFact("wix")]
    public void The_samples_vectors_hold_too()
    {
        var official = JsonElement.Parse(Samples.Read("wix", "webhook-jwt-vectors.json")).GetProperty("official");
        Assert.All(official.EnumerateArray(), static vector => Assert.Equal(
            SignatureResult.Valid, Verify(vector.GetProperty("jwt").GetString()!, DateTimeOffset.FromUnixTimeSeconds(vector.GetProperty("decoded_claims").GetProperty("iat").GetInt64()), vector.GetProperty("public_key_pem").GetString()!)));
        var handmade = JsonElement.Parse(Samples.Read("wix", "webhook-jwt-vectors.handmade.json"));
        Assert.All(handmade.GetProperty("cases").EnumerateArray(), vector => Assert.Equal(
            vector.GetProperty("must_be_accepted").GetBoolean(),
            Verify(vector.GetProperty("raw_body").GetString()!, DateTimeOffset.FromUnixTimeSeconds(handmade.GetProperty("check_at_unix").GetInt64()), handmade.GetProperty("public_key_pem").GetString()!) == SignatureResult.Valid));
    }

    [Theory]
    [InlineData("""{"alg":"RS256"}""", 0, 60, SignatureResult.Valid)]
    [InlineData("""{"alg":"RS256"}""", 59, 60, SignatureResult.Valid)]
    [InlineData("""{"alg":"RS256"}""", 61, 60, SignatureResult.Stale)]
    [InlineData("""{"alg":"RS256"}""", -300, -59, SignatureResult.Valid)]
    [InlineData("""{"alg":"RS256"}""", -300, -60, SignatureResult.Stale)]
    [InlineData("""{"alg":"RS256"}""", null, 60, SignatureResult.Stale)]
    [InlineData("""{"alg":"RS256"}""", 0, null, SignatureResult.Stale)]
    [InlineData("""{"alg":"RS512"}""", 0, 60, SignatureResult.Mismatch)]
    [InlineData("""{"alg":"HS256"}""", 0, 60, SignatureResult.Mismatch)]
    [InlineData("""{"alg":"none"}""", 0, 60, SignatureResult.Mismatch)]
    [InlineData("""{"alg":["RS256"]}""", 0, 60, SignatureResult.Mismatch)]
    [InlineData("{}", 0, 60, SignatureResult.Mismatch)]
    [InlineData("nothing", 0, 60, SignatureResult.Mismatch)]
    public void Only_one_algorithm_and_one_time_are_good(string header, int? issued, int? ends, SignatureResult expected)
    {
        var claims = new JsonObject { ["data"] = "{}" };
        foreach (var (name, seconds) in new[] { ("iat", issued), ("exp", ends) })
        {
            if (seconds is { } offset)
            {
                claims[name] = Now.ToUnixTimeSeconds() + offset;
            }
        }

        Assert.Equal(expected, Verify(WixSigning.Jwt(Key, header, claims.ToJsonString()), Now, WixSigning.PublicKey(Key)));
    }

    [Theory]
    [InlineData("{}.{}")]
    [InlineData("{}.{}.{}.{}")]
    [InlineData("{}")]
    [InlineData("..")]
    public void Three_parts_or_nothing(string shape)
    {
        var parts = WixSigning.Webhook(Key, SimulatedWix.InstanceId, "AppRemoved", "{}", Now).Split('.');
        var body = shape == ".." ? shape : string.Join('.', shape.Split('.').Select((_, index) => parts[index % 3]));

        Assert.Equal(SignatureResult.Mismatch, Verify(body, Now, WixSigning.PublicKey(Key)));
    }

    [Fact]
    public void A_key_is_taken_in_all_the_ways_it_is_pasted()
    {
        var (body, pem) = (WixSigning.Webhook(Key, SimulatedWix.InstanceId, "AppRemoved", "{}", Now), WixSigning.PublicKey(Key));
        var between = string.Concat(pem.Split('\n')[1..^1]);

        foreach (var good in new[] { pem, pem.Replace("\n", "\r\n", StringComparison.Ordinal), pem.Replace("\n", "\\n", StringComparison.Ordinal), between, $"  {between}\n" })
        {
            Assert.Equal(SignatureResult.Valid, Verify(body, Now, good));
        }

        foreach (var bad in new[] { "", "key", between[..^8], WixSigning.KeyPair(Key).ExportRSAPrivateKeyPem() })
        {
            Assert.Equal(SignatureResult.MissingSecret, Verify(body, Now, bad));
            Assert.IsType<ConnectPlan.Refused>(Authorization.Plan(new ConnectInput(new Dictionary<string, Secret>(), App(bad), LiftAddressRules: false)));
        }

        Assert.Equal(SignatureResult.MissingSecret, Webhooks.Verify(SimulatedWix.Request(body), [], Now));
        Assert.Equal(SignatureResult.MissingSignature, Verify("", Now, pem));
    }

    [Fact]
    public void Verifying_and_routing_never_throw() => Prop.ForAll<byte[], string?>((body, text) =>
    {
        var request = SimulatedWix.Request(text ?? "") with { Body = body };
        var claims = $"{Convert.ToBase64String(Encoding.UTF8.GetBytes("{}")).TrimEnd('=')}.{Convert.ToBase64String(Encoding.UTF8.GetBytes(text ?? "")).TrimEnd('=')}.AAAA";
        return Webhooks.Verify(request, [new Secret(WixSigning.PublicKey(Key))], Now) != SignatureResult.Valid
            && string.IsNullOrEmpty(Webhooks.StoreOf(request, new Dictionary<string, Secret>())) && string.IsNullOrEmpty(Webhooks.StoreOf(SimulatedWix.Request(claims), new Dictionary<string, Secret>()))
            && Verify(claims, Now, WixSigning.PublicKey(Key)) == SignatureResult.Mismatch;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Instance_vectors_hold_and_every_change_is_noticed()
    {
        Assert.All(Vectors.GetProperty("instances").EnumerateArray(), static vector =>
        {
            var (secret, instance, at) = (vector.GetProperty("secret").GetString()!, vector.GetProperty("instance").GetString()!, vector.GetProperty("at").GetDateTimeOffset());
            Assert.Null(Check(secret, at, ("instance", instance)));
            Assert.Null(Check(secret, at, ("signedInstance", instance), ("instanceId", "another")));
            Assert.Null(Check(secret, at.AddMinutes(5), ("instance", instance)));
            Assert.Null(Check(secret, at.AddMinutes(-5), ("instance", instance)));
            Assert.Equal("The callback is too old.", Check(secret, at.AddSeconds(301), ("instance", instance)));
            Assert.Equal("The callback is too old.", Check(secret, at.AddSeconds(-301), ("instance", instance)));
            Assert.NotNull(Check("", at, ("instance", instance)));
            Assert.NotNull(Check(secret + "x", at, ("instance", instance)));
            Assert.NotNull(Check(secret, at, ("instanceId", SimulatedWix.InstanceId)));
            Assert.NotNull(Check(secret, at, ("instance", instance + ".x")));
            Assert.All(Enumerable.Range(0, instance.Length), i => Assert.NotNull(Check(secret, at, ("instance", $"{instance[..i]}{(instance[i] == 'A' ? 'B' : 'A')}{instance[(i + 1)..]}"))));
        });
    }

    [Fact]
    public void The_installer_gets_our_state_within_the_address_it_returns_to()
    {
        var plan = Assert.IsType<ConnectPlan.Browser>(Authorization.Plan(new ConnectInput(new Dictionary<string, Secret>(), App(WixSigning.PublicKey(Key)), LiftAddressRules: false)));
        var url = Authorization.AuthorizeUrl(Session(plan.Secrets), new BrowserStart("st/4te+", new Uri("https://storeclaw.example/oauth/wix/callback"), ""));

        Assert.Equal("https://www.wix.com/app-installer?appId=app-1&postInstallationUrl=https%3A%2F%2Fstoreclaw.example%2Foauth%2Fwix%2Fcallback%3Fstate%3Dst%252F4te%252B", url.AbsoluteUri);
    }

    [Theory]
    [InlineData(400, """{"message":"","details":{"applicationError":{"code":"NO_FUNDS"}}}""", FaultKind.Invalid, "NO_FUNDS")]
    [InlineData(401, """{"message":"","details":{}}""", FaultKind.TokenExpired, "http-401")]
    [InlineData(403, "", FaultKind.ScopeMissing, "http-403")]
    [InlineData(404, """{"message":"x","details":{"applicationError":{"code":"ORDER_NOT_FOUND"}}}""", FaultKind.NotFound, "ORDER_NOT_FOUND")]
    [InlineData(409, "[]", FaultKind.Conflict, "http-409")]
    [InlineData(428, """{"message":"x","details":{"applicationError":{"code":"CATALOG_V1_SITE"}}}""", FaultKind.Conflict, "http-428")]
    [InlineData(429, """{"details":{"applicationError":{"code":"RESOURCE_EXHAUSTED"}}}""", FaultKind.Throttled, "RESOURCE_EXHAUSTED")]
    [InlineData(500, """{"message":"","details":{}}""", FaultKind.PlatformFailure, "http-500")]
    [InlineData(501, """{"message":"not supported for sites using Catalog V3"}""", FaultKind.Invalid, "http-501")]
    [InlineData(503, "<html>", FaultKind.PlatformFailure, "http-503")]
    [InlineData(504, "", FaultKind.PlatformFailure, "http-504")]
    public void Refusals_are_told_apart(int status, string body, FaultKind kind, string code)
    {
        var fault = Examine(status, body)!;

        Assert.Equal((kind, code), (fault.Kind, fault.Code));
    }

    [SampleFact("wix")]
    public void The_sample_errors_are_named()
    {
        Assert.Equal(("NO_FUNDS", "Wix: Payment failed NO_FUNDS (HTTP 400)"), (Examine(400, Samples.Read("wix", "error-application.response.json"))!.Code, Examine(400, Samples.Read("wix", "error-application.response.json"))!.Message));
        Assert.Equal("Wix: Not really valid INVALID_NOTE fieldA (HTTP 400)", Examine(400, Samples.Read("wix", "error-validation.response.json"))!.Message);
    }

    [SampleFact("wix")]
    public void The_sample_order_is_read()
    {
        var listed = JsonElement.Parse(Samples.Read("wix", "orders-search.response.handmade.json")).GetProperty("orders")[0];
        var got = JsonElement.Parse(Samples.Read("wix", "order-get.response.json")).GetProperty("order");
        var order = WixRecords.Order(listed, []).Order;

        Assert.Equal(("265c7d98-a7c3-48c4-89cd-bbdc00921eab", "10108", "USD", 215.66m, 8.22m, 2m, 10.81m), (order.Id, order.Number, order.Currency, order.Total, order.Tax, order.Shipping, order.Discount));
        Assert.Equal(("f61f30cd-7474-47b7-95a2-339c0fcacbd3", "US", "PAID", null), (order.CustomerId, order.Country, order.PaymentStatus, order.CancelledAt));
        Assert.Equal((2m, 35m, 3.5m, "5376f9ec-b92e-efa9-e4a1-f4f480aa0d3a:00000000-0000-0020-0005-ad9cdc10d3b8"), (order.Lines[0].Quantity, order.Lines[0].UnitPrice, order.Lines[0].Discount, order.Lines[0].VariantId));
        Assert.Equal(order.Total, order.Lines.Sum(static line => line.Quantity * line.UnitPrice) - order.Discount + order.Tax + order.Shipping);
        Assert.Equal(JsonSerializer.Serialize(order), JsonSerializer.Serialize(WixRecords.Order(got, []).Order));
    }

    [SampleFact("wix")]
    public void The_sample_catalog_is_read()
    {
        var products = JsonElement.Parse(Samples.Read("wix", "products-v1-query.response.json")).GetProperty("products").EnumerateArray().Select(static row => WixRecords.Product(row, row.GetProperty("variants").EnumerateArray()).Product).ToList();
        Assert.Equal(("131604aa-169f-d3e8-f076-a967b03e880c", "T-Shirt", "visible"), (products[0].Id, products[0].Title, products[0].Status));
        Assert.Equal(("131604aa-169f-d3e8-f076-a967b03e880c:c9f8678b-af10-4dc2-8e0e-3e823a5491df", "10000", "Small, White", 10m), (products[0].Variants[0].Id, products[0].Variants[0].Sku, products[0].Variants[0].Title, products[0].Variants[0].Price));
        Assert.Equal((products[1].Id, products[1].Title), (products[1].Variants.Single().Id, products[1].Variants.Single().Title));

        var levels = JsonElement.Parse(Samples.Read("wix", "inventory-v1-query.response.json")).GetProperty("inventoryItems").EnumerateArray().SelectMany(WixRecords.Levels).Select(static level => level.Level).ToList();
        Assert.Equal([null, 0, -1, 2, 0], levels.Select(static level => level.Available));
        Assert.Equal("4dd4d586-ad4c-171d-8de1-e88657d23beb", levels[0].ItemId);
    }

    [SampleFact("wix")]
    public void The_sample_contacts_are_read_without_their_names()
    {
        var contact = JsonElement.Parse(Samples.Read("wix", "contacts-list.response.json")).GetProperty("contacts")[0];
        var customer = WixRecords.Customer(contact).Customer;

        Assert.Equal(("8046df3c-7575-4098-a5ab-c91ad8f33c47", "US", new DateTimeOffset(2019, 10, 30, 17, 22, 10, 299, TimeSpan.Zero)), (customer.Id, customer.Country, customer.FirstSeenAt));
    }

    [SampleFact("wix")]
    public void The_sample_events_are_understood()
    {
        var approved = Assert.IsType<OrderChange>(Assert.Single(Read("wix.ecom.v1.order_approved", Samples.Read("wix", "event-order-approved.json")))).Order;
        Assert.Equal(("880fa895-dfd5-4d50-a2d4-971b03fd4b86", 10m, "NOT_PAID"), (approved.Id, approved.Total, approved.PaymentStatus));
        var updated = Assert.IsType<OrderChange>(Assert.Single(Read("wix.ecom.v1.order_updated", Samples.Read("wix", "event-order-updated.json")))).Order;
        Assert.Equal(("d0b4b995-9138-4455-a8cf-fc2333cc9a37", 25m, "FULFILLED"), (updated.Id, updated.Total, updated.FulfillmentStatus));
        Assert.Equal(
            [new LookupChange(Resource.Stock, "7e4f023f-53d2-70da-30bb-31662b3c095f", MayBeGone: false)],
            Read("com.wix.ecommerce.inventory.api.v1.InventoryVariantsChanged", Samples.Read("wix", "event-inventory-variants-changed.json")));
    }

    [Theory]
    [InlineData("wix.ecom.v1.order_updated", """{"entityId":"o-1","updatedEvent":{"currentEntity":{"id":"o-1"}}}""")]
    [InlineData("wix.ecom.v1.order_updated", """{"entityId":"o-1"}""")]
    [InlineData("wix.ecom.v1.order_canceled", """{"entityId":"o-1","actionEvent":{"bodyAsJson":"{\"order\":{}}"}}""")]
    public void An_order_that_is_not_whole_is_looked_up(string topic, string told) => Assert.Equal([new LookupChange(Resource.Orders, "o-1", MayBeGone: false)], Read(topic, told));

    [Fact]
    public void A_demand_to_forget_somebody_is_told_from_a_change()
    {
        var contact = Assert.IsType<ErasureChange>(Assert.Single(Read("wix.contacts.v4.contact_updated", """{"entityId":"c-1","triggeredByAnonymizeRequest":true,"updatedEvent":{"currentEntity":{}}}""")));
        var order = Assert.IsType<ErasureChange>(Assert.Single(Read("wix.ecom.v1.order_updated", """{"entityId":"o-1","triggeredByAnonymizeRequest":true}""")));

        Assert.Equal(("c-1", 0, false), (contact.CustomerId, contact.OrderIds.Count, contact.Report));
        Assert.Equal((null, "o-1"), (order.CustomerId, order.OrderIds.Single()));
        Assert.Equal([new LookupChange(Resource.Customers, "c-1", MayBeGone: true)], Read("wix.contacts.v4.contact_deleted", """{"entityId":"c-1","deletedEvent":{},"triggeredByAnonymizeRequest":false}"""));
    }

    [Fact]
    public void Another_instances_delivery_changes_nothing_here()
    {
        var body = WixSigning.Webhook(Key, "11111111-2222-4333-8444-555555555555", "AppRemoved", "", Now);

        Assert.IsType<NothingChange>(Assert.Single(Webhooks.Read(new Delivery("AppRemoved", "d", null, Now, Encoding.UTF8.GetBytes(body)), Session(new Dictionary<string, Secret>()))));
        Assert.Equal([new UninstalledChange()], Read("AppRemoved", ""));
    }

    [Fact]
    public void Flat_events_are_told_apart_by_what_and_when()
    {
        string Id(string told, int seconds) => Webhooks.Head(SimulatedWix.Request(WixSigning.Webhook(Key, SimulatedWix.InstanceId, "com.wix.ecommerce.catalog.api.v1.ProductChanged", told, Now.AddSeconds(seconds)))).DeliveryId!;

        Assert.Equal(Id("""{"productId":"p-1"}""", 0), Id("""{"productId":"p-1"}""", 0));
        Assert.Equal(3, new[] { Id("""{"productId":"p-1"}""", 0), Id("""{"productId":"p-2"}""", 0), Id("""{"productId":"p-1"}""", 1) }.Distinct().Count());
    }

    private static IReadOnlyList<Change> Read(string topic, string told)
    {
        var body = WixSigning.Webhook(Key, SimulatedWix.InstanceId, topic, told, Now);
        return Webhooks.Read(new Delivery(topic, "d-1", null, Now, Encoding.UTF8.GetBytes(body)), Session(new Dictionary<string, Secret>()));
    }

    private static SignatureResult Verify(string body, DateTimeOffset at, string key) => Webhooks.Verify(SimulatedWix.Request(body), [new Secret(key)], at);

    private static string? Check(string secret, DateTimeOffset at, params (string Name, string Value)[] query) => Authorization.CheckCallback(
        Session(new Dictionary<string, Secret> { ["clientSecret"] = new(secret) }), new CallbackInput([.. query.Select(static pair => KeyValuePair.Create(pair.Name, pair.Value))], default, new Uri("https://storeclaw.example/"), ""), at);

    private static PlatformFault? Examine(int status, string body)
    {
        using var message = new HttpResponseMessage();
        return WixConnector.Instance.Protocol.Examine(new PlatformResponse(status, message.Headers, "application/json", Encoding.UTF8.GetBytes(body)));
    }

    private static AppClient App(string key) => new("app-1", new Secret("app-secret"), new Dictionary<string, Secret> { ["webhookPublicKey"] = new(key) });

    private static StoreSession Session(IReadOnlyDictionary<string, Secret> secrets) =>
        new("connection-1", SimulatedWix.InstanceId, secrets, new Dictionary<string, string>(), static (_, _, _) => throw new InvalidOperationException("Nobody is called."));
}
