using System.Text.Json;
using StoreClaw.Approvals;
using StoreClaw.Common;
using StoreClaw.Notifications;
using StoreClaw.Storage;
using StoreClaw.Tasks;
using StoreClaw.Tests.Reports;
using StoreClaw.Tests.Support;
using StoreClaw.Tests.Tasks;

namespace StoreClaw.Tests.Approvals;

/// <summary>From a proposal to what became of it, over stores in memory and rows in the storage emulator.</summary>
public sealed class ActingRunTests
{
    private static readonly TaskInput Sync = TaskHost.Daily with
    {
        Name = "Stock",
        Kind = "stock-sync",
        Connections = ["shop", "other"],
        Parameters = JsonElement.Parse("""{"source":"shop","buffer":2}"""),
    };

    [Fact]
    public async Task What_is_proposed_waits_for_a_person_and_is_then_done_once()
    {
        var (team, host, task) = await NewAsync();
        var approval = await ProposeAsync(host, task);
        var waiting = await RunAsync(host, approval);
        Assert.Equal((RunStatus.AwaitingApproval, approval.Id, approval.Report), (waiting.Status, waiting.Approval, waiting.ReportId));
        Assert.Empty(team.Stock.Effects);
        Assert.Equal([new ApprovalAction("other", "set-stock", "i-A", "", "A", "Article A", 3, 8), new ApprovalAction("other", "set-stock", "i-B", "", "B", "Article B", 9, 0)], approval.Actions);

        var ask = Assert.Single(team.Notifier.Notices);
        Assert.Equal(($"approval|{approval.Id}", Urgency.Warning), (ask.Key, ask.Urgency));
        Assert.Equal(
            $$"""
            Approval needed: Stock
            2 stock changes are proposed. Nothing has been changed yet.
            other.example.com · A Article A: 3 → 8
            other.example.com · B Article B: 9 → 0
            Approve or refuse until 2026-03-03 06:00 (UTC); without a word nothing is changed.
            [Full report]
            POST /api/approvals/{{approval.Id}}
            {"decision": "approve", "by": "…", "hash": "{{approval.Hash}}"}
            """,
            Rendered.Text(ask.Message.English));
        Assert.Contains("请在 2026-03-03 06:00（UTC）之前批准或拒绝", Rendered.Text(ask.Message.Chinese), StringComparison.Ordinal);

        await DecideAsync(host, approval, "approve");
        await host.WorkAsync();
        Assert.Equal((8m, 0m, 10m, 1m), (team.Stock["other", "A"], team.Stock["other", "B"], team.Stock["shop", "A"], team.Stock["shop", "B"]));
        Assert.Equal([$"{approval.Id}-0", $"{approval.Id}-1"], team.Stock.Effects.Select(static write => write.Key));
        var done = (await host.Approvals.FindAsync(approval.Id, CancellationToken.None))!;
        Assert.Equal((ApprovalState.Done, "Ann", null), (done.State, done.By, done.LookAt));
        Assert.All(done.Results, static result => Assert.Equal((ActionOutcome.Done, "Set."), (result.Outcome, result.Answer)));
        var run = await RunAsync(host, approval);
        Assert.Equal((RunStatus.Succeeded, approval.Report, null), (run.Status, run.ReportId, run.Error));
        Assert.Equal("Done: Stock\nAll 2 changes were made. Approved by Ann.", Rendered.Text(team.Notifier.Notices.Last().Message.English));
    }

    [Fact]
    public async Task Stores_in_step_need_nobody_and_end_what_an_earlier_run_proposed()
    {
        var (team, host, task) = await NewAsync();
        var old = await ProposeAsync(host, task);
        team.Stock.Put("other", "A", 8);
        team.Stock.Put("other", "B", 0);
        var id = await host.Tasks.RunAsync(task, null, CancellationToken.None);
        await host.WorkAsync();
        await host.WorkAsync();
        Assert.Equal(RunStatus.Succeeded, (await host.Tasks.FindRunAsync(task, id, CancellationToken.None)).Status);
        Assert.Equal("Stock sync: nothing to change", team.Notifier.Notices.Last().Message.English.Title);
        Assert.Equal((RunStatus.Failed, "A newer run of the task found nothing to change. Nothing was changed."), ((await RunAsync(host, old)).Status, (await RunAsync(host, old)).Error));
        await RefusedAsync(host, old, "APPROVAL_EXPIRED");
        Assert.Equal(2, team.Notifier.Notices.Count);
    }

