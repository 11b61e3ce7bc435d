using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Connectors.Http;
using StoreClaw.Connectors.Lazada;
using StoreClaw.Connectors.Signatures;
using StoreClaw.Tests.Repository;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Connectors.Lazada;

/// <summary>What needs no platform: signatures, faults, and the published payloads.</summary>
public sealed class LazadaFormTests
{
    private static readonly Connector Connector = LazadaConnector.Instance;

    private static readonly JsonElement Vectors = JsonElement.Parse(Repo.Read("tests", "StoreClaw.Tests", "Connectors", "Lazada", "vectors.json"));

    [Fact]
    public void Published_requests_are_signed_alike_and_any_change_shows()
    {
        foreach (var vector in Vectors.GetProperty("requests").EnumerateArray())
        {
            var parameters = vector.GetProperty("parameters").EnumerateObject().Select(static one => KeyValuePair.Create(one.Name, one.Value.GetString()!)).ToList();
            var (path, secret, signature) = (vector.GetProperty("path").GetString()!, new Secret(vector.GetProperty("secret").GetString()!), vector.GetProperty("signature").GetString());

            Assert.Equal(signature, LazadaConnector.Sign(path, parameters, secret));
            Assert.Equal(signature, LazadaConnector.Sign(path, parameters.AsEnumerable().Reverse().Append(new("empty", "")), secret));
            Assert.NotEqual(signature, LazadaConnector.Sign(path + "x", parameters, secret));
            Assert.NotEqual(signature, LazadaConnector.Sign(path, parameters.Append(new("more", "1")), secret));
            Assert.NotEqual(signature, LazadaConnector.Sign(path, parameters, new Secret("another")));
        }
    }

    [Fact]
    public void The_published_push_is_verified_and_any_change_shows()
    {
        var vector = Vectors.GetProperty("pushes").EnumerateArray().Single();
        var (body, signature) = (Encoding.UTF8.GetBytes(vector.GetProperty("body").GetString()!), vector.GetProperty("signature").GetString()!);
        Secret[] pair = [AppKeySignature.Pair(vector.GetProperty("key").GetString()!, new Secret(vector.GetProperty("secret").GetString()!))];

        Assert.Equal(SignatureResult.Valid, Verify(body, signature, pair));
        Assert.Equal(SignatureResult.Valid, Verify(body, signature.ToUpperInvariant(), pair));
        Assert.Equal(SignatureResult.Mismatch, Verify([.. body, (byte)' '], signature, pair));
        Assert.Equal(SignatureResult.Mismatch, Verify(body, signature, [AppKeySignature.Pair("123457", new Secret("3412gyo124goi3124"))]));
        Assert.Equal(SignatureResult.Mismatch, Verify(body, "3" + signature[1..], pair));
    }

    [Theory]
    [InlineData("IllegalAccessToken", FaultKind.TokenExpired)]
    [InlineData("IllegalRefreshToken", FaultKind.CredentialsRejected)]
    [InlineData("InvalidCode", FaultKind.CredentialsRejected)]
    [InlineData("IncompleteSignature", FaultKind.CredentialsRejected)]
    [InlineData("InsufficientPermission", FaultKind.ScopeMissing)]
    [InlineData("SellerNotActive", FaultKind.StoreUnavailable)]
    [InlineData("SellerCallLimit", FaultKind.Throttled)]
    [InlineData("901", FaultKind.Throttled)]
    [InlineData("ServiceTimeout", FaultKind.PlatformFailure)]
    [InlineData("4147", FaultKind.PlatformFailure)]
    [InlineData("16", FaultKind.NotFound)]
    [InlineData("17", FaultKind.Invalid)]
    public void Codes_on_200_are_told_apart(string code, FaultKind kind)
    {
        var fault = Examine($$"""{"code":"{{code}}","type":"ISV","message":"words","request_id":"r1"}""")!;
        Assert.Equal((kind, code, "r1"), (fault.Kind, fault.Code, fault.RequestId));
        Assert.DoesNotContain("words", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_ban_is_waited_for_as_long_as_it_says() =>
        Assert.Equal(TimeSpan.FromSeconds(7), Examine("""{"code":"ApiCallLimit","message":"Api access frequency exceeds the limit. this ban will last 7 seconds"}""")!.RetryAfter);

    [SampleFact("lazada")]
    public void The_published_refusal_is_understood() => Assert.Equal(FaultKind.TokenExpired, Examine(Samples.Read("lazada", "error-illegal-access-token.handmade.json"))!.Kind);

    [SampleFact("lazada")]
    public void The_vectors_are_the_published_ones()
    {
        var published = JsonElement.Parse(Samples.Read("lazada", "signature-vectors.json"));
        Assert.Equal(
            published.GetProperty("request").EnumerateArray().Select(static one => one.GetProperty("expected_sign").GetString()),
            Vectors.GetProperty("requests").EnumerateArray().Select(static one => one.GetProperty("signature").GetString()));
        Assert.Equal(published.GetProperty("push")[0].GetProperty("raw_body").GetString(), Vectors.GetProperty("pushes")[0].GetProperty("body").GetString());
    }

    [SampleFact("lazada")]
    public void Published_orders_and_lines_are_read()
    {
        var row = JsonElement.Parse(Samples.Read("lazada", "orders-list.response.json")).GetProperty("data").GetProperty("orders")[0];
        var lines = JsonElement.Parse(Samples.Read("lazada", "order-items.response.json")).GetProperty("data").EnumerateArray().ToList();

        var order = LazadaOrders.Order(row, lines, "sg");

        Assert.Equal("491253082180001", order.Id);
        Assert.Equal(new DateTimeOffset(2018, 2, 9, 14, 44, 30, TimeSpan.Zero), order.CreatedAt);
        Assert.Equal((99.54m, 0.54m, 6.48m), (order.Total, order.Shipping, order.Tax));
        Assert.Equal(("BRSD#02", "Bean Rester Dooby Red", 1m), (order.Lines[0].Sku, order.Lines[0].Title, order.Lines[0].Quantity));
        Assert.NotNull(order.CancelledAt);
        Assert.Equal("1001", order.CustomerId);
    }

    [SampleFact("lazada")]
    public void Published_products_are_read()
    {
        var changes = LazadaProducts.All(JsonElement.Parse(Samples.Read("lazada", "products-list.response.json")).GetProperty("data").GetProperty("products")[0]).ToList();

        var product = Assert.IsType<ProductChange>(changes[0]).Product;
        Assert.Equal(("180226526", "asd", "39817:01:01", 32m), (product.Id, product.Title, product.Variants[0].Sku, product.Variants[0].Price));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1611554725000), product.UpdatedAt);
        Assert.Equal(("180226526:314525867@", 0m), (Assert.IsType<StockChange>(changes[1]).Level.Id, ((StockChange)changes[1]).Level.Available));
    }

