using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using StoreClaw.Commerce;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.WooCommerce;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.EndToEnd;

/// <summary>A store's shelves from its first reading and its webhooks to the report.</summary>
public sealed class InventoryReviewTests : WooCommerceShop
{
    [Fact]
    public async Task The_weekly_task_tells_what_is_out_and_what_to_order()
    {
        var key = Site.CreateKey();
        var id = await App.ConnectAsync("woocommerce", new { siteUrl = SiteUrl, consumerKey = key.ConsumerKey, consumerSecret = key.ConsumerSecret });
        await App.SyncedAsync(id);
        var (gone, full) = (Sold()[0], Sold()[1]);
        await SetStockAsync(id, gone, 30);
        await SetStockAsync(id, gone, 18);
        await SetStockAsync(id, gone, 0);
        await SetStockAsync(id, full, 90_000);
        Assert.Equal((12 + 18, true), await TraceAsync(id, gone));

        var task = await CreateAsync(id);
        var reportId = await RunAsync(task);
        var report = await App.GetAsync($"/api/reports/{reportId}");
        var (first, last) = (Item(report, gone.Sku), Item(report, full.Sku));
        Assert.Equal(("out", 0, id), (first.GetProperty("status").GetString(), first.GetProperty("onHand").GetInt32(), first.GetProperty("connection").GetString()));
        Assert.True(first.GetProperty("restockQuantity").GetInt32() > 0 && first.GetProperty("forecast").GetDecimal() > 0, first.GetRawText());
        Assert.Equal(("overstock", 90_000, 0), (last.GetProperty("status").GetString(), last.GetProperty("onHand").GetInt32(), last.GetProperty("restockQuantity").GetInt32()));
        Assert.Equal("out", report.GetProperty("items")[0].GetProperty("status").GetString());
        Assert.Equal(
            Site.Store.Products.SelectMany(static product => product.Variants).Where(static variant => variant.Stock > 0).Select(static variant => variant.Sku).Order(),
            report.GetProperty("items").EnumerateArray().Where(static item => item.GetProperty("onHand").GetInt32() > 0).Select(static item => item.GetProperty("sku").GetString()).Order());

        Assert.Contains($"| {gone.Sku} |", (await TextAsync(reportId, "text/markdown")).Replace("\\", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains($"<td>{gone.Sku}</td>", await TextAsync(reportId, "text/html"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parameters_out_of_range_are_refused_when_the_task_is_created()
    {
        var key = Site.CreateKey();
        var id = await App.ConnectAsync("woocommerce", new { siteUrl = SiteUrl, consumerKey = key.ConsumerKey, consumerSecret = key.ConsumerSecret });
        using var wrong = await App.Client.PostAsJsonAsync("/api/tasks", new
        {
            name = "Stock",
            kind = "inventory-review",
            connections = new[] { id },
            schedule = new { cron = "0 0 8 * * MON" },
            timeZone = "UTC",
            parameters = new { horizonDays = 400, serviceLevel = 95 },
        });
        var problem = await wrong.ProblemAsync(422, "INVALID_FIELDS", "parameter", "from 1 to 90", "from 0.5 to 0.999");
        Assert.Equal(["parameters.horizonDays", "parameters.serviceLevel"], problem.GetProperty("errors").EnumerateObject().Select(static error => error.Name).Order());
    }

    /// <summary>Articles of the shop, the ones sold most first.</summary>
    private IReadOnlyList<SimVariant> Sold() =>
    [
        .. Site.Store.Orders.Where(static order => order is { IsTest: false, CancelledAt: null } && order.CreatedAt < DateTimeOffset.MaxValue)
            .SelectMany(static order => order.Lines).GroupBy(static line => line.VariantId).OrderByDescending(static lines => lines.Sum(static line => line.Quantity))
            .Select(lines => Site.Store.FindVariant(lines.Key)!.Value.Variant),
    ];

    private async Task SetStockAsync(string id, SimVariant variant, int stock)
    {
        // A stamp has whole seconds.
        Clock.Shift(TimeSpan.FromSeconds(2));
        Site.Store.SetStock(variant.Id, stock);
        await Platform.DeliverDueAsync();
        await Eventually.GetAsync(() => App.StockAsync(id, variant.Sku), known => known == stock);
    }

    /// <summary>How many units the article's stock fell from 30 on, and whether it is out now.</summary>
    private async Task<(decimal Fallen, bool IsOut)> TraceAsync(string id, SimVariant variant)
    {
        var level = await App.Services.GetRequiredService<IStockBook>().LevelsAsync(id, CancellationToken.None).FirstAsync(level => level.Level.Sku == variant.Sku);
        var before = variant.Stock > 30 ? variant.Stock - 30 : 0;
        return (level.Trace!.Outflow.Values.Sum() - before, level.Trace.Outs is [.., { To: null }]);
    }

    private async Task<string> CreateAsync(string connection)
    {
        var templates = (await App.GetAsync("/api/task-templates")).GetProperty("templates").EnumerateArray();
        var task = JsonNode.Parse(templates.Single(static template => template.GetProperty("id").GetString() == "weekly-inventory-review").GetProperty("task").GetRawText())!;
        Assert.Equal(connection, task["connections"]![0]!.GetValue<string>());
        task["enabled"] = false;
        return (await App.PostAsync("/api/tasks", task, 201)).GetProperty("id").GetString()!;
    }

    private async Task<string> RunAsync(string task)
    {
        var id = (await App.PostAsync($"/api/tasks/{task}/run", new { }, 202)).GetProperty("runId").GetString();
        var run = await Eventually.GetAsync(() => App.GetAsync($"/api/tasks/{task}/runs/{id}"), static run => run.GetProperty("status").GetString() is "succeeded" or "failed");
        Assert.True(run.GetProperty("status").GetString() == "succeeded", run.GetRawText());
        return run.GetProperty("reportId").GetString()!;
    }

    private async Task<string> TextAsync(string reportId, string type)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/reports/{reportId}");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(type));
        using var response = await App.Client.SendAsync(request);
        Assert.Equal(type, response.Content.Headers.ContentType!.MediaType);
        return await response.Content.ReadAsStringAsync();
    }

    private static JsonElement Item(JsonElement report, string sku) => report.GetProperty("items").EnumerateArray().Single(item => item.GetProperty("sku").GetString() == sku);
}
