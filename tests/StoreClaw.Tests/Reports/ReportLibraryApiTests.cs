using System.Globalization;
using System.Net;
using System.Text.Json;
using Azure.Data.Tables;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using StoreClaw.Commerce;
using StoreClaw.Connections;
using StoreClaw.Reports;
using StoreClaw.Reports.Customers;
using StoreClaw.Reports.Sales;
using StoreClaw.Storage;
using StoreClaw.Sync;
using StoreClaw.Tests.Reports.Customers;
using StoreClaw.Tests.Support;
using StoreClaw.Webhooks;
using AppSettings = StoreClaw.Common.AppSettings;

namespace StoreClaw.Tests.Reports;

/// <summary>The library through its doors.</summary>
public sealed class ReportLibraryApiTests
{
    private static readonly DateTimeOffset Made = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Reports_are_found_by_kind_store_period_and_text()
    {
        await using var demo = await DemoApp.StartAsync();
        var other = (await demo.App.PostAsync("/api/connectors/demo/connections", new { fields = new { shop = "shop-2", key = "demo-key-canary" } }, 201)).GetProperty("id").GetString()!;
        var library = demo.App.Services.GetRequiredService<ReportLibrary>();
        await KeepAsync(library, 1, "Morgenbericht ÄÖ", [(demo.Connection, "Haus & Garten")], sales: true);
        await KeepAsync(library, 2, "Monthly", [(demo.Connection, "Haus & Garten"), (other, "Küche 店铺")]);
        await KeepAsync(library, 3, "Monthly", [(other, "Küche 店铺")]);

        async Task FindsAsync(string query, params int[] days) =>
            Assert.Equal(days, (await demo.App.GetAsync($"/api/reports{query}")).GetProperty("reports").EnumerateArray().Select(static entry => (int)(entry.GetProperty("generatedAt").GetDateTimeOffset() - Made).TotalDays));

        await FindsAsync("", 3, 2, 1);
        await FindsAsync("?kind=customer-summary", 3, 2);
        await FindsAsync($"?connection={demo.Connection}", 2, 1);
        await FindsAsync($"?connection={other}&kind=sales-report");
        await FindsAsync("?from=2026-03-04T08:00:00Z", 3, 2);
        await FindsAsync("?to=2026-03-04T08:00:00Z", 1);

        // The periods are 1 January to 3 March, 2 February to 3 March, 3 February to 4 March.
        await FindsAsync("?periodFrom=2026-03-01", 3, 2, 1);
        await FindsAsync("?periodFrom=2026-03-04T00:00:00Z", 3);
        await FindsAsync("?periodTo=2026-02-02T00:00:01Z", 2, 1);
        await FindsAsync("?periodTo=2026-02-02T00:00:00Z", 1);
        await FindsAsync("?periodFrom=2026-02-15&periodTo=2026-02-16", 3, 2, 1);
        await FindsAsync("?q=HAUS%20%26%20G", 2, 1);
        await FindsAsync("?q=k%C3%9Cche", 3, 2);
        await FindsAsync("?q=%E5%BA%97%E9%93%BA", 3, 2);
        await FindsAsync("?q=morgenbericht%20%C3%A4", 1);
        await FindsAsync("?q=SALES-report", 1);
        await FindsAsync("?q=%E5%AE%A2%E6%88%B7%E6%8A%A5%E5%91%8A", 3, 2);
        await FindsAsync("?q=mar%202026", 3, 2, 1);
        await FindsAsync("?q=nothing-like-it");
        await FindsAsync("?q=monthly&limit=1", 3);
    }