    [Fact]
    public async Task A_newer_proposal_takes_the_place_of_an_older_one()
    {
        var (team, host, task) = await NewAsync();
        var old = await ProposeAsync(host, task);
        team.Time.Advance(TimeSpan.FromHours(1));
        var newer = await ProposeAsync(host, task);
        await host.WorkAsync();
        Assert.Equal("A newer proposal of the task took its place. Nothing was changed.", (await RunAsync(host, old)).Error);
        await RefusedAsync(host, old, "APPROVAL_EXPIRED");
        await DecideAsync(host, newer, "approve");
        await host.WorkAsync();
        Assert.Equal(RunStatus.Succeeded, (await RunAsync(host, newer)).Status);
        Assert.Equal(2, team.Stock.Effects.Count);

        // The two that ask and the one that says it is done.
        Assert.Equal(3, team.Notifier.Notices.Count);
    }

    [Fact]
    public async Task What_is_refused_is_not_done()
    {
        var (team, host, task) = await NewAsync();
        var approval = await ProposeAsync(host, task);
        await DecideAsync(host, approval, "refuse");
        await host.WorkAsync();
        var run = await RunAsync(host, approval);
        Assert.Equal((RunStatus.Failed, "Refused by Ann. Nothing was changed.", approval.Report), (run.Status, run.Error, run.ReportId));
        Assert.Equal(("Refused: Stock", Urgency.Info), (team.Notifier.Notices.Last().Message.English.Title, team.Notifier.Notices.Last().Urgency));
        await RefusedAsync(host, approval, "APPROVAL_DECIDED");
        Assert.Empty(team.Stock.Effects);
    }

    [Fact]
    public async Task What_nobody_decides_ends_after_a_day()
    {
        var (team, host, task) = await NewAsync();
        var approval = await ProposeAsync(host, task);
        team.Time.Advance(Approval.Lifetime - TimeSpan.FromSeconds(1));
        await SweepAsync(host);
        Assert.Equal(RunStatus.AwaitingApproval, (await RunAsync(host, approval)).Status);

        // Too late, though nobody has noted it yet.
        team.Time.Advance(TimeSpan.FromSeconds(1));
        await RefusedAsync(host, approval, "APPROVAL_EXPIRED");
        await SweepAsync(host);
        await SweepAsync(host);
        var run = await RunAsync(host, approval);
        Assert.Equal((RunStatus.Failed, "Nobody approved it in time. Nothing was changed."), (run.Status, run.Error));
        Assert.Equal(("未获批准：Stock", Urgency.Warning), (team.Notifier.Notices.Last().Message.Chinese.Title, team.Notifier.Notices.Last().Urgency));
        Assert.Equal(2, team.Notifier.Notices.Count);
        Assert.Empty(team.Stock.Effects);
    }

