using System.Net;
using System.Text;
using StoreClaw.Sandbox.WeCom;

namespace StoreClaw.Tests.Sandbox.WeCom;

public sealed class WeComRobotTests : WeComFixture
{
    private const string Other = "7c9e6679-7425-40de-944b-e07fc1f90ae7";

    [Fact]
    public async Task The_minute_slides_and_each_robot_has_its_own()
    {
        Platform.AddRobot(Other, "Other");
        for (var second = 0; second < 20; second++)
        {
            Assert.Equal(0, (await SendTextAsync($"{second}")).Code);
            Clock.Advance(TimeSpan.FromSeconds(1));
        }

        // 19 have been sent in the last 59 seconds once the first is 60 seconds old.
        Assert.Equal(0, (await SendAsync(new { msgtype = "text", text = new { content = "a" } }, Other)).Code);
        Clock.Advance(TimeSpan.FromSeconds(39));
        var (code, message) = await SendTextAsync("59 s after the first");
        Assert.Equal(45009, code);
        Assert.StartsWith("api freq out of limit, hint: [", message, StringComparison.Ordinal);
        Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(45009, (await SendTextAsync("the refused call took the free place")).Code);
        Clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(0, (await SendTextAsync("later")).Code);
        Assert.Equal(21, Platform.Messages(Key).Count);
    }

    [Fact]
    public async Task Refused_calls_use_up_the_minute()
    {
        for (var call = 0; call < 20; call++)
        {
            Assert.Equal(40008, (await SendAsync("{}")).Code);
        }

        Assert.Equal(45009, (await SendTextAsync("a")).Code);
        Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(0, (await SendTextAsync("a")).Code);
    }

    [Fact]
    public async Task Parallel_calls_never_get_past_the_limit()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(number => SendTextAsync($"{number}")));
        Assert.Equal(20, answers.Count(answer => answer.Code == 0));
        Assert.Equal(40, answers.Count(answer => answer.Code == 45009));
        Assert.Equal(20, Platform.Messages(Key).Count);
    }

    [Fact]
    public async Task A_block_lasts_as_long_as_it_says()
    {
        Platform.Block(Key, TimeSpan.FromMinutes(10));
        Assert.Equal(45009, (await SendTextAsync("a")).Code);
        Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(0, (await SendTextAsync("a")).Code);
    }

    [Theory]
    [InlineData("00000000-0000-0000-0000-000000000000")]
    [InlineData("")]
    public async Task An_unknown_key_is_an_invalid_url(string key)
    {
        var (code, message) = await SendAsync(new { msgtype = "text", text = new { content = "a" } }, key);
        Assert.Equal(93000, code);
        Assert.StartsWith("invalid webhook url, hint: [", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_robot_can_be_switched_off_and_on_and_deleted()
    {
        Platform.DisableRobot(Key);
        Assert.Equal(93004, (await SendTextAsync("a")).Code);
        Platform.EnableRobot(Key);
        Assert.Equal(0, (await SendTextAsync("b")).Code);
        Platform.DeleteRobot(Key);
        Assert.Equal(93000, (await SendTextAsync("c")).Code);
        Assert.Equal(["b"], Platform.Messages(Key).Select(message => message.Text));
    }

    [Fact]
    public async Task Faults_hit_the_next_sends()
    {
        Platform.Inject(WeComFault.Busy, 2);
        Assert.Equal(-1, (await SendTextAsync("a")).Code);
        Assert.StartsWith("system busy, hint: [", (await SendTextAsync("a")).Message, StringComparison.Ordinal);

        Platform.Inject(WeComFault.ServerError);
        using var content = new StringContent("""{"msgtype":"text","text":{"content":"a"}}""", Encoding.UTF8, "application/json");
        using var response = await Http.PostAsync(new Uri(Platform.WebhookUrl(Key)), content);
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
        Assert.Empty(Platform.Messages(Key));
        Assert.Equal(0, (await SendTextAsync("a")).Code);
    }

    [Fact]
    public async Task A_dropped_answer_leaves_the_message_in_the_group()
    {
        Platform.Inject(WeComFault.DropAfterAccept);
        await Assert.ThrowsAsync<HttpRequestException>(() => SendTextAsync("a"));
        Assert.Equal("a", Platform.Messages(Key).Single().Text);
    }

    [Fact]
    public async Task A_hang_lasts_until_the_caller_gives_up_and_posts_nothing()
    {
        Platform.Inject(WeComFault.Hang);
        using var impatient = new HttpClient { Timeout = TimeSpan.FromMilliseconds(200) };
        using var content = new StringContent("""{"msgtype":"text","text":{"content":"a"}}""", Encoding.UTF8, "application/json");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient.PostAsync(new Uri(Platform.WebhookUrl(Key)), content));
        Assert.Empty(Platform.Messages(Key));
    }

    [Fact]
    public async Task Whoever_listens_hears_of_a_message_before_its_sender_does()
    {
        var heard = new List<string>();
        Platform.MessagePosted = message => heard.Add(message.Text);
        await SendTextAsync("a");
        await SendTextAsync("");
        Assert.Equal(["a"], heard);
    }

    [Fact]
    public async Task A_content_type_other_than_json_is_noted()
    {
        using var content = new StringContent("""{"msgtype":"text","text":{"content":"a"}}""", Encoding.UTF8, "text/plain");
        using var response = await Http.PostAsync(new Uri(Platform.WebhookUrl(Key)), content);
        Assert.Equal("Content-Type is not application/json", Platform.Log.Violations.Single().Reason);
        Assert.Single(Platform.Messages(Key));
    }
}
