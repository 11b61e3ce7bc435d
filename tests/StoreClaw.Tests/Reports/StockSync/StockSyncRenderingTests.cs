using System.Text;
using System.Text.Json;
using StoreClaw.Connections;
using StoreClaw.Reports;
using StoreClaw.Reports.StockSync;
using StoreClaw.Tests.Approvals;

namespace StoreClaw.Tests.Reports.StockSync;

public sealed class StockSyncRenderingTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 6, 0, 0, TimeSpan.Zero);

    private static readonly Uri Link = new("https://storeclaw.example.com/reports/20260302T060000Z-abcdefghjk?s=1775000000.x");

    private static readonly StockSyncKind Kind = new(new SimulatedShelves());

    [Fact]
    public void The_group_reads_what_would_change_and_what_was_left_out()
    {
        var message = Kind.ToMessage(Sample(), Link);
        Assert.Equal(
            """
            Stock sync: 3 changes proposed
            7 articles compared across 2 stores, 5 levels as they should be.
            second.example · MUG-1 Mug: 25 → 38
            second.example · MUG-2 Large mug: 1,200 → 0
            > Left as they are (not in the store): MUG-3, MUG-4, MUG-5 and 1 more
            > Left as they are (the store must be connected again): first.example
            [Full report]
            """,
            Rendered.Text(message.English));
        Assert.Equal(
            """
            库存同步：建议修改 3 项
            在 2 家店铺间比对了 7 个商品，5 项库存一致。
            second.example · MUG-1 Mug: 25 → 38
            second.example · MUG-2 Large mug: 1,200 → 0
            > 保持不变（店铺中没有）：MUG-3、MUG-4、MUG-5 等 4 项
            > 保持不变（店铺需要重新连接）：first.example
            [查看完整报告]
            """,
            Rendered.Text(message.Chinese));
    }

    [Fact]
    public void The_whole_report_says_by_what_rule_and_what_it_was_made_from()
    {
        var markdown = Kind.ToMarkdown(Sample());
        Assert.Contains("first.example is the source; the others get 2 less, and never less than 0. 1 more level differs and is left to the next run.", markdown, StringComparison.Ordinal);
        Assert.Contains("| MUG-1 | Mug | second.example |  | first.example | 40 | 25 | 38 |", markdown, StringComparison.Ordinal);
        Assert.Contains("| all | first.example | the store must be connected again |", markdown, StringComparison.Ordinal);
        Assert.Contains("from the stock as it was last read or told of", markdown, StringComparison.Ordinal);
        var lowest = Kind.ToMarkdown(Sample() with { Parameters = new StockSyncParameters(null, "lowest", 0) });
        Assert.Contains("The store that has least of an article is its source; the others get what it has", lowest, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_kept_is_read_back_the_same()
    {
        var report = Sample();
        var json = Kind.ToJson(report);
        Assert.Equal(json, Kind.ToJson(Kind.FromJson(json)));
        var proposal = JsonElement.Parse(json).GetProperty("proposals")[0];
        Assert.Equal((25, 38), (proposal.GetProperty("from").GetInt32(), proposal.GetProperty("to").GetInt32()));
        var action = Assert.Single(Kind.Actions(report), static action => action.Sku == "MUG-1");
        Assert.Equal(("second", "set-stock", "i1", 25m, 38m), (action.Connection, action.Kind, action.Item, action.From, action.To));
    }

    [Fact]
    public void Texts_of_shops_do_no_harm_and_a_message_stays_under_4000_bytes()
    {
        var flood = Sample() with
        {
            Proposals = [.. Enumerable.Range(0, 500).Select(static number => new StockProposal(Rendered.Hostile + number, string.Concat(Enumerable.Repeat(Rendered.Hostile, 9)), "second", "i", "", number, 0, "first", 0))],
            Skipped = [.. Enumerable.Range(0, 500).Select(static number => new SkippedArticle(string.Concat(Enumerable.Repeat(Rendered.Hostile, 9)) + number, "second", (SkipReason)(number % 3)))],
        };
        Rendered.AssertHarmlessPage(Kind.ToHtml(flood));
        Rendered.AssertHarmlessMarkdown(Kind.ToMarkdown(flood));
        var message = Kind.ToMessage(flood, Link);
        Assert.All([message.English, message.Chinese], static one => Assert.InRange(Encoding.UTF8.GetByteCount(Rendered.Text(one)) + Link.AbsoluteUri.Length, 1, 3999));
    }

    internal static StockSyncReport Sample() => new()
    {
        Id = "20260302T060000Z-abcdefghjk",
        Kind = StockSyncKind.Name,
        TimeZone = "UTC",
        Period = new ReportPeriod(Now, Now),
        AsOf = Now,
        GeneratedAt = Now,
        Connections = ["first", "second"],
        Stores = [Store("first"), Store("second")],
        Parameters = new StockSyncParameters(null, "first", 2),
        Compared = 7,
        InStep = 5,
        Proposals = [new StockProposal("MUG-1", "Mug", "second", "i1", "", 25, 38, "first", 40), new StockProposal("MUG-2", "Large mug", "second", "i2", "", 1200, 0, "first", 1)],
        Left = 1,
        Skipped = [.. Enumerable.Range(3, 4).Select(static number => new SkippedArticle($"MUG-{number}", "second", SkipReason.Missing)), new SkippedArticle("", "first", SkipReason.NotConnected)],
    };

    private static ReportStore Store(string name) => new(name, "shopify", $"{name}.example", $"{name}.example", ConnectionStatus.Connected);
}
