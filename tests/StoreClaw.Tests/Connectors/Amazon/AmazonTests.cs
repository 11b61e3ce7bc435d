using System.Text;
using System.Text.Json.Nodes;
using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Connectors.Amazon;
using StoreClaw.Connectors.Http;
using StoreClaw.Sandbox.Amazon;
using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Tests.Connectors.Amazon;

/// <summary>The contract over the simulated Amazon, and what only Amazon does.</summary>
public sealed class AmazonTests() : ConnectorContract(AmazonConnector.Instance)
{
    private static readonly Uri Callback = new("https://storeclaw.example/oauth/amazon/callback");

    private AmazonSeller Seller => ((SimulatedAmazon)Platform).Seller;

    private AmazonPlatform Amazon => ((SimulatedAmazon)Platform).Amazon;

    private IWebhooks Hooks => Connector.Webhooks!;

    private IStockWriter Writer => Connector.StockWriter!;

    /// <summary>The marketplace says the currency, nobody the time zone; the currency is asserted below.</summary>
    protected override bool TellsCurrencyAndZone => false;

    /// <summary>Amazon tells refunds in its finances, not in orders.</summary>
    protected override bool TellsRefunds => false;

    /// <summary>The way from Amazon's queue is the seller's own.</summary>
    protected override bool RegistersByApi => false;

    protected override IEnumerable<Resource> Told => [Resource.Orders, Resource.Stock];

    /// <summary>An order list refills a call in three minutes.</summary>
    protected override bool RefillsSlowly => true;

    [Fact]
    public async Task The_store_is_marketplace_and_seller()
    {
        var grant = await GrantAsync(Platform.Fields);

        Assert.Equal(("US/A3TH9S8BH6GOGM", "Amazon US A3TH9S8BH6GOGM", "USD"), (grant.Store, grant.Facts["name"], grant.Facts["currency"]));
        Assert.Equal(Time.GetUtcNow().AddHours(1), grant.ExpiresAt);
        Assert.DoesNotContain(QueueInbox.Fact, grant.Facts);
        Assert.Empty(Amazon.Log.Violations);
    }

    [Fact]
    public async Task A_draft_is_approved_as_one_and_only_a_draft()
    {
        Amazon.App.IsDraft = true;
        Assert.Contains("MD1000", (await Assert.ThrowsAsync<InvalidOperationException>(() => GrantAsync(Platform.Fields))).Message, StringComparison.Ordinal);
        var store = Pipeline.Session(Connector, "US", new Dictionary<string, Secret>(Platform.App!.ToSecrets()) { ["draft"] = new("true") });

        var url = Connector.Authorization.AuthorizeUrl(store, new BrowserStart("state-1", Callback, ""));

        Assert.Equal("beta", Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(url.Query)["version"]);
        Assert.NotNull(Amazon.Approve(url, Seller));
    }

    [Theory]
    [InlineData("us", "US", "sellercentral.amazon.com")]
    [InlineData("UK", "GB", "sellercentral-europe.amazon.com")]
    [InlineData("De", "DE", "sellercentral-europe.amazon.com")]
    [InlineData("JP", "JP", "sellercentral.amazon.co.jp")]
    public void The_country_decides_where_is_approved(string typed, string country, string host)
    {
        var plan = Assert.IsType<ConnectPlan.Browser>(Plan(("marketplace", typed)));

        Assert.Equal(country, plan.Store);
        Assert.Equal(host, Connector.Authorization.AuthorizeUrl(Pipeline.Session(Connector, plan.Store, plan.Secrets), new BrowserStart("s", Callback, "")).Host);
    }

