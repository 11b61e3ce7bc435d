using System.Text.Json;
using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Reports;
using StoreClaw.Reports.Customers;
using StoreClaw.Reports.Sales;
using static StoreClaw.Tests.Reports.Customers.CustomerShop;

namespace StoreClaw.Tests.Reports.Customers;

public sealed class CustomerSummaryTests
{
    [Fact]
    public async Task New_and_returning_are_told_by_orders_that_count()
    {
        var report = await ComputeAsync(Small(), new { months = 3 });
        Assert.Equal((Instant("2026-01-31"), Instant("2026-03-02")), (report.Period.From, report.Period.To));
        Assert.Equal((Instant("2025-03-02"), Instant("2026-03-02")), (report.LookBack.From, report.LookBack.To));
        Assert.Equal(new CustomerTotals(5, 2, 2, 0.5m, 4, 1), report.Customers);
        AssertCohorts(report, ("2026-01", [1, 1, 0]), ("2026-02", [2, 0]), ("2026-03", [0]));
        Assert.Equal(
            [new SegmentSums(CustomerSegment.Champions, 2, 4, 240.00m, "USD"), new SegmentSums(CustomerSegment.New, 2, 2, 35.05m, "USD")],
            report.Segments);
    }

    [Fact]
    public async Task Best_customers_are_named_by_id_store_and_country()
    {
        var history = Small();
        history.Places[("shop", "ben")] = "DE";
        var report = await ComputeAsync(history);
        Assert.Equal(
            [
                new TopCustomer("ana", "shop", null, 2, 120.00m, "USD", CustomerSegment.Champions, new DateOnly(2026, 2, 10)),
                new TopCustomer("ben", "shop", "DE", 2, 120.00m, "USD", CustomerSegment.Champions, new DateOnly(2026, 2, 28)),
                new TopCustomer("cem", "shop", null, 1, 30.05m, "USD", CustomerSegment.New, new DateOnly(2026, 2, 14)),
                new TopCustomer("hal", "shop", null, 1, 5.00m, "USD", CustomerSegment.New, new DateOnly(2026, 2, 1)),
            ],
            report.TopCustomers);
    }

    [Fact]
    public async Task Ten_customers_per_currency_are_named_and_ties_do_not_depend_on_reading()
    {
        var orders = Enumerable.Range(0, 12).Select(number => Order($"{number}", "2026-02-14", 10m, $"c{number:D2}")).Append(Order("e", "2026-02-14", 1m, "c05") with { Currency = "EUR" }).ToList();
        var there = await ComputeAsync(new OrderList(orders));
        orders.Reverse();
        var back = await ComputeAsync(new OrderList(orders));
        Assert.Equal(Enumerable.Range(0, 10).Select(static number => $"c{number:D2}").Append("c05"), there.TopCustomers.Select(static row => row.Id!));
        Assert.Equal(there.TopCustomers, back.TopCustomers);
    }

    [Fact]
    public async Task Same_ids_at_two_stores_are_two_people()
    {
        var orders = new Dictionary<string, IReadOnlyList<Order>> { ["a"] = [Order("1", "2025-08-01", 5m, "x")], ["b"] = [Order("2", "2026-02-14", 5m, "x")] };
        var report = await ComputeAsync(new OrderList(orders), null, "UTC", null, OrderList.Connection("a"), OrderList.Connection("b"));
        Assert.Equal(new CustomerTotals(2, 1, 0, 0m, 2, 0), report.Customers);
        Assert.Equal(["a", "b"], report.TopCustomers.Select(static row => row.Connection));
    }

    [Fact]
    public async Task Somebody_with_two_currencies_counts_in_each_and_once_in_all()
    {
        var report = await ComputeAsync(new OrderList(Order("1", "2026-02-14", 5m, "x"), Order("2", "2026-02-15", 6m, "x") with { Currency = "EUR" }, Order("3", "2026-02-16", 6m, "y") with { Currency = "EUR" }));
        Assert.Equal((2, 0.5m), (report.Customers.Active, report.Customers.RepeatRate));
        Assert.Equal(
            [new SegmentSums(CustomerSegment.New, 2, 2, 12.00m, "EUR"), new SegmentSums(CustomerSegment.New, 1, 1, 5.00m, "USD")],
            report.Segments);
    }

