using StoreClaw.Sandbox.WeCom;

namespace StoreClaw.Tests.Sandbox.WeCom;

public sealed class WeComTerminalTests
{
    private static readonly TimeZoneInfo Shanghai = TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai");

    [Fact]
    public void A_text_is_a_bubble_under_the_robots_name_with_the_groups_time() => Shown(
        new TextContent("昨日订单 128 单，成交额 ¥36,210.50，环比上升 12%，请相关同事关注库存。", ["wang", "@all"]),
        """
        ┌─ 运营助手 ───────────────────── 11-20 09:00 ─┐
        │ 昨日订单 128 单，成交额 ¥36,210.50，环比上升 │
        │ 12%，请相关同事关注库存。                    │
        │ @wang @所有人                                │
        └──────────────────────────────────────────────┘
        """);

    [Fact]
    public void Markdown_loses_its_marks_and_keeps_what_version_one_does_not_know() => Shown(
        new MarkdownContent("## 日报\n>成交 <font color=\"warning\">¥36,210</font>\n**重点** `SKU-1` [详情](https://shop.example/r/1)\n- 列表 <@wang>\n|a|b|", 1),
        """
        ┌─ 运营助手 ───────────────────── 11-20 09:00 ─┐
        │ 日报                                         │
        │ ▎ 成交 ¥36,210                               │
        │ 重点 SKU-1 详情 (https://shop.example/r/1)   │
        │ - 列表 @wang                                 │
        │ |a|b|                                        │
        └──────────────────────────────────────────────┘
        """);

    [Fact]
    public void Version_two_has_lists_quotes_code_rules_and_aligned_tables() => Shown(
        new MarkdownContent(
            "# 周报\n- 一级\n  - 二级\n1. 第一\n>> 引用 *斜体*\n---\n```\nGET /v1/orders\n```\n| 商品 | 件数 | 金额 |\n| :--- | ---: | :---: |\n| 连衣裙 A\\|B | 12 | 1,200.00 |\n| 帽子 | 3 | 90.00 |\n<font color=\"info\">绿</font>", 2),
        """
        ┌─ 运营助手 ───────────────────── 11-20 09:00 ─┐
        │ 周报                                         │
        │ • 一级                                       │
        │   • 二级                                     │
        │ 1. 第一                                      │
        │ ▎▎ 引用 斜体                                 │
        │ ──────────────────────────────────────────── │
        │   GET /v1/orders                             │
        │ 商品       │ 件数 │   金额                   │
        │ ───────────┼──────┼─────────                 │
        │ 连衣裙 A|B │   12 │ 1,200.00                 │
        │ 帽子       │    3 │  90.00                   │
        │ <font color="info">绿</font>                 │
        └──────────────────────────────────────────────┘
        """);

    [Fact]
    public void A_table_too_wide_for_the_phone_breaks_its_cells() => Shown(
        new MarkdownContent("|商品|说明|件数|\n|---|---|---:|\n|超长名称的连衣裙夏季新款|这是一段很长很长很长的说明文字用来换行|12|", 2),
        """
        ┌─ 运营助手 ───────────────────── 11-20 09:00 ─┐
        │ 商品              │ 说明              │ 件数 │
        │ ──────────────────┼───────────────────┼───── │
        │ 超长名称的连衣裙  │ 这是一段很长很长  │   12 │
        │ 夏季新款          │ 很长的说明文字用  │      │
        │                   │ 来换行            │      │
        └──────────────────────────────────────────────┘
        """);

    [Fact]
    public void News_and_files_say_what_they_are()
    {
        Shown(
            new NewsContent([new("中秋节礼品领取", "今年中秋节公司有豪礼相送", "https://shop.example/1", "https://shop.example/1.png"), new("二", null, "https://shop.example/2", null)]),
            """
            ┌─ 运营助手 ───────────────────── 11-20 09:00 ─┐
            │ [图片] https://shop.example/1.png            │
            │ 中秋节礼品领取                               │
            │ 今年中秋节公司有豪礼相送                     │
            │ (https://shop.example/1)                     │
            │ ──────────────────────────────────────────── │
            │ 二                                           │
            │ (https://shop.example/2)                     │
            └──────────────────────────────────────────────┘
            """);
        Shown(
            new FileContent("日报.xlsx", 20_480, "file"),
            """
            ┌─ 运营助手 ───────────────────── 11-20 09:00 ─┐
            │ [文件] 日报.xlsx  20 KB                      │
            └──────────────────────────────────────────────┘
            """);
    }

