using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using StoreClaw.Alerts;
using StoreClaw.Notifications;
using StoreClaw.Storage;
using StoreClaw.Tasks;
using StoreClaw.Tests.EndToEnd;
using StoreClaw.Tests.Support;
using StoreClaw.Triggers;
using StoreClaw.Webhooks;

namespace StoreClaw.Tests.Alerts;

public sealed class AlertsApiTests
{
    [Fact]
    public async Task Alerts_are_listed_by_state_newest_first_in_the_contract_s_words()
    {
        await using var app = await TestApp.StartAsync(new TestAppOptions { Functions = [typeof(AlertsApi)] });
        var book = app.Services.GetRequiredService<AlertBook>();
        await book.SeenAsync(AlertHost.Sighting("first", AlertKind.StockLow, Urgency.Info), CancellationToken.None);
        await book.SeenAsync(AlertHost.Sighting("second", AlertKind.SyncFailing), CancellationToken.None);
        await book.SeenAsync(AlertHost.Sighting("third", AlertKind.TaskLate, Urgency.Critical, connection: null), CancellationToken.None);
        await book.GoneAsync(AlertKind.StockLow, "shop", "first", null, CancellationToken.None);

        Assert.Equal(["Trouble with third", "Trouble with second"], await CausesAsync(app, ""));
        Assert.Equal(["Trouble with third", "Trouble with second"], await CausesAsync(app, "?state=open"));
        Assert.Equal(["Trouble with first"], await CausesAsync(app, "?state=closed"));
        Assert.Equal(3, (await CausesAsync(app, "?state=all")).Count);
        var alert = (await app.GetAsync("/api/alerts")).GetProperty("alerts")[1];
        Assert.Equal(("sync-failing", "shop", "warning", "open", 1), (Text(alert, "kind"), Text(alert, "connection"), Text(alert, "severity"), Text(alert, "state"), alert.GetProperty("count").GetInt32()));
        Assert.StartsWith("sync-failing-", Text(alert, "id"), StringComparison.Ordinal);
        Assert.EndsWith("Z", Text(alert, "firstSeen"), StringComparison.Ordinal);
        Assert.Equal(Text(alert, "firstSeen"), Text(alert, "lastSeen"));

        using var wrong = await app.Client.GetAsync("/api/alerts?state=Opened");
        await wrong.ProblemAsync(422, "INVALID_FIELDS", "parameter", "open, closed or all");
    }

    [Fact]
    public async Task Mutes_are_made_shown_and_lifted()
    {
        await using var app = await TestApp.StartAsync(new TestAppOptions { Functions = [typeof(AlertsApi)] });
        var mute = await app.PostAsync("/api/alerts/mute", new { kind = "stock-low", until = "2100-01-01T00:00:00Z" });
        Assert.Equal("stock-low", Text(mute, "kind"));
        Assert.Equal(Text(mute, "id"), Text(Assert.Single((await app.GetAsync("/api/alerts/mutes")).GetProperty("mutes").EnumerateArray().ToList()), "id"));
        using var lifted = await app.Client.DeleteAsync($"/api/alerts/mutes/{Text(mute, "id")}");
        Assert.Equal(204, (int)lifted.StatusCode);
        Assert.Empty((await app.GetAsync("/api/alerts/mutes")).GetProperty("mutes").EnumerateArray());
        using var again = await app.Client.DeleteAsync($"/api/alerts/mutes/{Text(mute, "id")}");
        await again.ProblemAsync(404, "NOT_FOUND", "parameter");
    }

    [Theory]
    [InlineData("""{"kind":"stock","until":"2100-01-01T00:00:00Z"}""", "kind", "stock-low, stock-out")]
    [InlineData("""{"connection":"nobody","until":"2100-01-01T00:00:00Z"}""", "connection", "nobody")]
    [InlineData("""{"until":"2020-01-01T00:00:00Z"}""", "until", "in the future")]
    [InlineData("{}", "until", "in the future")]
    public async Task A_mute_that_cannot_be_is_refused_with_what_to_give(string body, string field, string words)
    {
        await using var app = await TestApp.StartAsync(new TestAppOptions { Functions = [typeof(AlertsApi)] });
        using var answer = await app.Client.PostAsync("/api/alerts/mute", Steps.Json(body));
        var problem = await answer.ProblemAsync(422, "INVALID_FIELDS", "parameter", words);
        Assert.Equal([field], problem.GetProperty("errors").EnumerateObject().Select(static error => error.Name));
    }

