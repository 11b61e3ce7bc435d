using System.Text;
using StoreClaw.Commerce;
using StoreClaw.Connectors;
using StoreClaw.Connectors.Genstore;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Genstore;

namespace StoreClaw.Tests.Connectors.Genstore;

public sealed class GenstoreTests() : ConnectorContract(GenstoreConnector.Instance)
{
    private static readonly Uri Callback = new("https://storeclaw.example/webhooks/genstore/connection-1");

    private GenstoreShop Store => ((SimulatedGenstore)Platform).Store;

    private GenstorePlatform Genstore => ((SimulatedGenstore)Platform).Genstore;

    /// <summary>No topics of products and stock are known.</summary>
    protected override IEnumerable<Resource> Told => [Resource.Orders, Resource.Customers];

    [Fact]
    public async Task Orders_are_what_the_shop_sold()
    {
        var store = await ConnectAsync();
        var read = (await WalkAsync(store, Resource.Orders, Everything(50))).Select(static change => (Order)change.Record).ToDictionary(static order => order.Id);

        Assert.Equal(Shop.Orders.Count, read.Count);
        Assert.All(Shop.Orders, sold =>
        {
            var order = read[sold.Id.ToString()];
            Assert.Equal((sold.Total, sold.Tax, sold.OrderDiscount + sold.Lines.Sum(static line => line.Discount), sold.Currency), (order.Total, order.Tax, order.Discount, order.Currency));
            Assert.Equal((sold.CreatedAt, sold.UpdatedAt, sold.CancelledAt, sold.IsTest), (order.CreatedAt, order.UpdatedAt, order.CancelledAt, order.Test));
            Assert.Equal((sold.CustomerId?.ToString(), sold.Country), (order.CustomerId, order.Country));
            Assert.Equal(sold.LinesTotal, order.Lines.Sum(static line => (line.Quantity * line.UnitPrice) - line.Discount));
            Assert.Equal(sold.Lines.Select(static line => (line.Id.ToString(), line.Sku, line.VariantId.ToString())), order.Lines.Select(static line => (line.Id, line.Sku, line.VariantId!)));
            Assert.Equal(sold.Refunds.Select(static refund => new Refund(refund.Id.ToString(), refund.CreatedAt, refund.Amount)), order.Refunds);
        });
        Assert.Empty(Genstore.Log.Violations);
    }

    [Fact]
    public async Task Products_and_customers_are_the_shops()
    {
        var store = await ConnectAsync();

        var products = (await WalkAsync(store, Resource.Products, Everything(3))).Select(static change => (Product)change.Record).ToDictionary(static product => product.Id);
        var customers = (await WalkAsync(store, Resource.Customers, Everything(4))).Select(static change => (Customer)change.Record).ToDictionary(static customer => customer.Id);

        Assert.All(Shop.Products, sold =>
        {
            var product = products[sold.Id.ToString()];
            Assert.Equal((sold.Title, sold.UpdatedAt), (product.Title, product.UpdatedAt));
            Assert.Equal(sold.Variants.Select(variant => new Variant(variant.Id.ToString(), variant.Sku, $"{sold.Title} - {variant.Title}", variant.Price, $"{sold.Id}:{variant.Id}")), product.Variants);
        });
        Assert.All(Shop.Customers, known => Assert.Equal(
            new Customer { Id = known.Id.ToString(), UpdatedAt = known.UpdatedAt, FirstSeenAt = known.CreatedAt, Country = known.Country }, customers[known.Id.ToString()]));
        Assert.Empty(Genstore.Log.Violations);
    }

    [Fact]
    public async Task A_shop_that_says_little_is_read_all_the_same()
    {
        Store.Behaviour = new GenstoreBehaviour { TellsCurrency = false, TellsProductTimes = false };
        var store = await ConnectAsync();

        Assert.All((await FirstPageAsync(store)).Changes, change => Assert.Equal(Shop.Profile.Currency, ((Order)change.Record).Currency));
        Assert.All((await WalkAsync(store, Resource.Products, Everything(100))).Select(static change => change.Record), product => Assert.Equal(Time.GetUtcNow(), product.UpdatedAt));
    }

    [Theory]
    [InlineData(GenstoreOrder.OldestFirst, GenstoreFilter.Honoured)]
    [InlineData(GenstoreOrder.LastChangedFirst, GenstoreFilter.Honoured)]
    [InlineData(GenstoreOrder.NewestFirst, GenstoreFilter.Ignored)]
    [InlineData(GenstoreOrder.LastChangedFirst, GenstoreFilter.Ignored)]
    [InlineData(GenstoreOrder.OldestFirst, GenstoreFilter.Refused)]
    public async Task Whatever_order_and_filter_the_lists_know_nothing_is_lost(GenstoreOrder order, GenstoreFilter filter)
    {
        Store.Behaviour = new GenstoreBehaviour { Order = order, Filter = filter };
        await What_changes_while_paging_is_in_this_walk_or_the_next(4);
        await Rows_of_one_second_at_a_page_border_all_come();
    }

