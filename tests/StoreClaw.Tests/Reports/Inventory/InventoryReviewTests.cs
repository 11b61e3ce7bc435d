using System.Text.Json;
using StoreClaw.Commerce;
using StoreClaw.Connections;
using StoreClaw.Reports;
using StoreClaw.Reports.Inventory;

namespace StoreClaw.Tests.Reports.Inventory;

public sealed class InventoryReviewTests
{
    // Monday morning in UTC.
    private static readonly DateTimeOffset AsOf = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    private int _number;

    [Fact]
    public async Task Each_state_comes_in_its_turn_with_what_to_order()
    {
        var shelves = new StockList()
            .Product("OUT").Level("OUT", 0).Product("SOLD").Level("SOLD", -4)
            .Product("SOON").Level("SOON", 30).Product("LATER").Level("LATER", 90).Product("OK").Level("OK", 300)
            .Product("MUCH").Level("MUCH", 5000).Product("DEAD").Level("DEAD", 40).Product("NEVER").Level("NEVER", 0);
        var report = await ReviewAsync(shelves, [.. Daily("OUT", 5), .. Daily("SOLD", 2), .. Daily("SOON", 10), .. Daily("LATER", 10), .. Daily("OK", 10), .. Daily("MUCH", 10)]);

        Assert.Equal(
            [("OUT", StockStatus.Out), ("SOLD", StockStatus.Out), ("SOON", StockStatus.Restock), ("LATER", StockStatus.Restock), ("OK", StockStatus.Ok), ("MUCH", StockStatus.Overstock), ("DEAD", StockStatus.Dead)],
            report.Items.Select(static item => (item.Sku, item.Status)));
        var soon = report.Items[2];
        Assert.Equal((30m, 10m, 3m, 140m, ForecastMethod.WeightedAverage), (soon.OnHand, soon.DailyVelocity, soon.DaysOfCover, soon.Forecast, soon.Method));

        // 21 days at 10 are 210; demand by chance needs 1.645 x root of 210 more.
        Assert.Equal((234m, 204m), (soon.Target, soon.RestockQuantity));
        Assert.Equal(report.Items.Where(static item => item.Status is StockStatus.Out or StockStatus.Restock).Select(static item => item.Target - item.OnHand), report.Items.Take(4).Select(static item => item.RestockQuantity));
        Assert.Equal((0m, (decimal?)null, 0m, ForecastMethod.NoSales), (report.Items[6].DailyVelocity, report.Items[6].DaysOfCover, report.Items[6].RestockQuantity, report.Items[6].Method));
        Assert.Equal(new StockCounts(2, 2, 1, 1, 1, report.Items.Sum(static item => item.RestockQuantity), 5000 - 234, 40), report.Counts);
        Assert.Equal(new StockSources("shop", 8, 0, 84, 0), Assert.Single(report.Sources));
    }

    [Fact]
    public async Task The_parameters_are_the_horizon_the_lead_time_and_the_service_level()
    {
        var shelves = new StockList().Product("A").Level("A", 0);
        Order[] orders = [.. Daily("A", 10)];
        var usual = Assert.Single((await ReviewAsync(shelves, orders)).Items);
        var longer = Assert.Single((await ReviewAsync(shelves, orders, """{"horizonDays":28}""")).Items);
        var slower = Assert.Single((await ReviewAsync(shelves, orders, """{"leadTimeDays":30}""")).Items);
        var surer = Assert.Single((await ReviewAsync(shelves, orders, """{"serviceLevel":0.99}""")).Items);

        Assert.Equal((140m, 280m, 140m, 140m), (usual.Forecast, longer.Forecast, slower.Forecast, surer.Forecast));
        Assert.True(longer.RestockQuantity > 350 && slower.RestockQuantity > 440 && surer.RestockQuantity > usual.RestockQuantity);
    }

