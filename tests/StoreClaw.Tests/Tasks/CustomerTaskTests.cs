using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using StoreClaw.Commerce;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Tasks;

/// <summary>The customer summary over the whole app: from a store's orders to the library.</summary>
public sealed class CustomerTaskTests
{
    private static readonly DateTimeOffset NewYear = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task The_template_becomes_a_monthly_summary_in_the_library_and_the_group()
    {
        var platform = new DemoPlatform();
        platform.Put(DemoPlatform.NewOrder("1", NewYear.AddDays(-500), customer: "old"));
        platform.Put(DemoPlatform.NewOrder("2", NewYear.AddDays(40), quantity: 2, customer: "old"));
        platform.Put(DemoPlatform.NewOrder("3", NewYear.AddDays(10), customer: "ben"));
        platform.Put(DemoPlatform.NewOrder("4", NewYear.AddDays(45), customer: "ben"));
        platform.Put(DemoPlatform.NewOrder("5", NewYear.AddDays(-700), customer: "gone"));
        await using var demo = await DemoApp.StartAsync(platform: platform);
        await Eventually.GetAsync(demo.OrdersAsync, static orders => orders.Count == 5);
        await demo.DeliverAsync(DemoPlatform.NewOrder("6", NewYear.AddDays(50), customer: "cem"));
        await Eventually.GetAsync(demo.OrdersAsync, static orders => orders.Count == 6);
        var customer = new CustomerChange(new Customer { Id = "old", UpdatedAt = NewYear, Country = "NZ" });
        await demo.App.Services.GetRequiredService<CommerceStore>().ApplyAsync(demo.Connection, [new Upsert(customer, "test", false)], fresh: false, CancellationToken.None);

        var template = (await demo.App.GetAsync("/api/task-templates")).GetProperty("templates").EnumerateArray().Single(static entry => entry.GetProperty("id").GetString() == "monthly-customer-summary").GetProperty("task");
        Assert.Equal("0 0 9 1 * *", template.GetProperty("schedule").GetProperty("cron").GetString());
        var task = (await demo.App.PostAsync("/api/tasks", template, 201)).GetProperty("id").GetString();
        var report = await RunAsync(demo, task);

        Assert.Equal(("2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"), (report.GetProperty("period").GetProperty("from").GetString(), report.GetProperty("period").GetProperty("to").GetString()));
        Assert.Equal("""{"total":4,"new":1,"returning":2,"repeatRate":0.3333,"active":3,"guests":0}""", report.GetProperty("customers").GetRawText());
        Assert.Equal(
            ["""{"name":"champions","customers":1,"orders":2,"gmv":"20.00","currency":"USD"}""", """{"name":"loyal","customers":1,"orders":1,"gmv":"20.00","currency":"USD"}""", """{"name":"new","customers":1,"orders":1,"gmv":"10.00","currency":"USD"}"""],
            report.GetProperty("segments").EnumerateArray().Select(static row => row.GetRawText()));
        Assert.Equal(["ben ", "old NZ", "cem "], report.GetProperty("topCustomers").EnumerateArray().Select(static row => $"{row.GetProperty("id").GetString()} {row.GetProperty("country").GetString()}"));
        Assert.Equal(["""{"month":"2026-01","size":1,"active":[1,1]}""", """{"month":"2026-02","size":1,"active":[1]}"""], report.GetProperty("cohorts").EnumerateArray().TakeLast(2).Select(static row => row.GetRawText()));

        var entry = (await demo.App.GetAsync("/api/reports?kind=customer-summary&q=monthly%20CUSTOMERS")).GetProperty("reports")[0];
        Assert.Equal(("Monthly customers", "Customers 1–28 Feb 2026 · shop-1"), (entry.GetProperty("taskName").GetString(), entry.GetProperty("title").GetString()));
        var notice = (await Eventually.GetAsync(() => Task.FromResult(demo.Notifier.Notices), static notices => notices.Count > 0)).Single();
        Assert.Equal("Customers 1–28 Feb 2026 · shop-1", notice.Message.English.Title);
        using var page = await demo.App.Client.GetAsync(notice.Message.English.Lines[^1].Spans[0].Url!.PathAndQuery);
        Assert.Contains("<h1>Customers 1–28 Feb 2026 · shop-1</h1>", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_buyer_that_the_law_makes_us_forget_leaves_the_summaries_too()
    {
        var platform = new DemoPlatform();
        platform.Put(DemoPlatform.NewOrder("1", NewYear.AddDays(40), customer: "ana-canary"));
        platform.Put(DemoPlatform.NewOrder("2", NewYear.AddDays(41), customer: "ben-canary"));
        await using var demo = await DemoApp.StartAsync(platform: platform);
        await Eventually.GetAsync(demo.OrdersAsync, static orders => orders.Count == 2);
        var body = new { name = "Customers", kind = "customer-summary", connections = new[] { demo.Connection }, schedule = new { every = "PT6H" }, timeZone = "UTC", parameters = new { period = "last-month" } };
        var before = await RunAsync(demo, (await demo.App.PostAsync("/api/tasks", body, 201)).GetProperty("id").GetString());
        var address = $"/api/reports/{before.GetProperty("id").GetString()}";
        Assert.Contains("ana-canary", before.GetRawText(), StringComparison.Ordinal);

        using var erased = await demo.App.Client.SendAsync(DemoPlatform.Delivery(demo.Connection, "erase", """{"customer":"ana-canary"}"""u8.ToArray()));
        var after = await Eventually.GetAsync(() => demo.App.GetAsync(address), static report => !report.GetRawText().Contains("ana-canary", StringComparison.Ordinal));
        Assert.Contains("ben-canary", after.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(before.GetProperty("segments").GetRawText(), after.GetProperty("segments").GetRawText());

        using var shop = await demo.App.Client.SendAsync(DemoPlatform.Delivery(demo.Connection, "erase-shop", "{}"u8.ToArray()));
        var last = await Eventually.GetAsync(() => demo.App.GetAsync(address), static report => !report.GetRawText().Contains("ben-canary", StringComparison.Ordinal));
        Assert.Equal(before.GetProperty("customers").GetRawText(), last.GetProperty("customers").GetRawText());
        Assert.Single((await demo.App.GetAsync($"/api/reports?connection={demo.Connection}")).GetProperty("reports").EnumerateArray());
    }

    private static async Task<JsonElement> RunAsync(DemoApp demo, string? task)
    {
        var run = (await demo.App.PostAsync($"/api/tasks/{task}/run", new { asOf = "2026-03-01T09:00:00Z" }, 202)).GetProperty("runId").GetString();
        var done = await Eventually.GetAsync(() => demo.App.GetAsync($"/api/tasks/{task}/runs/{run}"), static state => state.GetProperty("status").GetString() is "succeeded" or "failed");
        Assert.Equal("succeeded", done.GetProperty("status").GetString());
        return await demo.App.GetAsync($"/api/reports/{done.GetProperty("reportId").GetString()}");
    }
}
