using System.Net;
using System.Text;
using System.Text.Json;
using StoreClaw.Connections;
using StoreClaw.Connectors;
using StoreClaw.Notifications;
using StoreClaw.Notifications.WeCom;
using StoreClaw.Reports;
using StoreClaw.Reports.Research;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Reports.Research;

public sealed class MarketRenderingTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    private static readonly Uri Link = new("https://storeclaw.example.com/reports/20261123T080000Z-abcdefghjk?s=1775000000." + new string('x', 43));

    private static readonly MarketResearchKind Kind = new(new MarketList(), new ConnectorRegistry(ConnectorRegistry.All), new ManualTime(Now));

    [Fact]
    public async Task The_group_reads_how_products_changed_what_is_searched_and_what_sells()
    {
        var message = Kind.ToMessage(await SampleAsync(), Link);
        Assert.Equal(
            """
            Market research US, last 30 days · Main account
            # Products
            Changes since 16 Nov.
            Harbor storage box (B000000001) · USD 18.50 (▼7.5%) · 150 a month (▲50%) · rated 4.4 · rank 40 (▲10)
            Ibex yoga mat (B000000002) · USD 1,234.50 · 26,289 a month · rated 4.8 · rank 1,010 (▼4)
            # Keywords
            storage box · 141,356 searches · ▼25.5% · ▲8,696.3% on the year
            1. Best box · USD 9.99 · 30,000 a month · rated 4.2
            2. B000000008 · 20,000 a month
            yoga mat · no search figures
            > The platform has no figures for: yoga mat, B000000003
            > Left out, since the plan's calls are used up: yoga mat
            [Full report]
            """,
            Rendered.Text(message.English));
        Assert.Equal(
            """
            US 站市场调研（近30天） · Main account
            # 关注的商品
            括号内为较 11月16日 的变化。
            Harbor storage box (B000000001) · USD 18.50 (▼7.5%) · 月销 150 件 (▲50%) · 评分 4.4 · 排名 40 (▲10)
            Ibex yoga mat (B000000002) · USD 1,234.50 · 月销 26,289 件 · 评分 4.8 · 排名 1,010 (▼4)
            # 关键词
            storage box · 搜索量 141,356 · ▼25.5% · 同比 ▲8,696.3%
            1. Best box · USD 9.99 · 月销 30,000 件 · 评分 4.2
            2. B000000008 · 月销 20,000 件
            yoga mat · 暂无搜索数据
            > 平台暂无数据：yoga mat、B000000003
            > 套餐调用次数已用完，未能查询：yoga mat
            [查看完整报告]
            """,
            Rendered.Text(message.Chinese));
        var rank = message.English.Lines[2].Spans[^1];
        Assert.Equal((" (▲10)", Tone.Good), (rank.Text, rank.Tone));
    }

    [Fact]
    public async Task A_month_is_named_and_so_is_what_else_there_is()
    {
        var report = await SampleAsync();
        var one = report.Products[0];
        var message = Kind.ToMessage(report with { Parameters = report.Parameters with { Month = "202609" }, Products = [.. Enumerable.Repeat(one, 5)], ComparedWith = null, Missing = [.. Enumerable.Range(1, 5).Select(static number => new MissingPart(MarketPart.Product, $"B{number}", MissingCause.NotConnected, ""))] }, null);
        var (english, chinese) = (Rendered.Text(message.English), Rendered.Text(message.Chinese));
        Assert.StartsWith("Market research US, September 2026 · Main account\n", english, StringComparison.Ordinal);
        Assert.StartsWith("US 站市场调研（2026年9月） · Main account\n", chinese, StringComparison.Ordinal);
        Assert.Contains("\n1 more product in the full report.\n", english, StringComparison.Ordinal);
        Assert.Contains("\n另有 1 个商品，见完整报告。\n", chinese, StringComparison.Ordinal);
        Assert.EndsWith("> Left out, since the account must be connected again: B1, B2 and 3 more", english, StringComparison.Ordinal);
        Assert.EndsWith("> 账号需要重新连接，未能查询：B1、B2 等 5 项", chinese, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_cause_is_said_in_both_languages()
    {
        foreach (var words in new[] { MarketWords.English, MarketWords.Chinese })
        {
            Assert.Equal(Enum.GetValues<MissingCause>().Length, Enum.GetValues<MissingCause>().Select(cause => words.Missing(cause, ["x"], 0)).Distinct().Count());
        }
    }

    [Fact]
    public void A_message_stays_under_4000_bytes_whatever_the_platform_writes()
    {
        var most = 0;
        for (var keywords = 0; keywords <= 10; keywords++)
        {
            foreach (var asins in new[] { 0, 1, 5, 40 })
            {
                var message = Kind.ToMessage(Flood(keywords, asins), Link);
                foreach (var one in new[] { message.English, message.Chinese })
                {
                    var bytes = new UTF8Encoding(false, throwOnInvalidBytes: true).GetByteCount(Rendered.Text(one)) + Link.AbsoluteUri.Length;
                    Assert.True(bytes < 4000, $"{keywords} keywords and {asins} products make {bytes} bytes.");
                    Assert.True(WeComRenderer.Render(one).Count == 1, $"{keywords} keywords and {asins} products make more than one message.");
                    Assert.Equal(Link, one.Lines[^1].Spans[0].Url);
                    most = Math.Max(most, bytes);
                }
            }
        }

        Assert.InRange(most, 2000, 3999);
    }

    [Fact]
    public void Html_encodes_whatever_the_platform_writes_and_loads_nothing() => Rendered.AssertHarmlessPage(Kind.ToHtml(Flood(10, 40)));

    [Fact]
    public void Markdown_keeps_every_table_row_whole() => Rendered.AssertHarmlessMarkdown(Kind.ToMarkdown(Flood(10, 40)));

    [Fact]
    public async Task The_whole_report_has_every_figure()
    {
        var report = await SampleAsync();
        foreach (var text in new[] { Kind.ToMarkdown(report), Kind.ToHtml(report) })
        {
            var plain = WebUtility.HtmlDecode(text.Replace("\\", "", StringComparison.Ordinal));
            foreach (var words in new[]
            {
                "Market research US, last 30 days · Main account", "Changes since 16 Nov 2026", "-1.50", "▼7.5%", "+50", "-0.1", "141,356", "▼25.5%", "2.85%", "116.24", "1.26", "Best sellers: storage box", "299,700.00",
                "Related keywords: storage box", "large storage box", "Not in this report", "Product B000000003: The platform has no figures for it.", "Best sellers of yoga mat: It ended in QuotaExhausted.", "amounts are in USD",
            })
            {
                Assert.Contains(words, plain, StringComparison.Ordinal);
            }
        }
    }

    /// <summary>A week after a first report: a product that changed, one whose price is as it was, one that is unknown; a keyword with all, and one for which nothing was left.</summary>
    internal static async Task<MarketReport> SampleAsync()
    {
        var market = new MarketList();
        market.Products.AddRange([MarketList.Product("B000000001", price: 20m, units: 100, rating: 4.5, rank: 50), MarketList.Product("B000000002", "Ibex yoga mat", price: 1234.5m)]);
        var before = await ComputeAsync(market, null);
        market.Products[0] = MarketList.Product("B000000001", price: 18.5m, units: 150, rating: 4.4, rank: 40);
        market.Products[1] = market.Products[1] with { Rank = 1010 };
        market.Keywords["storage box"] = [MarketList.Keyword("storage box"), MarketList.Keyword("large storage box", 5000)];
        market.BestSellers["storage box"] = [MarketList.Product("B000000007", "Best box", 9.99m, 30_000, 4.2), MarketList.Product("B000000008", "", null, 20_000, null)];
        market.Fault = static (_, question) => question == "best yoga mat" ? FaultKind.QuotaExhausted : null;
        return await ComputeAsync(market, before with { GeneratedAt = Now.AddDays(-7) });
    }

    private static async Task<MarketReport> ComputeAsync(MarketList market, MarketReport? before)
    {
        var kind = new MarketResearchKind(market, new ConnectorRegistry(ConnectorRegistry.All), new ManualTime(Now));
        var parameters = JsonElement.Parse("""{"marketplace":"US","keywords":["storage box","yoga mat"],"asins":["B000000001","B000000002","B000000003"]}""");
        var context = new ReportContext("r", [MarketList.Connection()], TimeZoneInfo.Utc, Now, Now, parameters, (_, _) => Task.FromResult<Report?>(before));
        return (MarketReport)await kind.ComputeAsync(context, CancellationToken.None);
    }

    /// <summary>The longest and worst there can be.</summary>
    internal static MarketReport Flood(int keywords, int asins)
    {
        var titles = new[] { Rendered.Hostile, new string('长', 300), string.Concat(Enumerable.Repeat("👩‍👩‍👧‍👦", 60)), "e" + new string('\u0301', 500), new string('W', 500) };
        ProductFigures Product(int number) => MarketList.Product($"B{number:D9}", titles[number % titles.Length], 123456789.99m, 1_234_567_890, 4.87, 123_456_789) with { Brand = Rendered.Hostile };
        var shift = new Shift(1m, 12_345_678m, 12345.6m);
        return new MarketReport
        {
            Id = "r",
            Kind = "market-research",
            TimeZone = "UTC",
            Period = new ReportPeriod(Now.AddDays(-30), Now),
            AsOf = Now,
            GeneratedAt = Now,
            Connections = ["research"],
            Stores = [new ReportStore("research", "sellersprite", new string('店', 60), Rendered.Hostile + new string('店', 60), ConnectionStatus.ReauthorizationRequired)],
            Parameters = new MarketParameters("US", [], [], null),
            Currency = "USD",
            Keywords = [.. Enumerable.Range(0, keywords).Select(number => new KeywordFindings(
                titles[number % titles.Length][..Math.Min(100, titles[number % titles.Length].Length - 1)],
                MarketList.Keyword(Rendered.Hostile, 1_234_567_890, -12345.67, 123456.78),
                [.. Enumerable.Range(0, 5).Select(static related => MarketList.Keyword(Rendered.Hostile + related))],
                [.. Enumerable.Range(number, 10).Select(Product)]))],
            Products = [.. Enumerable.Range(0, asins).Select(number => new ProductFindings($"B{number:D9}", Product(number), new ProductShifts(shift, shift, shift, shift)))],
            ComparedWith = new ComparedReport("before", Now.AddDays(-7)),
            Missing = [.. Enum.GetValues<MissingCause>().SelectMany(cause => Enumerable.Range(0, 12).Select(number => new MissingPart(MarketPart.Keyword, titles[number % titles.Length] + number, cause, Rendered.Hostile)))],
        };
    }
}
