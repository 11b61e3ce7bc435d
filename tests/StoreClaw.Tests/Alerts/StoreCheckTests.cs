using StoreClaw.Alerts;
using StoreClaw.Commerce;
using StoreClaw.Connections;
using StoreClaw.Notifications;
using StoreClaw.Sync;
using StoreClaw.Tests.Reports;
using StoreClaw.Tests.Support;
using StoreClaw.Webhooks;

namespace StoreClaw.Tests.Alerts;

/// <summary>Checks over stored rows: what is read, what opens, what closes.</summary>
public sealed class StoreCheckTests
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 20, 12, 5, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_store_that_stops_selling_is_told_low_then_quiet_and_both_end_when_orders_are_back()
    {
        var orders = new List<Order>(Shop(Noon.AddDays(-60), Noon.AddMinutes(-125)));
        var (host, time, told) = await AlertHost.NewAsync(new OrderList(orders), Noon);
        await CheckAsync(host, time);
        Assert.Equal(["order-volume", "store-quiet"], (await host.AlertsAsync()).Select(static alert => Alert.KindName(alert.Kind)).Order());
        Assert.Contains("Fewer orders than usual: 0 from 11:00–12:00, usually 25", Titles(told));
        Assert.Contains(Titles(told), static title => title.StartsWith("Gone quiet: no order and no webhook since 2026-05-20 10:00 UTC; about ", StringComparison.Ordinal));

        await CheckAsync(host, time);
        Assert.Equal(2, told.Notices.Count);

        orders.AddRange(Shop(Noon, Noon.AddHours(2)));
        time.Advance(TimeSpan.FromHours(2));
        await CheckAsync(host, time);
        Assert.Empty(await host.AlertsAsync(AlertState.Open));
        Assert.Equal(4, told.Notices.Count);
    }

    [Fact]
    public async Task Orders_of_earlier_days_that_are_cancelled_together_are_told_by_the_day_on_which_they_are()
    {
        var orders = Shop(Noon.AddDays(-60), Noon).ToList();
        var (host, time, told) = await AlertHost.NewAsync(new OrderList(orders), Noon);
        await CheckAsync(host, time);
        Assert.Empty(told.Notices);

        for (var number = 0; number < 30; number++)
        {
            var index = orders.FindIndex(order => order.CancelledAt is null && order.CreatedAt > Noon.AddDays(-6));
            orders[index] = orders[index] with { CancelledAt = Noon.AddMinutes(-number) };
        }

        time.Advance(TimeSpan.FromMinutes(5));
        await CheckAsync(host, time);
        Assert.Equal("Cancellations are surging: 30 orders of earlier days were cancelled on 2026-05-20, usually 0", Assert.Single(Titles(told)));

        time.SetUtcNow(Noon.AddDays(2));
        orders.AddRange(Shop(Noon, Noon.AddDays(2)));
        await CheckAsync(host, time);
        Assert.Empty(await host.AlertsAsync(AlertState.Open));
    }

    [Fact]
    public async Task A_store_that_still_delivers_is_not_quiet()
    {
        var (host, time, _) = await AlertHost.NewAsync(new OrderList([.. Shop(Noon.AddDays(-60), Noon.AddHours(-2))]), Noon);
        var delivery = new QueuedDelivery("shop", "products/update", "1", null, Noon.AddMinutes(-3), null, null, null, null, new byte[] { 1 });
        await host.Get<EventLog>().NoteAsync([new EventNote(delivery, "key", [], EventOutcome.Applied, 1, "message", null)], CancellationToken.None);
        await CheckAsync(host, time);
        Assert.Equal(AlertKind.OrderVolume, Assert.Single(await host.AlertsAsync()).Kind);
    }

    [Fact]
    public async Task A_usual_day_opens_nothing_and_a_day_s_past_is_read_once()
    {
        var history = new OrderList([.. Shop(Noon.AddDays(-60), Noon)]);
        var (host, time, told) = await AlertHost.NewAsync(history, Noon);
        for (var i = 0; i < 3; i++)
        {
            await CheckAsync(host, time);
        }

        Assert.Empty(told.Notices);
        Assert.Equal([57, 2, 2, 2], history.Reads.Select(static read => (int)Math.Round((read.To - read.From).TotalDays)));
    }

    [Fact]
    public async Task Before_the_history_is_there_nothing_is_judged()
    {
        var history = new OrderList([.. Shop(Noon.AddDays(-60), Noon.AddHours(-6))]);
        var (host, _, told) = await AlertHost.NewAsync(history, Noon);
        await RunAsync(host, AlertHost.Shop);
        Assert.Empty(told.Notices);
        Assert.Empty(history.Reads);
    }

    [Fact]
    public async Task A_sync_that_gave_up_is_told_with_its_reason_and_over_when_it_works_again()
    {
        var (host, time, told) = await AlertHost.NewAsync(now: Noon);
        var failed = SyncCursor.Initial with { State = SyncState.Failed, Watermark = Noon.AddMinutes(-20), LastError = "The app may not read orders." };
        await host.Get<SyncCursors>().WriteAsync("shop", Resource.Orders, failed, CancellationToken.None);
        await RunAsync(host, AlertHost.Shop);
        time.Advance(TimeSpan.FromMinutes(5));
        await RunAsync(host, AlertHost.Shop);
        await host.Get<SyncCursors>().WriteAsync("shop", Resource.Orders, failed with { State = SyncState.Idle, LastError = null }, CancellationToken.None);
        await RunAsync(host, AlertHost.Shop);
        Assert.Equal(["Orders cannot be read: The app may not read orders.", "Over: Orders cannot be read: The app may not read orders."], Titles(told));
    }

    [Fact]
    public async Task A_store_without_access_has_one_alert_that_says_so_in_place_of_all_that_follows_from_it()
    {
        var (host, _, told) = await AlertHost.NewAsync(now: Noon);
        await host.SeenAsync(AlertHost.Sighting(kind: AlertKind.SyncFailing));
        var lost = AlertHost.Shop with { Status = ConnectionStatus.ReauthorizationRequired };
        await host.SeenAsync(Access.Rejected(lost, "The grant was revoked."));
        await RunAsync(host, lost);
        await RunAsync(host, lost);
        Assert.Equal("Harbor & Pine must be connected again: The grant was revoked.", Assert.Single(await host.AlertsAsync(AlertState.Open)).Cause.English);
        await RunAsync(host, AlertHost.Shop);
        Assert.Equal(["Trouble with one", "Harbor & Pine must be connected again: The grant was revoked.", "Connected again"], Titles(told));
    }

    [Fact]
    public async Task The_end_of_an_approval_is_told_on_each_of_its_days_and_over_when_it_is_renewed()
    {
        var (host, time, told) = await AlertHost.NewAsync(now: Noon);
        var store = AlertHost.Shop with { Facts = new Dictionary<string, string> { [Connection.AuthorizedUntilFact] = "2026-06-10" } };
        for (var day = 0; day < 21; day++, time.Advance(TimeSpan.FromDays(1)))
        {
            await RunAsync(host, store);
            await host.SweepAsync();
        }

        Assert.Equal(3, told.Notices.Count);
        Assert.All(Titles(told), static title => Assert.EndsWith("ends on 2026-06-10", title, StringComparison.Ordinal));
        await RunAsync(host, store with { Facts = new Dictionary<string, string> { [Connection.AuthorizedUntilFact] = "2027-06-10" } });
        Assert.Equal(("Connected again", 4), (Titles(told)[^1], told.Notices.Count));
    }

    [Fact]
    public async Task Stock_is_summed_over_its_places_and_a_low_one_gives_way_to_sold_out()
    {
        var (host, time, told) = await AlertHost.NewAsync(now: Noon);
        await SetAsync(10, 10);
        await SetAsync(4, 10);
        Assert.Empty(told.Notices);
        await SetAsync(4, 1);
        await SetAsync(0, 1);
        await SetAsync(0, 0);
        await SetAsync(0, 0);
        await SetAsync(40, 0);
        await SetAsync(60, 0);
        Assert.Equal(["Low stock: MUG-1, 5 left", "Sold out: MUG-1", "Back in stock: MUG-1, 40 there"], Titles(told));
        Assert.Empty(await host.AlertsAsync(AlertState.Open));
        Assert.Equal(2, (await host.AlertsAsync()).Single(static alert => alert.Kind == AlertKind.StockLow).Count);

        async Task SetAsync(decimal here, decimal there)
        {
            time.Advance(TimeSpan.FromMinutes(1));
            var levels = new[] { ("a", here), ("b", there) }.Select(level => new StockLevel { ItemId = "1", LocationId = level.Item1, UpdatedAt = time.GetUtcNow(), Sku = "MUG-1", Available = level.Item2 });
            await ApplyAsync(host, [.. levels.Select(static level => new StockChange(level))]);
        }
    }

    [Fact]
    public async Task An_article_is_told_by_its_name_where_a_product_says_it()
    {
        var (host, time, told) = await AlertHost.NewAsync(now: Noon);
        var mug = new Product { Id = "p", UpdatedAt = Noon, Title = "Mug", Variants = [new Variant("v1", "MUG-R", "red", 9m, "1"), new Variant("v2", "", "blue", 9m, "2")] };
        await ApplyAsync(host, [new ProductChange(mug)]);
        foreach (var (left, items) in new[] { (10m, "123"), (0m, "123"), (40m, "1") })
        {
            time.Advance(TimeSpan.FromMinutes(1));
            await ApplyAsync(host, [.. items.Select(item => new StockChange(new StockLevel { ItemId = $"{item}", UpdatedAt = time.GetUtcNow(), Sku = "LEVEL-SKU", Available = left }))]);
        }

        Assert.Equal(["Sold out: Mug - red (MUG-R)", "Sold out: Mug - blue", "Sold out: LEVEL-SKU", "Back in stock: Mug - red (MUG-R), 40 there"], Titles(told));
    }

    [Fact]
    public async Task A_wrong_price_is_told_and_over_when_it_is_near_the_one_before_the_mistake()
    {
        var (host, time, told) = await AlertHost.NewAsync(now: Noon);
        foreach (var price in new[] { 20m, 22m, 0.22m, 0.23m, 19m })
        {
            time.Advance(TimeSpan.FromMinutes(1));
            await ApplyAsync(host, [Mug(price, time)]);
        }

        Assert.Equal(["Price changed absurdly: Mug - Default (MUG-1) from 22.00 to 0.22", "Price is plausible again: Mug - Default (MUG-1) at 19.00"], Titles(told));
        Assert.Equal(2, Assert.Single(await host.AlertsAsync()).Count);
    }

    [Fact]
    public async Task A_wrong_price_that_stands_for_a_day_is_taken_as_meant()
    {
        var (host, time, told) = await AlertHost.NewAsync(now: Noon);
        await ApplyAsync(host, [Mug(20, time)]);
        time.Advance(TimeSpan.FromMinutes(1));
        await ApplyAsync(host, [Mug(200, time)]);
        time.Advance(TimeSpan.FromHours(25));
        await host.Get<ArticleCheck>().AgeAsync(await host.AlertsAsync(AlertState.Open), CancellationToken.None);
        Assert.StartsWith("Stands for a day and is taken as meant. ", Titles(told)[^1], StringComparison.Ordinal);
        Assert.Empty(await host.AlertsAsync(AlertState.Open));
    }

    [Fact]
    public async Task What_a_first_backfill_brings_and_what_was_never_known_otherwise_is_no_alert()
    {
        var (host, time, told) = await AlertHost.NewAsync(now: Noon);
        var level = new StockChange(new StockLevel { ItemId = "1", UpdatedAt = time.GetUtcNow(), Sku = "MUG-1", Available = 0 });
        await host.Get<CommerceStore>().ApplyAsync("shop", [new Upsert(level, "sync", Insist: true)], fresh: true, CancellationToken.None);
        await ApplyAsync(host, [level]);
        Assert.Empty(told.Notices);
    }

    /// <summary>25 orders each hour of the day, three each hour of the night.</summary>
    private static IEnumerable<Order> Shop(DateTimeOffset from, DateTimeOffset to)
    {
        for (var hour = new DateTimeOffset(from.Date, TimeSpan.Zero); hour < to; hour = hour.AddHours(1))
        {
            for (var n = 0; n < (hour.Hour is >= 7 and < 23 ? 25 : 3); n++)
            {
                var at = hour.AddMinutes(n * 2);
                if (at >= from && at < to)
                {
                    yield return DemoPlatform.NewOrder($"{at:yyyyMMddHHmm}-{n}", at);
                }
            }
        }
    }

    private static ProductChange Mug(decimal price, ManualTime time) =>
        new(new Product { Id = "p", Title = "Mug", UpdatedAt = time.GetUtcNow(), Variants = [new Variant("v/1:x", "MUG-1", "Default", price, "1"), new Variant("v2", "MUG-2", "Blue", 30m, "2")] });

    /// <summary>As a webhook brings it, and the check that it gives rise to as the queue would.</summary>
    private static async Task ApplyAsync(AlertHost host, IReadOnlyList<RecordChange> changes)
    {
        await host.Get<CommerceStore>().ApplyAsync("shop", [.. changes.Select(static change => new Upsert(change, "event", Insist: false))], fresh: false, CancellationToken.None);
        var queue = host.Get<StoreClaw.Storage.StorageClients>().Queue(StoreClaw.Storage.QueueNames.AlertChecks);
        await queue.CreateIfNotExistsAsync();
        foreach (var message in (await queue.ReceiveMessagesAsync(32)).Value)
        {
            var check = await host.Get<StoreClaw.Storage.WorkQueues>().ReadAsync<AlertCheck>(message, CancellationToken.None);
            var open = await host.Book.OpenAsync(check.Connection, CancellationToken.None);
            await host.Get<ArticleCheck>().StockAsync(check.Connection, check.Stock, open, CancellationToken.None);
            await host.Get<ArticleCheck>().PricesAsync(check.Connection, check.Prices, open, CancellationToken.None);
            await queue.DeleteMessageAsync(message.MessageId, message.PopReceipt);
        }
    }

    private static async Task CheckAsync(AlertHost host, ManualTime time)
    {
        await host.Get<SyncCursors>().WriteAsync("shop", Resource.Orders, SyncCursor.Initial with { Watermark = time.GetUtcNow() }, CancellationToken.None);
        await RunAsync(host, AlertHost.Shop);
    }

    private static async Task RunAsync(AlertHost host, Connection store) => await host.Get<StoreCheck>().RunAsync(store, await host.Book.OpenAsync(store.Id, CancellationToken.None), CancellationToken.None);

    private static List<string> Titles(RecordingNotifier told) => [.. told.Notices.Select(static notice => notice.Message.English.Title)];
}
