using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Connectors.SellerSprite;
using StoreClaw.Sandbox.SellerSprite;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Connectors.SellerSprite;

/// <summary>What needs no platform: faults and rows, and the vendor's samples.</summary>
public sealed class SellerSpriteFormTests
{
    private static readonly Connector Connector = SellerSpriteConnector.Instance;

    [Theory]
    [InlineData("ERROR_SECRET_KEY", FaultKind.CredentialsRejected)]
    [InlineData("ERROR_SECRET_KEY_INVALID", FaultKind.CredentialsRejected)]
    [InlineData("ERROR_SECRET_KEY_OVERDUE", FaultKind.CredentialsRejected)]
    [InlineData("ERROR_AUTH_ERROR", FaultKind.CredentialsRejected)]
    [InlineData("ERROR_UNAUTHORIZED", FaultKind.CredentialsRejected)]
    [InlineData("ERROR_VISIT_MAX", FaultKind.QuotaExhausted)]
    [InlineData("ERROR_PARAM", FaultKind.Invalid)]
    [InlineData("ERROR_URL_NOT_FOUND", FaultKind.Invalid)]
    [InlineData("ERROR_SERVER_INTERNAL", FaultKind.PlatformFailure)]
    [InlineData("ERROR_OF_NEXT_YEAR", FaultKind.Invalid)]
    public void The_code_decides_whatever_the_status(string code, FaultKind kind)
    {
        foreach (var status in new[] { 200, 400, 401, 403, 500 })
        {
            var fault = Examine($$"""{"code":"{{code}}","message":"失败","data":null}""", status);
            Assert.Equal((kind, code), (fault!.Kind, fault.Code));
            Assert.DoesNotContain("失败", fault.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(200, "{\"code\":\"OK\",\"message\":\"\",\"data\":{}}", null)]
    [InlineData(500, "{\"code\":\"OK\"}", FaultKind.PlatformFailure)]
    [InlineData(429, "{\"code\":\"ERROR_VISIT_MAX\"}", FaultKind.Throttled)]
    [InlineData(429, "slow down", FaultKind.Throttled)]
    [InlineData(200, "{}", FaultKind.PlatformFailure)]
    [InlineData(200, "{\"code\":null}", FaultKind.PlatformFailure)]
    [InlineData(200, "[]", FaultKind.PlatformFailure)]
    [InlineData(401, "", FaultKind.CredentialsRejected)]
    [InlineData(403, "<html>", FaultKind.ScopeMissing)]
    [InlineData(502, "<html>", FaultKind.PlatformFailure)]
    public void Answers_out_of_the_ordinary_are_told_apart(int status, string body, FaultKind? kind) => Assert.Equal(kind, Examine(body, status)?.Kind);

    [Theory]
    [InlineData("\"size\"", "'size'")]
    [InlineData("null", "one of the parameters")]
    [InlineData("{\"size\":\"too big\"}", "one of the parameters")]
    [InlineData("\"0123456789012345678901234567890123456789012345678901234567890\"", "one of the parameters")]
    public void A_wrong_parameter_is_named_where_the_answer_names_it(string data, string named) =>
        Assert.Contains(named, Examine($$"""{"code":"ERROR_PARAM","message":"parameter error","data":{{data}}}""")!.Message, StringComparison.Ordinal);

    [Fact]
    public void A_used_up_plan_is_good_again_the_next_day_in_utc()
    {
        var fault = Examine("""{"code":"ERROR_VISIT_MAX"}""", date: new DateTimeOffset(2026, 8, 31, 22, 30, 0, TimeSpan.FromHours(-4)));
        Assert.Equal(TimeSpan.FromHours(21.5), fault!.RetryAfter);
        Assert.Equal(TimeSpan.FromHours(1), Examine("""{"code":"ERROR_VISIT_MAX"}""")!.RetryAfter);
    }

    [Fact]
    public async Task A_call_without_a_body_has_the_content_type_and_the_key_too()
    {
        HttpRequestMessage? seen = null;
        var store = Session(request =>
        {
            seen = new HttpRequestMessage(request.Method, request.Url);
            Connector.Protocol.Authorize(seen, Session(static _ => ""), default);
            Assert.Equal(("application/json;charset=utf-8", 0, true), (request.ContentType, request.Body.Length, request.Repeatable));
            return """{"code":"OK"}""";
        });

        await Connector.Authorization.GrantAsync(store, default, CancellationToken.None);

        Assert.Equal(("https://api.sellersprite.com/v1/visits", "canary-key"), (seen!.RequestUri!.AbsoluteUri, seen.Headers.GetValues("secret-key").Single()));
    }

    [Fact]
    public async Task What_is_sent_is_what_the_parameter_tables_say()
    {
        var sent = new List<JsonElement>();
        var store = Session(request =>
        {
            sent.Add(JsonElement.Parse(request.Body.Span));
            return """{"code":"OK","data":{"items":[],"total":0}}""";
        });
        var research = Connector.Research!;

        await research.KeywordsAsync(store, new ResearchScope("US", "202607"), "yoga mat", 15, CancellationToken.None);
        await research.BestSellersAsync(store, new ResearchScope("JP", null), "ヨガ", 10, CancellationToken.None);
        await research.LookUpAsync(store, new ResearchScope("UK", null), ["B08GHW4TBS"], CancellationToken.None);

        Assert.Equal(
            [
                """{"marketplace":"US","keywords":"yoga mat","page":1,"size":15,"order":{"field":"searches","desc":true},"month":"202607"}""",
                """{"marketplace":"JP","keyword":"ヨガ","page":1,"size":10,"order":{"field":"total_units","desc":true}}""",
                """{"marketplace":"UK","asins":["B08GHW4TBS"],"page":1,"size":100,"order":{"field":"total_units","desc":true}}""",
            ],
            sent.Select(static body => body.GetRawText()));
    }

    [Fact]
    public async Task The_documented_example_rows_are_read()
    {
        // The example values of the field tables.
        var keyword = Assert.Single(await Connector.Research!.KeywordsAsync(
            Session(static _ => Answer("""{"keywords":"polaroid cameras","searches":141356,"purchases":4029,"growth":-25.482092,"purchaseRate":0.0285,"products":173,"searchMonthlyCr":8696.27,"currency":"$","avgPrice":116.24,"avgRating":4.5,"bid":1.26}""")),
            new ResearchScope("US", null), "polaroid cameras", 15, CancellationToken.None));
        Assert.Equal(
            new KeywordFigures { Keyword = "polaroid cameras", Currency = "USD", Searches = 141356, Growth = -25.482092, YearGrowth = 8696.27, Purchases = 4029, PurchaseRate = 0.0285, Products = 173, AveragePrice = 116.24m, AverageRating = 4.5, Bid = 1.26m },
            keyword);

        var product = Assert.Single(await Connector.Research.BestSellersAsync(
            Session(static _ => Answer("""{"asin":"B078J8VPVW","brand":"Pampers","title":"Diapers Size 2","bsr":1,"units":26289,"unitsGr":-46.3,"revenue":1693537.4,"price":64.42,"primePrice":-1,"ratings":32004,"rating":4.8}""")),
            new ResearchScope("US", null), "diapers", 10, CancellationToken.None));
        Assert.Equal(
            new ProductFigures { Asin = "B078J8VPVW", Title = "Diapers Size 2", Brand = "Pampers", Currency = "USD", Price = 64.42m, Units = 26289, Revenue = 1693537.4m, UnitsGrowth = -46.3, Rating = 4.8, Ratings = 32004, Rank = 1 },
            product);
    }

    [Theory]
    [InlineData("""{"code":"OK","data":null}""", 0)]
    [InlineData("""{"code":"OK","data":{"items":null,"total":0}}""", 0)]
    [InlineData("""{"code":"OK","data":{"total":1,"items":[{"asin":"B000000001"}]}}""", 1)]
    [InlineData("""{"code":"OK","data":{"items":[{"asin":"B000000001","title":null,"units":null,"price":-1,"bsr":-1,"revenue":"12.50"}]}}""", 1)]
    public async Task Lists_come_with_and_without_their_wrapping(string answer, int rows)
    {
        var read = await Connector.Research!.BestSellersAsync(Session(_ => answer), new ResearchScope("US", null), "x", 10, CancellationToken.None);
        Assert.Equal(rows, read.Count);
        Assert.All(read, static figures => Assert.Equal((null, null, null, ""), (figures.Price, figures.Units, figures.Rank, figures.Title)));
    }

    [Theory]
    [InlineData("""{"code":"OK","data":[]}""")]
    [InlineData("""{"code":"OK","data":{"items":{}}}""")]
    [InlineData("""{"code":"OK","data":{"items":[{"title":"no asin"}]}}""")]
    [InlineData("""{"code":"OK","data":{"items":[{"asin":"B000000001","units":"many"}]}}""")]
    [InlineData("""{"code":"OK","data":{"items":[7]}}""")]
    public async Task An_answer_of_another_shape_is_the_platforms_failure(string answer)
    {
        var failed = await Assert.ThrowsAsync<PlatformException>(() => Connector.Research!.BestSellersAsync(Session(_ => answer), new ResearchScope("US", null), "x", 10, CancellationToken.None));
        Assert.Equal(FaultKind.PlatformFailure, failed.Fault.Kind);
    }

    [SampleFact("sellersprite")]
    public void The_sample_errors_are_understood()
    {
        Assert.Equal(FaultKind.CredentialsRejected, Examine(Samples.Read("sellersprite", "error-secret-key.handmade.json"))!.Kind);
        Assert.Equal(FaultKind.QuotaExhausted, Examine(Samples.Read("sellersprite", "error-visit-max.handmade.json"))!.Kind);
        Assert.Null(Examine(Samples.Read("sellersprite", "google-trends.response.handmade.json")));
        Assert.Null(Examine(Samples.Read("sellersprite", "asin-detail.response.handmade.json")));
    }

    [SampleFact("sellersprite")]
    public async Task The_sample_product_is_read_as_a_row()
    {
        var detail = JsonElement.Parse(Samples.Read("sellersprite", "asin-detail.response.handmade.json")).GetProperty("data").GetRawText();
        var product = Assert.Single(await Connector.Research!.LookUpAsync(Session(_ => Answer(detail)), new ResearchScope("US", null), ["B08GHW4TBS"], CancellationToken.None));
        Assert.Equal(("mermaker", 21.99m, 4.8, 29229L), (product.Brand, product.Price!.Value, product.Rating!.Value, product.Ratings!.Value));
    }

    [SampleFact("sellersprite")]
    public async Task The_simulation_takes_the_official_requests()
    {
        await using var platform = await SellerSpritePlatform.StartAsync(new ManualTime());
        platform.AddAccount("k");
        platform.Market("US").Put(new MarketProduct("B000000001", "Bath rug", "Gorilla Grip", 20, 5, 0, 4, 1, 1));
        using var http = new HttpClient { BaseAddress = platform.BaseAddress };
        foreach (var (path, file) in new[] { ("/v1/product/research", "product-research.request.json"), ("/v1/product/competitor-lookup", "competitor-lookup.request.json") })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(Samples.Read("sellersprite", file))) };
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse("application/json;charset=UTF-8");
            request.Headers.Add("secret-key", "k");
            using var response = await http.SendAsync(request);
            var answer = JsonElement.Parse(await response.Content.ReadAsStringAsync());
            Assert.Equal(("OK", 1), (answer.GetProperty("code").GetString(), answer.GetProperty("data").GetProperty("items").GetArrayLength()));
        }
    }

    private static string Answer(string row) => $$$"""{"code":"OK","message":"成功","data":{"items":[{{{row}}}],"page":1,"size":50,"total":1,"pages":1}}""";

    private static PlatformFault? Examine(string body, int status = 200, DateTimeOffset? date = null)
    {
        using var response = new HttpResponseMessage((HttpStatusCode)status);
        response.Headers.Date = date;
        return Connector.Protocol.Examine(new PlatformResponse(status, response.Headers, "application/json", Encoding.UTF8.GetBytes(body)));
    }

    /// <summary>A session whose calls are answered so.</summary>
    private static StoreSession Session(Func<PlatformRequest, string> answer) => new(
        "c",
        "main account",
        new Dictionary<string, Secret> { ["apiKey"] = new("canary-key"), ["label"] = new("Main account") },
        new Dictionary<string, string>(),
        (_, request, _) =>
        {
            using var response = new HttpResponseMessage(HttpStatusCode.OK);
            return Task.FromResult(new PlatformResponse(200, response.Headers, "application/json", Encoding.UTF8.GetBytes(answer(request))));
        });
}
