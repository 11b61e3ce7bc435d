using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Azure.Data.Tables;
using Microsoft.Extensions.DependencyInjection;
using StoreClaw.Commerce;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Storage;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.EndToEnd;

/// <summary>What a seller, a browser and a console do with the whole app.</summary>
internal static class Steps
{
    public const string Browser = "Mozilla/5.0 (X11; Linux x86_64) Firefox/142.0";

    /// <summary>A shop of some dozen orders, small enough to be read in a moment.</summary>
    public static SimStore SmallShop(ShopProfile profile, TimeProvider time, int seed = 3) =>
        SimStore.Generate(profile with { Days = 6, OrdersPerDay = 5, Products = 10, EarlierCustomers = 15 }, seed, time);

    /// <summary>The whole app where the platforms' webhooks and browsers reach it.</summary>
    public static Task<TestApp> StartAsync(TimeProvider time, params IEnumerable<(string Name, string Value)> settings) => StartAsync(time, null, settings);

    public static Task<TestApp> StartAsync(TimeProvider time, Action<IServiceCollection>? services, params IEnumerable<(string Name, string Value)> settings)
    {
        var address = FreeAddress();
        return TestApp.StartAsync(new TestAppOptions
        {
            Settings = settings.Concat([("urls", address), ("PublicBaseUrl", address)]).ToDictionary(static setting => setting.Item1, static setting => (string?)setting.Item2),
            Services = collection =>
            {
                collection.AddSingleton(time);
                services?.Invoke(collection);
            },
        });
    }

