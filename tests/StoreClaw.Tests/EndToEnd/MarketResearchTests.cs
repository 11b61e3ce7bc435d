using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using StoreClaw.Connections;
using StoreClaw.Connectors;
using StoreClaw.Reports.Research;
using StoreClaw.Sandbox.SellerSprite;
using StoreClaw.Sandbox.WeCom;
using StoreClaw.Sync;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.EndToEnd;

/// <summary>A research account from its first connect to the message in the group, and what becomes of its calls.</summary>
public sealed class MarketResearchTests : IAsyncLifetime
{
    private const string Key = "canary0sellersprite0key0000000003";
    private const string Robot = "0f4b7a52-6f0a-4f6e-9c59-2f1f6c1d7a11";
    private const string Keywords = "/v1/keyword-research";
    private const string Products = "/v1/product/research";
    private const string LookUps = "/v1/product/competitor-lookup";

    private static readonly ResearchScope Nearly = new("US", null);

    private readonly ShiftedClock _clock = new();
    private SellerSpritePlatform _platform = null!;
    private SellerSpriteAccount _account = null!;
    private SellerSpriteMarket _market = null!;
    private WeComPlatform _weCom = null!;
    private TestApp _app = null!;

    public async Task InitializeAsync()
    {
        // Noon of a day that is not the month's last: no test runs over the end of either.
        var now = _clock.GetUtcNow();
        _clock.Shift(now.UtcDateTime.Date.AddDays(now.Day > 20 ? 12 : 1).AddHours(12) - now.UtcDateTime);
        _platform = await SellerSpritePlatform.StartAsync(_clock);
        _account = _platform.AddAccount(Key);
        _market = SellerSpriteMarket.Generate(5);
        _platform.SetMarket("US", _market);
        _weCom = await WeComPlatform.StartAsync(_clock);
        _weCom.AddRobot(Robot, "StoreClaw");
        _app = await Steps.StartAsync(_clock, ("Connectors:sellersprite:BaseUrl", _platform.BaseAddress.AbsoluteUri), ("Channels:WeCom:BaseUrl", _weCom.BaseAddress.AbsoluteUri));
    }

    public async Task DisposeAsync()
    {
        _app.Log.AssertFreeOf([Key]);
        await _app.DisposeAsync();
        await _weCom.DisposeAsync();
        await _platform.DisposeAsync();
    }