    [Theory]
    [InlineData("""{"horizonDays":0}""", "parameters.horizonDays", "Give a whole number from 1 to 90; left out it is 14.")]
    [InlineData("""{"horizonDays":7.5}""", "parameters.horizonDays", "Give a whole number from 1 to 90; left out it is 14.")]
    [InlineData("""{"leadTimeDays":"7"}""", "parameters.leadTimeDays", "Give a whole number from 0 to 180; left out it is 7.")]
    [InlineData("""{"leadTimeDays":-1}""", "parameters.leadTimeDays", "Give a whole number from 0 to 180; left out it is 7.")]
    [InlineData("""{"serviceLevel":95}""", "parameters.serviceLevel", "Give a number from 0.5 to 0.999; left out it is 0.95.")]
    [InlineData("""{"serviceLevel":null}""", "parameters.serviceLevel", "Give a number from 0.5 to 0.999; left out it is 0.95.")]
    [InlineData("""{"serviceLevel":1e99}""", "parameters.serviceLevel", "Give a number from 0.5 to 0.999; left out it is 0.95.")]
    [InlineData("""{"safety":1}""", "parameters.safety", "There is no such parameter; there are: horizonDays, leadTimeDays, serviceLevel.")]
    public void Wrong_parameters_are_named_with_the_remedy(string parameters, string field, string remedy)
    {
        var error = Assert.Single(Kind(new StockList(), new OrderList()).Check(JsonElement.Parse(parameters)));
        Assert.Equal((field, remedy), (error.Key, error.Value));
    }

    [Fact]
    public void Parameters_left_out_have_defaults() => Assert.Empty(Kind(new StockList(), new OrderList()).Check(JsonElement.Parse("{}")));

    [Fact]
    public async Task Days_out_of_stock_are_left_out()
    {
        // Nothing from 30 January to 19 February, and nothing sold in that time.
        var (gone, back) = (Day(31), Day(11));
        var shelves = new StockList()
            .Product("A").Level("A", 100, before: [(Day(200), 50), (gone, 0), (back, 120)])
            .Product("B").Level("B", 100);
        var orders = Daily("A", 6).Concat(Daily("B", 6)).Where(order => order.CreatedAt < gone || order.CreatedAt >= back).ToArray();
        var items = (await ReviewAsync(shelves, orders)).Items;

        var (known, unknown) = (items.Single(static item => item.Sku == "A"), items.Single(static item => item.Sku == "B"));
        Assert.Equal((6m, 20, ForecastMethod.WeightedAverage), (known.DailyVelocity, known.DaysOutOfStock, known.Method));
        Assert.True(unknown.DailyVelocity < 5);
        Assert.Equal(0, unknown.DaysOutOfStock);
    }

    [Fact]
    public async Task An_article_is_out_only_while_all_its_places_are()
    {
        var shelves = new StockList().Product("A")
            .Level("A", 0, "east", before: [(Day(40), 9)])
            .Level("A", 20, "west", before: [(Day(40), 30), (Day(20), 0), (Day(15), 40)]);
        Assert.All((await ReviewAsync(shelves, [.. Daily("A", 2)])).Items, static item => Assert.Equal(0, item.DaysOutOfStock));

        var both = new StockList().Product("A")
            .Level("A", 0, "east", before: [(Day(40), 9), (Day(22), 0)])
            .Level("A", 20, "west", before: [(Day(40), 30), (Day(20), 0), (Day(15), 40)]);
        Assert.All((await ReviewAsync(both, [.. Daily("A", 2)])).Items, static item => Assert.Equal(5, item.DaysOutOfStock));
    }

    [Theory]
    [InlineData(11, true)]
    [InlineData(13, false)]
    public async Task Half_a_day_without_stock_makes_a_day_out(int hour, bool isOut)
    {
        var shelves = new StockList().Product("A").Level("A", 10, before: [(Day(100), 10), (Day(5).AddHours(hour), 0), (Day(4), 10)]);
        Assert.Equal(isOut ? 1 : 0, Assert.Single((await ReviewAsync(shelves, [.. Daily("A", 2)])).Items).DaysOutOfStock);
    }

    [Fact]
    public async Task What_came_to_the_store_after_it_was_connected_is_not_measured_by_the_days_before()
    {
        var shelves = new StockList().Product("NEW").Level("NEW", 50, before: [(Day(10), 80)]).Product("DUST").Level("DUST", 50, before: [(Day(10), 50)]);
        var items = (await ReviewAsync(shelves, [.. Daily("NEW", 3).Where(static order => order.CreatedAt >= Day(10)), .. Daily("OTHER", 1)], connectedAt: Day(60))).Items;
        Assert.Equal(3m, items.Single(static item => item.Sku == "NEW").DailyVelocity);
        Assert.Equal(StockStatus.Ok, items.Single(static item => item.Sku == "DUST").Status);
    }

