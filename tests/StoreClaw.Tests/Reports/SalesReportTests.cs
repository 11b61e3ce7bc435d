using System.Globalization;
using System.Text.Json;
using StoreClaw.Commerce;
using StoreClaw.Notifications;
using StoreClaw.Reports;
using StoreClaw.Reports.Sales;

namespace StoreClaw.Tests.Reports;

public sealed class SalesReportTests
{
    private static readonly DateTimeOffset AsOf = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    private int _number;

    [Fact]
    public async Task Orders_count_by_creation_without_test_and_cancelled_ones()
    {
        var report = await ComputeAsync(
            "yesterday",
            NewOrder("2026-03-01T00:00:00Z", 10.10m),
            NewOrder("2026-03-01T23:59:59.999Z", 20.25m),
            NewOrder("2026-03-02T00:00:00Z", 1000m),
            NewOrder("2026-02-28T23:59:59Z", 500m),
            NewOrder("2026-03-01T12:00:00Z", 77m) with { Test = true },
            NewOrder("2026-03-01T12:00:00Z", 88m) with { CancelledAt = AsOf });
        var total = Assert.Single(report.Totals);
        Assert.Equal(new SalesTotals("USD", 2, 30.35m, 15.18m, 2, 1, 0.00m, 30.35m), total);
        Assert.Equal(["A"], report.TopProducts.Select(static row => row.Sku));
        Assert.Equal(30.35m, report.TopProducts[0].Revenue);
    }

    [Theory]
    [InlineData("10.00", "10.01", "10.00")]
    [InlineData("10.01", "10.02", "10.02")]
    [InlineData("0.01", "0.02", "0.02")]
    public async Task An_average_is_rounded_half_even(string one, string other, string average)
    {
        var report = await ComputeAsync("yesterday", NewOrder("2026-03-01T01:00:00Z", Money(one)), NewOrder("2026-03-01T02:00:00Z", Money(other)));
        Assert.Equal(Money(average), report.Totals[0].AverageOrderValue);
    }

    [Fact]
    public async Task Refunds_count_on_their_own_day_even_without_an_order_in_the_period()
    {
        var report = await ComputeAsync(
            "yesterday",
            NewOrder("2026-01-20T12:00:00Z", 100m) with { Refunds = [new Refund("r1", Instant("2026-03-01T09:00:00Z"), 30.5m), new Refund("r2", Instant("2026-02-27T09:00:00Z"), 5m)] });
        Assert.Equal(new SalesTotals("USD", 0, 0.00m, 0.00m, 0, 0, 30.50m, -30.50m), Assert.Single(report.Totals));
    }

    [Fact]
    public async Task Orders_without_amounts_count_and_are_told()
    {
        var unknown = NewOrder("2026-03-01T13:00:00Z", 0m) with { AmountsKnown = false };
        var report = await ComputeAsync(
            "yesterday",
            NewOrder("2026-03-01T12:00:00Z", 10m),
            NewOrder("2026-03-01T12:30:00Z", 20m),
            unknown with { Lines = [Line("B", 1), Line("C", 3)] },
            NewOrder("2026-02-20T13:00:00Z", 0m) with { AmountsKnown = false });
        Assert.Equal(new SalesTotals("USD", 3, 30.00m, 15.00m, 6, 0, 0.00m, 30.00m), Assert.Single(report.Totals));
        Assert.Equal(1, Assert.Single(report.WithoutAmounts).Orders);
        Assert.Equal(["A", "C", "B"], report.TopProducts.Select(static row => row.Sku));

        static OrderLine Line(string sku, decimal quantity) => new() { Id = sku, Sku = sku, Title = sku, Quantity = quantity, UnitPrice = 0 };
    }

