using System.Net.Http.Headers;
using System.Text;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Connectors.SellerSprite;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.SellerSprite;

namespace StoreClaw.Tests.Connectors.SellerSprite;

public sealed class SellerSpriteTests() : ConnectorContract(SellerSpriteConnector.Instance)
{
    private static readonly ResearchScope Nearly = new("US", null);

    private SellerSpritePlatform SellerSprite => ((SimulatedSellerSprite)Platform).SellerSprite;

    private SellerSpriteAccount Account => ((SimulatedSellerSprite)Platform).Account;

    private SellerSpriteMarket Market => SellerSprite.Market("US");

    private IResearch Research => Connector.Research!;

    /// <summary>No store is behind an account.</summary>
    protected override bool TellsCurrencyAndZone => false;

    /// <summary>No orders are there to count.</summary>
    protected override async Task<int> CountAsync(StoreSession store) => (await Research.KeywordsAsync(store, Nearly, "storage box", 15, CancellationToken.None)).Count;

    [Fact]
    public async Task The_label_names_the_account_however_it_is_typed()
    {
        var one = await GrantAsync(new Dictionary<string, string> { ["apiKey"] = SimulatedSellerSprite.Key, ["label"] = "Main account" });
        var other = await GrantAsync(new Dictionary<string, string> { ["apiKey"] = SimulatedSellerSprite.Key, ["label"] = "  MAIN   account " });

        Assert.Equal(("main account", "main account"), (one.Store, other.Store));
        Assert.Equal(("Main account", "MAIN account"), (one.Facts["name"], other.Facts["name"]));
        Assert.Equal(["apiKey"], one.Secrets.Keys);
        Assert.Equal(["/v1/visits"], SellerSprite.Log.Calls.Keys);
        Assert.Empty(SellerSprite.Log.Violations);
    }

    [Theory]
    [InlineData("apiKey", "key with spaces")]
    [InlineData("apiKey", "schlüssel")]
    [InlineData("apiKey", "a\nb")]
    [InlineData("label", "   ")]
    [InlineData("label", "1234567890123456789012345678901234567890123456789012345678901")]
    public void What_cannot_be_a_key_or_a_label_is_refused(string field, string text)
    {
        var fields = new Dictionary<string, string>(Platform.Fields) { [field] = text };

        var refused = Assert.IsType<ConnectPlan.Refused>(Connector.Authorization.Plan(new ConnectInput(fields.ToDictionary(static pair => pair.Key, static pair => new Secret(pair.Value)), null, true)));

        Assert.Equal(field, Assert.Single(refused.Errors).Field);
    }

    [Fact]
    public async Task Only_the_code_of_the_probes_answer_is_relied_on()
    {
        Pipeline.Line.Next(static () => FaultyLine.Answer(200, """{"code":"OK","message":"成功","data":null}"""));
        Assert.Equal("main account", (await GrantAsync(Platform.Fields)).Store);
        Pipeline.Line.Next(static () => FaultyLine.Answer(200, """{"code":"OK"}"""));
        Assert.Equal("main account", (await GrantAsync(Platform.Fields)).Store);
    }

    [Fact]
    public async Task Keywords_come_as_the_platform_has_them_the_most_searched_first()
    {
        var store = await ConnectAsync();
        var expected = Market.Keywords.Where(static keyword => keyword.Text.Contains("yoga mat", StringComparison.Ordinal)).OrderByDescending(static keyword => keyword.Searches).ToList();

        var read = await Research.KeywordsAsync(store, Nearly, "yoga mat", 15, CancellationToken.None);

        Assert.Equal(5, read.Count);
        Assert.Equal(expected.Select(static keyword => (keyword.Text, (long?)keyword.Searches, (double?)keyword.Growth)), read.Select(static figures => (figures.Keyword, figures.Searches, figures.Growth)));
        var (sold, first) = (expected[0], read[0]);
        Assert.Equal(
            (sold.YearGrowth, (long)sold.Purchases, (long)sold.Products, sold.AveragePrice, sold.AverageRating, sold.Bid, "USD"),
            (first.YearGrowth!.Value, first.Purchases!.Value, first.Products!.Value, first.AveragePrice!.Value, first.AverageRating!.Value, first.Bid!.Value, first.Currency));
        Assert.Equal((double)Math.Round((decimal)sold.Purchases / sold.Searches, 4), first.PurchaseRate);
        Assert.Empty(SellerSprite.Log.Violations);
    }