    public static string FreeAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
    }

    /// <summary>Connects with typed fields; the connection's id.</summary>
    public static async Task<string> ConnectAsync(this TestApp app, string connector, object fields) =>
        (await app.PostAsync($"/api/connectors/{connector}/connections", new { fields }, 201)).GetProperty("id").GetString()!;

    /// <summary>Begins an approval the way a console in that browser does; where the seller is to go.</summary>
    public static async Task<Uri> BeginApprovalAsync(this TestApp app, string connector, object fields, string agent = Browser)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/connectors/{connector}/connections") { Content = JsonContent.Create(new { fields }) };
        request.Headers.UserAgent.ParseAdd(agent);
        using var response = await app.Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.Accepted, $"{(int)response.StatusCode} {text}");
        var answer = JsonElement.Parse(text);
        Assert.True(answer.GetProperty("expiresAt").TryGetDateTimeOffset(out _));
        return new Uri(answer.GetProperty("authorizeUrl").GetString()!);
    }

    /// <summary>What a browser gets that neither follows redirects nor sends the console's key.</summary>
    public static async Task<HttpResponseMessage> BrowseAsync(Uri url, string agent = Browser)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });
        http.DefaultRequestHeaders.UserAgent.ParseAdd(agent);
        return await http.GetAsync(url);
    }

    /// <summary>The page a browser gets, its status and its text checked.</summary>
    public static async Task PageAsync(Uri url, int status, string words, string agent = Browser)
    {
        using var response = await BrowseAsync(url, agent);
        var page = WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync());
        Assert.True((int)response.StatusCode == status, $"{(int)response.StatusCode} {page}");
        Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
        Assert.Contains(words, page, StringComparison.Ordinal);
    }

    public static Task<JsonElement> ConnectionAsync(this TestApp app, string id) => app.GetAsync($"/api/connections/{id}");

    public static async Task<string?> StatusAsync(this TestApp app, string id) => (await app.ConnectionAsync(id)).GetProperty("status").GetString();

    /// <summary>The sync states of all resources, once each has been read up to the instant or later.</summary>
    public static Task<JsonElement> SyncedAsync(this TestApp app, string id, DateTimeOffset? upTo = null) => Eventually.GetAsync(
        async () => (await app.ConnectionAsync(id)).GetProperty("sync"),
        sync => sync.EnumerateObject().All(resource =>
            resource.Value.GetProperty("state").GetString() == "idle"
            && resource.Value.GetProperty("watermark") is { ValueKind: JsonValueKind.String } mark
            && mark.GetDateTimeOffset() >= (upTo ?? DateTimeOffset.MinValue)));

    /// <summary>The timeline's lines of one record, once the topic has been handled; another delivery or a sync may have brought the same before.</summary>
    public static Task<IReadOnlyList<JsonElement>> HandledAsync(this TestApp app, string id, string topic, string resource) => Eventually.GetAsync<IReadOnlyList<JsonElement>>(
        async () => [.. (await app.GetAsync($"/api/events?connection={id}&order={resource}")).GetProperty("events").EnumerateArray()],
        seen => seen.Any(one => one.GetProperty("topic").GetString() == topic && one.GetProperty("outcome").GetString() is "applied" or "unchanged"));

    public static async Task<IReadOnlyList<Order>> OrdersAsync(this TestApp app, string id)
    {
        var orders = new List<Order>();
        await foreach (var order in app.History().OrdersAsync(id, DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue.AddDays(-2), CancellationToken.None))
        {
            orders.Add(order);
        }

        return orders;
    }

    public static Task<IReadOnlyList<Order>> OrdersAsync(this TestApp app, string id, Func<IReadOnlyList<Order>, bool> good) => Eventually.GetAsync(() => app.OrdersAsync(id), good);

    public static async Task<IReadOnlyList<RefundRow>> RefundsAsync(this TestApp app, string id)
    {
        var refunds = new List<RefundRow>();
        await foreach (var refund in app.History().RefundsAsync(id, DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue.AddDays(-2), CancellationToken.None))
        {
            refunds.Add(refund);
        }

        return refunds;
    }

    /// <summary>What is stored as available of the SKU, over all its places.</summary>
    public static async Task<decimal> StockAsync(this TestApp app, string id, string sku)
    {
        var table = app.Services.GetRequiredService<StorageClients>().Table(TableNames.Stock);
        var sum = 0m;
        await foreach (var row in table.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {id}")))
        {
            var level = JsonElement.Parse(Packing.Unpack(Packing.Gather(row)));
            sum += level.GetProperty("sku").GetString() == sku ? decimal.Parse(level.GetProperty("available").GetString()!, CultureInfo.InvariantCulture) : 0;
        }

        return sum;
    }

    /// <summary>The names of the secrets there are, read from the disk.</summary>
    public static IReadOnlyList<string> SecretFiles(this TestApp app) =>
        [.. Directory.GetFiles(Path.Combine(app.Options.DataFolder!, "secrets"), "secret.*").Select(static file => Path.GetFileName(file)["secret.".Length..])];

    /// <summary>The answer must be a problem: status, stable code, whose trouble it is, and a detail with all of these words.</summary>
    public static async Task<JsonElement> ProblemAsync(this HttpResponseMessage response, int status, string code, string category, params string[] words)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"{(int)response.StatusCode} {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        var problem = JsonElement.Parse(text);
        Assert.Equal((status, code, category), (problem.GetProperty("status").GetInt32(), problem.GetProperty("error_code").GetString(), problem.GetProperty("category").GetString()));
        Assert.Matches("^[0-9a-f]{32}$", problem.GetProperty("trace_id").GetString());
        Assert.All(words, word => Assert.Contains(word, problem.GetProperty("detail").GetString(), StringComparison.OrdinalIgnoreCase));
        if (status is 429 or >= 500)
        {
            Assert.Equal(response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, problem.GetProperty("retry_after").GetDouble());
        }

        return problem;
    }

    public static Task<HttpResponseMessage> TryConnectAsync(this TestApp app, string connector, object fields) =>
        app.Client.PostAsJsonAsync($"/api/connectors/{connector}/connections", new { fields });

    public static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private static IOrderHistory History(this TestApp app) => app.Services.GetRequiredService<IOrderHistory>();
}