    [Fact]
    public async Task Demand_is_shared_out_by_what_fell_in_each_place()
    {
        var shelves = new StockList().Product("A")
            .Level("A", 100, "east", before: [(Day(50), 400), (Day(40), 190)])
            .Level("A", 10, "west", before: [(Day(20), 40)]);
        var items = (await ReviewAsync(shelves, [.. Daily("A", 8)])).Items;

        // Of the last 28 days: east fell from 190 to 100 (before them from 400), west from 40 to 10.
        var (east, west) = (items.Single(static item => item.Location == "east"), items.Single(static item => item.Location == "west"));
        Assert.Equal((0.75m, ShareBasis.Outflow, 6m, 84m), (east.Share, east.SharedBy, east.DailyVelocity, east.Forecast));
        Assert.Equal((0.25m, 2m, 28m), (west.Share, west.DailyVelocity, west.Forecast));
        Assert.Equal((StockStatus.Restock, StockStatus.Restock), (east.Status, west.Status));
        Assert.Equal(["west", "east"], items.Select(static item => item.Location));
    }

    [Fact]
    public async Task Without_falls_places_share_by_what_they_have_and_else_alike()
    {
        var some = new StockList().Product("A").Level("A", 90, "east").Level("A", 10, "west");
        Assert.Equal([(0.9m, ShareBasis.OnHand), (0.1m, ShareBasis.OnHand)], (await ReviewAsync(some, [.. Daily("A", 8)])).Items.OrderBy(static item => item.Location).Select(static item => (item.Share!.Value, item.SharedBy!.Value)));
        var none = new StockList().Product("A").Level("A", 0, "east").Level("A", 0, "west");
        Assert.Equal([(0.5m, ShareBasis.Equal, StockStatus.Out), (0.5m, ShareBasis.Equal, StockStatus.Out)], (await ReviewAsync(none, [.. Daily("A", 8)])).Items.Select(static item => (item.Share!.Value, item.SharedBy!.Value, item.Status)));
    }

    [Fact]
    public async Task One_place_has_the_whole_demand_and_its_name()
    {
        var item = Assert.Single((await ReviewAsync(new StockList().Product("A").Level("A", 10, "77"), [.. Daily("A", 2)])).Items);
        Assert.Equal(("77", 2m, null, null), (item.Location, item.DailyVelocity, item.Share, item.SharedBy));
    }

    [Fact]
    public async Task A_sku_of_two_stores_is_an_article_of_each()
    {
        var shelves = new StockList().Product("A").Level("A", 10).Product("A", connection: "other").Level("A", 1000, connection: "other");
        var history = new OrderList(new Dictionary<string, IReadOnlyList<Order>> { ["shop"] = [.. Daily("A", 4)], ["other"] = [.. Daily("A", 1)] });
        var report = await ReviewAsync(shelves, history, connections: [OrderList.Connection(), OrderList.Connection("other")]);
        Assert.Equal([("shop", 4m, StockStatus.Restock), ("other", 1m, StockStatus.Overstock)], report.Items.Select(static item => (item.Connection, item.DailyVelocity, item.Status)));
    }

    [Fact]
    public async Task What_the_platform_does_not_count_is_told_and_not_listed()
    {
        var shelves = new StockList().Product("COUNTED").Level("COUNTED", 5).Product("GIFT").Level("GIFT", null).Product("BARE").Product("PARTLY").Level("PARTLY", null, "a").Level("PARTLY", 7, "b");
        var report = await ReviewAsync(shelves, [.. Daily("GIFT", 2), .. Daily("COUNTED", 1)]);
        Assert.Equal(["COUNTED", "PARTLY"], report.Items.Select(static item => item.Sku).Order());
        Assert.Equal((2, 2), (report.Sources[0].Articles, report.Sources[0].Untracked));
    }

