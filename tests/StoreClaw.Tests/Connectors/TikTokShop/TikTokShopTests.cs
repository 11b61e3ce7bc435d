using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Connectors.TikTokShop;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.TikTokShop;

namespace StoreClaw.Tests.Connectors.TikTokShop;

/// <summary>The contract over the simulated TikTok Shop, and what only TikTok Shop does.</summary>
public sealed class TikTokShopTests() : ConnectorContract(TikTokShopConnector.Instance)
{
    private static readonly Uri CallbackUrl = new("https://storeclaw.example/oauth/tiktokshop/callback");

    private static readonly Uri HookUrl = new("https://storeclaw.example/webhooks/tiktokshop/connection-1");

    /// <summary>A shop is listed with its region; currency and time zone stand nowhere.</summary>
    protected override bool TellsCurrencyAndZone => false;

    /// <summary>What was given back stands in the returns API, under a scope of its own; an order has nothing of it.</summary>
    protected override bool TellsRefunds => false;

    /// <summary>PUT /event/202309/webhooks sets "the" address of a topic, DELETE names the topic alone.</summary>
    protected override bool HoldsSeveralAddresses => false;

    private SimulatedTikTokShop Simulated => (SimulatedTikTokShop)Platform;

    private TikTokShopPlatform TikTok => Simulated.Platform;

    [Fact]
    public async Task An_order_is_read_as_the_shop_has_it()
    {
        var store = await ConnectAsync();
        var variants = Shop.Products.SelectMany(static product => product.Variants).ToList();
        var placed = Shop.PlaceOrder(new OrderDraft
        {
            Lines = [new DraftLine(variants[0].Id, 3, Discount: 2m), new DraftLine(variants[1].Id, 1)],
            CustomerId = Shop.Customers[0].Id,
            Country = "CA",
            Shipping = 5.9m,
            Tax = 1.23m,
            OrderDiscount = 0.75m,
        });

        var order = (Order)(await FindAsync(store, Resource.Orders, placed.Id)).Single().Record;

        Assert.Equal((placed.Id.ToString(), placed.CreatedAt, placed.UpdatedAt, "USD"), (order.Number, order.CreatedAt, order.UpdatedAt, order.Currency));
        Assert.Equal((placed.Total, 1.23m, 5.9m, 2.75m), (order.Total, order.Tax, order.Shipping, order.Discount));
        Assert.Equal((placed.CustomerId.ToString(), "CA", "paid", "awaiting_shipment"), (order.CustomerId, order.Country, order.PaymentStatus, order.FulfillmentStatus));
        Assert.Equal([(3m, variants[0].Price), (1m, variants[1].Price)], order.Lines.Select(static line => (line.Quantity, line.UnitPrice)));
        Assert.Equal(placed.Lines.Select(static line => (line.Sku, line.Title, line.ProductId.ToString(), line.VariantId.ToString())), order.Lines.Select(static line => (line.Sku, line.Title, line.ProductId!, line.VariantId!)));
        Assert.Equal(placed.LinesTotal - placed.OrderDiscount, order.Lines.Sum(static line => (line.Quantity * line.UnitPrice) - line.Discount));
    }

    [Fact]
    public async Task Nothing_of_a_buyer_but_id_and_country_is_kept()
    {
        var store = await ConnectAsync();
        var orders = await WalkAsync(store, Resource.Orders, new PageRequest(null, Soon(), null, 100, Backfill: true));

        Assert.All(orders.Select(Text), static text => Assert.DoesNotContain("***", text, StringComparison.Ordinal));
        Assert.All(orders.Select(Text), static text => Assert.DoesNotContain("@", text, StringComparison.Ordinal));
        Assert.Contains(orders, static change => ((Order)change.Record).Test);
    }

