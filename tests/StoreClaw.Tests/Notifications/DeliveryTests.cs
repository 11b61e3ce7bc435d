using System.Net.Http.Json;
using System.Text;
using System.Text.RegularExpressions;
using Azure.Data.Tables;
using Microsoft.Extensions.DependencyInjection;
using StoreClaw.Notifications;
using StoreClaw.Notifications.WeCom;
using StoreClaw.Sandbox.WeCom;
using StoreClaw.Storage;
using StoreClaw.Tests.Support;
using static StoreClaw.Tests.Notifications.Team;

namespace StoreClaw.Tests.Notifications;

public sealed partial class DeliveryTests
{
    [Fact]
    public async Task Notices_are_told_in_the_channel_s_language_urgent_first_and_once()
    {
        await using var team = await StartAsync("zh");
        await team.NotifyAsync(NewNotice("info"));
        await team.NotifyAsync(NewNotice("critical", urgency: Urgency.Critical));
        await team.NotifyAsync(NewNotice("warning", urgency: Urgency.Warning, lines: MessageLine.Text(new Span("库存不足", Tone.Bad))));
        await team.NotifyAsync(NewNotice("info"));
        await team.RunAsync(TimeSpan.Zero);
        await team.NotifyAsync(NewNotice("critical", urgency: Urgency.Critical));
        await team.RunAsync(TimeSpan.Zero);
        Assert.Equal(["# 关于 critical", "# 关于 warning\n<font color=\"warning\">库存不足</font>", "# 关于 info"], team.Messages.Select(static message => message.Text));
        Assert.Empty(team.WeCom.Log.Violations);
    }

    [Fact]
    public async Task A_long_message_comes_in_numbered_parts()
    {
        await using var team = await StartAsync();
        await team.NotifyAsync(NewNotice("long", lines: [.. Enumerable.Range(0, 400).Select(static line => MessageLine.Text(new Span($"第 {line} 行，库存不足")))]));
        await team.RunAsync(TimeSpan.Zero);
        Assert.Equal(["# About long (1/3)", "# About long (2/3)", "# About long (3/3)"], team.Messages.Select(static message => message.Text.Split('\n')[0]));
        Assert.All(team.Messages, static message => Assert.InRange(Encoding.UTF8.GetByteCount(message.Text), 1, 4096));
    }

    [Fact]
    public async Task A_storm_of_500_keeps_the_pace_and_tells_every_cause_urgent_first()
    {
        await using var team = await StartAsync();
        await StormAsync(team, 500, causes: 40);
        Assert.InRange(await team.RunAsync(TimeSpan.FromHours(1)), TimeSpan.Zero, TimeSpan.FromMinutes(10));
        await AssertAllToldAsync(team, 500, causes: 40);
    }

    [Fact]
    public async Task A_storm_survives_a_restart_and_two_hosts_at_once()
    {
        await using var team = await StartAsync();
        await StormAsync(team, 200, causes: 200);
        await team.TurnAsync();
        await using (var second = await team.SecondHostAsync())
        {
            for (var minute = 0; minute < 4; minute++)
            {
                await Task.WhenAll(team.TurnAsync(), team.TurnAsync(second), team.TurnAsync(), team.TurnAsync(second));
                team.Time.Advance(TimeSpan.FromSeconds(31));
            }
        }

        await StormAsync(team, 100, causes: 3, name: "later");
        await team.RunAsync(TimeSpan.FromHours(1));
        await AssertAllToldAsync(team, 300, causes: 203);
    }

    [Fact]
    public async Task Something_critical_need_not_wait_behind_the_rest()
    {
        await using var team = await StartAsync();
        for (var i = 0; i < 16; i++)
        {
            await team.NotifyAsync(NewNotice($"info-{i}"));
        }

        Assert.Null(await team.TurnAsync());
        await team.NotifyAsync(NewNotice("one more"));
        Assert.Equal(TimeSpan.FromSeconds(62), await team.TurnAsync());
        await team.NotifyAsync(NewNotice("fire", urgency: Urgency.Critical));
        await team.TurnAsync();
        Assert.Equal("# About fire", team.Messages[^1].Text);
        Assert.Equal(17, team.Messages.Count);
    }