    [Fact]
    public async Task Lines_find_their_article_by_sku_variant_or_lone_product()
    {
        var shelves = new StockList()
            .Product("A").Level("A", 10)
            .Add("shop", new Product { Id = "77", UpdatedAt = AsOf, Title = "Mug", Variants = [new Variant("771", "", "Mug - red", 3m, "i771"), new Variant("772", "", "blue", 3m, "i772")] })
            .Add("shop", "i771", null, "", [(Day(90), 8)])
            .Add("shop", "i772", null, "", [(Day(90), 9)])
            .Add("shop", "lone", "SKU-L", "", [(Day(90), 3)]);
        var report = await ReviewAsync(
            shelves,
            [
                .. Daily("A", 1), .. Daily("", 2, variant: "771", product: "77"), .. Daily("RENAMED", 3, variant: "772", product: "77"), .. Daily("", 4, product: "p-A"), .. Daily("SKU-L", 5), .. Daily("FOREIGN", 9),
            ]);
        Assert.Equal(
            [("", "Mug - blue", 3m), ("", "Mug - red", 2m), ("A", "Article A", 5m), ("SKU-L", "Title of SKU-L", 5m)],
            report.Items.OrderBy(static item => item.Sku, StringComparer.Ordinal).ThenBy(static item => item.Title, StringComparer.Ordinal).Select(static item => (item.Sku, item.Title, item.DailyVelocity)));
    }

    [Fact]
    public async Task Variants_of_one_stock_or_one_sku_are_one_article()
    {
        var shelves = new StockList()
            .Add("shop", new Product { Id = "1", UpdatedAt = AsOf, Title = "Shirt", Variants = [new Variant("11", "S", "Shirt - S", 3m, "1"), new Variant("12", "M", "Shirt - M", 3m, "1")] })
            .Add("shop", "1", null, "", [(Day(90), 50)])
            .Add("shop", new Product { Id = "2", UpdatedAt = AsOf, Title = "Cup, listed", Variants = [new Variant("21", "CUP", "", 3m, "2")] })
            .Add("shop", new Product { Id = "3", UpdatedAt = AsOf, Title = "Cup, listed again", Variants = [new Variant("31", "CUP", "", 3m, "3")] })
            .Add("shop", "2", "CUP", "", [(Day(90), 20)])
            .Add("shop", "3", "CUP", "", [(Day(90), 30)]);
        var items = (await ReviewAsync(shelves, [.. Daily("S", 1), .. Daily("M", 2), .. Daily("CUP", 5)])).Items;
        Assert.Equal([("CUP", 50m, 5m), ("M, S", 50m, 3m)], items.OrderBy(static item => item.Sku).Select(static item => (item.Sku, item.OnHand, item.DailyVelocity)));
    }

