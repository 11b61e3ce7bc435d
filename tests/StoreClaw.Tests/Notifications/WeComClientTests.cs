using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using StoreClaw.Common;
using StoreClaw.Connectors.Http;
using StoreClaw.Notifications;
using StoreClaw.Notifications.WeCom;
using StoreClaw.Sandbox.WeCom;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Notifications;

public sealed class WeComClientTests : IAsyncLifetime
{
    private static readonly byte[] OnePixel = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");

    private static readonly WeComCardLink Action = new(1) { Url = "https://erp.example/" };

    private readonly ManualTime _time = new();
    private readonly Secret _key = new(Team.Key);
    private WeComPlatform _weCom = null!;
    private PlatformTransport _transport = null!;
    private WeComClient _client = null!;

    public async Task InitializeAsync()
    {
        _weCom = await WeComPlatform.StartAsync(_time, new WeComOptions { RefuseEscapes = true, MessagesPerMinute = 1000 });
        _weCom.AddRobot(Team.Key, "StoreClaw");
        var settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Channels:WeCom:BaseUrl"] = _weCom.BaseAddress.AbsoluteUri }).Build();
        _transport = new PlatformTransport(settings, new AddressGuard());
        _client = new WeComClient(_transport, settings, _time, NullLogger<WeComClient>.Instance);
    }

    public async Task DisposeAsync()
    {
        _transport.Dispose();
        await _weCom.DisposeAsync();
    }

    [Fact]
    public async Task Every_kind_of_message_is_taken_as_it_is()
    {
        WeComMessage[] messages =
        [
            new WeComText("早上好 😀 \"a\\b\" \t 中文") { MentionedList = ["wangqing", "@all"], MentionedMobileList = ["13800001111"] },
            new WeComMarkdown("# 日报\n<font color=\"info\">good</font>"),
            new WeComMarkdownV2("| a | b |\n| --- | --- |\n| 1 | 2 |"),
            new WeComImage(OnePixel),
            new WeComNews([new WeComArticle("中秋节礼品领取", "https://www.qq.com/") { Description = "豪礼", PictureUrl = "https://www.qq.com/a.png" }]),
            new WeComTextNotice(Action)
            {
                Source = new WeComCardSource("https://www.qq.com/a.png", "企业微信", 3),
                MainTitle = new WeComCardTitle("GMV", "yesterday"),
                EmphasisContent = new WeComCardTitle("1,204.50", "USD"),
                QuoteArea = new WeComCardQuote(1) { Url = "https://erp.example/q", Title = "t", QuoteText = "q" },
                SubTitleText = "up 12%",
                HorizontalContentList = [new WeComCardRow("店铺", "shop-1"), new WeComCardRow("site", "open", 1) { Url = "https://erp.example/" }, new WeComCardRow("who", "Li", 3) { UserId = "li" }],
                JumpList = [new WeComCardJump(1, "more") { Url = "https://erp.example/more" }, new WeComCardJump(2, "app") { AppId = "wx1", PagePath = "/p" }],
            },
            new WeComNewsNotice(Action, new WeComCardImage("https://www.qq.com/a.png", 2))
            {
                MainTitle = new WeComCardTitle("t"),
                VerticalContentList = [new WeComCardTitle("p", "d")],
                ImageTextArea = new WeComCardImageText(1, "https://www.qq.com/b.png") { Url = "https://erp.example/", Title = "i" },
            },
        ];
        foreach (var message in messages)
        {
            Assert.Equal(SendClass.Sent, (await _client.SendAsync(_key, message, CancellationToken.None)).Class);
        }

        Assert.Empty(_weCom.Log.Violations);
        Assert.Equal(messages.Select(static message => message.Type), _weCom.Messages(Team.Key).Select(static message => message.Type));
        var text = Assert.IsType<TextContent>(_weCom.Messages(Team.Key)[0].Content);
        Assert.Equal("早上好 😀 \"a\\b\" \t 中文", text.Words);
        Assert.Equal(["wangqing", "@all", "13800001111"], text.Mentioned);
        Assert.Equal(OnePixel, Assert.IsType<ImageContent>(_weCom.Messages(Team.Key)[3].Content).Bytes);
    }

    [Fact]
    public async Task A_file_is_uploaded_once_per_robot_in_three_days()
    {
        const string Other = "5a3c9e17-0b6d-4f28-91aa-000000000000";
        _weCom.AddRobot(Other, "Other");
        var report = Encoding.UTF8.GetBytes("a,b\n1,2\n");
        foreach (var key in new[] { Team.Key, Team.Key, Other })
        {
            Assert.Equal(SendClass.Sent, (await _client.SendFileAsync(new Secret(key), "日报 \"1\".csv", report, CancellationToken.None)).Class);
        }

        Assert.Equal(2, _weCom.Log.Count("upload_media"));
        Assert.Equal("日报 1.csv", Assert.IsType<FileContent>(_weCom.Messages(Other)[0].Content).Name);
        _time.Advance(TimeSpan.FromHours(72));
        await _client.SendFileAsync(_key, "日报 \"1\".csv", report, CancellationToken.None);
        Assert.Equal(3, _weCom.Log.Count("upload_media"));
        Assert.Equal(3, _weCom.Messages(Team.Key).Count);
        Assert.Empty(_weCom.Log.Violations);
    }

