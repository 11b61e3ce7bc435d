using System.Text;
using StoreClaw.Commerce;
using StoreClaw.Connections;
using StoreClaw.Notifications;
using StoreClaw.Notifications.WeCom;
using StoreClaw.Reports.Customers;
using static StoreClaw.Tests.Reports.Customers.CustomerShop;

namespace StoreClaw.Tests.Reports.Customers;

public sealed class CustomerRenderingTests
{
    private static readonly Uri Link = new("https://storeclaw.example.com/reports/20260302T080000Z-abcdefghjk?s=1775000000." + new string('x', 43));

    [Fact]
    public async Task The_group_reads_whom_to_write_to_then_the_figures()
    {
        var message = Kind.ToMessage(await ComputeAsync(Big(), null, "UTC", null, OrderList.Connection(), OrderList.Connection("other")), Link);
        Assert.Equal(
            """
            Customers 31 Jan – 1 Mar 2026 · shop.example.com, other.example.com
            > Win back: 2 customers who bought EUR 285.00 in the last 365 days have not ordered for 90 days or more.
            > Second order: 1 customer bought once, 30 to 89 days ago, for EUR 30.00.
            > Win back: 2 customers who bought USD 285.00 in the last 365 days have not ordered for 90 days or more.
            > Second order: 1 customer bought once, 30 to 89 days ago, for USD 30.00.
            New 4 · Returning 0
            Repeat rate 55.6% · of 18 customers in 365 days
            18 customers known
            # Best customers
            Champions 1 · EUR 100.00
            Loyal 1 · EUR 24.00
            Champions 1 · USD 100.00
            Loyal 1 · USD 24.00
            [Full report]
            """,
            Rendered.Text(message.English));
        Assert.Equal(
            """
            2026年1月31日–3月1日客户报告 · shop.example.com、other.example.com
            > 需要召回:2 位客户在最近 365 天消费 EUR 285.00,但已有 90 天以上未下单。
            > 促成第二单:1 位客户在 30–89 天前只下过一单,共 EUR 30.00。
            > 需要召回:2 位客户在最近 365 天消费 USD 285.00,但已有 90 天以上未下单。
            > 促成第二单:1 位客户在 30–89 天前只下过一单,共 USD 30.00。
            新客 4 · 回头客 0
            复购率 55.6% · 365 天内共 18 位客户
            累计客户 18 位
            # 核心客户
            冠军客户 1 · EUR 100.00
            忠诚客户 1 · EUR 24.00
            冠军客户 1 · USD 100.00
            忠诚客户 1 · USD 24.00
            [查看完整报告]
            """,
            Rendered.Text(message.Chinese));
    }