    [Theory]
    // Berlin loses an hour on 29 March 2026 and gains one on 25 October; Lord Howe half an hour on 5 April.
    [InlineData("Europe/Berlin", "2026-04-06T06:00:00Z")]
    [InlineData("Europe/Berlin", "2026-11-02T06:00:00Z")]
    [InlineData("Australia/Lord_Howe", "2026-04-10T06:00:00Z")]
    public async Task Days_are_the_zones_through_changes_of_the_clock(string name, string asOf)
    {
        var (zone, now) = (TimeZoneInfo.FindSystemTimeZoneById(name), DateTimeOffset.Parse(asOf, System.Globalization.CultureInfo.InvariantCulture));
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).DateTime);

        // Three minutes after each midnight and three before; what is sold today does not count.
        var orders = Enumerable.Range(0, 100).Select(back => today.AddDays(-back)).SelectMany(day => new[] { day.ToDateTime(new TimeOnly(0, 3)), day.ToDateTime(new TimeOnly(23, 57)) })
            .Select(local => Order("A", new DateTimeOffset(local, zone.GetUtcOffset(local)).ToUniversalTime(), 1, null, null)).Where(order => order.CreatedAt < now).ToArray();
        var report = await ReviewAsync(new StockList().Product("A").Level("A", 10), new OrderList(orders), zone: zone, asOf: now);
        Assert.Equal((2m, 0), (Assert.Single(report.Items).DailyVelocity, report.Items[0].DaysOutOfStock));
        Assert.Equal(84, report.Sources[0].HistoryDays);
    }

    [Fact]
    public async Task A_young_store_is_judged_by_the_days_it_has()
    {
        var report = await ReviewAsync(new StockList().Product("A").Level("A", 10).Product("B").Level("B", 10), [.. Daily("A", 3, days: 10)]);
        Assert.Equal(3m, report.Items.Single(static item => item.Sku == "A").DailyVelocity);
        Assert.Equal((10, StockStatus.Ok), (report.Sources[0].HistoryDays, report.Items.Single(static item => item.Sku == "B").Status));
    }

    [Fact]
    public async Task Without_orders_or_stock_there_is_a_report_all_the_same()
    {
        var report = await ReviewAsync(new StockList(), []);
        Assert.Empty(report.Items);
        Assert.Equal(new StockSources("shop", 0, 0, 0, 0), Assert.Single(report.Sources));
        Assert.Equal(10m, Assert.Single((await ReviewAsync(new StockList().Product("A").Level("A", 10), [])).Items).OnHand);
    }

    [Fact]
    public async Task It_comes_back_from_JSON_as_it_was_and_has_the_contract_s_names()
    {
        var kind = Kind(new StockList().Product("A").Level("A", 10, "x").Level("A", 30, "y"), new OrderList([.. Daily("A", 4)]));
        var report = await kind.ComputeAsync(Context(), CancellationToken.None);
        var json = kind.ToJson(report);
        Assert.Equal(json, kind.ToJson(kind.FromJson(json)));
        var item = JsonElement.Parse(json).GetProperty("items")[0];
        Assert.Equal("""{"connection":"shop","sku":"A","title":"Article A","location":"x","onHand":10,"dailyVelocity":1,"daysOfCover":10,"forecast":14,"method":"weighted-average","status":"restock","target":29,"restockQuantity":19,"daysOutOfStock":0,"share":0.25,"sharedBy":"on-hand"}""", item.GetRawText());
        Assert.Equal("""{"horizonDays":14,"leadTimeDays":7,"serviceLevel":0.95}""", JsonElement.Parse(json).GetProperty("parameters").GetRawText());
    }

    /// <summary>So many units at noon of each of the days before today.</summary>
    private IEnumerable<Order> Daily(string sku, int units, int days = 100, string? variant = null, string? product = null) =>
        Enumerable.Range(1, days).Select(back => Order(sku, Day(back).AddHours(12), units, variant, product));

    private Order Order(string sku, DateTimeOffset at, int units, string? variant, string? product) => SampleShop.Order($"o{++_number}", at, 10m) with
    {
        Lines = [new OrderLine { Id = "1", Sku = sku, Title = $"Title of {sku}", VariantId = variant, ProductId = product, Quantity = units, UnitPrice = 5m }],
    };

    /// <summary>The midnight so many days before today's.</summary>
    private static DateTimeOffset Day(int back) => new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero).AddDays(-back);

    private static Task<InventoryReport> ReviewAsync(StockList shelves, Order[] orders, string parameters = "{}", DateTimeOffset? connectedAt = null) =>
        ReviewAsync(shelves, new OrderList(orders), parameters, connections: connectedAt is { } at ? [OrderList.Connection() with { ConnectedAt = at }] : null);

    private static async Task<InventoryReport> ReviewAsync(
        StockList shelves, OrderList history, string parameters = "{}", IReadOnlyList<Connection>? connections = null, TimeZoneInfo? zone = null, DateTimeOffset? asOf = null) =>
        (InventoryReport)await Kind(shelves, history).ComputeAsync(Context(parameters, connections, zone, asOf), CancellationToken.None);

    private static ReportContext Context(string parameters = "{}", IReadOnlyList<Connection>? connections = null, TimeZoneInfo? zone = null, DateTimeOffset? asOf = null) =>
        new("r", connections ?? [OrderList.Connection() with { ConnectedAt = AsOf }], zone ?? TimeZoneInfo.Utc, asOf ?? AsOf, asOf ?? AsOf, JsonElement.Parse(parameters));

    private static InventoryReviewKind Kind(StockList shelves, OrderList history) => new(new DayBooks(history), history, shelves);
}
