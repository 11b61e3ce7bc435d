using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Connectors.Ebay;
using StoreClaw.Connectors.Http;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Ebay;
using StoreClaw.Sandbox.Hosting;

namespace StoreClaw.Tests.Connectors.Ebay;

/// <summary>The contract over the simulated eBay, and what only eBay does.</summary>
public sealed class EbayTests : ConnectorContract
{
    private static readonly Uri Callback = new("https://storeclaw.example/webhooks/ebay/connection-1");

    private readonly Uptime _uptime;

    public EbayTests()
        : this(new Uptime())
    {
    }

    private EbayTests(Uptime uptime)
        : base(EbayConnector.Create(() => uptime.Now)) => _uptime = uptime;

    /// <summary>eBay names neither: an account sells on many marketplaces.</summary>
    protected override bool TellsCurrencyAndZone => false;

    /// <summary>eBay signs the JSON without white space.</summary>
    protected override bool SignsWhiteSpace => false;

    private SimulatedEbay Simulated => (SimulatedEbay)Platform;

    private EbayNotifications Notifications => Simulated.Platform.Notifications;

    private IWebhooks Hooks => Connector.Webhooks!;

    [Fact]
    public async Task The_store_is_the_user_id_and_the_name_the_user_name()
    {
        var grant = await GrantAsync(Platform.Fields);

        Assert.Equal(("sellerUserId1", "harbor_and_pine", "EBAY_US"), (grant.Store, grant.Facts["name"], grant.Facts["marketplace"]));
        Assert.Equal(Time.GetUtcNow().AddHours(2), grant.ExpiresAt);
        Assert.Empty(Simulated.Platform.Log.Violations);
    }

    [Fact]
    public async Task A_code_is_good_once_and_for_five_minutes_and_only_with_the_RuName()
    {
        var app = Platform.App!;
        Assert.Equal(FaultKind.CredentialsRejected, (await ExchangeFaultAsync(app, await CodeAsync(app), TimeSpan.FromSeconds(300))).Kind);
        var code = await CodeAsync(app);
        await Connector.Authorization.ExchangeAsync(Probe(app), code, Time.GetUtcNow(), CancellationToken.None);
        Assert.Equal(FaultKind.CredentialsRejected, (await ExchangeFaultAsync(app, code, TimeSpan.Zero)).Kind);
        var other = app with { Settings = new Dictionary<string, Secret>(app.Settings) { ["ruName"] = new("another-runame-0000") } };
        Assert.Equal(FaultKind.CredentialsRejected, (await ExchangeFaultAsync(other, await CodeAsync(app), TimeSpan.Zero)).Kind);
        await Assert.ThrowsAsync<InvalidOperationException>(() => CodeAsync(other));
    }

    [Fact]
    public async Task A_declined_approval_is_called_so()
    {
        var back = Simulated.Platform.Approve(Connector.Authorization.AuthorizeUrl(Probe(Platform.App!), new BrowserStart("state-1", Callback, "unused")), Simulated.Seller, declines: true);

        Assert.Equal("The seller did not approve at eBay.", Connector.Authorization.CheckCallback(Probe(Platform.App!), Input(back), Time.GetUtcNow()));
    }

    [Fact]
    public async Task Refresh_tokens_stay_and_are_used_again()
    {
        var store = await ConnectAsync();
        var refreshToken = store.Secrets["refreshToken"];
        for (var i = 0; i < 3; i++)
        {
            Platform.ExpireTokens();
            Assert.NotEmpty((await FirstPageAsync(store)).Changes);
        }

        Assert.Equal(3, Pipeline.Refreshes);
        Assert.Equal(refreshToken, store.Secrets["refreshToken"]);
        Time.Advance(TimeSpan.FromSeconds(47_304_000));
        Assert.Equal(FaultKind.CredentialsRejected, (await Pipeline.FaultOfAsync(() => FirstPageAsync(store))).Kind);
    }

