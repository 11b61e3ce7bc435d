using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using StoreClaw.Embedded;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Hosting;
using StoreClaw.Sandbox.Stores;
using StoreClaw.Sandbox.WeCom;

namespace StoreClaw.Sandbox;

public sealed record MainJobOptions
{
    /// <summary>Leaves everything up for a look until the program is stopped.</summary>
    public bool Stay { get; init; }

    /// <summary>One store on every platform instead of the two.</summary>
    public bool All { get; init; }

    /// <summary>How big the shops are against the usual: 0.2 is a fifth of the orders, products and customers, which are in step sooner.</summary>
    public double Size { get; init; } = 1;

    /// <summary>Of a shop beside the two of the main job: enough for the report to tell what is usual.</summary>
    internal ShopProfile Small(ShopProfile profile) => Sized(profile with { OrdersPerDay = 4, Days = 35, Products = 12, EarlierCustomers = 30 });

    internal ShopProfile Sized(ShopProfile profile) => profile with
    {
        OrdersPerDay = profile.OrdersPerDay * Size,
        Products = (int)Math.Ceiling(profile.Products * Size),
        EarlierCustomers = (int)Math.Ceiling(profile.EarlierCustomers * Size),
    };
}

/// <summary>
/// The main job with no account anywhere: two simulated shops or one on every platform, the app, a simulated WeCom group. Connects, backfills, takes webhooks, runs the morning report, shows the message.
/// </summary>
public sealed class MainJob : IAsyncDisposable
{
    private const string FunctionKey = "sandbox-function-key";
    private const string RobotKey = "693a91f6-7a0b-4bc4-97a0-0ec2f3a5aaa1";
    private const string Browser = "Mozilla/5.0 (X11; Linux x86_64) Firefox/142.0";
    private const int NewOrders = 5;

    private static readonly TimeSpan ProgressEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan PumpEvery = TimeSpan.FromMilliseconds(150);

    private readonly TextWriter _output;
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly List<IAsyncDisposable> _parts = [];
    private HttpClient _client = new();

    private MainJob(TextWriter output) => _output = output;

