using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using StoreClaw.Notifications;
using StoreClaw.Sandbox.WeCom;
using StoreClaw.Storage;
using StoreClaw.Tests.EndToEnd;
using static StoreClaw.Tests.Notifications.Team;

namespace StoreClaw.Tests.Notifications;

public sealed class SilenceTests
{
    private static readonly object Night = new { from = "22:00", to = "08:00", timeZone = "Asia/Shanghai" };

    [Theory]
    [InlineData("22:00", "08:00", "Asia/Shanghai", "2026-11-22T13:59:59Z", null)]
    [InlineData("22:00", "08:00", "Asia/Shanghai", "2026-11-22T14:00:00Z", "2026-11-23T00:00:00Z")]
    [InlineData("22:00", "08:00", "Asia/Shanghai", "2026-11-22T23:59:59Z", "2026-11-23T00:00:00Z")]
    [InlineData("22:00", "08:00", "Asia/Shanghai", "2026-11-23T00:00:00Z", null)]
    [InlineData("12:30", "14:00", "Asia/Shanghai", "2026-11-22T04:30:00Z", "2026-11-22T06:00:00Z")]
    [InlineData("12:30", "14:00", "Asia/Shanghai", "2026-11-22T06:00:00Z", null)]
    [InlineData("00:00", "06:00", "UTC", "2026-11-22T00:00:00Z", "2026-11-22T06:00:00Z")]
    [InlineData("18:00", "00:00", "UTC", "2026-11-22T23:00:00Z", "2026-11-23T00:00:00Z")]

    // The night the clocks go forward is an hour shorter, the one they go back an hour longer.
    [InlineData("22:00", "08:00", "Europe/Berlin", "2026-03-28T21:00:00Z", "2026-03-29T06:00:00Z")]
    [InlineData("22:00", "08:00", "Europe/Berlin", "2026-10-24T20:00:00Z", "2026-10-25T07:00:00Z")]

    // 02:30 comes twice: the first one ends it, and the second half past two is not silent again.
    [InlineData("22:00", "02:30", "Europe/Berlin", "2026-10-25T00:29:59Z", "2026-10-25T00:30:00Z")]
    [InlineData("22:00", "02:30", "Europe/Berlin", "2026-10-25T01:15:00Z", null)]
    [InlineData("02:30", "08:00", "Europe/Berlin", "2026-10-25T01:15:00Z", "2026-10-25T07:00:00Z")]

    // A silence within the hour that is left out does not take place, one that begins in it begins behind it.
    [InlineData("02:10", "02:50", "Europe/Berlin", "2026-03-29T01:00:00Z", null)]
    [InlineData("02:30", "05:00", "Europe/Berlin", "2026-03-29T01:00:00Z", "2026-03-29T03:00:00Z")]
    public void A_silence_ends_when_the_clock_on_the_wall_says_so(string from, string to, string zone, string at, string? end) => Assert.Equal(
        end is null ? null : DateTimeOffset.Parse(end, null), new SilenceBody(from, to, zone).Read().EndOf(DateTimeOffset.Parse(at, null)));

    [Fact]
    public async Task At_night_only_what_is_critical_is_told_and_the_rest_in_the_morning_as_one_digest()
    {
        await using var team = await StartAsync();
        await SetAsync(team, Night);
        GoTo(team, "2026-11-22T15:00:00Z");
        await team.NotifyAsync(NewNotice("report") with { Whole = true });
        await team.NotifyAsync(NewNotice("low stock", "stock-low|MUG-1"));
        await team.NotifyAsync(NewNotice("parked", "parked|orders", Urgency.Warning));
        await team.NotifyAsync(NewNotice("price", urgency: Urgency.Critical));
        Assert.Equal(TimeSpan.FromHours(9), await team.TurnAsync());
        Assert.Equal(["# About price"], Told(team).Select(static message => message.Text));

        GoTo(team, "2026-11-23T00:00:00Z");
        await team.NotifyAsync(NewNotice("of the day", "other"));
        Assert.Null(await team.TurnAsync());
        Assert.Equal(4, Told(team).Count);
        var digest = Told(team)[1].Text;
        Assert.StartsWith("# 2 notices, 2 causes", digest, StringComparison.Ordinal);
        Assert.True(digest.IndexOf("About parked", StringComparison.Ordinal) < digest.IndexOf("About low stock", StringComparison.Ordinal), digest);
        Assert.Equal(["# About of the day", "# About report"], Told(team).Skip(2).Select(static message => message.Text).Order());
    }

