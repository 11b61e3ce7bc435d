using System.Globalization;
using System.Text;
using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Connectors.Lazada;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Lazada;

namespace StoreClaw.Tests.Connectors.Lazada;

public sealed class LazadaTests() : ConnectorContract(LazadaConnector.Instance)
{
    private LazadaSeller Seller => ((SimulatedLazada)Platform).Seller;

    private LazadaPlatform Lazada => ((SimulatedLazada)Platform).Lazada;

    /// <summary>A seller is in one country.</summary>
    protected override ShopProfile Profile => base.Profile with { Currency = "SGD", TimeZone = "Asia/Singapore", OtherCurrencies = [], Locations = ["Warehouse"] };

    /// <summary>Of what was given back an order shows only the units that were returned, at what was paid for them.</summary>
    protected override bool TellsRefunds => false;

    protected override bool RegistersByApi => false;

    [Fact]
    public async Task Orders_add_up_to_what_the_buyers_paid()
    {
        var store = await ConnectAsync();
        var read = (await WalkAsync(store, Resource.Orders, new PageRequest(null, Soon(), null, 50, Backfill: true))).Select(static change => (Order)change.Record).ToDictionary(static order => order.Id);

        Assert.Equal(Shop.Orders.Count, read.Count);
        Assert.All(Shop.Orders, sold =>
        {
            var order = read[sold.Id.ToString()];
            Assert.Equal(sold.LinesTotal - sold.OrderDiscount + sold.Shipping, order.Total);
            Assert.Equal(sold.Units, order.Lines.Sum(static line => line.Quantity));
            Assert.Equal(sold.LinesTotal - sold.OrderDiscount, order.Lines.Sum(static line => (line.Quantity * line.UnitPrice) - line.Discount));
            Assert.Equal((sold.CancelledAt is null, sold.CreatedAt.ToUnixTimeSeconds(), "SG"), (order.CancelledAt is null, order.CreatedAt.ToUnixTimeSeconds(), order.Country));
        });
        Assert.Empty(Lazada.Log.Violations);
    }

    [Fact]
    public async Task A_returned_unit_is_a_refund()
    {
        var store = await ConnectAsync();
        var order = Place();
        Shop.RefundOrder(order.Id, order.Lines[0].Total, [new SimRefundLine(order.Lines[0].Id, order.Lines[0].Quantity, order.Lines[0].Total)]);

        var read = (Order)(await Connector.Readers[Resource.Orders].FindAsync(store, order.Id.ToString(), CancellationToken.None)).Single().Record;

        Assert.Equal(order.Lines[0].Total - order.OrderDiscount, read.Refunds.Sum(static refund => refund.Amount));
    }

    [Fact]
    public async Task The_refresh_token_stays_and_does_not_live_longer()
    {
        var store = await ConnectAsync();
        var first = store.Secrets["refreshToken"].Reveal();
        Platform.ExpireTokens();
        await FirstPageAsync(store);
        Assert.Equal(first, store.Secrets["refreshToken"].Reveal());

        Time.Advance(TimeSpan.FromDays(51));
        Assert.Equal(FaultKind.CredentialsRejected, (await Pipeline.FaultOfAsync(() => FirstPageAsync(store))).Kind);
    }

    [Fact]
    public async Task A_clock_hours_off_is_put_right_by_the_platforms_own()
    {
        var store = await ConnectAsync();
        Pipeline.Line.Next(async (request, _) =>
        {
            await Task.CompletedTask;
            var answer = FaultyLine.Answer(200, """{"code":"6","message":"busy"}""");
            answer.Headers.Date = Time.GetUtcNow().AddHours(-3);
            return answer;
        });
        Pipeline.Line.Next(async (request, token) =>
        {
            var sent = long.Parse(Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(request.RequestUri!.Query)["timestamp"].ToString(), CultureInfo.InvariantCulture);
            Assert.InRange(Time.GetUtcNow().AddHours(-3).ToUnixTimeMilliseconds() - sent, -2000, 60_000);
            await Task.CompletedTask;
            return FaultyLine.Answer(200, """{"code":"0","data":{"countTotal":0,"orders":[]}}""");
        });

        Assert.Empty((await FirstPageAsync(store)).Changes);
    }

