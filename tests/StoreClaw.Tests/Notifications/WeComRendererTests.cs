using System.Text;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using StoreClaw.Notifications;
using StoreClaw.Notifications.WeCom;

namespace StoreClaw.Tests.Notifications;

public sealed partial class WeComRendererTests
{
    private const int Limit = 512;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private static readonly string[] Snippets =
    [
        "a", "order 1001", "# not a heading", "> not a quote", "<font color=\"info\">x</font>", "<@zhang>", "`code`", "[a](b)", "**", "|", "中文订单", "退款率 12%", "😀", "👨‍👩‍👧", "e\u0301",
        "\ud83d", "\n", "\r\n", "\t", "\0", " ", "", "\u2028", "very-long-word-", "< 5", "#", ">", "https://a.example/?q=1",
    ];

    [Fact]
    public void A_short_message_is_one_part_in_WeCom_s_markdown()
    {
        var message = new ChannelMessage(
            "Sales 2026-11-21",
            [
                MessageLine.Text(new Span("GMV "), new Span("1,204.50 USD", Tone.Good, Bold: true), new Span(" vs "), new Span("1,300.00", Tone.Muted)),
                MessageLine.Heading("Alerts"),
                MessageLine.Quote(new Span("SKU-1 is out", Tone.Bad), new Span(" "), new Span("open", Url: new Uri("https://erp.example/a?b=(c)"))),
            ]);
        Assert.Equal(
            """
            # Sales 2026-11-21
            GMV <font color="info">**1,204.50 USD**</font> vs <font color="comment">1,300.00</font>
            ### Alerts
            > <font color="warning">SKU-1 is out</font> [open](https://erp.example/a?b=%28c%29)
            """,
            Assert.Single(WeComRenderer.Render(message)));
    }

    [Theory]
    [InlineData("<font color=\"info\">a</font>", "＜font color=\"info\">a＜/font>")]
    [InlineData("<@all> `x` [a](b) | **c**", "＜@all> ｀x｀ ［a］(b) ｜ ＊＊c＊＊")]
    [InlineData("# title", "＃ title")]
    [InlineData("  > quote", "＞ quote")]
    [InlineData("Order #1 > 5", "Order #1 > 5")]
    [InlineData("a\n# b", "a\n＃ b")]
    public void A_text_stays_text(string text, string expected) =>
        Assert.Equal($"# T\n{expected}", Assert.Single(WeComRenderer.Render(new ChannelMessage("T", [MessageLine.Text(new Span(text))]))));

