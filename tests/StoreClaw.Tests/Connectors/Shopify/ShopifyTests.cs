using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Connectors.Shopify;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Shopify;

namespace StoreClaw.Tests.Connectors.Shopify;

/// <summary>The contract over the simulated Shopify, and what only Shopify does.</summary>
public sealed class ShopifyTests() : ConnectorContract(ShopifyConnector.Instance)
{
    private SimulatedShopify Simulated => (SimulatedShopify)Platform;

    [Fact]
    public async Task A_list_and_a_webhook_give_equal_orders_products_and_customers()
    {
        var store = await ConnectAsync();
        Shop.RefundOrder(Place().Id, 3.5m);
        Shop.CancelOrder(Place().Id);
        var rest = new ShopifyRest(Simulated.Store);

        await AssertEqualAsync(store, Resource.Orders, "orders/updated", Shop.Orders.Select(rest.Order));
        await AssertEqualAsync(store, Resource.Products, "products/update", Shop.Products.Select(rest.Product));
        await AssertEqualAsync(store, Resource.Customers, "customers/update", Shop.Customers.Select(rest.Customer));
        Assert.Contains(Shop.Orders, static order => order.Refunds.Count > 0);
        Assert.Contains(Shop.Orders, static order => order.OrderDiscount > 0 && order.Lines.Any(static line => line.Discount > 0));
        Assert.Contains(Shop.Orders, static order => order.PresentmentCurrency != order.Currency);
    }

    [Fact]
    public async Task An_order_is_read_as_the_shop_has_it()
    {
        var store = await ConnectAsync();
        var placed = Place();
        Time.Advance(TimeSpan.FromSeconds(3));
        Shop.RefundOrder(placed.Id, 3.5m);
        placed = Shop.FindOrder(placed.Id)!;

        var order = (Order)(await Connector.Readers[Resource.Orders].FindAsync(store, placed.Id.ToString(), CancellationToken.None)).Single().Record;

        Assert.Equal(($"#{placed.Number}", placed.CreatedAt, placed.UpdatedAt, "USD"), (order.Number, order.CreatedAt, order.UpdatedAt, order.Currency));
        Assert.Equal((placed.Total, placed.Tax, placed.Shipping), (order.Total, order.Tax, order.Shipping));
        Assert.Equal(placed.OrderDiscount + placed.Lines.Sum(static line => line.Discount), order.Discount);
        Assert.Equal((placed.CustomerId.ToString(), placed.Country, "partially_refunded", "unfulfilled"), (order.CustomerId, order.Country, order.PaymentStatus, order.FulfillmentStatus));
        var (line, expected) = (Assert.Single(order.Lines), placed.Lines[0]);
        Assert.Equal((expected.Id.ToString(), expected.Sku, expected.Title), (line.Id, line.Sku, line.Title));
        Assert.Equal((expected.ProductId.ToString(), expected.VariantId.ToString()), (line.ProductId, line.VariantId));
        Assert.Equal(((decimal)expected.Quantity, expected.UnitPrice, expected.Discount), (line.Quantity, line.UnitPrice, line.Discount));
        Assert.Equal(new Refund(placed.Refunds[0].Id.ToString(), placed.Refunds[0].CreatedAt, 3.5m), Assert.Single(order.Refunds));
    }

    [Fact]
    public async Task An_order_with_more_lines_than_fit_a_page_is_whole()
    {
        var store = await ConnectAsync();
        var variants = Shop.Products.SelectMany(static product => product.Variants).ToList();
        var placed = Shop.PlaceOrder(new OrderDraft { Lines = [.. Enumerable.Range(0, 23).Select(i => new DraftLine(variants[i % variants.Count].Id, i + 1))] });

        var found = await Connector.Readers[Resource.Orders].FindAsync(store, placed.Id.ToString(), CancellationToken.None);
        var listed = await WalkAsync(store, Resource.Orders, new PageRequest(placed.CreatedAt, Soon(), null, 25, Backfill: true));

        var order = (Order)found.Single().Record;
        Assert.Equal(placed.Lines.Select(static line => line.Id.ToString()), order.Lines.Select(static line => line.Id));
        Assert.Contains(Text(found.Single()), listed.Select(Text));
    }

