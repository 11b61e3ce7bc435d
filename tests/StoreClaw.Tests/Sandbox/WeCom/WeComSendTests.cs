using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using StoreClaw.Sandbox.WeCom;

namespace StoreClaw.Tests.Sandbox.WeCom;

public sealed class WeComSendTests : WeComFixture
{
    private const string Action = """ "card_action":{"type":1,"url":"https://shop.example/"} """;

    [Fact]
    public async Task What_is_accepted_is_in_the_group_in_order_with_its_time()
    {
        Assert.Equal((0, "ok"), await SendTextAsync("早上好 😀"));
        Clock.Advance(TimeSpan.FromSeconds(90));
        Assert.Equal((0, "ok"), await SendAsync("""{"msgtype":"markdown","markdown":{"content":"# 日报"}}"""));

        var messages = Platform.Messages(Key);
        Assert.Equal(["早上好 😀", "# 日报"], messages.Select(message => message.Text));
        Assert.Equal([1, 2], messages.Select(message => message.Number));
        Assert.Equal(TimeSpan.FromSeconds(90), messages[1].SentAt - messages[0].SentAt);
        Assert.Equal(1, Platform.Log.Count("send.markdown"));
        Assert.Equal(2, Platform.Log.Count("errcode.0"));
        Assert.Empty(Platform.Log.Violations);
    }

    [Theory]
    [InlineData("text", "a", 2048, true)]
    [InlineData("text", "a", 2049, false)]
    [InlineData("text", "中", 682, true)]
    [InlineData("text", "中", 683, false)]
    [InlineData("text", "é", 1024, true)]
    [InlineData("text", "é", 1025, false)]
    [InlineData("text", "😀", 512, true)]
    [InlineData("text", "😀", 513, false)]
    [InlineData("markdown", "a", 4096, true)]
    [InlineData("markdown", "a", 4097, false)]
    [InlineData("markdown", "中", 1365, true)]
    [InlineData("markdown", "中", 1366, false)]
    [InlineData("markdown_v2", "😀", 1024, true)]
    [InlineData("markdown_v2", "😀", 1025, false)]
    public async Task Content_is_limited_in_bytes_of_the_decoded_text(string type, string character, int times, bool fits)
    {
        var content = string.Concat(Enumerable.Repeat(character, times));
        var plain = new JsonObject { ["msgtype"] = type, [type] = new JsonObject { ["content"] = content } };
        var limit = type == "text" ? 2048 : 4096;

        // The same words escaped (\u4e2d) are six bytes a character on the wire and count as three.
        var escaped = plain.ToJsonString();
        foreach (var body in new[] { escaped, $$$"""{"msgtype":"{{{type}}}","{{{type}}}":{"content":"{{{content}}}"}}""" })
        {
            var (code, message) = await SendAsync(body);
            Assert.Equal(fits ? 0 : 40058, code);
            Assert.StartsWith(fits ? "ok" : $"{type}.content exceed max length {limit}. invalid Request Parameter, hint: [", message, StringComparison.Ordinal);
        }

        Assert.Equal(fits ? 2 : 0, Platform.Messages(Key).Count);
    }

    [Fact]
    public async Task A_refusal_has_the_documented_form()
    {
        var (code, message) = await SendTextAsync("");
        Assert.Equal(44004, code);
        Assert.Matches(@"^empty content, hint: \[\d{25}\], from ip: 127\.0\.0\.1, more info at https://open\.work\.weixin\.qq\.com/devtool/query\?e=44004$", message);
        Assert.DoesNotContain(Key, message, StringComparison.Ordinal);
        Assert.Equal("44004 empty content", Platform.Log.Violations.Single().Reason);
    }

