using System.Text.Json;
using StoreClaw.Common;
using StoreClaw.Connections;
using StoreClaw.Connectors;
using StoreClaw.Reports.Research;
using StoreClaw.Tasks;
using StoreClaw.Tests.Reports;
using StoreClaw.Tests.Reports.Research;

namespace StoreClaw.Tests.Tasks;

/// <summary>Kinds that need other connections than shops.</summary>
public sealed class ResearchTaskTests
{
    private static readonly TaskInput Research = TaskHost.Daily with
    {
        Name = "Market",
        Kind = "market-research",
        Connections = ["research"],
        Parameters = JsonElement.Parse("""{"marketplace":"US","asins":["B000000001"]}"""),
    };

    [Fact]
    public async Task A_task_is_refused_with_the_connections_it_can_do_nothing_with()
    {
        var (_, host) = await NewAsync();

        var shop = await RefusedAsync(host, Research with { Connections = ["research", "shop"] });
        Assert.Contains("needs connections that can research; 'shop' cannot", shop, StringComparison.Ordinal);
        Assert.Contains("SellerSprite", shop, StringComparison.Ordinal);
        var research = await RefusedAsync(host, TaskHost.Daily with { Connections = ["shop", "research"] });
        Assert.Contains("needs connections that can read-orders; 'research' cannot", research, StringComparison.Ordinal);
        Assert.Contains("Shopify", research, StringComparison.Ordinal);
        var shelves = await RefusedAsync(host, TaskHost.Daily with { Kind = "inventory-review", Parameters = null, Connections = ["shop", "research"] });
        Assert.Contains("needs connections that can read-orders and read-stock; 'research' cannot", shelves, StringComparison.Ordinal);
        Assert.Contains("Shopify", shelves, StringComparison.Ordinal);
        await host.CreateAsync(Research);
        await host.CreateAsync(TaskHost.Daily);
        await host.CreateAsync(TaskHost.Daily with { Kind = "inventory-review", Parameters = null });
    }

    [Fact]
    public async Task A_store_that_does_not_let_the_kind_read_what_it_needs_is_refused()
    {
        var (team, host) = await NewAsync();
        team.Connections.Add(OrderList.Connection("shy") with { Granted = ["read_products", "read_inventory", "read_orders"] });
        await host.CreateAsync(TaskHost.Daily with { Connections = ["shop", "shy"] });

        var refused = await RefusedAsync(host, TaskHost.Daily with { Kind = "inventory-review", Parameters = null, Connections = ["shop", "shy"] });

        Assert.Equal("'shy' was not granted read_locations, which the kind inventory-review needs. Grant it to the app on Shopify and connect the store again.", refused);
    }

    [Fact]
    public async Task What_a_connector_brought_that_is_no_more_can_still_be_reported_on()
    {
        var (team, host) = await NewAsync();
        team.Connections.Add(OrderList.Connection("old") with { Connector = "myspace" });
        await host.CreateAsync(TaskHost.Daily with { Connections = ["old"] });
    }

    [Fact]
    public async Task The_weekly_research_is_offered_once_an_account_is_connected_and_shops_are_kept_out_of_it()
    {
        var (team, host) = await NewAsync();
        var templates = await host.Templates.ListAsync(CancellationToken.None);
        Assert.Equal(["daily-sales", "weekly-sales", "weekly-business-review", "monthly-business-review", "monthly-customer-summary", "weekly-inventory-review", "weekly-market-research"], templates.Select(static template => template.Id));
        Assert.All(templates, static template => Assert.Equal(template.Id == "weekly-market-research" ? """["research"]""" : """["shop"]""", JsonSerializer.SerializeToElement(template.Task, JsonText.Options).GetProperty("connections").GetRawText()));
        await host.CreateAsync(JsonSerializer.SerializeToElement(templates[^1].Task, JsonText.Options).Deserialize<TaskInput>(JsonText.Options)!);

        team.Connections.RemoveAt(1);
        Assert.Equal(["daily-sales", "weekly-sales", "weekly-business-review", "monthly-business-review", "monthly-customer-summary", "weekly-inventory-review"], (await host.Templates.ListAsync(CancellationToken.None)).Select(static template => template.Id));
    }

    [Fact]
    public async Task Each_report_is_held_against_the_same_tasks_one_of_an_earlier_day()
    {
        var (team, host) = await NewAsync();
        team.Market.Products.Add(MarketList.Product("B000000001", price: 20m));
        var (task, other) = (await host.CreateAsync(Research), await host.CreateAsync(Research));
        var first = await RunAsync(team, host, task);
        team.Market.Products[0] = MarketList.Product("B000000001", price: 30m);
        await RunAsync(team, host, other);
        var sameDay = await RunAsync(team, host, task);
        Assert.Null(sameDay.ComparedWith);

        team.Time.Advance(TimeSpan.FromDays(7));
        team.Market.Products[0] = MarketList.Product("B000000001", price: 33m);
        var nextWeek = await RunAsync(team, host, task);

        Assert.Equal(sameDay.Id, nextWeek.ComparedWith!.Id);
        Assert.Equal((30.00m, 3.00m, 10m), (nextWeek.Products[0].Change!.Price!.Before, nextWeek.Products[0].Change!.Price!.Change, nextWeek.Products[0].Change!.Price!.Percent));
        Assert.NotEqual(first.Id, sameDay.Id);
    }

    [Fact]
    public async Task A_run_without_any_answer_fails_with_the_cause()
    {
        var (team, host) = await NewAsync();
        team.Market.Fault = static (_, _) => FaultKind.QuotaExhausted;
        var task = await host.CreateAsync(Research);
        var id = await host.Tasks.RunAsync(task, null, CancellationToken.None);
        await host.WorkAsync();

        Assert.Equal((RunStatus.Failed, "It ended in QuotaExhausted."), ((await host.Tasks.FindRunAsync(task, id, CancellationToken.None)).Status, (await host.Tasks.FindRunAsync(task, id, CancellationToken.None)).Error));
        Assert.Equal("Task failed: Market", Assert.Single(team.Notifier.Notices).Message.English.Title);
    }

    private static async Task<(Team Team, TaskHost Host)> NewAsync()
    {
        var team = await Team.NewAsync();
        team.Connections.Add(MarketList.Connection());
        return (team, team.NewHost());
    }

    private static async Task<string> RefusedAsync(TaskHost host, TaskInput input)
    {
        var refused = await Assert.ThrowsAsync<ProblemException>(() => host.CreateAsync(input));
        Assert.Equal(422, refused.Problem.Status);
        return Assert.Single(refused.Problem.Errors!, static error => error.Key == "connections").Value;
    }

    private static async Task<MarketReport> RunAsync(Team team, TaskHost host, string task)
    {
        // Which of two reports of one second is the newer is not told.
        team.Time.Advance(TimeSpan.FromSeconds(1));
        var id = await host.Tasks.RunAsync(task, null, CancellationToken.None);
        await host.WorkAsync();
        var run = await host.Tasks.FindRunAsync(task, id, CancellationToken.None);
        return (MarketReport)(await host.Library.FindAsync(run.ReportId!, CancellationToken.None))!.Value.Report;
    }
}
