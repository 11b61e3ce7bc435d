using Azure.Data.Tables;
using Microsoft.Extensions.DependencyInjection;
using StoreClaw.Storage;
using StoreClaw.Sync;
using StoreClaw.Tasks;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Tasks;

public sealed class TaskHistoryTests
{
    [Fact]
    public async Task Runs_and_due_instants_go_after_four_hundred_days_and_reports_stay()
    {
        var team = await Team.NewAsync();
        var host = team.NewHost();
        var task = await host.CreateAsync(TaskHost.Daily);
        await DayAsync(team, host, 1);
        await DayAsync(team, host, 11);
        Assert.Equal((2, 9), await host.LedgerAsync(task));

        team.Time.SetUtcNow(Team.Start.AddHours(2) + TaskHistory.Kept);
        await host.History.CleanAsync(CancellationToken.None);
        Assert.Equal(2, (await host.RunsAsync(task)).Count);
        Assert.Equal((2, 9), await host.LedgerAsync(task));

        team.Time.Advance(TimeSpan.FromDays(9));
        await host.History.CleanAsync(CancellationToken.None);
        Assert.Equal(Team.Start.AddDays(10).AddHours(2), Assert.Single(await host.RunsAsync(task)).Due);
        Assert.Equal((1, 0), await host.LedgerAsync(task));
        Assert.Equal(2, (await host.Library.ListAsync(null, null, null, CancellationToken.None)).Count);

        // The schedule goes on from where it stood.
        await DayAsync(team, host, 420);
        Assert.Equal(Team.Start.AddDays(419).AddHours(2), (await host.RunsAsync(task))[0].Due);
        Assert.Equal((2, 408), await host.LedgerAsync(task));
    }

    [Fact]
    public async Task What_was_claimed_and_not_yet_sent_stays_and_is_run_however_late()
    {
        var team = await Team.NewAsync();
        var host = team.NewHost();
        var task = await host.CreateAsync(TaskHost.Daily);
        team.Time.Advance(TimeSpan.FromHours(3));
        await host.SettleAsync();
        await host.ReceiveAsync();
        await ForgetAsync(host, task);

        team.Time.Advance(TimeSpan.FromDays(500));
        await host.History.CleanAsync(CancellationToken.None);
        Assert.Equal((1, 0), await host.LedgerAsync(task));
        await host.SettleAsync();
        Assert.Equal(2, await host.WorkAsync());
        Assert.Equal([Team.Start.AddDays(500).AddHours(2), Team.Start.AddHours(2)], (await host.RunsAsync(task)).Select(static run => run.Due!.Value));
    }

    [Fact]
    public async Task Of_a_deleted_task_only_reports_stay_and_of_another_everything()
    {
        var team = await Team.NewAsync();
        var host = team.NewHost();
        string[] tasks = [await host.CreateAsync(TaskHost.Daily), await host.CreateAsync(TaskHost.Daily), await host.CreateAsync(TaskHost.Daily)];
        await DayAsync(team, host, 1);
        await host.Tasks.DeleteAsync(tasks[0], CancellationToken.None);
        await host.Tasks.DeleteAsync(tasks[2], CancellationToken.None);
        await host.History.CleanAsync(CancellationToken.None);
        foreach (var name in new[] { TableNames.Runs, TableNames.Occurrences })
        {
            var table = await host.Storage.TableAsync(name, CancellationToken.None);
            Assert.Equal(tasks[1], Assert.Single(await table.PartitionsAsync(CancellationToken.None)));
        }

        Assert.Single(await host.RunsAsync(tasks[1]));
        Assert.Equal(3, (await host.Library.ListAsync(null, null, null, CancellationToken.None)).Count);
    }

    [Fact]
    public async Task More_runs_than_a_transaction_holds_go_in_one_night()
    {
        var team = await Team.NewAsync();
        var host = team.NewHost();
        var task = await host.CreateAsync(TaskHost.Daily);
        for (var number = 0; number < TableRows.MostPerTransaction + 1; number++)
        {
            await host.Tasks.RunAsync(task, null, CancellationToken.None);
        }

        team.Time.Advance(TaskHistory.Kept + TimeSpan.FromSeconds(1));
        await host.History.CleanAsync(CancellationToken.None);
        Assert.Empty(await host.RunsAsync(task));
    }

    [Fact]
    public async Task Housekeeping_sees_to_it()
    {
        await using var demo = await DemoApp.StartAsync();
        var body = new { name = "Morning", kind = "sales-report", connections = new[] { demo.Connection }, schedule = new { every = "PT6H" }, timeZone = "UTC", parameters = new { period = "yesterday" } };
        var id = (await demo.App.PostAsync("/api/tasks", body, 201)).GetProperty("id").GetString();
        var run = (await demo.App.PostAsync($"/api/tasks/{id}/run", new { }, 202)).GetProperty("runId").GetString();
        await Eventually.GetAsync(() => demo.App.GetAsync($"/api/tasks/{id}/runs/{run}"), static state => state.GetProperty("status").GetString() == "succeeded");
        using var deleted = await demo.App.Client.DeleteAsync($"/api/tasks/{id}");
        await demo.App.Services.GetRequiredService<Housekeeping>().CleanAsync(CancellationToken.None);
        Assert.Empty(await demo.App.Services.GetRequiredService<RunTable>().TasksAsync(CancellationToken.None));
        Assert.Equal(1, (await demo.App.GetAsync("/api/reports")).GetProperty("reports").GetArrayLength());
    }

    // Half an hour after the task is due on that day.
    private static async Task DayAsync(Team team, TaskHost host, int day)
    {
        team.Time.SetUtcNow(Team.Start.AddDays(day - 1).AddHours(2.5));
        await host.SettleAsync();
        await host.WorkAsync();
    }

    // As a crash between claiming and queueing leaves it.
    private static async Task ForgetAsync(TaskHost host, string task)
    {
        var occurrences = await host.Storage.TableAsync(TableNames.Occurrences, CancellationToken.None);
        await occurrences.UpdateEntityAsync(new TableEntity(task, "cursor") { ["Sent"] = Team.Start }, Azure.ETag.All, TableUpdateMode.Merge);
        await host.Runs.CleanAsync(task, null, CancellationToken.None);
    }
}
