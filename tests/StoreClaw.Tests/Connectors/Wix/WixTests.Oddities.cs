using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Wix;

namespace StoreClaw.Tests.Connectors.Wix;

/// <content>What only Wix does.</content>
public abstract partial class WixTests
{
    private string CatalogName => catalog == WixCatalogVersion.V1 ? "V1_CATALOG" : "V3_CATALOG";

    [Fact]
    public async Task Connecting_binds_the_signed_instance_and_learns_the_catalog()
    {
        var session = Session();
        var callback = await CallbackAsync(session);
        var meddled = callback with { Query = [.. callback.Query.Select(static pair => pair.Key == "instanceId" ? new("instanceId", "11111111-2222-4333-8444-555555555555") : pair)] };

        var grant = await Connector.Authorization.ExchangeAsync(session, meddled, Time.GetUtcNow(), CancellationToken.None);

        Assert.Equal((SimulatedWix.InstanceId, CatalogName, Shop.Profile.Name), (grant.Store, grant.Facts["catalog"], grant.Facts["name"]));
        Assert.Equal(Wix.Site.Permissions, grant.Scopes);
        Assert.Equal(TimeSpan.FromHours(4).TotalMinutes, (grant.ExpiresAt!.Value - Time.GetUtcNow()).TotalMinutes, 1.0);
        Assert.Equal(SimulatedWix.InstanceId, Connector.Webhooks!.StoreOf(Platform.Sign(OrderTopicOf(), "{}"u8.ToArray(), SimulatedWix.Key), grant.Secrets));
    }

    [Theory]
    [InlineData("instance")]
    [InlineData("all")]
    public async Task A_callback_without_a_signed_instance_is_refused_before_any_call(string left)
    {
        var session = Session();
        var callback = await CallbackAsync(session);
        callback = callback with { Query = [.. callback.Query.Where(pair => left != "all" && pair.Key != left)] };
        var before = Pipeline.Line.Requests.Count;

        Assert.NotNull(Connector.Authorization.CheckCallback(session, callback, Time.GetUtcNow()));
        Assert.Equal(FaultKind.CredentialsRejected, (await Pipeline.FaultOfAsync(() => Connector.Authorization.ExchangeAsync(session, callback, Time.GetUtcNow(), CancellationToken.None))).Kind);
        Assert.Equal(before, Pipeline.Line.Requests.Count);
    }

    [Fact]
    public async Task Without_the_permission_for_its_settings_a_site_connects_without_a_time_zone()
    {
        Wix.Site.Permissions = [.. Wix.Site.Permissions.Where(static permission => permission != "SITE-SETTINGS.VIEW")];

        var grant = await GrantAsync(Platform.Fields);

        Assert.False(grant.Facts.ContainsKey("timeZone"));
        Assert.Equal(Shop.Profile.Currency, grant.Facts["currency"]);
    }

    [Fact]
    public async Task A_missing_permission_is_called_so()
    {
        var store = await ConnectAsync();
        Wix.Site.Permissions = [];

        Assert.Equal(FaultKind.ScopeMissing, (await Pipeline.FaultOfAsync(() => FirstPageAsync(store))).Kind);
    }

    [Fact]
    public async Task Orders_are_read_as_the_shop_has_them()
    {
        var store = await ConnectAsync();
        Time.Advance(TimeSpan.FromMinutes(1));
        Shop.RefundOrder(Place().Id, 3.5m);
        Shop.CancelOrder(Place().Id);

        var read = (await WalkAsync(store, Resource.Orders, new PageRequest(null, Soon(), null, 7, Backfill: true))).Select(static change => (Order)change.Record).ToList();

        Assert.Equal(Shop.Orders.Count, read.Count);
        Assert.Contains(Shop.Orders, static order => order.Refunds.Count > 0);
        Assert.All(Shop.Orders, order =>
        {
            var same = read.Single(one => one.Id == Platform.IdOf(Resource.Orders, order.Id));
            Assert.Equal((order.Total, order.Tax, order.Shipping, order.Currency, order.CancelledAt), (same.Total, same.Tax, same.Shipping, same.Currency, same.CancelledAt));
            Assert.Equal(order.OrderDiscount + order.Lines.Sum(static line => line.Discount), same.Discount);
            Assert.Equal(order.Refunds.Select(static refund => (refund.CreatedAt, refund.Amount)), same.Refunds.Select(static refund => (refund.CreatedAt, refund.Amount)));
            Assert.Equal(order.Lines.Sum(static line => line.Total), same.Lines.Sum(static line => (line.Quantity * line.UnitPrice) - line.Discount));
        });
        Assert.Empty(Wix.Platform.Log.Violations);
    }