    [Theory]
    [InlineData(0, 1, false, false, "New")]
    [InlineData(29, 1, false, true, "New")]
    [InlineData(29, 1, true, true, "Loyal")]
    [InlineData(29, 2, false, false, "Loyal")]
    [InlineData(29, 2, false, true, "Champions")]
    [InlineData(29, 3, true, false, "Loyal")]
    [InlineData(29, 4, false, false, "Champions")]
    [InlineData(30, 4, false, true, "Loyal")]
    [InlineData(30, 2, false, false, "Loyal")]
    [InlineData(30, 1, true, false, "Loyal")]
    [InlineData(30, 1, false, false, "Promising")]
    [InlineData(89, 1, false, true, "Promising")]
    [InlineData(90, 1, false, true, "AboutToSleep")]
    [InlineData(90, 1, true, false, "AtRisk")]
    [InlineData(90, 3, false, false, "AtRisk")]
    [InlineData(179, 9, false, true, "AtRisk")]
    [InlineData(180, 9, false, false, "CannotLose")]
    [InlineData(180, 2, false, true, "CannotLose")]
    [InlineData(180, 2, false, false, "Hibernating")]
    [InlineData(364, 1, true, false, "Hibernating")]
    [InlineData(180, 1, false, true, "Lost")]
    public void Recency_frequency_and_money_make_the_segment(int days, int orders, bool knownBefore, bool bigSpender, string segment) =>
        Assert.Equal(Enum.Parse<CustomerSegment>(segment), CustomerSegments.Of(days, orders, knownBefore, bigSpender));

    [Theory]
    [InlineData(new[] { 7 }, 7)]
    [InlineData(new[] { 3, 1, 5, 4, 2 }, 5)]
    [InlineData(new[] { 6, 3, 1, 5, 4, 2 }, 5)]
    [InlineData(new[] { 5, 5, 5, 1, 1 }, 5)]
    [InlineData(new[] { 1, 1, 1, 1, 1 }, 1)]
    public void Big_spenders_are_a_fifth_and_who_spent_as_much(int[] spent, int least) => Assert.Equal(least, CustomerSegments.BigSpend([.. spent]));

    [Fact]
    public async Task Somebody_from_before_the_look_back_is_not_new()
    {
        var report = await ComputeAsync(new OrderList(Order("1", "2025-01-01", 5m, "x"), Order("2", "2026-02-20", 5m, "x"), Order("3", "2026-02-21", 0m, "y"), Order("4", "2026-02-22", 0m, "y")), new { lookBackDays = 90, months = 1 });
        Assert.Equal([(CustomerSegment.Loyal, 2)], report.Segments.Select(static row => (row.Name, row.Customers)));
        Assert.Equal(new CustomerTotals(2, 1, 1, 0.5m, 2, 0), report.Customers);
        AssertCohorts(report, ("2026-03", [0]));
    }

    [Fact]
    public async Task A_rate_is_half_even_to_four_decimals()
    {
        // 1 of 32 is 0.03125 and 3 of 32 is 0.09375.
        Assert.Equal(0.0312m, await RateAsync(1, 32));
        Assert.Equal(0.0938m, await RateAsync(3, 32));
        Assert.Equal(0.3333m, await RateAsync(1, 3));
        Assert.Equal(0m, await RateAsync(0, 0));

        static async Task<decimal> RateAsync(int repeat, int all) => (await ComputeAsync(new OrderList(
        [
            .. Enumerable.Range(0, all).Select(static number => Order($"a{number}", "2026-02-14", 1m, $"c{number}")),
            .. Enumerable.Range(0, repeat).Select(static number => Order($"b{number}", "2026-02-15", 1m, $"c{number}")),
        ]))).Customers.RepeatRate;
    }

    [Fact]
    public async Task Orders_without_amounts_count_and_are_told()
    {
        var report = await ComputeAsync(new OrderList(Order("1", "2026-02-14", 0m, "x") with { AmountsKnown = false }, Order("2", "2026-02-15", 0m, "x") with { AmountsKnown = false }));
        Assert.Equal([new UnpricedOrders("shop", 2)], report.WithoutAmounts);
        Assert.Equal([new SegmentSums(CustomerSegment.Loyal, 1, 2, 0.00m, "USD")], report.Segments);
    }

