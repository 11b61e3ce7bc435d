using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Connectors.Shopee;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Shopee;

namespace StoreClaw.Tests.Connectors.Shopee;

/// <summary>The contract over the simulated Shopee, and what only Shopee does.</summary>
public sealed class ShopeeTests() : ConnectorContract(ShopeeConnector.Instance)
{
    private static readonly Uri Callback = new("https://storeclaw.example/oauth/shopee/callback");

    private SimulatedShopee Simulated => (SimulatedShopee)Platform;

    private ShopeePlatform Shopee => Simulated.Platform;

    /// <summary>get_shop_info names the region only.</summary>
    protected override bool TellsCurrencyAndZone => false;

    /// <summary>What was given back is in lists of returns and of income, not in an order.</summary>
    protected override bool TellsRefunds => false;

    /// <summary>One address for all shops of the app, typed into the console.</summary>
    protected override bool RegistersByApi => false;

    /// <summary>No push tells of an item's price or stock.</summary>
    protected override IEnumerable<Resource> Told => [Resource.Orders];

    [Fact]
    public async Task Everything_is_read_and_written_without_a_mistake()
    {
        var store = await ConnectAsync();
        await ReadAndWriteAsync(store);
        await Connector.Webhooks!.RecoverAsync(store, static (_, _) => Task.CompletedTask, CancellationToken.None);

        Assert.Empty(Shopee.Log.Violations);
        Assert.All(Pipeline.Line.Requests, static url => Assert.DoesNotMatch("buyer_username|recipient|phone|note|dropshipper", url.Query));
    }

