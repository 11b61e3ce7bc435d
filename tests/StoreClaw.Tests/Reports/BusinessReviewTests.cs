using System.Text.Json;
using StoreClaw.Commerce;
using StoreClaw.Connections;
using StoreClaw.Notifications;
using StoreClaw.Notifications.WeCom;
using StoreClaw.Reports;
using StoreClaw.Reports.Business;

namespace StoreClaw.Tests.Reports;

public sealed class BusinessReviewTests
{
    private static readonly DateTimeOffset AsOf = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    private static readonly Uri Link = new("https://storeclaw.example.com/reports/20260302T080000Z-abcdefghjk?s=1775000000." + new string('x', 43));

    [Fact]
    public async Task The_group_reads_who_moved_what_came_back_and_each_stores_part()
    {
        var message = Kind().ToMessage(await ComputeAsync("last-7-days"), Link);
        Assert.Equal(
            """
            Business review 23 Feb – 1 Mar 2026 · east.example.com, west.example.com
            Sales USD 320.00 · ▲60% vs the 7 days before
            Orders 6 · ▼25% vs the 7 days before
            Average order USD 53.33 · ▲113.3% vs the 7 days before
            Refunds USD 30.00, net sales USD 290.00 · 1 order cancelled
            # Moved up
            Lamp · +USD 180.00
            # Moved down
            Chair · -USD 60.00
            # Refunded and cancelled
            Lamp · USD 20.00 refunded, 2 cancelled
            Chair · USD 10.00 refunded
            # By store
            east.example.com · USD 280.00 ▲100%
            west.example.com · USD 40.00 ▼33.3%
            [Full report]
            """,
            WithoutUnusual(message.English));
        Assert.Equal(
            """
            2026年2月23日–3月1日经营回顾 · east.example.com、west.example.com
            销售额 USD 320.00 · 较前7天 ▲60%
            订单 6 · 较前7天 ▼25%
            客单价 USD 53.33 · 较前7天 ▲113.3%
            退款 USD 30.00,净销售额 USD 290.00 · 取消 1 单
            # 上升最多
            Lamp · +USD 180.00
            # 下降最多
            Chair · -USD 60.00
            # 退款与取消
            Lamp · 退款 USD 20.00,取消 2 件
            Chair · 退款 USD 10.00
            # 各店铺
            east.example.com · USD 280.00 ▲100%
            west.example.com · USD 40.00 ▼33.3%
            [查看完整报告]
            """,
            WithoutUnusual(message.Chinese));
    }

    [Fact]
    public async Task Its_json_has_the_sales_reports_fields_and_its_own()
    {
        var json = JsonElement.Parse(Kind().ToJson(await ComputeAsync("last-7-days")));
        Assert.Equal("business-review", json.GetProperty("kind").GetString());
        Assert.Equal("320.00", json.GetProperty("totals")[0].GetProperty("gmv").GetString());
        Assert.Equal(
            """{"sku":"LAMP","title":"Lamp","revenue":"240.00","change":{"before":"60.00","change":"180.00","percent":300},"currency":"USD"}""", json.GetProperty("movers").GetProperty("up")[0].GetRawText());
        Assert.Equal("""{"sku":"LAMP","title":"Lamp","refunds":"20.00","cancelledUnits":2,"units":4,"currency":"USD"}""", json.GetProperty("returns")[0].GetRawText());
        Assert.Equal("""{"day":"2026-03-01","orders":4,"gmv":"240.00","currency":"USD"}""", json.GetProperty("trend").EnumerateArray().Last().GetRawText());
        Assert.Equal(json.GetRawText(), JsonElement.Parse(Kind().ToJson(Kind().FromJson(Kind().ToJson(await ComputeAsync("last-7-days"))))).GetRawText());
    }