    [Fact]
    public async Task An_order_is_read_as_the_shop_has_it_and_holds_no_person()
    {
        var store = await ConnectAsync();
        var placed = Place();
        Time.Advance(TimeSpan.FromSeconds(3));
        Shop.RefundOrder(placed.Id, 3.5m);
        placed = Shop.FindOrder(placed.Id)!;

        var change = (await FindOrderAsync(store, placed.Id))!;
        var order = (Order)change.Record;

        Assert.Equal((EbaySeller.OrderId(placed.Id), placed.CreatedAt, placed.UpdatedAt, "USD"), (order.Number, order.CreatedAt, order.UpdatedAt, order.Currency));
        Assert.Equal((placed.Total, placed.Tax, placed.Shipping), (order.Total, order.Tax, order.Shipping));
        Assert.Equal(placed.OrderDiscount + placed.Lines.Sum(static line => line.Discount), order.Discount);
        Assert.Equal((EbaySeller.Buyer(placed), placed.Country, "PARTIALLY_REFUNDED", "NOT_STARTED"), (order.CustomerId, order.Country, order.PaymentStatus, order.FulfillmentStatus));
        var (line, expected) = (Assert.Single(order.Lines), placed.Lines[0]);
        Assert.Equal((expected.Id.ToString(), expected.Sku, expected.Title), (line.Id, line.Sku, line.Title));
        Assert.Equal((expected.ProductId.ToString(), expected.VariantId.ToString()), (line.ProductId, line.VariantId));
        Assert.Equal(((decimal)expected.Quantity, expected.UnitPrice, expected.Discount), (line.Quantity, line.UnitPrice, line.Discount));
        Assert.Equal(new Refund(placed.Refunds[0].Id.ToString(), placed.Refunds[0].CreatedAt, 3.5m), Assert.Single(order.Refunds));
        Assert.All(new[] { "Sample", "Springfield", "5550100", "example.com" }, person => Assert.DoesNotContain(person, Text(change), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_refund_paid_out_in_another_currency_counts_in_the_orders()
    {
        var store = await ConnectAsync();
        var placed = Shop.PlaceOrder(new OrderDraft { Lines = [new DraftLine(Shop.Products[0].Variants[0].Id, 1)], Presentment = new PresentmentCurrency("CAD", 1.37m, 1) });
        Shop.RefundOrder(placed.Id, 4m);

        var order = (Order)(await FindOrderAsync(store, placed.Id))!.Record;

        Assert.Equal(("USD", placed.Total, 4m), (order.Currency, order.Total, order.Refunds.Single().Amount));
    }

    [Fact]
    public async Task Orders_that_change_while_a_page_is_read_push_none_past_it()
    {
        var store = await ConnectAsync();
        Time.Advance(TimeSpan.FromHours(1));
        var since = Time.GetUtcNow();
        var placed = Enumerable.Range(0, 30).Select(_ => Place().Id).ToList();
        Time.Advance(TimeSpan.FromMinutes(5));
        var request = new PageRequest(since, Time.GetUtcNow(), null, 3, Backfill: false);
        var changed = new List<long>();

        var read = await WalkAsync(store, Resource.Orders, request, page =>
        {
            // Out of the window, which ends in the past: what is left moves up.
            Time.Advance(TimeSpan.FromSeconds(1));
            if (page <= 4)
            {
                changed.AddRange(placed.Skip(page * 2).Take(2).Where(id => Shop.UpdateOrder(id).UpdatedAt > request.Until));
            }
        });

        Assert.Equal(8, changed.Count);
        Assert.Empty(placed.Except(changed).Select(EbaySeller.OrderId).Except(read.Select(static change => change.Record.Id)));
        Assert.Empty(Simulated.Platform.Log.Violations);
    }

    [Fact]
    public async Task An_item_deleted_while_a_page_is_read_pushes_none_past_it()
    {
        var store = await ConnectAsync();
        var skus = Shop.Products.SelectMany(static product => product.Variants).Select(static variant => variant.Sku).Order(StringComparer.Ordinal).ToList();
        var gone = Shop.FindVariant(skus[0])!.Value.Product;

        var read = await WalkAsync(store, Resource.Stock, new PageRequest(null, Time.GetUtcNow(), null, 2, Backfill: true), page =>
        {
            if (page == 2)
            {
                Shop.DeleteProduct(gone.Id);
            }
        });

        var found = read.Select(static change => ((StockLevel)change.Record).Sku!).ToHashSet();
        Assert.Empty(skus.Except(gone.Variants.Select(static variant => variant.Sku)).Except(found));
    }

    [Fact]
    public async Task A_backfill_of_its_own_page_size_stays_within_the_rules_and_two_years()
    {
        var store = await ConnectAsync();
        foreach (var (resource, plan) in Connector.Descriptor.Sync)
        {
            Assert.NotEmpty(await WalkAsync(store, resource, new PageRequest(null, Time.GetUtcNow(), null, plan.PageSize, Backfill: true)));
        }

        Assert.NotEmpty((await Connector.Readers[Resource.Orders].ReadAsync(store, new PageRequest(Time.GetUtcNow().AddYears(-5), Time.GetUtcNow(), null, 200, Backfill: true), CancellationToken.None)).Changes);
        Assert.Empty(Simulated.Platform.Log.Violations);
    }

    [Fact]
    public async Task A_spent_day_is_put_off_until_midnight_in_California()
    {
        var store = await ConnectAsync();
        Simulated.Platform.Quotas["sell/fulfillment"] = 0;
        var before = Time.Waits.Count;

        var fault = await Pipeline.FaultOfAsync(() => FirstPageAsync(store));

        // 09:00 UTC is 02:00 in August.
        Assert.Equal((FaultKind.QuotaExhausted, "2001"), (fault.Kind, fault.Code));
        Assert.Equal(new DateTimeOffset(2026, 8, 21, 7, 0, 0, TimeSpan.Zero), Time.GetUtcNow() + fault.RetryAfter);
        Assert.Equal(before, Time.Waits.Count);
        Assert.NotEmpty((await Connector.Readers[Resource.Stock].ReadAsync(store, new PageRequest(null, Time.GetUtcNow(), null, 5, Backfill: true), CancellationToken.None)).Changes);
    }

    [Fact]
    public async Task A_whole_days_bursts_stay_within_the_quota()
    {
        var store = await ConnectAsync();
        Simulated.Platform.Quotas["commerce/notification"] = 10_000;

        for (var i = 0; i < 30; i++)
        {
            await Hooks.EnsureAsync(store, Callback, CancellationToken.None);
        }

        Assert.Equal(0, Simulated.Platform.Log.Count("status.429"));
    }

    [Fact]
    public async Task A_scope_that_is_missing_is_called_so()
    {
        var url = Connector.Authorization.AuthorizeUrl(Probe(Platform.App!), new BrowserStart("state-1", Callback, "unused")).AbsoluteUri;
        var less = new Uri(url.Replace(Uri.EscapeDataString(" https://api.ebay.com/oauth/api_scope/sell.inventory"), "", StringComparison.Ordinal));
        var grant = await Connector.Authorization.ExchangeAsync(Probe(Platform.App!), Input(Simulated.Platform.Approve(less, Simulated.Seller)), Time.GetUtcNow(), CancellationToken.None);
        var store = Pipeline.Session(Connector, grant.Store, grant.Secrets);

        var fault = await Pipeline.FaultOfAsync(() => Connector.Readers[Resource.Stock].FindAsync(store, "A@", CancellationToken.None));

        Assert.Equal((FaultKind.ScopeMissing, "1100"), (fault.Kind, fault.Code));
    }

    [Fact]
    public async Task The_first_registration_sets_the_alert_address_and_one_without_says_what_to_do()
    {
        var store = await ConnectAsync();
        var alertEmail = store.Secrets["alertEmail"];
        store.Secrets = store.Secrets.Where(static secret => secret.Key != "alertEmail").ToDictionary();

        Assert.Contains("Connectors__ebay__AlertEmail", (await Pipeline.FaultOfAsync(() => Hooks.EnsureAsync(store, Callback, CancellationToken.None))).Message, StringComparison.Ordinal);

        store.Secrets = new Dictionary<string, Secret>(store.Secrets) { ["alertEmail"] = alertEmail };
        Assert.Equal(2, (await Hooks.EnsureAsync(store, Callback, CancellationToken.None)).Restored.Count);
        Assert.Equal("alerts@storeclaw.example", Notifications.AlertEmail);
        Assert.Empty(Simulated.Platform.Log.Violations);
    }

    [Fact]
    public async Task A_topic_the_app_may_not_have_is_left_out()
    {
        var store = await ConnectAsync();
        Notifications.NotEntitled.Add("ORDER_CONFIRMATION");

        Assert.Equal(["AUTHORIZATION_REVOCATION"], (await Hooks.EnsureAsync(store, Callback, CancellationToken.None)).Restored);
    }

    [Fact]
    public async Task What_was_switched_off_or_marked_down_is_switched_on_again()
    {
        var store = await ConnectAsync();
        await Hooks.EnsureAsync(store, Callback, CancellationToken.None);
        Notifications.SetStatus(Notifications.Subscriptions.Single(static row => row.Topic == "ORDER_CONFIRMATION"), "DISABLED");
        Notifications.SetStatus(Notifications.Destinations.Single(), "MARKED_DOWN");

        Assert.Equal(["ORDER_CONFIRMATION"], (await Hooks.EnsureAsync(store, Callback, CancellationToken.None)).Restored);
        Assert.Equal("ENABLED", Notifications.Destinations.Single().Status);
        Assert.All(Notifications.Subscriptions, static row => Assert.Equal("ENABLED", row.Status));
    }

    [Fact]
    public async Task Where_a_topic_is_had_once_it_moves_to_the_new_address()
    {
        Notifications.OneSubscriptionPerTopic = true;
        var store = await ConnectAsync();
        await Hooks.EnsureAsync(store, new Uri("https://old.example/webhooks/ebay/connection-1"), CancellationToken.None);

        Assert.Equal(2, (await Hooks.EnsureAsync(store, Callback, CancellationToken.None)).Restored.Count);
        Assert.All(Platform.Registrations, static registration => Assert.Equal(Callback, registration.Value));
        Assert.Equal(2, Platform.Registrations.Count);
    }

    [Fact]
    public async Task Destinations_are_looked_for_on_all_pages()
    {
        var store = await ConnectAsync();
        for (var i = 0; i < 230; i++)
        {
            Notifications.AddDestination(new Uri($"https://other.example/{i}"));
        }

        await Hooks.EnsureAsync(store, Callback, CancellationToken.None);
        Assert.Empty((await Hooks.EnsureAsync(store, Callback, CancellationToken.None)).Restored);
        Assert.Equal(231, Notifications.Destinations.Count);
        await Hooks.RemoveAsync(store, Callback, CancellationToken.None);
        Assert.Equal(230, Notifications.Destinations.Count);
        Assert.Empty(Simulated.Platform.Log.Violations);
    }

    [Fact]
    public async Task The_challenge_is_met_over_http_and_a_wrong_token_fails_it()
    {
        var token = SimulatedEbay.VerificationToken;
        await using var door = await LoopbackServer.StartAsync(async http =>
        {
            var request = new WebhookRequest(http.Request.Method, http.Request.Headers, http.Request.Query, default, new Uri(Microsoft.AspNetCore.Http.Extensions.UriHelper.GetEncodedUrl(http.Request)));
            var reply = Hooks.Answer(request, new Dictionary<string, Secret> { ["verificationToken"] = new(token) })!;
            (http.Response.StatusCode, http.Response.ContentType) = (reply.Status, reply.ContentType);
            await http.Response.WriteAsync(reply.Body);
        });
        using var http = new HttpClient();
        Notifications.Challenge = async url =>
        {
            using var response = await http.GetAsync(url);
            return new EbayChallengeAnswer((int)response.StatusCode, response.Content.Headers.ContentType?.ToString(), await response.Content.ReadAsStringAsync());
        };
        var store = await ConnectAsync();

        token = "another-token-of-forty-characters-000000";
        Assert.Equal("195020", (await Pipeline.FaultOfAsync(() => Hooks.EnsureAsync(store, new Uri(door.BaseAddress, "webhooks/ebay"), CancellationToken.None))).Code);
        token = SimulatedEbay.VerificationToken;
        await Hooks.EnsureAsync(store, new Uri(door.BaseAddress, "webhooks/ebay"), CancellationToken.None);
        Assert.Single(Notifications.Destinations);
    }

    [Fact]
    public async Task A_key_is_fetched_once_an_hour_and_one_fetched_before_serves_while_eBay_is_away()
    {
        var store = await ConnectAsync();
        var request = Signed(Confirmation("sellerUserId1"));
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(SignatureResult.Valid, await VerifyAsync(store, request));
        }

        Assert.Equal(1, Simulated.Platform.Log.Count("public_key"));
        _uptime.Now += TimeSpan.FromMinutes(61);
        Assert.Equal(SignatureResult.Valid, await VerifyAsync(store, request));
        Assert.Equal(2, Simulated.Platform.Log.Count("public_key"));
        _uptime.Now += TimeSpan.FromMinutes(61);
        Simulated.Platform.FailNext(500, 195000, PlatformClient.MaxRepeats + 1);
        Assert.Equal(SignatureResult.Valid, await VerifyAsync(store, request));
    }

    [Fact]
    public async Task A_key_that_cannot_be_fetched_is_a_fault_and_one_that_is_not_there_a_mismatch()
    {
        var store = await ConnectAsync();
        Simulated.Platform.FailNext(500, 195000, PlatformClient.MaxRepeats + 1);
        Assert.Equal(FaultKind.PlatformFailure, (await Pipeline.FaultOfAsync(() => VerifyAsync(store, Signed(Confirmation("sellerUserId1"))))).Kind);

        using var strangers = new EbaySigningKey("00000000-1111-4222-8333-444444444444");
        var body = Confirmation("sellerUserId1");
        Assert.Equal(SignatureResult.Mismatch, await VerifyAsync(store, SimulatedEbay.Delivery(body, strangers.Sign(body))));
    }

    [Theory]
    [InlineData("../../../sell/fulfillment/v1/order")]
    [InlineData("{5f0a9c51-8d3e-4b7a-9c36-1d2e3f405162}")]
    [InlineData("5f0a9c51-8d3e-4b7a-9c36-1d2e3f405162/x")]
    [InlineData("")]
    public async Task Only_a_guid_is_asked_for(string id)
    {
        var store = await ConnectAsync();
        using var key = new EbaySigningKey(id);
        var body = Confirmation("sellerUserId1");
        var before = Pipeline.Line.Requests.Count;

        Assert.Equal(SignatureResult.Mismatch, await VerifyAsync(store, SimulatedEbay.Delivery(body, key.Sign(body))));
        Assert.Equal(before, Pipeline.Line.Requests.Count);
    }

    [Fact]
    public async Task Before_any_store_is_connected_the_apps_own_settings_answer_and_verify()
    {
        var app = Platform.App!.ToSecrets();
        var nobody = Pipeline.Session(Connector, "", app);
        var request = Signed(Deletion("someUserId", "some_user"));

        Assert.NotNull(Hooks.Answer(SimulatedEbay.Challenge(new Uri("https://storeclaw.example/webhooks/ebay?challenge_code=abc")), app));
        Assert.Null(Hooks.Answer(SimulatedEbay.Challenge(new Uri("https://storeclaw.example/webhooks/ebay?challenge_code=abc")), new Dictionary<string, Secret>()));
        Assert.Null(Hooks.Answer(request, app));
        Assert.Null(Hooks.StoreOf(request, app));
        Assert.Equal(SignatureResult.Valid, await VerifyAsync(nobody, request));
        Assert.Equal(SignatureResult.MissingSecret, await VerifyAsync(Pipeline.Session(Connector, "", new Dictionary<string, Secret>()), request));
    }

    [Fact]
    public async Task A_token_of_the_app_is_asked_for_once_and_again_when_it_has_run_out()
    {
        var store = await ConnectAsync();
        var before = Simulated.Platform.Log.Count("token");
        await Hooks.EnsureAsync(store, Callback, CancellationToken.None);
        await Hooks.EnsureAsync(store, Callback, CancellationToken.None);
        Assert.Equal(1, Simulated.Platform.Log.Count("token") - before);

        Time.Advance(TimeSpan.FromMinutes(121));
        await Hooks.EnsureAsync(store, Callback, CancellationToken.None);
        // One for the app and one for the seller.
        Assert.Equal(3, Simulated.Platform.Log.Count("token") - before);
        Assert.Equal(1, Pipeline.Refreshes);
    }

    [Fact]
    public async Task A_closed_account_is_erased_under_both_its_names_at_every_store()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        Notifications.AccountDeletionEndpoint = receiver.Url;
        var store = await ConnectAsync();
        var buyer = EbaySeller.Buyer(Place());
        Notifications.CloseAccount("buyerUserId7", buyer);
        Notifications.CloseAccount("sameForBoth", "sameForBoth");
        Notifications.CloseAccount("sellerUserId1", "harbor_and_pine");
        await Platform.DeliverAsync();

        var changes = await ReadAllAsync(store, receiver.Received);

        Assert.Equal<string?>([buyer, "buyerUserId7", "sameForBoth", null], changes.OfType<ErasureChange>().Select(static erasure => erasure.CustomerId));
        Assert.Equal(new UninstalledChange(), changes[^1]);
        Assert.All(receiver.Received, request => Assert.Null(Hooks.StoreOf(request, store.Secrets)));
        Assert.Contains(await WalkAsync(store, Resource.Orders, new PageRequest(null, Soon(), null, 50, Backfill: true)), change => ((Order)change.Record).CustomerId == buyer);
    }

    [Fact]
    public async Task Access_taken_away_is_told_to_that_seller_alone()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var store = await ConnectAsync();
        await Hooks.EnsureAsync(store, receiver.Url, CancellationToken.None);
        // What is verified goes by the app's own token, which is not the seller's.
        Platform.RevokeAccess();
        await Platform.DeliverAsync();

        var request = Assert.Single(receiver.Received);
        Assert.Equal("sellerUserId1", Hooks.StoreOf(request, store.Secrets));
        Assert.Equal([new UninstalledChange()], await ReadAllAsync(store, [request]));
        Assert.IsType<NothingChange>(Assert.Single(await ReadAllAsync(Pipeline.Session(Connector, "anotherSeller", store.Secrets), [request])));
    }

