using System.Text.Json;
using StoreClaw.Sandbox.WeCom;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Sandbox.WeCom;

/// <summary>The vendor's own examples against the simulated robot.</summary>
public sealed class WeComSampleTests : WeComFixture
{
    [SampleFact("wecom")]
    public async Task The_byte_limit_vectors_hold()
    {
        foreach (var vector in JsonDocument.Parse(Samples.Read("wecom", "byte-limits.handmade.json")).RootElement.EnumerateArray())
        {
            var repeat = vector.GetProperty("content_repeat");
            var content = string.Concat(Enumerable.Repeat(repeat.GetProperty("char").GetString(), repeat.GetProperty("times").GetInt32()));
            var fits = vector.GetProperty("fits_text").GetBoolean();
            Assert.Equal(fits ? 0 : 40058, (await SendTextAsync(content)).Code);
            if (vector.TryGetProperty("fits_markdown", out var fitsMarkdown))
            {
                Assert.Equal(fitsMarkdown.GetBoolean() ? 0 : 40058, (await SendAsync(new { msgtype = "markdown", markdown = new { content } })).Code);
            }
        }
    }

    [SampleFact("wecom")]
    public async Task The_vendors_text_markdown_and_image_are_accepted()
    {
        foreach (var file in new[] { "text.request.json", "markdown.request.json", "image.request.handmade.json" })
        {
            Assert.Equal((0, "ok"), await SendAsync(Samples.Read("wecom", file)));
        }

        Assert.Equal(["text", "markdown", "image"], Platform.Messages(Key).Select(message => message.Type));
        Assert.Empty(Platform.Log.Violations);
    }

    [SampleFact("wecom")]
    public async Task The_vendors_card_needs_a_real_media_id()
    {
        var card = Samples.Read("wecom", "template-card-text-notice.request.json");
        Assert.Equal(40007, (await SendAsync(card)).Code);
        Assert.Equal((0, "ok"), await SendAsync(card.Replace("MEDIAID", await UploadedAsync(), StringComparison.Ordinal)));
    }

    [SampleFact("wecom")]
    public async Task The_vendors_news_has_an_address_without_scheme()
    {
        var news = Samples.Read("wecom", "news.request.json");
        Assert.Equal(45034, (await SendAsync(news)).Code);

        await using var lenient = await WeComPlatform.StartAsync(Clock, new WeComOptions { UrlsNeedScheme = false });
        lenient.AddRobot(Key, "StoreClaw");
        using var content = new StringContent(news);
        using var response = await Http.PostAsync(new Uri(lenient.WebhookUrl(Key)), content);
        Assert.Equal("中秋节礼品领取", Assert.IsType<NewsContent>(lenient.Messages(Key).Single().Content).Articles.Single().Title);
    }

    [SampleFact("wecom")]
    public async Task The_answers_have_the_form_of_the_recorded_ones()
    {
        var recorded = JsonDocument.Parse(Samples.Read("wecom", "error-too-long.response.handmade.json")).RootElement;
        var (code, message) = await SendAsync(new { msgtype = "markdown", markdown = new { content = new string('a', 4097) } });
        Assert.Equal(recorded.GetProperty("errcode").GetInt32(), code);
        var form = System.Text.RegularExpressions.Regex.Replace(recorded.GetProperty("errmsg").GetString()!, @"\[\d+\]|ip: [\d.]+", "#");
        Assert.Equal(form, System.Text.RegularExpressions.Regex.Replace(message, @"\[\d+\]|ip: [\d.]+", "#"));
        Assert.Equal((0, "ok"), await SendTextAsync("a"));
        var success = JsonDocument.Parse(Samples.Read("wecom", "success.response.json")).RootElement;
        Assert.Equal((0, "ok"), (success.GetProperty("errcode").GetInt32(), success.GetProperty("errmsg").GetString()));
    }
}