    [Fact]
    public void Parts_keep_to_the_limit_and_lose_nothing() => Prop.ForAll(Messages().ToArbitrary(), static message =>
    {
        var parts = WeComRenderer.Render(message, Limit);
        foreach (var (index, part) in parts.Index())
        {
            Assert.InRange(Strict.GetByteCount(part), 1, Limit);
            Assert.Equal(Opening().Count(part), Closing().Count(part));
            Assert.DoesNotContain(part.Split('\n'), static line => Opening().Count(line) != Closing().Count(line));
            Assert.Equal(parts.Count > 1, part.Split('\n')[0].EndsWith($" ({index + 1}/{parts.Count})", StringComparison.Ordinal));
        }

        Assert.Equal(Words(message), Words(parts));
        var whole = Assert.Single(WeComRenderer.Render(message, 1_000_000));
        Assert.Equal(Strict.GetByteCount(whole) > Limit - 16, parts.Count > 1 || Strict.GetByteCount(whole) > Limit - 16);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void Links_stay_whole() => Prop.ForAll(Messages().ToArbitrary(), static message =>
    {
        var wanted = message.Lines.SelectMany(static line => line.Spans).Where(static span => span.Url is not null).Select(static span => span.Url!.AbsoluteUri);
        var found = WeComRenderer.Render(message, Limit).SelectMany(static part => Link().Matches(part)).Select(static match => match.Groups[1].Value);
        Assert.Equal(wanted, found);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void A_link_too_long_for_any_part_is_given_as_text()
    {
        var url = new Uri("https://erp.example/" + new string('q', 5000));
        var parts = WeComRenderer.Render(new ChannelMessage("T", [MessageLine.Text(new Span("open", Url: url))]));
        Assert.Equal(2, parts.Count);
        Assert.Equal($"open{url.AbsoluteUri}", Words(parts));
    }

    [Theory]
    [InlineData("中", 1)]
    [InlineData("中", 5000)]
    [InlineData("😀", 3000)]
    [InlineData("line\n", 2000)]
    public void The_plain_form_keeps_to_the_limit_of_text(string text, int times)
    {
        var repeated = string.Concat(Enumerable.Repeat(text, times));
        var plain = WeComRenderer.Render(new ChannelMessage("标题", [MessageLine.Quote(new Span(repeated, Tone.Bad, Bold: true))])).SelectMany(WeComRenderer.ToPlain).ToList();
        Assert.All(plain, static part => Assert.InRange(Strict.GetByteCount(part), 1, WeComText.Limit - 16));
        Assert.DoesNotContain(plain, static part => part.Contains("font", StringComparison.Ordinal) || part.Contains("**", StringComparison.Ordinal));
        Assert.Equal(times, string.Concat(plain).Split(text.Trim()).Length - 1);
    }

    [Fact]
    public void A_repeat_s_mark_still_fits()
    {
        var channel = new WeComChannel(null!);
        foreach (var part in channel.Render(new ChannelMessage("标题", [MessageLine.Text(new Span(new string('a', 9000)))])))
        {
            foreach (var form in channel.Simplify(part).Append(part))
            {
                var limit = form.Form == "markdown" ? WeComMarkdown.Limit : WeComText.Limit;
                Assert.InRange(Strict.GetByteCount(channel.MarkRepeat(form, ChannelLanguage.Zh).Text), 1, limit);
                Assert.Contains("(repeat)", channel.MarkRepeat(form, ChannelLanguage.En).Text, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void A_message_without_words_is_not_empty() => Assert.Equal("# StoreClaw", Assert.Single(WeComRenderer.Render(new ChannelMessage(" ", []))));

    private static Gen<ChannelMessage> Messages()
    {
        var text = Gen.Elements(Snippets).ListOf(30).Select(static words => string.Concat(words));
        var url = Gen.Frequency((4, Gen.Constant<Uri?>(null)), (1, Gen.Choose(1, 300).Select(static length => (Uri?)new Uri($"https://a.example/{new string('p', length)}?q=%E4%B8%AD"))));
        var span = from words in text
                   from tone in Gen.Elements(Tone.None, Tone.Good, Tone.Muted, Tone.Bad)
                   from bold in Gen.Elements(true, false)
                   from link in url
                   select new Span(link is null ? words : "link", tone, bold, link);
        var line = from kind in Gen.Elements(LineKind.Text, LineKind.Heading, LineKind.Quote)
                   from spans in Gen.Choose(0, 6).SelectMany(count => span.ListOf(count))
                   select new MessageLine(kind, [.. spans]);
        return from title in Gen.Elements(Snippets)
               from lines in Gen.Choose(0, 12).SelectMany(count => line.ListOf(count))
               select new ChannelMessage(title, [.. lines]);
    }

    /// <summary>The letters a reader sees below the title, without blanks, # and > (which change with their place in a line).</summary>
    private static string Words(ChannelMessage message) => Bare(string.Concat(message.Lines.SelectMany(static line => line.Spans).Select(
        static span => WeComRenderer.Escape(WeComRenderer.Clean(span.Text)))));

    private static string Words(IReadOnlyList<string> parts) => Bare(string.Concat(
        parts.Select(static part => Link().Replace(Tag().Replace(string.Join('\n', part.Split('\n').Skip(1)), ""), static match => match.Value[1..match.Value.IndexOf(']', StringComparison.Ordinal)]))));

    private static string Bare(string text) => Ignored().Replace(text, "");

    [GeneratedRegex("<font color=\"(info|comment|warning)\">")]
    private static partial Regex Opening();

    [GeneratedRegex("</font>")]
    private static partial Regex Closing();

    [GeneratedRegex("<font color=\"(info|comment|warning)\">|</font>|\\*\\*")]
    private static partial Regex Tag();

    [GeneratedRegex(@"\[[^\[\]]+\]\(([^()\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"[\s#>＃＞]")]
    private static partial Regex Ignored();
}
