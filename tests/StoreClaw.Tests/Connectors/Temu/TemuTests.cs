using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Connectors.Temu;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Temu;

namespace StoreClaw.Tests.Connectors.Temu;

/// <summary>The contract over the simulated Temu, and what only Temu does.</summary>
public sealed class TemuTests() : ConnectorContract(TemuConnector.Instance)
{
    private static readonly Uri Callback = SimulatedTemu.Redirect;

    private SimulatedTemu Simulated => (SimulatedTemu)Platform;

    private TemuPlatform Temu => Simulated.Platform;

    private TemuMall Mall => Simulated.Mall;

    /// <summary>Nothing tells in what time zone a shop lives.</summary>
    protected override bool TellsCurrencyAndZone => false;

    /// <summary>A sum without a time is all that the amounts say of what was given back.</summary>
    protected override bool TellsRefunds => false;

    /// <summary>The address is typed into the console; only what is sent to it is switched by the API.</summary>
    protected override bool RegistersByApi => false;

    /// <summary>What is signed is within the JSON.</summary>
    protected override bool SignsWhiteSpace => false;

    /// <summary>No event tells of a product or of stock.</summary>
    protected override IEnumerable<Resource> Told => [Resource.Orders];

    [Fact]
    public async Task Everything_is_read_and_written_without_a_mistake()
    {
        var store = await ConnectAsync();
        await ReadAndWriteAsync(store);
        await Connector.Webhooks!.EnsureAsync(store, Callback, CancellationToken.None);
        await Connector.Webhooks.RemoveAsync(store, Callback, CancellationToken.None);

        Assert.Empty(Temu.Log.Violations);
        Assert.All(Pipeline.Line.Requests, static url => Assert.Equal(("/openapi/router", ""), (url.AbsolutePath, url.Query)));
    }

    [Fact]
    public async Task A_pasted_token_tells_all_that_is_known_of_the_shop()
    {
        var grant = await GrantAsync(Platform.Fields);

        Assert.Equal((SimulatedTemu.MallId.ToString(), "US", "USD", "bg.order.amount.query", "2027-08-20"), (grant.Store, grant.Facts["region"], grant.Facts["currency"], grant.Facts["amounts"], grant.Facts["authorizedUntil"]));
        Assert.Equal(["accessToken", "clientId", "clientSecret"], grant.Secrets.Keys.Order());
        Assert.Null(grant.ExpiresAt);
    }