    [Fact]
    public async Task Pages_follow_each_other_without_a_hole_beyond_five_hundred()
    {
        await using var demo = await DemoApp.StartAsync();
        await KeepOldAsync(demo.App.Services.GetRequiredService<StorageClients>(), demo.Connection, ReportLibrary.Most + 3);
        var first = await demo.App.GetAsync("/api/reports");
        Assert.Equal(ReportLibrary.Most, first.GetProperty("reports").GetArrayLength());
        var rest = await demo.App.GetAsync($"/api/reports?before={first.GetProperty("next").GetString()}");
        Assert.Equal((3, JsonValueKind.Null), (rest.GetProperty("reports").GetArrayLength(), rest.GetProperty("next").ValueKind));
        Assert.Equal(
            Enumerable.Range(0, ReportLibrary.Most + 3).Reverse().Select(OldId),
            first.GetProperty("reports").EnumerateArray().Concat(rest.GetProperty("reports").EnumerateArray()).Select(static entry => entry.GetProperty("id").GetString()));

        // Two in each second: by twos that do not begin with a second, with a condition, up to an instant.
        var (seen, before) = (new List<string?>(), OldId(8));
        do
        {
            var page = await demo.App.GetAsync($"/api/reports?kind=sales-report&q=SALES&limit=3&connection={demo.Connection}&from=2025-03-02T08:00:01Z&before={before}");
            seen.AddRange(page.GetProperty("reports").EnumerateArray().Select(static entry => entry.GetProperty("id").GetString()));
            before = page.GetProperty("next").GetString();
        }
        while (before is not null);
        Assert.Equal(Enumerable.Range(2, 6).Reverse().Select(OldId), seen);
        Assert.Empty((await demo.App.GetAsync($"/api/reports?to=2025-03-02T08:00:00Z&before={OldId(5)}")).GetProperty("reports").EnumerateArray());
    }