    [Fact]
    public async Task Every_line_points_to_a_variant_of_the_catalog_and_its_stock()
    {
        var store = await ConnectAsync();
        var whole = new PageRequest(null, Soon(), null, 50, Backfill: true);

        var variants = (await WalkAsync(store, Resource.Products, whole)).SelectMany(static change => ((Product)change.Record).Variants).ToDictionary(static variant => variant.Id);
        var lines = (await WalkAsync(store, Resource.Orders, whole)).SelectMany(static change => ((Order)change.Record).Lines).ToList();
        var items = (await WalkAsync(store, Resource.Stock, whole)).Select(static change => ((StockLevel)change.Record).ItemId).ToHashSet();

        Assert.All(lines, line => Assert.Equal(line.Sku, variants[line.VariantId!].Sku));
        Assert.All(variants.Values, variant => Assert.Contains(variant.StockItemId, items));
        Assert.All(variants.Values, variant => Assert.Equal(Shop.FindVariant(variant.Sku)!.Value.Variant.Price, variant.Price));
    }

    [Theory]
    [InlineData(Resource.Orders)]
    [InlineData(Resource.Products)]
    [InlineData(Resource.Stock)]
    public async Task A_walk_goes_on_when_its_cursor_has_died(Resource resource)
    {
        var store = await ConnectAsync();
        var expected = (await WalkAsync(store, resource, new PageRequest(null, Soon(), null, 100, Backfill: true))).Select(static change => change.Record.Id).ToHashSet();

        var read = await WalkAsync(store, resource, new PageRequest(null, Soon(), null, 3, Backfill: true), page =>
        {
            if (page == 2)
            {
                Wix.Platform.ForgetCursors();
            }
        });

        Assert.Equal(expected, read.Select(static change => change.Record.Id).ToHashSet());
    }

    [Fact]
    public async Task A_site_that_moves_to_the_other_catalog_is_followed()
    {
        var store = await ConnectAsync();
        var other = catalog == WixCatalogVersion.V1 ? WixCatalogVersion.V3 : WixCatalogVersion.V1;

        var read = await WalkAsync(store, Resource.Products, new PageRequest(null, Soon(), null, 3, Backfill: true), page => Wix.Site.Catalog = page == 1 ? other : Wix.Site.Catalog);

        Assert.Empty(Shop.Products.Select(product => Platform.IdOf(Resource.Products, product.Id)).Except(read.Select(static change => change.Record.Id)));
        Assert.NotEqual(CatalogName, store.Facts["catalog"]);
        Assert.Single(Wix.Platform.Log.Violations);
    }

    [Fact]
    public async Task A_site_without_a_store_has_orders_only_until_it_gets_one()
    {
        Wix.Site.Catalog = WixCatalogVersion.None;
        var store = await ConnectAsync();
        var whole = new PageRequest(null, Soon(), null, 50, Backfill: true);

        Assert.Empty(await WalkAsync(store, Resource.Products, whole));
        Assert.Empty(await WalkAsync(store, Resource.Stock, whole));
        Assert.NotEmpty((await FirstPageAsync(store)).Changes);
        Wix.Site.Catalog = catalog;
        Assert.NotEmpty(await WalkAsync(store, Resource.Products, whole));
    }

    [Fact]
    public async Task Setting_stock_survives_a_lost_answer()
    {
        var store = await ConnectAsync();
        var level = await AnyLevelAsync(store);
        Pass();
        Pipeline.Line.NextCut();

        var results = await Connector.StockWriter!.SetAsync(store, [new StockWrite(level.ItemId, level.LocationId, 41, level.Available, "k")], CancellationToken.None);

        Assert.Null(Assert.Single(results).Fault);
        Assert.Equal(41, (await AnyLevelAsync(store)).Available);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData(0, true)]
    public async Task What_sells_between_reading_and_setting_counts_as_the_caller_wishes(int? expected, bool conflicts)
    {
        if (catalog == WixCatalogVersion.V1)
        {
            // It compares nothing: what happens in between is written over.
            return;
        }

        var store = await ConnectAsync();
        var (variant, location) = (Shop.Products[0].Variants[0], Shop.Locations[0].Id);
        var level = await AnyLevelAsync(store);
        Pass(() => Shop.SetStock(variant.Id, 5, location));

        var results = await Connector.StockWriter!.SetAsync(store, [new StockWrite(level.ItemId, level.LocationId, 42, expected is null ? null : level.Available, "k")], CancellationToken.None);

        Assert.Equal(conflicts ? FaultKind.Conflict : null, Assert.Single(results).Fault?.Kind);
        Assert.Equal(conflicts ? 5 : 42, (await AnyLevelAsync(store)).Available);
    }