    [Fact]
    public async Task Products_that_leave_the_window_take_no_others_along()
    {
        var store = await ConnectAsync();
        var expected = Shop.Products.Select(static product => product.Id.ToString()).ToList();
        var moved = 0;

        var read = await WalkAsync(store, Resource.Products, new PageRequest(DateTimeOffset.UnixEpoch, Soon(), null, 2, Backfill: false), page =>
        {
            if (moved < 3)
            {
                Time.Advance(TimeSpan.FromMinutes(1));
                Shop.SetPrice(Shop.Products[moved++].Variants[0].Id, 5 + page);
            }
        });

        Assert.Empty(expected.Except(read.Select(static change => change.Record.Id)).Except(Shop.Products.Take(3).Select(static product => product.Id.ToString())));
    }

    [Fact]
    public async Task A_cross_border_seller_says_which_shop()
    {
        Assert.IsType<ConnectPlan.Refused>(Connector.Authorization.Plan(new ConnectInput(new Dictionary<string, Secret> { ["country"] = new("de") }, Platform.App, LiftAddressRules: true)));
        var plan = Assert.IsType<ConnectPlan.Browser>(Connector.Authorization.Plan(new ConnectInput(new Dictionary<string, Secret> { ["country"] = new("VN") }, Platform.App, LiftAddressRules: true)));
        Assert.Equal("vn", plan.Store);
        var store = Pipeline.Session(Connector, "", Platform.App!.ToSecrets());
        var two = """{"code":"0","access_token":"canary-access","expires_in":10,"country":"cb","country_user_info":[{"country":"sg","seller_id":"1"},{"country":"vn","seller_id":"2","short_code":"VNX"}]}""";
        var callback = new CallbackInput([new("code", "c")], default, new Uri("https://storeclaw.example/oauth/lazada/callback"), "");
        Pipeline.Line.Next(() => FaultyLine.Answer(200, two), 2);

        var fault = await Pipeline.FaultOfAsync(() => Connector.Authorization.ExchangeAsync(store, callback, Time.GetUtcNow(), CancellationToken.None));
        Assert.Contains("sg, vn", fault.Message, StringComparison.Ordinal);
        var grant = await Connector.Authorization.ExchangeAsync(Pipeline.Session(Connector, "vn", Platform.App.ToSecrets()), callback, Time.GetUtcNow(), CancellationToken.None);
        Assert.Equal(("vn/2", "VNX", "VND"), (grant.Store, grant.Facts["name"], grant.Facts["currency"]));
    }

    [Fact]
    public async Task A_push_finds_its_store()
    {
        var store = await ConnectAsync();
        var request = Platform.Sign("trade-order", Encoding.UTF8.GetBytes($$$"""{"seller_id":"{{{Seller.Id}}}","message_type":0,"site":"LAZADA_SG","data":{}}"""), SimulatedLazada.AppSecret);
        Assert.Equal(store.Store, Connector.Webhooks!.StoreOf(request, Platform.App!.ToSecrets()));
    }

    protected override byte[] BodyOf(string topic) => Encoding.UTF8.GetBytes($$$"""
        {"seller_id":"1152180742","message_type":{{{LazadaWebhooks.Names.Single(pair => pair.Value == topic).Key}}},"site":"lazada_sg","timestamp":1603766859530,
         "data":{"trade_order_id":"1","trade_order_line_id":"2","order_status":"pending","status_update_time":1603698638}}
        """);

    protected override async Task<ISimulatedPlatform> StartPlatformAsync(SimStore shop, TimeProvider time) => await SimulatedLazada.StartAsync(shop, time);
}