    [Fact]
    public async Task Rows_of_before_are_listed_found_and_read()
    {
        await using var demo = await DemoApp.StartAsync();
        await KeepOldAsync(demo.App.Services.GetRequiredService<StorageClients>(), demo.Connection, 1);
        var report = await NewAsync(0, [(demo.Connection, "x")], sales: true) with { Id = OldId(0) };
        var kinds = demo.App.Services.GetRequiredService<ReportKinds>();
        await demo.App.Services.GetRequiredService<PayloadStore>().SaveAsync($"report-{OldId(0)}", kinds.Find("sales-report")!.ToJson(report), CancellationToken.None);
        var entry = Assert.Single((await demo.App.GetAsync($"/api/reports?q=sales&connection={demo.Connection}")).GetProperty("reports").EnumerateArray());
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null, JsonValueKind.Null), (entry.GetProperty("title").ValueKind, entry.GetProperty("taskName").ValueKind, entry.GetProperty("stores").ValueKind));
        Assert.Equal(OldId(0), (await demo.App.GetAsync($"/api/reports/{OldId(0)}")).GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("kind=weather", "kind", "customer-summary")]
    [InlineData("connection=nobody", "connection", "GET /api/connections")]
    [InlineData("from=yesterday", "from", "2026-11-22T00:00:00Z")]
    [InlineData("to=13", "to", "ISO 8601")]
    [InlineData("periodFrom=x", "periodFrom", "ISO 8601")]
    [InlineData("periodTo=x", "periodTo", "ISO 8601")]
    [InlineData("from=2026-03-02&to=2026-03-02", "from", "before to")]
    [InlineData("periodFrom=2026-03-02&periodTo=2026-03-01", "periodFrom", "before periodTo")]
    [InlineData("before=x", "before", "next")]
    [InlineData("limit=0", "limit", "from 1 to 500")]
    [InlineData("limit=501", "limit", "from 1 to 500")]
    [InlineData("limit=many", "limit", "from 1 to 500")]
    [InlineData("store=shop-1", "store", "connection")]
    [InlineData("kind=weather&limit=0&x=1", "kind limit x", "periodFrom")]
    public async Task What_is_wrong_is_told_filter_by_filter(string query, string fields, string remedy)
    {
        await using var app = await TestApp.StartAsync();
        using var answer = await app.Client.GetAsync($"/api/reports?{query}");
        var problem = JsonElement.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "INVALID_FIELDS"), (answer.StatusCode, problem.GetProperty("error_code").GetString()));
        Assert.Equal(fields.Split(' '), problem.GetProperty("errors").EnumerateObject().Select(static error => error.Name).Order(StringComparer.Ordinal));
        Assert.Contains(remedy, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_that_is_too_long_is_refused_and_an_empty_one_is_none()
    {
        await using var app = await TestApp.StartAsync();
        using var refused = await app.Client.GetAsync($"/api/reports?q={new string('x', 201)}");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.Empty((await app.GetAsync($"/api/reports?q={new string('x', 200)}")).GetProperty("reports").EnumerateArray());
        Assert.Empty((await app.GetAsync("/api/reports?q=&kind=&connection=&from=&limit=&clientId=x")).GetProperty("reports").EnumerateArray());
    }

    [Fact]
    public async Task A_report_is_handed_out_as_a_file()
    {
        await using var app = await TestApp.StartAsync();
        var report = await NewAsync(1, [("c1", "Shop")]);
        await app.Services.GetRequiredService<ReportLibrary>().SaveAsync(report, "t", "Monthly", "r", CancellationToken.None);
        foreach (var (form, extension, type, start) in new[] { ("json", "json", "application/json", "{"), ("markdown", "md", "text/markdown", "# Customers"), ("html", "html", "text/html", "<!DOCTYPE html>") })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/reports/{report.Id}?download={form}");
            request.Headers.Add("Accept", "image/png");
            using var answer = await app.Client.SendAsync(request);
            Assert.Equal((HttpStatusCode.OK, type), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
            Assert.Equal($"attachment; filename=\"customer-summary_2026-02-01_2026-03-02_{report.Id}.{extension}\"", answer.Content.Headers.GetValues("Content-Disposition").Single());
            Assert.StartsWith(start, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        using var shown = await app.Client.GetAsync($"/api/reports/{report.Id}");
        Assert.False(shown.Content.Headers.Contains("Content-Disposition"));
        using var wrong = await app.Client.GetAsync($"/api/reports/{report.Id}?download=pdf");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.StatusCode);
        Assert.Equal("Must be one of json, markdown, html.", JsonElement.Parse(await wrong.Content.ReadAsStringAsync()).GetProperty("errors").GetProperty("download").GetString());
        using var missing = await app.Client.GetAsync("/api/reports/20260101T000000Z-abcdefghjk?download=json");
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public async Task Disconnecting_a_store_and_erasing_it_loses_no_report()
    {
        await using var demo = await DemoApp.StartAsync();
        var library = demo.App.Services.GetRequiredService<ReportLibrary>();
        await KeepAsync(library, 1, "Monthly", [(demo.Connection, "Shop")]);
        using var gone = await demo.App.Client.DeleteAsync($"/api/connections/{demo.Connection}");
        Assert.True(gone.IsSuccessStatusCode);
        await demo.App.Services.GetRequiredService<Erasure>().HonourAsync(demo.Connection, new ErasureChange(null, [], Report: false), CancellationToken.None);
        await demo.App.Services.GetRequiredService<Housekeeping>().CleanAsync(CancellationToken.None);

        var entry = Assert.Single((await demo.App.GetAsync($"/api/reports?connection={demo.Connection}&q=shop")).GetProperty("reports").EnumerateArray());
        var read = await demo.App.GetAsync($"/api/reports/{entry.GetProperty("id").GetString()}");
        Assert.Equal(demo.Connection, read.GetProperty("connections")[0].GetString());
    }

    [Fact]
    public async Task Housekeeping_removes_what_is_older_than_the_setting_says()
    {
        await using var demo = await DemoApp.StartAsync(new TestAppOptions { Settings = new Dictionary<string, string?> { ["Reports__RetentionDays"] = "30" } });
        var services = demo.App.Services;
        var (library, now) = (services.GetRequiredService<ReportLibrary>(), services.GetRequiredService<TimeProvider>().GetUtcNow());
        var days = (now - Made).TotalDays;
        string[] ids = [await KeepAsync(library, days - 29.9, "Monthly", [("c1", "Shop")]), await KeepAsync(library, days - 30.1, "Monthly", [("c1", "Shop")]), await KeepAsync(library, days - 400, "Monthly", [("c1", "Shop")], sales: true)];
        await services.GetRequiredService<Housekeeping>().CleanAsync(CancellationToken.None);

        Assert.Equal([ids[0]], (await demo.App.GetAsync("/api/reports")).GetProperty("reports").EnumerateArray().Select(static entry => entry.GetProperty("id").GetString()));
        Assert.Empty((await demo.App.GetAsync("/api/reports?kind=sales-report")).GetProperty("reports").EnumerateArray());
        var payloads = services.GetRequiredService<PayloadStore>();
        Assert.NotNull(await payloads.LoadAsync($"report-{ids[0]}", CancellationToken.None));
        Assert.Null(await payloads.LoadAsync($"report-{ids[1]}", CancellationToken.None));
        Assert.Null(await payloads.LoadAsync($"report-{ids[2]}", CancellationToken.None));
        using var gone = await demo.App.Client.GetAsync($"/api/reports/{ids[1]}");
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Theory]
    [InlineData("29")]
    [InlineData("0")]
    [InlineData("-400")]
    [InlineData("40.5")]
    [InlineData("36501")]
    [InlineData("400 days")]
    public void A_wrong_span_of_keeping_stops_the_start(string days)
    {
        var wrong = Assert.Throws<InvalidOperationException>(() => Settings(days));
        Assert.Contains("Reports__RetentionDays", wrong.Message, StringComparison.Ordinal);
        Assert.Contains("from 30 to 36500", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Left_out_it_means_for_ever()
    {
        Assert.Null(Settings("").ReportsKept);
        Assert.Equal(TimeSpan.FromDays(400), Settings("400").ReportsKept);
    }

    private static AppSettings Settings(string days) => new(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Reports:RetentionDays"] = days }).Build());

    /// <summary>Keeps a report that was made so many days after <see cref="Made"/>, over the 30 days before (a sales report: over all of January to March).</summary>
    private static async Task<string> KeepAsync(ReportLibrary library, double day, string task, IReadOnlyList<(string Connection, string Name)> stores, bool sales = false)
    {
        var report = await NewAsync(day, stores, sales);
        await library.SaveAsync(report, "t", task, "r", CancellationToken.None);
        return report.Id;
    }

    private static async Task<Report> NewAsync(double day, IReadOnlyList<(string Connection, string Name)> stores, bool sales = false)
    {
        var made = Made.AddDays(day);
        var history = new OrderList();
        IReportKind kind = sales ? history.ToKind() : new CustomerSummaryKind(new DayBooks(history), history);
        var connections = stores.Select(static store => OrderList.Connection(store.Connection) with { Facts = new Dictionary<string, string> { [Connection.NameFact] = store.Name } }).ToList();
        var id = ReportLibrary.IdOf(made, "t", day.ToString(CultureInfo.InvariantCulture));
        var report = await kind.ComputeAsync(
            new ReportContext(id, connections, TimeZoneInfo.Utc, made, made, JsonSerializer.SerializeToElement(new { period = "last-30-days" })), CancellationToken.None);
        return sales ? report with { Period = new ReportPeriod(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), made) } : report;
    }

    private static string OldId(int number) => string.Create(CultureInfo.InvariantCulture, $"{Made.AddYears(-1).AddSeconds(number / 2):yyyyMMdd'T'HHmmss'Z'}-{(number % 2 == 0 ? "b" : "a")}aaaaaaaaa");

    /// <summary>Rows as the first version wrote them.</summary>
    private static async Task KeepOldAsync(StorageClients storage, string connection, int count)
    {
        var table = await storage.TableAsync(TableNames.Reports, CancellationToken.None);
        foreach (var partition in new[] { "sales-report", "all" })
        {
            var rows = Enumerable.Range(0, count).Select(number => new TableEntity(partition, InstantIds.RowKey(OldId(number))!)
            {
                ["Body"] = $$"""
                    {"id":"{{OldId(number)}}","kind":"sales-report","task":"t","run":"r","timeZone":"UTC","period":{"from":"2025-03-01T00:00:00Z","to":"2025-03-02T00:00:00Z"},
                    "asOf":"2025-03-02T08:00:00Z","generatedAt":"2025-03-02T08:00:00Z","connections":["{{connection}}"]}
                    """,
            });
            foreach (var chunk in rows.Chunk(TableRows.MostPerTransaction))
            {
                await table.SubmitTransactionAsync(chunk.Select(static row => new TableTransactionAction(TableTransactionActionType.Add, row)));
            }
        }
    }
}