    [Fact]
    public async Task A_confirmed_order_leads_to_its_store_and_is_looked_up()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var store = await ConnectAsync();
        await Hooks.EnsureAsync(store, receiver.Url, CancellationToken.None);
        var placed = Place();
        await Platform.DeliverAsync();

        var request = Assert.Single(receiver.Received);
        Assert.Equal("sellerUserId1", Hooks.StoreOf(request, store.Secrets));
        Assert.Equal([new LookupChange(Resource.Orders, EbaySeller.OrderId(placed.Id), MayBeGone: false)], await ReadAllAsync(store, [request]));
        Assert.Equal(Time.GetUtcNow(), Hooks.Head(request).TriggeredAt);
    }

    [Fact]
    public async Task Sixty_items_are_set_in_three_calls_and_each_refused_one_fails_alone()
    {
        var store = await ConnectAsync();
        var skus = Shop.Products.SelectMany(static product => product.Variants).Select(static variant => variant.Sku).ToList();
        var writes = Enumerable.Range(0, 60).Select(i => new StockWrite(i % 7 == 5 ? $"NO-SUCH-{i}" : skus[i % skus.Count], "", i % 11 == 3 ? 2.5m : 40 + i, null, $"write-{i}")).ToList();
        writes = [.. writes.DistinctBy(static write => write.ItemId)];
        Simulated.Platform.MakeBusy(writes[0].ItemId);
        var before = Simulated.Platform.Log.Count("bulk_update_price_quantity");

        var results = await Connector.StockWriter!.SetAsync(store, writes, CancellationToken.None);

        Assert.Equal(writes, results.Select(static result => result.Write));
        Assert.Equal((FaultKind.PlatformFailure, "25025"), (results[0].Fault!.Kind, results[0].Fault!.Code));
        Assert.All(results.Skip(1), result => Assert.Equal(
            result.Write.Quantity == 2.5m ? FaultKind.Invalid : result.Write.ItemId.StartsWith("NO-SUCH", StringComparison.Ordinal) ? FaultKind.NotFound : null, result.Fault?.Kind));
        Assert.All(results.Where(static result => result.Fault is null), result => Assert.Equal(result.Write.Quantity, Shop.FindVariant(result.Write.ItemId)!.Value.Variant.Stock));
        var sent = writes.Count(static write => write.Quantity != 2.5m);
        Assert.Equal((sent + 24) / 25, Simulated.Platform.Log.Count("bulk_update_price_quantity") - before);
        Assert.Empty(await Connector.StockWriter.SetAsync(store, [], CancellationToken.None));
    }

    [Fact]
    public async Task Where_only_one_item_a_call_is_taken_each_gets_its_own()
    {
        Simulated.Platform.OneItemPerCall = true;
        var store = await ConnectAsync();
        var skus = Shop.Products.SelectMany(static product => product.Variants).Select(static variant => variant.Sku).Take(4).ToList();

        var results = await Connector.StockWriter!.SetAsync(store, [.. skus.Select(static sku => new StockWrite(sku, "", 9, null, sku)), new StockWrite(skus[0], "", -1, null, "bad")], CancellationToken.None);

        Assert.Equal([null, null, null, null, FaultKind.Invalid], results.Select(static result => result.Fault?.Kind));
        Assert.All(skus, sku => Assert.Equal(9, Shop.FindVariant(sku)!.Value.Variant.Stock));
    }

    protected override async Task<ISimulatedPlatform> StartPlatformAsync(SimStore shop, TimeProvider time) => await SimulatedEbay.StartAsync(shop, time, Connector.Webhooks!);

    protected override byte[] BodyOf(string topic) => Confirmation("sellerUserId1");

    private static byte[] Body(string topic, JsonObject data) => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["metadata"] = new JsonObject { ["topic"] = topic, ["schemaVersion"] = "1.0", ["deprecated"] = false },
        ["notification"] = new JsonObject { ["notificationId"] = "n-1_n-2", ["eventDate"] = "2026-08-20T09:00:00.123Z", ["publishDate"] = "2026-08-20T09:00:01.123Z", ["publishAttemptCount"] = 1, ["data"] = data },
    }.ToJsonString());

    private static byte[] Confirmation(string userId) =>
        Body("ORDER_CONFIRMATION", new JsonObject { ["user"] = new JsonObject { ["userId"] = userId }, ["order"] = new JsonObject { ["orderId"] = "10-00001-00001" } });

    private static byte[] Deletion(string userId, string username) => Body("MARKETPLACE_ACCOUNT_DELETION", new JsonObject { ["username"] = username, ["userId"] = userId });

    private static CallbackInput Input(Uri back) =>
        new([.. Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(back.Query).Select(static pair => KeyValuePair.Create(pair.Key, pair.Value.ToString()))], default, Callback, "");

    private WebhookRequest Signed(byte[] body) => SimulatedEbay.Delivery(body, Notifications.Key.Sign(body));

    private StoreSession Probe(AppClient app) => Pipeline.Session(Connector, "", app.ToSecrets());

    private Task<CallbackInput> CodeAsync(AppClient app) => Task.FromResult(Input(Simulated.Platform.Approve(Connector.Authorization.AuthorizeUrl(Probe(app), new BrowserStart("state-1", Callback, "unused")), Simulated.Seller)));

    private Task<PlatformFault> ExchangeFaultAsync(AppClient app, CallbackInput code, TimeSpan after)
    {
        Time.Advance(after);
        return Pipeline.FaultOfAsync(() => Connector.Authorization.ExchangeAsync(Probe(app), code, Time.GetUtcNow(), CancellationToken.None));
    }

    private async Task<RecordChange?> FindOrderAsync(StoreSession store, long id) => (await Connector.Readers[Resource.Orders].FindAsync(store, EbaySeller.OrderId(id), CancellationToken.None)).SingleOrDefault();

    private async Task<SignatureResult> VerifyAsync(StoreSession store, WebhookRequest request) =>
        Hooks.Verify(request, await Hooks.KeysAsync(request, store, CancellationToken.None), Time.GetUtcNow());

    private async Task<List<Change>> ReadAllAsync(StoreSession store, IEnumerable<WebhookRequest> requests)
    {
        var changes = new List<Change>();
        foreach (var request in requests)
        {
            Assert.Equal(SignatureResult.Valid, await VerifyAsync(store, request));
            var head = Hooks.Head(request);
            changes.AddRange(Hooks.Read(new Delivery(head.Topic, head.DeliveryId, head.TriggeredAt, Time.GetUtcNow(), request.Body), store));
        }

        return changes;
    }

    private sealed class Uptime
    {
        public TimeSpan Now { get; set; }
    }
}