    [Fact]
    public void What_cannot_work_is_refused_with_what_can()
    {
        Assert.Contains("US, CA, MX", Refused(Plan(("marketplace", "XX"))).Single(static error => error.Field == "marketplace").Remedy, StringComparison.Ordinal);
        Assert.Equal(["refreshToken"], Refused(Plan(("marketplace", "US"), ("sellerId", "A1"))).Select(static error => error.Field));
        Assert.Equal(["sellerId"], Refused(Plan(("marketplace", "US"), ("refreshToken", "Atzr|typed-canary"))).Select(static error => error.Field));
        var bare = Platform.App! with { Settings = new Dictionary<string, Secret>() };
        Assert.Equal(["ApplicationId"], Refused(Connector.Authorization.Plan(Typed(bare, lifted: false, ("marketplace", "US")))).Select(static error => error.Field));
        Assert.IsType<ConnectPlan.Ready>(Connector.Authorization.Plan(Typed(bare, lifted: false, ("marketplace", "US"), ("sellerId", "A1"), ("refreshToken", "Atzr|typed-canary"))));
    }

    [Theory]
    [InlineData("https://seller.queue.core.windows.net/amazon?sv=2024-11-04&sp=p&sig=canary%3D", true)]
    [InlineData("http://seller.queue.core.windows.net/amazon?sv=2024-11-04&sig=canary", false)]
    [InlineData("https://seller.queue.core.windows.net/amazon", false)]
    [InlineData("https://seller.queue.core.windows.net/?sig=canary", false)]
    [InlineData("https://seller.blob.core.windows.net/amazon?sig=canary", false)]
    [InlineData("https://queue.core.windows.net.example.com/amazon?sig=canary", false)]
    [InlineData("https://169.254.169.254/amazon?sig=canary", false)]
    [InlineData("no address", false)]
    public void Only_a_queue_of_Azure_is_read(string typed, bool good)
    {
        var plan = Connector.Authorization.Plan(Typed(Platform.App!, lifted: false, ("marketplace", "US"), ("notificationQueue", typed)));

        Assert.True(good ? plan is ConnectPlan.Browser browser && browser.Secrets["notificationQueue"].Reveal() == typed : Refused(plan).Single().Field == "notificationQueue");
    }

    [Fact]
    public async Task A_private_app_connects_with_what_its_page_shows()
    {
        var refresh = Amazon.SelfAuthorize(Seller);

        var grant = await GrantAsync(new Dictionary<string, string> { ["marketplace"] = "US", ["sellerId"] = SimulatedAmazon.SellerId, ["refreshToken"] = refresh });
        Assert.Equal(("US/A3TH9S8BH6GOGM", refresh), (grant.Store, grant.Secrets["refreshToken"].Reveal()));
        Assert.NotEmpty((await FirstPageAsync(Pipeline.Session(Connector, grant.Store, grant.Secrets, grant.Facts))).Changes);

        Assert.Equal(FaultKind.CredentialsRejected, (await Pipeline.FaultOfAsync(() => GrantAsync(new Dictionary<string, string> { ["marketplace"] = "US", ["sellerId"] = SimulatedAmazon.SellerId, ["refreshToken"] = "Atzr|not-one-canary" }))).Kind);
        Assert.Equal(FaultKind.ScopeMissing, (await Pipeline.FaultOfAsync(() => GrantAsync(new Dictionary<string, string> { ["marketplace"] = "US", ["sellerId"] = "A0ANOTHER", ["refreshToken"] = refresh }))).Kind);
        Assert.Equal(FaultKind.ScopeMissing, (await Pipeline.FaultOfAsync(() => GrantAsync(new Dictionary<string, string> { ["marketplace"] = "DE", ["sellerId"] = SimulatedAmazon.SellerId, ["refreshToken"] = refresh }))).Kind);
        Assert.Equal(0, Pipeline.Refreshes);
    }

    [Fact]
    public async Task A_code_is_good_once_and_for_five_minutes()
    {
        var store = Pipeline.Session(Connector, "US", Platform.App!.ToSecrets());
        var code = Approve(store);
        await Connector.Authorization.ExchangeAsync(store, code, Time.GetUtcNow(), CancellationToken.None);
        Assert.Equal(FaultKind.CredentialsRejected, (await Pipeline.FaultOfAsync(() => Connector.Authorization.ExchangeAsync(store, code, Time.GetUtcNow(), CancellationToken.None))).Kind);
        code = Approve(store);
        Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(FaultKind.CredentialsRejected, (await Pipeline.FaultOfAsync(() => Connector.Authorization.ExchangeAsync(store, code, Time.GetUtcNow(), CancellationToken.None))).Kind);
        Assert.NotNull(Connector.Authorization.CheckCallback(store, code with { Query = [new("state", "state-1")] }, Time.GetUtcNow()));
    }