    [SampleFact("lazada")]
    public void Published_pushes_are_understood()
    {
        Assert.Equal(("trade-order", "vn/1234567", (Change)new LookupChange(Resource.Orders, "260422900198363", MayBeGone: false)), Push("push-00-trade-order.handmade.json"));
        Assert.Equal(("type-1", "ph/500176629136", (Change)new NothingChange("type-1")), Push("push-01-product-quality-control.handmade.json"));
        Assert.Equal(("shallow-stock", "sg/1000008313", (Change)new LookupChange(Resource.Products, "sku:test-Lazada-sku", MayBeGone: false)), Push("push-06-shallow-stock.handmade.json"));
    }

    [Fact]
    public void The_seller_of_an_expiring_token_is_inside() =>
        Assert.Equal("my/77", Connector.Webhooks!.StoreOf(Request("""{"seller_id":"null","message_type":8,"site":"lazada-my","data":{"seller_id":77}}"""u8.ToArray(), ""), new Dictionary<string, Secret>()));

    [Theory]
    [InlineData("""{"seller_id":"1","message_type":0,"site":"\ud800"}""")]
    [InlineData("""{"seller_id":"1","message_type":"\ud800","site":"lazada_sg\ud800"}""")]
    [InlineData("[]")]
    [InlineData("not json")]
    public void What_nobody_has_verified_yet_may_be_anything(string body)
    {
        var request = Request(Encoding.UTF8.GetBytes(body), "");
        Assert.Null(Connector.Webhooks!.StoreOf(request, new Dictionary<string, Secret>()));
        Assert.Null(Connector.Webhooks.Head(request with { Body = "[]"u8.ToArray() }).DeliveryId);
    }

    private static (string Topic, string? Store, Change Change) Push(string file)
    {
        var request = Request(Encoding.UTF8.GetBytes(Samples.Read("lazada", file)), "");
        var head = Connector.Webhooks!.Head(request);
        Assert.NotNull(head.DeliveryId);
        var store = new StoreSession("c", "sg/1", new Dictionary<string, Secret>(), new Dictionary<string, string>(), static (_, _, _) => throw new NotSupportedException());
        return (head.Topic, Connector.Webhooks.StoreOf(request, new Dictionary<string, Secret>()), Connector.Webhooks.Read(new Delivery(head.Topic, head.DeliveryId, null, default, request.Body), store).Single());
    }

    private static SignatureResult Verify(byte[] body, string signature, Secret[] pairs) => Connector.Webhooks!.Verify(Request(body, signature), pairs, default);

    private static WebhookRequest Request(byte[] body, string signature) =>
        new("POST", new HeaderDictionary { ["Authorization"] = signature }, new QueryCollection(), body, new Uri("https://storeclaw.example/webhooks/lazada"));

    private static PlatformFault? Examine(string body)
    {
        using var response = new HttpResponseMessage(HttpStatusCode.OK);
        return Connector.Protocol.Examine(new PlatformResponse(200, response.Headers, "application/json", Encoding.UTF8.GetBytes(body)));
    }
}
