using System.Net;
using System.Text;
using StoreClaw.Commerce;
using StoreClaw.Connections;
using StoreClaw.Notifications;
using StoreClaw.Notifications.WeCom;
using StoreClaw.Reports;
using StoreClaw.Reports.Inventory;

namespace StoreClaw.Tests.Reports.Inventory;

public sealed class InventoryRenderingTests
{
    private static readonly DateTimeOffset AsOf = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    private static readonly Uri Link = new("https://storeclaw.example.com/reports/20260302T080000Z-abcdefghjk?s=1775000000." + new string('x', 43));

    private static readonly InventoryReviewKind Kind = new(new DayBooks(new OrderList()), new OrderList(), new StockList());

    [Fact]
    public void The_group_reads_what_is_out_what_to_order_and_what_lies_there()
    {
        var message = Kind.ToMessage(Sample(), Link);
        Assert.Equal(
            """
            Stock on Mon 2 Mar 2026 · Main shop
            1 out of stock · 2 to order · 1 too many · 1 not selling
            # Out of stock
            Harbor lamp (LAMP-1) · order 84 · sells 3.5 a day
            # Order now
            Ibex mug (MUG-2, at 101) · order 30 · 4 left for 2 days
            Ibex mug (MUG-2, at 102) · order 6 · 40 left for 20 days
            # Too much in stock
            1 article, 766 units more than needed
            Sand bag (BAG-1) · 900 left for 180 days
            # Not sold for 84 days
            1 article, 40 units
            DUST-1 · 40 left
            [Full report]
            """,
            Rendered.Text(message.English));
        Assert.Equal(
            """
            2026年3月2日(周一)库存检查 · Main shop
            缺货 1 · 需补货 2 · 库存过多 1 · 滞销 1
            # 已缺货
            Harbor lamp (LAMP-1) · 补 84 件 · 日销 3.5 件
            # 现在补货
            Ibex mug (MUG-2, 仓库 101) · 补 30 件 · 剩 4 件,可售 2 天
            Ibex mug (MUG-2, 仓库 102) · 补 6 件 · 剩 40 件,可售 20 天
            # 库存过多
            1 个商品,超出所需 766 件
            Sand bag (BAG-1) · 剩 900 件,可售 180 天
            # 84 天无销售
            1 个商品,共 40 件
            DUST-1 · 剩 40 件
            [查看完整报告]
            """,
            Rendered.Text(message.Chinese));
        Assert.Equal([Tone.Bad, Tone.Bad, Tone.None], new[] { 2, 4, 5 }.Select(line => message.English.Lines[line].Spans[^1].Tone));
    }

