using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using StoreClaw.Notifications;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Shopify;
using StoreClaw.Sandbox.WooCommerce;
using StoreClaw.Tests.Reports;
using StoreClaw.Tests.Support;
using StoreClaw.Triggers;

namespace StoreClaw.Tests.EndToEnd;

/// <summary>Two shops with the same articles on two platforms: what a task proposes, who may say yes to it, and what then stands on the platforms.</summary>
public sealed class StockSyncTests : IAsyncLifetime
{
    private const string Domain = "harbor-pine.myshopify.com";
    private const string Secret = "shpss_canary_2002";
    private const string SiteUrl = "https://harbor-pine.example/shop";

    private readonly ShiftedClock _clock = new();
    private readonly RecordingNotifier _notifier = new();
    private ShopifyPlatform _shopify = null!;
    private WooCommercePlatform _woo = null!;
    private SimStore _first = null!;
    private SimStore _second = null!;
    private TestApp _app = null!;
    private string _firstId = null!;
    private string _secondId = null!;
    private IReadOnlyList<string> _skus = [];

    public async Task InitializeAsync()
    {
        var profile = ShopProfile.AmericanFashion with { Locations = ["Newark"] };
        (_first, _second) = (Steps.SmallShop(profile, _clock), Steps.SmallShop(profile with { FirstId = 1_001 }, _clock));
        _skus = [.. Skus(_first).Intersect(Skus(_second)).Order().Take(4)];
        _shopify = await ShopifyPlatform.StartAsync(new ShopifyPlatformOptions { Time = _clock });
        _shopify.AddShop(Domain, _first, "client-1", Secret, ["read_orders", "read_products", "read_locations", "read_customers", "write_inventory"]);
        _woo = await WooCommercePlatform.StartAsync(_clock);
        var key = _woo.AddSite(SiteUrl, _second).CreateKey();
        foreach (var (sku, first, second) in new[] { (_skus[0], 40, 25), (_skus[1], 12, 12), (_skus[2], 50, 5), (_skus[3], 60, 6) })
        {
            Put(_first, sku, first);
            Put(_second, sku, second);
        }

        _clock.Shift(TimeSpan.FromMinutes(1));
        _app = await Steps.StartAsync(
            _clock,
            services => services.AddSingleton<INotifier>(_notifier),
            ("Connectors:shopify:BaseUrl", _shopify.BaseUrl),
            ("Connectors:woocommerce:BaseUrl", _woo.BaseAddress.AbsoluteUri));
        _firstId = await _app.ConnectAsync("shopify", new { shopDomain = Domain, clientId = "client-1", clientSecret = Secret });
        _secondId = await _app.ConnectAsync("woocommerce", new { siteUrl = SiteUrl, consumerKey = key.ConsumerKey, consumerSecret = key.ConsumerSecret });
        await _app.SyncedAsync(_firstId);
        await _app.SyncedAsync(_secondId);
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        await _woo.DisposeAsync();
        await _shopify.DisposeAsync();
    }

    [Fact]
    public async Task Nothing_changes_on_a_platform_before_somebody_approves_just_that()
    {
        var task = await CreateAsync(_firstId, buffer: 2, _skus[0], _skus[1]);
        var (run, approval) = await ProposeAsync(task);
        Assert.Equal((25, 12), (Level(_second, _skus[0]), Level(_second, _skus[1])));
        Assert.Equal([(25, 38), (12, 10)], approval.GetProperty("actions").EnumerateArray().Select(static action => (action.GetProperty("from").GetInt32(), action.GetProperty("to").GetInt32())));
        Assert.All(approval.GetProperty("actions").EnumerateArray(), action => Assert.Equal(("set-stock", _secondId), (Text(action, "kind"), Text(action, "connection"))));
        Assert.Equal((task, Text(run, "runId")), (Text(approval, "task"), Text(approval, "run")));
        await CheckReportAsync(Text(run, "reportId"));
        await RefuseWrongDecisionsAsync(approval);
        Assert.Equal((25, 12), (Level(_second, _skus[0]), Level(_second, _skus[1])));

        // Many say yes at once: one of them is heard.
        var statuses = await Task.WhenAll(Enumerable.Range(0, 6).Select(number => DecideAsync(approval, "approve", $"Person {number}")));
        Assert.Equal([HttpStatusCode.OK, .. Enumerable.Repeat(HttpStatusCode.Conflict, 5)], statuses.Order());
        var ended = await EndedAsync(task, run);
        Assert.Equal(("succeeded", Text(run, "reportId")), (Text(ended, "status"), Text(ended, "reportId")));
        Assert.Equal((38, 10, 40, 12), (Level(_second, _skus[0]), Level(_second, _skus[1]), Level(_first, _skus[0]), Level(_first, _skus[1])));

        var done = await _app.GetAsync($"/api/approvals/{Text(approval, "id")}");
        Assert.Equal("done", Text(done, "state"));
        Assert.StartsWith("Person ", Text(done, "by"), StringComparison.Ordinal);
        Assert.All(done.GetProperty("results").EnumerateArray(), static result => Assert.Equal(("done", "WooCommerce has set it."), (Text(result, "outcome"), Text(result, "answer"))));
        Assert.Equal([Text(approval, "id")], await IdsAsync("done"));
        Assert.Empty(await IdsAsync("pending"));
        Assert.Equal($"Done: Same stock\nAll 2 changes were made. Approved by {Text(done, "by")}.", Rendered.Text(_notifier.Notices.Last().Message.English));
    }