    [Fact]
    public async Task A_revision_that_something_else_moved_is_no_conflict()
    {
        var store = await ConnectAsync();
        var level = await AnyLevelAsync(store);
        Pass(() => Wix.Site.Touch(WixIds.Inventory(Shop.Products[0].Variants[0].Id, Shop.Locations[0].Id)));

        Assert.Null(Assert.Single(await Connector.StockWriter!.SetAsync(store, [new StockWrite(level.ItemId, level.LocationId, 43, level.Available, "k")], CancellationToken.None)).Fault);
    }

    [Fact]
    public async Task Half_a_piece_is_refused()
    {
        var store = await ConnectAsync();
        var level = await AnyLevelAsync(store);

        Assert.Equal("not-a-count", Assert.Single(await Connector.StockWriter!.SetAsync(store, [new StockWrite(level.ItemId, level.LocationId, 1.5m, null, "k")], CancellationToken.None)).Fault?.Code);
    }

    [Fact]
    public async Task A_deleted_contact_leads_to_a_lookup_that_finds_nobody()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var store = await ConnectAsync();
        Platform.EnterAddress(receiver.Url);
        Shop.DeleteCustomer(Shop.Customers[0].Id);
        await Platform.DeliverAsync();

        var request = Assert.Single(receiver.Received);
        var head = Connector.Webhooks!.Head(request);
        var lookup = Assert.IsType<LookupChange>(Assert.Single(Connector.Webhooks.Read(new Delivery(head.Topic, head.DeliveryId, head.TriggeredAt, Time.GetUtcNow(), request.Body), store)));

        Assert.Equal((Resource.Customers, true, Time.GetUtcNow()), (lookup.Resource, lookup.MayBeGone, head.TriggeredAt));
        Assert.Empty(await Connector.Readers[Resource.Customers].FindAsync(store, lookup.Id, CancellationToken.None));
        Assert.Empty(Wix.Platform.Log.Violations);
    }

    [Fact]
    public async Task The_published_budget_is_kept_without_a_refusal()
    {
        var store = await ConnectAsync();
        for (var call = 0; call < WixPlatform.CallsPerMinute + 60; call++)
        {
            await Connector.Readers[Resource.Customers].FindAsync(store, "nobody", CancellationToken.None);
        }

        Assert.Empty(Wix.Platform.Log.Violations);
    }

    private StoreSession Session() => Pipeline.Session(Connector, "", Assert.IsType<ConnectPlan.Browser>(Connector.Authorization.Plan(new ConnectInput(new Dictionary<string, Secret>(), Platform.App, LiftAddressRules: true))).Secrets);

    private string OrderTopicOf() => Connector.Descriptor.Topics[0];

    /// <summary>Of the first variant at the first place.</summary>
    private async Task<StockLevel> AnyLevelAsync(StoreSession store)
    {
        var found = await Connector.Readers[Resource.Stock].FindAsync(store, Platform.IdOf(Resource.Products, Shop.Products[0].Id), CancellationToken.None);
        return found.Select(static change => (StockLevel)change.Record).First(level => level.Sku == Shop.Products[0].Variants[0].Sku && level.LocationId is var place && (place.Length == 0 || place == WixIds.Of(WixKind.Location, Shop.Locations[0].Id)));
    }

    /// <summary>Lets one call through, and does something after it.</summary>
    private void Pass(Action? then = null) => Pipeline.Line.Next(async (request, token) =>
    {
        using var wire = new HttpMessageInvoker(new SocketsHttpHandler(), disposeHandler: false);
        var answer = await wire.SendAsync(request, token);
        await answer.Content.LoadIntoBufferAsync(token);
        then?.Invoke();
        return answer;
    });
}
