using System.Net.Http;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Connectors.Ebay;
using StoreClaw.Tests.Repository;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Connectors.Ebay;

/// <summary>eBay's forms read and checked without a platform: signatures, challenges, errors, bodies.</summary>
public sealed class EbayFormTests
{
    private static readonly JsonSerializerOptions LaidOut = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private const string KeyId = "9936261a-7d7b-4621-a0f1-96ccb428af49";

    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly JsonElement Vectors = JsonElement.Parse(Repo.Read("tests", "StoreClaw.Tests", "Connectors", "Ebay", "vectors.json"));

    private static readonly Connector Connector = EbayConnector.Create();

    private static IWebhooks Webhooks => Connector.Webhooks!;

    [Fact]
    public void Notification_vectors_hold()
    {
        Assert.Equal([true, false], Vectors.GetProperty("notifications").EnumerateArray().Select(static vector => vector.GetProperty("genuine").GetBoolean()));
        Assert.All(Vectors.GetProperty("notifications").EnumerateArray(), static vector =>
            Assert.Equal(vector.GetProperty("genuine").GetBoolean() ? SignatureResult.Valid : SignatureResult.Mismatch, Verify(Body(vector), vector.GetProperty("signature").GetString()!, KeyOf(vector))));
    }

    [Fact]
    public void Every_change_to_a_vector_is_noticed()
    {
        var vector = Vectors.GetProperty("notifications")[0];
        var (body, signature, key) = (Body(vector), vector.GetProperty("signature").GetString()!, KeyOf(vector));
        for (var i = 0; i < body.Length; i++)
        {
            var tampered = body.ToArray();
            tampered[i] ^= 1;
            Assert.Equal(SignatureResult.Mismatch, Verify(tampered, signature, key));
        }

        for (var i = 0; i < signature.Length; i++)
        {
            Assert.Equal(SignatureResult.Mismatch, Verify(body, $"{signature[..i]}{(signature[i] == 'A' ? 'B' : 'A')}{signature[(i + 1)..]}", key));
        }

        // Both ways of writing a header that says the same in other words.
        var proof = Encoding.UTF8.GetString(Convert.FromBase64String(signature));
        foreach (var (from, to) in new[] { ("ecdsa", "ECDSA"), ("SHA1", "SHA256"), (KeyId, KeyId.ToUpperInvariant()), (KeyId, "00000000-0000-4000-8000-000000000000"), ("\"signature\":\"", "\"signature\":\" ") })
        {
            Assert.Contains(from, proof, StringComparison.Ordinal);
            Assert.Equal(SignatureResult.Mismatch, Verify(body, Convert.ToBase64String(Encoding.UTF8.GetBytes(proof.Replace(from, to, StringComparison.Ordinal))), key));
        }

        Assert.Equal(SignatureResult.Mismatch, Verify(body, signature + "\n", key));
        Assert.Equal(SignatureResult.Mismatch, Verify(body, signature, $"{KeyId} "));
        Assert.Equal(SignatureResult.Mismatch, Verify(body, signature, $"{KeyId} not a key"));
        Assert.Equal(SignatureResult.MissingSecret, Verify(body, signature));
        Assert.Equal(SignatureResult.MissingSignature, Webhooks.Verify(SimulatedEbay.Delivery(body, null), [new Secret(key)], Now));
    }

    [Fact]
    public void A_body_laid_out_anew_still_holds_and_another_spelling_does_not()
    {
        var vector = Vectors.GetProperty("notifications")[0];
        var (text, signature, key) = (vector.GetProperty("body").GetString()!, vector.GetProperty("signature").GetString()!, KeyOf(vector));
        var laidOut = JsonSerializer.Serialize(JsonElement.Parse(text), LaidOut);

        Assert.NotEqual(text, laidOut);
        Assert.Equal(SignatureResult.Valid, Verify(Encoding.UTF8.GetBytes(laidOut), signature, key));
        Assert.Equal(SignatureResult.Mismatch, Verify(Encoding.UTF8.GetBytes(text.Replace("test_user", "test _user", StringComparison.Ordinal)), signature, key));
        Assert.Equal(SignatureResult.Mismatch, Verify(Encoding.UTF8.GetBytes(text.Replace("Count\":1", "Count\":1.0", StringComparison.Ordinal)), signature, key));
        Assert.Equal(SignatureResult.Mismatch, Verify(Encoding.UTF8.GetBytes(text.Replace("\"schemaVersion\":\"1.0\",\"deprecated\":false", "\"deprecated\":false,\"schemaVersion\":\"1.0\"", StringComparison.Ordinal)), signature, key));
    }