    [Fact]
    public async Task A_backfill_with_the_own_page_sizes_stays_within_the_rules()
    {
        var store = await ConnectAsync();
        foreach (var (resource, plan) in Connector.Descriptor.Sync)
        {
            Assert.NotEmpty(await WalkAsync(store, resource, new PageRequest(null, Soon(), null, plan.PageSize, Backfill: true)));
            Assert.Empty(await WalkAsync(store, resource, new PageRequest(Soon() + TimeSpan.FromHours(1), Soon() + TimeSpan.FromHours(2), null, plan.PageSize, Backfill: false)));
        }

        Assert.Empty(Simulated.Platform.Log.Violations);
    }

    [Fact]
    public async Task A_burst_of_calls_stays_within_the_budget()
    {
        var store = await ConnectAsync();

        await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => FirstPageAsync(store)));

        Assert.Equal(0, Simulated.Platform.Log.Count("throttled"));
    }

    [Fact]
    public async Task The_wait_of_a_throttled_query_comes_from_its_points()
    {
        var store = await ConnectAsync();
        var started = Time.GetUtcNow();
        Pipeline.Line.Next(() => Simulated.Throttled(null));

        await FirstPageAsync(store);

        Assert.InRange((Time.GetUtcNow() - started).TotalSeconds, 2, 6);
    }

    [Fact]
    public async Task A_missing_scope_leaves_out_what_it_covers()
    {
        Simulated.Store.Scopes = ["read_orders"];
        var store = await ConnectAsync();

        var orders = await WalkAsync(store, Resource.Orders, new PageRequest(null, Soon(), null, 25, Backfill: true));
        Assert.Equal(Shop.Orders.Count, orders.Select(static change => change.Record.Id).Distinct().Count());
        Assert.All(orders, static change => Assert.Null(((Order)change.Record).CustomerId));

        var fault = await Pipeline.FaultOfAsync(() => Connector.Readers[Resource.Customers].FindAsync(store, Shop.Customers[0].Id.ToString(), CancellationToken.None));
        Assert.Equal((FaultKind.ScopeMissing, "ACCESS_DENIED"), (fault.Kind, fault.Code));

        var audit = await Connector.Webhooks!.EnsureAsync(store, new Uri("https://storeclaw.example/webhooks/shopify/1"), CancellationToken.None);
        Assert.Equal(["app/uninstalled", "orders/cancelled", "orders/create", "orders/delete", "orders/updated", "refunds/create"], audit.Restored.Order());
    }

    [Theory]
    [InlineData(ShopifyStanding.Frozen)]
    [InlineData(ShopifyStanding.Locked)]
    public async Task A_closed_store_is_called_so(ShopifyStanding standing)
    {
        var store = await ConnectAsync();
        Simulated.Store.Standing = standing;

        Assert.Equal(FaultKind.StoreUnavailable, (await Pipeline.FaultOfAsync(() => FirstPageAsync(store))).Kind);
    }

    [Fact]
    public async Task An_app_of_another_organization_is_refused()
    {
        Simulated.Store.SameOrganization = false;

        var fault = await Pipeline.FaultOfAsync(() => GrantAsync(Platform.Fields));

        Assert.Equal(FaultKind.CredentialsRejected, fault.Kind);
        Assert.Contains("harbor-pine.myshopify.com", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_browser_way_approves_exchanges_and_renews_with_rotation()
    {
        var callback = new Uri("https://storeclaw.example/oauth/shopify/callback");
        Simulated.Store.RedirectUris.Add(callback.AbsoluteUri);
        var app = new AppClient("client-1", new Secret("shpss_canary_0001"), new Dictionary<string, Secret>());
        var plan = Assert.IsType<ConnectPlan.Browser>(Connector.Authorization.Plan(Input(app, ("shopDomain", "harbor-pine.myshopify.com"))));
        var store = Pipeline.Session(Connector, plan.Store, plan.Secrets);
        var input = await ApproveAsync(Connector.Authorization.AuthorizeUrl(store, new BrowserStart("state-1", callback, "unused")), callback);

        Assert.Equal("state-1", input.Parameter("state"));
        Assert.Null(Connector.Authorization.CheckCallback(store, input, Time.GetUtcNow()));
        var grant = await Connector.Authorization.ExchangeAsync(store, input, Time.GetUtcNow(), CancellationToken.None);
        Assert.Equal(Time.GetUtcNow().AddHours(1), grant.ExpiresAt);
        var session = Pipeline.Session(Connector, grant.Store, grant.Secrets, grant.Facts);
        Simulated.ExpireTokens();
        Assert.NotEmpty((await FirstPageAsync(session)).Changes);
        Simulated.ExpireTokens();
        Assert.NotEmpty((await FirstPageAsync(session)).Changes);
        Assert.Equal(2, Pipeline.Refreshes);

        var stale = Pipeline.Session(Connector, grant.Store, grant.Secrets);
        Assert.Equal(FaultKind.CredentialsRejected, (await Pipeline.FaultOfAsync(() => Connector.Authorization.RefreshAsync(stale, Time.GetUtcNow(), CancellationToken.None))).Kind);
        Assert.Equal(FaultKind.CredentialsRejected, (await Pipeline.FaultOfAsync(() => Connector.Authorization.ExchangeAsync(store, input, Time.GetUtcNow(), CancellationToken.None))).Kind);
        await Connector.Authorization.RevokeAsync(session, CancellationToken.None);
        Assert.False(Simulated.Store.Installed);
    }

    [Fact]
    public async Task Disconnecting_leaves_the_sellers_own_app_installed()
    {
        await Connector.Authorization.RevokeAsync(await ConnectAsync(), CancellationToken.None);

        Assert.True(Simulated.Store.Installed);
    }

    [Fact]
    public async Task After_a_rotation_deliveries_with_the_old_secret_are_still_taken()
    {
        var store = await ConnectAsync();
        var renewed = new Dictionary<string, Secret>(store.Secrets) { ["clientSecret"] = new("shpss_canary_0003"), ["clientSecret.previous"] = store.Secrets["clientSecret"] };
        store.Secrets = renewed;
        await using var receiver = await WebhookReceiver.StartAsync();
        await Connector.Webhooks!.EnsureAsync(store, receiver.Url, CancellationToken.None);
        Simulated.Store.RotateSecret("shpss_canary_0003");
        Place();
        await Platform.DeliverAsync();
        Time.Advance(TimeSpan.FromHours(2));
        Place();
        await Platform.DeliverAsync();

        Assert.All(receiver.Received, request => Assert.Equal(SignatureResult.Valid, Connector.Webhooks.Verify(request, Connector.Webhooks.SigningSecrets(store), Time.GetUtcNow())));
        Assert.Contains(receiver.Received, request => Connector.Webhooks.Verify(request, [store.Secrets["clientSecret"]], Time.GetUtcNow()) == SignatureResult.Mismatch);
    }

    [Fact]
    public async Task An_uninstalled_app_is_told_of_and_privacy_topics_are_read()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var store = await ConnectAsync();
        await Connector.Webhooks!.EnsureAsync(store, receiver.Url, CancellationToken.None);
        var buyer = Place().CustomerId!.Value;
        await Platform.DeliverAsync();
        var before = receiver.Received.Count;
        Simulated.Store.ComplianceUrl = receiver.Url.AbsoluteUri;
        foreach (var topic in new[] { "customers/data_request", "customers/redact", "shop/redact" })
        {
            Simulated.Platform.SendPrivacy(Simulated.Store, topic, buyer);
        }

        Simulated.Platform.Uninstall(Simulated.Store);
        await Platform.DeliverAsync();

        var changes = receiver.Received.Skip(before).SelectMany(request => Read(store, request)).ToList();
        var orders = Shop.Orders.Where(order => order.CustomerId == buyer).Select(static order => order.Id.ToString()).ToList();
        var erasures = changes.OfType<ErasureChange>().ToList();
        Assert.Equal([(buyer.ToString(), true), (buyer.ToString(), false), (null, false)], erasures.Select(static erasure => (erasure.CustomerId, erasure.Report)));
        Assert.Equal(orders, erasures[0].OrderIds);
        Assert.Equal(orders, erasures[1].OrderIds);
        Assert.Contains(new UninstalledChange(), changes);
    }

    [Fact]
    public async Task A_repeated_stock_write_acts_once_and_bad_items_fail_alone()
    {
        var store = await ConnectAsync();
        var levels = (await WalkAsync(store, Resource.Stock, new PageRequest(null, Soon(), null, 30, Backfill: true)))
            .Select(static change => (StockLevel)change.Record).ToList();
        var writes = levels.Select((level, i) =>
            new StockWrite(level.ItemId, level.LocationId, i % 5 == 3 ? 2.5m : 40 + i, i % 5 == 1 ? -1000 : level.Available, $"write-{i}")).ToList();

        var results = await Connector.StockWriter!.SetAsync(store, writes, CancellationToken.None);

        Assert.Equal(writes, results.Select(static result => result.Write));
        Assert.Equal(
            Enumerable.Range(0, writes.Count).Select(static i => (i % 5) switch { 1 => FaultKind.Conflict, 3 => FaultKind.Invalid, _ => (FaultKind?)null }),
            results.Select(static result => result.Fault?.Kind));
        var single = new StockWrite(levels[0].ItemId, levels[0].LocationId, 7, null, "write-once");
        await Connector.StockWriter.SetAsync(store, [single], CancellationToken.None);
        Shop.SetStock(Variant().Id, 99, long.Parse(single.LocationId));
        Assert.Null((await Connector.StockWriter.SetAsync(store, [single], CancellationToken.None)).Single().Fault);
        Assert.Equal(99, Variant().Levels.First(level => level.LocationId.ToString() == single.LocationId).Available);
        Assert.Empty(await Connector.StockWriter.SetAsync(store, [], CancellationToken.None));

        SimVariant Variant() => Shop.FindVariant(levels[0].Sku!)!.Value.Variant;
    }

    protected override async Task<ISimulatedPlatform> StartPlatformAsync(SimStore shop, TimeProvider time) => await SimulatedShopify.StartAsync(shop, time);

    private static ConnectInput Input(AppClient? app, params (string Name, string Value)[] fields) =>
        new(fields.ToDictionary(static field => field.Name, static field => new Secret(field.Value)), app, LiftAddressRules: true);

    private IReadOnlyList<Change> Read(StoreSession store, WebhookRequest request)
    {
        var head = Connector.Webhooks!.Head(request);
        return Connector.Webhooks.Read(new Delivery(head.Topic, head.DeliveryId, head.TriggeredAt, Time.GetUtcNow(), request.Body), store);
    }

    private async Task AssertEqualAsync(StoreSession store, Resource resource, string topic, IEnumerable<JsonObject> bodies)
    {
        var listed = (await WalkAsync(store, resource, new PageRequest(null, Soon(), null, 50, Backfill: true)))
            .DistinctBy(static change => change.Record.Id).ToDictionary(static change => change.Record.Id, Text);
        var delivered = bodies.Select(body => new Delivery(topic, "d-1", null, Time.GetUtcNow(), Encoding.UTF8.GetBytes(body.ToJsonString())))
            .SelectMany(delivery => Connector.Webhooks!.Read(delivery, store)).Cast<RecordChange>().ToList();

        Assert.Equal(listed.Count, delivered.Count);
        Assert.All(delivered, change => Assert.Equal(listed[change.Record.Id], Text(change)));
    }

    /// <summary>The seller's browser: follows the authorization page's redirect to our callback.</summary>
    private async Task<CallbackInput> ApproveAsync(Uri authorize, Uri callback)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var response = await http.GetAsync(new Uri(Platform.BaseUrl, authorize.PathAndQuery));
        var query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(response.Headers.Location!.Query);
        return new CallbackInput([.. query.Select(static pair => KeyValuePair.Create(pair.Key, pair.Value.ToString()))], default, callback, "");
    }
}
