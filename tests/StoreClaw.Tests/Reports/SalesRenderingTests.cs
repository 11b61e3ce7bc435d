using System.Text;
using System.Text.Json;
using StoreClaw.Commerce;
using StoreClaw.Connections;
using StoreClaw.Notifications;
using StoreClaw.Notifications.WeCom;
using StoreClaw.Reports;
using StoreClaw.Reports.Sales;

namespace StoreClaw.Tests.Reports;

public sealed class SalesRenderingTests
{
    private static readonly DateTimeOffset AsOf = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    private static readonly Uri Link = new("https://storeclaw.example.com/reports/20260302T080000Z-abcdefghjk?s=1775000000." + new string('x', 43));

    [Fact]
    public async Task The_group_reads_the_figures_their_change_what_is_unusual_and_what_sold()
    {
        var message = Message(await ComputeAsync("yesterday", SampleShop.Orders()));
        Assert.Equal(
            """
            Sales on Sun 1 Mar 2026 · shop.example.com
            Sales USD 31.00 · ▼92.2% vs Sat · ▼92.2% vs a usual Sun
            Orders 2 · ▼90% vs Sat · ▼90% vs a usual Sun
            Average order USD 15.50 · ▼22.5% vs Sat · ▼22.5% vs a usual Sun
            Refunds USD 12.50, net sales USD 18.50 · 1 order cancelled
            > Sales of USD 31.00 on Sun 1 Mar, far below the usual USD 401.00.
            > 2 orders on Sun 1 Mar, well below the usual 20.
            # Top sellers
            Article 1 · 4 sold · USD 17.00
            Article 0 · 2 sold · USD 8.50
            [Full report]
            """,
            Rendered.Text(message.English));
        Assert.Equal(
            """
            2026年3月1日(周日)销售日报 · shop.example.com
            销售额 USD 31.00 · 较周六 ▼92.2% · 较往常周日 ▼92.2%
            订单 2 · 较周六 ▼90% · 较往常周日 ▼90%
            客单价 USD 15.50 · 较周六 ▼22.5% · 较往常周日 ▼22.5%
            退款 USD 12.50,净销售额 USD 18.50 · 取消 1 单
            > 3月1日(周日)销售额 USD 31.00,远低于往常的 USD 401.00。
            > 3月1日(周日)订单 2 单,明显低于往常的 20 单。
            # 热销商品
            Article 1 · 4 件 · USD 17.00
            Article 0 · 2 件 · USD 8.50
            [查看完整报告]
            """,
            Rendered.Text(message.Chinese));
    }