    [Fact]
    public async Task A_weekly_task_ends_with_the_market_in_the_group()
    {
        using var channel = await _app.Client.PutAsJsonAsync("/api/channels/wecom", new { webhookUrl = _weCom.WebhookUrl(Robot) });
        var connection = await ConnectAsync();
        await CheckShownAsync(connection);
        var own = new MarketProduct("B0CANARY01", "Harbor yoga mat, blue", "Harbor", 20, 100, 4.5, 4.6, 10, 500);
        _market.Put(own);
        var task = await CreateAsync(connection, """{"marketplace":"US","keywords":["yoga mat"],"asins":["B0CANARY01"]}""");

        var first = await _app.GetAsync($"/api/reports/{await RunAsync(task)}");
        var expected = _market.Keywords.Single(static keyword => keyword.Text == "yoga mat");
        var keyword = first.GetProperty("keywords")[0];
        Assert.Equal(expected.Searches, keyword.GetProperty("figures").GetProperty("searches").GetInt32());
        Assert.Equal(
            _market.Products.Where(static product => product.Title.Contains("yoga mat", StringComparison.Ordinal)).OrderByDescending(static product => product.Units).Take(10).Select(static product => product.Asin),
            keyword.GetProperty("bestSellers").EnumerateArray().Select(static product => product.GetProperty("asin").GetString()));
        var message = await MessageAsync(2);
        Assert.Contains($"Market research US, last 30 days · Main account", message, StringComparison.Ordinal);
        Assert.Contains("Harbor yoga mat, blue (B0CANARY01)", message, StringComparison.Ordinal);
        Assert.Contains(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{expected.Searches:#,##0} searches"), message, StringComparison.Ordinal);

        // Asked again on the same day, nothing is fetched; a week later the change shows.
        await RunAsync(task);
        Assert.Equal((1, 1, 1), (_platform.Log.Count(Keywords), _platform.Log.Count(Products), _platform.Log.Count(LookUps)));
        _market.Put(own with { Price = 15, Rank = 450 });
        _clock.Shift(TimeSpan.FromDays(7));
        await RunAsync(task);
        var later = await MessageAsync(4);
        Assert.Contains("**USD 15.00** (▼25%)", later, StringComparison.Ordinal);
        Assert.Contains("(▲50)", later, StringComparison.Ordinal);
        Assert.Empty(_platform.Log.Violations);
    }

    [Fact]
    public async Task Shops_and_research_are_kept_apart_in_tasks()
    {
        var connection = await ConnectAsync();
        using var sales = await _app.Client.PostAsJsonAsync("/api/tasks", Body(connection, "sales-report", """{"period":"yesterday"}"""));
        await sales.ProblemAsync(422, "INVALID_FIELDS", "parameter", "connections", connection, "read-orders");
        using var wrong = await _app.Client.PostAsJsonAsync("/api/tasks", Body(connection, "market-research", """{"marketplace":"ZZ"}"""));
        var problem = await wrong.ProblemAsync(422, "INVALID_FIELDS", "parameter", "US, JP");
        Assert.Equal(["parameters.keywords", "parameters.marketplace"], problem.GetProperty("errors").EnumerateObject().Select(static error => error.Name).Order());
    }

    [Fact]
    public async Task A_used_up_plan_leaves_holes_then_fails_and_is_not_asked_on_before_the_next_day()
    {
        var connection = await ConnectAsync();
        var task = await CreateAsync(connection, """{"marketplace":"US","keywords":["yoga mat","dog bed"]}""");
        _account.MonthlyCalls = 3;

        var report = await _app.GetAsync($"/api/reports/{await RunAsync(task)}");
        Assert.Equal(("best-sellers", "dog bed", "quota-exhausted"), (Missing(report, "part"), Missing(report, "name"), Missing(report, "cause")));
        Assert.Equal(10, report.GetProperty("keywords")[0].GetProperty("bestSellers").GetArrayLength());

        var other = await CreateAsync(connection, """{"marketplace":"US","keywords":["desk lamp"]}""");
        var refused = await RunAsync(other, "failed");
        Assert.Contains("used up", refused, StringComparison.Ordinal);
        Assert.Equal((2, 2), (_platform.Log.Count(Keywords), _platform.Log.Count(Products)));

        // A bigger plan holds at once for who connects anew, and for all the next day.
        _account.MonthlyCalls = 100;
        await ConnectAsync();
        await RunAsync(other);
        _account.MonthlyCalls = 5;
        await RunAsync(await CreateAsync(connection, """{"marketplace":"US","keywords":["water bottle"]}"""), "failed");
        _account.MonthlyCalls = 100;
        _clock.Shift(TimeSpan.FromDays(1));
        Assert.Empty((await _app.GetAsync($"/api/reports/{await RunAsync(task)}")).GetProperty("missing").EnumerateArray());
    }

    [Fact]
    public async Task A_key_that_is_no_longer_good_is_told_once_and_asks_for_a_new_connect()
    {
        var connection = await ConnectAsync();
        var task = await CreateAsync(connection, """{"marketplace":"US","keywords":["yoga mat"],"asins":["B0CANARY01"]}""");
        _account.State = KeyState.Void;

        Assert.Contains("does not accept the key", await RunAsync(task, "failed"), StringComparison.Ordinal);
        Assert.Equal("reauthorization-required", await _app.StatusAsync(connection));
        Assert.Contains("not connected any more", await RunAsync(task, "failed"), StringComparison.Ordinal);
        Assert.Equal(1, _platform.Log.Count(LookUps) + _platform.Log.Count(Keywords));

        _account.State = KeyState.Good;
        Assert.Equal(connection, await ConnectAsync());
        await RunAsync(task);
    }

    [Fact]
    public async Task A_wrong_key_is_named()
    {
        using var answer = await _app.TryConnectAsync("sellersprite", new { apiKey = "canary0sellersprite0key0000000009", label = "Main account" });
        await answer.ProblemAsync(422, "CREDENTIALS_REJECTED", "authentication", "does not accept the key", "connect again");
    }

    [Fact]
    public async Task Who_ask_the_same_at_once_share_one_call()
    {
        var connection = (await _app.Services.GetRequiredService<IConnectionDirectory>().FindAsync(await ConnectAsync(), CancellationToken.None))!;
        var data = _app.Services.GetRequiredService<IMarketData>();

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => data.KeywordsAsync(connection, Nearly, "yoga mat", 15, CancellationToken.None)));

        Assert.All(answers, answer => Assert.Equal(answers[0], answer));
        Assert.Equal(1, _platform.Log.Count(Keywords));
        await data.KeywordsAsync(connection, new ResearchScope("US", _clock.GetUtcNow().ToString("yyyyMM")), "yoga mat", 15, CancellationToken.None);
        Assert.Equal(2, _platform.Log.Count(Keywords));
        _clock.Shift(TimeSpan.FromDays(1));
        await data.KeywordsAsync(connection, Nearly, "yoga mat", 15, CancellationToken.None);
        Assert.Equal(3, _platform.Log.Count(Keywords));
        await _app.Services.GetRequiredService<Housekeeping>().CleanAsync(CancellationToken.None);
        await data.KeywordsAsync(connection, Nearly, "yoga mat", 15, CancellationToken.None);
        Assert.Equal(3, _platform.Log.Count(Keywords));
    }