    [Fact]
    public async Task Currencies_are_never_added_up()
    {
        var report = await ComputeAsync(
            "yesterday",
            NewOrder("2026-03-01T12:00:00Z", 10m),
            NewOrder("2026-03-01T12:00:00Z", 20m) with { Currency = "EUR", Country = "DE" },
            NewOrder("2026-03-01T12:00:00Z", 30m) with { Currency = "EUR", Country = "US" });
        Assert.Equal([("EUR", 2, 50.00m), ("USD", 1, 10.00m)], report.Totals.Select(static total => (total.Currency, total.Orders, total.Gmv)));
        Assert.Equal([("A", 50.00m, "EUR"), ("A", 10.00m, "USD")], report.TopProducts.Select(static row => (row.Sku, row.Revenue, row.Currency)));
        Assert.Equal([("US", "EUR"), ("DE", "EUR"), ("US", "USD")], report.ByCountry.Select(static row => (row.Country!, row.Currency)));
    }

    [Fact]
    public async Task A_currency_that_stopped_selling_stays_in_sight()
    {
        var report = await ComputeAsync("yesterday", NewOrder("2026-03-01T12:00:00Z", 10m), NewOrder("2026-02-28T12:00:00Z", 20m) with { Currency = "EUR" });
        Assert.Equal([("USD", 1), ("EUR", 0)], report.Totals.Select(static total => (total.Currency, total.Orders)));
        Assert.Equal(-100m, report.Comparison.Previous!.Shifts.Single(static shift => shift.Currency == "EUR").Gmv.Percent);
    }

    [Fact]
    public async Task Articles_without_a_sku_are_gathered_by_what_else_names_them()
    {
        var report = await ComputeAsync(
            "yesterday",
            NewOrder("2026-03-01T10:00:00Z", 9m) with
            {
                Lines = [Line("", "Old name", 1, 3m) with { VariantId = "v1" }, Line("", "Gift", 1, 2m), Line("S", "Cup", 2, 2m), Line("", "Bowl", 1, 1m) with { ProductId = "p1" }],
            },
            NewOrder("2026-03-01T11:00:00Z", 9m) with
            {
                Lines = [Line("", "New name", 2, 3m) with { VariantId = "v1" }, Line("", "Gift", 1, 2m), Line("S", "Mug", 1, 2m) with { VariantId = "v9" }, Line("", "Bowl 2", 1, 1m) with { ProductId = "p1" }],
            });
        Assert.Equal(
            [("", "New name", 3m, 9m), ("S", "Mug", 3m, 6m), ("", "Gift", 2m, 4m), ("", "Bowl 2", 2m, 2m)],
            report.TopProducts.Select(static row => (row.Sku, row.Title, row.Units, row.Revenue)));
    }

    [Fact]
    public async Task The_ten_best_come_by_revenue_after_discounts_then_by_sku()
    {
        var lines = Enumerable.Range(1, 12).Select(number => Line($"S{number:D2}", "x", 1, number <= 6 ? 5m : 4m)).Append(Line("S99", "x", 2, 10m) with { Discount = 15.5m }).ToList();
        var report = await ComputeAsync("yesterday", NewOrder("2026-03-01T10:00:00Z", 58m) with { Lines = lines });
        Assert.Equal(["S01", "S02", "S03", "S04", "S05", "S06", "S99", "S07", "S08", "S09"], report.TopProducts.Select(static row => row.Sku));
    }

    [Fact]
    public async Task New_customers_are_those_without_an_order_before_the_period()
    {
        var report = await ComputeAsync(
            "yesterday",
            NewOrder("2025-06-01T10:00:00Z", 5m) with { CustomerId = "old" },
            NewOrder("2026-03-01T10:00:00Z", 5m) with { CustomerId = "old" },
            NewOrder("2026-03-01T10:00:00Z", 5m) with { CustomerId = "new" },
            NewOrder("2026-03-01T11:00:00Z", 5m) with { CustomerId = "new" },
            NewOrder("2026-03-01T11:00:00Z", 5m) with { CustomerId = "cancelled", CancelledAt = AsOf },
            NewOrder("2026-03-01T11:00:00Z", 5m) with { CustomerId = "tester", Test = true },
            NewOrder("2026-03-01T11:00:00Z", 5m));
        Assert.Equal(new CustomerCounts(1, 1, 1), report.Customers);
    }

