using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using StoreClaw.Reports;
using StoreClaw.Tests.Reports.Customers;
using StoreClaw.Tests.Reports.Inventory;
using StoreClaw.Tests.Reports.Research;
using StoreClaw.Tests.Reports.StockSync;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Reports;

/// <summary>A browser, and the app with a report of each kind: one as teams have them, one with the most and the worst that platforms may hand over.</summary>
public sealed class ReportPages : IAsyncLifetime
{
    private static readonly IReadOnlyDictionary<string, Func<Task<Report>>> Reports = new Dictionary<string, Func<Task<Report>>>
    {
        ["sales"] = static async () => await SalesRenderingTests.ComputeAsync("yesterday", SampleShop.Orders()),
        ["sales, flooded"] = static async () => await SalesRenderingTests.ComputeAsync("last-30-days", SalesRenderingTests.Flood()),
        ["business"] = static async () => await BusinessReviewTests.ComputeAsync("last-7-days"),
        ["inventory"] = static () => Task.FromResult<Report>(InventoryRenderingTests.Sample()),
        ["inventory, flooded"] = static () => Task.FromResult<Report>(InventoryRenderingTests.Flood(20)),
        ["customers"] = static async () => await CustomerShop.ComputeAsync(CustomerShop.Big()),
        ["customers, flooded"] = static async () => await CustomerShop.ComputeAsync(CustomerRenderingTests.Flood()),
        ["market"] = static async () => await MarketRenderingTests.SampleAsync(),
        ["market, flooded"] = static () => Task.FromResult<Report>(MarketRenderingTests.Flood(5, 20)),
        ["stock sync"] = static () => Task.FromResult<Report>(StockSyncRenderingTests.Sample()),
    };

    private TestApp _app = null!;
    private IPlaywright _playwright = null!;
    private IBrowser _browser = null!;

    public static TheoryData<string> Names => [.. Reports.Keys];

    public async Task InitializeAsync()
    {
        if (ChromiumTheoryAttribute.Executable is { } chromium)
        {
            _app = await TestApp.StartAsync();
            _playwright = await Playwright.CreateAsync();
            _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = chromium });
        }
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
            _playwright.Dispose();
            await _app.DisposeAsync();
        }
    }

    /// <summary>Where the report is read, by the link that the group gets.</summary>
    public async Task<Uri> AddressAsync(string name)
    {
        var made = await Reports[name]();
        var now = DateTimeOffset.UtcNow;
        var report = made with { Id = ReportLibrary.IdOf(now, name, Guid.NewGuid().ToString("N")), GeneratedAt = now };
        await _app.Services.GetRequiredService<ReportLibrary>().SaveAsync(report, "task", "Task", "run", CancellationToken.None);
        var link = await _app.Services.GetRequiredService<ReportLinks>().MakeAsync(report, CancellationToken.None);
        return new Uri(_app.Client.BaseAddress!, link.PathAndQuery);
    }

    public Task<IPage> OpenAsync(int width, ColorScheme scheme) =>
        _browser.NewPageAsync(new BrowserNewPageOptions { ViewportSize = new ViewportSize { Width = width, Height = 800 }, ColorScheme = scheme });
}