    [Theory]
    [InlineData("America/New_York", "2026-04-01T13:00:00Z", "2026-03-01T05:00:00Z", "2026-04-01T04:00:00Z")]
    [InlineData("Asia/Shanghai", "2026-03-01T01:00:00Z", "2026-01-31T16:00:00Z", "2026-02-28T16:00:00Z")]
    [InlineData("Australia/Lord_Howe", "2026-05-01T00:00:00Z", "2026-03-31T13:00:00Z", "2026-04-30T13:30:00Z")]
    // A month whose first day begins at one o'clock: midnight is skipped.
    [InlineData("America/Asuncion", "2017-11-01T12:00:00Z", "2017-10-01T04:00:00Z", "2017-11-01T03:00:00Z")]
    // A month of which a day is left out.
    [InlineData("Pacific/Apia", "2012-01-05T00:00:00Z", "2011-12-01T10:00:00Z", "2011-12-31T10:00:00Z")]
    public async Task The_month_before_begins_and_ends_with_days_of_the_zone(string zone, string asOf, string from, string to)
    {
        var (first, end) = (Instant(from), Instant(to));
        var history = new OrderList(
            Order("1", first.AddTicks(-1).ToString("O"), 1m, "before"),
            Order("2", first.ToString("O"), 1m, "first"),
            Order("3", end.AddTicks(-1).ToString("O"), 1m, "last"),
            Order("4", end.AddTicks(-1).ToString("O"), 1m, "before"),
            Order("5", end.ToString("O"), 1m, "after"));
        var report = await ComputeAsync(history, new { period = "last-month", months = 2 }, zone, Instant(asOf));
        Assert.Equal(new ReportPeriod(first, end), report.Period);
        Assert.Equal((3, 2, 1), (report.Customers.Total, report.Customers.New, report.Customers.Returning));
        Assert.Equal([(1, "1,1"), (2, "2")], report.Cohorts.Select(static cohort => (cohort.Size, string.Join(',', cohort.Active))));
        Assert.Equal(report.Cohorts[1].Month, new DateTime(first.Ticks + ((end - first).Ticks / 2)).ToString("yyyy-MM", System.Globalization.CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("yesterday", "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z")]
    [InlineData("last-7-days", "2026-02-23T00:00:00Z", "2026-03-02T00:00:00Z")]
    [InlineData("last-30-days", "2026-01-31T00:00:00Z", "2026-03-02T00:00:00Z")]
    [InlineData("month-to-date", "2026-03-01T00:00:00Z", "2026-03-02T08:00:00Z")]
    [InlineData("last-month", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z")]
    public async Task Periods_are_those_of_the_sales_report_and_the_month_before(string period, string from, string to) =>
        Assert.Equal(new ReportPeriod(Instant(from), Instant(to)), (await ComputeAsync(Small(), new { period })).Period);

    [Fact]
    public async Task A_month_that_has_just_begun_is_empty()
    {
        var report = await ComputeAsync(Small(), new { period = "month-to-date", months = 2 }, asOf: Instant("2026-03-01"));
        Assert.Equal((0, 0, 0, 5), (report.Customers.New, report.Customers.Returning, report.Customers.Guests, report.Customers.Total));
        AssertCohorts(report, ("2026-02", [2, 0]), ("2026-03", [0]));
    }

    [Fact]
    public async Task The_orders_are_read_once_over_the_days_that_are_needed()
    {
        var history = Small();
        await ComputeAsync(history, new { months = 24 });
        Assert.Equal([("shop", Instant("2024-04-01"), Instant("2026-03-02"))], history.Reads);
    }

    [Theory]
    [InlineData("{}", null)]
    [InlineData("""{"period":"last-month","months":24,"lookBackDays":730}""", null)]
    [InlineData("""{"months":1,"lookBackDays":90}""", null)]
    [InlineData("""{"months":0}""", "parameters.months")]
    [InlineData("""{"months":25}""", "parameters.months")]
    [InlineData("""{"months":"12"}""", "parameters.months")]
    [InlineData("""{"months":1.5}""", "parameters.months")]
    [InlineData("""{"months":null}""", "parameters.months")]
    [InlineData("""{"lookBackDays":89}""", "parameters.lookBackDays")]
    [InlineData("""{"lookBackDays":99999999999}""", "parameters.lookBackDays")]
    [InlineData("""{"period":"last-year"}""", "parameters.period")]
    [InlineData("""{"moths":3}""", "parameters.moths")]
    public void Parameters_are_checked_by_name(string json, string? wrong) => Assert.Equal(wrong is null ? [] : [wrong], Kind.Check(JsonElement.Parse(json)).Keys);

    [Fact]
    public async Task It_goes_through_json_and_back()
    {
        var report = await ComputeAsync(Small());
        var json = Kind.ToJson(report);
        Assert.Equal(json, Kind.ToJson(Kind.FromJson(json)));
        var root = JsonDocument.Parse(json).RootElement;
        Assert.Equal("customer-summary", root.GetProperty("kind").GetString());
        Assert.Equal("""{"total":5,"new":2,"returning":2,"repeatRate":0.5,"active":4,"guests":1}""", root.GetProperty("customers").GetRawText());
        Assert.Equal("""{"name":"champions","customers":2,"orders":4,"gmv":"240.00","currency":"USD"}""", root.GetProperty("segments")[0].GetRawText());
        Assert.Equal(12, root.GetProperty("cohorts").GetArrayLength());
        Assert.Equal("""{"month":"2026-02","size":2,"active":[2,0]}""", root.GetProperty("cohorts")[10].GetRawText());
        Assert.Equal("""{"period":"last-30-days","months":12,"lookBackDays":365}""", root.GetProperty("parameters").GetRawText());
        Assert.Equal("cannot-lose", JsonSerializer.Serialize(CustomerSegment.CannotLose, JsonText.Options).Trim('"'));
    }

    [Fact]
    public async Task A_shop_without_customers_has_an_empty_report()
    {
        var report = await ComputeAsync(new OrderList());
        Assert.Equal(new CustomerTotals(0, 0, 0, 0m, 0, 0), report.Customers);
        Assert.Empty(report.Segments);
        Assert.Empty(report.TopCustomers);
        Assert.All(report.Cohorts, static cohort => Assert.Equal(0, cohort.Size));
    }

    [Fact]
    public async Task A_customer_is_taken_out_of_it_and_the_figures_stay()
    {
        var orders = new Dictionary<string, IReadOnlyList<Order>> { ["a"] = [Order("1", "2026-02-14", 5m, "x"), Order("2", "2026-02-14", 4m, "y")], ["b"] = [Order("3", "2026-02-14", 3m, "x")] };
        var history = new OrderList(orders) { Places = { [("a", "x")] = "DE" } };
        var report = await ComputeAsync(history, null, "UTC", null, OrderList.Connection("a"), OrderList.Connection("b"));
        var forgotten = (CustomerSummary)Kind.Without(report, "a", "x")!;
        Assert.Equal([(null, null), ("y", null), ("x", null)], forgotten.TopCustomers.Select(static row => (row.Id, row.Country)));
        Assert.Equal(report.TopCustomers.Select(static row => row.Gmv), forgotten.TopCustomers.Select(static row => row.Gmv));
        Assert.Null(Kind.Without(forgotten, "a", "x"));
        Assert.Null(Kind.Without(report, "a", "z"));
        Assert.Equal([null, null, "x"], ((CustomerSummary)Kind.Without(report, "a", null)!).TopCustomers.Select(static row => row.Id));
        Assert.Contains("(forgotten)", Kind.ToHtml(forgotten), StringComparison.Ordinal);
    }

    private static void AssertCohorts(CustomerSummary report, params (string Month, int[] Active)[] expected)
    {
        Assert.Equal(expected.Select(static cohort => (cohort.Month, string.Join(',', cohort.Active))), report.Cohorts.Select(static cohort => (cohort.Month, string.Join(',', cohort.Active))));
        Assert.All(report.Cohorts, static cohort => Assert.Equal(cohort.Size, cohort.Active[0]));
    }
}
