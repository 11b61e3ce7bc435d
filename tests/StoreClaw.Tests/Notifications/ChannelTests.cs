using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using StoreClaw.Notifications;
using StoreClaw.Sandbox.WeCom;
using static StoreClaw.Tests.Notifications.Team;

namespace StoreClaw.Tests.Notifications;

public sealed class ChannelTests
{
    [Fact]
    public async Task Connecting_sends_the_test_message_and_shows_the_channel()
    {
        await using var team = await StartAsync();
        var greeting = Assert.Single(team.WeCom.Messages(Key));
        Assert.StartsWith("# StoreClaw is connected", greeting.Text, StringComparison.Ordinal);
        var channel = await team.ChannelAsync();
        Assert.Equal("wecom", channel.GetProperty("id").GetString());
        Assert.Equal("connected", channel.GetProperty("status").GetString());
        Assert.Equal("en", channel.GetProperty("language").GetString());
        Assert.Equal(JsonValueKind.Null, channel.GetProperty("reason").ValueKind);
        Assert.Equal("2026-11-22T08:00:00Z", channel.GetProperty("lastSentAt").GetString());
        Assert.Equal(0, channel.GetProperty("waiting").GetInt32());
        Assert.Equal(0, channel.GetProperty("parked").GetInt32());
        Assert.Empty(team.WeCom.Log.Violations);
    }

    [Fact]
    public async Task A_bare_key_and_Chinese_will_do()
    {
        await using var team = await StartAsync();
        using var answer = await team.PutAsync(new { webhookUrl = $" {Key}\n", language = "zh" });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.StartsWith("# StoreClaw 已连接", team.WeCom.Messages(Key)[^1].Text, StringComparison.Ordinal);
        Assert.Equal("zh", (await team.ChannelAsync()).GetProperty("language").GetString());
    }