    [Fact]
    public async Task A_link_is_good_for_five_minutes_and_one_app()
    {
        var (store, url) = Start();
        using var good = await Simulated.OpenAsync(url);
        Assert.Equal(HttpStatusCode.Redirect, good.StatusCode);
        Assert.StartsWith($"{Callback}/state-1?code=", good.Headers.Location!.AbsoluteUri, StringComparison.Ordinal);

        using var tampered = await Simulated.OpenAsync(new Uri(url.AbsoluteUri[..^1] + (url.AbsoluteUri[^1] == '0' ? '1' : '0')));
        Assert.Equal(HttpStatusCode.Forbidden, tampered.StatusCode);

        Time.Advance(TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(1));
        using var late = await Simulated.OpenAsync(url);
        Assert.Contains("Timestamp is expired.", await late.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("", store.Store);
    }

    [Theory]
    [InlineData("code=x&main_account_id=5", "main account")]
    [InlineData("code=x", "no approval")]
    [InlineData("shop_id=5", "no approval")]
    [InlineData("code=&shop_id=5", "no approval")]
    [InlineData("code=x&shop_id=0", "no approval")]
    [InlineData("code=x&shop_id=five", "no approval")]
    [InlineData("code=x&shop_id=99999999999999999999", "no approval")]
    public void A_callback_without_one_shop_is_refused(string query, string why)
    {
        Assert.Contains(why, Connector.Authorization.CheckCallback(Start().Store, Returned($"{Callback}/s?{query}"), Time.GetUtcNow()), StringComparison.Ordinal);
        Assert.Empty(Pipeline.Line.Requests);
    }

    [Fact]
    public async Task A_code_is_good_once_and_for_ten_minutes()
    {
        var (store, _) = Start();
        var used = Returned(Approved(Shopee.IssueCode(Simulated.Store)));
        var grant = await Connector.Authorization.ExchangeAsync(store, used, Time.GetUtcNow(), CancellationToken.None);
        var late = Returned(Approved(Shopee.IssueCode(Simulated.Store)));
        Time.Advance(TimeSpan.FromMinutes(11));

        Assert.Equal((SimulatedShopee.ShopId.ToString(), "Harbor & Pine", "SG"), (grant.Store, grant.Facts["name"], grant.Facts["region"]));
        Assert.Equal(TimeSpan.FromHours(4), grant.ExpiresAt - new DateTimeOffset(2026, 8, 20, 9, 0, 0, TimeSpan.Zero));
        foreach (var callback in new[] { used, late })
        {
            Assert.Equal(FaultKind.CredentialsRejected, (await Pipeline.FaultOfAsync(() => Connector.Authorization.ExchangeAsync(Start().Store, callback, Time.GetUtcNow(), CancellationToken.None))).Kind);
        }
    }

    [Fact]
    public async Task A_refused_new_token_ends_the_connect_and_renews_nothing()
    {
        var (store, _) = Start();
        var code = Approved(Shopee.IssueCode(Simulated.Store));
        Shopee.Answered = path =>
        {
            if (path.EndsWith("token/get", StringComparison.Ordinal))
            {
                Shopee.ExpireTokens();
            }
        };

        var fault = await Pipeline.FaultOfAsync(() => Connector.Authorization.ExchangeAsync(store, Returned(code), Time.GetUtcNow(), CancellationToken.None));

        Assert.Equal((FaultKind.CredentialsRejected, 0), (fault.Kind, Pipeline.Refreshes));
    }

    [Fact]
    public async Task A_refresh_token_is_good_once_and_the_old_access_token_for_five_minutes_more()
    {
        var store = await ConnectAsync();
        var before = store.Secrets;
        var grant = await Connector.Authorization.RefreshAsync(store, Time.GetUtcNow(), CancellationToken.None);

        Assert.NotEqual(before["refreshToken"], grant!.Secrets["refreshToken"]);
        Assert.NotEmpty((await FirstPageAsync(store)).Changes);
        Assert.Equal(FaultKind.CredentialsRejected, (await Pipeline.FaultOfAsync(() => Connector.Authorization.RefreshAsync(store, Time.GetUtcNow(), CancellationToken.None))).Kind);
        Assert.Equal(0, Pipeline.Refreshes);

        Time.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal(FaultKind.CredentialsRejected, (await Pipeline.FaultOfAsync(() => FirstPageAsync(store))).Kind);
        store.Secrets = grant.Secrets;
        Assert.NotEmpty((await FirstPageAsync(store)).Changes);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(-20)]
    public async Task A_clock_that_is_wrong_is_put_right_by_the_answer(int minutes)
    {
        var store = await ConnectAsync();
        Shopee.Skew = TimeSpan.FromMinutes(minutes);
        Assert.NotEmpty((await FirstPageAsync(store)).Changes);

        Shopee.Skew = TimeSpan.FromMinutes(-minutes);
        store.Secrets = (await Connector.Authorization.RefreshAsync(store, Time.GetUtcNow(), CancellationToken.None))!.Secrets;
        Assert.NotEmpty((await FirstPageAsync(store)).Changes);
    }

    [Fact]
    public async Task Each_attempt_is_signed_anew()
    {
        var store = await ConnectAsync();
        Time.Advance(TimeSpan.FromHours(1));
        Pipeline.Line.Next(() => Platform.Throttled("15"), 2);
        var before = Pipeline.Line.Requests.Count;

        await Connector.Readers[Resource.Orders].FindAsync(store, "1", CancellationToken.None);

        var signed = Pipeline.Line.Requests.Skip(before).Select(static url => QueryHelpers.ParseQuery(url.Query)).ToList();
        Assert.Equal(3, signed.Count);
        Assert.Equal(3, signed.Select(static query => query["timestamp"].ToString()).Distinct().Count());
        Assert.Equal(3, signed.Select(static query => query["sign"].ToString()).Distinct().Count());
    }

    [Fact]
    public async Task The_spent_quota_of_a_day_comes_back_at_midnight_in_Singapore()
    {
        var store = await ConnectAsync();
        Shopee.QuotaSpent = true;
        var before = Pipeline.Line.Requests.Count;

        var fault = await Pipeline.FaultOfAsync(() => FirstPageAsync(store));

        Assert.Equal((FaultKind.QuotaExhausted, 1), (fault.Kind, Pipeline.Line.Requests.Count - before));
        Assert.Equal(new DateTimeOffset(2026, 8, 20, 16, 0, 0, TimeSpan.Zero), Time.GetUtcNow() + fault.RetryAfter);
    }

    [Fact]
    public async Task Bursts_that_are_refused_lose_nothing()
    {
        var store = await ConnectAsync();
        Shopee.Throttle(4);

        var read = await WalkAsync(store, Resource.Orders, new PageRequest(null, Soon(), null, 10, Backfill: true), page => Shopee.Throttle(page < 5 ? page % 4 : 0));

        Assert.Equal(Shop.Orders.Select(static order => ShopeeShop.SerialOf(order.Id)).Order(), read.Select(static change => change.Record.Id).Distinct().Order());
    }

    [Fact]
    public async Task A_history_of_many_windows_is_read_whole()
    {
        var store = await ConnectAsync();
        for (var i = 0; i < 8; i++)
        {
            Time.Advance(TimeSpan.FromDays(14.9));
            Place();
            Time.Advance(TimeSpan.FromDays(0.1));
            Place();
        }

        store = await ConnectAsync();
        var backfill = await WalkAsync(store, Resource.Orders, new PageRequest(null, Soon(), null, 7, Backfill: true));
        var changed = await WalkAsync(store, Resource.Orders, new PageRequest(Time.GetUtcNow().AddDays(-60).AddHours(-1), Soon(), null, 7, Backfill: false));

        Assert.Equal(Shop.Orders.Select(static order => ShopeeShop.SerialOf(order.Id)).Order(), backfill.Select(static change => change.Record.Id).Distinct().Order());
        Assert.Equal(9, changed.Select(static change => change.Record.Id).Distinct().Count());
        Assert.Empty(Shopee.Log.Violations);
    }

    [Theory]
    [InlineData(700, true)]
    [InlineData(800, false)]
    public async Task The_history_ends_at_two_years_of_silence(int days, bool whole)
    {
        var old = Shop.Orders.Count;
        Time.Advance(TimeSpan.FromDays(days));
        Place();
        var store = await ConnectAsync();
        var before = Shopee.Log.Count("/api/v2/order/get_order_list");

        var read = await WalkAsync(store, Resource.Orders, new PageRequest(null, Soon(), null, 50, Backfill: true));

        Assert.Equal(whole ? old + 1 : 1, read.Select(static change => change.Record.Id).Distinct().Count());
        Assert.InRange(Shopee.Log.Count("/api/v2/order/get_order_list") - before, 49, 120);
    }

    [Fact]
    public async Task A_shop_without_warehouses_names_no_location()
    {
        var shop = Shopee.AddShop(5, "One place", SimStore.Generate(Profile with { Locations = ["Only"] }, 5, Time));
        var callback = Returned($"{Callback}/s?code={Shopee.IssueCode(shop)}&shop_id=5");
        var grant = await Connector.Authorization.ExchangeAsync(Start().Store, callback, Time.GetUtcNow(), CancellationToken.None);
        var store = Pipeline.Session(Connector, grant.Store, grant.Secrets, grant.Facts, "connection-5");
        var level = (StockLevel)(await WalkAsync(store, Resource.Stock, new PageRequest(null, Soon(), null, 50, Backfill: true)))[0].Record;

        var result = Assert.Single(await Connector.StockWriter!.SetAsync(store, [new StockWrite(level.ItemId, level.LocationId, 4321, level.Available, "k")], CancellationToken.None));

        Assert.Equal(("", (PlatformFault?)null), (level.LocationId, result.Fault));
        Assert.Equal(4321, Assert.Single(await Connector.Readers[Resource.Stock].FindAsync(store, level.Id, CancellationToken.None), change => change.Record.Id == level.Id) is StockChange now ? now.Level.Available : null);
    }

    [Theory]
    [InlineData(60, 50)]
    [InlineData(250, 50)]
    public async Task A_second_with_more_orders_than_a_page_loses_none_that_stays(int count, int size)
    {
        var store = await ConnectAsync();
        Time.Advance(TimeSpan.FromHours(1));
        var since = Time.GetUtcNow();
        var placed = Enumerable.Range(0, count).Select(_ => Place().Id).ToList();
        Time.Advance(TimeSpan.FromMinutes(1));
        var until = Soon();
        var moved = 0;
        Shopee.Answered = path =>
        {
            if (path.EndsWith("get_order_list", StringComparison.Ordinal) && moved < 12)
            {
                Time.Advance(TimeSpan.FromSeconds(2));
                Shop.UpdateOrder(placed[moved++]);
            }
        };

        var first = await WalkAsync(store, Resource.Orders, new PageRequest(since, until, null, size, Backfill: false));
        var second = await WalkAsync(store, Resource.Orders, new PageRequest(until - Connector.Descriptor.Sync[Resource.Orders].Overlap, Soon(), null, size, Backfill: false));

        Assert.Empty(placed.Skip(12).Select(ShopeeShop.SerialOf).Except(first.Select(static change => change.Record.Id)));
        var newest = first.Concat(second).GroupBy(static change => change.Record.Id).ToDictionary(static group => group.Key, static group => group.Max(static change => change.Record.UpdatedAt));
        Assert.All(placed, id => Assert.Equal(Shop.FindOrder(id)!.UpdatedAt, newest[ShopeeShop.SerialOf(id)]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Items_that_change_or_go_while_paging_take_no_others_with_them(int seed)
    {
        var random = new Random(seed);
        var store = await ConnectAsync();
        var calls = 0;
        Shopee.Answered = path =>
        {
            if (path.EndsWith("get_item_list", StringComparison.Ordinal) && calls++ < 20)
            {
                Time.Advance(TimeSpan.FromSeconds(random.Next(3)));
                var product = Shop.Products[random.Next(Shop.Products.Count)];
                if (calls == 5)
                {
                    Shop.DeleteProduct(product.Id);
                }
                else
                {
                    Shop.SetPrice(product.Variants[0].Id, 5 + calls);
                }
            }
        };

        var read = await WalkAsync(store, Resource.Products, new PageRequest(null, Soon(), null, 2, Backfill: true));

        Assert.Empty(Shop.Products.Select(static product => product.Id.ToString()).Except(read.Select(static change => change.Record.Id)));
    }

    [Fact]
    public async Task A_deleted_item_leaves_a_tombstone()
    {
        var store = await ConnectAsync();
        Time.Advance(TimeSpan.FromHours(1));
        var since = Time.GetUtcNow();
        var gone = Shop.Products[2];
        Shop.DeleteProduct(gone.Id);

        var read = await WalkAsync(store, Resource.Products, new PageRequest(since, Soon(), null, 10, Backfill: false));
        var stock = await WalkAsync(store, Resource.Stock, new PageRequest(since, Soon(), null, 10, Backfill: false));

        Assert.True(Assert.Single(read).Record is Product { Deleted: true } product && product.Id == gone.Id.ToString());
        Assert.Equal(Shop.Products.Sum(static left => left.Variants.Sum(static variant => variant.Levels.Count)), stock.Select(static change => change.Record.Id).Distinct().Count());
    }

    [Fact]
    public async Task An_order_is_read_as_the_shop_has_it()
    {
        var store = await ConnectAsync();
        var placed = Place();

        var order = (Order)(await Connector.Readers[Resource.Orders].FindAsync(store, ShopeeShop.SerialOf(placed.Id), CancellationToken.None)).Single().Record;

        Assert.Equal((placed.CreatedAt, placed.UpdatedAt, "USD", placed.Total), (order.CreatedAt, order.UpdatedAt, order.Currency, order.Total));
        Assert.Equal((placed.CustomerId.ToString(), placed.Country, "PAID", "READY_TO_SHIP"), (order.CustomerId, order.Country, order.PaymentStatus, order.FulfillmentStatus));
        var (line, bought) = (Assert.Single(order.Lines), placed.Lines[0]);
        Assert.Equal((bought.Sku, bought.ProductId.ToString(), bought.VariantId.ToString()), (line.Sku, line.ProductId, line.VariantId));
        Assert.Equal((2m, bought.UnitPrice, bought.Discount), (line.Quantity, line.UnitPrice, line.Discount));
    }

    [Fact]
    public async Task Stock_is_set_item_by_item_with_a_result_for_each_model()
    {
        var store = await ConnectAsync();
        var levels = (await WalkAsync(store, Resource.Stock, new PageRequest(null, Soon(), null, 50, Backfill: true))).Select(static change => (StockLevel)change.Record).ToList();
        var several = Shop.Products.First(static product => product.Variants.Count > 1);
        Simulated.Store.Reserve(several.Variants[0].Id, 100_000);
        var writes = levels.Select((level, index) => new StockWrite(level.ItemId, level.LocationId, 1000 + index, level.Available, $"key-{index}")).ToList();
        writes.Add(new StockWrite($"{several.Id}:999999999", levels[0].LocationId, 1, null, "no-model"));
        writes.Add(new StockWrite(levels[0].ItemId, levels[0].LocationId, 1.5m, null, "half"));
        writes.Add(new StockWrite(levels[0].ItemId, $"{ShopeeSync.OfShopee}SGZ", 1, null, "theirs"));
        var before = Shopee.Log.Count("/api/v2/product/update_stock");

        var results = await Connector.StockWriter!.SetAsync(store, writes, CancellationToken.None);

        Assert.Equal(writes, results.Select(static result => result.Write));
        Assert.Equal(Shop.Products.Count, Shopee.Log.Count("/api/v2/product/update_stock") - before);
        var reserved = $"{several.Id}:{several.Variants[0].Id}";
        Assert.All(results.Where(result => result.Fault is not null), result => Assert.True(result.Write.ItemId == reserved || result.Write.Key is "no-model" or "half" or "theirs"));
        Assert.Equal(several.Variants[0].Levels.Count + 3, results.Count(static result => result.Fault is not null));
        Assert.Contains("reserved", results.First(result => result.Write.ItemId == reserved).Fault!.Message, StringComparison.Ordinal);
        var now = (await WalkAsync(store, Resource.Stock, new PageRequest(null, Soon(), null, 50, Backfill: true))).Select(static change => (StockLevel)change.Record).ToDictionary(static level => level.Id, static level => level.Available);
        Assert.All(results.Where(static result => result.Fault is null), result => Assert.Equal(result.Write.Quantity, now[$"{result.Write.ItemId}@{result.Write.LocationId}"]));
    }

    [Fact]
    public async Task A_stock_setting_that_is_refused_whole_tells_of_each()
    {
        var store = await ConnectAsync();
        var product = Shop.Products.First(static product => product.Variants.Count > 1);
        var location = (await Connector.Readers[Resource.Stock].FindAsync(store, product.Id.ToString(), CancellationToken.None)).OfType<StockChange>().First().Level.LocationId;

        var results = await Connector.StockWriter!.SetAsync(
            store, [new StockWrite($"{product.Id}:1", location, 1, null, "a"), new StockWrite($"{product.Id}:2", location, 1, null, "b")], CancellationToken.None);

        Assert.All(results, static result => Assert.Equal(("stock-refused", FaultKind.Invalid), (result.Fault!.Code, result.Fault.Kind)));
    }

    [Fact]
    public async Task Lost_pushes_are_fetched_and_confirmed_once_they_are_stored()
    {
        var store = await ConnectAsync();
        var placed = Enumerable.Range(0, 130).Select(_ => ShopeeShop.SerialOf(Place().Id)).ToList();
        Shopee.Pushes.Enqueue(Simulated.Store, 15, new { ordersn = "x" });
        await Platform.DeliverAsync();
        Assert.Equal(131, Shopee.Pushes.Lost);

        await Assert.ThrowsAsync<IOException>(() => Connector.Webhooks!.RecoverAsync(store, static (_, _) => throw new IOException("storage is down"), CancellationToken.None));
        Assert.Equal(131, Shopee.Pushes.Lost);

        var stored = new List<(string? Store, Delivery Delivery)>();
        await Connector.Webhooks!.RecoverAsync(
            store,
            (named, delivery) =>
            {
                stored.Add((named, delivery));
                return Task.CompletedTask;
            },
            CancellationToken.None);

        Assert.Equal(0, Shopee.Pushes.Lost);
        Assert.All(stored, static one => Assert.Equal(SimulatedShopee.ShopId.ToString(), one.Store));
        Assert.Equal(placed, stored.SelectMany(one => Connector.Webhooks.Read(one.Delivery, store)).OfType<LookupChange>().Select(static change => change.Id));
        Assert.Contains(stored, static one => one.Delivery is { Topic: "15" });
        await Connector.Webhooks.RecoverAsync(store, static (_, _) => throw new IOException("nothing is left"), CancellationToken.None);
    }

    [Fact]
    public async Task A_lost_push_has_the_id_that_it_had_on_the_wire()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var store = await ConnectAsync();
        Place();
        await Platform.DeliverAsync();
        Platform.EnterAddress(receiver.Url);
        var lost = new List<Delivery>();
        await Connector.Webhooks!.RecoverAsync(
            store,
            (_, delivery) =>
            {
                lost.Add(delivery);
                return Task.CompletedTask;
            },
            CancellationToken.None);
        var head = Connector.Webhooks.Head(Platform.Sign("", lost[0].Body.ToArray(), "k"));

        Assert.Equal((head.Topic, head.DeliveryId, head.TriggeredAt), (lost[0].Topic, lost[0].DeliveryId, lost[0].TriggeredAt));
        Assert.Equal(200, Connector.Webhooks.Answer(Assert.Single(receiver.Received), store.Secrets)!.Status);
    }

    [Fact]
    public async Task Access_cancelled_by_the_seller_is_told_by_a_push()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var store = await ConnectAsync();
        Platform.EnterAddress(receiver.Url);
        Platform.RevokeAccess();
        await Platform.DeliverAsync();

        var push = receiver.Received[^1];

        Assert.Equal(SignatureResult.Valid, Connector.Webhooks!.Verify(push, Connector.Webhooks.SigningSecrets(store), Time.GetUtcNow()));
        Assert.Equal(store.Store, Connector.Webhooks.StoreOf(push, store.Secrets));
        var head = Connector.Webhooks.Head(push);
        Assert.Equal([new UninstalledChange()], Connector.Webhooks.Read(new Delivery(head.Topic, head.DeliveryId, head.TriggeredAt, Time.GetUtcNow(), push.Body), store));
    }

    protected override byte[] BodyOf(string topic) => ShopeePushes.Order(SimulatedShopee.ShopId, "2608000001", "READY_TO_SHIP", Time.GetUtcNow(), Time.GetUtcNow());

    protected override async Task<ISimulatedPlatform> StartPlatformAsync(SimStore shop, TimeProvider time) => await SimulatedShopee.StartAsync(shop, time);

    private static CallbackInput Returned(string url) => new(
        [.. QueryHelpers.ParseQuery(new Uri(url).Query).SelectMany(static pair => pair.Value.Select(value => KeyValuePair.Create(pair.Key, value ?? "")))], default, Callback, "");

    private static string Approved(string code) => $"{Callback}/state-1?code={code}&shop_id={SimulatedShopee.ShopId}";

    private (StoreSession Store, Uri Url) Start()
    {
        var plan = Assert.IsType<ConnectPlan.Browser>(Connector.Authorization.Plan(new ConnectInput(new Dictionary<string, Secret>(), Platform.App, LiftAddressRules: true)));
        var store = Pipeline.Session(Connector, plan.Store, plan.Secrets);
        return (store, Connector.Authorization.AuthorizeUrl(store, new BrowserStart("state-1", Callback, "", Time.GetUtcNow())));
    }
}