    [Fact]
    public async Task Best_sellers_come_with_the_most_units_first_and_minus_one_is_no_price()
    {
        var store = await ConnectAsync();
        Market.Put(new MarketProduct("B000000001", "Harbor yoga mat", "Harbor", null, 40_000, -1, 4.5, 7, 3));
        var expected = Market.Products.Where(static product => product.Title.Contains("yoga mat", StringComparison.Ordinal)).OrderByDescending(static product => product.Units).Take(10).ToList();

        var read = await Research.BestSellersAsync(store, Nearly, "yoga mat", 10, CancellationToken.None);

        Assert.Equal(expected.Select(static product => (product.Asin, product.Title, (long?)product.Units, product.Price)), read.Select(static figures => (figures.Asin, figures.Title, figures.Units, figures.Price)));
        var none = read[0];
        Assert.Equal(("B000000001", "Harbor", null, -1d, 4.5, 7L, 3L), (none.Asin, none.Brand, none.Price, none.UnitsGrowth, none.Rating, none.Ratings, none.Rank));
        Assert.Equal(1, SellerSprite.Log.Count("/v1/product/research"));
    }

    [Fact]
    public async Task More_rows_than_a_page_holds_come_by_pages()
    {
        var store = await ConnectAsync();
        for (var number = 0; number < 230; number++)
        {
            Market.Put(new MarketProduct($"B1{number:D8}", $"Tin whistle {number}", "Ibex", 5, 10_000 - number, 0, 4, 1, number + 1));
        }

        var read = await Research.BestSellersAsync(store, Nearly, "tin whistle", 210, CancellationToken.None);
        Assert.Equal(Enumerable.Range(0, 210).Select(static number => $"B1{number:D8}"), read.Select(static figures => figures.Asin));
        Assert.Equal(3, SellerSprite.Log.Count("/v1/product/research"));

        Assert.Equal(230, (await Research.BestSellersAsync(store, Nearly, "tin whistle", 100_000, CancellationToken.None)).Count);
        Assert.Empty(await Research.BestSellersAsync(store, Nearly, "no such thing", 10, CancellationToken.None));
        Assert.Empty(SellerSprite.Log.Violations);
    }

    [Fact]
    public async Task Forty_products_a_look_up_and_only_those_asked_for()
    {
        var store = await ConnectAsync();
        var asins = Market.Products.Select(static product => product.Asin).Order(StringComparer.Ordinal).Take(45).ToList();

        var read = await Research.LookUpAsync(store, Nearly, [.. asins, "B099999999"], CancellationToken.None);

        Assert.Equal(asins, read.Select(static figures => figures.Asin).Order(StringComparer.Ordinal));
        Assert.Equal(2, SellerSprite.Log.Count("/v1/product/competitor-lookup"));
        Pipeline.Line.Next(() => FaultyLine.Answer(200, """{"code":"OK","data":{"items":[{"asin":"B000000002","price":3},{"asin":"B000000003","parent":"B000000002"},{"asin":"B000000002","price":4}],"total":3}}"""));
        Assert.Equal([("B000000002", 3m)], (await Research.LookUpAsync(store, Nearly, ["B000000002"], CancellationToken.None)).Select(static figures => (figures.Asin, figures.Price!.Value)));
    }

    [Fact]
    public async Task A_month_and_a_marketplace_are_asked_for_and_a_wrong_one_is_named()
    {
        var store = await ConnectAsync();
        SellerSprite.SetMarket("DE", SellerSpriteMarket.Generate(6));

        var german = await Research.KeywordsAsync(store, new ResearchScope("DE", "202607"), "dog bed", 5, CancellationToken.None);
        Assert.Equal(("EUR", 5), (german[0].Currency, german.Count));

        var month = await Pipeline.FaultOfAsync(() => Research.KeywordsAsync(store, new ResearchScope("US", "201001"), "dog bed", 5, CancellationToken.None));
        Assert.Equal((FaultKind.Invalid, "ERROR_PARAM"), (month.Kind, month.Code));
        Assert.Contains("'month'", month.Message, StringComparison.Ordinal);
        var calls = SellerSprite.Log.Count("/v1/keyword-research");
        var moon = await Pipeline.FaultOfAsync(() => Research.KeywordsAsync(store, new ResearchScope("MOON", null), "dog bed", 5, CancellationToken.None));
        Assert.Equal((FaultKind.Invalid, calls), (moon.Kind, SellerSprite.Log.Count("/v1/keyword-research")));
    }