    [Fact]
    public async Task What_has_not_changed_is_left_out_where_the_filter_is_known()
    {
        var store = await ConnectAsync();
        Time.Advance(TimeSpan.FromHours(1));
        var since = Time.GetUtcNow();
        var placed = Place().Id.ToString();
        var request = new PageRequest(since, Soon(), null, 50, Backfill: false);

        Assert.Equal([placed], (await WalkAsync(store, Resource.Orders, request)).Select(static change => change.Record.Id));
        Store.Behaviour = new GenstoreBehaviour { Filter = GenstoreFilter.Ignored };
        Assert.Equal(Shop.Orders.Count, (await WalkAsync(store, Resource.Orders, request)).Count);
    }

    [Fact]
    public async Task Links_that_are_no_longer_good_make_the_walk_begin_anew()
    {
        var store = await ConnectAsync();
        var forgotten = 0;

        var read = await WalkAsync(store, Resource.Orders, Everything(10), page =>
        {
            if (page % 3 == 0 && forgotten++ < 6)
            {
                Store.ForgetPages();
            }
        });

        Assert.Empty(Shop.Orders.Select(static order => order.Id.ToString()).Except(read.Select(static change => change.Record.Id)));
        var fault = await Pipeline.FaultOfAsync(() => WalkAsync(store, Resource.Orders, Everything(10), _ => Store.ForgetPages()));
        Assert.Equal((FaultKind.Invalid, "http-400"), (fault.Kind, fault.Code));
    }

    [Fact]
    public async Task Without_read_all_orders_there_are_sixty_days()
    {
        Store.Scopes.Remove("read_all_orders");
        Time.Advance(TimeSpan.FromDays(55));
        var store = await ConnectAsync();
        var recent = Shop.Orders.Where(order => order.CreatedAt >= Time.GetUtcNow().AddDays(-60)).Select(static order => order.Id.ToString()).ToList();

        var read = await WalkAsync(store, Resource.Orders, Everything(50));

        Assert.InRange(recent.Count, 1, Shop.Orders.Count - 1);
        Assert.Equal(recent.Order(), read.Select(static change => change.Record.Id).Order());
    }

    [Theory]
    [InlineData("read_orders", Resource.Orders)]
    [InlineData("read_products", Resource.Products)]
    [InlineData("read_products", Resource.Stock)]
    [InlineData("read_customers", Resource.Customers)]
    public async Task A_missing_scope_is_called_so_and_shown(string scope, Resource resource)
    {
        Store.Scopes.Remove(scope);
        var store = await ConnectAsync();

        var fault = await Pipeline.FaultOfAsync(() => Connector.Readers[resource].ReadAsync(store, Everything(5), CancellationToken.None));

        Assert.Equal(FaultKind.ScopeMissing, fault.Kind);
        Assert.Contains(scope, fault.Message, StringComparison.Ordinal);
        Assert.Equal([scope], Connector.Descriptor.Scopes.Except((await GrantAsync(Platform.Fields)).Scopes));
    }

    [Fact]
    public async Task Without_the_refunds_scope_orders_come_without_refunds()
    {
        Store.Scopes.Remove("read_refunds");
        var store = await ConnectAsync();

        var read = (await WalkAsync(store, Resource.Orders, Everything(50))).Select(static change => (Order)change.Record).ToList();

        Assert.Contains(Shop.Orders, static order => order.Refunds.Count > 0);
        Assert.Equal(Shop.Orders.Count, read.Count);
        Assert.All(read, static order => Assert.Empty(order.Refunds));
    }

    [Fact]
    public async Task Without_the_shop_scope_name_and_currency_are_left_out()
    {
        Store.Scopes.Remove("read_shops");

        var grant = await GrantAsync(Platform.Fields);

        Assert.Equal([KeyValuePair.Create("apiVersion", "202412"), KeyValuePair.Create("name", SimulatedGenstore.Name)], grant.Facts.OrderBy(static fact => fact.Key));
        Assert.Equal(["read_shops"], Connector.Descriptor.Scopes.Except(grant.Scopes));
        Assert.Equal(["accessToken", "signingSecret"], grant.Secrets.Keys.Order());
    }