    [Fact]
    public async Task One_notice_of_the_night_is_told_in_full()
    {
        await using var team = await StartAsync();
        await SetAsync(team, Night);
        GoTo(team, "2026-11-22T15:00:00Z");
        await team.NotifyAsync(NewNotice("parked", urgency: Urgency.Warning, lines: MessageLine.Text(new Span("the cause"))));
        await team.TurnAsync();
        Assert.Empty(Told(team));
        GoTo(team, "2026-11-23T00:00:00Z");
        await team.TurnAsync();
        Assert.Equal("# About parked\nthe cause", Assert.Single(Told(team)).Text);
    }

    [Fact]
    public async Task A_message_that_could_not_be_sent_before_the_night_waits_and_lets_what_is_critical_by()
    {
        await using var team = await StartAsync();
        await SetAsync(team, Night);
        GoTo(team, "2026-11-22T13:59:50Z");
        team.Answers.Enqueue(Answer.Code(45009));
        await team.NotifyAsync(NewNotice("warning", urgency: Urgency.Warning));
        Assert.Equal(TimeSpan.FromMinutes(1), await team.TurnAsync());
        team.Time.Advance(TimeSpan.FromMinutes(1));
        await team.NotifyAsync(NewNotice("critical", urgency: Urgency.Critical));
        await team.TurnAsync();
        Assert.Equal("# About critical", Assert.Single(Told(team)).Text);
        GoTo(team, "2026-11-23T00:00:00Z");
        await team.TurnAsync();
        Assert.Equal("# About warning", Told(team)[^1].Text);
    }

    [Fact]
    public async Task The_sweep_leaves_a_silent_channel_alone()
    {
        await using var team = await StartAsync();
        await SetAsync(team, Night);
        GoTo(team, "2026-11-22T15:00:00Z");
        var queue = team.App.Services.GetRequiredService<StorageClients>().Queue(QueueNames.Notifications);
        var work = team.App.Services.GetRequiredService<NotificationWork>();
        await team.NotifyAsync(NewNotice("warning", urgency: Urgency.Warning));
        await queue.ClearMessagesAsync();
        await work.SweepAsync(CancellationToken.None);
        Assert.Equal(0, (await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount);
        await team.NotifyAsync(NewNotice("critical", urgency: Urgency.Critical));
        await queue.ClearMessagesAsync();
        await work.SweepAsync(CancellationToken.None);
        Assert.Equal(1, (await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount);
    }

    [Fact]
    public async Task It_is_shown_and_gone_when_the_channel_is_set_up_without_it()
    {
        await using var team = await StartAsync();
        Assert.Equal(JsonValueKind.Null, (await team.ChannelAsync()).GetProperty("silence").ValueKind);
        await SetAsync(team, Night);
        var silence = (await team.ChannelAsync()).GetProperty("silence");
        Assert.Equal(("22:00", "08:00", "Asia/Shanghai"), (silence.GetProperty("from").GetString(), silence.GetProperty("to").GetString(), silence.GetProperty("timeZone").GetString()));
        await SetAsync(team, null);
        Assert.Equal(JsonValueKind.Null, (await team.ChannelAsync()).GetProperty("silence").ValueKind);
    }

    [Theory]
    [InlineData("24:00", "08:00", "Asia/Shanghai", "silence.from")]
    [InlineData(null, "08:00", "Asia/Shanghai", "silence.from")]
    [InlineData("22:00", "8", "Asia/Shanghai", "silence.to")]
    [InlineData("22:00", "22:00", "Asia/Shanghai", "silence.to")]
    [InlineData("22:00", "08:00", "China Standard Time", "silence.timeZone")]
    [InlineData("22:00", "08:00", null, "silence.timeZone")]
    public async Task What_is_no_silence_is_refused_with_what_to_give(string? from, string? to, string? timeZone, string field)
    {
        await using var team = await StartAsync();
        using var answer = await team.PutAsync(new { webhookUrl = Key, silence = new { from, to, timeZone } });
        var problem = await answer.ProblemAsync((int)HttpStatusCode.UnprocessableEntity, "INVALID_FIELDS", "parameter", "Give ");
        Assert.Equal([field], problem.GetProperty("errors").EnumerateObject().Select(static error => error.Name));
        Assert.Equal(1, team.WeCom.Log.Count("send"));
    }

    private static async Task SetAsync(Team team, object? silence)
    {
        using var answer = await team.PutAsync(new { webhookUrl = Key, silence });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Without the test messages of setting the channel up.</summary>
    private static List<GroupMessage> Told(Team team) => [.. team.Messages.Where(static message => !message.Text.StartsWith("# StoreClaw is connected", StringComparison.Ordinal))];

    private static void GoTo(Team team, string instant) => team.Time.SetUtcNow(DateTimeOffset.Parse(instant, null));
}