    [Fact]
    public void It_says_what_is_not_known()
    {
        var sample = Sample();
        var report = sample with
        {
            Items = [],
            Counts = new StockCounts(0, 0, 0, 0, 0, 0, 0, 0),
            Stores = [sample.Stores[0], sample.Stores[0] with { Connection = "b", Name = "Second" }],
            Sources = [new StockSources("shop", 12, 0, 1, 0), new StockSources("b", 0, 0, 84, 0)],
        };
        var message = Kind.ToMessage(report, null);
        Assert.Equal(
            """
            Stock on Mon 2 Mar 2026 · Main shop, Second
            Nothing is out of stock and nothing needs to be ordered.
            > Only 1 day of sales is known of Main shop: its forecasts are rough.
            > No stock is counted for Second, or none was read yet.
            """,
            Rendered.Text(message.English));
        Assert.Contains("> Not connected any more, so figures may be incomplete: Main shop", Kind.ToMarkdown(report with { Stores = [report.Stores[0] with { Status = ConnectionStatus.Disconnected }, report.Stores[1]] }), StringComparison.Ordinal);
        Assert.Contains("\n> Second 没有可统计的库存,或尚未读取。", Rendered.Text(message.Chinese), StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_stays_under_4000_bytes_whatever_the_platform_writes()
    {
        var message = Kind.ToMessage(Flood(40), Link);
        foreach (var one in new[] { message.English, message.Chinese })
        {
            var bytes = new UTF8Encoding(false, throwOnInvalidBytes: true).GetByteCount(Rendered.Text(one)) + Link.AbsoluteUri.Length;
            Assert.InRange(bytes, 1500, 3999);
            Assert.Single(WeComRenderer.Render(one));
            Assert.Equal(Link, one.Lines[^1].Spans[0].Url);
        }

        Assert.Contains("70 more to order in the full report.", Rendered.Text(message.English), StringComparison.Ordinal);
    }

    [Fact]
    public void Html_encodes_whatever_the_platform_writes_and_loads_nothing() => Rendered.AssertHarmlessPage(Kind.ToHtml(Flood(40)));

    [Fact]
    public void Markdown_keeps_every_table_row_whole() => Rendered.AssertHarmlessMarkdown(Kind.ToMarkdown(Flood(40)));

    [Fact]
    public void A_page_shows_the_first_of_very_many_rows() => Assert.Contains("Enough in stock: the first 300 of 400", Kind.ToHtml(Flood(400)), StringComparison.Ordinal);

    [Fact]
    public void The_whole_report_has_every_figure_and_how_it_was_got()
    {
        foreach (var text in new[] { Kind.ToMarkdown(Sample()), Kind.ToHtml(Sample()) })
        {
            var plain = WebUtility.HtmlDecode(text.Replace("\\", "", StringComparison.Ordinal));
            foreach (var words in new[]
            {
                "Stock on Mon 2 Mar 2026 · Main shop", "Out of stock and to order", "Harbor lamp", "LAMP-1", "weighted average", "TSB", "no sales", "Place", "101", "3.5", "766", "Next 14 days", "Target", "Days left out",
                "counts no stock of 3 articles, which are not listed", "2 days without any order are taken as closed", "takes 7 days and must last 14 more with a service level of 95%", "Goods on their way are not known",
                "shared out over its places",
            })
            {
                Assert.True(plain.Contains(words, StringComparison.Ordinal) || (words == "766" && text.StartsWith('#')), words);
            }
        }
    }

    internal static InventoryReport Sample() => new()
    {
        Id = "r",
        Kind = InventoryReviewKind.Name,
        TimeZone = "UTC",
        Period = new ReportPeriod(AsOf.AddHours(-8).AddDays(-84), AsOf.AddHours(-8)),
        AsOf = AsOf,
        GeneratedAt = AsOf,
        Connections = ["shop"],
        Stores = [new ReportStore("shop", "shopify", "shop.example.com", "Main shop", ConnectionStatus.Connected)],
        Parameters = InventoryReviewKind.Defaults,
        Counts = new StockCounts(1, 2, 0, 1, 1, 120, 766, 40),
        Items =
        [
            new("shop", "LAMP-1", "Harbor lamp", null, 0, 3.5m, 0, 49, ForecastMethod.WeightedAverage, StockStatus.Out, 84, 84, 3, null, null),
            new("shop", "MUG-2", "Ibex mug", "101", 4, 1.6m, 2.5m, 22.4m, ForecastMethod.Tsb, StockStatus.Restock, 34, 30, 0, 0.444m, ShareBasis.Outflow),
            new("shop", "MUG-2", "Ibex mug", "102", 40, 2m, 20m, 28m, ForecastMethod.Tsb, StockStatus.Restock, 46, 6, 0, 0.556m, ShareBasis.Outflow),
            new("shop", "BAG-1", "Sand bag", null, 900, 5m, 180m, 70m, ForecastMethod.WeightedAverage, StockStatus.Overstock, 134, 0, 0, null, null),
            new("shop", "DUST-1", "", null, 40, 0, null, 0, ForecastMethod.NoSales, StockStatus.Dead, 0, 0, 0, null, null),
        ],
        Sources = [new StockSources("shop", 4, 3, 84, 2)],
    };

    /// <summary>So many rows of each state, with the worst of texts, of many stores.</summary>
    internal static InventoryReport Flood(int rows)
    {
        var sample = Sample();
        var stores = Enumerable.Range(0, 5).Select(number => new ReportStore($"s{number}", "shopify", Rendered.Hostile + number, string.Concat(Enumerable.Repeat("库存" + Rendered.Hostile, 9)), ConnectionStatus.Disconnected)).ToList();
        return sample with
        {
            Stores = stores,
            Connections = [.. stores.Select(static store => store.Connection)],
            Items =
            [
                .. Enum.GetValues<StockStatus>().SelectMany(status => Enumerable.Range(0, rows).Select(number => new StockItem(
                    $"s{number % 5}",
                    $"编号{number}{Rendered.Hostile}",
                    string.Concat(Enumerable.Repeat("商品" + Rendered.Hostile, 5)),
                    $"{number}{Rendered.Hostile}",
                    123456789,
                    98765.4m,
                    1.5m,
                    999999,
                    ForecastMethod.Tsb,
                    status,
                    123456789,
                    status <= StockStatus.Restock ? 123456789 : 0,
                    5,
                    0.5m,
                    ShareBasis.Outflow))),
            ],
            Counts = new StockCounts(rows, rows, rows, rows, rows, 123456789, 123456789, 123456789),
            Sources = [.. stores.Select(static store => new StockSources(store.Connection, 5, 5, 3, 1))],
        };
    }
}
