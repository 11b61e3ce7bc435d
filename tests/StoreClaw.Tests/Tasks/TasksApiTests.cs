using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Tasks;

/// <summary>The doors, over the whole app.</summary>
public sealed class TasksApiTests
{
    [Fact]
    public async Task A_template_becomes_a_task_a_run_and_a_report_in_every_rendering()
    {
        await using var demo = await DemoApp.StartAsync();
        var app = demo.App;
        var templates = (await app.GetAsync("/api/task-templates")).GetProperty("templates");
        Assert.Equal(["daily-sales", "weekly-sales", "weekly-business-review", "monthly-business-review", "monthly-customer-summary"], templates.EnumerateArray().Select(static template => template.GetProperty("id").GetString()));
        var task = await app.PostAsync("/api/tasks", templates[0].GetProperty("task"), 201);
        var id = task.GetProperty("id").GetString();
        Assert.Equal([demo.Connection], task.GetProperty("connections").EnumerateArray().Select(static connection => connection.GetString()));
        Assert.NotNull(task.GetProperty("nextDue").GetString());
        Assert.Equal(JsonValueKind.Null, task.GetProperty("lateBy").ValueKind);

        var runId = (await app.PostAsync($"/api/tasks/{id}/run", new { asOf = "2026-03-02T08:00:00+01:00" }, 202)).GetProperty("runId").GetString();
        var run = await Eventually.GetAsync(() => app.GetAsync($"/api/tasks/{id}/runs/{runId}"), static run => run.GetProperty("status").GetString() is "succeeded" or "failed");
        Assert.Equal("succeeded", run.GetProperty("status").GetString());
        Assert.Equal("2026-03-02T07:00:00Z", run.GetProperty("asOf").GetString());
        var reportId = run.GetProperty("reportId").GetString();
        Assert.Equal(runId, (await app.GetAsync($"/api/tasks/{id}/runs")).GetProperty("runs")[0].GetProperty("runId").GetString());
        Assert.Equal(reportId, (await app.GetAsync("/api/reports?kind=sales-report")).GetProperty("reports")[0].GetProperty("id").GetString());

        var report = await app.GetAsync($"/api/reports/{reportId}");
        Assert.Equal((reportId, "sales-report"), (report.GetProperty("id").GetString(), report.GetProperty("kind").GetString()));
        await AssertRendersAsync(app, $"/api/reports/{reportId}", null, "application/json", "{");
        await AssertRendersAsync(app, $"/api/reports/{reportId}", "text/markdown", "text/markdown", "# Sales on Sun 1 Mar 2026");
        await AssertRendersAsync(app, $"/api/reports/{reportId}", "text/html,application/xhtml+xml,*/*;q=0.8", "text/html", "<!DOCTYPE html>");
        await AssertRendersAsync(app, $"/api/reports/{reportId}", "*/*", "application/json", "{");
        await AssertRendersAsync(app, $"/api/reports/{reportId}", "application/json;q=0.1, text/*;q=0.5", "text/markdown", "# Sales");
        Assert.Equal(HttpStatusCode.NotAcceptable, (await GetAsync(app, $"/api/reports/{reportId}", "image/png")).StatusCode);

        var notice = (await Eventually.GetAsync(() => Task.FromResult(demo.Notifier.Notices), static notices => notices.Count > 0)).Single();
        await AssertOpensAsync(app, notice.Message.English.Lines[^1].Spans[0].Url!.PathAndQuery);
    }