    [Theory]
    [InlineData("https://evil.example/cgi-bin/webhook/send?key=" + Key)]
    [InlineData("http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=" + Key)]
    [InlineData("https://qyapi.weixin.qq.com.evil.example/cgi-bin/webhook/send?key=" + Key)]
    [InlineData("https://user@qyapi.weixin.qq.com/cgi-bin/webhook/send?key=" + Key)]
    [InlineData("https://qyapi.weixin.qq.com:8443/cgi-bin/webhook/send?key=" + Key)]
    [InlineData("https://qyapi.weixin.qq.com/cgi-bin/webhook/upload_media?key=" + Key)]
    [InlineData("https://qyapi.weixin.qq.com/cgi-bin/webhook/send")]
    [InlineData("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=short")]
    [InlineData("not-a-key")]
    [InlineData("")]
    [InlineData(null)]
    public async Task What_is_no_robot_s_address_is_refused_without_a_call(string? address)
    {
        await using var team = await StartAsync();
        using var answer = await team.PutAsync(new { webhookUrl = address });
        var problem = await ProblemAsync(answer);
        Assert.Equal("INVALID_FIELDS", problem.GetProperty("error_code").GetString());
        Assert.True(problem.GetProperty("errors").TryGetProperty("webhookUrl", out _));
        Assert.DoesNotContain(Key, problem.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(1, team.WeCom.Log.Count("send"));
        Assert.Equal("connected", (await team.ChannelAsync()).GetProperty("status").GetString());
    }

    [Fact]
    public async Task The_real_address_is_accepted_and_answered_by_what_stands_in_for_it()
    {
        await using var team = await StartAsync();
        using var answer = await team.PutAsync(new { webhookUrl = $"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={Key}" });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task A_dead_robot_is_not_connected_and_the_one_before_it_stays()
    {
        await using var team = await StartAsync();
        using var unknown = await team.PutAsync(new { webhookUrl = "00000000-0000-4000-8000-000000000000" });
        var problem = await ProblemAsync(unknown);
        Assert.Equal("CHANNEL_KEY_REFUSED", problem.GetProperty("error_code").GetString());
        Assert.Contains("robot deleted (93000)", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal("connected", (await team.ChannelAsync()).GetProperty("status").GetString());

        await team.NotifyAsync(NewNotice("after"));
        await team.RunAsync(TimeSpan.Zero);
        Assert.StartsWith("# About after", Assert.Single(team.Messages).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(WeComFault.Busy, "CHANNEL_REFUSED", "(-1)")]
    [InlineData(WeComFault.ServerError, "CHANNEL_REFUSED", "HTTP 500")]
    [InlineData(WeComFault.DropAfterAccept, "CHANNEL_UNREACHABLE", "connection broke")]
    public async Task A_platform_in_trouble_is_said_to_be(WeComFault fault, string code, string cause)
    {
        await using var team = await StartAsync();
        team.WeCom.Inject(fault);
        using var answer = await team.App.Client.PostAsync("/api/channels/wecom/test", null);
        var problem = await ProblemAsync(answer);
        Assert.Equal(code, problem.GetProperty("error_code").GetString());
        Assert.Contains(cause, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal("connected", (await team.ChannelAsync()).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Tests_keep_to_the_pace_too()
    {
        await using var team = await StartAsync();
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 21; i++)
        {
            using var answer = await team.App.Client.PostAsync("/api/channels/wecom/test", null);
            statuses.Add(answer.StatusCode);
            if (i == 20)
            {
                var problem = await ProblemAsync(answer);
                Assert.Equal("CHANNEL_THROTTLED", problem.GetProperty("error_code").GetString());
                Assert.Equal(62, problem.GetProperty("retry_after").GetInt32());
            }
        }

        Assert.Equal(20, statuses.Count(static status => status == HttpStatusCode.OK));
        Assert.Equal(20, team.Messages.Count);
        Assert.Empty(team.WeCom.Log.Violations);
    }

    [Theory]
    [InlineData(true, "robot deleted (93000)")]
    [InlineData(false, "robot switched off (93004)")]
    public async Task A_robot_that_dies_fails_the_channel_and_what_waits_is_told_when_it_is_mended(bool deleted, string reason)
    {
        await using var team = await StartAsync();
        if (deleted)
        {
            team.WeCom.DeleteRobot(Key);
        }
        else
        {
            team.WeCom.DisableRobot(Key);
        }

        await team.NotifyAsync(NewNotice("one"));
        team.Time.Advance(TimeSpan.FromMilliseconds(1));
        await team.NotifyAsync(NewNotice("two"));
        Assert.Null(await team.TurnAsync());
        team.Time.Advance(TimeSpan.FromMilliseconds(1));
        await team.NotifyAsync(NewNotice("three"));
        Assert.Null(await team.TurnAsync());
        var channel = await team.ChannelAsync();
        Assert.Equal("failed", channel.GetProperty("status").GetString());
        Assert.Equal(reason, channel.GetProperty("reason").GetString());
        Assert.Equal(3, channel.GetProperty("waiting").GetInt32());
        Assert.Equal(2, team.WeCom.Log.Count("send"));

        team.WeCom.EnableRobot(Key);
        using var test = await team.App.Client.PostAsync("/api/channels/wecom/test", null);
        Assert.Equal(HttpStatusCode.OK, test.StatusCode);
        await team.RunAsync(TimeSpan.Zero);
        Assert.Equal(["# About one", "# About two", "# About three"], team.Messages.Skip(1).Select(static message => message.Text));
    }

    [Fact]
    public async Task A_removed_channel_is_gone_with_its_key_and_what_waited()
    {
        await using var team = await StartAsync();
        await team.NotifyAsync(NewNotice("one"));
        using var removed = await team.App.Client.DeleteAsync("/api/channels/wecom");
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        Assert.Empty((await team.App.GetAsync("/api/channels")).GetProperty("channels").EnumerateArray());
        using var again = await team.App.Client.DeleteAsync("/api/channels/wecom");
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);

        await team.NotifyAsync(NewNotice("nobody hears this"));
        Assert.Null(await team.TurnAsync());
        using var back = await team.PutAsync(new { webhookUrl = Key });
        Assert.Equal(0, (await team.ChannelAsync()).GetProperty("waiting").GetInt32());
    }

    [Fact]
    public async Task An_unknown_channel_or_language_is_said_to_be_one()
    {
        await using var team = await StartAsync();
        using var channel = await team.App.Client.PutAsJsonAsync("/api/channels/fax", new { webhookUrl = Key });
        Assert.Equal(HttpStatusCode.NotFound, channel.StatusCode);
        using var language = await team.PutAsync(new { webhookUrl = Key, language = "fr" });
        Assert.True((await ProblemAsync(language)).GetProperty("errors").TryGetProperty("language", out _));
    }

    private static async Task<JsonElement> ProblemAsync(HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        return JsonElement.Parse(await answer.Content.ReadAsStringAsync());
    }
}
