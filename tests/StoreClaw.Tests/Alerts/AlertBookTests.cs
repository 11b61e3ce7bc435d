using StoreClaw.Alerts;
using StoreClaw.Notifications;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Alerts;

public sealed class AlertBookTests
{
    [Fact]
    public async Task An_alert_opens_once_counts_what_is_seen_and_closes_with_a_message()
    {
        var (host, time, told) = await AlertHost.NewAsync();
        await host.SeenAsync(AlertHost.Sighting(occurrence: "a"));
        await host.SeenAsync(AlertHost.Sighting(occurrence: "a"));
        time.Advance(TimeSpan.FromMinutes(5));
        await host.SeenAsync(AlertHost.Sighting(occurrence: "b"));
        await host.SeenAsync(AlertHost.Sighting("another"));

        var alerts = (await host.AlertsAsync()).OrderBy(static alert => alert.Subject).ToList();
        Assert.Equal([("another", 1), ("one", 2)], alerts.Select(static alert => (alert.Subject, alert.Count)));
        Assert.Equal(TimeSpan.FromMinutes(5), alerts[1].LastSeen - alerts[1].FirstSeen);
        Assert.Equal(["Trouble with another", "Trouble with one"], Titles(told).Order());

        time.Advance(TimeSpan.FromMinutes(30));
        await host.GoneAsync(AlertHost.Sighting());
        await host.GoneAsync(AlertHost.Sighting());
        Assert.Equal("Over: Trouble with one", Titles(told)[^1]);
        Assert.Equal(3, told.Notices.Count);
        var closed = Assert.Single(await host.AlertsAsync(AlertState.Closed));
        Assert.Equal((2, time.GetUtcNow()), (closed.Count, closed.ClosedAt!.Value));
    }

    [Fact]
    public async Task The_message_says_what_where_since_when_and_what_to_do_in_both_languages()
    {
        var (host, _, told) = await AlertHost.NewAsync();
        await host.SeenAsync(AlertHost.Sighting("Orders"));

        var notice = Assert.Single(told.Notices);
        Assert.Equal(("sync-failing|Harbor & Pine|Orders", Urgency.Warning), (notice.Cause, notice.Urgency));
        Assert.Equal(["Harbor & Pine · since 03-02 06:00 UTC", "Mend it."], Lines(notice.Message.English));
        Assert.Equal("Orders 有问题", notice.Message.Chinese.Title);
        Assert.Equal(["Harbor & Pine · 自 03-02 06:00 UTC", "请修复。"], Lines(notice.Message.Chinese));
    }