    [Fact]
    public async Task A_task_can_be_read_changed_and_written()
    {
        await using var demo = await DemoApp.StartAsync();
        var app = demo.App;
        var id = (await app.PostAsync("/api/tasks", Body(demo), 201)).GetProperty("id").GetString();
        var read = JsonNode.Parse((await app.GetAsync($"/api/tasks/{id}")).GetRawText())!;
        read["name"] = "Renamed";
        read["schedule"] = JsonNode.Parse("""{"every":"PT6H"}""");
        read["enabled"] = false;
        var written = await app.Client.PutAsJsonAsync($"/api/tasks/{id}", read);
        Assert.Equal(HttpStatusCode.OK, written.StatusCode);
        var task = (await app.GetAsync("/api/tasks")).GetProperty("tasks")[0];
        Assert.Equal(("Renamed", """{"every":"PT6H"}""", false), (task.GetProperty("name").GetString(), task.GetProperty("schedule").GetRawText(), task.GetProperty("enabled").GetBoolean()));
        Assert.Equal(JsonValueKind.Null, task.GetProperty("nextDue").ValueKind);
        Assert.Equal(HttpStatusCode.NoContent, (await app.Client.DeleteAsync($"/api/tasks/{id}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await app.Client.GetAsync($"/api/tasks/{id}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await app.Client.PostAsync($"/api/tasks/{id}/run", null)).StatusCode);
    }

    [Fact]
    public async Task What_is_wrong_is_told_field_by_field()
    {
        await using var demo = await DemoApp.StartAsync();
        await RefusedAsync(demo, "{}", "name", "connections", "timeZone", "schedule", "kind");
        await RefusedAsync(demo, """{"name":""}""", "name");
        await RefusedAsync(demo, """{"kind":"sales"}""", "kind");
        await RefusedAsync(demo, """{"connections":["nobody"]}""", "connections");
        await RefusedAsync(demo, """{"connections":[]}""", "connections");
        await RefusedAsync(demo, """{"timeZone":"Pacific Standard Time"}""", "timeZone");
        await RefusedAsync(demo, """{"timeZone":null}""", "timeZone");
        await RefusedAsync(demo, """{"schedule":{"cron":"0 0 9 30 2 *"}}""", "schedule.cron");
        await RefusedAsync(demo, """{"schedule":{"every":"PT10M"}}""", "schedule.every");
        await RefusedAsync(demo, """{"schedule":{"cron":"0 0 9 * * *","every":"PT6H"}}""", "schedule");
        await RefusedAsync(demo, """{"parameters":{"period":"today"}}""", "parameters.period");
        await RefusedAsync(demo, """{"parameters":{"days":7}}""", "parameters.days");
        await RefusedAsync(demo, """{"parameters":7}""", "parameters");
        await RefusedAsync(demo, """{"deliverTo":["wecom","pigeon"]}""", "deliverTo");
        await RefusedAsync(demo, """{"missed":"some"}""", "missed");
        await RefusedAsync(demo, """{"nmae":"x"}""", "nmae");
    }

    [Fact]
    public async Task A_run_is_asked_for_with_a_sensible_now()
    {
        await using var demo = await DemoApp.StartAsync();
        var id = (await demo.App.PostAsync("/api/tasks", Body(demo), 201)).GetProperty("id").GetString();
        await demo.App.PostAsync($"/api/tasks/{id}/run", new { asOf = "1999-12-31T00:00:00Z" }, 422);
        await demo.App.PostAsync($"/api/tasks/{id}/run", new { at = "2026-01-01T00:00:00Z" }, 400);
        using var bare = await demo.App.Client.PostAsync($"/api/tasks/{id}/run", null);
        Assert.Equal(HttpStatusCode.Accepted, bare.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await demo.App.Client.GetAsync($"/api/tasks/{id}/runs/nothing")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await demo.App.Client.GetAsync("/api/reports/20260101T000000Z-abcdefghjk")).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await demo.App.Client.GetAsync("/api/reports?kind=weather")).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await demo.App.Client.GetAsync("/api/reports?from=yesterday")).StatusCode);
    }

    private static JsonObject Body(DemoApp demo) => new()
    {
        ["name"] = "Morning",
        ["kind"] = "sales-report",
        ["connections"] = new JsonArray(demo.Connection),
        ["schedule"] = new JsonObject { ["cron"] = "0 0 9 * * *" },
        ["timeZone"] = "Asia/Shanghai",
        ["parameters"] = new JsonObject { ["period"] = "yesterday" },
        ["deliverTo"] = new JsonArray("wecom"),
        ["missed"] = "latest",
        ["enabled"] = true,
    };

    // The members given take the place of a good body's; "{}" stands alone.
    private static async Task RefusedAsync(DemoApp demo, string members, params string[] fields)
    {
        var changes = JsonNode.Parse(members)!.AsObject();
        var body = changes.Count == 0 ? [] : Body(demo);
        foreach (var (name, value) in changes)
        {
            body[name] = value?.DeepClone();
        }

        var problem = await demo.App.PostAsync("/api/tasks", body, 422);
        Assert.Equal("INVALID_FIELDS", problem.GetProperty("error_code").GetString());
        Assert.Equal(fields.Order(), problem.GetProperty("errors").EnumerateObject().Select(static error => error.Name).Order());
    }

    private static async Task AssertRendersAsync(TestApp app, string path, string? accept, string type, string start)
    {
        using var response = await GetAsync(app, path, accept);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(type, response.Content.Headers.ContentType!.MediaType);
        Assert.StartsWith(start, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    // Without a key; the page may load nothing and hand its address to nobody.
    private static async Task AssertOpensAsync(TestApp app, string path)
    {
        using var client = new HttpClient { BaseAddress = app.Client.BaseAddress };
        using var page = await client.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.StartsWith("default-src 'none'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("no-referrer", page.Headers.GetValues("Referrer-Policy").Single());
        using var forged = await client.GetAsync(path[..^9] + (path[^9] == 'A' ? 'B' : 'A') + path[^8..]);
        Assert.Equal(HttpStatusCode.Forbidden, forged.StatusCode);
        Assert.Contains("This link no longer opens", await forged.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/api" + path.Split('?')[0])).StatusCode);
    }

    private static async Task<HttpResponseMessage> GetAsync(TestApp app, string path, string? accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (accept is not null)
        {
            request.Headers.Add("Accept", accept);
        }

        return await app.Client.SendAsync(request);
    }
}