    [Fact]
    public async Task A_level_that_changed_meanwhile_is_left_alone_and_the_others_are_set()
    {
        var (team, host, task) = await NewAsync();
        var approval = await ProposeAsync(host, task);
        team.Stock.Change("other", "A", 4);
        await DecideAsync(host, approval, "approve");
        await host.WorkAsync();
        Assert.Equal((4m, 0m), (team.Stock["other", "A"], team.Stock["other", "B"]));
        var ended = (await host.Approvals.FindAsync(approval.Id, CancellationToken.None))!;
        Assert.Equal((ApprovalState.Failed, ActionOutcome.Changed, 4m, ActionOutcome.Done), (ended.State, ended.Results[0].Outcome, ended.Results[0].Found, ended.Results[1].Outcome));
        var run = await RunAsync(host, approval);
        Assert.Equal((RunStatus.Failed, $"1 of 2 changes were not made; GET /api/approvals/{approval.Id} says why."), (run.Status, run.Error));
        var told = Rendered.Text(team.Notifier.Notices.Last().Message.English);
        Assert.Contains("Not all done: Stock\n1 of 2 changes were made. Approved by Ann.\n> other.example.com · A: It was changed meanwhile.", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_platform_applies_late_is_followed_until_it_shows()
    {
        var (team, host, task) = await NewAsync();
        team.Stock.AppliesLater = true;
        var approval = await ProposeAsync(host, task);
        await DecideAsync(host, approval, "approve");
        await host.WorkAsync();
        Assert.Equal([ActionOutcome.Taken, ActionOutcome.Taken], (await host.Approvals.FindAsync(approval.Id, CancellationToken.None))!.Results.Select(static result => result.Outcome));
        Assert.Equal(RunStatus.Running, (await RunAsync(host, approval)).Status);

        team.Time.Advance(TimeSpan.FromMinutes(1));
        await SweepAsync(host);
        Assert.Equal(RunStatus.Running, (await RunAsync(host, approval)).Status);
        team.Stock.Settle();
        team.Time.Advance(TimeSpan.FromMinutes(20));
        await SweepAsync(host);
        Assert.Equal(RunStatus.Succeeded, (await RunAsync(host, approval)).Status);
        Assert.Equal(2, team.Stock.Effects.Count);
    }

    [Fact]
    public async Task What_never_shows_is_given_up_after_a_day()
    {
        var (team, host, task) = await NewAsync();
        team.Stock.AppliesLater = true;
        var approval = await ProposeAsync(host, task);
        await DecideAsync(host, approval, "approve");
        await host.WorkAsync();
        for (var hour = 0; hour < 25; hour++)
        {
            team.Time.Advance(TimeSpan.FromHours(1));
            await SweepAsync(host);
        }

        var ended = (await host.Approvals.FindAsync(approval.Id, CancellationToken.None))!;
        Assert.Equal((ApprovalState.Failed, null), (ended.State, ended.LookAt));
        Assert.All(ended.Results, static result => Assert.Contains("has not shown after 24 hours", result.Answer, StringComparison.Ordinal));
        Assert.Equal(RunStatus.Failed, (await RunAsync(host, approval)).Status);
        Assert.Equal(2, team.Stock.Effects.Count);
    }

    [Fact]
    public async Task A_platform_that_fails_is_tried_again()
    {
        var (team, host, task) = await NewAsync();
        var approval = await ProposeAsync(host, task);
        team.Stock.Trouble = static sku => sku == "B" ? new StockAnswer(ActionOutcome.Waiting, "Busy.", "busy", Wait: TimeSpan.FromMinutes(3)) : null;
        await DecideAsync(host, approval, "approve");
        await host.WorkAsync();
        Assert.Equal(8m, team.Stock["other", "A"]);
        var waiting = (await host.Approvals.FindAsync(approval.Id, CancellationToken.None))!;
        Assert.Equal((ActionOutcome.Waiting, "Busy.", Team.Start.AddMinutes(3)), (waiting.Results[1].Outcome, waiting.Results[1].Answer, waiting.LookAt!.Value));

        team.Stock.Trouble = static _ => null;
        team.Time.Advance(TimeSpan.FromMinutes(3));
        await SweepAsync(host);
        Assert.Equal(RunStatus.Succeeded, (await RunAsync(host, approval)).Status);
        Assert.Equal(["i-A", "i-B"], team.Stock.Effects.Select(static write => write.ItemId));
    }

    [Fact]
    public async Task Many_changes_are_made_some_at_a_time_over_several_messages()
    {
        var (team, host, task) = await NewAsync();
        for (var number = 0; number < 70; number++)
        {
            team.Stock.Put("shop", $"S{number}", 100);
            team.Stock.Put("other", $"S{number}", number);
        }

        var approval = await ProposeAsync(host, task);
        team.Stock.AfterEffect = _ => team.Time.Advance(TimeSpan.FromSeconds(2));
        await DecideAsync(host, approval, "approve");
        var messages = 0;
        while (await host.WorkAsync() > 0)
        {
            messages++;
        }

        Assert.Equal(RunStatus.Succeeded, (await RunAsync(host, approval)).Status);
        Assert.Equal([20, 20, 20, 12], team.Stock.Calls);
        Assert.Equal(72, team.Stock.Effects.Count);
        Assert.Equal(72, team.Stock.Effects.DistinctBy(static write => write.Key).Count());
        Assert.Equal(2, messages);
    }

    [Fact]
    public async Task A_decision_whose_message_is_lost_is_taken_up_all_the_same()
    {
        var (team, host, task) = await NewAsync();
        var approval = await ProposeAsync(host, task);
        await DecideAsync(host, approval, "approve");
        await host.ReceiveAsync();
        team.Time.Advance(TimeSpan.FromMinutes(6));
        await SweepAsync(host);
        Assert.Equal(RunStatus.Succeeded, (await RunAsync(host, approval)).Status);
    }

    [Fact]
    public async Task Other_actions_than_those_that_were_read_are_not_done()
    {
        var (team, host, task) = await NewAsync();
        var approval = await ProposeAsync(host, task);
        await DecideAsync(host, approval, "approve");
        await host.Approvals.ChangeAsync(approval.Id, static stored => stored with { Actions = [stored.Actions[0] with { To = 4711 }] }, CancellationToken.None);
        await host.WorkAsync();
        Assert.Contains("not those of the hash", (await RunAsync(host, approval)).Error, StringComparison.Ordinal);
        Assert.Empty(team.Stock.Effects);
    }

    [Fact]
    public async Task What_a_deleted_task_proposed_is_not_done()
    {
        var (team, host, task) = await NewAsync();
        var approval = await ProposeAsync(host, task);
        await host.Tasks.DeleteAsync(task, CancellationToken.None);
        await DecideAsync(host, approval, "approve");
        await host.WorkAsync();
        Assert.Equal("The task was deleted before this was carried out.", (await host.Runs.FindAsync(task, approval.Run, CancellationToken.None))!.Error);
        Assert.Empty(team.Stock.Effects);

        // Nor is a run woken for ever that is not on record any more.
        await host.Runs.CleanAsync(task, null, CancellationToken.None);
        await host.Approvals.ChangeAsync(approval.Id, static stored => stored with { State = ApprovalState.Approved, LookAt = Team.Start }, CancellationToken.None);
        await SweepAsync(host);
        Assert.Equal((ApprovalState.Failed, null), ((await host.Approvals.FindAsync(approval.Id, CancellationToken.None))!.State, (await host.Approvals.FindAsync(approval.Id, CancellationToken.None))!.LookAt));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_crash_anywhere_in_proposing_leaves_one_approval_of_what_was_read(bool afterwards)
    {
        for (var (call, died) = (1, true); died; call++)
        {
            var (team, host, task) = await NewAsync();
            var id = await host.Tasks.RunAsync(task, null, CancellationToken.None);
            var message = Assert.Single(await host.ReceiveAsync());
            var wire = new CuttingTransport(call, afterwards);
            await Record.ExceptionAsync(() => team.NewHost(wire).HandleAsync(message));
            died = wire.Dead;
            var before = (await host.Approvals.ListAsync([], CancellationToken.None)).SingleOrDefault();

            // The stock moves on meanwhile; what was proposed before the crash stands.
            team.Stock.Put("shop", "A", 20);
            await TakeOverAsync(team, message);
            var run = await host.Tasks.FindRunAsync(task, id, CancellationToken.None);
            var approval = Assert.Single(await host.Approvals.ListAsync([], CancellationToken.None));
            Assert.Equal((RunStatus.AwaitingApproval, approval.Id, ApprovalState.Pending), (run.Status, run.Approval, approval.State));
            Assert.Equal(before?.Hash ?? approval.Hash, approval.Hash);
            var (_, report) = (await host.Library.FindAsync(approval.Report, CancellationToken.None))!.Value;
            Assert.Equal(approval.Actions[0].To, ((StoreClaw.Reports.StockSync.StockSyncReport)report).Proposals[0].To);
            Assert.Equal($"approval|{approval.Id}", Assert.Single(team.Notifier.Notices).Key);
            Assert.Empty(team.Stock.Effects);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_crash_anywhere_between_approval_and_end_has_one_effect_each(bool afterwards)
    {
        for (var (call, died) = (1, true); died; call++)
        {
            var (team, host, task) = await NewAsync();
            var approval = await ProposeAsync(host, task);
            await DecideAsync(host, approval, "approve");
            var message = Assert.Single(await host.ReceiveAsync());
            var wire = new CuttingTransport(call, afterwards);
            await Record.ExceptionAsync(() => team.NewHost(wire).HandleAsync(message));
            died = wire.Dead;
            await TakeOverAsync(team, message);
            await AssertDoneOnceAsync(team, host, approval);
        }
    }

    [Fact]
    public async Task A_crash_between_two_writes_of_one_call_has_one_effect_each()
    {
        var (team, host, task) = await NewAsync();
        var approval = await ProposeAsync(host, task);
        await DecideAsync(host, approval, "approve");
        var message = Assert.Single(await host.ReceiveAsync());
        team.Stock.AfterEffect = static _ => throw new ProcessDiedException();
        await Assert.ThrowsAsync<ProcessDiedException>(() => host.HandleAsync(message));
        Assert.Single(team.Stock.Effects);
        team.Stock.AfterEffect = static _ => { };
        await TakeOverAsync(team, message);
        await AssertDoneOnceAsync(team, host, approval);
        Assert.Equal("It stands at this number already.", (await host.Approvals.FindAsync(approval.Id, CancellationToken.None))!.Results[0].Answer);
    }

    [Fact]
    public async Task Approvals_go_with_the_runs_they_belong_to()
    {
        var (team, host, task) = await NewAsync();
        var approval = await ProposeAsync(host, task);
        team.Time.SetUtcNow(Team.Start + TaskHistory.Kept - TimeSpan.FromSeconds(1));
        await host.History.CleanAsync(CancellationToken.None);
        Assert.NotNull(await host.Approvals.FindAsync(approval.Id, CancellationToken.None));
        team.Time.Advance(TimeSpan.FromSeconds(2));
        await host.History.CleanAsync(CancellationToken.None);
        Assert.Null(await host.Approvals.FindAsync(approval.Id, CancellationToken.None));
    }

    [Fact]
    public async Task What_a_stock_sync_cannot_work_with_is_refused_at_creation()
    {
        var (_, host, _) = await NewAsync();
        await WrongAsync("connections", Sync with { Connections = ["shop"] });
        await WrongAsync("parameters.source", Sync with { Parameters = JsonElement.Parse("""{"source":"third"}""") });
        await WrongAsync("parameters.source", Sync with { Parameters = JsonElement.Parse("{}") });
        await WrongAsync("parameters.skus", Sync with { Parameters = JsonElement.Parse("""{"source":"shop","skus":[]}""") });
        await WrongAsync("parameters.skus", Sync with { Parameters = JsonSerializer.SerializeToElement(new { source = "shop", skus = Enumerable.Range(0, 201).Select(static number => $"S{number}") }) });
        await WrongAsync("parameters.buffer", Sync with { Parameters = JsonElement.Parse("""{"source":"shop","buffer":-1}""") });
        await WrongAsync("parameters.buffer", Sync with { Parameters = JsonElement.Parse("""{"source":"lowest","buffer":1}""") });
        await WrongAsync("parameters.buffer", Sync with { Parameters = JsonElement.Parse("""{"source":"shop","buffer":"2"}""") });
        await WrongAsync("connections", Sync with { Connections = ["shop", "research"] });
        await host.CreateAsync(Sync with { Parameters = JsonElement.Parse("""{"source":"lowest","skus":["A"]}""") });

        async Task WrongAsync(string field, TaskInput input)
        {
            var refused = await Assert.ThrowsAsync<ProblemException>(() => host.CreateAsync(input));
            Assert.Equal((422, field), (refused.Problem.Status, Assert.Single(refused.Problem.Errors!).Key));
        }
    }

    [Fact]
    public async Task The_template_names_a_source_and_is_switched_off()
    {
        var (_, host, _) = await NewAsync();
        var template = (await host.Templates.ListAsync(CancellationToken.None)).Single(static template => template.Id == "stock-sync");
        var input = JsonSerializer.SerializeToElement(template.Task, JsonText.Options).Deserialize<TaskInput>(JsonText.Options)!;
        Assert.Equal((false, """["shop","other"]"""), (input.Enabled, JsonSerializer.Serialize(input.Connections)));
        await host.CreateAsync(input);
    }

    private static async Task<(Team Team, TaskHost Host, string Task)> NewAsync()
    {
        var team = await Team.NewAsync();
        team.Connections.Add(OrderList.Connection("other"));
        team.Connections.Add(StoreClaw.Tests.Reports.Research.MarketList.Connection());
        foreach (var (sku, source, other) in new[] { ("A", 10m, 3m), ("B", 1m, 9m) })
        {
            team.Stock.Put("shop", sku, source);
            team.Stock.Put("other", sku, other);
        }

        var host = team.NewHost();
        return (team, host, await host.CreateAsync(Sync));
    }

    /// <summary>Runs the task up to where it waits.</summary>
    private static async Task<Approval> ProposeAsync(TaskHost host, string task)
    {
        var id = await host.Tasks.RunAsync(task, null, CancellationToken.None);
        await host.WorkAsync();
        var run = await host.Tasks.FindRunAsync(task, id, CancellationToken.None);
        return (await host.Approvals.FindAsync(run.Approval!, CancellationToken.None))!;
    }

    private static Task<TaskRun> RunAsync(TaskHost host, Approval approval) => host.Tasks.FindRunAsync(approval.Task, approval.Run, CancellationToken.None);

    private static Task DecideAsync(TaskHost host, Approval approval, string decision) =>
        host.ApprovalDesk.DecideAsync(approval.Id, new DecisionBody(decision, "Ann", approval.Hash), CancellationToken.None);

    private static async Task RefusedAsync(TaskHost host, Approval approval, string code)
    {
        var refused = await Assert.ThrowsAsync<ProblemException>(() => DecideAsync(host, approval, "approve"));
        Assert.Equal((409, code), (refused.Problem.Status, refused.Problem.Code));
    }

    /// <summary>A minute's timer and the work it brings.</summary>
    private static async Task SweepAsync(TaskHost host)
    {
        await host.Watch.SweepAsync(CancellationToken.None);
        await host.WorkAsync();
    }

    /// <summary>The queue gives the message of the dead host to another, after what that one may hold has run out: the turn to make the signing key.</summary>
    private static async Task TakeOverAsync(Team team, Azure.Storage.Queues.Models.QueueMessage message)
    {
        team.Time.Advance(TimeSpan.FromSeconds(31));
        var other = team.NewHost();
        await other.Runner.RunAsync(await other.Queues.ReadAsync<RunMessage>(message, CancellationToken.None), message.MessageId, CancellationToken.None);
    }

    private static async Task AssertDoneOnceAsync(Team team, TaskHost host, Approval approval)
    {
        Assert.Equal(["i-A", "i-B"], team.Stock.Effects.Select(static write => write.ItemId));
        Assert.Equal((8m, 0m), (team.Stock["other", "A"], team.Stock["other", "B"]));
        Assert.Equal(ApprovalState.Done, (await host.Approvals.FindAsync(approval.Id, CancellationToken.None))!.State);
        Assert.Equal(RunStatus.Succeeded, (await RunAsync(host, approval)).Status);
        Assert.Equal(2, team.Notifier.Notices.Count);
    }
}