    [Fact]
    public async Task The_currency_of_every_marketplace_is_known()
    {
        var store = await ConnectAsync();
        foreach (var marketplace in Research.Marketplaces.Keys)
        {
            SellerSprite.Market(marketplace).Put(new MarketProduct("B000000004", "Thing", "Ibex", 5, 1, 0, 4, 1, 1));
            Assert.Equal(Research.Marketplaces[marketplace], Assert.Single(await Research.LookUpAsync(store, new ResearchScope(marketplace, null), ["B000000004"], CancellationToken.None)).Currency);
        }

        Assert.Empty(SellerSprite.Log.Violations);
    }

    [Fact]
    public async Task A_used_up_plan_waits_for_the_next_day_and_is_not_asked_again()
    {
        var store = await ConnectAsync();
        Account.MonthlyCalls = 2;
        await CountAsync(store);
        await CountAsync(store);
        var calls = SellerSprite.Log.Count("/v1/keyword-research");

        var fault = await Pipeline.FaultOfAsync(() => CountAsync(store));

        Assert.Equal((FaultKind.QuotaExhausted, "ERROR_VISIT_MAX"), (fault.Kind, fault.Code));
        Assert.Equal(calls + 1, SellerSprite.Log.Count("/v1/keyword-research"));
        Assert.Equal(Time.GetUtcNow().UtcDateTime.Date.AddDays(1), (Time.GetUtcNow() + fault.RetryAfter!.Value).UtcDateTime, TimeSpan.FromSeconds(2));
        Assert.Equal(2, Account.UsedInMonth(Time.GetUtcNow()));
        Time.Advance(TimeSpan.FromDays(15));
        Assert.NotEqual(0, await CountAsync(store));
    }

    [Fact]
    public async Task A_plan_that_ran_out_asks_for_a_new_connect()
    {
        var store = await ConnectAsync();
        Account.State = KeyState.Overdue;

        var fault = await Pipeline.FaultOfAsync(() => CountAsync(store));

        Assert.Equal((FaultKind.CredentialsRejected, "ERROR_SECRET_KEY_OVERDUE"), (fault.Kind, fault.Code));
        Assert.Contains("Renew the plan", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_processes_never_reach_the_limit_of_the_minute()
    {
        var first = await ConnectAsync();
        Time.Advance(TimeSpan.FromMinutes(5));
        var buckets = new BucketMemory();
        var processes = Enumerable.Range(0, 2).Select(_ => new Pipeline(Connector.Descriptor.Id, Platform.BaseUrl, Time, buckets: buckets)).ToList();

        await Task.WhenAll(processes.Select(async process =>
        {
            var store = process.Session(Connector, first.Store, first.Secrets, first.Facts);
            for (var call = 0; call < 60; call++)
            {
                await CountAsync(store);
            }
        }));

        Assert.Equal(120, SellerSprite.Log.Count("/v1/keyword-research"));
        Assert.Empty(SellerSprite.Log.Violations);
        processes.ForEach(static process => process.Dispose());
    }

    [Theory]
    [InlineData(BurstAnswer.TooManyRequests)]
    [InlineData(BurstAnswer.VisitMax)]
    public async Task When_others_use_the_key_too_either_answer_to_a_burst_is_understood(BurstAnswer answer)
    {
        await using var busy = await SimulatedSellerSprite.StartAsync(Shop, Time, new SellerSpriteOptions { Burst = answer });
        using var pipeline = new Pipeline(Connector.Descriptor.Id, busy.BaseUrl, Time);
        var store = pipeline.Session(Connector, "main account", new Dictionary<string, Secret> { ["apiKey"] = new(SimulatedSellerSprite.Key) });
        await BurstAsync(busy.BaseUrl);
        Time.Advance(TimeSpan.FromSeconds(58));

        if (answer == BurstAnswer.TooManyRequests)
        {
            Assert.NotEqual(0, await CountAsync(store));
            Assert.Contains(busy.SellerSprite.Log.Violations, static violation => violation.Reason.StartsWith("429", StringComparison.Ordinal));
        }
        else
        {
            Assert.Equal(FaultKind.QuotaExhausted, (await pipeline.FaultOfAsync(() => CountAsync(store))).Kind);
        }
    }

    protected override async Task<ISimulatedPlatform> StartPlatformAsync(SimStore shop, TimeProvider time) => await SimulatedSellerSprite.StartAsync(shop, time);

    /// <summary>Forty calls at once by somebody else's tool.</summary>
    private static async Task BurstAsync(Uri platform)
    {
        using var http = new HttpClient();
        for (var call = 0; call < 40; call++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(platform, "/v1/keyword-research")) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes("""{"marketplace":"US","size":1}""")) };
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse("application/json;charset=utf-8");
            request.Headers.Add("secret-key", SimulatedSellerSprite.Key);
            using var response = await http.SendAsync(request);
            Assert.Contains("\"OK\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }
}