    [Theory]
    [InlineData("1234.5", "GBP", "GBP 1,234.50")]
    [InlineData("17298", "JPY", "JPY 17,298")]
    [InlineData("2471.14", "JPY", "JPY 2,471")]
    [InlineData("1.2345", "KWD", "KWD 1.2345")]
    public void Money_is_read_in_the_units_it_has(string amount, string currency, string read) => Assert.Equal(read, Figures.Read(decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture), currency));

    [Fact]
    public async Task It_is_told_where_amounts_are_missing()
    {
        var kind = new OrderList().ToKind();
        var report = await ComputeAsync("yesterday", [SampleShop.Order("1", AsOf.AddDays(-1), 0) with { AmountsKnown = false }]);
        const string English = "The platform gives no amounts for 1 order of shop.example.com: sales leave them out.";
        Assert.Contains($"> {English}", Rendered.Text(Message(report).English), StringComparison.Ordinal);
        Assert.Contains("Article · 1 sold\n", Rendered.Text(Message(report).English), StringComparison.Ordinal);
        Assert.Contains("> 平台未提供 shop.example.com 的 1 笔订单金额,销售额未计入这些订单。", Rendered.Text(Message(report).Chinese), StringComparison.Ordinal);
        Assert.Contains($"> {English}", kind.ToMarkdown(report), StringComparison.Ordinal);
        Assert.Contains(English, kind.ToHtml(report), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("last-7-days", "Sales 23 Feb – 1 Mar 2026 · shop.example.com", "vs the 7 days before", "2026年2月23日–3月1日销售报告 · shop.example.com", "较前7天")]
    [InlineData("last-30-days", "Sales 31 Jan – 1 Mar 2026 · shop.example.com", null, "2026年1月31日–3月1日销售报告 · shop.example.com", null)]
    [InlineData("month-to-date", "Sales 1–2 Mar 2026, month to date · shop.example.com", "vs 1–2 Feb 2026", "2026年3月1日–2日销售报告(本月至今) · shop.example.com", "较2026年2月1日–2日")]
    public async Task Longer_periods_name_their_days(string period, string title, string? against, string chineseTitle, string? chineseAgainst)
    {
        var message = Message(await ComputeAsync(period, SampleShop.Orders()));
        Assert.Equal((title, chineseTitle), (message.English.Title, message.Chinese.Title));
        Assert.Equal(against is not null, Rendered.Text(message.English).Contains("vs ", StringComparison.Ordinal));
        Assert.Contains(against ?? "", Rendered.Text(message.English), StringComparison.Ordinal);
        Assert.Contains(chineseAgainst ?? "", Rendered.Text(message.Chinese), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_shop_without_orders_reads_sensibly()
    {
        var report = await ComputeAsync("yesterday", []);
        Assert.Equal("Sales on Sun 1 Mar 2026 · shop.example.com\nNo orders, and none in the weeks before.\n[Full report]", Rendered.Text(Message(report).English));
        Assert.Equal("2026年3月1日(周日)销售日报 · shop.example.com\n没有订单,此前几周也没有。\n[查看完整报告]", Rendered.Text(Message(report).Chinese));
        var kind = new OrderList().ToKind();
        Assert.Contains("No orders, and none in the weeks before.", kind.ToMarkdown(report), StringComparison.Ordinal);
        Assert.Contains("No orders, and none in the weeks before.", kind.ToHtml(report), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_is_gone_is_named()
    {
        var report = await ComputeAsync("yesterday", [], OrderList.Connection("a"), OrderList.Connection("b", ConnectionStatus.ReauthorizationRequired), OrderList.Connection("c"));
        var message = Message(report);
        Assert.Equal("Sales on Sun 1 Mar 2026 · a.example.com, b.example.com and 1 more", message.English.Title);
        Assert.Equal("2026年3月1日(周日)销售日报 · a.example.com、b.example.com 等 3 家店", message.Chinese.Title);
        Assert.Contains("> Not connected any more, so figures may be incomplete: b.example.com", Rendered.Text(message.English), StringComparison.Ordinal);
        Assert.Contains("> 以下店铺已断开连接,数据可能不完整:b.example.com", Rendered.Text(message.Chinese), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_stays_under_4000_bytes_whatever_the_shop_writes()
    {
        var report = await ComputeAsync("last-7-days", Flood(), [.. Enumerable.Range(0, 50).Select(static number => OrderList.Connection($"{new string('店', 200)}{number}", ConnectionStatus.Disconnected))]);
        var message = Message(report);
        foreach (var text in new[] { Rendered.Text(message.English), Rendered.Text(message.Chinese) })
        {
            var bytes = new UTF8Encoding(false, throwOnInvalidBytes: true).GetByteCount(text) + Link.AbsoluteUri.Length;
            Assert.InRange(bytes, 1000, 3999);
            Assert.DoesNotContain('\0', text);
        }

        Assert.Equal(Link, message.English.Lines[^1].Spans[0].Url);
        Assert.Single(WeComRenderer.Render(message.English));
        Assert.Single(WeComRenderer.Render(message.Chinese));
    }

    [Fact]
    public async Task Html_encodes_whatever_the_shop_writes_and_loads_nothing()
    {
        var html = new OrderList().ToKind().ToHtml(await ComputeAsync("yesterday", Flood(), OrderList.Connection(Rendered.Hostile)));
        Rendered.AssertHarmlessPage(html);
        Assert.Contains("role=\"img\" aria-label=\"Daily sales in", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Markdown_keeps_every_table_row_whole()
    {
        var markdown = new OrderList().ToKind().ToMarkdown(await ComputeAsync("yesterday", Flood(), OrderList.Connection(Rendered.Hostile)));
        Rendered.AssertHarmlessMarkdown(markdown);
    }

    [Theory]
    [InlineData("short", 5, "short")]
    [InlineData("longer", 5, "lo…")]
    [InlineData("你好世界", 9, "你好…")]
    [InlineData("👩‍👩‍👧 x", 10, "…")]
    [InlineData("a\r\nb\tc\u2028d", 20, "a  b c d")]
    [InlineData("  x  ", 20, "x")]
    public void Text_is_cut_between_characters(string text, int bytes, string cut)
    {
        Assert.Equal(cut, ReadableText.Cut(text, bytes));
        Assert.InRange(Encoding.UTF8.GetByteCount(cut), 0, bytes);
    }

    /// <summary>Five currencies, long hostile titles, refunds, cancellations and wild days.</summary>
    internal static IEnumerable<Order> Flood()
    {
        var words = new[] { Rendered.Hostile, new string('长', 300), string.Concat(Enumerable.Repeat("👩‍👩‍👧‍👦", 60)), "e" + new string('\u0301', 500), new string('W', 500) };
        foreach (var currency in new[] { "USD", "EUR", "GBP", "CNY", "JPY" })
        {
            for (var day = 1; day <= 36; day++)
            {
                for (var number = 0; number < (day % 7 == 1 ? 90 : 20); number++)
                {
                    var at = AsOf.AddDays(-day);
                    yield return SampleShop.Order($"{currency}{day}-{number}", at, 123456789.99m) with
                    {
                        Currency = currency,
                        Country = Rendered.Hostile,
                        CancelledAt = number % 9 == 0 ? at : null,
                        Refunds = [new Refund("r", at, 98765432.1m)],
                        Lines = [new OrderLine { Id = "1", Sku = $"{Rendered.Hostile}{number % 12}", Title = words[number % words.Length], Quantity = 1000, UnitPrice = 123456.78m + number }],
                    };
                }
            }
        }
    }

    private static LocalizedMessage Message(SalesReport report) => new OrderList().ToKind().ToMessage(report, Link);

    internal static async Task<SalesReport> ComputeAsync(string period, IEnumerable<Order> orders, params Connection[] connections)
    {
        var stores = connections.Length == 0 ? [OrderList.Connection()] : connections;
        var history = new OrderList(new Dictionary<string, IReadOnlyList<Order>> { [stores[0].Id] = [.. orders] });
        var context = new ReportContext("20260302T080000Z-abcdefghjk", stores, TimeZoneInfo.Utc, AsOf, AsOf, JsonSerializer.SerializeToElement(new { period }));
        return (SalesReport)await history.ToKind().ComputeAsync(context, CancellationToken.None);
    }
}