    [Fact]
    public async Task A_backfill_with_the_own_page_sizes_stays_within_the_rules()
    {
        var store = await ConnectAsync();
        foreach (var (resource, plan) in Connector.Descriptor.Sync)
        {
            Assert.NotEmpty(await WalkAsync(store, resource, new PageRequest(null, Soon(), null, plan.PageSize, Backfill: true)));
            await WalkAsync(store, resource, new PageRequest(Soon() + TimeSpan.FromHours(1), Soon() + TimeSpan.FromHours(2), null, plan.PageSize, Backfill: false));
        }

        Assert.Empty(TikTok.Log.Violations);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Products_that_change_while_the_list_is_read_take_no_others_with_them(int seed)
    {
        var random = new Random(seed);
        var store = await ConnectAsync();
        var all = Shop.Products.Select(static product => product.Id.ToString()).ToList();

        var read = await WalkAsync(store, Resource.Products, new PageRequest(null, Soon(), null, 2, Backfill: true), _ =>
        {
            Time.Advance(TimeSpan.FromSeconds(3));
            Shop.SetPrice(Shop.Products[random.Next(Shop.Products.Count)].Variants[0].Id, 5m + random.Next(100));
        });
        var later = await WalkAsync(store, Resource.Products, new PageRequest(Time.GetUtcNow().AddHours(-1), Soon(), null, 2, Backfill: false));

        Assert.Empty(all.Except(read.Concat(later).Select(static change => change.Record.Id)));
    }

    [Fact]
    public async Task A_row_that_leaves_a_second_under_way_is_noticed_by_the_count()
    {
        var store = await ConnectAsync();
        Time.Advance(TimeSpan.FromHours(1));
        var since = Time.GetUtcNow();
        var placed = Enumerable.Range(0, 240).Select(_ => Place().Id).ToList();
        Time.Advance(TimeSpan.FromMinutes(1));
        var searches = 0;
        var moved = 0;
        // Between the pages of that second an order of its first page is changed.
        Simulated.Shop.Subscribe(_ => moved++);
        Pipeline.Line.Next(async (request, token) =>
        {
            searches++;
            return await ForwardAsync(request, token);
        }, 2);
        Pipeline.Line.Next(async (request, token) =>
        {
            var answer = await ForwardAsync(request, token);
            Shop.UpdateOrder(placed[3]);
            return answer;
        });

        var read = await WalkAsync(store, Resource.Orders, new PageRequest(since, Soon(), null, 50, Backfill: false));

        Assert.Equal((2, 1), (searches, moved));
        Assert.Empty(placed.Select(static id => id.ToString()).Except(read.Select(static change => change.Record.Id)));
    }

    [Fact]
    public async Task More_products_than_a_search_may_find_are_read_in_smaller_windows()
    {
        var store = await ConnectAsync();
        TikTok.MostResults = 3;

        var read = await WalkAsync(store, Resource.Products, new PageRequest(null, Soon(), null, 100, Backfill: true));

        Assert.Equal(Shop.Products.Select(static product => product.Id.ToString()).Order(), read.Select(static change => change.Record.Id).Order());
    }

    [Fact]
    public async Task A_deleted_product_is_read_as_a_tombstone()
    {
        var store = await ConnectAsync();
        Time.Advance(TimeSpan.FromHours(1));
        var (since, product) = (Time.GetUtcNow(), Shop.Products[2]);
        Shop.DeleteProduct(product.Id);

        var read = await WalkAsync(store, Resource.Products, new PageRequest(since, Soon(), null, 10, Backfill: false));

        Assert.Equal((product.Id.ToString(), true), (Assert.Single(read).Record.Id, read[0].Record.Deleted));
        Assert.True((await FindAsync(store, Resource.Products, product.Id)).Single().Record.Deleted);
    }

    [Fact]
    public async Task Each_token_is_good_until_the_instant_it_names_and_rotates()
    {
        var first = await GrantAsync(Platform.Fields);
        Assert.Equal(Time.GetUtcNow().AddDays(7), first.ExpiresAt);
        var store = Pipeline.Session(Connector, first.Store, first.Secrets, first.Facts);

        var renewed = (await Connector.Authorization.RefreshAsync(store, Time.GetUtcNow(), CancellationToken.None))!;

        Assert.NotEqual(first.Secrets["refreshToken"], renewed.Secrets["refreshToken"]);
        Assert.Equal(first.Secrets["shopCipher"], renewed.Secrets["shopCipher"]);
        var fault = await Pipeline.FaultOfAsync(() => Connector.Authorization.RefreshAsync(store, Time.GetUtcNow(), CancellationToken.None));
        Assert.Equal(FaultKind.CredentialsRejected, fault.Kind);
        Assert.NotEmpty((await FirstPageAsync(Pipeline.Session(Connector, renewed.Store, renewed.Secrets))).Changes);
    }

    [Fact]
    public async Task A_code_works_once_and_for_half_an_hour()
    {
        var (store, callback) = Approve(null);
        await Connector.Authorization.ExchangeAsync(store, callback, Time.GetUtcNow(), CancellationToken.None);
        Assert.Equal(FaultKind.CredentialsRejected, (await Pipeline.FaultOfAsync(() => Connector.Authorization.ExchangeAsync(store, callback, Time.GetUtcNow(), CancellationToken.None))).Kind);

        var (late, old) = Approve(null);
        Time.Advance(TimeSpan.FromMinutes(31));
        Assert.Equal(FaultKind.CredentialsRejected, (await Pipeline.FaultOfAsync(() => Connector.Authorization.ExchangeAsync(late, old, Time.GetUtcNow(), CancellationToken.None))).Kind);
    }

    [Fact]
    public async Task An_exchange_that_got_no_answer_is_not_repeated()
    {
        var (store, callback) = Approve(null);
        Pipeline.Line.NextCut();

        await Pipeline.FaultOfAsync(() => Connector.Authorization.ExchangeAsync(store, callback, Time.GetUtcNow(), CancellationToken.None));

        Assert.Single(Pipeline.Line.Requests);
    }

    [Fact]
    public void A_seller_who_refuses_is_told_so()
    {
        var store = Pipeline.Session(Connector, "", Plan(null));
        var back = TikTok.Deny(Connector.Authorization.AuthorizeUrl(store, new BrowserStart("state-1", CallbackUrl, "")));

        Assert.Equal("The seller did not approve on TikTok Shop.", Connector.Authorization.CheckCallback(store, Callback(back), Time.GetUtcNow()));
        Assert.NotNull(Connector.Authorization.CheckCallback(store, new CallbackInput([new("code", "null"), new("state", "state-1")], default, CallbackUrl, ""), Time.GetUtcNow()));
    }

    [Theory]
    [InlineData("services.tiktokshops.us")]
    [InlineData("services.us.tiktokshop.com")]
    public void The_host_of_the_service_link_is_a_setting(string host)
    {
        var app = Platform.App! with { Settings = new Dictionary<string, Secret>(Platform.App.Settings) { ["authorizeHost"] = new(host) } };
        var plan = Assert.IsType<ConnectPlan.Browser>(Connector.Authorization.Plan(new ConnectInput(new Dictionary<string, Secret>(), app, LiftAddressRules: true)));

        Assert.Equal(host, Connector.Authorization.AuthorizeUrl(Pipeline.Session(Connector, "", plan.Secrets), new BrowserStart("s", CallbackUrl, "")).Host);
    }

    [Fact]
    public async Task Of_several_shops_none_is_guessed()
    {
        var second = TikTok.AddShop(Simulated.Seller, SimStore.Generate(Profile with { Name = "Second & Sons" }, 5, Time));

        var fault = await Pipeline.FaultOfAsync(() => GrantAsync(Platform.Fields));
        var byCode = await GrantAsync(new Dictionary<string, string> { ["shop"] = second.Code.ToLowerInvariant() });
        var byId = await GrantAsync(new Dictionary<string, string> { ["shop"] = Simulated.Store.Id });
        var wrong = await Pipeline.FaultOfAsync(() => GrantAsync(new Dictionary<string, string> { ["shop"] = "NOBODY" }));

        Assert.Equal((FaultKind.Invalid, FaultKind.Invalid), (fault.Kind, wrong.Kind));
        Assert.Contains(second.Code, fault.Message, StringComparison.Ordinal);
        Assert.Contains("Second & Sons", wrong.Message, StringComparison.Ordinal);
        Assert.Equal((second.Id, "Second & Sons", second.Code), (byCode.Store, byCode.Facts["name"], byCode.Facts["code"]));
        Assert.Equal((Simulated.Store.Id, false), (byId.Store, byId.Secrets.ContainsKey("shop")));
        var read = await WalkAsync(Pipeline.Session(Connector, byCode.Store, byCode.Secrets), Resource.Orders, new PageRequest(null, Soon(), null, 100, Backfill: true));
        Assert.Equal(second.Store.Orders.Select(static order => order.Id.ToString()).Order(), read.Select(static change => change.Record.Id).Distinct().Order());
    }

    [Fact]
    public async Task A_creators_account_is_refused()
    {
        Simulated.Seller.UserType = 1;

        Assert.Equal("not-a-seller", (await Pipeline.FaultOfAsync(() => GrantAsync(Platform.Fields))).Code);
    }

    [Theory]
    [InlineData(-400)]
    [InlineData(90)]
    public async Task A_clock_that_is_off_is_set_by_the_answer(int lead)
    {
        TikTok.ClockLead = TimeSpan.FromSeconds(-lead);

        var store = await ConnectAsync();

        Assert.NotEmpty((await FirstPageAsync(store)).Changes);
        Assert.Contains(TikTok.Log.Violations, static violation => violation.Reason.Contains("timestamp", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Each_attempt_is_signed_anew()
    {
        var store = await ConnectAsync();
        TikTok.ThrottleNext();
        await FirstPageAsync(store);
        Pipeline.Line.Next(() => Platform.Throttled("2"), 2);

        await FirstPageAsync(store);

        var attempts = Pipeline.Line.Requests.TakeLast(3).Select(static url => QueryHelpers.ParseQuery(url.Query)).ToList();
        Assert.Equal(3, attempts.Select(static query => query["sign"].ToString()).Distinct().Count());
        Assert.Equal(1, TikTok.Log.Count("throttled"));
    }

    [Theory]
    [InlineData("sign", null, "36009004")]
    [InlineData("sign", "bc721f0e0182914e3487b81df204de37a352fc3aa96947efda6dc1e5dd0d5290", "106001")]
    [InlineData("timestamp", null, "36009004")]
    [InlineData("timestamp", "1623812664", "36009004")]
    [InlineData("app_key", "nobody", "36009004")]
    [InlineData("shop_cipher", null, "106001")]
    [InlineData("page_size", "101", "106001")]
    [InlineData("x-tts-access-token", "TTP_nobody", "36009004")]
    [InlineData("Content-Type", "text/plain", "36009010")]
    public async Task The_simulation_refuses_what_is_not_as_documented(string name, string? value, string code)
    {
        var store = await ConnectAsync();
        string? told = null;
        Pipeline.Line.Next(async (request, token) =>
        {
            var query = QueryHelpers.ParseQuery(request.RequestUri!.Query).ToDictionary(static pair => pair.Key, static pair => (string?)pair.Value.ToString());
            _ = query.ContainsKey(name) && (value is null ? query.Remove(name) : (query[name] = value) is not null);
            request.RequestUri = new Uri(QueryHelpers.AddQueryString(request.RequestUri.GetLeftPart(UriPartial.Path), query));
            if (name == "Content-Type")
            {
                request.Content!.Headers.ContentType = new MediaTypeHeaderValue(value!);
            }
            else if (request.Headers.Remove(name))
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }

            var answer = await ForwardAsync(request, token);
            told = JsonElement.Parse(await answer.Content.ReadAsStringAsync(token)).GetProperty("code").GetRawText();
            return answer;
        });

        await Record.ExceptionAsync(() => FirstPageAsync(store));

        Assert.Equal(code, told);
    }

    [Theory]
    [InlineData("/order/202309/orders/search?page_size=10&colour=red", "{}", "36009022")]
    [InlineData("/order/202309/orders/search?page_size=101", "{}", "36009022")]
    [InlineData("/order/202309/orders/search?page_size=10&page_token=AAAA", "{}", "36009022")]
    [InlineData("/order/202309/orders/search?page_size=10", "{\"updated_since\":1}", "36009022")]
    [InlineData("/order/202309/orders/search?page_size=10", "[]", "36009022")]
    [InlineData("/order/202212/orders/search?page_size=10", "{}", "36009009")]
    public async Task The_simulation_knows_the_documented_parameters_only(string path, string body, string code)
    {
        var store = await ConnectAsync();
        var request = new PlatformRequest(HttpMethod.Post, new Uri(TikTokShopConnector.ApiHost + path)) { ContentType = "application/json", Body = Encoding.UTF8.GetBytes(body) };

        var fault = await Pipeline.FaultOfAsync(() => store.SendAsync(request, CancellationToken.None));

        Assert.Equal((FaultKind.Invalid, code), (fault.Kind, fault.Code));
    }

    [Fact]
    public async Task A_replaced_app_secret_asks_for_a_new_connect()
    {
        var store = await ConnectAsync();
        TikTok.App = TikTok.App with { Secret = "tts_app_secret_canary_0002" };

        Assert.Equal(FaultKind.CredentialsRejected, (await Pipeline.FaultOfAsync(() => FirstPageAsync(store))).Kind);
    }

    [Fact]
    public async Task A_burst_of_calls_stays_within_the_budget_of_each_api()
    {
        var store = await ConnectAsync();

        await Task.WhenAll(Enumerable.Range(0, 200).Select(index => index % 2 == 0 ? FirstPageAsync(store) : Connector.Readers[Resource.Stock].ReadAsync(store, new PageRequest(null, Soon(), null, 100, Backfill: true), CancellationToken.None)));

        Assert.Equal(0, TikTok.Log.Count("throttled"));
    }

    [Fact]
    public async Task A_missing_scope_leaves_out_what_it_covers()
    {
        TikTok.App = TikTok.App with { Scopes = ["seller.authorization.info", "seller.order.info", "seller.product.basic"] };
        var store = await ConnectAsync();
        var variant = Shop.Products[0].Variants[0];

        var fault = await Pipeline.FaultOfAsync(() => SetAsync(store, new StockWrite(variant.Id.ToString(), variant.Levels[0].LocationId.ToString(), 5, null, "k")));

        Assert.Equal((FaultKind.ScopeMissing, "105005"), (fault.Kind, fault.Code));
        Assert.NotEmpty((await FirstPageAsync(store)).Changes);
    }

    [Fact]
    public async Task Stock_of_one_warehouse_leaves_the_others_as_they_are()
    {
        var store = await ConnectAsync();
        var variants = Shop.Products.First(static product => product.Variants.Count > 1).Variants;
        var (kept, calls) = (variants[0].Levels[1].Available, TikTok.Log.Count("/product/202309/products/*/inventory/update"));

        var results = await SetAsync(
            store,
            new StockWrite(variants[0].Id.ToString(), variants[0].Levels[0].LocationId.ToString(), 41, null, "k1"),
            new StockWrite(variants[1].Id.ToString(), variants[1].Levels[0].LocationId.ToString(), 42, null, "k2"),
            new StockWrite(variants[1].Id.ToString(), variants[1].Levels[1].LocationId.ToString(), 43, null, "k3"));

        Assert.All(results, static result => Assert.Null(result.Fault));
        var now = Shop.FindProduct(variants[0].ProductId)!.Variants;
        Assert.Equal([41, kept], now[0].Levels.Select(static level => level.Available));
        Assert.Equal([42, 43], now[1].Levels.Select(static level => level.Available));
        Assert.Equal(calls + 1, TikTok.Log.Count("/product/202309/products/*/inventory/update"));
    }

    [Fact]
    public async Task What_cannot_be_set_is_told_item_by_item()
    {
        var store = await ConnectAsync();
        var (first, second) = (Shop.Products[0].Variants[0], Shop.Products[1].Variants[0]);
        string Place(SimVariant variant) => variant.Levels[0].LocationId.ToString();

        var results = await SetAsync(
            store,
            new StockWrite(first.Id.ToString(), Place(first), 1.5m, null, "k1"),
            new StockWrite(first.Id.ToString(), "999", 2, null, "k2"),
            new StockWrite(second.Id.ToString(), Place(second), 100_000, null, "k3"),
            new StockWrite(second.Id.ToString(), Place(second), 7, null, "k4"));

        Assert.Equal([FaultKind.Invalid, FaultKind.NotFound, FaultKind.Invalid, null], results.Select(static result => result.Fault?.Kind));
        Assert.Equal(7, Shop.FindVariant(second.Id)!.Value.Variant.Levels[0].Available);
    }

    [Fact]
    public async Task A_refusal_in_an_answer_of_success_is_not_overlooked()
    {
        var store = await ConnectAsync();
        var variants = Shop.Products.First(static product => product.Variants.Count > 1).Variants;
        var writes = variants.Take(2).Select((variant, index) => new StockWrite(variant.Id.ToString(), variant.Levels[0].LocationId.ToString(), 5, null, $"k{index}")).ToArray();
        Pipeline.Line.Next((request, token) => ForwardAsync(request, token));
        Pipeline.Line.Next(() => FaultyLine.Answer(200, $$$$"""
            {"code":0,"message":"Success","data":{"errors":[{"code":12052990,"message":"Check failed",
             "detail":{"sku_id":"{{{{variants[1].Id}}}}","extra_errors":[{"warehouse_id":"7068517275539719942","code":12052097,"message":"The warehouse does not exist"}]}}]}}
            """));

        var results = await SetAsync(store, writes);

        Assert.Null(results[0].Fault);
        Assert.Equal((FaultKind.NotFound, "12052097"), (results[1].Fault!.Kind, results[1].Fault!.Code));
    }

    [Fact]
    public async Task A_deauthorization_is_delivered_and_names_its_shop()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var store = await ConnectAsync();
        await Connector.Webhooks!.EnsureAsync(store, receiver.Url, CancellationToken.None);
        TikTok.Deauthorize(Simulated.Seller);
        await Platform.DeliverAsync();

        var request = Assert.Single(receiver.Received);
        var head = Connector.Webhooks.Head(request);

        Assert.Equal(SignatureResult.Valid, Connector.Webhooks.Verify(request, Connector.Webhooks.SigningSecrets(store), Time.GetUtcNow()));
        Assert.Equal(store.Store, Connector.Webhooks.StoreOf(request, Platform.App!.ToSecrets()));
        Assert.Equal((Simulated.Store.Deliveries[0].NotificationId, (DateTimeOffset?)Time.GetUtcNow()), (head.DeliveryId, head.TriggeredAt));
        Assert.Equal([new UninstalledChange()], Connector.Webhooks.Read(new Delivery(head.Topic, head.DeliveryId, head.TriggeredAt, Time.GetUtcNow(), request.Body), store));
    }

    [Fact]
    public async Task Low_stock_told_at_the_apps_own_address_is_looked_up()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        TikTok.App = TikTok.App with { WebhookUrl = receiver.Url };
        var store = await ConnectAsync();
        var variant = Shop.Products[0].Variants[0];
        Shop.SetStock([.. variant.Levels.Select(level => new StockSetting(variant.Id, level.LocationId, 1))]);
        await Platform.DeliverAsync();

        var changes = receiver.Received.SelectMany(request => Connector.Webhooks!.Read(new Delivery(Connector.Webhooks.Head(request).Topic, null, null, Time.GetUtcNow(), request.Body), store)).ToList();

        Assert.Contains(new LookupChange(Resource.Stock, variant.Id.ToString(), MayBeGone: false), changes);
        var found = await FindAsync(store, Resource.Stock, variant.Id);
        Assert.Equal(variant.Levels.Count, found.Count(change => ((StockLevel)change.Record).ItemId == variant.Id.ToString() && ((StockLevel)change.Record).Available == 1));
    }

    [Fact]
    public async Task An_address_that_was_replaced_by_another_is_set_again()
    {
        var store = await ConnectAsync();
        await Connector.Webhooks!.EnsureAsync(store, HookUrl, CancellationToken.None);
        await Connector.Webhooks.EnsureAsync(store, new Uri("https://earlier.example/webhooks/tiktokshop/connection-1"), CancellationToken.None);

        var audit = await Connector.Webhooks.EnsureAsync(store, HookUrl, CancellationToken.None);

        Assert.Equal(Connector.Descriptor.Topics.Order(), audit.Restored.Order());
        Assert.All(Platform.Registrations, static registration => Assert.Equal(HookUrl, registration.Value));
    }

    [Theory]
    [InlineData("http://storeclaw.example/webhooks/tiktokshop/1")]
    [InlineData("https://storeclaw.example:8443/webhooks/tiktokshop/1")]
    [InlineData("https://203.0.113.7/webhooks/tiktokshop/1")]
    public async Task An_address_the_platform_does_not_take_is_called_so(string address)
    {
        var store = await ConnectAsync();

        var fault = await Pipeline.FaultOfAsync(() => Connector.Webhooks!.EnsureAsync(store, new Uri(address), CancellationToken.None));

        Assert.Equal(FaultKind.Invalid, fault.Kind);
        Assert.Contains("https", fault.Message, StringComparison.Ordinal);
    }

    protected override async Task<ISimulatedPlatform> StartPlatformAsync(SimStore shop, TimeProvider time) => await SimulatedTikTokShop.StartAsync(shop, time);

    protected override byte[] BodyOf(string topic) => Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new
    {
        type = topic == "order_status_change" ? 1 : throw new ArgumentOutOfRangeException(nameof(topic)),
        tts_notification_id = "7327112393057371910",
        shop_id = "7494049642642441621",
        timestamp = 1644412885,
        data = new { order_id = "576486316948490001", order_status = "UNPAID", is_on_hold_order = false, update_time = 1644412885 },
    }));

    /// <summary>Past the line, to the real platform.</summary>
    private static async Task<HttpResponseMessage> ForwardAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        using var copy = new HttpRequestMessage(request.Method, request.RequestUri) { Content = request.Content is null ? null : new ByteArrayContent(await request.Content.ReadAsByteArrayAsync(cancellationToken)) };
        foreach (var (name, values) in request.Headers.Concat(request.Content!.Headers.Where(static header => header.Key == "Content-Type")))
        {
            _ = copy.Headers.TryAddWithoutValidation(name, values) || copy.Content!.Headers.TryAddWithoutValidation(name, values);
        }

        return await http.SendAsync(copy, cancellationToken);
    }

    private static CallbackInput Callback(Uri back) =>
        new([.. QueryHelpers.ParseQuery(back.Query).Select(static pair => KeyValuePair.Create(pair.Key, pair.Value.ToString()))], default, CallbackUrl, "");

    private Dictionary<string, Secret> Plan(string? shop)
    {
        var fields = shop is null ? new Dictionary<string, Secret>() : new Dictionary<string, Secret> { ["shop"] = new(shop) };
        return Assert.IsType<ConnectPlan.Browser>(Connector.Authorization.Plan(new ConnectInput(fields, Platform.App, LiftAddressRules: true))).Secrets.ToDictionary();
    }

    private (StoreSession Store, CallbackInput Callback) Approve(string? shop)
    {
        var store = Pipeline.Session(Connector, "", Plan(shop));
        return (store, Callback(TikTok.Approve(Connector.Authorization.AuthorizeUrl(store, new BrowserStart("state-1", CallbackUrl, "")), Simulated.Seller)));
    }

    private Task<IReadOnlyList<RecordChange>> FindAsync(StoreSession store, Resource resource, long id) => Connector.Readers[resource].FindAsync(store, id.ToString(), CancellationToken.None);

    private Task<IReadOnlyList<StockWriteResult>> SetAsync(StoreSession store, params StockWrite[] writes) => Connector.StockWriter!.SetAsync(store, writes, CancellationToken.None);
}