    [Fact]
    public async Task An_app_that_may_not_see_its_scopes_is_told_which_one_it_needs()
    {
        Store.Scopes.Remove("write_apps");

        var fault = await Pipeline.FaultOfAsync(() => GrantAsync(Platform.Fields));

        Assert.Equal(FaultKind.ScopeMissing, fault.Kind);
        Assert.Contains("write_apps", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_may_only_read_apps_gets_no_webhooks_and_no_trouble()
    {
        Store.Scopes.Remove("write_apps");
        Store.Scopes.Add("read_apps");
        var store = await ConnectAsync();

        Assert.Empty((await Connector.Webhooks!.EnsureAsync(store, Callback, CancellationToken.None)).Restored);
        Assert.Empty(Store.Subscriptions);
    }

    [Fact]
    public async Task Without_a_signing_secret_nothing_is_registered_and_deliveries_are_refused()
    {
        var grant = await GrantAsync(new Dictionary<string, string>(Platform.Fields.Where(static field => field.Key != "signingSecret")));
        var store = Pipeline.Session(Connector, grant.Store, grant.Secrets, grant.Facts);

        Assert.Empty((await Connector.Webhooks!.EnsureAsync(store, Callback, CancellationToken.None)).Restored);
        Assert.Empty(Store.Subscriptions);
        var request = Platform.Sign("orders/create", "{}"u8.ToArray(), Store.ClientSecret);
        Assert.Equal(SignatureResult.MissingSecret, Connector.Webhooks.Verify(request, Connector.Webhooks.SigningSecrets(store), Time.GetUtcNow()));
        Assert.NotEmpty((await FirstPageAsync(store)).Changes);
        Assert.Empty(Genstore.Log.Violations);
    }

    [Fact]
    public async Task A_registration_of_somebody_elses_that_is_no_address_is_passed_by()
    {
        var store = await ConnectAsync();
        Pipeline.Line.Next(() => FaultyLine.Answer(200, """{"webhooks":[{"id":8589934859,"address":"https://appURL:topicName","topic":"orders/create"},{"id":"7","topic":"orders/create"}]}"""));

        Assert.Equal(Connector.Descriptor.Topics.Count, (await Connector.Webhooks!.EnsureAsync(store, Callback, CancellationToken.None)).Restored.Count);
    }

    [Fact]
    public async Task A_subscription_that_failed_eight_times_ends_and_the_audit_brings_it_back()
    {
        var nobody = new Uri($"http://127.0.0.1:{StoreClaw.Sandbox.Hosting.LoopbackServer.FreePort()}/webhooks/genstore/connection-1");
        var store = await ConnectAsync();
        await Connector.Webhooks!.EnsureAsync(store, nobody, CancellationToken.None);
        Place();
        for (var time = 0; time < GenstoreShop.MostFailures; time++)
        {
            Assert.Equal(Connector.Descriptor.Topics.Count, Store.Subscriptions.Count);
            await Platform.DeliverAsync();
        }

        Assert.Equal(["customers/update", "orders/create", "orders/paid"], (await Connector.Webhooks.EnsureAsync(store, nobody, CancellationToken.None)).Restored.Order());
        Assert.Equal(0, await Genstore.DeliverAsync());
    }

    [Fact]
    public async Task The_rest_of_what_is_told_is_understood()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var store = await ConnectAsync();
        await Connector.Webhooks!.EnsureAsync(store, receiver.Url, CancellationToken.None);
        var customer = Shop.Customers[^1].Id;
        Store.DemandPrivacy(customer, forget: false);
        Store.DemandPrivacy(customer, forget: true);
        Shop.DeleteCustomer(customer);
        Store.RedactShop();
        Store.Uninstall();
        await Platform.DeliverAsync();

        Assert.Equal(
            [
                new ErasureChange(customer.ToString(), [], Report: true), new ErasureChange(customer.ToString(), [], Report: false),
                new LookupChange(Resource.Customers, customer.ToString(), MayBeGone: true), new ErasureChange(null, [], Report: false), new UninstalledChange(),
            ],
            receiver.Received.SelectMany(request => Connector.Webhooks.Read(new Delivery(request.Header("X-Genstore-Topic")!, null, null, default, request.Body), store)),
            Alike);
    }

    [Fact]
    public async Task Another_shops_end_is_not_ours()
    {
        var store = await ConnectAsync();
        var body = Encoding.UTF8.GetBytes("""{"shop":{"shopId":1}}""");

        Assert.IsType<NothingChange>(Assert.Single(Connector.Webhooks!.Read(new Delivery("shop/redact", null, null, default, body), store)));
    }

    [Fact]
    public async Task A_bigger_plans_budget_is_used()
    {
        var store = await ConnectAsync();
        for (var call = 0; call < 120; call++)
        {
            Pipeline.Line.Next(() =>
            {
                var answer = FaultyLine.Answer(200, """{"orders":[]}""");
                answer.Headers.Add("X-Genstore-Shop-Api-Rate-Limit", "0/200");
                answer.Headers.Date = Time.GetUtcNow();
                return answer;
            });
            await FirstPageAsync(store);
        }

        Assert.InRange(Time.Waits.Sum(static wait => wait.TotalSeconds), 0, 20);
    }

    protected override byte[] BodyOf(string topic) => """{"order":{"orderId":"300157930096874","updatedAt":"2026-08-20T05:00:00-04:00"}}"""u8.ToArray();

    protected override async Task<ISimulatedPlatform> StartPlatformAsync(SimStore shop, TimeProvider time) => await SimulatedGenstore.StartAsync(shop, time);

    private static bool Alike(Change expected, Change told) => expected is ErasureChange { OrderIds.Count: 0 } demand && told is ErasureChange { OrderIds.Count: 0 } erasure
        ? (demand.CustomerId, demand.Report) == (erasure.CustomerId, erasure.Report)
        : expected == told;

    private PageRequest Everything(int size) => new(null, Soon(), null, size, Backfill: true);
}