    [Fact]
    public void A_card_is_a_box_of_its_parts() => Shown(
        new CardContent
        {
            CardType = "text_notice",
            Source = "StoreClaw",
            Title = "库存告急",
            Description = "3 个 SKU 低于安全库存",
            Emphasis = new CardRow("3", "个 SKU", null),
            Quote = new CardRow("提示", "建议今日补货", null),
            SubTitle = "下单前请确认在途数量",
            Rows = [new CardRow("A00-01", "剩余 2 件", null), new CardRow("链接", "查看", "https://shop.example/s")],
            Jumps = [new CardRow("库存表", "库存表", "https://shop.example/t")],
            ActionUrl = "https://shop.example/r",
        },
        """
        ┌─ 运营助手 ───────────────────── 11-20 09:00 ─┐
        │ StoreClaw                                    │
        │ 库存告急                                     │
        │ 3 个 SKU 低于安全库存                        │
        │ 3                                            │
        │ 个 SKU                                       │
        │ ▎ 提示                                       │
        │ ▎ 建议今日补货                               │
        │ 下单前请确认在途数量                         │
        │ A00-01  剩余 2 件                            │
        │ 链接    查看 (https://shop.example/s)        │
        │ ──────────────────────────────────────────── │
        │ › 库存表 (https://shop.example/t)            │
        │ ──────────────────────────────────────────── │
        │ (https://shop.example/r)                     │
        └──────────────────────────────────────────────┘
        """);

    [Fact]
    public void Colours_are_escape_codes_only_in_a_terminal()
    {
        var message = Message(new MarkdownContent("<font color=\"info\">升</font><font color=\"warning\">降</font><font color=\"comment\">平</font> **粗**", 1));
        var coloured = new WeComTerminal(TextWriter.Null, true, Shanghai).Render(message);
        Assert.Contains("\u001b[32m升\u001b[0m\u001b[38;5;208m降\u001b[0m\u001b[90m平\u001b[0m \u001b[1m粗\u001b[0m", coloured, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', new WeComTerminal(TextWriter.Null, false, Shanghai).Render(message));
    }

    [Fact]
    public void A_message_cannot_steer_the_terminal()
    {
        using var output = new StringWriter();
        new WeComTerminal(output, false, Shanghai).Show(Message(new TextContent("a\u001b[2Jb\u0007\tc", [])));
        Assert.Contains("│ a[2Jb    c ", output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("😀👨‍👩‍👧🇨🇳⚠️é")]
    [InlineData("한국어 テスト ｶﾅ ＡＢＣ")]
    [InlineData("a very long line of English words that has to break at a blank and never inside a word")]
    [InlineData("https://shop.example/a/very/long/address/without/any/blank/that/has/to/break/somewhere")]
    public void Every_line_is_as_wide_as_the_box(string text)
    {
        var lines = new WeComTerminal(TextWriter.Null, false, Shanghai).Render(Message(new TextContent(text, []))).TrimEnd('\n').Split('\n');
        var columns = lines.Select(line => TextWidthOracle.Of(line)).Distinct();
        Assert.Equal([48], columns);
    }

    private static GroupMessage Message(GroupContent content) => new(1, "运营助手", new DateTimeOffset(2026, 11, 20, 1, 0, 0, TimeSpan.Zero), "text", content);

    private static void Shown(GroupContent content, string expected) =>
        Assert.Equal(expected.ReplaceLineEndings("\n") + "\n", new WeComTerminal(TextWriter.Null, false, Shanghai).Render(Message(content)));
}
