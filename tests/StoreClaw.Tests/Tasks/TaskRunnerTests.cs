using StoreClaw.Notifications;
using StoreClaw.Storage;
using StoreClaw.Tasks;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Tasks;

public sealed class TaskRunnerTests
{
    [Fact]
    public async Task A_run_that_somebody_asks_for_takes_its_own_now()
    {
        var (_, host, task) = await NewAsync();
        var run = await host.Tasks.RunAsync(task, new DateTimeOffset(2026, 2, 20, 23, 0, 0, TimeSpan.Zero), CancellationToken.None);
        Assert.Equal(RunStatus.Queued, (await host.Tasks.FindRunAsync(task, run, CancellationToken.None)).Status);
        await host.WorkAsync();
        var done = await host.Tasks.FindRunAsync(task, run, CancellationToken.None);
        Assert.Equal((RunStatus.Succeeded, RunTrigger.Manual, null), (done.Status, done.Trigger, done.Due));
        var (_, report) = (await host.Library.FindAsync(done.ReportId!, CancellationToken.None))!.Value;
        Assert.Equal((new DateTimeOffset(2026, 2, 19, 0, 0, 0, TimeSpan.Zero), Team.Start), (report.Period.From, report.GeneratedAt));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_crash_anywhere_in_a_run_leaves_one_report_and_one_notice(bool afterwards)
    {
        for (var (call, died) = (1, true); died; call++)
        {
            var (team, host, task) = await NewAsync();
            await host.Tasks.RunAsync(task, null, CancellationToken.None);
            var message = Assert.Single(await host.ReceiveAsync());
            var wire = new CuttingTransport(call, afterwards);
            await Record.ExceptionAsync(() => team.NewHost(wire).HandleAsync(message));
            died = wire.Dead;

            // Longer than what the dead one may hold: the turn to make the signing key.
            team.Time.Advance(TimeSpan.FromSeconds(31));
            var other = team.NewHost();
            await other.Runner.RunAsync(await other.Queues.ReadAsync<RunMessage>(message, CancellationToken.None), message.MessageId, CancellationToken.None);
            var run = Assert.Single(await host.RunsAsync(task));
            Assert.Equal(RunStatus.Succeeded, run.Status);
            Assert.Equal(run.ReportId, Assert.Single(await host.Library.ListAsync(null, null, null, CancellationToken.None)).Id);
            Assert.Equal($"report|{run.Id}", Assert.Single(team.Notifier.Notices).Key);
        }
    }

    [Fact]
    public async Task A_message_that_comes_again_after_the_end_changes_nothing()
    {
        var (team, host, task) = await NewAsync();
        var id = await host.Tasks.RunAsync(task, null, CancellationToken.None);
        await host.WorkAsync();
        var before = await host.Tasks.FindRunAsync(task, id, CancellationToken.None);
        team.Time.Advance(TimeSpan.FromDays(3));
        await host.Runner.RunAsync(new RunMessage(task, id, RunTrigger.Manual, Team.Start, null, Team.Start), "another", CancellationToken.None);
        Assert.Equal(before, await host.Tasks.FindRunAsync(task, id, CancellationToken.None));
        Assert.Single(team.Notifier.Notices);
    }

    [Fact]
    public async Task A_second_message_leaves_a_run_at_work_alone_and_looks_in_later()
    {
        var (team, host, task) = await NewAsync();
        var id = await host.Tasks.RunAsync(task, null, CancellationToken.None);
        await host.ReceiveAsync();
        await host.Runs.ChangeAsync(task, id, static run => run with { Status = RunStatus.Running, StartedAt = Team.Start, Attempts = 1, Owner = "first", Until = Team.Start.AddMinutes(5) }, CancellationToken.None);
        var message = new RunMessage(task, id, RunTrigger.Manual, Team.Start, null, Team.Start);
        await host.Runner.RunAsync(message, "second", CancellationToken.None);
        Assert.Equal((RunStatus.Running, "first"), ((await host.Tasks.FindRunAsync(task, id, CancellationToken.None)).Status, (await host.Tasks.FindRunAsync(task, id, CancellationToken.None)).Owner));
        Assert.Empty(team.Notifier.Notices);

        // The first one and the one that looks in later.
        Assert.Equal(2, (await host.Storage.Queue(QueueNames.TaskRuns).GetPropertiesAsync()).Value.ApproximateMessagesCount);
        team.Time.Advance(TimeSpan.FromMinutes(5));
        await host.Runner.RunAsync(message, "second", CancellationToken.None);
        var run = await host.Tasks.FindRunAsync(task, id, CancellationToken.None);
        Assert.Equal((RunStatus.Succeeded, 2, Team.Start), (run.Status, run.Attempts, run.StartedAt));
    }

    [Fact]
    public async Task A_failure_is_kept_and_told_with_its_cause()
    {
        var (team, host, task) = await NewAsync();
        team.Connections.Clear();
        var id = await host.Tasks.RunAsync(task, null, CancellationToken.None);
        await host.WorkAsync();
        var run = await host.Tasks.FindRunAsync(task, id, CancellationToken.None);
        Assert.Equal((RunStatus.Failed, "Connection 'shop' is not known any more. Take it out of the task."), (run.Status, run.Error));
        Assert.Null(run.ReportId);
        var notice = Assert.Single(team.Notifier.Notices);
        Assert.Equal(($"run-failed|{id}", Urgency.Warning), (notice.Key, notice.Urgency));
        Assert.Contains(notice.Message.English.Lines, line => line.Spans[0].Text == run.Error);
        Assert.Equal("任务失败:Morning", notice.Message.Chinese.Title);
    }

    [Fact]
    public async Task A_run_of_a_deleted_task_ends_without_a_word()
    {
        var (team, host, task) = await NewAsync();
        var id = await host.Tasks.RunAsync(task, null, CancellationToken.None);
        await host.Tasks.DeleteAsync(task, CancellationToken.None);
        await host.WorkAsync();
        Assert.Equal("The task was deleted before it ran.", (await host.Runs.FindAsync(task, id, CancellationToken.None))!.Error);
        Assert.Empty(team.Notifier.Notices);
    }

    [Fact]
    public async Task A_task_that_delivers_to_nobody_only_keeps_its_report()
    {
        var team = await Team.NewAsync();
        var host = team.NewHost();
        var task = await host.CreateAsync(TaskHost.Daily with { DeliverTo = [] });
        await host.Tasks.RunAsync(task, null, CancellationToken.None);
        await host.WorkAsync();
        Assert.Single(await host.Library.ListAsync("sales-report", null, null, CancellationToken.None));
        Assert.Empty(team.Notifier.Notices);
    }

    [Fact]
    public async Task The_library_lists_by_when_reports_were_made()
    {
        var (team, host, task) = await NewAsync();
        for (var day = 0; day < 3; day++)
        {
            await host.Tasks.RunAsync(task, null, CancellationToken.None);
            await host.WorkAsync();
            team.Time.Advance(TimeSpan.FromDays(1));
        }

        async Task<IEnumerable<int>> Days(string? kind, double? from, double? to) =>
            (await host.Library.ListAsync(kind, from is { } first ? Team.Start.AddDays(first) : null, to is { } last ? Team.Start.AddDays(last) : null, CancellationToken.None)).Select(static entry => (int)(entry.GeneratedAt - Team.Start).TotalDays);

        Assert.Equal([2, 1, 0], await Days(null, null, null));
        Assert.Equal([2, 1, 0], await Days("sales-report", 0, 2.1));
        Assert.Equal([1, 0], await Days("sales-report", 0, 2));
        Assert.Equal([2, 1], await Days(null, 1, null));
        Assert.Equal([0], await Days(null, null, 0.5));
        Assert.Empty(await Days("inventory-review", null, null));
    }

    [Fact]
    public async Task The_message_links_to_a_page_that_opens_for_thirty_days()
    {
        var (team, host, task) = await NewAsync();
        await host.Tasks.RunAsync(task, null, CancellationToken.None);
        await host.WorkAsync();
        var id = Assert.Single(await host.Library.ListAsync(null, null, null, CancellationToken.None)).Id;
        var link = Assert.Single(team.Notifier.Notices).Message.English.Lines[^1].Spans[0].Url!;
        Assert.StartsWith($"https://storeclaw.example.com/reports/{id}?s=", link.AbsoluteUri, StringComparison.Ordinal);
        var token = link.Query[3..];
        Assert.True(await host.Links.OpensAsync(id, token, CancellationToken.None));
        for (var i = 0; i < token.Length - 1; i++)
        {
            var changed = string.Concat(token.AsSpan(0, i), token[i] == 'A' ? "B" : "A", token.AsSpan(i + 1));
            Assert.False(await host.Links.OpensAsync(id, changed, CancellationToken.None), changed);
        }

        Assert.False(await host.Links.OpensAsync(id[..^1] + (id[^1] == '0' ? '1' : '0'), token, CancellationToken.None));
        Assert.False(await host.Links.OpensAsync(id, null, CancellationToken.None));
        team.Time.Advance(TimeSpan.FromDays(30) - TimeSpan.FromSeconds(1));
        Assert.True(await host.Links.OpensAsync(id, token, CancellationToken.None));
        team.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(await host.Links.OpensAsync(id, token, CancellationToken.None));
    }

    private static async Task<(Team Team, TaskHost Host, string Task)> NewAsync()
    {
        var team = await Team.NewAsync();
        var host = team.NewHost();
        return (team, host, await host.CreateAsync(TaskHost.Daily));
    }
}