    [Fact]
    public async Task The_refresh_token_stays_for_its_year()
    {
        var store = await ConnectAsync();
        var first = store.Secrets["refreshToken"].Reveal();
        Time.Advance(TimeSpan.FromMinutes(61));
        await FirstPageAsync(store);
        Assert.Equal((1, first), (Pipeline.Refreshes, store.Secrets["refreshToken"].Reveal()));

        Pipeline.Line.Next(() => FaultyLine.Answer(403, """{"errors":[{"code":"Unauthorized","message":"m","details":""}]}"""));
        Pipeline.Line.Next(() => FaultyLine.Answer(200, """{"access_token":"Atza|canary-short-answer","token_type":"bearer","expires_in":3600}"""));
        Pipeline.Line.Next(() => FaultyLine.Answer(200, """{"orders":[]}"""));
        await FirstPageAsync(store);
        Assert.Equal(first, store.Secrets["refreshToken"].Reveal());

        Time.Advance(TimeSpan.FromDays(366));
        Assert.Equal(FaultKind.CredentialsRejected, (await Pipeline.FaultOfAsync(() => FirstPageAsync(store))).Kind);
    }

    [Fact]
    public async Task A_role_that_is_missing_is_told_from_a_token_that_ran_out()
    {
        var store = await ConnectAsync();
        Amazon.App.Roles.Remove("orders");

        var fault = await Pipeline.FaultOfAsync(() => FirstPageAsync(store));

        Assert.Equal((FaultKind.ScopeMissing, "Unauthorized", 1), (fault.Kind, fault.Code, Pipeline.Refreshes));
        Assert.Contains("role", fault.Message, StringComparison.Ordinal);
        Assert.NotNull(fault.RequestId);
        Assert.NotEmpty(await WalkAsync(store, Resource.Products, new PageRequest(null, Soon(), null, 20, Backfill: true)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Orders_add_up_to_what_the_buyers_paid(bool isNew)
    {
        Amazon.HasNewOrders = isNew;
        var store = await ConnectAsync();

        var read = (await WalkAsync(store, Resource.Orders, new PageRequest(null, Soon(), null, 50, Backfill: true))).Select(static change => (Order)change.Record).ToDictionary(static order => order.Id);

        Assert.Equal(Shop.Orders.Count, read.Count);
        Assert.All(Shop.Orders, sold =>
        {
            var order = read[AmazonSeller.OrderId(sold.Id)];
            Assert.Equal((sold.Total, sold.Tax, sold.Shipping, "USD", true), (order.Total, order.Tax, order.Shipping, order.Currency, order.AmountsKnown));
            Assert.Equal(sold.OrderDiscount + sold.Lines.Sum(static line => line.Discount), order.Discount);
            Assert.Equal((sold.Units, sold.LinesTotal - sold.OrderDiscount), ((int)order.Lines.Sum(static line => line.Quantity), order.Lines.Sum(static line => (line.Quantity * line.UnitPrice) - line.Discount)));
            Assert.Equal((sold.CreatedAt, sold.UpdatedAt, sold.CancelledAt is null), (order.CreatedAt, order.UpdatedAt, order.CancelledAt is null));
            Assert.Equal(sold.Lines.Select(static line => line.Sku), order.Lines.Select(static line => line.Sku));
        });
        Assert.Equal(isNew, Amazon.Log.Count("getOrders") == 0);
        Assert.All(Amazon.Log.Violations, violation => Assert.Contains("2026-01-01", violation.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_setting_goes_straight_to_the_old_version()
    {
        var connected = await ConnectAsync();
        var store = Pipeline.Session(Connector, connected.Store, new Dictionary<string, Secret>(connected.Secrets) { ["ordersVersion"] = new("v0") }, connected.Facts);
        var order = Shop.Orders[^1];

        var read = await WalkAsync(store, Resource.Orders, new PageRequest(null, Soon(), null, 100, Backfill: true));
        var found = await Connector.Readers[Resource.Orders].FindAsync(store, AmazonSeller.OrderId(order.Id), CancellationToken.None);

        Assert.Equal(Shop.Orders.Count, read.Count);
        Assert.Equal(Text(read.Single(change => change.Record.Id == AmazonSeller.OrderId(order.Id))), Text(found.Single()));
        Assert.Empty(await Connector.Readers[Resource.Orders].FindAsync(store, "000-0000000-0000000", CancellationToken.None));
        Assert.Equal((0, 0), (Amazon.Log.Count("searchOrders"), Amazon.Log.Count("getOrder")));
        // Thirty orders a page, whatever is asked for.
        Assert.Equal((Shop.Orders.Count + 29) / 30, Amazon.Log.Count("getOrders"));
        Assert.Empty(Amazon.Log.Violations);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_pending_order_counts_and_its_amount_is_unknown(bool isNew)
    {
        Amazon.HasNewOrders = isNew;
        var store = await ConnectAsync();
        var placed = Place();
        Seller.Pending.Add(placed.Id);

        var order = await FindOrderAsync(store, placed.Id);
        Assert.Equal((false, 0m, "USD", 2m), (order.AmountsKnown, order.Total, order.Currency, order.Lines.Single().Quantity));

        Seller.Pending.Clear();
        order = await FindOrderAsync(store, placed.Id);
        Assert.Equal((true, placed.Total), (order.AmountsKnown, order.Total));
    }

    [Fact]
    public async Task Orders_that_change_while_a_window_is_read_are_in_it_or_in_the_next()
    {
        var store = await ConnectAsync();
        Time.Advance(TimeSpan.FromHours(1));
        var since = Time.GetUtcNow();
        var placed = Enumerable.Range(0, 20).Select(_ => Place().Id).ToList();
        Time.Advance(TimeSpan.FromMinutes(30));
        var plan = Connector.Descriptor.Sync[Resource.Orders];
        var until = Time.GetUtcNow() - plan.Lag;

        var first = await WalkAsync(store, Resource.Orders, new PageRequest(since, until, null, 3, Backfill: false), page =>
        {
            Shop.UpdateOrder(placed[^page]);
            Time.Advance(TimeSpan.FromMinutes(1));
        });
        Time.Advance(plan.Every);
        var second = await WalkAsync(store, Resource.Orders, new PageRequest(until - plan.Overlap, Time.GetUtcNow() - plan.Lag, null, 100, Backfill: false));

        Assert.True(first.Count is > 3 and < 20, "The changed ones should have left the window.");
        var newest = first.Concat(second).GroupBy(static change => change.Record.Id).ToDictionary(static group => group.Key, static group => group.Max(static change => change.Record.UpdatedAt));
        Assert.All(placed, id => Assert.Equal(Shop.FindOrder(id)!.UpdatedAt, newest[AmazonSeller.OrderId(id)]));
        Assert.Empty(Amazon.Log.Violations);
    }

    [Fact]
    public async Task A_walk_that_was_left_for_a_day_begins_again()
    {
        var store = await ConnectAsync();
        var request = new PageRequest(null, Soon(), null, 5, Backfill: true);
        var page = await Connector.Readers[Resource.Orders].ReadAsync(store, request, CancellationToken.None);
        Time.Advance(TimeSpan.FromHours(25));

        var rest = await WalkAsync(store, Resource.Orders, request with { Cursor = page.Next });

        Assert.Empty(Shop.Orders.Select(static order => AmazonSeller.OrderId(order.Id)).Except(rest.Select(static change => change.Record.Id)));
    }

    [Fact]
    public async Task A_window_as_the_sync_asks_for_it_is_never_refused()
    {
        var store = await ConnectAsync();
        foreach (var since in new DateTimeOffset?[] { null, Time.GetUtcNow().AddYears(-10), Time.GetUtcNow().AddDays(-3), Time.GetUtcNow() })
        {
            await InTurnAsync(() => Connector.Readers[Resource.Orders].ReadAsync(store, new PageRequest(since, Time.GetUtcNow() - TimeSpan.FromMinutes(3), null, 100, since is null), CancellationToken.None));
        }

        Assert.Empty(Amazon.Log.Violations);
    }

    [Fact]
    public async Task A_spent_quota_is_handed_back_for_as_long_as_one_call_takes_to_refill()
    {
        var store = await ConnectAsync();
        using var other = new Pipeline(Connector.Descriptor.Id, Platform.BaseUrl, Time);
        var elsewhere = other.Session(Connector, store.Store, store.Secrets, store.Facts);
        for (var call = 0; call < 20; call++)
        {
            await Connector.Readers[Resource.Orders].ReadAsync(elsewhere, new PageRequest(null, Soon(), null, 5, Backfill: true), CancellationToken.None);
        }

        var fault = await Pipeline.FaultOfAsync(() => Connector.Readers[Resource.Orders].ReadAsync(store, new PageRequest(null, Soon(), null, 5, Backfill: true), CancellationToken.None));

        Assert.Equal((FaultKind.Throttled, 1), (fault.Kind, Amazon.Log.Count("throttled")));
        Assert.InRange(fault.RetryAfter!.Value.TotalSeconds, 170, 180);
        Assert.NotEmpty((await FirstPageAsync(store)).Changes);
        Assert.Equal(1, Amazon.Log.Count("throttled"));
        // Other operations have buckets of their own.
        Assert.NotEmpty((await Connector.Readers[Resource.Products].ReadAsync(store, new PageRequest(null, Soon(), null, 20, Backfill: true), CancellationToken.None)).Changes);
    }

    [Fact]
    public async Task A_long_walk_of_everything_never_meets_the_platforms_own_limits()
    {
        var store = await ConnectAsync();
        Amazon.SummariesPerPage = 1;

        foreach (var resource in Connector.Readers.Keys)
        {
            Assert.NotEmpty(await WalkAsync(store, resource, new PageRequest(null, Soon(), null, 3, Backfill: true)));
        }

        Assert.Equal(0, Amazon.Log.Count("throttled"));
        Assert.Empty(Amazon.Log.Violations);
        Assert.Equal(Shop.Products.SelectMany(static product => product.Variants).Count(AmazonSeller.IsFba), Amazon.Log.Count("getInventorySummaries"));
    }

    [Fact]
    public async Task Stock_at_Amazon_is_read_by_itself_and_begins_again_when_its_token_ran_out()
    {
        var store = await ConnectAsync();
        var fba = Shop.Products.SelectMany(static product => product.Variants).Where(AmazonSeller.IsFba).ToDictionary(static variant => $"{variant.Sku}@fba", static variant => (decimal?)variant.Stock);
        Amazon.SummariesPerPage = 1;

        var read = await WalkAsync(store, Resource.Stock, new PageRequest(null, Soon(), "fba|page/0+ran-out==", 20, Backfill: true));

        Assert.NotEmpty(fba);
        Assert.Equal(fba, read.Select(static change => (StockLevel)change.Record).DistinctBy(static level => level.Id).ToDictionary(static level => level.Id, static level => level.Available));
    }

    [Fact]
    public async Task Of_stock_at_Amazon_only_what_changed_is_read_again()
    {
        var store = await ConnectAsync();
        Time.Advance(TimeSpan.FromHours(2));
        var since = Time.GetUtcNow();
        var changed = Shop.Products.SelectMany(static product => product.Variants).First(AmazonSeller.IsFba);
        Shop.SetStock(changed.Id, 41);

        var read = (await WalkAsync(store, Resource.Stock, new PageRequest(since, Soon(), null, 20, Backfill: false))).Select(static change => (StockLevel)change.Record).ToList();

        Assert.Equal([changed.Sku], read.Where(static level => level.LocationId == "fba").Select(static level => level.Sku));
        Assert.Equal(Shop.Products.SelectMany(static product => product.Variants).Count(static variant => !AmazonSeller.IsFba(variant)), read.Count(static level => level.LocationId == "default"));
    }

    [Fact]
    public async Task A_write_is_settled_when_Amazon_shows_it()
    {
        var store = await ConnectAsync();
        Seller.ApplyAfter = TimeSpan.FromMinutes(5);
        var own = Shop.Products.SelectMany(static product => product.Variants).First(static variant => !AmazonSeller.IsFba(variant));
        var write = new StockWrite(own.Sku, "default", own.Stock + 9, own.Stock, "write-1");

        Assert.Equal([new StockWriteResult(write, null, Settled: false)], await Writer.SetAsync(store, [write], CancellationToken.None));
        Seller.Issues[own.Sku] = ("18027", "main_product_image_locator");
        Assert.Equal([new StockWriteResult(write, null, Settled: false)], await Writer.FollowAsync(store, [write], CancellationToken.None));
        Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal([new StockWriteResult(write, null)], await Writer.FollowAsync(store, [write], CancellationToken.None));
        Assert.Equal(own.Stock + 9, Shop.FindVariant(own.Id)!.Value.Variant.Stock);

        var refused = write with { Quantity = 77, Expected = null };
        Seller.Issues[own.Sku] = ("90225", "fulfillment_availability");
        var followed = (await Writer.FollowAsync(store, [refused], CancellationToken.None)).Single();
        Assert.Equal((FaultKind.Invalid, "90225", true), (followed.Fault!.Kind, followed.Fault.Code, followed.Settled));
    }

    [Fact]
    public async Task What_cannot_be_set_is_said_of_each_and_fails_no_other()
    {
        var store = await ConnectAsync();
        var variants = Shop.Products.SelectMany(static product => product.Variants).ToList();
        var (own, fba) = (variants.First(static variant => !AmazonSeller.IsFba(variant)), variants.First(AmazonSeller.IsFba));

        var results = await Writer.SetAsync(
            store,
            [
                new StockWrite(fba.Sku, "fba", 5, null, "1"), new StockWrite(fba.Sku, "default", 5, null, "2"), new StockWrite(own.Sku, "default", 2.5m, null, "3"), new StockWrite(own.Sku, "default", -1, null, "4"),
                new StockWrite(own.Sku, "", 5, null, "5"), new StockWrite("NO-SUCH", "default", 5, null, "6"), new StockWrite(own.Sku, "default", 2_000_000, null, "7"), new StockWrite(own.Sku, "default", 6, null, "8"),
            ],
            CancellationToken.None);

        Assert.Equal(["amazon-fulfilled", "90244", "not-a-count", "not-a-count", "no-location", "NotFound", "90225", null], results.Select(static result => result.Fault?.Code));
        Assert.Equal([true, true, true, true, true, true, true, false], results.Select(static result => result.Settled));
        Assert.Empty(await Writer.SetAsync(store, [], CancellationToken.None));
    }

    [Fact]
    public async Task An_article_number_may_hold_anything()
    {
        const string Odd = "Ä/b c+d%2F@#?&=1";
        var snapshot = new ShopGenerator(Profile, 11).Generate(Time.GetUtcNow());
        var variant = snapshot.Products.SelectMany(static product => product.Variants).First(static variant => !AmazonSeller.IsFba(variant));
        snapshot = snapshot with { Products = [.. snapshot.Products.Select(product => product with { Variants = [.. product.Variants.Select(one => one.Id == variant.Id ? one with { Sku = Odd } : one)] })] };
        await using var platform = await SimulatedAmazon.StartAsync(new SimStore(snapshot, Time), Time);
        using var pipeline = new Pipeline(Connector.Descriptor.Id, platform.BaseUrl, Time);
        var plan = new Dictionary<string, Secret>(platform.App.ToSecrets()) { ["refreshToken"] = new(platform.Amazon.SelfAuthorize(platform.Seller)) };
        var grant = await Connector.Authorization.GrantAsync(pipeline.Session(Connector, "US/A3TH9S8BH6GOGM", plan), Time.GetUtcNow(), CancellationToken.None);
        var store = pipeline.Session(Connector, grant.Store, grant.Secrets, grant.Facts);

        var result = (await Writer.SetAsync(store, [new StockWrite(Odd, "default", 8, variant.Stock, "write-1")], CancellationToken.None)).Single();
        Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal((null, false), (result.Fault, result.Settled));
        Assert.Equal(8, ((StockLevel)(await Connector.Readers[Resource.Stock].FindAsync(store, $"{Odd}@default", CancellationToken.None)).Single().Record).Available);
        Assert.Single(await Connector.Readers[Resource.Products].FindAsync(store, Odd, CancellationToken.None));
        Assert.Empty(platform.Amazon.Log.Violations);
    }

    [Theory]
    [InlineData(AmazonForwarding.Signed, "Authorization", false)]
    [InlineData(AmazonForwarding.Secret, "Authorization", true)]
    [InlineData(AmazonForwarding.Secret, "x-auth-token", false)]
    public async Task A_notification_finds_its_store_by_either_form(AmazonForwarding way, string header, bool inCamelCase)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var connected = await ConnectAsync();
        var store = Pipeline.Session(Connector, connected.Store, new Dictionary<string, Secret>(connected.Secrets) { ["forwarderHeader"] = new(header) });
        (Amazon.Forwarder.Way, Amazon.Forwarder.Header, Amazon.Forwarder.InCamelCase, Amazon.Forwarder.Endpoint) = (way, header, inCamelCase, receiver.Url);
        var order = Place();
        await Platform.DeliverAsync();

        var heads = receiver.Received.Select(Hooks.Head).ToList();
        Assert.All(receiver.Received, request => Assert.Equal(SignatureResult.Valid, Hooks.Verify(request, Hooks.SigningSecrets(store), Time.GetUtcNow())));
        Assert.Equal(["ORDER_CHANGE", "LISTINGS_ITEM_MFN_QUANTITY_CHANGE"], heads.Select(static head => head.Topic is "FBA_INVENTORY_AVAILABILITY_CHANGES" ? "LISTINGS_ITEM_MFN_QUANTITY_CHANGE" : head.Topic));
        Assert.All(heads, head => Assert.Equal(Time.GetUtcNow(), head.TriggeredAt));
        Assert.Equal([store.Store, null], receiver.Received.Select(request => Hooks.StoreOf(request, new Dictionary<string, Secret>())));
        var variant = Shop.Products[0].Variants[0];
        Assert.Equal(
            [new LookupChange(Resource.Orders, AmazonSeller.OrderId(order.Id), MayBeGone: false), new LookupChange(Resource.Stock, $"{variant.Sku}@{(AmazonSeller.IsFba(variant) ? "fba" : "default")}", MayBeGone: false)],
            receiver.Received.SelectMany(request => Read(store, request)));
    }

    [Fact]
    public async Task What_is_another_sellers_or_another_marketplaces_is_nothing_here()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var store = await ConnectAsync();
        Amazon.Forwarder.Endpoint = receiver.Url;
        Place();
        await Platform.DeliverAsync();

        Assert.All(((string[])["US/A0ANOTHER", "DE/A3TH9S8BH6GOGM"]).Select(name => Pipeline.Session(Connector, name, store.Secrets)), other => Assert.IsType<NothingChange>(Assert.Single(Read(other, receiver.Received[0]))));
        // One seller with two marketplaces is told of stock at both: the type names none.
        Assert.IsType<LookupChange>(Assert.Single(Read(Pipeline.Session(Connector, "DE/A3TH9S8BH6GOGM", store.Secrets), receiver.Received[1])));
        Assert.IsType<NothingChange>(Assert.Single(Read(Pipeline.Session(Connector, "US/A0ANOTHER", store.Secrets), receiver.Received[1])));
    }

    [Fact]
    public async Task A_type_that_nobody_acts_on_is_nothing()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var store = await ConnectAsync();
        Amazon.Forwarder.Endpoint = receiver.Url;
        Amazon.Forwarder.Notify("ITEM_INVENTORY_EVENT_CHANGE", new JsonObject { ["itemInventoryEventChanges"] = new JsonArray(new JsonObject { ["accountId"] = "amzn1.merchant.o.A21CXK3C4ERTY8", ["asin"] = "B00032HE0O" }) }, Time.GetUtcNow());
        await Platform.DeliverAsync();

        Assert.Equal([new NothingChange("ITEM_INVENTORY_EVENT_CHANGE")], Read(store, receiver.Received.Single()));
    }

    [Fact]
    public async Task What_is_no_notification_is_parked_with_its_cause()
    {
        var store = await ConnectAsync();
        var request = SimulatedAmazon.Delivery(Encoding.UTF8.GetBytes("not json"));

        Assert.Equal(new DeliveryHead("", null, null), Hooks.Head(request));
        Assert.Equal("The body is not JSON.", Assert.Throws<FormatException>(() => Read(store, request)).Message);
        Assert.Equal("'NotificationType' is missing.", Assert.Throws<FormatException>(() => Read(store, request with { Body = "{\"detail\":{}}"u8.ToArray() })).Message);
    }

    protected override async Task<ISimulatedPlatform> StartPlatformAsync(SimStore shop, TimeProvider time) => await SimulatedAmazon.StartAsync(shop, time);

    protected override (string Key, RateBudget Budget) Metered(Uri call) =>
        (call.AbsolutePath.Contains("/orders/2026-01-01/", StringComparison.Ordinal) ? AmazonDescriptor.OrderList : null) is { } lane ? (lane.Name, lane.Budget) : ("", Connector.Descriptor.Budget);

    protected override byte[] BodyOf(string topic) => Encoding.UTF8.GetBytes($$$"""
        {"NotificationVersion":"1.0","NotificationType":"{{{topic}}}","PayloadVersion":"1.0","EventTime":"2026-08-20T09:00:00.000Z",
         "Payload":{"OrderChangeNotification":{"SellerId":"A3TH9S8BH6GOGM","AmazonOrderId":"903-8868176-2219830","Summary":{"MarketplaceId":"ATVPDKIKX0DER"} } },
         "NotificationMetadata":{"NotificationId":"d0e9e693-c3ad-4373-979f-ed4ec98dd746"} }
        """);

    private static ConnectInput Typed(AppClient app, bool lifted, params (string Name, string Value)[] fields) =>
        new(fields.ToDictionary(static field => field.Name, static field => new Secret(field.Value)), app, lifted);

    private ConnectPlan Plan(params (string Name, string Value)[] fields) => Connector.Authorization.Plan(Typed(Platform.App!, lifted: false, fields));

    private static IReadOnlyList<FieldError> Refused(ConnectPlan plan) => Assert.IsType<ConnectPlan.Refused>(plan).Errors;

    private CallbackInput Approve(StoreSession store)
    {
        var back = Amazon.Approve(Connector.Authorization.AuthorizeUrl(store, new BrowserStart("state-1", Callback, "")), Seller);
        return new CallbackInput([.. Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(back.Query).Select(static pair => KeyValuePair.Create(pair.Key, pair.Value.ToString()))], default, Callback, "");
    }

    private async Task<Order> FindOrderAsync(StoreSession store, long id) => (Order)(await Connector.Readers[Resource.Orders].FindAsync(store, AmazonSeller.OrderId(id), CancellationToken.None)).Single().Record;

    private IReadOnlyList<Change> Read(StoreSession store, WebhookRequest request)
    {
        var head = Hooks.Head(request);
        return Hooks.Read(new Delivery(head.Topic, head.DeliveryId, head.TriggeredAt, Time.GetUtcNow(), request.Body), store);
    }
}