    [Fact]
    public async Task A_hanging_robot_costs_the_caller_nothing_and_is_told_after_recovery()
    {
        await using var team = await StartAsync();
        AnswerTimes(team, 4, Answer.Never);
        await team.NotifyAsync(NewNotice("one"));
        team.Time.Advance(TimeSpan.FromMilliseconds(1));
        await team.NotifyAsync(NewNotice("two"));
        for (var i = 0; i < 4; i++)
        {
            team.Time.Advance(TimeSpan.FromMilliseconds(1));
            var turn = team.TurnAsync();
            await team.NotifyAsync(NewNotice($"during {i}"));
            await team.Time.WhenTimerIsDueAtAsync(team.Time.GetUtcNow() + WeComClient.CallTimeout).WaitAsync(Eventually.Patience);
            team.Time.Advance(WeComClient.CallTimeout);
            team.Time.Advance((await turn.WaitAsync(Eventually.Patience))!.Value);
        }

        await team.RunAsync(TimeSpan.FromMinutes(5));
        Assert.Equal(
            ["<font color=\"comment\">(repeat)</font>\n# About one", "# About two", "# About during 0", "# About during 1", "# About during 2", "# About during 3"],
            team.Messages.Select(static message => message.Text));
        Assert.Equal(0, (await team.ChannelAsync()).GetProperty("waiting").GetInt32());
        Assert.True((await MarkersAsync(team)).Single(static marker => marker.GetBoolean("Repeated") == true).GetString("State") == "sent");
    }

    [Fact]
    public async Task An_answer_that_is_lost_leads_to_one_marked_repeat()
    {
        await using var team = await StartAsync();
        team.WeCom.Inject(WeComFault.DropAfterAccept);
        await team.NotifyAsync(NewNotice("one"));
        await team.RunAsync(TimeSpan.FromMinutes(5));
        Assert.Equal(["# About one", "<font color=\"comment\">(repeat)</font>\n# About one"], team.Messages.Select(static message => message.Text));
    }

    [Fact]
    public async Task A_second_answer_lost_parks_the_notice_and_a_replay_tells_it()
    {
        await using var team = await StartAsync();

        // The second one meets the call that only asks whether WeCom answers.
        team.WeCom.Inject(WeComFault.DropAfterAccept, 3);
        await team.NotifyAsync(NewNotice("one"));
        await team.RunAsync(TimeSpan.FromMinutes(5));
        Assert.Equal(2, team.Messages.Count);
        Assert.Equal(1, (await team.ChannelAsync()).GetProperty("parked").GetInt32());

        var parked = Assert.Single((await team.App.GetAsync("/api/parked")).GetProperty("parked").EnumerateArray().ToList());
        Assert.Equal("notifications", parked.GetProperty("queue").GetString());
        Assert.Equal("About one", parked.GetProperty("subject").GetString());
        Assert.Contains("no answer", parked.GetProperty("cause").GetString(), StringComparison.Ordinal);
        await ReplayAsync(team, parked.GetProperty("id").GetString()!);
        Assert.Equal("# About one", team.Messages[^1].Text);
        Assert.Equal(0, (await team.ChannelAsync()).GetProperty("parked").GetInt32());
        Assert.Equal("sent", Assert.Single(await MarkersAsync(team)).GetString("State"));
    }

    [Fact]
    public async Task A_busy_platform_is_asked_three_times_more_then_the_notice_is_parked_and_the_next_told()
    {
        await using var team = await StartAsync();
        AnswerTimes(team, 4, Answer.Code(-1));
        await team.NotifyAsync(NewNotice("one"));
        team.Time.Advance(TimeSpan.FromMilliseconds(1));
        await team.NotifyAsync(NewNotice("two"));
        Assert.Equal(TimeSpan.FromSeconds(5), await team.TurnAsync());
        await team.RunAsync(TimeSpan.FromMinutes(1));
        Assert.Empty(team.Answers);
        Assert.Equal("# About two", Assert.Single(team.Messages).Text);
        Assert.Equal(1, (await team.ChannelAsync()).GetProperty("parked").GetInt32());
    }

    [Theory]
    [InlineData(45009, 60)]
    [InlineData(45033, 5)]
    [InlineData(93005, 60)]
    public async Task A_throttled_channel_is_left_alone_for_as_long_as_it_takes(int code, int seconds)
    {
        await using var team = await StartAsync();
        team.Answers.Enqueue(Answer.Code(code));
        await team.NotifyAsync(NewNotice("one"));
        Assert.Equal(TimeSpan.FromSeconds(seconds), await team.TurnAsync());
        Assert.Equal(TimeSpan.FromSeconds(seconds), await team.TurnAsync());
        Assert.Equal(1, team.WeCom.Log.Count("send"));
        team.Time.Advance(TimeSpan.FromSeconds(seconds));
        Assert.Null(await team.TurnAsync());
        Assert.Equal("# About one", Assert.Single(team.Messages).Text);
    }