    [Fact]
    public async Task The_message_names_nobody()
    {
        var message = Kind.ToMessage(await ComputeAsync(Small()), Link);
        foreach (var text in new[] { Rendered.Text(message.English), Rendered.Text(message.Chinese) })
        {
            Assert.DoesNotContain("ana", text, StringComparison.Ordinal);
            Assert.DoesNotContain("ben", text, StringComparison.Ordinal);
        }

        Assert.Contains("Orders by guests 1", Rendered.Text(message.English), StringComparison.Ordinal);
        Assert.Contains("游客订单 1", Rendered.Text(message.Chinese), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Markdown_has_the_tables()
    {
        var markdown = Kind.ToMarkdown(await ComputeAsync(Small(), new { months = 3 }));
        Assert.Contains("| Champions | in the last 30 days | 4 or more, or 2 or more and among the top fifth | USD | 2 | 4 | 240.00 |", markdown, StringComparison.Ordinal);
        Assert.Contains("| ana | shop.example.com |  | Champions | 2026-02-10 | USD | 2 | 120.00 |", markdown, StringComparison.Ordinal);
        Assert.Contains("| First order | Customers | +1 | +2 |", markdown, StringComparison.Ordinal);
        Assert.Contains("| 2026-01 | 1 | 1 (100%) | 0 (0%) |", markdown, StringComparison.Ordinal);
        Assert.Contains("| 2026-02 | 2 | 0 (0%) |  |", markdown, StringComparison.Ordinal);
        Assert.Contains("| Repeat rate of these | 50% |", markdown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_has_cards_a_chart_and_the_same_tables()
    {
        var html = Kind.ToHtml(await ComputeAsync(Big(), null, "UTC", null, OrderList.Connection(Rendered.Hostile), OrderList.Connection(), OrderList.Connection("other")));
        Rendered.AssertHarmlessPage(html);
        Assert.Contains("role=\"img\" aria-label=\"New customers by month, 2025-05 to 2026-03: ", html, StringComparison.Ordinal);
        Assert.Contains("<h2>To do</h2>", html, StringComparison.Ordinal);
        Assert.Contains("<td>cannot", html.Replace("Cannot", "cannot", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whatever_the_shop_writes_is_only_text()
    {
        var report = await ComputeAsync(Flood(), null, "UTC", null, OrderList.Connection(), OrderList.Connection(Rendered.Hostile, ConnectionStatus.Disconnected));
        Rendered.AssertHarmlessPage(Kind.ToHtml(report));
        Rendered.AssertHarmlessMarkdown(Kind.ToMarkdown(report));
    }

    [Fact]
    public async Task A_message_stays_under_4000_bytes_whatever_the_shop_writes()
    {
        var report = await ComputeAsync(
            Flood(), null, "UTC", null, [OrderList.Connection(), .. Enumerable.Range(0, 50).Select(static number => OrderList.Connection($"{new string('店', 200)}{number}", ConnectionStatus.Disconnected))]);
        var message = Kind.ToMessage(report, Link);
        foreach (var text in new[] { Rendered.Text(message.English), Rendered.Text(message.Chinese) })
        {
            Assert.InRange(new UTF8Encoding(false, throwOnInvalidBytes: true).GetByteCount(text) + Link.AbsoluteUri.Length, 500, 3999);
        }

        Assert.Equal(Link, message.English.Lines[^1].Spans[0].Url);
        Assert.Single(WeComRenderer.Render(message.English));
        Assert.Single(WeComRenderer.Render(message.Chinese));
    }

    [Fact]
    public async Task A_shop_without_customers_reads_sensibly()
    {
        var report = await ComputeAsync(new OrderList());
        Assert.Equal("Customers 31 Jan – 1 Mar 2026 · shop.example.com\nNew 0 · Returning 0\nNo customer has ordered in the last 365 days.\n0 customers known\n[Full report]", Rendered.Text(Kind.ToMessage(report, Link).English));
        Assert.Contains("最近 365 天没有客户下单。", Rendered.Text(Kind.ToMessage(report, null).Chinese), StringComparison.Ordinal);
        Assert.Contains("No customer has ordered", Kind.ToMarkdown(report), StringComparison.Ordinal);
        Assert.Contains("No customer has ordered", Kind.ToHtml(report), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("last-month", "Customers 1–28 Feb 2026 · shop.example.com", "2026年2月1日–28日客户报告 · shop.example.com")]
    [InlineData("month-to-date", "Customers 1–2 Mar 2026, month to date · shop.example.com", "2026年3月1日–2日客户报告(本月至今) · shop.example.com")]
    [InlineData("yesterday", "Customers 1 Mar 2026 · shop.example.com", "2026年3月1日客户报告 · shop.example.com")]
    public async Task Titles_name_the_days(string period, string english, string chinese)
    {
        var message = Kind.ToMessage(await ComputeAsync(Small(), new { period }), null);
        Assert.Equal((english, chinese), (message.English.Title, message.Chinese.Title));
    }

    [Fact]
    public async Task What_is_missing_is_told()
    {
        var report = await ComputeAsync(new OrderList(Order("1", "2026-02-14", 0m, "x") with { AmountsKnown = false }), null, "UTC", null, OrderList.Connection("shop", ConnectionStatus.ReauthorizationRequired));
        var text = Rendered.Text(Kind.ToMessage(report, null).English);
        Assert.Contains("> Not connected any more, so figures may be incomplete: shop.example.com", text, StringComparison.Ordinal);
        Assert.Contains("> The platform gives no amounts for 1 order of shop.example.com: sales leave them out.", text, StringComparison.Ordinal);
        Assert.Contains("no amounts for 1 order", Kind.ToMarkdown(report), StringComparison.Ordinal);
        Assert.Contains("no amounts for 1 order", Kind.ToHtml(report), StringComparison.Ordinal);
    }

    internal static OrderList Flood() => new(
    [
        .. new[] { "USD", "EUR", "GBP", "CNY", "JPY" }.SelectMany(static currency => Enumerable.Range(0, 300).SelectMany(day => Enumerable.Range(0, 1 + (day % 5)).Select(number =>
            Order($"{currency}{day}-{number}", AsOf.AddDays(-1 - day).ToString("O"), 123456789.99m, $"{Rendered.Hostile}{day}") with { Currency = currency }))),
    ]);
}