    [Fact]
    public async Task Rights_and_events_that_were_not_ticked_are_missing()
    {
        Mall.Rights.ExceptWith(["bg.order.amount.query", "bg.local.goods.sku.list.query"]);
        Mall.Events.TryRemove("bg_aftersales_status_change", out _);

        var grant = await GrantAsync(Platform.Fields);

        Assert.Equal(
            ["bg.local.goods.sku.list.query", "bg.order.amount.query", "bg_aftersales_status_change"], Connector.Descriptor.Scopes.Except(grant.Scopes).Order(StringComparer.Ordinal));
        Assert.Equal(("not-granted", "USD"), (grant.Facts["amounts"], grant.Facts["currency"]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Approved_in_the_browser_the_code_comes_with_our_state_or_is_pasted(bool bringsStateBack)
    {
        Temu.BringsStateBack = bringsStateBack;
        var (store, url) = Start();
        var back = QueryHelpers.ParseQuery((await Platform.ApproveAsync(url)).Query);

        var grant = bringsStateBack
            ? await Connector.Authorization.ExchangeAsync(store, Returned(back), Time.GetUtcNow(), CancellationToken.None)
            : await GrantAsync(new Dictionary<string, string> { ["region"] = "US", ["code"] = back["code"].ToString() });

        Assert.Equal(bringsStateBack ? "state-1" : null, back.TryGetValue("state", out var state) ? state.ToString() : null);
        Assert.Equal(SimulatedTemu.MallId.ToString(), grant.Store);
        Assert.DoesNotContain("code", grant.Secrets.Keys);
        Assert.NotEmpty((await FirstPageAsync(Pipeline.Session(Connector, grant.Store, grant.Secrets, grant.Facts))).Changes);
        Assert.Empty(Temu.Log.Violations);
    }

    [Fact]
    public async Task A_code_is_good_once_and_for_ten_minutes()
    {
        var used = Temu.IssueCode(Mall);
        await GrantAsync(Code(used));
        var late = Temu.IssueCode(Mall);
        Time.Advance(TimeSpan.FromMinutes(11));

        foreach (var code in new[] { used, late })
        {
            var before = Temu.Log.Count("bg.open.accesstoken.create");
            Assert.Equal(FaultKind.CredentialsRejected, (await Pipeline.FaultOfAsync(() => GrantAsync(Code(code)))).Kind);
            Assert.Equal(1, Temu.Log.Count("bg.open.accesstoken.create") - before);
        }
    }

    [Fact]
    public async Task An_exchange_whose_answer_was_lost_is_not_made_again()
    {
        var code = Temu.IssueCode(Mall);
        Pipeline.Line.NextCut();

        Assert.Equal(FaultKind.Unreachable, (await Pipeline.FaultOfAsync(() => GrantAsync(Code(code)))).Kind);
        Assert.Equal(1, Temu.Log.Count("bg.open.accesstoken.create"));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(-20)]
    public async Task A_clock_that_is_wrong_is_put_right_by_the_answer(int minutes)
    {
        Temu.Skew = TimeSpan.FromMinutes(minutes);
        var code = Temu.IssueCode(Mall);
        var fault = await Pipeline.FaultOfAsync(() => GrantAsync(Code(code)));
        var grant = await GrantAsync(Code(code));

        Temu.Skew = TimeSpan.FromMinutes(-minutes);
        Assert.Equal((FaultKind.PlatformFailure, "3000012"), (fault.Kind, fault.Code));
        Assert.NotEmpty((await FirstPageAsync(Pipeline.Session(Connector, grant.Store, grant.Secrets, grant.Facts))).Changes);
    }

    [Fact]
    public async Task A_token_that_was_replaced_must_be_connected_again_unless_somebody_has_done_so()
    {
        var store = await ConnectAsync();
        var replaced = store.Secrets;
        var newer = Temu.Authorize(Mall);

        var fault = await Pipeline.FaultOfAsync(() => FirstPageAsync(store));
        Assert.Equal((FaultKind.CredentialsRejected, 1), (fault.Kind, Pipeline.Refreshes));

        store.Secrets = new Dictionary<string, Secret>(replaced) { ["accessToken"] = new(newer) };
        Assert.NotEmpty((await FirstPageAsync(store)).Changes);
        var refused = await Pipeline.FaultOfAsync(() => GrantAsync(Platform.Fields));
        Assert.Equal((FaultKind.CredentialsRejected, "3000034", 1), (refused.Kind, refused.Code, Pipeline.Refreshes));
        Assert.Contains("authorize again", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_attempt_is_signed_anew_with_its_time()
    {
        var store = await ConnectAsync();
        Time.Advance(TimeSpan.FromHours(1));
        Pipeline.Line.Next(() => Platform.Throttled("20"), 4);
        Temu.Skew = TimeSpan.FromMinutes(4);

        Assert.NotEmpty((await FirstPageAsync(store)).Changes);
        Assert.Empty(Temu.Log.Violations);
    }

    [Fact]
    public async Task Another_region_is_another_host()
    {
        var fault = await Pipeline.FaultOfAsync(() => GrantAsync(new Dictionary<string, string>(Platform.Fields) { ["region"] = "EU" }));

        Assert.Equal((FaultKind.PlatformFailure, "4000000"), (fault.Kind, fault.Code));
        Assert.Contains("this region", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Amounts_are_what_the_buyer_was_charged()
    {
        var store = await ConnectAsync();
        var order = Place();
        Shop.RefundOrder(order.Id, 3.5m);

        var read = (Order)Assert.Single(await Connector.Readers[Resource.Orders].FindAsync(store, Mall.SerialOf(order.Id), CancellationToken.None)).Record;

        Assert.Equal((order.Total, order.Tax, order.Shipping, "USD", true), (read.Total, read.Tax, read.Shipping, read.Currency, read.AmountsKnown));
        Assert.Equal(order.Lines.Sum(static line => line.Total) - order.OrderDiscount, read.Lines.Sum(static line => (line.Quantity * line.UnitPrice) - line.Discount));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_the_right_to_amounts_orders_count_and_their_worth_is_unknown(bool lostLater)
    {
        if (!lostLater)
        {
            Mall.Rights.Remove("bg.order.amount.query");
        }

        var store = await ConnectAsync();
        Mall.Rights.Remove("bg.order.amount.query");

        var read = await WalkAsync(store, Resource.Orders, new PageRequest(null, Soon(), null, 100, Backfill: true));

        Assert.Equal(Shop.Orders.Select(static order => order.Units).Sum(), read.DistinctBy(static change => change.Record.Id).Sum(static change => ((Order)change.Record).Lines.Sum(static line => line.Quantity)));
        Assert.All(read, static change => Assert.Equal((false, 0m, "USD"), ((Order)change.Record) is var order ? (order.AmountsKnown, order.Total, order.Currency) : default));
        Assert.Equal(lostLater, Temu.Log.Count("bg.order.amount.query") is > 0 and < 10);
    }

    [Fact]
    public async Task Bursts_that_are_refused_lose_nothing()
    {
        var store = await ConnectAsync();
        Temu.Throttle(4);

        var read = await WalkAsync(store, Resource.Orders, new PageRequest(null, Soon(), null, 10, Backfill: true), page => Temu.Throttle(page < 5 ? page % 4 : 0));

        Assert.Equal(Shop.Orders.Select(order => Mall.SerialOf(order.Id)).Order(), read.Select(static change => change.Record.Id).Distinct().Order());
    }

    [Theory]
    [InlineData(60, 20)]
    [InlineData(250, 100)]
    public async Task A_second_with_more_orders_than_a_page_loses_none_that_stays(int count, int size)
    {
        Mall.Rights.Remove("bg.order.amount.query");
        var store = await ConnectAsync();
        Time.Advance(TimeSpan.FromHours(1));
        var since = Time.GetUtcNow();
        var placed = Enumerable.Range(0, count).Select(_ => Place().Id).ToList();
        Time.Advance(TimeSpan.FromMinutes(1));
        var until = Soon();
        var moved = 0;
        Temu.Answered = type =>
        {
            if (type == "bg.order.list.v2.get" && moved < 12)
            {
                Time.Advance(TimeSpan.FromSeconds(2));
                Shop.UpdateOrder(placed[moved++]);
            }
        };

        var first = await WalkAsync(store, Resource.Orders, new PageRequest(since, until, null, size, Backfill: false));
        var second = await WalkAsync(store, Resource.Orders, new PageRequest(until - Connector.Descriptor.Sync[Resource.Orders].Overlap, Soon(), null, size, Backfill: false));

        Assert.Empty(placed.Skip(12).Select(Mall.SerialOf).Except(first.Select(static change => change.Record.Id)));
        var newest = first.Concat(second).GroupBy(static change => change.Record.Id).ToDictionary(static group => group.Key, static group => group.Max(static change => change.Record.UpdatedAt));
        Assert.All(placed, id => Assert.Equal(Shop.FindOrder(id)!.UpdatedAt, newest[Mall.SerialOf(id)]));
        Assert.Empty(Temu.Log.Violations);
    }

    [Fact]
    public async Task Products_of_all_states_are_read_and_deleted_ones_leave_a_tombstone()
    {
        var store = await ConnectAsync();
        Mall.Unpublished.Add(Shop.Products[1].Id);
        Mall.OffSale.Add(Shop.Products[0].Variants[0].Id);
        var gone = Shop.Products[2];
        Shop.DeleteProduct(gone.Id);

        var read = (await WalkAsync(store, Resource.Products, new PageRequest(Time.GetUtcNow().AddHours(-1), Soon(), null, 3, Backfill: false))).Select(static change => (Product)change.Record).ToList();
        var stock = await WalkAsync(store, Resource.Stock, new PageRequest(Time.GetUtcNow().AddHours(-1), Soon(), null, 3, Backfill: false));

        Assert.Equal(gone.Id.ToString(), Assert.Single(read.Where(static product => product.Deleted).DistinctBy(static product => product.Id)).Id);
        foreach (var product in Shop.Products)
        {
            var variants = read.First(one => one.Id == product.Id.ToString()).Variants;
            Assert.Equal(product.Variants.Select(variant => (variant.Sku, (decimal?)variant.Price, $"{product.Id}:{variant.Id}")).Order(), variants.Select(static variant => (variant.Sku, variant.Price, variant.StockItemId)).Order());
        }

        Assert.Equal(Shop.Products.Sum(static product => product.Variants.Count), stock.Select(static change => change.Record.Id).Distinct().Count());
    }

    [Fact]
    public async Task Stock_is_set_product_by_product_with_a_result_for_each_SKU()
    {
        var store = await ConnectAsync();
        var levels = (await WalkAsync(store, Resource.Stock, new PageRequest(null, Soon(), null, 100, Backfill: true))).Select(static change => (StockLevel)change.Record).DistinctBy(static level => level.Id).ToList();
        var several = Shop.Products.First(static product => product.Variants.Count > 1);
        Mall.Locked.Add(several.Variants[0].Id);
        var writes = levels.Select((level, index) => new StockWrite(level.ItemId, level.LocationId, 1000 + index, level.Available, $"key-{index}")).ToList();
        writes.Add(new StockWrite($"{several.Id}:999999999", "", 1, null, "no-sku"));
        writes.Add(new StockWrite(levels[0].ItemId, "", 1.5m, null, "half"));
        writes.Add(new StockWrite(levels[0].ItemId, "", 1_000_001, null, "many"));
        writes.Add(new StockWrite("nonsense", "", 1, null, "nonsense"));
        var before = Temu.Log.Count(TemuStockWriter.Edit);

        var results = await Connector.StockWriter!.SetAsync(store, writes, CancellationToken.None);

        Assert.Equal(writes, results.Select(static result => result.Write));
        Assert.Equal(Shop.Products.Count, Temu.Log.Count(TemuStockWriter.Edit) - before);
        var locked = $"{several.Id}:{several.Variants[0].Id}";
        Assert.Equal([locked, $"{several.Id}:999999999", levels[0].ItemId, levels[0].ItemId, "nonsense"], results.Where(static result => result.Fault is not null).Select(static result => result.Write.ItemId));
        Assert.Contains("processing is complete", results.First(result => result.Write.ItemId == locked).Fault!.Message, StringComparison.Ordinal);
        var now = (await WalkAsync(store, Resource.Stock, new PageRequest(null, Soon(), null, 100, Backfill: true))).Select(static change => (StockLevel)change.Record).GroupBy(static level => level.ItemId).ToDictionary(static group => group.Key, static group => group.First().Available);
        Assert.All(results.Where(static result => result.Fault is null), result => Assert.Equal(result.Write.Quantity, now[result.Write.ItemId]));
    }

    [Fact]
    public async Task A_setting_whose_answer_was_lost_is_repeated_and_acts_once()
    {
        var store = await ConnectAsync();
        var variant = Shop.Products[0].Variants[0];
        var write = new StockWrite($"{Shop.Products[0].Id}:{variant.Id}", "", 41, null, "one-key");
        Pipeline.Line.NextCut();

        var first = Assert.Single(await Connector.StockWriter!.SetAsync(store, [write], CancellationToken.None));
        Shop.SetStock(variant.Id, 39);
        var again = Assert.Single(await Connector.StockWriter.SetAsync(store, [write], CancellationToken.None));

        Assert.Null(first.Fault);
        Assert.Equal((FaultKind.Invalid, 39), (again.Fault!.Kind, Shop.FindVariant(variant.Id)!.Value.Variant.Stock));
    }

    [Fact]
    public async Task A_SKU_that_is_named_twice_is_set_in_turn()
    {
        var store = await ConnectAsync();
        var variant = Shop.Products[0].Variants[0];
        var item = $"{Shop.Products[0].Id}:{variant.Id}";

        var results = await Connector.StockWriter!.SetAsync(store, [new StockWrite(item, "", 7, null, "a"), new StockWrite(item, "", 8, null, "b")], CancellationToken.None);

        Assert.All(results, static result => Assert.Null(result.Fault));
        Assert.Equal(8, Shop.FindVariant(variant.Id)!.Value.Variant.Stock);
        Assert.Empty(Temu.Log.Violations);
    }

    [Fact]
    public async Task Events_are_switched_on_once_and_off_on_leaving()
    {
        var store = await ConnectAsync();

        var first = await Connector.Webhooks!.EnsureAsync(store, Callback, CancellationToken.None);
        var second = await Connector.Webhooks.EnsureAsync(store, Callback, CancellationToken.None);
        Platform.DropRegistration(TemuWebhooks.Events[0]);
        Time.Advance(TimeSpan.FromSeconds(2));
        var third = await Connector.Webhooks.EnsureAsync(store, Callback, CancellationToken.None);

        Assert.Equal(Connector.Descriptor.Topics, first.Restored);
        Assert.Empty(second.Restored);
        Assert.Equal([TemuWebhooks.Events[0]], third.Restored);
        Assert.Equal(Connector.Descriptor.Topics.Order(), Mall.Events.Where(static pair => pair.Value).Select(static pair => pair.Key).Order());
        Assert.Equal(2, Temu.Log.Count(TemuWebhooks.Update));

        Time.Advance(TimeSpan.FromSeconds(2));
        await Connector.Webhooks.RemoveAsync(store, Callback, CancellationToken.None);
        await Connector.Webhooks.RemoveAsync(store, Callback, CancellationToken.None);
        Assert.DoesNotContain(true, Mall.Events.Values);
        Assert.Equal(3, Temu.Log.Count(TemuWebhooks.Update));
    }

    [Fact]
    public async Task Events_that_the_seller_did_not_authorize_are_not_asked_for()
    {
        var store = await ConnectAsync();
        Mall.Events.TryRemove("bg_aftersales_status_change", out _);

        Assert.Equal(["bg_order_status_change_event", "bg_cancel_order_status_change"], (await Connector.Webhooks!.EnsureAsync(store, Callback, CancellationToken.None)).Restored);

        Mall.Events.Clear();
        Assert.Empty((await Connector.Webhooks.EnsureAsync(store, Callback, CancellationToken.None)).Restored);
        Assert.Equal(1, Temu.Log.Count(TemuWebhooks.Update));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public async Task The_header_of_further_parameters_may_come_and_may_be_signed(bool comes, bool isSigned)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var store = await ConnectAsync();
        Temu.Hooks.ExtParam = (comes, isSigned);
        Platform.EnterAddress(receiver.Url);
        Temu.Hooks.Enqueue(TemuWebhooks.Events[2], new { mallId = SimulatedTemu.MallId, parentAfterSalesSn = "PO-211-7-D01", parentOrderSn = "PO-211-7", updateAt = 1 });
        Temu.Hooks.Test();
        Assert.Equal(2, await Temu.Hooks.DeliverAsync());

        Assert.All(receiver.Received, push => Assert.Equal(SignatureResult.Valid, Connector.Webhooks!.Verify(push, Connector.Webhooks.SigningSecrets(store), Time.GetUtcNow())));
        Assert.Equal([store.Store, null], receiver.Received.Select(push => Connector.Webhooks!.StoreOf(push, store.Secrets)));
        Assert.Equal(
            [new LookupChange(Resource.Orders, "PO-211-7", MayBeGone: false), new NothingChange("bg_open_event_test")],
            receiver.Received.SelectMany(push => Connector.Webhooks!.Read(new Delivery(Connector.Webhooks.Head(push).Topic, null, null, default, push.Body), store)));
    }

    [Theory]
    [InlineData(0, SignatureResult.Valid)]
    [InlineData(28, SignatureResult.Valid)]
    [InlineData(47, SignatureResult.Valid)]
    [InlineData(49, SignatureResult.Stale)]
    [InlineData(-1, SignatureResult.Stale)]
    public void An_event_is_good_for_as_long_as_it_may_be_repeated(int hours, SignatureResult verdict)
    {
        var push = Platform.Sign(TemuWebhooks.Events[0], BodyOf(TemuWebhooks.Events[0]), "an-app-secret-of-enough-bytes");
        Time.Advance(TimeSpan.FromHours(hours));

        Assert.Equal(verdict, Connector.Webhooks!.Verify(push, [new Secret("an-app-secret-of-enough-bytes")], Time.GetUtcNow()));
    }

    [Fact]
    public void The_same_content_has_the_same_id_and_any_other_another()
    {
        var bodies = new[] { """{"orderStatus":2}""", """{"orderStatus":4}""" };
        string? Id(string topic, string body) => Connector.Webhooks!.Head(Platform.Sign(topic, Encoding.UTF8.GetBytes(body), "an-app-secret-of-enough-bytes")).DeliveryId;
        var first = Id("a", bodies[0]);
        Time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(first, Id("a", bodies[0]));
        Assert.NotEqual(first, Id("a", bodies[1]));
        Assert.NotEqual(first, Id("b", bodies[0]));
    }

    [Fact]
    public void What_was_encrypted_with_the_secret_before_is_read_while_it_is_kept()
    {
        var push = Platform.Sign(TemuWebhooks.Events[0], BodyOf(TemuWebhooks.Events[0]), "before-this-was-the-secret");
        var delivery = new Delivery(TemuWebhooks.Events[0], "d", null, Time.GetUtcNow(), push.Body);
        StoreSession Store(params (string Name, string Value)[] secrets) => Pipeline.Session(Connector, "1", secrets.ToDictionary(static one => one.Name, static one => new Secret(one.Value)));

        Assert.Single(Connector.Webhooks!.Read(delivery, Store(("clientSecret", "today-it-is-this-secret"), ("clientSecret.previous", "before-this-was-the-secret"))));
        Assert.Throws<FormatException>(() => Connector.Webhooks.Read(delivery, Store(("clientSecret", "today-it-is-this-secret"))));
    }

    protected override byte[] BodyOf(string topic) => Encoding.UTF8.GetBytes($$"""{"mallId":{{SimulatedTemu.MallId}},"parentOrderSn":"PO-211-1","orderSn":"211-1","orderStatus":2,"updateTime":1751868884}""");

    protected override async Task<ISimulatedPlatform> StartPlatformAsync(SimStore shop, TimeProvider time) => await SimulatedTemu.StartAsync(shop, time);

    private static Dictionary<string, string> Code(string code) => new() { ["region"] = "US", ["code"] = code };

    private static CallbackInput Returned(Dictionary<string, Microsoft.Extensions.Primitives.StringValues> query) =>
        new([.. query.Select(static pair => KeyValuePair.Create(pair.Key, pair.Value.ToString()))], default, Callback, "");

    private (StoreSession Store, Uri Url) Start()
    {
        var plan = Assert.IsType<ConnectPlan.Browser>(Connector.Authorization.Plan(new ConnectInput(new Dictionary<string, Secret> { ["region"] = new("US") }, Platform.App, LiftAddressRules: true)));
        var store = Pipeline.Session(Connector, plan.Store, plan.Secrets);
        return (store, Connector.Authorization.AuthorizeUrl(store, new BrowserStart("state-1", Callback, "", Time.GetUtcNow())));
    }
}