    [Fact]
    public async Task Parked_messages_are_one_alert_a_queue_and_store_until_none_is_left()
    {
        await using var demo = await DemoApp.StartAsync(new TestAppOptions { Functions = [typeof(ConnectionsApi), typeof(EventsApi), typeof(AlertsApi)] });
        var (parking, checks) = (demo.App.Services.GetRequiredService<ParkingLot>(), demo.App.Services.GetRequiredService<AlertChecks>());
        for (var i = 0; i < 3; i++)
        {
            await parking.ParkAsync(QueueNames.StoreSync, $$$"""{"body":{"connection":"{{{demo.Connection}}}"}}""", new IOException("It broke."), 5, CancellationToken.None);
        }

        await checks.RunAsync(new AlertCheck(AlertTable.App) { All = true }, CancellationToken.None);
        var alert = Assert.Single((await demo.App.GetAsync("/api/alerts")).GetProperty("alerts").EnumerateArray().ToList());
        Assert.Equal(("parked", demo.Connection, 3), (Text(alert, "kind"), Text(alert, "connection"), alert.GetProperty("count").GetInt32()));
        Assert.Contains("It broke.", Assert.Single(demo.Notifier.Notices).Message.English.Title, StringComparison.Ordinal);

        foreach (var parked in (await demo.App.GetAsync("/api/parked")).GetProperty("parked").EnumerateArray())
        {
            await demo.App.PostAsync($"/api/parked/{Text(parked, "id")}/replay", new { }, 202);
        }

        await checks.RunAsync(new AlertCheck(AlertTable.App) { All = true }, CancellationToken.None);
        Assert.Equal("Nothing is set aside any more", demo.Notifier.Notices.Last().Message.English.Title);
        Assert.Empty(await CausesAsync(demo.App, ""));
    }

    [Fact]
    public async Task A_task_that_does_not_run_is_told_and_over_once_it_has()
    {
        var time = new ManualTime(new DateTimeOffset(2026, 3, 2, 6, 0, 0, TimeSpan.Zero));
        await using var demo = await DemoApp.StartAsync(new TestAppOptions
        {
            Services = services => services.AddSingleton<TimeProvider>(time),
            Functions = [typeof(ConnectionsApi), typeof(TasksApi), typeof(AlertsApi)],
        });
        var checks = demo.App.Services.GetRequiredService<AlertChecks>();
        await demo.App.PostAsync(
            "/api/tasks", new { name = "Morning", kind = "sales-report", connections = new[] { demo.Connection }, schedule = new { cron = "0 0 8 * * *" }, timeZone = "UTC", parameters = new { period = "yesterday" } }, 201);
        time.Advance(TimeSpan.FromHours(2) + TimeSpan.FromMinutes(5));
        await checks.RunAsync(new AlertCheck(AlertTable.App) { All = true }, CancellationToken.None);
        Assert.Empty(demo.Notifier.Notices);
        time.Advance(TimeSpan.FromMinutes(10));
        await checks.RunAsync(new AlertCheck(AlertTable.App) { All = true }, CancellationToken.None);
        Assert.Equal("Task late: Morning has been due since 2026-03-02 08:00 UTC and has not run", Assert.Single(demo.Notifier.Notices).Message.English.Title);

        await demo.App.Services.GetRequiredService<DueTasks>().SettleAsync(CancellationToken.None);
        var run = Assert.Single(await demo.App.Services.GetRequiredService<RunTable>().ListAsync((await demo.App.GetAsync("/api/tasks")).GetProperty("tasks")[0].GetProperty("id").GetString()!, 10, CancellationToken.None));
        await demo.App.Services.GetRequiredService<TaskRunner>().RunAsync(new RunMessage(run.TaskId, run.Id, run.Trigger, run.AsOf, run.Due, run.QueuedAt), "message", CancellationToken.None);
        await checks.RunAsync(new AlertCheck(AlertTable.App) { All = true }, CancellationToken.None);
        Assert.Empty(await CausesAsync(demo.App, ""));
    }

    private static async Task<IReadOnlyList<string?>> CausesAsync(TestApp app, string query) =>
        [.. (await app.GetAsync($"/api/alerts{query}")).GetProperty("alerts").EnumerateArray().Select(static alert => Text(alert, "cause"))];

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();
}