    /// <returns>0 when the group got the report.</returns>
    public static async Task<int> RunAsync(MainJobOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        await using var job = new MainJob(output);
        try
        {
            await job.RunAsync(options, cancellationToken);
            return 0;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return 130;
        }
        catch (Exception failed) when (failed is TimeoutException or HttpRequestException or InvalidOperationException)
        {
            await output.WriteLineAsync($"The main job failed: {failed.Message}");
            return 1;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _parts.Reverse();
        foreach (var part in _parts)
        {
            await part.DisposeAsync();
        }
    }

    private async Task RunAsync(MainJobOptions options, CancellationToken cancellationToken)
    {
        var address = new Uri($"http://127.0.0.1:{LoopbackServer.FreePort()}");
        var stores = (options.All ? await SandboxStores.StartAllAsync(options, address) : await SandboxStores.StartTwoAsync(options)).Select(Keep).ToList();
        foreach (var store in stores)
        {
            Say($"{store.Connector}: {store.Shop.Profile.Name} with {store.Shop.Orders.Count} orders");
        }

        var research = options.All ? Keep(await ResearchAccount.StartAsync()) : null;
        var wecom = Keep(await WeComPlatform.StartAsync(TimeProvider.System));
        wecom.AddRobot(RobotKey, "StoreClaw");
        await StartAppAsync(address, stores, research, wecom, cancellationToken);
        await CallAsync(HttpMethod.Put, "/api/channels/wecom", new { webhookUrl = wecom.WebhookUrl(RobotKey) });
        Say("The WeCom group is connected; it got the test message.");
        var connections = new Dictionary<ISandboxStore, string>();
        foreach (var store in stores)
        {
            connections[store] = await ConnectAsync(store, cancellationToken);
            Keep(new Pump(store.DeliverAsync, PumpEvery, TimeProvider.System));
        }

        foreach (var (store, connection) in connections)
        {
            await WaitForBackfillAsync(connection, store.Shop, cancellationToken);
        }

        foreach (var (store, connection) in connections)
        {
            await SellAsync(connection, store, cancellationToken);
        }

        await ReportAsync("Morning report", "sales-report", connections.Values, "0 0 9 * * *", new { period = "yesterday" }, cancellationToken);
        if (research is not null)
        {
            var account = await CallAsync(HttpMethod.Post, $"/api/connectors/{ResearchAccount.Connector}/connections", new { fields = ResearchAccount.Fields });
            await ReportAsync("Weekly market research", "market-research", [account.GetProperty("id").GetString()!], "0 0 8 * * MON", research.Parameters, cancellationToken);
        }

        await ShowAsync(wecom, research is null ? 1 : 2, cancellationToken);
        Say("Done.");
        if (options.Stay)
        {
            await _output.WriteLineAsync($"The app stays up at {_client.BaseAddress} (header x-functions-key: {FunctionKey}). Press Ctrl+C to end it.");
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
    }

    private async Task StartAppAsync(Uri address, List<ISandboxStore> stores, ResearchAccount? research, WeComPlatform wecom, CancellationToken cancellationToken)
    {
        Say("Starting storage (fetched through npm the first time) and the app ...");
        var azurite = Keep(await AzuriteServer.StartAsync(new AzuriteOptions { QueuePort = 0, TablePort = 0 }, cancellationToken));
        var settings = new Dictionary<string, string?>
        {
            ["urls"] = address.GetLeftPart(UriPartial.Authority),
            ["PublicBaseUrl"] = address.GetLeftPart(UriPartial.Authority),
            ["AzureWebJobsStorage"] = azurite.ConnectionString(),
            ["FunctionKey"] = FunctionKey,
            ["Channels:WeCom:BaseUrl"] = wecom.BaseAddress.ToString(),
            [$"Connectors:{ResearchAccount.Connector}:BaseUrl"] = research?.BaseUrl.ToString(),
        };
        foreach (var (store, name, value) in stores.SelectMany(static store => store.Settings.Select(setting => (store, setting.Key, setting.Value))))
        {
            settings[$"Connectors:{store.Connector}:{name}"] = value;
        }

        var app = Keep(await AppHost.StartAsync(
            new AppHostOptions { Settings = settings, Logging = static logging => logging.SetMinimumLevel(LogLevel.Warning).AddFilter("StoreClaw", LogLevel.Warning) }, cancellationToken));
        _client = new HttpClient { BaseAddress = app.Address };
        _client.DefaultRequestHeaders.Add("x-functions-key", FunctionKey);
        _client.DefaultRequestHeaders.UserAgent.ParseAdd(Browser);
        Say($"The app is up at {_client.BaseAddress}");
    }

    private async Task<string> ConnectAsync(ISandboxStore store, CancellationToken cancellationToken)
    {
        await store.EnterAddressAsync(new Uri(_client.BaseAddress!, $"/webhooks/{store.Connector}"));
        var answer = await CallAsync(HttpMethod.Post, $"/api/connectors/{store.Connector}/connections", new { fields = store.Fields });
        if (answer.TryGetProperty("authorizeUrl", out var authorizeUrl))
        {
            var page = await _client.GetStringAsync(await store.ApproveAsync(new Uri(authorizeUrl.GetString()!)), cancellationToken);
            answer = (await CallAsync(HttpMethod.Get, "/api/connections", null)).GetProperty("connections").EnumerateArray().SingleOrDefault(one => one.GetProperty("connector").GetString() == store.Connector);
            if (answer.ValueKind == JsonValueKind.Undefined)
            {
                throw new InvalidOperationException($"{store.Connector} was approved, but the app says: {page}");
            }
        }

        Say($"Connected {store.Connector}: {answer.GetProperty("store").GetString()} ({answer.GetProperty("id").GetString()})");
        return answer.GetProperty("id").GetString()!;
    }

    private async Task WaitForBackfillAsync(string connection, SimStore store, CancellationToken cancellationToken)
    {
        var told = _watch.Elapsed;
        var sync = await UntilAsync(
            $"the backfill of {store.Profile.Name}",
            async () => (await CallAsync(HttpMethod.Get, $"/api/connections/{connection}", null)).GetProperty("sync"),
            sync =>
            {
                if (_watch.Elapsed - told >= ProgressEvery)
                {
                    told = _watch.Elapsed;
                    Say($"{store.Profile.Name} so far: {Items(sync)}");
                }

                return sync.EnumerateObject().All(static resource => resource.Value.GetProperty("watermark").ValueKind == JsonValueKind.String);
            },
            cancellationToken);
        Say($"{store.Profile.Name} is in step: {Items(sync)}");
    }

    private static string Items(JsonElement sync) => string.Join(", ", sync.EnumerateObject().Select(static resource => $"{resource.Value.GetProperty("items")} {resource.Name}"));

    /// <summary>Customers buy; the platform's webhooks bring it.</summary>
    private async Task SellAsync(string connection, ISandboxStore store, CancellationToken cancellationToken)
    {
        if (!store.TellsOfOrders)
        {
            Say($"{store.Connector} tells of no orders: those of {store.Shop.Profile.Name} come by sync.");
            return;
        }

        var generator = new ShopGenerator(store.Shop.Profile, seed: 99);
        var placed = Enumerable.Range(0, NewOrders).Select(_ => store.OrderId(store.Shop.PlaceOrder(generator.NextDraft(store.Shop)).Id)).ToHashSet();
        await UntilAsync(
            $"the webhooks of {store.Shop.Profile.Name}",
            async () => (await CallAsync(HttpMethod.Get, $"/api/events?connection={connection}", null)).GetProperty("events").EnumerateArray()
                .Where(static one => one.GetProperty("outcome").GetString() is "applied" or "unchanged")
                .Select(static one => one.GetProperty("resourceId").GetString()!).ToHashSet(),
            placed.IsSubsetOf,
            cancellationToken);
        Say($"{placed.Count} new orders of {store.Shop.Profile.Name} came in by webhook.");
    }

    private async Task ReportAsync(string name, string kind, IReadOnlyCollection<string> connections, string cron, object parameters, CancellationToken cancellationToken)
    {
        var task = await CallAsync(
            HttpMethod.Post,
            "/api/tasks",
            new
            {
                name,
                kind,
                connections,
                schedule = new { cron },
                timeZone = "America/New_York",
                parameters,
                deliverTo = new[] { "wecom" },
                missed = "latest",
                enabled = true,
            });
        var id = task.GetProperty("id").GetString();
        Say($"The task \"{name}\" is made; its next run is due {task.GetProperty("nextDue").GetString()}. Running it now ...");
        var run = (await CallAsync(HttpMethod.Post, $"/api/tasks/{id}/run", new { })).GetProperty("runId").GetString();
        var done = await UntilAsync(
            "the run",
            () => CallAsync(HttpMethod.Get, $"/api/tasks/{id}/runs/{run}", null),
            static state => state.GetProperty("status").GetString() is "succeeded" or "failed",
            cancellationToken);
        if (done.GetProperty("status").GetString() == "failed")
        {
            throw new InvalidOperationException($"The run failed: {done.GetProperty("error")}");
        }

        Say($"Report {done.GetProperty("reportId").GetString()} is in the library: GET /api/reports/{done.GetProperty("reportId").GetString()}");
    }

    private async Task ShowAsync(WeComPlatform wecom, int reports, CancellationToken cancellationToken)
    {
        var messages = await UntilAsync("the message in the group", () => Task.FromResult(wecom.Messages(RobotKey)), messages => messages.Count(static message => message.Text.Contains("/reports/", StringComparison.Ordinal)) >= reports, cancellationToken);
        await _output.WriteLineAsync();
        await _output.WriteLineAsync("What the group sees:");
        var terminal = WeComTerminal.ForConsole(TimeZoneInfo.Local);
        foreach (var message in messages.Skip(1))
        {
            await _output.WriteLineAsync(terminal.Render(message));
        }
    }

    private async Task<JsonElement> CallAsync(HttpMethod method, string path, object? body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var response = await _client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode
            ? JsonElement.Parse(text)
            : throw new InvalidOperationException($"{method} {path} answered {(int)response.StatusCode}: {text}");
    }

    private static async Task<T> UntilAsync<T>(string what, Func<Task<T>> look, Func<T, bool> good, CancellationToken cancellationToken)
    {
        for (var begun = Stopwatch.StartNew(); begun.Elapsed < Patience; await Task.Delay(200, cancellationToken))
        {
            if (await look() is var seen && good(seen))
            {
                return seen;
            }
        }

        throw new TimeoutException($"Waited {Patience.TotalMinutes} minutes for {what}.");
    }

    private T Keep<T>(T part)
        where T : IAsyncDisposable
    {
        _parts.Add(part);
        return part;
    }

    private void Say(string line) => _output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"[{_watch.Elapsed.TotalSeconds,5:F1} s] {line}"));
}