    [Theory]
    [InlineData(40008)]
    [InlineData(48002)]
    [InlineData(301099)]
    public async Task What_is_refused_for_good_is_parked_alone_and_nobody_is_told_of_it_by_this_way(int code)
    {
        await using var team = await StartAsync();
        team.Answers.Enqueue(Answer.Code(code, "no such thing"));
        await team.NotifyAsync(NewNotice("one"));
        team.Time.Advance(TimeSpan.FromMilliseconds(1));
        await team.NotifyAsync(NewNotice("two"));
        Assert.Null(await team.TurnAsync());
        Assert.Equal("# About two", Assert.Single(team.Messages).Text);
        var parked = Assert.Single((await team.App.GetAsync("/api/parked")).GetProperty("parked").EnumerateArray().ToList());
        Assert.StartsWith($"no such thing ({code})", parked.GetProperty("cause").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("10.1.2.3", parked.GetRawText(), StringComparison.Ordinal);
        await ReplayAsync(team, parked.GetProperty("id").GetString()!);
        Assert.Equal("# About one", team.Messages[^1].Text);
    }

    [Fact]
    public async Task Markdown_that_is_not_taken_is_sent_as_text_before_it_is_parked()
    {
        await using var team = await StartAsync();
        team.Answers.Enqueue(Answer.Code(40058));
        await team.NotifyAsync(NewNotice("one", lines: MessageLine.Quote(new Span("bad", Tone.Bad, Bold: true))));
        Assert.Null(await team.TurnAsync());
        var message = Assert.Single(team.Messages);
        Assert.Equal("text", message.Type);
        Assert.Equal("About one\nbad", message.Text);

        AnswerTimes(team, 2, Answer.Code(40058));
        await team.NotifyAsync(NewNotice("two"));
        Assert.Null(await team.TurnAsync());
        Assert.Equal(1, (await team.ChannelAsync()).GetProperty("parked").GetInt32());
    }

    [Theory]
    [InlineData(403)]
    [InlineData(500)]
    [InlineData(200)]
    public async Task A_proxy_s_page_is_a_fault_that_passes(int status)
    {
        await using var team = await StartAsync();
        AnswerTimes(team, 3, new Answer(status, "<html>no</html>"));
        await team.NotifyAsync(NewNotice("one"));
        Assert.Equal(TimeSpan.FromSeconds(10), await team.TurnAsync());
        team.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(TimeSpan.FromSeconds(20), await team.TurnAsync());
        await team.RunAsync(TimeSpan.FromMinutes(5));
        Assert.Equal("# About one", Assert.Single(team.Messages).Text);
    }

    [Fact]
    public async Task A_key_changed_by_another_process_is_taken_up_in_place_of_failing()
    {
        await using var team = await StartAsync();
        await using var second = await team.SecondHostAsync();
        await team.NotifyAsync(NewNotice("before"));
        await team.TurnAsync(second);
        const string Fresh = "5a3c9e17-0b6d-4f28-91aa-000000000000";
        team.WeCom.AddRobot(Fresh, "New");
        using var put = await team.PutAsync(new { webhookUrl = Fresh });
        team.WeCom.DeleteRobot(Key);
        await team.NotifyAsync(NewNotice("after"));
        Assert.Null(await team.TurnAsync(second));
        Assert.Equal("# About after", team.WeCom.Messages(Fresh)[^1].Text);
        Assert.Equal("connected", (await team.ChannelAsync()).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Told_notices_are_forgotten_after_thirty_days()
    {
        await using var team = await StartAsync();
        await team.NotifyAsync(NewNotice("old"));
        await team.TurnAsync();
        team.Time.Advance(TimeSpan.FromDays(29));
        await team.NotifyAsync(NewNotice("new"));
        await team.TurnAsync();
        await team.NotifyAsync(NewNotice("waiting"));
        team.Time.Advance(TimeSpan.FromDays(2));
        await team.App.Services.GetRequiredService<NotificationWork>().CleanAsync(CancellationToken.None);
        Assert.Equal(["pending", "sent"], (await MarkersAsync(team)).Select(static marker => marker.GetString("State")).Order());
    }

    [Fact]
    public async Task The_sweep_queues_what_a_crash_left_without_a_message()
    {
        await using var team = await StartAsync();
        var queue = team.App.Services.GetRequiredService<StorageClients>().Queue(QueueNames.Notifications);
        var work = team.App.Services.GetRequiredService<NotificationWork>();
        await team.NotifyAsync(NewNotice("one"));
        await queue.ClearMessagesAsync();
        await work.SweepAsync(CancellationToken.None);
        var message = Assert.Single((await queue.ReceiveMessagesAsync(10)).Value);
        await work.HandleAsync(await team.App.Services.GetRequiredService<WorkQueues>().ReadAsync<NotificationMessage>(message, CancellationToken.None), CancellationToken.None);
        Assert.Single(team.Messages);
        await queue.ClearMessagesAsync();
        await work.SweepAsync(CancellationToken.None);
        Assert.Empty((await queue.ReceiveMessagesAsync(10)).Value);
    }

    [Fact]
    public async Task However_many_messages_ask_one_turn_is_on_its_way()
    {
        await using var team = await StartAsync();
        var queue = team.App.Services.GetRequiredService<StorageClients>().Queue(QueueNames.Notifications);
        var work = team.App.Services.GetRequiredService<NotificationWork>();
        team.Answers.Enqueue(Answer.Code(45009));
        await team.NotifyAsync(NewNotice("one"));
        await queue.ClearMessagesAsync();
        for (var i = 0; i < 5; i++)
        {
            await work.HandleAsync(new NotificationMessage("wecom"), CancellationToken.None);
        }

        Assert.Equal(1, (await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount);
    }

    [Fact]
    public async Task The_key_is_nowhere_but_in_the_vault()
    {
        await using var team = await StartAsync();
        var seen = new StringBuilder();
        async Task SeeAsync(Task<HttpResponseMessage> call)
        {
            using var answer = await call;
            seen.Append(await answer.Content.ReadAsStringAsync());
        }

        foreach (var fault in Enum.GetValues<WeComFault>().Except([WeComFault.Hang]))
        {
            team.WeCom.Inject(fault);
            await SeeAsync(team.App.Client.PostAsync("/api/channels/wecom/test", null));
        }

        foreach (var answer in new[] { Answer.Code(40008, Key), Answer.Code(-1, Key), new Answer(500, Key) })
        {
            team.Answers.Enqueue(answer);
            await team.NotifyAsync(NewNotice($"notice {answer.GetHashCode()}"));
            await team.RunAsync(TimeSpan.FromMinutes(1));
        }

        team.WeCom.DeleteRobot(Key);
        await team.NotifyAsync(NewNotice("last"));
        await team.RunAsync(TimeSpan.FromMinutes(5));
        await SeeAsync(team.App.Client.PostAsync("/api/channels/wecom/test", null));
        await SeeAsync(team.PutAsync(new { webhookUrl = $"https://evil.example/cgi-bin/webhook/send?key={Key}" }));
        await SeeAsync(team.PutAsync(new { webhookUrl = team.WeCom.WebhookUrl(Key), extra = Key }));
        await SeeAsync(team.App.Client.GetAsync("/api/channels"));
        await SeeAsync(team.App.Client.GetAsync("/api/parked"));
        seen.AppendJoin('\n', team.App.Log.Lines);
        foreach (var name in new[] { TableNames.Channels, TableNames.Outbox, TableNames.Parked, TableNames.Leases })
        {
            var table = await team.App.Services.GetRequiredService<StorageClients>().TableAsync(name, CancellationToken.None);
            await foreach (var row in table.QueryAsync<TableEntity>(""))
            {
                seen.AppendJoin('\n', row.Where(static column => column.Value is not byte[]).Select(static column => $"{column.Key} {column.Value}"));
                seen.Append(row.GetBinary("P0") is null ? "" : Encoding.UTF8.GetString(Packing.Unpack(Packing.Gather(row))));
            }
        }

        Assert.Contains("robot deleted (93000)", seen.ToString(), StringComparison.Ordinal);
        foreach (var form in new[] { Key, Uri.EscapeDataString(team.WeCom.WebhookUrl(Key)), Convert.ToBase64String(Encoding.UTF8.GetBytes(Key)), Key.Replace("-", "", StringComparison.Ordinal) })
        {
            Assert.DoesNotContain(form, seen.ToString(), StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task With_the_queues_running_a_notice_is_told_by_itself()
    {
        await using var weCom = await WeComPlatform.StartAsync(TimeProvider.System);
        weCom.AddRobot(Key, "StoreClaw");
        await using var app = await TestApp.StartAsync(new TestAppOptions { Settings = new Dictionary<string, string?> { ["Channels:WeCom:BaseUrl"] = weCom.BaseAddress.AbsoluteUri } });
        using var put = await app.Client.PutAsJsonAsync("/api/channels/wecom", new { webhookUrl = weCom.WebhookUrl(Key) });
        Assert.True(put.IsSuccessStatusCode);
        await app.Services.GetRequiredService<INotifier>().NotifyAsync(NewNotice("one"), ["wecom", "unknown"], CancellationToken.None);
        await Eventually.GetAsync(() => Task.FromResult(weCom.Messages(Key)), static messages => messages.Count == 2);
        Assert.Equal("# About one", weCom.Messages(Key)[^1].Text);
    }

    private static void AnswerTimes(Team team, int times, Answer answer)
    {
        for (var i = 0; i < times; i++)
        {
            team.Answers.Enqueue(answer);
        }
    }

    /// <summary>Through the door and the queue, as the function would take it.</summary>
    private static async Task ReplayAsync(Team team, string id)
    {
        var queue = team.App.Services.GetRequiredService<StorageClients>().Queue(QueueNames.Notifications);
        await queue.ClearMessagesAsync();
        await team.App.PostAsync($"/api/parked/{id}/replay", new { }, 202);
        var message = Assert.Single((await queue.ReceiveMessagesAsync(10)).Value);
        var work = team.App.Services.GetRequiredService<NotificationWork>();
        await work.HandleAsync(await team.App.Services.GetRequiredService<WorkQueues>().ReadAsync<NotificationMessage>(message, CancellationToken.None), CancellationToken.None);
    }

    private static async Task StormAsync(Team team, int notices, int causes, string name = "storm")
    {
        foreach (var chunk in Enumerable.Range(0, notices).Chunk(25))
        {
            await Task.WhenAll(chunk.Select(i => team.NotifyAsync(
                NewNotice($"{name}-{i}", $"{name}|cause-{i % causes}", i % 50 == 7 ? Urgency.Critical : i % 5 == 0 ? Urgency.Warning : Urgency.Info))));
            team.Time.Advance(TimeSpan.FromMilliseconds(500));
        }
    }

    private static async Task AssertAllToldAsync(Team team, int notices, int causes)
    {
        Assert.Empty(team.WeCom.Log.Violations);
        var sent = team.Messages.Select(static message => message.SentAt).ToList();
        Assert.All(sent, at => Assert.InRange(sent.Count(other => other >= at && other - at < TimeSpan.FromMinutes(1)), 1, 20));

        var digests = team.Messages.Where(static message => message.Text.Contains(" ×", StringComparison.Ordinal)).ToList();
        var single = team.Messages.Except(digests).Count();
        var counts = digests.SelectMany(static message => Count().Matches(message.Text)).Sum(static match => int.Parse(match.Groups[1].Value));
        Assert.Equal(notices, single + counts);
        var text = string.Join('\n', digests.Select(static message => message.Text));
        Assert.InRange(Cause().Matches(text).Select(static match => match.Value).Distinct().Count(), causes - single, causes);

        var first = digests[0].Text;
        var lastCritical = first.LastIndexOf("<font color=\"warning\">", StringComparison.Ordinal);
        var firstOther = first.IndexOf("\n**", StringComparison.Ordinal);
        Assert.True(lastCritical < firstOther || firstOther < 0 || lastCritical < 0, "A cause that is not critical comes before one that is.");

        var channel = await team.ChannelAsync();
        Assert.Equal(0, channel.GetProperty("waiting").GetInt32());
        Assert.Equal(0, channel.GetProperty("parked").GetInt32());
        Assert.All(await MarkersAsync(team), static marker => Assert.Equal("sent", marker.GetString("State")));
    }

    private static async Task<List<TableEntity>> MarkersAsync(Team team)
    {
        var table = await team.App.Services.GetRequiredService<StorageClients>().TableAsync(TableNames.Outbox, CancellationToken.None);
        var markers = new List<TableEntity>();
        await foreach (var row in table.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"RowKey ge {"notice|"} and RowKey lt {"notice}"}")))
        {
            markers.Add(row);
        }

        return markers;
    }

    [GeneratedRegex(" ×([0-9]+)$", RegexOptions.Multiline)]
    private static partial Regex Count();

    [GeneratedRegex("(storm|later) · cause-[0-9]+")]
    private static partial Regex Cause();
}
