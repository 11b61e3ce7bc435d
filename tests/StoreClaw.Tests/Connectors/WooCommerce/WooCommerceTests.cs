using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Connectors.WooCommerce;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.WooCommerce;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Connectors.WooCommerce;

/// <summary>The contract, and what differs from one seller's server to the next.</summary>
public sealed class WooCommerceTests() : ConnectorContract(WooCommerceConnector.Create(new SeededRandomness(3)))
{
    private const WooCommerceQuirks AllQuirks =
        WooCommerceQuirks.NumbersAsText | WooCommerceQuirks.EmptyPrice | WooCommerceQuirks.FalseForEmpty | WooCommerceQuirks.ExtraMembers | WooCommerceQuirks.PhpNotice;

    private static readonly Uri Callback = new("https://storeclaw.example/webhooks/woocommerce/connection-1");

    private SimulatedWooCommerce Woo => (SimulatedWooCommerce)Platform;

    private WooCommerceSite Site => Woo.Site;

    [Theory]
    [InlineData(true, false, "/wp-json/wc/v3", null)]
    [InlineData(true, true, "/wp-json/wc/v3", "true")]
    [InlineData(false, false, "/?rest_route=/wc/v3", null)]
    [InlineData(false, true, "/?rest_route=/wc/v3", "true")]
    public async Task Connecting_finds_the_form_of_the_address_and_the_way_to_hand_over_the_key(bool pretty, bool strips, string apiRoot, string? keysInQuery)
    {
        Site.Behaviour = Site.Behaviour with { PrettyPermalinks = pretty, StripsAuthorization = strips };

        var grant = await GrantAsync(Platform.Fields);
        var store = await ConnectAsync();

        Assert.Equal((apiRoot, keysInQuery), (grant.Facts["apiRoot"], grant.Facts.GetValueOrDefault("keysInQuery")));
        Assert.Equal(("read_write", Site.Behaviour.WooCommerceVersion), (grant.Facts["permission"], grant.Facts["version"]));
        Assert.Equal(Shop.Profile.TimeZone, grant.Facts["timeZone"]);
        Assert.Equal(SimulatedWooCommerce.SiteUrl, grant.Store);
        Assert.NotEmpty((await FirstPageAsync(store)).Changes);
        Assert.Equal(Connector.Descriptor.Topics.Count, (await Connector.Webhooks!.EnsureAsync(store, Callback, CancellationToken.None)).Restored.Count);
        Assert.Equal(strips, Pipeline.Line.Requests.Any(static url => url.Query.Contains("consumer_secret", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_key_with_a_wrong_secret_is_not_put_into_addresses()
    {
        var fault = await Pipeline.FaultOfAsync(() => GrantAsync(new Dictionary<string, string>(Platform.Fields) { ["consumerSecret"] = "cs_wrong" }));

        Assert.Equal(FaultKind.CredentialsRejected, fault.Kind);
        Assert.Single(Pipeline.Line.Requests);
    }

    [Fact]
    public async Task A_wrong_key_is_called_so_also_without_pretty_permalinks()
    {
        Site.Behaviour = Site.Behaviour with { PrettyPermalinks = false };

        Assert.Equal(FaultKind.CredentialsRejected, (await Pipeline.FaultOfAsync(() => GrantAsync(Platform.WrongKeys))).Kind);
    }

    [Fact]
    public async Task A_read_only_key_reads_and_is_not_sent_to_write()
    {
        var grant = await GrantAsync(SimulatedWooCommerce.FieldsOf(Site.CreateKey(WooCommercePermission.Read)));
        var store = Pipeline.Session(Connector, grant.Store, grant.Secrets, grant.Facts);
        var before = Pipeline.Line.Requests.Count;

        var hooks = await Pipeline.FaultOfAsync(() => Connector.Webhooks!.EnsureAsync(store, Callback, CancellationToken.None));
        var stock = await Pipeline.FaultOfAsync(() => Connector.StockWriter!.SetAsync(store, [new StockWrite("1", "", 1, null, "k")], CancellationToken.None));

        Assert.Equal(["read"], grant.Scopes);
        Assert.Equal((FaultKind.ScopeMissing, FaultKind.ScopeMissing), (hooks.Kind, stock.Kind));
        Assert.Equal(before + 1, Pipeline.Line.Requests.Count);
        Assert.NotEmpty((await FirstPageAsync(store)).Changes);
    }

    [Theory]
    [InlineData(WooCommercePermission.Write, WooCommerceRole.Administrator)]
    [InlineData(WooCommercePermission.ReadWrite, WooCommerceRole.Customer)]
    public async Task A_key_that_may_not_read_orders_is_called_so(WooCommercePermission permission, WooCommerceRole role)
    {
        var fault = await Pipeline.FaultOfAsync(() => GrantAsync(SimulatedWooCommerce.FieldsOf(Site.CreateKey(permission, role))));

        Assert.Equal(FaultKind.ScopeMissing, fault.Kind);
    }

    [Fact]
    public async Task The_webhook_secret_is_made_once_and_has_nothing_to_escape()
    {
        var first = (await GrantAsync(Platform.Fields)).Secrets;
        var again = await Connector.Authorization.GrantAsync(Pipeline.Session(Connector, SimulatedWooCommerce.SiteUrl, first), Time.GetUtcNow(), CancellationToken.None);
        var other = (await GrantAsync(Platform.Fields)).Secrets;

        Assert.Matches("^[0-9a-f]{64}$", first["webhookSecret"].Reveal());
        Assert.Equal(first["webhookSecret"], again.Secrets["webhookSecret"]);
        Assert.NotEqual(first["webhookSecret"], other["webhookSecret"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_store_hands_its_key_over(bool userIdAsNumber)
    {
        Site.Behaviour = Site.Behaviour with { UserIdAsNumber = userIdAsNumber };
        await using var receiver = await WebhookReceiver.StartAsync();
        var (store, url) = Start(receiver.Url, userIdAsNumber ? "738264518273645" : "st4te-._~");

        var approval = await Site.ApproveAsync(url);
        var posted = Assert.Single(receiver.Received);
        var callback = Callbacks(posted);
        var grant = await Connector.Authorization.ExchangeAsync(store, callback, Time.GetUtcNow(), CancellationToken.None);

        Assert.Null(Connector.Authorization.CheckCallback(store, callback, Time.GetUtcNow()));
        Assert.Equal(userIdAsNumber ? "738264518273645" : "st4te-._~", callback.Parameter(Connector.Authorization.StateParameter));
        Assert.Equal(approval.Key!.ConsumerSecret, grant.Secrets["consumerSecret"].Reveal());
        Assert.Equal(["read", "write"], grant.Scopes);
        Assert.Contains("success=1", approval.RedirectTo!.Query, StringComparison.Ordinal);
        Pipeline.Log.AssertFreeOf([approval.Key.ConsumerKey, approval.Key.ConsumerSecret]);
    }

    [Fact]
    public async Task A_hand_over_that_is_refused_incomplete_or_of_another_attempt_is_not_exchanged()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var (store, url) = Start(receiver.Url, "state-1");
        await Site.ApproveAsync(url);
        var good = Callbacks(receiver.Received[0]);
        CallbackInput[] bad =
        [
            good with { Body = default },
            good with { Body = Encoding.UTF8.GetBytes("[]") },
            good with { Body = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(good.Body.Span).Replace("read_write", "read", StringComparison.Ordinal)) },
            good with { Query = [new("user_id", "state-2")] },
            good with { Query = [new("success", "0"), new("user_id", "state-1")], Body = default },
        ];

        foreach (var callback in bad)
        {
            Assert.NotNull(Connector.Authorization.CheckCallback(store, callback, Time.GetUtcNow()));
            await Pipeline.FaultOfAsync(() => Connector.Authorization.ExchangeAsync(store, callback, Time.GetUtcNow(), CancellationToken.None));
        }

        Assert.Empty(Pipeline.Line.Requests);
        Assert.Contains("success=0", Site.Deny(url).RedirectTo!.Query, StringComparison.Ordinal);
    }

    [Fact]
    public void A_hand_over_wants_https()
    {
        var store = Pipeline.Session(Connector, SimulatedWooCommerce.SiteUrl, new Dictionary<string, Secret>());

        Assert.Throws<PlatformException>(() => Connector.Authorization.AuthorizeUrl(store, new BrowserStart("s", new Uri("http://storeclaw.example/oauth/woocommerce/callback"), "")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_old_store_that_ignores_the_filter_gives_what_changed_and_nothing_else(bool ordersByModified)
    {
        Site.Behaviour = Site.Behaviour with { IgnoresModifiedFilter = true, KnowsOrderByModified = ordersByModified };
        var store = await ConnectAsync();
        Time.Advance(TimeSpan.FromHours(1));
        var since = Time.GetUtcNow();
        var changed = new[] { Shop.Orders[4].Id, Shop.Orders[20].Id, Place().Id }.Select(static id => id.ToString()).ToList();
        changed.Take(2).ToList().ForEach(id => Shop.UpdateOrder(long.Parse(id)));

        var read = await WalkAsync(store, Resource.Orders, new PageRequest(since, Soon(), null, 7, Backfill: false));

        Assert.Equal(changed.Order(), read.Select(static change => change.Record.Id).Order());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Rows_that_go_while_paging_take_no_others_with_them(int seed)
    {
        var random = new Random(seed);
        var store = await ConnectAsync();
        var gone = new HashSet<string>();

        var read = await WalkAsync(store, Resource.Customers, new PageRequest(null, Soon(), null, 4, Backfill: true), page =>
        {
            for (var i = random.Next(4); i > 0 && Shop.Customers.Count > 3 && page < 12; i--)
            {
                var customer = Shop.Customers[random.Next(Math.Min(Shop.Customers.Count, page * 4))];
                gone.Add(customer.Id.ToString());
                Shop.DeleteCustomer(customer.Id);
            }
        });

        Assert.Empty(Shop.Customers.Select(static customer => customer.Id.ToString()).Except(read.Select(static change => change.Record.Id)));
        Assert.NotEmpty(gone);
    }

    [Fact]
    public async Task Orders_moved_to_the_trash_are_found_without_a_webhook()
    {
        var store = await ConnectAsync();
        Time.Advance(TimeSpan.FromHours(1));
        var since = Time.GetUtcNow();
        Site.TrashOrder(Shop.Orders[2].Id);

        var read = await WalkAsync(store, Resource.Orders, new PageRequest(since, Soon(), null, 10, Backfill: false));

        Assert.True(Assert.Single(read, change => change.Record.Id == Shop.Orders[2].Id.ToString()).Record.Deleted);
    }

    [Fact]
    public async Task What_plug_ins_make_of_the_answers_reads_the_same()
    {
        var store = await ConnectAsync();
        var plain = await EverythingAsync(store);
        Site.Behaviour = Site.Behaviour with { Quirks = AllQuirks };
        var again = await ConnectAsync();
        var bent = await EverythingAsync(again);

        Assert.Equal(store.Facts, again.Facts);
        Assert.Equal(plain.Where(static text => !text.Contains("variants", StringComparison.Ordinal)), bent.Where(static text => !text.Contains("variants", StringComparison.Ordinal)));
        Assert.Equal(plain.Count, bent.Count);
        Assert.All(bent.Where(static text => text.Contains("variants", StringComparison.Ordinal)), static text => Assert.Contains("\"price\":null", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Variations_that_share_their_parents_stock_point_to_it()
    {
        Site.Behaviour = Site.Behaviour with { Quirks = WooCommerceQuirks.ParentStock | WooCommerceQuirks.NumericSku };
        var store = await ConnectAsync();
        var product = Shop.Products.First(static product => product.Variants.Count > 1);

        var found = await Connector.Readers[Resource.Products].FindAsync(store, product.Id.ToString(), CancellationToken.None);

        var levels = found.OfType<StockChange>().Select(static change => change.Level).Where(static level => level.Available is not null).ToList();
        Assert.Equal((product.Id.ToString(), (decimal?)product.Variants.Sum(static variant => variant.Stock)), (Assert.Single(levels).ItemId, levels[0].Available));
        Assert.All(found.OfType<ProductChange>().Single().Product.Variants, variant => Assert.Equal(product.Id.ToString(), variant.StockItemId));
    }

    [Fact]
    public async Task A_variation_is_found_as_its_product()
    {
        var store = await ConnectAsync();
        var product = Shop.Products.First(static product => product.Variants.Count > 1);

        var found = await Connector.Readers[Resource.Products].FindAsync(store, product.Variants[1].Id.ToString(), CancellationToken.None);

        Assert.Equal(product.Id.ToString(), found.OfType<ProductChange>().Single().Product.Id);
        Assert.Equal(product.Variants.Count, found.OfType<StockChange>().Count());
    }

    [Fact]
    public async Task A_plug_in_switched_off_makes_no_tombstones()
    {
        var store = await ConnectAsync();
        Pipeline.Line.Next(() => FaultyLine.Answer(404, """{"code":"rest_no_route","message":"No route was found matching the URL and request method.","data":{"status":404}}"""));

        var fault = await Pipeline.FaultOfAsync(() => Connector.Readers[Resource.Orders].FindAsync(store, "1", CancellationToken.None));

        Assert.Equal(FaultKind.StoreUnavailable, fault.Kind);
    }

    [Fact]
    public async Task Webhooks_switched_off_moved_or_doubled_are_put_right()
    {
        var store = await ConnectAsync();
        await Connector.Webhooks!.EnsureAsync(store, new Uri("https://earlier.example/webhooks/woocommerce/connection-1"), CancellationToken.None);
        var moved = await Connector.Webhooks.EnsureAsync(store, Callback, CancellationToken.None);
        DropStatus("order.updated", "disabled");
        DropStatus("product.deleted", "paused");
        var doubled = new { name = "by hand", topic = "order.created", delivery_url = Callback.AbsoluteUri, secret = "x", status = "active" };
        await WooCommerceConnector.SendAsync(store, HttpMethod.Post, "webhooks", "", doubled, CancellationToken.None);

        var audit = await Connector.Webhooks.EnsureAsync(store, Callback, CancellationToken.None);

        Assert.Equal(Connector.Descriptor.Topics.Count, moved.Restored.Count);
        Assert.Equal(["order.updated", "product.deleted"], audit.Restored);
        Assert.Equal(Connector.Descriptor.Topics.Order(), Platform.Registrations.Select(static registration => registration.Key).Order());
        Assert.All(Site.Webhooks, static hook => Assert.Equal(Callback.AbsoluteUri, hook.DeliveryUrl));
    }

    [Fact]
    public async Task Connecting_anew_makes_the_webhooks_sign_with_the_new_secret()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await Connector.Webhooks!.EnsureAsync(await ConnectAsync(), receiver.Url, CancellationToken.None);
        var store = await ConnectAsync();
        await Connector.Webhooks.EnsureAsync(store, receiver.Url, CancellationToken.None);
        Place();
        await Platform.DeliverAsync();

        var deliveries = receiver.Received.Where(request => Connector.Webhooks.Answer(request, store.Secrets) is null).ToList();

        Assert.NotEmpty(deliveries);
        Assert.All(deliveries, request => Assert.Equal(SignatureResult.Valid, Connector.Webhooks.Verify(request, Connector.Webhooks.SigningSecrets(store), Time.GetUtcNow())));
        Assert.NotEmpty(receiver.Received.Except(deliveries));
    }

    [Fact]
    public async Task An_order_reads_the_same_from_a_delivery_and_from_the_list()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var store = await ConnectAsync();
        await Connector.Webhooks!.EnsureAsync(store, receiver.Url, CancellationToken.None);
        Time.Advance(TimeSpan.FromHours(1));
        var since = Time.GetUtcNow();
        var guest = Shop.PlaceOrder(new OrderDraft { Lines = [new DraftLine(Shop.Products[2].Variants[0].Id, 3, Discount: 2m)], Shipping = 4m, Tax = 1.1m }).Id.ToString();
        var cancelled = Shop.CancelOrder(Place().Id).Id.ToString();
        var refunded = Place().Id;
        Shop.RefundOrder(refunded, 2.5m);
        await Platform.DeliverAsync();

        var delivered = receiver.Received.Where(request => Connector.Webhooks.Answer(request, store.Secrets) is null)
            .Select(request => (Head: Connector.Webhooks.Head(request), request.Body))
            .SelectMany(delivery => Connector.Webhooks.Read(new Delivery(delivery.Head.Topic, delivery.Head.DeliveryId, null, Time.GetUtcNow(), delivery.Body), store)).ToList();
        var listed = await WalkAsync(store, Resource.Orders, new PageRequest(since, Soon(), null, 10, Backfill: false));

        foreach (var id in new[] { guest, cancelled })
        {
            Assert.Equal(Text(listed.Last(change => change.Record.Id == id)), Text(delivered.OfType<OrderChange>().Last(change => change.Order.Id == id)));
        }

        Assert.Contains(new LookupChange(Resource.Orders, refunded.ToString(), MayBeGone: false), delivered);
        Assert.Equal(2.5m, Assert.Single(((Order)listed.Last(change => change.Record.Id == refunded.ToString()).Record).Refunds).Amount);
        Assert.Null(((Order)listed.Last(change => change.Record.Id == guest).Record).CustomerId);
    }

    [Fact]
    public async Task Stock_of_many_items_is_set_in_few_calls()
    {
        var store = await ConnectAsync();
        var levels = (await WalkAsync(store, Resource.Stock, new PageRequest(null, Soon(), null, 50, Backfill: true))).Cast<StockChange>().Select(static change => change.Level).ToList();
        var writes = levels.Select(static (level, index) => new StockWrite(level.ItemId, "", 1000 + index, level.Available, $"key-{index}")).ToList();
        writes.Add(new StockWrite($"{Shop.Products[0].Id}:999999999", "", 1, null, "key-none"));
        var before = Pipeline.Line.Requests.Count;

        var results = await Connector.StockWriter!.SetAsync(store, writes, CancellationToken.None);
        var calls = Pipeline.Line.Requests.Count - before;

        Assert.True(calls < writes.Count, $"{calls} calls for {writes.Count} items");
        Assert.All(results.SkipLast(1), static result => Assert.Null(result.Fault));
        Assert.NotNull(results[^1].Fault);
        Assert.Equal(writes, results.Select(static result => result.Write));
        var now = (await WalkAsync(store, Resource.Stock, new PageRequest(null, Soon(), null, 50, Backfill: true))).Cast<StockChange>()
            .ToDictionary(static change => change.Level.ItemId, static change => change.Level.Available);
        Assert.All(writes.SkipLast(1), write => Assert.Equal(write.Quantity, now[write.ItemId]));
    }

    [Fact]
    public async Task A_store_is_asked_one_thing_at_a_time()
    {
        var store = await ConnectAsync();

        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => FirstPageAsync(store)));

        Assert.Equal(1, Site.MostCallsAtOnce);
        Assert.Empty(Site.Log.Violations);
    }

    protected override async Task<ISimulatedPlatform> StartPlatformAsync(SimStore shop, TimeProvider time) => await SimulatedWooCommerce.StartAsync(shop, time);

    private void DropStatus(string topic, string status) => Site.SetWebhookStatus(Site.Webhooks.Single(hook => hook.Topic == topic).Id, status);

    private static CallbackInput Callbacks(WebhookRequest posted) => new(
        [.. posted.Query.SelectMany(static pair => pair.Value.Select(value => KeyValuePair.Create(pair.Key, value ?? "")))], posted.Body, new Uri("https://storeclaw.example/oauth/woocommerce/callback"), "");

    private (StoreSession Store, Uri Url) Start(Uri callback, string state)
    {
        var plan = Assert.IsType<ConnectPlan.Browser>(Connector.Authorization.Plan(new ConnectInput(new Dictionary<string, Secret> { ["siteUrl"] = new(SimulatedWooCommerce.SiteUrl) }, null, LiftAddressRules: true)));
        var store = Pipeline.Session(Connector, plan.Store, plan.Secrets);
        return (store, Connector.Authorization.AuthorizeUrl(store, new BrowserStart(state, callback, "")));
    }

    private async Task<List<string>> EverythingAsync(StoreSession store)
    {
        List<string> texts = [];
        foreach (var resource in Enum.GetValues<Resource>())
        {
            texts.AddRange((await WalkAsync(store, resource, new PageRequest(null, Soon(), null, 20, Backfill: true))).Select(Text));
        }

        return texts;
    }
}