    [Fact]
    public async Task Of_several_hosts_at_once_one_opens_and_all_count()
    {
        var (time, told) = (new ManualTime(), new RecordingNotifier());
        var account = await TestStorage.NewAccountAsync();
        var hosts = Enumerable.Range(0, 3).Select(_ => new AlertHost(account, time, told)).ToList();
        await Task.WhenAll(Enumerable.Range(0, 18).Select(i => hosts[i % 3].SeenAsync(AlertHost.Sighting())));
        Assert.Equal(18, Assert.Single(await hosts[0].AlertsAsync()).Count);
        Assert.Single(told.Notices);
        await Task.WhenAll(hosts.Select(static host => host.GoneAsync(AlertHost.Sighting())));
        Assert.Equal(2, told.Notices.Count);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task What_a_crash_leaves_between_row_and_notice_is_told_once(bool afterTelling, bool bySweep)
    {
        var (time, told) = (new ManualTime(), new RecordingNotifier());
        var account = await TestStorage.NewAccountAsync();
        var dying = new AlertHost(account, time, new DyingNotifier(told, afterTelling));
        await Assert.ThrowsAsync<IOException>(() => dying.SeenAsync(AlertHost.Sighting(occurrence: "a")));
        Assert.Equal(afterTelling ? 1 : 0, told.Notices.Count);

        time.Advance(TimeSpan.FromMinutes(1));
        var next = new AlertHost(account, time, told);
        await (bySweep ? next.SweepAsync() : next.SeenAsync(AlertHost.Sighting(occurrence: "a")));
        await next.SweepAsync();
        Assert.Single(told.Notices);
        Assert.Equal(1, Assert.Single(await next.AlertsAsync()).Count);

        await Assert.ThrowsAsync<IOException>(() => dying.GoneAsync(AlertHost.Sighting()));
        await next.SweepAsync();
        Assert.Equal(["Trouble with one", "Over: Trouble with one"], Titles(told));
    }

    [Theory]
    [InlineData(AlertKind.SyncFailing, Urgency.Warning, 24)]
    [InlineData(AlertKind.StoreQuiet, Urgency.Critical, 4)]
    [InlineData(AlertKind.StockOut, Urgency.Warning, 0)]
    [InlineData(AlertKind.OrderVolume, Urgency.Info, 0)]
    public async Task What_stays_open_is_told_again_by_its_policy(AlertKind kind, Urgency severity, int hours)
    {
        var (host, time, told) = await AlertHost.NewAsync();
        await host.SeenAsync(AlertHost.Sighting(kind: kind, severity: severity));
        for (var hour = 1; hour <= 50; hour++)
        {
            time.Advance(TimeSpan.FromHours(1));
            await host.SweepAsync();
            Assert.Equal(1 + (hours == 0 ? 0 : hour / hours), told.Notices.Count);
        }

        Assert.All(Titles(told).Skip(1), static title => Assert.Equal("Still: Trouble with one", title));
    }

    [Fact]
    public async Task A_rise_in_severity_is_told_at_once_and_a_fall_is_not()
    {
        var (host, _, told) = await AlertHost.NewAsync();
        await host.SeenAsync(AlertHost.Sighting(occurrence: "a"));
        await host.SeenAsync(AlertHost.Sighting(severity: Urgency.Critical, occurrence: "a"));
        await host.SeenAsync(AlertHost.Sighting(severity: Urgency.Info, occurrence: "a"));
        await host.SeenAsync(AlertHost.Sighting(severity: Urgency.Warning, occurrence: "a"));
        Assert.Equal(["Trouble with one", "Worse: Trouble with one"], Titles(told));
    }

    [Fact]
    public async Task What_opens_again_is_a_new_alert_of_the_same_id()
    {
        var (host, time, told) = await AlertHost.NewAsync();
        await host.SeenAsync(AlertHost.Sighting());
        var before = Assert.Single(await host.AlertsAsync());
        await host.GoneAsync(AlertHost.Sighting());
        time.Advance(TimeSpan.FromHours(1));
        await host.SeenAsync(AlertHost.Sighting());
        var now = Assert.Single(await host.AlertsAsync());
        Assert.Equal((before.Id, AlertState.Open, 1, time.GetUtcNow()), (now.Id, now.State, now.Count, now.FirstSeen));
        Assert.Equal(3, told.Notices.Count);
    }

    [Theory]
    [InlineData("sync-failing", null, true)]
    [InlineData(null, "shop", true)]
    [InlineData(null, null, true)]
    [InlineData("parked", null, false)]
    [InlineData("sync-failing", "other", false)]
    public async Task A_muted_alert_is_recorded_and_told_once_when_the_mute_is_over(string? kind, string? connection, bool covered)
    {
        var (host, time, told) = await AlertHost.NewAsync();
        AlertKind? muted = kind is null ? null : Enum.GetValues<AlertKind>().Single(one => Alert.KindName(one) == kind);
        await host.Mutes.AddAsync(muted, connection, time.GetUtcNow() + TimeSpan.FromHours(2), CancellationToken.None);
        await host.SeenAsync(AlertHost.Sighting());
        await host.SweepAsync();
        Assert.Equal(covered ? 0 : 1, told.Notices.Count);
        Assert.Equal(AlertState.Open, Assert.Single(await host.AlertsAsync()).State);

        time.Advance(TimeSpan.FromHours(2));
        await host.SweepAsync();
        await host.SweepAsync();
        Assert.Equal(["Trouble with one"], Titles(told));
    }

    [Fact]
    public async Task What_came_and_went_while_it_was_muted_is_never_told()
    {
        var (host, time, told) = await AlertHost.NewAsync();
        await host.SeenAsync(AlertHost.Sighting("before"));
        await host.Mutes.AddAsync(null, null, time.GetUtcNow() + TimeSpan.FromHours(2), CancellationToken.None);
        await host.SeenAsync(AlertHost.Sighting("during"));
        await host.GoneAsync(AlertHost.Sighting("before"));
        await host.GoneAsync(AlertHost.Sighting("during"));
        time.Advance(TimeSpan.FromDays(3));
        await host.SweepAsync();
        Assert.Equal(["Trouble with before"], Titles(told));
        Assert.Equal(2, (await host.AlertsAsync(AlertState.Closed)).Count);
    }

    [Fact]
    public async Task Closed_ones_and_mutes_that_are_over_are_forgotten_in_time()
    {
        var (host, time, _) = await AlertHost.NewAsync();
        await host.SeenAsync(AlertHost.Sighting("open"));
        await host.SeenAsync(AlertHost.Sighting("closed", connection: null));
        await host.GoneAsync(AlertHost.Sighting("closed", connection: null));
        await host.Mutes.AddAsync(null, null, time.GetUtcNow() + TimeSpan.FromDays(1), CancellationToken.None);
        await host.Mutes.AddAsync(null, null, time.GetUtcNow() + TimeSpan.FromDays(100), CancellationToken.None);
        time.Advance(TimeSpan.FromDays(29));
        await host.Book.CleanAsync(CancellationToken.None);
        Assert.Equal(2, (await host.AlertsAsync()).Count);
        time.Advance(TimeSpan.FromDays(2));
        await host.Book.CleanAsync(CancellationToken.None);
        Assert.Equal("open", Assert.Single(await host.AlertsAsync()).Subject);
        Assert.Single(await host.Mutes.ListAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_store_that_is_taken_off_takes_its_alerts_along_without_a_word()
    {
        var (host, _, told) = await AlertHost.NewAsync();
        await host.SeenAsync(AlertHost.Sighting());
        await host.SeenAsync(AlertHost.Sighting(connection: null));
        await host.Book.ForgetAsync("shop", CancellationToken.None);
        Assert.Null(Assert.Single(await host.AlertsAsync(AlertState.Open)).Connection);
        Assert.Equal(2, told.Notices.Count);
    }

    private static List<string> Titles(RecordingNotifier told) => [.. told.Notices.Select(static notice => notice.Message.English.Title)];

    private static IEnumerable<string> Lines(ChannelMessage message) => message.Lines.Select(static line => string.Concat(line.Spans.Select(static span => span.Text)));

    /// <summary>The process dies at each notice, before or after it is stored.</summary>
    private sealed class DyingNotifier(RecordingNotifier told, bool afterTelling) : INotifier
    {
        public async Task NotifyAsync(Notice notice, IReadOnlyList<string>? channels, CancellationToken cancellationToken)
        {
            if (afterTelling)
            {
                await told.NotifyAsync(notice, channels, cancellationToken);
            }

            throw new IOException("The process died.");
        }
    }
}