    [Fact]
    public async Task A_shop_without_orders_has_an_empty_report()
    {
        var report = await ComputeAsync("last-30-days");
        Assert.Empty(report.Totals);
        Assert.Empty(report.TopProducts);
        Assert.Empty(report.Trend);
        Assert.Null(report.Comparison.Previous);
        Assert.Equal(new CustomerCounts(0, 0, 0), report.Customers);
    }

    [Theory]
    // A day of 23, of 25, of 24.5 and of 23.5 hours.
    [InlineData("America/New_York", "2026-03-09T12:00:00Z", "yesterday", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z")]
    [InlineData("America/New_York", "2026-11-02T12:00:00Z", "yesterday", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z")]
    [InlineData("Australia/Lord_Howe", "2026-04-05T20:00:00Z", "yesterday", "2026-04-04T13:00:00Z", "2026-04-05T13:30:00Z")]
    [InlineData("Australia/Lord_Howe", "2026-10-04T20:00:00Z", "yesterday", "2026-10-03T13:30:00Z", "2026-10-04T13:00:00Z")]
    // A midnight that is skipped.
    [InlineData("America/Sao_Paulo", "2018-11-05T12:00:00Z", "yesterday", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z")]
    [InlineData("America/New_York", "2026-03-12T01:00:00Z", "last-7-days", "2026-03-04T05:00:00Z", "2026-03-11T04:00:00Z")]
    [InlineData("Asia/Shanghai", "2026-03-01T15:59:59Z", "last-30-days", "2026-01-29T16:00:00Z", "2026-02-28T16:00:00Z")]
    [InlineData("Asia/Shanghai", "2026-03-01T16:00:00Z", "month-to-date", "2026-02-28T16:00:00Z", "2026-03-01T16:00:00Z")]
    [InlineData("Asia/Shanghai", "2026-02-28T16:00:00Z", "month-to-date", "2026-02-28T16:00:00Z", "2026-02-28T16:00:00Z")]
    public void Periods_begin_and_end_with_days_of_the_zone(string zone, string asOf, string period, string from, string to) =>
        Assert.Equal(new ReportPeriod(Instant(from), Instant(to)), Windows(period, zone, asOf).Period);

    [Theory]
    // Directly before, as many days.
    [InlineData("America/New_York", "2026-03-12T12:00:00Z", "last-7-days", "2026-02-26T05:00:00Z", "2026-03-05T05:00:00Z")]
    // From the first of the month before, as long on the wall clock.
    [InlineData("UTC", "2026-03-10T08:30:00Z", "month-to-date", "2026-02-01T00:00:00Z", "2026-02-10T08:30:00Z")]
    [InlineData("America/New_York", "2026-03-20T12:00:00Z", "month-to-date", "2026-02-01T05:00:00Z", "2026-02-20T13:00:00Z")]
    // February is too short for the last days of March: the span starts earlier and still ends before the period.
    [InlineData("UTC", "2026-03-31T12:00:00Z", "month-to-date", "2026-01-29T00:00:00Z", "2026-02-28T12:00:00Z")]
    public void The_previous_period_is_as_long(string zone, string asOf, string period, string from, string to) =>
        Assert.Equal(new ReportPeriod(Instant(from), Instant(to)), Windows(period, zone, asOf).Previous);

    [Fact]
    public async Task The_history_is_read_once()
    {
        var history = new OrderList([NewOrder("2026-03-01T12:00:00Z", 1m)]);
        await ComputeAsync(history, "yesterday");
        Assert.Equal([("shop", Instant("2026-02-01T00:00:00Z"), Instant("2026-03-02T00:00:00Z"))], history.Reads);
    }

    [Fact]
    public async Task A_period_without_history_before_it_is_compared_with_nothing()
    {
        var first = await ComputeAsync("last-7-days", NewOrder("2026-02-20T12:00:00Z", 1m));
        Assert.Null(first.Comparison.Previous);
        var second = await ComputeAsync("last-7-days", NewOrder("2026-02-16T12:00:00Z", 1m));
        Assert.Equal((1m, -1m, -100m), (second.Comparison.Previous!.Shifts[0].Orders.Before, second.Comparison.Previous.Shifts[0].Orders.Change, second.Comparison.Previous.Shifts[0].Orders.Percent));
    }

    [Fact]
    public async Task Against_nothing_there_is_no_percentage()
    {
        var report = await ComputeAsync("yesterday", NewOrder("2026-02-20T12:00:00Z", 1m), NewOrder("2026-03-01T12:00:00Z", 5m));
        Assert.Equal(new Shift(0.00m, 5.00m, null), report.Comparison.Previous!.Shifts[0].Gmv);
    }

    [Fact]
    public async Task It_goes_through_json_and_back()
    {
        var kind = new OrderList().ToKind();
        var report = await ComputeAsync("yesterday", [.. SampleShop.Orders()]);
        var json = kind.ToJson(report);
        Assert.Equal(json, kind.ToJson(kind.FromJson(json)));
        var root = JsonDocument.Parse(json).RootElement;
        Assert.Equal("sales-report", root.GetProperty("kind").GetString());
        Assert.Equal("2026-03-01T00:00:00Z", root.GetProperty("period").GetProperty("from").GetString());
        Assert.Equal("""{"before":"20","change":"-18","percent":-90}""", root.GetProperty("comparison").GetProperty("previous").GetProperty("shifts")[0].GetProperty("orders").GetRawText());
        var total = root.GetProperty("totals")[0];
        Assert.Equal(["currency", "orders", "gmv", "averageOrderValue", "units", "cancelledOrders", "refunds", "netSales"], total.EnumerateObject().Select(static member => member.Name));
        Assert.Equal(JsonValueKind.String, total.GetProperty("gmv").ValueKind);
        Assert.Equal(JsonValueKind.Number, total.GetProperty("units").ValueKind);
        Assert.Equal(["sku", "title", "units", "revenue", "currency"], root.GetProperty("topProducts")[0].EnumerateObject().Select(static member => member.Name));
        Assert.Equal(["country", "orders", "gmv", "currency"], root.GetProperty("byCountry")[0].EnumerateObject().Select(static member => member.Name));
        Assert.Equal(["new", "returning", "guests"], root.GetProperty("customers").EnumerateObject().Select(static member => member.Name));
        var anomaly = root.GetProperty("anomalies")[0];
        Assert.Equal(["day", "currency", "metric", "value", "expected", "direction", "severity", "score", "sentence"], anomaly.EnumerateObject().Select(static member => member.Name));
    }

    [Theory]
    [InlineData("""{"period":"last-7-days"}""", null)]
    [InlineData("{}", null)]
    [InlineData("""{"period":"last-week"}""", "parameters.period")]
    [InlineData("""{"period":7}""", "parameters.period")]
    [InlineData("""{"period":null}""", "parameters.period")]
    [InlineData("""{"perod":"yesterday"}""", "parameters.perod")]
    [InlineData("[]", "parameters")]
    public void Parameters_are_checked_by_name(string json, string? wrong) =>
        Assert.Equal(wrong is null ? [] : [wrong], new OrderList().ToKind().Check(JsonElement.Parse(json)).Keys);

    [Fact]
    public async Task A_day_far_from_the_usual_is_told()
    {
        var report = await ComputeAsync("yesterday", [.. SampleShop.Orders()]);
        var orders = report.Anomalies.Single(static anomaly => anomaly.Metric == SalesMetric.Orders);
        Assert.Equal((new DateOnly(2026, 3, 1), "USD", 2m, 20m, AnomalyDirection.Low), (orders.Day, orders.Currency, orders.Value, orders.Expected, orders.Direction));
        Assert.Equal("2 orders on Sun 1 Mar, well below the usual 20.", orders.Sentence);
        Assert.Equal(Urgency.Warning, orders.Severity);
        Assert.Contains(report.Anomalies, static anomaly => anomaly is { Metric: SalesMetric.Gmv, Severity: Urgency.Critical });
    }

    [Theory]
    [InlineData(6, false)]
    [InlineData(7, true)]
    public async Task Nothing_is_judged_before_a_week_of_history(int days, bool judged)
    {
        var orders = Enumerable.Range(1, days).SelectMany(day => Enumerable.Range(0, 30).Select(_ => NewOrder(AsOf.Date.AddDays(-1 - day).ToString("yyyy-MM-dd'T12:00:00Z'", CultureInfo.InvariantCulture), 10m)));
        var report = await ComputeAsync("yesterday", [.. orders]);
        Assert.Equal(judged, report.Anomalies.Count > 0);
    }

    [Fact]
    public async Task Each_day_of_a_longer_period_is_judged_by_the_days_before_it()
    {
        var orders = Enumerable.Range(1, 40).SelectMany(day => Enumerable.Range(0, day == 4 ? 1 : 25).Select(_ => NewOrder(AsOf.Date.AddDays(-day).ToString("yyyy-MM-dd'T12:00:00Z'", CultureInfo.InvariantCulture), 10m)));
        var report = await ComputeAsync("last-7-days", [.. orders]);
        Assert.Equal([new DateOnly(2026, 2, 26)], report.Anomalies.Select(static anomaly => anomaly.Day).Distinct());
    }

    [Theory]
    // A shop that rests on Saturdays, on a Saturday it rests and on one it does not.
    [InlineData(0, false)]
    [InlineData(20, false)]
    [InlineData(45, true)]
    public async Task A_weekday_that_is_always_so_is_no_news(int saturday, bool told)
    {
        var asOf = new DateTimeOffset(2026, 3, 8, 8, 0, 0, TimeSpan.Zero);
        var orders = Enumerable.Range(1, 36)
            .Select(day => asOf.AddDays(-day))
            .SelectMany(day => Enumerable.Range(0, day.DayOfWeek != DayOfWeek.Saturday ? 20 + (day.Day % 3) : day.AddDays(1) == asOf ? saturday : 0).Select(_ => NewOrder(day.ToString("O"), 10m)));
        var context = new ReportContext("r", [OrderList.Connection()], TimeZoneInfo.Utc, asOf, asOf, JsonSerializer.SerializeToElement(new { period = "yesterday" }));
        var report = (SalesReport)await new OrderList([.. orders]).ToKind().ComputeAsync(context, CancellationToken.None);
        Assert.Equal(told, report.Anomalies.Any(static anomaly => anomaly.Metric == SalesMetric.Orders));
    }

    private static SalesWindows Windows(string period, string zone, string asOf) => new(period, TimeZoneInfo.FindSystemTimeZoneById(zone), Instant(asOf));

    private static Task<SalesReport> ComputeAsync(string period, params Order[] orders) => ComputeAsync(new OrderList(orders), period);

    private static async Task<SalesReport> ComputeAsync(OrderList history, string period)
    {
        var context = new ReportContext("r", [OrderList.Connection()], TimeZoneInfo.Utc, AsOf, AsOf, JsonSerializer.SerializeToElement(new { period }));
        return (SalesReport)await history.ToKind().ComputeAsync(context, CancellationToken.None);
    }

    private Order NewOrder(string at, decimal total) => SampleShop.Order($"o{++_number}", Instant(at), total);

    private static OrderLine Line(string sku, string title, decimal quantity, decimal price) => new() { Id = "1", Sku = sku, Title = title, Quantity = quantity, UnitPrice = price };

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private static decimal Money(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}