    [Theory]
    [InlineData("""{"msgtype":"text","text":{"content":""}}""", 44004)]
    [InlineData("""{"msgtype":"text","text":{}}""", 44004)]
    [InlineData("""{"msgtype":"text"}""", 44004)]
    [InlineData("""{"msgtype":"markdown","markdown":{"content":" \n"}}""", 44004)]
    [InlineData("""{"msg_type":"text","text":{"content":"a"}}""", 40008)]
    [InlineData("""{"msgtype":"Text","text":{"content":"a"}}""", 40008)]
    [InlineData("""{"msgtype":"interactive"}""", 40008)]
    [InlineData("{}", 40008)]
    [InlineData("[]", 40008)]
    [InlineData("", 40008)]
    [InlineData("msgtype=text", 40008)]
    [InlineData("""{"msgtype":"text","text":{"content":"a"}""", 40008)]
    [InlineData("""{"msgtype":"text","text":{"content":"\ud83d"}}""", 40033)]
    [InlineData("""{"msgtype":"image","image":{"md5":"x"}}""", 40058)]
    [InlineData("""{"msgtype":"image","image":{"base64":"iVBORw0KGgo="}}""", 40058)]
    [InlineData("""{"msgtype":"image","image":{"base64":"data:image/png;base64,iVBORw0KGgo=","md5":"x"}}""", 40035)]
    [InlineData("""{"msgtype":"image","image":{"base64":"iVBO\nRw0KGgo=","md5":"x"}}""", 40035)]
    [InlineData("""{"msgtype":"image","image":{"base64":"R0lGODlhAQABAAAAACw=","md5":"x"}}""", 40123)]
    [InlineData("""{"msgtype":"image","image":{"base64":"iVBORw0KGgo=","md5":"4A3BE1B9D6B7A1B3D9D3A4B2E7C1F0AA"}}""", 301019)]
    [InlineData("""{"msgtype":"news","news":{}}""", 40058)]
    [InlineData("""{"msgtype":"news","news":{"articles":[]}}""", 40058)]
    [InlineData("""{"msgtype":"news","news":{"articles":[{"url":"https://a.example"}]}}""", 41016)]
    [InlineData("""{"msgtype":"news","news":{"articles":[{"title":"a"}]}}""", 40058)]
    [InlineData("""{"msgtype":"news","news":{"articles":[{"title":"a","url":"www.qq.com"}]}}""", 45034)]
    [InlineData("""{"msgtype":"file","file":{}}""", 41006)]
    [InlineData("""{"msgtype":"file","file":{"media_id":"3unknown"}}""", 40007)]
    [InlineData("""{"msgtype":"voice","voice":{"media_id":"3unknown"}}""", 40007)]
    [InlineData("""{"msgtype":"template_card"}""", 40058)]
    public async Task Wrong_content_is_refused(string body, int code)
    {
        Assert.Equal(code, (await SendAsync(body)).Code);
        Assert.Empty(Platform.Messages(Key));
        Assert.Single(Platform.Log.Violations, violation => violation.Reason.StartsWith($"{code} ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_byte_order_mark_and_bytes_that_are_no_utf8_are_refused()
    {
        var body = """{"msgtype":"text","text":{"content":"a"}}"""u8.ToArray();
        var (code, message) = await SendAsync([0xEF, 0xBB, 0xBF, .. body]);
        Assert.Equal(40008, code);
        Assert.StartsWith("Warning: wrong json format. invalid message type", message, StringComparison.Ordinal);

        body[^5] = 0xFF;
        Assert.Equal(40033, (await SendAsync(body)).Code);
    }

    [Theory]
    [InlineData("""{"msgtype":"text","text":{"content":"a"},}""", "a")]
    [InlineData("""{"msgtype":"text",/* why */"text":{"content":"a"}}""", "a")]
    [InlineData("""{"msgtype":"text","text":{"content":12}}""", "12")]
    [InlineData("""{"msgtype":"text","text":{"content":"a","mentioned_list":"@all"}}""", "a")]
    public async Task What_can_be_repaired_is_accepted_with_a_warning(string body, string text)
    {
        Assert.Equal((0, "ok. Warning: wrong json format. "), await SendAsync(body));
        var message = Platform.Messages(Key).Single();
        Assert.Equal(text, message.Text);
        Assert.Empty(Assert.IsType<TextContent>(message.Content).Mentioned);
        Assert.Equal("the JSON had to be repaired", Platform.Log.Violations.Single().Reason);
    }

    [Fact]
    public async Task Mentions_reach_the_group_and_do_not_count_as_length()
    {
        var content = new string('a', 2048);
        var text = new { content, mentioned_list = new[] { "wang", "@all" }, mentioned_mobile_list = new[] { "13800001111" } };
        Assert.Equal(0, (await SendAsync(new { msgtype = "text", text })).Code);
        Assert.Equal(["wang", "@all", "13800001111"], Assert.IsType<TextContent>(Platform.Messages(Key).Single().Content).Mentioned);
    }

    [Fact]
    public async Task An_image_needs_the_md5_of_its_raw_bytes_in_lower_case()
    {
        var base64 = Convert.ToBase64String(OnePixel);
        Task<(int Code, string)> Send(string md5) => SendAsync(new { msgtype = "image", image = new { base64, md5 } });

        Assert.Equal(0, (await Send("f829b914fc47cfc9c0747c119c27cf1b")).Code);
        Assert.Equal(301019, (await Send("F829B914FC47CFC9C0747C119C27CF1B")).Code);
        Assert.Equal(301019, (await Send(Convert.ToHexStringLower(MD5.HashData(Encoding.ASCII.GetBytes(base64))))).Code);
        Assert.Equal(OnePixel, Assert.IsType<ImageContent>(Platform.Messages(Key).Single().Content).Bytes);
    }

    [Theory]
    [InlineData(2 * 1024 * 1024, 0)]
    [InlineData((2 * 1024 * 1024) + 1, 40009)]
    public async Task An_image_is_at_most_two_megabytes_raw(int length, int code)
    {
        var bytes = new byte[length];
        OnePixel.CopyTo(bytes, 0);
        var image = new { base64 = Convert.ToBase64String(bytes), md5 = Convert.ToHexStringLower(MD5.HashData(bytes)) };
        Assert.Equal(code, (await SendAsync(new { msgtype = "image", image })).Code);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(8, 0)]
    [InlineData(9, 45008)]
    public async Task News_has_one_to_eight_articles(int count, int code)
    {
        var articles = Enumerable.Range(1, count).Select(number => new { title = $"第{number}条", url = "https://shop.example/" });
        Assert.Equal(code, (await SendAsync(new { msgtype = "news", news = new { articles } })).Code);
    }

    [Fact]
    public async Task Long_titles_are_cut_silently_on_a_character_border()
    {
        var articles = new[] { new { title = new string('中', 43), description = new string('a', 513), url = "https://shop.example/" } };
        Assert.Equal((0, "ok"), await SendAsync(new { msgtype = "news", news = new { articles } }));
        var article = Assert.IsType<NewsContent>(Platform.Messages(Key).Single().Content).Articles.Single();
        Assert.Equal(new string('中', 42), article.Title);
        Assert.Equal(512, article.Description!.Length);
        Assert.Equal(
            ["news.articles.title was cut to 128 bytes", "news.articles.description was cut to 512 bytes"],
            Platform.Log.Violations.Select(found => found.Reason));
    }

    [Theory]
    [InlineData("""{"card_type":"text_notice","main_title":{"title":"a"},ACTION}""", 0)]
    [InlineData("""{"card_type":"text_notice","sub_title_text":"a",ACTION}""", 0)]
    [InlineData("""{"card_type":"text_notice","main_title":{"desc":"a"},ACTION}""", 40058)]
    [InlineData("""{"card_type":"text_notice","main_title":{"title":"a"}}""", 40058)]
    [InlineData("""{"card_type":"text_notice","main_title":{"title":"a"},"card_action":{"type":1}}""", 40058)]
    [InlineData("""{"card_type":"text_notice","main_title":{"title":"a"},"card_action":{"url":"https://a.example"}}""", 40058)]
    [InlineData("""{"card_type":"text_notice","main_title":{"title":"a"},"card_action":{"type":3,"url":"https://a.example"}}""", 40058)]
    [InlineData("""{"card_type":"text_notice","main_title":{"title":"a"},"card_action":{"type":1,"url":"a.example"}}""", 45034)]
    [InlineData("""{"card_type":"text_notice","main_title":{"title":"a"},"card_action":{"type":2}}""", 40058)]
    [InlineData("""{"card_type":"text_notice","main_title":{"title":"a"},"card_action":{"type":2,"appid":"wx1"}}""", 0)]
    [InlineData("""{"card_type":"text_notice","main_title":{"title":"a"},"source":{"desc":"a","desc_color":4},ACTION}""", 40058)]
    [InlineData("""{"card_type":"text_notice","main_title":{"title":"a"},"quote_area":{"type":1},ACTION}""", 40058)]
    [InlineData("""{"card_type":"text_notice","main_title":{"title":"a"},"horizontal_content_list":[{"value":"b"}],ACTION}""", 40058)]
    [InlineData("""{"card_type":"text_notice","main_title":{"title":"a"},"horizontal_content_list":[{"keyname":"a","type":1}],ACTION}""", 40058)]
    [InlineData("""{"card_type":"text_notice","main_title":{"title":"a"},"horizontal_content_list":[{"keyname":"a","type":2}],ACTION}""", 41006)]
    [InlineData("""{"card_type":"text_notice","main_title":{"title":"a"},"horizontal_content_list":[{"keyname":"a","type":2,"media_id":"x"}],ACTION}""", 40007)]
    [InlineData("""{"card_type":"text_notice","main_title":{"title":"a"},"horizontal_content_list":[{"keyname":"a","type":3}],ACTION}""", 40058)]
    [InlineData("""{"card_type":"text_notice","main_title":{"title":"a"},"jump_list":[{"type":0}],ACTION}""", 40058)]
    [InlineData("""{"card_type":"news_notice","main_title":{"title":"a"},"card_image":{"url":"https://a.example/a.png"},ACTION}""", 0)]
    [InlineData("""{"card_type":"news_notice","main_title":{"title":"a"},ACTION}""", 40058)]
    [InlineData("""{"card_type":"news_notice","sub_title_text":"a","card_image":{"url":"https://a.example/a.png"},ACTION}""", 40058)]
    [InlineData("""{"card_type":"news_notice","main_title":{"title":"a"},"card_image":{"url":"https://a.example/a.png","aspect_ratio":2.25},ACTION}""", 0)]
    [InlineData("""{"card_type":"news_notice","main_title":{"title":"a"},"card_image":{"url":"https://a.example/a.png","aspect_ratio":2.26},ACTION}""", 40058)]
    [InlineData("""{"card_type":"news_notice","main_title":{"title":"a"},"card_image":{"url":"https://a.example/a.png"},"image_text_area":{"title":"a"},ACTION}""", 40058)]
    [InlineData("""{"card_type":"news_notice","main_title":{"title":"a"},"card_image":{"url":"https://a.example/a.png"},"vertical_content_list":[{"desc":"a"}],ACTION}""", 40058)]
    [InlineData("""{"card_type":"button_interaction","main_title":{"title":"a"},ACTION}""", 40058)]
    [InlineData("""{"main_title":{"title":"a"},ACTION}""", 40058)]
    public async Task A_card_needs_its_structure(string card, int code)
    {
        card = card.Replace("ACTION", Action, StringComparison.Ordinal);
        var (answered, _) = await SendAsync("{\"msgtype\":\"template_card\",\"template_card\":" + card + "}");
        Assert.Equal(code, answered);
    }

    [Theory]
    [InlineData("horizontal_content_list", "keyname", 6)]
    [InlineData("jump_list", "title", 3)]
    [InlineData("vertical_content_list", "title", 4)]
    public async Task A_card_list_is_short(string list, string required, int limit)
    {
        JsonObject Message(int count) => new()
        {
            ["msgtype"] = "template_card",
            ["template_card"] = new JsonObject
            {
                ["card_type"] = "news_notice",
                ["main_title"] = new JsonObject { ["title"] = "a" },
                ["card_image"] = new JsonObject { ["url"] = "https://a.example/a.png" },
                ["card_action"] = new JsonObject { ["type"] = 1, ["url"] = "https://a.example" },
                [list] = new JsonArray([.. Enumerable.Range(0, count).Select(_ => new JsonObject { [required] = "a" })]),
            },
        };

        Assert.Equal(0, (await SendAsync(Message(limit).ToJsonString())).Code);
        Assert.Equal(40058, (await SendAsync(Message(limit + 1).ToJsonString())).Code);
    }

    [Fact]
    public async Task A_call_that_is_none_of_the_robots_gets_a_page()
    {
        using var response = await Http.GetAsync(new Uri(Platform.WebhookUrl(Key)));
        Assert.Equal(404, (int)response.StatusCode);
        Assert.Equal("unknown", Platform.Log.Violations.Single().Call);
    }
}