    [Fact]
    public void Verifying_never_throws_whatever_the_proof_says()
    {
        using var key = new StoreClaw.Sandbox.Ebay.EbaySigningKey(KeyId);
        Prop.ForAll<byte[], string?, string?>((body, signature, pem) =>
        {
            var proof = JsonSerializer.Serialize(new { alg = "ecdsa", kid = KeyId, signature, digest = "SHA1" });
            return Verify(body, Convert.ToBase64String(Encoding.UTF8.GetBytes(proof)), $"{KeyId} {pem}", $"{KeyId} {key.PublicKey}") == SignatureResult.Mismatch;
        }).QuickCheckThrowOnFailure();
        Prop.ForAll<byte[]>(bytes => Verify([], Convert.ToBase64String(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new { alg = "ecdsa", kid = KeyId, signature = Convert.ToBase64String(bytes), digest = "SHA1" }))), $"{KeyId} {key.PublicKey}") == SignatureResult.Mismatch)
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Challenge_vectors_hold_and_every_change_is_noticed()
    {
        Assert.Equal(2, Vectors.GetProperty("challenges").GetArrayLength());
        Assert.All(Vectors.GetProperty("challenges").EnumerateArray(), static vector =>
        {
            var (code, token, endpoint, response) = (Text(vector, "code"), Text(vector, "token"), Text(vector, "endpoint"), Text(vector, "response"));
            Assert.Equal($$"""{"challengeResponse":"{{response}}"}""", Challenged($"{endpoint}?challenge_code={code}", token)!.Body);
            Assert.Equal((200, "application/json"), (Challenged($"{endpoint}?challenge_code={code}", token)!.Status, Challenged($"{endpoint}?challenge_code={code}", token)!.ContentType));
            Assert.Equal($$"""{"challengeResponse":"{{response}}"}""", Challenged($"{endpoint}?challenge_code={code}&more=1", token)!.Body);
            foreach (var (url, other) in new[] { ($"{endpoint}?challenge_code={code}x", token), ($"{endpoint}/?challenge_code={code}", token), ($"{endpoint}x?challenge_code={code}", token), ($"{endpoint}?challenge_code={code}", token + "x") })
            {
                Assert.DoesNotContain(response, Challenged(url, other)!.Body, StringComparison.Ordinal);
            }

            Assert.Null(Challenged(endpoint, token));
            Assert.Null(Challenged($"{endpoint}?challenge_code=", token));
        });
    }

    [Fact]
    public void Behind_a_proxy_that_ends_TLS_the_address_is_the_registered_one()
    {
        var vector = Vectors.GetProperty("challenges")[1];
        var url = new Uri($"{Text(vector, "endpoint").Replace("https:", "http:", StringComparison.Ordinal)}?challenge_code={Text(vector, "code")}");

        var reply = Webhooks.Answer(SimulatedEbay.Challenge(url, ("X-Forwarded-Proto", "https")), new Dictionary<string, Secret> { ["verificationToken"] = new(Text(vector, "token")) });

        Assert.Contains(Text(vector, "response"), reply!.Body, StringComparison.Ordinal);
    }

    [SampleFact("ebay")]
    public void The_samples_vectors_are_the_ones_held_here()
    {
        var notifications = JsonElement.Parse(Samples.Read("ebay", "notification-vectors.json")).GetProperty("cases").EnumerateArray().ToList();
        Assert.Equal(notifications.Count, Vectors.GetProperty("notifications").GetArrayLength());
        Assert.All(notifications, static vector => Assert.Equal(
            vector.GetProperty("must_be_accepted").GetBoolean() ? SignatureResult.Valid : SignatureResult.Mismatch,
            Verify(
                Encoding.UTF8.GetBytes(Text(vector, "raw_body")), Text(vector, "header_value"), $"{Text(vector, "public_key_id")} {Text(vector.GetProperty("public_key_response"), "key")}")));
        var challenges = JsonElement.Parse(Samples.Read("ebay", "challenge-vectors.json")).GetProperty("cases").EnumerateArray().ToList();
        Assert.Equal(challenges.Count, Vectors.GetProperty("challenges").GetArrayLength());
        Assert.All(challenges, static vector => Assert.Contains(
            Text(vector, "expected_challenge_response"), Challenged($"{Text(vector, "endpoint")}?challenge_code={Text(vector, "challenge_code")}", Text(vector, "verification_token"))!.Body, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(400, 25709, FaultKind.Invalid)]
    [InlineData(400, 32100, FaultKind.NotFound)]
    [InlineData(400, 25702, FaultKind.NotFound)]
    [InlineData(401, 1001, FaultKind.TokenExpired)]
    [InlineData(401, 1002, FaultKind.TokenExpired)]
    [InlineData(403, 1100, FaultKind.ScopeMissing)]
    [InlineData(403, 195011, FaultKind.ScopeMissing)]
    [InlineData(404, 25710, FaultKind.NotFound)]
    [InlineData(409, 195020, FaultKind.Conflict)]
    [InlineData(429, 2001, FaultKind.QuotaExhausted)]
    [InlineData(429, 2000, FaultKind.Throttled)]
    [InlineData(500, 25001, FaultKind.PlatformFailure)]
    [InlineData(500, 25025, FaultKind.PlatformFailure)]
    public void Errors_are_told_by_status_and_number(int status, int number, FaultKind kind)
    {
        var fault = Examine(status, $$"""{"errors":[{"errorId":{{number}},"domain":"X","category":"REQUEST","message":"So it is."}]}""")!;

        Assert.Equal((kind, number.ToString(), "eBay: So it is."), (fault.Kind, fault.Code, fault.Message));
    }

    [Theory]
    [InlineData("<html>")]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"errors\":\"x\"}")]
    [InlineData("{\"errors\":[]}")]
    [InlineData("{\"errors\":[1]}")]
    [InlineData("{\"errors\":[{\"errorId\":{}}]}")]
    public void An_error_in_no_form_of_eBays_goes_by_its_status(string body)
    {
        Assert.Equal((FaultKind.PlatformFailure, "http-502"), (Examine(502, body)!.Kind, Examine(502, body)!.Code));
        Assert.Equal(FaultKind.Throttled, Examine(429, body)!.Kind);
    }

    [Fact]
    public void Older_services_and_the_token_endpoint_word_their_errors_otherwise()
    {
        Assert.Equal("21916", Examine(400, """{"error":[{"errorId":21916,"message":"So."}]}""")!.Code);
        Assert.Equal("invalid_grant", Examine(400, """{"error":"invalid_grant","error_description":"gone"}""")!.Code);
    }

    [Theory]
    [InlineData("2026-01-15T07:59:00Z", 1)]
    [InlineData("2026-01-15T08:00:00Z", 24 * 60)]
    [InlineData("2026-07-15T06:59:00Z", 1)]
    [InlineData("2026-03-08T08:00:00Z", 23 * 60)]
    public void A_spent_day_ends_at_midnight_in_California(string now, int minutes) => Assert.Equal(
        TimeSpan.FromMinutes(minutes), Examine(429, """{"errors":[{"errorId":2001,"message":"Too many requests."}]}""", ("Date", DateTimeOffset.Parse(now, System.Globalization.CultureInfo.InvariantCulture).ToString("R")))!.RetryAfter);

    [Theory]
    [InlineData("30")]
    [InlineData("7200")]
    public void A_told_wait_is_a_short_one(string seconds)
    {
        var fault = Examine(429, """{"errors":[{"errorId":2001,"message":"Too many requests."}]}""", ("Retry-After", seconds))!;

        Assert.Equal((FaultKind.Throttled, (TimeSpan?)null), (fault.Kind, fault.RetryAfter));
    }

    [Theory]
    [InlineData(201, "")]
    [InlineData(204, "")]
    [InlineData(200, "{}")]
    [InlineData(207, "{}")]
    public void What_succeeded_needs_a_body_only_where_eBay_sends_one(int status, string body) => Assert.Null(Examine(status, body));

    [Theory]
    [InlineData(200)]
    [InlineData(207)]
    public void A_page_instead_of_data_is_a_failure(int status) => Assert.Equal(FaultKind.PlatformFailure, Assert.Throws<PlatformException>(() => Examine(status, "<html>")).Fault.Kind);

    [SampleFact("ebay")]
    public void The_sample_error_is_a_token_run_out() => Assert.Equal(
        (FaultKind.TokenExpired, "1001"), Examine(401, Samples.Read("ebay", "error-invalid-access-token.response.handmade.json")) is { } fault ? (fault.Kind, fault.Code) : default);

    [SampleFact("ebay")]
    public async Task The_sample_orders_are_read_page_by_page()
    {
        var store = Session(Samples.Read("ebay", "orders-list.response.handmade.json"), out var asked);

        var page = await Connector.Readers[Resource.Orders].ReadAsync(store, new PageRequest(Now.AddDays(-1), Now, null, 2, Backfill: false), CancellationToken.None);

        Assert.Equal("2|3", page.Next);
        Assert.Equal(
            "https://api.ebay.com/sell/fulfillment/v1/order?filter=lastmodifieddate:[2026-02-28T12:00:00.000Z..2026-03-01T12:00:00.000Z]&limit=2&offset=0&fieldGroups=TAX_BREAKDOWN",
            Uri.UnescapeDataString(Assert.Single(asked).Url.AbsoluteUri));
        var orders = page.Changes.Select(static change => (Order)change.Record).ToList();
        Assert.Equal(["10-00001-00001", "10-00002-00002"], orders.Select(static order => order.Id));
        Assert.Equal([("USD", 46.26m, 6.26m), ("EUR", 116.26m, 16.26m)], orders.Select(static order => (order.Currency, order.Total, order.Shipping)));
        Assert.Equal(("sample_buyer1", "US", "PAID", "NOT_STARTED"), (orders[0].CustomerId, orders[0].Country, orders[0].PaymentStatus, orders[0].FulfillmentStatus));
        Assert.Equal(new DateTimeOffset(2026, 3, 1, 14, 16, 58, TimeSpan.Zero), orders[0].UpdatedAt);
        var line = Assert.Single(orders[0].Lines);
        Assert.Equal(("SKU-RED-M", 2m, 20m, 0m, "200000000001"), (line.Sku, line.Quantity, line.UnitPrice, line.Discount, line.ProductId));
        Assert.All(page.Changes, static change => Assert.DoesNotContain("Sample Buyer", JsonSerializer.Serialize((object)change.Record, JsonText.Options), StringComparison.Ordinal));
    }

    [SampleFact("ebay")]
    public async Task The_sample_inventory_is_read_by_page_number()
    {
        var store = Session(Samples.Read("ebay", "inventory-items-list.response.handmade.json"), out var asked);

        var page = await Connector.Readers[Resource.Stock].ReadAsync(store, new PageRequest(null, Now, "4|3", 2, Backfill: true), CancellationToken.None);

        Assert.Equal("https://api.ebay.com/sell/inventory/v1/inventory_item?limit=2&offset=2", Assert.Single(asked).Url.AbsoluteUri);
        Assert.Equal("6|3", page.Next);
        Assert.Equal([("SKU-RED-M", 12m), ("SKU-BLUE-L", 0m)], page.Changes.Select(static change => (StockLevel)change.Record).Select(static level => (level.Sku!, level.Available!.Value)));
        Assert.All(page.Changes, static change => Assert.Equal(Now, change.Record.UpdatedAt));
    }

    [SampleFact("ebay")]
    public async Task The_sample_stock_answer_tells_each_items_fate()
    {
        var store = Session(Samples.Read("ebay", "bulk-update-price-quantity.response.handmade.json"), out var asked);

        var results = await Connector.StockWriter!.SetAsync(
            store, [new("SKU-BLUE-L", "", 3, null, "1"), new("SKU-RED-M", "", 4, null, "2"), new("SKU-OTHER", "", 5, null, "3")], CancellationToken.None);

        Assert.Equal(
            """{"requests":[{"sku":"SKU-BLUE-L","shipToLocationAvailability":{"quantity":3}},{"sku":"SKU-RED-M","shipToLocationAvailability":{"quantity":4}},{"sku":"SKU-OTHER","shipToLocationAvailability":{"quantity":5}}]}""",
            Encoding.UTF8.GetString(Assert.Single(asked).Body.Span));
        Assert.Equal([(FaultKind.PlatformFailure, "25025"), (null, null), (FaultKind.PlatformFailure, "no-result")], results.Select(static result => (result.Fault?.Kind, result.Fault?.Code)));
    }

    [SampleFact("ebay")]
    public void The_sample_deliveries_are_read()
    {
        var store = new StoreSession("connection-1", "sampleUserId1", new Dictionary<string, Secret>(), new Dictionary<string, string>(), static (_, _, _) => throw new NotSupportedException());
        foreach (var (file, topic, storeOf, expected) in new (string, string, string?, Change[])[]
        {
            ("webhook-order-confirmation.handmade.json", "ORDER_CONFIRMATION", "sampleUserId1", [new LookupChange(Resource.Orders, "10-00001-00001", false)]),
            ("webhook-account-deletion.json", "MARKETPLACE_ACCOUNT_DELETION", null, [new ErasureChange("test_user", [], false), new ErasureChange("ma8vp1jySJC", [], false)]),
        })
        {
            var request = SimulatedEbay.Delivery(Encoding.UTF8.GetBytes(Samples.Read("ebay", file)), null);
            var head = Webhooks.Head(request);
            Assert.Equal((topic, storeOf), (head.Topic, Webhooks.StoreOf(request, store.Secrets)));
            Assert.Equal(2, head.DeliveryId!.Split('_').Length);
            Assert.Equal(
                JsonSerializer.Serialize(expected, JsonText.Options),
                JsonSerializer.Serialize(Webhooks.Read(new Delivery(head.Topic, head.DeliveryId, head.TriggeredAt, Now, request.Body), store), JsonText.Options));
        }
    }

    [Theory]
    [InlineData("""{"notification":{"data":{}}}""")]
    [InlineData("""{"notification":{"data":{"username":"u"}}}""")]
    [InlineData("""{"notification":{"data":{"userId":"","username":"u"}}}""")]
    public void A_closed_account_without_an_id_erases_nothing(string body)
    {
        var store = new StoreSession("connection-1", "", new Dictionary<string, Secret>(), new Dictionary<string, string>(), static (_, _, _) => throw new NotSupportedException());

        Assert.Throws<FormatException>(() => Webhooks.Read(new Delivery("MARKETPLACE_ACCOUNT_DELETION", "d", null, Now, Encoding.UTF8.GetBytes(body)), store));
    }

    [Theory]
    [InlineData("""{"cancelState":"CANCELED","cancelledDate":"2026-03-02T00:00:00.000Z"}""", "PAID", "2026-03-02T00:00:00Z")]
    [InlineData("""{"cancelState":"CANCELED"}""", "PAID", "2026-03-03T00:00:00Z")]
    [InlineData("""{"cancelState":"NONE_REQUESTED"}""", "FAILED", "2026-03-03T00:00:00Z")]
    [InlineData("""{"cancelState":"IN_PROGRESS"}""", "PAID", null)]
    public void An_order_ends_by_cancelling_or_a_failed_payment(string cancelStatus, string paymentStatus, string? at)
    {
        var order = EbayRecords.Order(JsonElement.Parse($$$"""
            {"orderId":"1","creationDate":"2026-03-01T00:00:00.000Z","lastModifiedDate":"2026-03-03T00:00:00.000Z","orderPaymentStatus":"{{{paymentStatus}}}","cancelStatus":{{{cancelStatus}}},
             "pricingSummary":{"total":{"value":"9.0","currency":"USD"},"priceDiscount":{"value":"-2.5","currency":"USD"},"deliveryDiscount":{"value":"-1.0","currency":"USD"}},
             "paymentSummary":{"refunds":[{"refundStatus":"FAILED","refundDate":"2026-03-02T00:00:00.000Z","refundId":"1","amount":{"value":"1.0","currency":"USD"}},{"refundStatus":"PENDING","refundReferenceId":"2","amount":{"value":"1.0","currency":"USD"}},
              {"refundStatus":"REFUNDED","refundReferenceId":"3","refundDate":"2026-03-02T00:00:00.000Z","amount":{"value":"0.85","currency":"GBP","convertedFromValue":"1.1","convertedFromCurrency":"USD"}}]}}
            """));

        Assert.Equal(at is null ? null : DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture), order.CancelledAt);
        Assert.Equal((3.5m, 9m), (order.Discount, order.Total));
        Assert.Equal([("3", 1.1m)], order.Refunds.Select(static refund => (refund.Id, refund.Amount)));
    }

    [Theory]
    [InlineData(null, 9, true, "2|9")]
    [InlineData("2|9", 9, true, "4|9")]
    [InlineData("2|9", 9, false, null)]
    [InlineData("6|9", 8, true, "4|8")]
    [InlineData("6|9", 6, false, "2|6")]
    [InlineData("6|9", 1, false, "0|1")]
    [InlineData("0|9", 8, true, "2|8")]
    [InlineData("5|9", 10, true, "6|10")]
    public async Task Where_rows_have_left_the_walk_goes_back(string? cursor, int total, bool more, string? next)
    {
        var store = Session($$"""{"total":{{total}},"inventoryItems":[]{{(more ? ",\"next\":\"/x\"" : "")}}}""", out _);

        Assert.Equal(next, (await Connector.Readers[Resource.Stock].ReadAsync(store, new PageRequest(null, Now, cursor, 2, Backfill: true), CancellationToken.None)).Next);
    }

    private static byte[] Body(JsonElement vector) => Encoding.UTF8.GetBytes(Text(vector, "body"));

    private static string KeyOf(JsonElement vector) => $"{Text(vector, "keyId")} {Text(vector, "key")}";

    private static string Text(JsonElement vector, string name) => vector.GetProperty(name).GetString()!;

    private static SignatureResult Verify(byte[] body, string signature, params string[] keys) => Webhooks.Verify(SimulatedEbay.Delivery(body, signature), [.. keys.Select(static key => new Secret(key))], Now);

    private static WebhookReply? Challenged(string url, string token) => Webhooks.Answer(SimulatedEbay.Challenge(new Uri(url)), new Dictionary<string, Secret> { ["verificationToken"] = new(token) });

    private static PlatformFault? Examine(int status, string body, params (string Name, string Value)[] headers) => Connector.Protocol.Examine(Response(status, body, headers));

    private static PlatformResponse Response(int status, string body, params (string Name, string Value)[] headers)
    {
        using var message = new HttpResponseMessage();
        foreach (var (name, value) in headers)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        return new PlatformResponse(status, message.Headers, "application/json", Encoding.UTF8.GetBytes(body));
    }

    /// <summary>A store behind which every call is answered so.</summary>
    private static StoreSession Session(string body, out List<PlatformRequest> asked)
    {
        var requests = asked = [];
        return new StoreSession("connection-1", "sampleUserId1", new Dictionary<string, Secret>(), new Dictionary<string, string>(), (_, request, _) =>
        {
            requests.Add(request);
            return Task.FromResult(Response(200, body, ("Date", Now.ToString("R"))));
        });
    }
}
