using StoreClaw.Tasks;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Tasks;

public sealed class DueTasksTests
{
    [Fact]
    public async Task A_due_task_is_run_once_as_of_the_instant_it_was_due()
    {
        var team = await Team.NewAsync();
        var host = team.NewHost();
        var task = await host.CreateAsync(TaskHost.Daily);
        Assert.Equal(Team.Start.AddHours(2), (await host.Tasks.GetAsync(task, CancellationToken.None)).NextDue);
        await AtAsync(team, host, TimeSpan.FromMinutes(119));
        Assert.Empty(await host.RunsAsync(task));
        await AtAsync(team, host, TimeSpan.FromSeconds(61));
        await AtAsync(team, host, TimeSpan.FromMinutes(1));
        var run = Assert.Single(await host.RunsAsync(task));
        Assert.Equal((RunStatus.Succeeded, RunTrigger.Schedule, 1), (run.Status, run.Trigger, run.Attempts));
        Assert.Equal((Team.Start.AddHours(2), Team.Start.AddHours(2)), (run.AsOf, run.Due));
        var (_, report) = (await host.Library.FindAsync(run.ReportId!, CancellationToken.None))!.Value;
        Assert.Equal((new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero), Team.Start.AddHours(2).AddSeconds(1)), (report.Period.From, report.GeneratedAt));
        Assert.Equal($"report|{run.Id}", Assert.Single(team.Notifier.Notices).Key);
        Assert.Equal((1, 0), await host.LedgerAsync(task));
    }

    [Theory]
    [InlineData("all", 30, 5, 0)]
    [InlineData("latest", 30, 1, 4)]
    [InlineData("skip", 30, 1, 4)]
    [InlineData("all", 1800, 5, 0)]
    [InlineData("latest", 1800, 1, 4)]
    [InlineData("skip", 1800, 0, 5)]
    public async Task What_five_hours_away_missed_follows_the_policy(string missed, int secondsAfterLast, int run, int skipped)
    {
        var team = await Team.NewAsync();
        var task = await team.NewHost().CreateAsync(TaskHost.Hourly(missed));
        var back = team.NewHost();
        await AtAsync(team, back, TimeSpan.FromHours(5) + TimeSpan.FromSeconds(secondsAfterLast));
        var runs = await back.RunsAsync(task);
        Assert.Equal(Enumerable.Range(0, run).Select(number => (DateTimeOffset?)Team.Start.AddHours(5 - number)), runs.Select(static one => one.Due));
        Assert.All(runs, static one => Assert.Equal(RunStatus.Succeeded, one.Status));
        Assert.Equal((run, skipped), await back.LedgerAsync(task));
        var state = await back.Tasks.GetAsync(task, CancellationToken.None);
        Assert.Equal(skipped, state.LastSkipped?.Count ?? 0);
        Assert.Equal((Team.Start.AddHours(6), null), (state.NextDue!.Value, state.LateBy));
    }

    [Fact]
    public async Task A_pause_is_not_caught_up()
    {
        var team = await Team.NewAsync();
        var host = team.NewHost();
        var task = await host.CreateAsync(TaskHost.Hourly("all"));
        await AtAsync(team, host, TimeSpan.FromHours(1));
        await host.Tasks.ReplaceAsync(task, TaskHost.Hourly("all") with { Enabled = false }, CancellationToken.None);
        Assert.Null((await host.Tasks.GetAsync(task, CancellationToken.None)).NextDue);
        await AtAsync(team, host, TimeSpan.FromHours(72.5));
        Assert.Single(await host.RunsAsync(task));
        var state = await host.Tasks.ReplaceAsync(task, TaskHost.Hourly("all"), CancellationToken.None);
        Assert.Equal(new SkippedOccurrences(Team.Start.AddHours(2), Team.Start.AddHours(73), 72, "the task was paused"), state.LastSkipped);
        await AtAsync(team, host, TimeSpan.FromMinutes(1));
        Assert.Single(await host.RunsAsync(task));
        await AtAsync(team, host, TimeSpan.FromMinutes(30));
        Assert.Equal([Team.Start.AddHours(74), Team.Start.AddHours(1)], (await host.RunsAsync(task)).Select(static run => run.Due!.Value));
        Assert.Equal((2, 72), await host.LedgerAsync(task));
    }

    [Fact]
    public async Task What_was_due_before_a_pause_is_still_run()
    {
        var team = await Team.NewAsync();
        var host = team.NewHost();
        var task = await host.CreateAsync(TaskHost.Hourly());
        team.Time.Advance(TimeSpan.FromMinutes(60.5));
        await host.Tasks.ReplaceAsync(task, TaskHost.Hourly() with { Enabled = false }, CancellationToken.None);
        await host.WorkAsync();
        Assert.Equal(RunStatus.Succeeded, Assert.Single(await host.RunsAsync(task)).Status);
    }

    [Fact]
    public async Task A_new_schedule_does_not_reach_back()
    {
        var team = await Team.NewAsync();
        var host = team.NewHost();
        var task = await host.CreateAsync(TaskHost.Daily);
        team.Time.Advance(TimeSpan.FromMinutes(90));
        var state = await host.Tasks.ReplaceAsync(task, TaskHost.Daily with { Schedule = new ScheduleSpec("0 */10 * * * *", null), Missed = "all" }, CancellationToken.None);
        Assert.Equal(Team.Start.AddMinutes(100), state.NextDue);
        await AtAsync(team, host, TimeSpan.FromMinutes(10));
        Assert.Equal(Team.Start.AddMinutes(100), Assert.Single(await host.RunsAsync(task)).Due);
    }

    [Fact]
    public async Task Of_several_hosts_one_claims_and_each_run_happens_once()
    {
        var team = await Team.NewAsync();
        TaskHost[] hosts = [team.NewHost(), team.NewHost(), team.NewHost()];
        var task = await hosts[0].CreateAsync(TaskHost.Hourly("all"));
        for (var hour = 1; hour <= 12; hour++)
        {
            team.Time.Advance(TimeSpan.FromHours(1));
            await Task.WhenAll(hosts.Select(static host => host.SettleAsync()));
            var messages = await hosts[0].ReceiveAsync();
            await Task.WhenAll(messages.Select((message, number) => hosts[number % hosts.Length].HandleAsync(message)));
        }

        var runs = await hosts[0].RunsAsync(task);
        Assert.Equal(Enumerable.Range(0, 12).Select(number => (DateTimeOffset?)Team.Start.AddHours(12 - number)), runs.Select(static run => run.Due));
        Assert.All(runs, static run => Assert.Equal((RunStatus.Succeeded, 1), (run.Status, run.Attempts)));
        Assert.Equal(12, team.Notifier.Notices.Count);
        Assert.Equal((12, 0), await hosts[0].LedgerAsync(task));
        Assert.Equal(12, (await hosts[0].Library.ListAsync("sales-report", null, null, CancellationToken.None)).Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_crash_anywhere_while_settling_loses_nothing(bool afterwards)
    {
        for (var (call, died) = (1, true); died; call++)
        {
            var team = await Team.NewAsync();
            var task = await team.NewHost().CreateAsync(TaskHost.Hourly("all"));
            team.Time.Advance(TimeSpan.FromHours(3));
            var wire = new CuttingTransport(call, afterwards);
            await Record.ExceptionAsync(team.NewHost(wire).SettleAsync);
            died = wire.Dead;
            var host = team.NewHost();
            await AtAsync(team, host, TimeSpan.FromMinutes(1));
            await AtAsync(team, host, TimeSpan.FromMinutes(1));
            var runs = await host.RunsAsync(task);
            Assert.Equal([Team.Start.AddHours(3), Team.Start.AddHours(2), Team.Start.AddHours(1)], runs.Select(static run => run.Due!.Value));
            Assert.All(runs, static run => Assert.Equal((RunStatus.Succeeded, 1), (run.Status, run.Attempts)));
            Assert.Equal((3, 0), await host.LedgerAsync(task));
            Assert.Equal(3, team.Notifier.Notices.Count);
        }
    }

    [Fact]
    public async Task A_task_that_waits_says_how_long()
    {
        var team = await Team.NewAsync();
        var host = team.NewHost();
        var task = await host.CreateAsync(TaskHost.Hourly());
        team.Time.Advance(TimeSpan.FromMinutes(61));
        Assert.Null((await host.Tasks.GetAsync(task, CancellationToken.None)).LateBy);
        team.Time.Advance(TimeSpan.FromMinutes(4));

        // Nobody has looked: what is due stays next.
        var state = await host.Tasks.GetAsync(task, CancellationToken.None);
        Assert.Equal((Team.Start.AddHours(1), TimeSpan.FromMinutes(5)), (state.NextDue, state.LateBy));
        await host.SettleAsync();
        team.Time.Advance(TimeSpan.FromMinutes(5));

        // Queued, but nobody works.
        state = await host.Tasks.GetAsync(task, CancellationToken.None);
        Assert.Equal((Team.Start.AddHours(2), TimeSpan.FromMinutes(10)), (state.NextDue, state.LateBy));
        Assert.Null(state.LastRan);
        await host.WorkAsync();
        state = await host.Tasks.GetAsync(task, CancellationToken.None);
        Assert.Null(state.LateBy);
        Assert.Equal((Team.Start.AddHours(1), Team.Start.AddMinutes(70)), (state.LastRan!.Due, state.LastRan.StartedAt));
    }

    [Fact]
    public async Task A_deleted_task_is_due_no_more()
    {
        var team = await Team.NewAsync();
        var host = team.NewHost();
        var task = await host.CreateAsync(TaskHost.Hourly());
        await host.Tasks.DeleteAsync(task, CancellationToken.None);
        team.Time.Advance(TimeSpan.FromHours(2));
        await host.SettleAsync();
        Assert.Equal(0, await host.WorkAsync());
    }

    [Fact]
    public async Task One_broken_task_does_not_hold_up_the_others()
    {
        var team = await Team.NewAsync();
        var host = team.NewHost();
        var broken = await host.CreateAsync(TaskHost.Hourly());
        var table = new TaskTable(host.Storage);
        var stored = (await table.FindAsync(broken, CancellationToken.None))!;
        await table.ReplaceAsync(stored, stored.Task with { TimeZone = "Mars/Phobos" }, stored.LookAt, CancellationToken.None);
        var task = await host.CreateAsync(TaskHost.Hourly());
        await AtAsync(team, host, TimeSpan.FromHours(1));
        Assert.Equal(RunStatus.Succeeded, Assert.Single(await host.RunsAsync(task)).Status);
    }

    // The clock moves on, the timer ticks, the queue is worked off.
    private static async Task AtAsync(Team team, TaskHost host, TimeSpan later)
    {
        team.Time.Advance(later);
        await host.SettleAsync();
        await host.WorkAsync();
    }
}