    [Fact]
    public async Task Limits_are_told_before_anything_is_sent()
    {
        WeComMessage[] messages =
        [
            new WeComText(" "), new WeComText(new string('中', 683)), new WeComMarkdown(new string('a', 4097)), new WeComMarkdown("\ud83d"), new WeComMarkdownV2(""),
            new WeComImage("GIF89a"u8.ToArray()), new WeComImage([.. OnePixel, .. new byte[2 * 1024 * 1024]]), new WeComNews([]),
            new WeComNews([.. Enumerable.Repeat(new WeComArticle("t", "https://a.example/"), 9)]), new WeComNews([new WeComArticle("t", "www.qq.com")]),
            new WeComNews([new WeComArticle(new string('中', 43), "https://a.example/")]), new WeComFile(""), new WeComTextNotice(Action),
            new WeComTextNotice(new WeComCardLink(0)) { SubTitleText = "a" }, new WeComTextNotice(new WeComCardLink(1)) { SubTitleText = "a" },
            new WeComTextNotice(Action) { SubTitleText = "a", HorizontalContentList = [.. Enumerable.Repeat(new WeComCardRow("a"), 7)] },
            new WeComTextNotice(Action) { SubTitleText = "a", HorizontalContentList = [new WeComCardRow("a", "b", 2)] },
            new WeComNewsNotice(Action, new WeComCardImage("https://a.example/", 3)) { MainTitle = new WeComCardTitle("t") },
            new WeComNewsNotice(Action, new WeComCardImage("https://a.example/")),
        ];
        foreach (var message in messages)
        {
            await Assert.ThrowsAsync<WeComLimitException>(() => _client.SendAsync(_key, message, CancellationToken.None));
        }

        await Assert.ThrowsAsync<WeComLimitException>(() => _client.SendFileAsync(_key, "a.csv", new byte[5], CancellationToken.None));
        Assert.Empty(_weCom.Log.Calls);
        var limit = Assert.Throws<WeComLimitException>(() => new WeComText(new string('中', 683)).Validate());
        Assert.Equal("text.content has 2049 bytes of UTF-8; WeCom takes 2048.", limit.Message);
    }

    [SampleFact("wecom")]
    public void The_sample_of_byte_limits_holds()
    {
        foreach (var vector in JsonElement.Parse(Samples.Read("wecom", "byte-limits.handmade.json")).EnumerateArray())
        {
            var repeat = vector.GetProperty("content_repeat");
            var content = string.Concat(Enumerable.Repeat(repeat.GetProperty("char").GetString(), repeat.GetProperty("times").GetInt32()));
            Assert.Equal(vector.GetProperty("utf8_bytes").GetInt32(), Encoding.UTF8.GetByteCount(content));
            Assert.Equal(vector.GetProperty("fits_text").GetBoolean(), Record.Exception(new WeComText(content).Validate) is null);
            if (vector.TryGetProperty("fits_markdown", out var fits))
            {
                Assert.Equal(fits.GetBoolean(), Record.Exception(new WeComMarkdown(content).Validate) is null);
            }
        }
    }

    [Theory]
    [InlineData(0, SendClass.Sent)]
    [InlineData(-1, SendClass.Busy)]
    [InlineData(45009, SendClass.Throttled)]
    [InlineData(45033, SendClass.Throttled)]
    [InlineData(93005, SendClass.Throttled)]
    [InlineData(93000, SendClass.CredentialDead)]
    [InlineData(93004, SendClass.CredentialDead)]
    [InlineData(40001, SendClass.CredentialDead)]
    [InlineData(42001, SendClass.CredentialDead)]
    [InlineData(40008, SendClass.OurBug)]
    [InlineData(40058, SendClass.Invalid)]
    [InlineData(40007, SendClass.Invalid)]
    [InlineData(44004, SendClass.Invalid)]
    [InlineData(45034, SendClass.Invalid)]
    [InlineData(48002, SendClass.NotAllowed)]
    [InlineData(50003, SendClass.NotAllowed)]
    [InlineData(301019, SendClass.Permanent)]
    public void A_code_has_its_class_a_remedy_and_no_address(int code, SendClass expected)
    {
        var outcome = WeComErrors.Read(code, $"it is so, hint: [1634545457082045439374417], from ip: 203.0.113.9, more info at https://open.work.weixin.qq.com/devtool/query?e={code}");
        Assert.Equal(expected, outcome.Class);
        Assert.EndsWith($"({code})", outcome.Cause, StringComparison.Ordinal);
        Assert.DoesNotContain("203.0.113.9", outcome.Cause, StringComparison.Ordinal);
        Assert.DoesNotContain("hint", outcome.Cause, StringComparison.Ordinal);
        Assert.Equal(expected != SendClass.Sent, outcome.Remedy.Length > 0);
    }

    [Fact]
    public async Task A_refused_connection_is_known_to_have_reached_nobody()
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Channels:WeCom:BaseUrl"] = "http://127.0.0.1:1" }).Build();
        var client = new WeComClient(_transport, settings, _time, NullLogger<WeComClient>.Instance);
        Assert.Equal(SendClass.NotReached, (await client.SendAsync(_key, new WeComText("a"), CancellationToken.None)).Class);
    }
}
