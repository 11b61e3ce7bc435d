using System.Net;
using System.Text;
using System.Text.Json;
using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Connectors.Amazon;
using StoreClaw.Connectors.Http;
using StoreClaw.Connectors.Signatures;
using StoreClaw.Tests.Repository;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Connectors.Amazon;

/// <summary>What needs no platform: the forwarder's proof, faults, and the published payloads.</summary>
public sealed class AmazonFormTests
{
    private static readonly Connector Connector = AmazonConnector.Instance;

    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1787216400);

    private static readonly JsonElement Vectors = JsonElement.Parse(Repo.Read("tests", "StoreClaw.Tests", "Connectors", "Amazon", "vectors.json"));

    public static TheoryData<int> Offsets => [-301, -300, 0, 300, 301];

    [Fact]
    public void Signatures_computed_elsewhere_are_verified_and_any_change_shows()
    {
        foreach (var vector in Vectors.GetProperty("signed").EnumerateArray())
        {
            var (body, signature, secret) = (Encoding.UTF8.GetBytes(vector.GetProperty("body").GetString()!), vector.GetProperty("signature").GetString()!, vector.GetProperty("secret").GetString()!);

            Assert.Equal(SignatureResult.Valid, Signed(body, signature, secret));
            Assert.Equal(SignatureResult.Valid, Signed(body, signature, "another", secret));
            Assert.Equal(SignatureResult.Mismatch, Signed([.. body, (byte)' '], signature, secret));
            Assert.Equal(SignatureResult.Mismatch, Signed(body, signature, "another"));
            Assert.Equal(SignatureResult.Mismatch, Signed(body, signature.Replace("t=1787216400", "t=1787216401", StringComparison.Ordinal), secret));
            Assert.Equal(SignatureResult.Mismatch, Signed(body, signature[(signature.IndexOf("v1=", StringComparison.Ordinal) + 3)..], secret));
            Assert.Equal(SignatureResult.Mismatch, Signed(body, signature.Replace("v1=", "v0=", StringComparison.Ordinal), secret));
        }
    }

    [Theory]
    [MemberData(nameof(Offsets))]
    public void A_signature_is_good_for_five_minutes_either_way(int seconds)
    {
        var vector = Vectors.GetProperty("signed")[0];
        var request = SimulatedAmazon.Delivery(Encoding.UTF8.GetBytes(vector.GetProperty("body").GetString()!), (SharedSecret.SignatureHeader, vector.GetProperty("signature").GetString()!));

        var verdict = SharedSecret.Verify(request, [SharedSecret.Pair(null, new Secret(vector.GetProperty("secret").GetString()!))], Now.AddSeconds(seconds));

        Assert.Equal(Math.Abs(seconds) <= 300 ? SignatureResult.Valid : SignatureResult.Stale, verdict);
    }

    [Theory]
    [InlineData(null, "Authorization", "Bearer shared", SignatureResult.Valid)]
    [InlineData(null, "authorization", "Bearer shared", SignatureResult.Valid)]
    [InlineData(null, "Authorization", "bearer shared", SignatureResult.Mismatch)]
    [InlineData(null, "Authorization", "shared", SignatureResult.Mismatch)]
    [InlineData(null, "Authorization", "Bearer share", SignatureResult.Mismatch)]
    [InlineData(null, "x-auth-token", "shared", SignatureResult.MissingSignature)]
    [InlineData("x-auth-token", "X-Auth-Token", "shared", SignatureResult.Valid)]
    [InlineData("x-auth-token", "X-Auth-Token", "Bearer shared", SignatureResult.Mismatch)]
    [InlineData("x-auth-token", "Authorization", "Bearer shared", SignatureResult.MissingSignature)]
    [InlineData("x-auth-token", "X-Auth-Token", "", SignatureResult.MissingSignature)]
    public void The_plain_secret_stands_in_its_header(string? configured, string header, string value, SignatureResult expected) =>
        Assert.Equal(expected, SharedSecret.Verify(SimulatedAmazon.Delivery("{}"u8.ToArray(), (header, value)), [SharedSecret.Pair(configured, new Secret("shared"))], Now));

    [Fact]
    public void A_wrong_signature_is_not_made_good_by_the_plain_secret_and_nothing_is_taken_without_one()
    {
        var request = SimulatedAmazon.Delivery("{}"u8.ToArray(), (SharedSecret.SignatureHeader, "t=1787216400,v1=00"), ("Authorization", "Bearer shared"));
        Assert.Equal(SignatureResult.Mismatch, SharedSecret.Verify(request, [SharedSecret.Pair(null, new Secret("shared"))], Now));
        Assert.Equal(SignatureResult.MissingSecret, SharedSecret.Verify(request, [], Now));
        Assert.Equal(SignatureResult.MissingSecret, SharedSecret.Verify(SimulatedAmazon.Delivery("{}"u8.ToArray(), ("Authorization", "Bearer ")), [SharedSecret.Pair(null, new Secret(""))], Now));
        Assert.Empty(Connector.Webhooks!.SigningSecrets(Store()));
    }

    [Fact]
    public void The_secret_before_is_good_while_one_replaces_the_other()
    {
        var store = Store(("forwarderSecret", "new"), ("forwarderSecret.previous", "old"), ("forwarderHeader", "x-auth-token"));
        foreach (var secret in (string[])["new", "old"])
        {
            Assert.Equal(SignatureResult.Valid, Connector.Webhooks!.Verify(SimulatedAmazon.Delivery("{}"u8.ToArray(), ("x-auth-token", secret)), Connector.Webhooks.SigningSecrets(store), Now));
        }
    }

    [Theory]
    [InlineData(403, """{"errors":[{"code":"Unauthorized","message":"Access to requested resource is denied.","details":""}]}""", FaultKind.TokenExpired, "Unauthorized")]
    [InlineData(403, "<html>denied</html>", FaultKind.ScopeMissing, "http-403")]
    [InlineData(429, """{"errors":[{"code":"QuotaExceeded","message":"m"}]}""", FaultKind.Throttled, "QuotaExceeded")]
    [InlineData(400, """{"errors":[{"code":"InvalidInput","message":"m"}]}""", FaultKind.Invalid, "InvalidInput")]
    [InlineData(404, """{"errors":[{"code":"NotFound","message":"m"}]}""", FaultKind.NotFound, "NotFound")]
    [InlineData(500, """{"errors":[{"code":"InternalFailure","message":"m"}]}""", FaultKind.PlatformFailure, "InternalFailure")]
    [InlineData(503, """{"errors":[]}""", FaultKind.PlatformFailure, "http-503")]
    [InlineData(400, """{"errors":[{"code":"\ud800"}]}""", FaultKind.Invalid, "http-400")]
    [InlineData(400, """{"error":"invalid_grant","error_description":"d"}""", FaultKind.Invalid, "invalid_grant")]
    [InlineData(401, """{"error":"invalid_client","error_description":"d"}""", FaultKind.TokenExpired, "invalid_client")]
    [InlineData(400, """{"error":"temporarily_unavailable"}""", FaultKind.PlatformFailure, "temporarily_unavailable")]
    public void Troubles_are_told_apart(int status, string body, FaultKind kind, string code)
    {
        var fault = Examine(status, body)!;
        Assert.Equal((kind, code, "r-1"), (fault.Kind, fault.Code, fault.RequestId));
    }

    [SampleFact("amazon")]
    public void The_published_refusal_is_understood()
    {
        var fault = Examine(400, Samples.Read("amazon", "error-invalid-input.response.json"))!;
        Assert.Equal((FaultKind.Invalid, "InvalidInput", "Amazon: Invalid Input"), (fault.Kind, fault.Code, fault.Message));
    }

    [SampleFact("amazon")]
    public void The_published_token_answer_is_read()
    {
        var answer = TokenAnswer.Read(JsonElement.Parse(Samples.Read("amazon", "lwa-token.response.json")), Now);
        Assert.Equal(Now.AddHours(1), answer.ExpiresAt);
        Assert.NotNull(answer.RefreshToken);
    }

    [SampleFact("amazon")]
    public void Published_orders_are_read_and_hold_no_person()
    {
        var yen = AmazonRecords.Order(Orders("orders-2026-list-page1.response.json")[0], "JPY");
        Assert.Equal(("250-1234567-8901234", 19_940m, "JPY", true, "SHIPPED"), (yen.Id, yen.Total, yen.Currency, yen.AmountsKnown, yen.FulfillmentStatus));
        Assert.Equal(new DateTimeOffset(2024, 12, 25, 2, 30, 0, TimeSpan.Zero), yen.CreatedAt);
        Assert.Equal([("ECHO-DOT-4-JP-CHARCOAL", 1m, 5_980m), ("FIRE-TV-4K-MAX-JP", 2m, 6_980m)], yen.Lines.Take(2).Select(static line => (line.Sku, line.Quantity, line.UnitPrice)));

        var dollar = AmazonRecords.Order(Orders("orders-2026-list.response.json")[0], "USD");
        Assert.Equal((154.99m, "USD", 0.02m), (dollar.Total, dollar.Currency, dollar.Tax));
        Assert.Equal((2m, 49.99m, 0m), (dollar.Lines[0].Quantity, dollar.Lines[0].UnitPrice, dollar.Lines[0].Discount));
        Assert.Null(dollar.CustomerId);
        foreach (var order in (Order[])[yen, dollar])
        {
            var text = JsonSerializer.Serialize(order, JsonText.Options);
            Assert.All(new[] { "Smith", "marketplace.amazon", "Business Park", "98004" }, person => Assert.DoesNotContain(person, text, StringComparison.Ordinal));
        }
    }

    [SampleFact("amazon")]
    public void Published_orders_of_the_old_version_are_read()
    {
        var order = JsonElement.Parse(Samples.Read("amazon", "orders-v0-list.response.json")).GetProperty("payload").GetProperty("Orders")[0];
        var items = JsonElement.Parse(Samples.Read("amazon", "orders-v0-order-items.response.json")).GetProperty("payload").GetProperty("OrderItems").EnumerateArray().ToList();

        var read = AmazonRecords.OldOrder(order, items, "USD");

        Assert.Equal(("902-1845936-5435065", 11.01m, "USD", "Unshipped", 1.26m), (read.Id, read.Total, read.Currency, read.FulfillmentStatus, read.Shipping));
        Assert.Equal([("CBA_OTF_1", 1m, 25.99m), ("CBA_OTF_5", 2m, 8.975m)], read.Lines.Select(static line => (line.Sku, line.Quantity, line.UnitPrice)));
        var unpriced = AmazonRecords.OldOrder(JsonElement.Parse("""{"AmazonOrderId":"1","PurchaseDate":"2026-01-01T00:00:00Z","LastUpdateDate":"2026-01-01T00:00:00Z","OrderStatus":"Canceled"}"""), [], "USD");
        Assert.Equal((false, "USD", true), (unpriced.AmountsKnown, unpriced.Currency, unpriced.CancelledAt is not null));
    }

    [Fact]
    public void What_was_taken_off_the_shipping_is_not_the_lines()
    {
        var order = AmazonRecords.Order(
            JsonElement.Parse("""
                {"orderId":"1","createdTime":"2026-01-01T00:00:00Z","lastUpdatedTime":"2026-01-01T00:00:00Z","orderItems":[{"orderItemId":"2","quantityOrdered":2,
                 "product":{"sellerSku":"S","price":{"unitPrice":{"amount":"10.00","currencyCode":"EUR"}}},
                 "proceeds":{"breakdowns":[{"type":"DISCOUNT","subtotal":{"amount":"-6.90","currencyCode":"EUR"},"detailedBreakdowns":[
                  {"subtype":"ITEM","value":{"amount":"-2.00","currencyCode":"EUR"}},{"subtype":"SHIPPING","value":{"amount":"-4.90","currencyCode":"EUR"}}]}]}}]}
                """),
            "USD");

        // Prices without proceeds: what they come to is all that is known of the total.
        Assert.Equal((2m, 20m, "EUR", true), (order.Lines[0].Discount, order.Total, order.Currency, order.AmountsKnown));
    }

    [SampleFact("amazon")]
    public void A_published_listing_is_read()
    {
        var item = JsonElement.Parse(Samples.Read("amazon", "listings-item.response.json"));
        Assert.Equal(new StockLevel { ItemId = "GM-ZDPI-9B4E", LocationId = "default", Sku = "GM-ZDPI-9B4E", UpdatedAt = Now, Available = 100 }, AmazonStock.OwnLevel(item, Now));
    }

    [SampleFact("amazon")]
    public async Task Published_lists_are_read_through_the_readers()
    {
        var stock = await ReadAsync(Resource.Stock, "fba|", Samples.Read("amazon", "fba-inventory-summaries.response.handmade.json").Replace("seed-next-token", "", StringComparison.Ordinal));
        Assert.Equal(("SKU-RED-M@fba", 12m), (stock.Id, ((StockLevel)stock).Available));
        Assert.Equal(new DateTimeOffset(2026, 3, 1, 14, 15, 22, TimeSpan.Zero), stock.UpdatedAt);

        var product = (Product)await ReadAsync(Resource.Products, null, $$"""{"numberOfResults":1,"items":[{{Samples.Read("amazon", "listings-item.response.json")}}]}""");
        Assert.Equal(("GM-ZDPI-9B4E", "Hardside Carry-On Spinner Suitcase Luggage", "active", 100m), (product.Id, product.Title, product.Status, product.Variants.Single().Price));
    }

    [SampleFact("amazon")]
    public async Task A_published_acceptance_is_not_settled_yet()
    {
        var answers = new Queue<string>([Samples.Read("amazon", "listings-item.response.json"), Samples.Read("amazon", "listings-item-patch-accepted.response.json")]);
        var store = Store(answers.Dequeue);

        var result = (await Connector.StockWriter!.SetAsync(store, [new StockWrite("GM-ZDPI-9B4E", "default", 7, 100, "k")], CancellationToken.None)).Single();

        Assert.Equal((null, false), (result.Fault, result.Settled));
    }

    [SampleFact("amazon")]
    public void Published_notifications_are_understood()
    {
        var order = Notification("notification-order-change.json");
        Assert.Equal(("ORDER_CHANGE", "d0e9e693-c3ad-4373-979f-ed4ec98dd746", "US/A3TH9S8BH6GOGM"), (order.Head.Topic, order.Head.DeliveryId, order.Store));
        Assert.Equal(new DateTimeOffset(2020, 1, 11, 0, 9, 53, 109, TimeSpan.Zero), order.Head.TriggeredAt);
        Assert.Equal(new LookupChange(Resource.Orders, "903-8868176-2219830", MayBeGone: false), order.Change);

        var report = Notification("notification-report-processing-finished.json");
        Assert.Equal(("REPORT_PROCESSING_FINISHED", "d0e9e693-c3ad-4373-979f-ed4ec98dd746", null), (report.Head.Topic, report.Head.DeliveryId, report.Store));
        Assert.Equal(new NothingChange("REPORT_PROCESSING_FINISHED"), report.Change);
    }

    [Theory]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("""{"NotificationType":"\ud800"}""")]
    [InlineData("""{"NotificationType":"ORDER_CHANGE","EventTime":"yesterday"}""")]
    [InlineData("""{"Payload":{"\ud800":{}}}""")]
    [InlineData("""{"Payload":[1]}""")]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("not json")]
    public void What_nobody_has_verified_yet_may_be_anything(string body)
    {
        var request = SimulatedAmazon.Delivery(Encoding.UTF8.GetBytes(body));
        Assert.Null(Connector.Webhooks!.StoreOf(request, new Dictionary<string, Secret>()));
        Assert.Null(Connector.Webhooks.Head(request).DeliveryId);
    }

    private static (DeliveryHead Head, string? Store, Change Change) Notification(string file)
    {
        var request = SimulatedAmazon.Delivery(Encoding.UTF8.GetBytes(Samples.Read("amazon", file)));
        var head = Connector.Webhooks!.Head(request);
        return (head, Connector.Webhooks.StoreOf(request, new Dictionary<string, Secret>()), Connector.Webhooks.Read(new Delivery(head.Topic, head.DeliveryId, head.TriggeredAt, default, request.Body), Store()).Single());
    }

    private static async Task<IRecord> ReadAsync(Resource resource, string? cursor, string answer) =>
        (await Connector.Readers[resource].ReadAsync(Store(() => answer), new PageRequest(null, Now, cursor, 20, Backfill: true), CancellationToken.None)).Changes.Single().Record;

    private static List<JsonElement> Orders(string file) => [.. JsonElement.Parse(Samples.Read("amazon", file)).GetProperty("orders").EnumerateArray()];

    private static SignatureResult Signed(byte[] body, string signature, params string[] secrets) =>
        SharedSecret.Verify(SimulatedAmazon.Delivery(body, (SharedSecret.SignatureHeader, signature)), [.. secrets.Select(static secret => SharedSecret.Pair(null, new Secret(secret)))], Now);

    private static StoreSession Store(params (string Name, string Value)[] secrets) =>
        new("c", "US/A3TH9S8BH6GOGM", secrets.ToDictionary(static secret => secret.Name, static secret => new Secret(secret.Value)), new Dictionary<string, string>(), static (_, _, _) => throw new NotSupportedException());

    /// <summary>One that is answered so, whatever it asks.</summary>
    private static StoreSession Store(Func<string> answer) => new("c", "US/A3TH9S8BH6GOGM", new Dictionary<string, Secret>(), new Dictionary<string, string>(), (_, _, _) =>
    {
        using var response = new HttpResponseMessage(HttpStatusCode.OK);
        response.Headers.Date = Now;
        return Task.FromResult(new PlatformResponse(200, response.Headers, "application/json", Encoding.UTF8.GetBytes(answer())));
    });

    private static PlatformFault? Examine(int status, string body)
    {
        using var response = new HttpResponseMessage((HttpStatusCode)status);
        response.Headers.TryAddWithoutValidation("x-amzn-RequestId", "r-1");
        return Connector.Protocol.Examine(new PlatformResponse(status, response.Headers, "application/json", Encoding.UTF8.GetBytes(body)));
    }
}