    [Fact]
    public async Task Currencies_are_kept_apart()
    {
        var report = await ComputeAsync("last-7-days", Order("eur", "east", 3, 2, "LAMP", 50) with { Currency = "EUR" });
        Assert.Equal(["USD", "EUR"], report.Totals.Select(static total => total.Currency));
        Assert.Equal((280m, 100m), (report.ByStore.Single(static row => row is { Connection: "east", Currency: "USD" }).Gmv, report.ByStore.Single(static row => row.Currency == "EUR").Gmv));
        var text = Rendered.Text(Kind().ToMessage(report, Link).English);
        Assert.Contains("# Moved up, USD", text, StringComparison.Ordinal);
        Assert.Contains("# Moved up, EUR\nLamp · +EUR 100.00", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("last-month", "Business review 1–28 Feb 2026 · east.example.com, west.example.com", "2026年2月1日–28日经营回顾 · east.example.com、west.example.com")]
    [InlineData("month-to-date", "Business review 1–2 Mar 2026, month to date · east.example.com, west.example.com", "2026年3月1日–2日经营回顾(本月至今) · east.example.com、west.example.com")]
    public async Task The_title_names_the_days(string period, string english, string chinese)
    {
        var message = Kind().ToMessage(await ComputeAsync(period), Link);
        Assert.Equal((english, chinese), (message.English.Title, message.Chinese.Title));
    }

    [Fact]
    public async Task Nobody_is_said_to_have_moved_against_days_before_the_history()
    {
        var report = await ComputeAsync("last-month");
        Assert.Null(report.Comparison.Previous);
        Assert.Empty(report.Movers.Up);
        Assert.All(report.ByStore, static row => Assert.Null(row.Change));
    }

    [Fact]
    public async Task Whatever_the_shop_writes_stays_text_and_the_message_fits()
    {
        var hostile = Enumerable.Range(0, 40).Select(static number => Order($"h{number}", number % 2 == 0 ? "east" : "west", 1, 1, $"{Rendered.Hostile}{number}", 5 + number) with { CancelledAt = number % 3 == 0 ? AsOf : null });
        var report = await ComputeAsync("last-7-days", [.. hostile]);
        Rendered.AssertHarmlessPage(Kind().ToHtml(report));
        Assert.Single(WeComRenderer.Render(Kind().ToMessage(report, Link).English));
        Assert.Single(WeComRenderer.Render(Kind().ToMessage(report, Link).Chinese));
        Assert.Contains("## Refunds and cancellations by product", Kind().ToMarkdown(report), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"period":"yesterday"}""", "parameters.period")]
    [InlineData("""{"period":"last-month"}""", null)]
    [InlineData("""{"period":"last-90-days"}""", null)]
    [InlineData("""{}""", null)]
    [InlineData("""{"days":7}""", "parameters.days")]
    public void Its_parameters_are_checked(string parameters, string? wrong) => Assert.Equal(wrong is null ? [] : [wrong], Kind().Check(JsonElement.Parse(parameters)).Keys);

    // What is unusual is the sales report's.
    private static string WithoutUnusual(ChannelMessage message) => string.Join('\n', Rendered.Text(message).Split('\n').Where(static line => !line.StartsWith('>')));

    private static BusinessReviewKind Kind() => Kind(new OrderList());

    private static BusinessReviewKind Kind(OrderList history) => new(history, new DayBooks(history));

    // Two stores: 21 days of which the last 7 sold more lamps and fewer chairs than the 7 before.
    internal static async Task<BusinessReport> ComputeAsync(string period, params Order[] more)
    {
        List<Order> orders =
        [
            Order("1", "east", 20, 1, "LAMP", 60),
            .. Enumerable.Range(0, 4).Select(static number => Order($"c{number}", "east", 10, 1, "CHAIR", 20)),
            Order("l", "east", 9, 1, "LAMP", 60),
            .. Enumerable.Range(0, 3).Select(static number => Order($"w{number}", "west", 8, 1, "CHAIR", 20)),
            .. Enumerable.Range(0, 4).Select(static number => Order($"n{number}", "east", 1, 1, "LAMP", 60)),
            Order("mixed", "east", 3, 1, "CHAIR", 40) with { Refunds = [new Refund("r", AsOf.AddDays(-2), 10)] },
            Order("w9", "west", 2, 2, "CHAIR", 20),
            Order("x", "west", 1, 2, "LAMP", 60) with { CancelledAt = AsOf },
            Order("test", "west", 1, 2, "LAMP", 60) with { Test = true },
            .. more,
        ];
        orders[5] = orders[5] with { Refunds = [new Refund("r", AsOf.AddDays(-1), 20)] };
        var history = new OrderList(orders.GroupBy(static order => order.Country!).ToDictionary(static group => group.Key, static group => (IReadOnlyList<Order>)[.. group]));
        IReadOnlyList<Connection> stores = [OrderList.Connection("east"), OrderList.Connection("west")];
        var context = new ReportContext("r", stores, TimeZoneInfo.Utc, AsOf, AsOf, JsonSerializer.SerializeToElement(new { period }));
        return (BusinessReport)await Kind(history).ComputeAsync(context, CancellationToken.None);
    }

    // The store stands in the country.
    private static Order Order(string id, string store, int daysAgo, int quantity, string sku, decimal price) => SampleShop.Order(id, AsOf.AddDays(-daysAgo), quantity * price) with
    {
        Country = store,
        Lines = [new OrderLine { Id = "1", Sku = sku, Title = $"{sku[0]}{sku[1..].ToLowerInvariant()}", Quantity = quantity, UnitPrice = price }],
    };
}