    [Fact]
    public async Task A_level_that_changed_on_the_platform_meanwhile_is_not_overwritten()
    {
        var task = await CreateAsync(_secondId, buffer: 0, _skus[2], _skus[3]);
        var (run, approval) = await ProposeAsync(task);
        Put(_first, _skus[2], 49);

        Assert.Equal(HttpStatusCode.OK, await DecideAsync(approval, "approve", "Ann"));

        var ended = await EndedAsync(task, run);
        Assert.Equal("failed", Text(ended, "status"));
        Assert.StartsWith("1 of 2 changes were not made", Text(ended, "error"), StringComparison.Ordinal);
        Assert.Equal((49, 6), (Level(_first, _skus[2]), Level(_first, _skus[3])));
        var results = (await _app.GetAsync($"/api/approvals/{Text(approval, "id")}")).GetProperty("results");
        Assert.Equal(("changed", 49, "done"), (Text(results[0], "outcome"), results[0].GetProperty("found").GetInt32(), Text(results[1], "outcome")));

        // The one item refused the whole call, and then itself.
        Assert.All(_shopify.Log.Violations, static violation => Assert.StartsWith("CHANGE_FROM_QUANTITY_STALE", violation.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_stands_there_already_counts_as_done_and_what_is_refused_or_late_is_not_done()
    {
        var task = await CreateAsync(_firstId, buffer: 0, _skus[0]);
        var (run, approval) = await ProposeAsync(task);
        Put(_second, _skus[0], 40);
        Assert.Equal(HttpStatusCode.OK, await DecideAsync(approval, "approve", "Ann"));
        Assert.Equal("succeeded", Text(await EndedAsync(task, run), "status"));

        Put(_second, _skus[0], 25);
        (run, approval) = await ProposeAsync(task);
        Assert.Equal(HttpStatusCode.OK, await DecideAsync(approval, "refuse", "Bob"));
        Assert.Equal(("failed", "Refused by Bob. Nothing was changed."), (Text(await EndedAsync(task, run), "status"), Text(await EndedAsync(task, run), "error")));
        Assert.Equal(HttpStatusCode.Conflict, await DecideAsync(approval, "approve", "Ann"));

        (run, approval) = await ProposeAsync(task);
        _clock.Shift(TimeSpan.FromHours(24));
        Assert.Equal([Text(approval, "id")], await IdsAsync("expired"));
        using var late = await _app.Client.PostAsJsonAsync($"/api/approvals/{Text(approval, "id")}", new { decision = "approve", by = "Ann", hash = Text(approval, "hash") });
        await late.ProblemAsync(409, "APPROVAL_EXPIRED", "parameter", "in time", "run the task again");
        await ActivatorUtilities.CreateInstance<DueTasksFunction>(_app.Services).RunAsync(new TimerInfo(), CancellationToken.None);
        Assert.Equal("Nobody approved it in time. Nothing was changed.", Text(await EndedAsync(task, run), "error"));
        Assert.Equal(25, Level(_second, _skus[0]));
    }

    private async Task CheckReportAsync(string? id)
    {
        var report = await _app.GetAsync($"/api/reports/{id}");
        Assert.Equal(("stock-sync", 2, 2), (Text(report, "kind"), report.GetProperty("compared").GetInt32(), report.GetProperty("proposals").GetArrayLength()));
        foreach (var type in new[] { "text/markdown", "text/html" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/reports/{id}");
            request.Headers.Add("Accept", type);
            using var response = await _app.Client.SendAsync(request);
            Assert.Contains("Stock sync: 2 changes proposed", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    private async Task RefuseWrongDecisionsAsync(JsonElement approval)
    {
        var (path, hash) = ($"/api/approvals/{Text(approval, "id")}", Text(approval, "hash"));
        using var differs = await _app.Client.PostAsJsonAsync(path, new { decision = "approve", by = "Ann", hash = new string('0', 64) });
        await differs.ProblemAsync(409, "APPROVAL_DIFFERS", "parameter", "read the approval again");
        using var nobody = await _app.Client.PostAsJsonAsync(path, new { decision = "approve", hash });
        await nobody.ProblemAsync(422, "INVALID_FIELDS", "parameter", "by:");
        using var maybe = await _app.Client.PostAsJsonAsync(path, new { decision = "maybe", by = "Ann", hash = "" });
        Assert.Equal(["decision", "hash"], (await maybe.ProblemAsync(422, "INVALID_FIELDS", "parameter")).GetProperty("errors").EnumerateObject().Select(static error => error.Name));
        using var unknown = await _app.Client.PostAsJsonAsync("/api/approvals/20260101T000000Z-abcdefghjk", new { decision = "approve", by = "Ann", hash });
        await unknown.ProblemAsync(404, "NOT_FOUND", "parameter", "approval");
        using var none = await _app.Client.GetAsync("/api/approvals/nothing");
        await none.ProblemAsync(404, "NOT_FOUND", "parameter");
        using var state = await _app.Client.GetAsync("/api/approvals?state=open");
        await state.ProblemAsync(422, "INVALID_FIELDS", "parameter", "pending, approved, refused, expired, done, failed");
        using var stranger = new HttpClient { BaseAddress = _app.Client.BaseAddress };
        using var keyless = await stranger.PostAsJsonAsync(path, new { decision = "approve", by = "Ann", hash });
        Assert.Equal(HttpStatusCode.Unauthorized, keyless.StatusCode);
    }

    private async Task<string> CreateAsync(string source, int buffer, params string[] skus) => Text(
        await _app.PostAsync(
            "/api/tasks",
            new
            {
                name = "Same stock",
                kind = "stock-sync",
                connections = new[] { _firstId, _secondId },
                schedule = new { cron = "0 0 6 * * *" },
                timeZone = "UTC",
                parameters = new { skus, source, buffer },
                enabled = false,
            },
            201),
        "id")!;

    /// <summary>Runs the task up to where it waits: the run and its approval.</summary>
    private async Task<(JsonElement Run, JsonElement Approval)> ProposeAsync(string task)
    {
        var id = Text(await _app.PostAsync($"/api/tasks/{task}/run", new { }, 202), "runId");
        var run = await Eventually.GetAsync(() => _app.GetAsync($"/api/tasks/{task}/runs/{id}"), static run => Text(run, "status") is "awaiting-approval" or "succeeded" or "failed");
        Assert.True(Text(run, "status") == "awaiting-approval", run.GetRawText());
        return (run, Assert.Single((await _app.GetAsync("/api/approvals?state=pending")).GetProperty("approvals").EnumerateArray().ToList()));
    }

    private Task<JsonElement> EndedAsync(string task, JsonElement run) =>
        Eventually.GetAsync(() => _app.GetAsync($"/api/tasks/{task}/runs/{Text(run, "runId")}"), static run => Text(run, "status") is "succeeded" or "failed");

    private async Task<HttpStatusCode> DecideAsync(JsonElement approval, string decision, string by)
    {
        using var response = await _app.Client.PostAsJsonAsync($"/api/approvals/{Text(approval, "id")}", new { decision, by, hash = Text(approval, "hash") });
        return response.StatusCode;
    }

    private async Task<IEnumerable<string?>> IdsAsync(string state) =>
        (await _app.GetAsync($"/api/approvals?state={state}")).GetProperty("approvals").EnumerateArray().Select(static approval => Text(approval, "id"));

    private static IEnumerable<string> Skus(SimStore store) => store.Products.SelectMany(static product => product.Variants).Select(static variant => variant.Sku);

    private static int Level(SimStore store, string sku) => store.FindVariant(sku)!.Value.Variant.Stock;

    private static void Put(SimStore store, string sku, int level) => store.SetStock(store.FindVariant(sku)!.Value.Variant.Id, level);

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();
}