    private Task<string> ConnectAsync() => _app.ConnectAsync("sellersprite", new { apiKey = Key, label = "Main account" });

    private async Task CheckShownAsync(string connection)
    {
        var shown = await _app.ConnectionAsync(connection);
        Assert.Equal(("main account", "Main account", "connected", JsonValueKind.Null), (
            shown.GetProperty("store").GetString(), shown.GetProperty("name").GetString(), shown.GetProperty("status").GetString(), shown.GetProperty("webhookUrl").ValueKind));
        Assert.Empty(shown.GetProperty("sync").EnumerateObject());
        var connectors = (await _app.GetAsync("/api/connectors")).GetProperty("connectors").EnumerateArray();
        var own = connectors.Single(static connector => connector.GetProperty("id").GetString() == "sellersprite");
        Assert.Equal(("marketing", "credentials", """["research"]"""), (own.GetProperty("category").GetString(), own.GetProperty("authorization").GetString(), own.GetProperty("capabilities").GetRawText()));
    }

    /// <summary>The task of the template with other parameters; it is run by hand only.</summary>
    private async Task<string> CreateAsync(string connection, string parameters)
    {
        var templates = (await _app.GetAsync("/api/task-templates")).GetProperty("templates").EnumerateArray();
        var task = JsonNode.Parse(templates.Single(static template => template.GetProperty("id").GetString() == "weekly-market-research").GetProperty("task").GetRawText())!;
        Assert.Equal(connection, task["connections"]![0]!.GetValue<string>());
        task["parameters"] = JsonNode.Parse(parameters);
        task["enabled"] = false;
        return (await _app.PostAsync("/api/tasks", task, 201)).GetProperty("id").GetString()!;
    }

    private static object Body(string connection, string kind, string parameters) => new
    {
        name = "Task", kind, connections = new[] { connection }, schedule = new { cron = "0 0 9 * * *" }, timeZone = "UTC", parameters = JsonElement.Parse(parameters),
    };

    /// <summary>Runs the task; the report's id, or the error where it is to fail.</summary>
    private async Task<string> RunAsync(string task, string status = "succeeded")
    {
        var id = (await _app.PostAsync($"/api/tasks/{task}/run", new { }, 202)).GetProperty("runId").GetString();
        var run = await Eventually.GetAsync(() => _app.GetAsync($"/api/tasks/{task}/runs/{id}"), static run => run.GetProperty("status").GetString() is "succeeded" or "failed");
        Assert.True(run.GetProperty("status").GetString() == status, run.GetRawText());
        return run.GetProperty(status == "succeeded" ? "reportId" : "error").GetString()!;
    }

    private async Task<string> MessageAsync(int number) =>
        (await Eventually.GetAsync(() => Task.FromResult(_weCom.Messages(Robot)), messages => messages.Count >= number))[number - 1].Text;

    private static string? Missing(JsonElement report, string member) => Assert.Single(report.GetProperty("missing").EnumerateArray().ToList()).GetProperty(member).GetString();
}
