using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Hosting;

namespace StoreClaw.Sandbox.Genstore;

/// <summary>
/// Simulated Genstore shops behind one loopback port, each with a custom app. Which shop a call is for it takes from the header X-StoreClaw-Original-Host, as the real one does from the host.
/// </summary>
public sealed class GenstorePlatform : IAsyncDisposable
{
    /// <summary>All that a custom app can be given that reading needs.</summary>
    public static readonly IReadOnlyList<string> AllScopes = ["read_orders", "read_all_orders", "read_products", "read_customers", "read_refunds", "read_shops", "write_apps"];

    /// <summary>Names as Genstore writes them.</summary>
    private static readonly JsonSerializerOptions AsWritten = new();

    private readonly List<GenstoreShop> _shops = [];
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private readonly TimeProvider _time;
    private readonly string _apiHost;
    private readonly string _version;
    private LoopbackServer? _server;

    private GenstorePlatform(TimeProvider time, string apiHost, string version) => (_time, _apiHost, _version, Log) = (time, apiHost, version, new CallLog(time));

    public CallLog Log { get; }

    public Uri BaseAddress => _server!.BaseAddress;

    /// <param name="apiHost">What stands behind a shop's name in its address.</param>
    public static async Task<GenstorePlatform> StartAsync(TimeProvider time, string apiHost = "genmystore.com", string version = "202412", int port = 0)
    {
        var platform = new GenstorePlatform(time, apiHost, version);
        platform._server = await LoopbackServer.StartAsync(platform.AnswerAsync, port);
        return platform;
    }

    /// <summary>Opens a shop under a name, with a custom app that may do what the scopes say; all there is when they are left out.</summary>
    public GenstoreShop AddShop(string name, SimStore store, IEnumerable<string>? scopes = null)
    {
        var shop = new GenstoreShop($"{name}.{_apiHost}", _shops.Count + 1, store, scopes ?? AllScopes, _time);
        _shops.Add(shop);
        return shop;
    }

    /// <summary>Sends the webhooks that wait, each once.</summary>
    /// <returns>How many were sent.</returns>
    public async Task<int> DeliverAsync(CancellationToken cancellationToken = default)
    {
        var sent = 0;
        foreach (var shop in _shops)
        {
            sent += await shop.DeliverAsync(_http, Log, cancellationToken);
        }

        return sent;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var path = context.Request.Path.Value ?? "";
        var call = $"{context.Request.Method} {path}";
        Log.Called(call);
        var shop = _shops.Find(shop => shop.Host.Equals(context.Request.Headers["X-StoreClaw-Original-Host"].ToString(), StringComparison.OrdinalIgnoreCase));
        var answer = shop is null ? GenstoreAnswer.Refused(404, "Not Found") : Answer(shop, context, path, body.ToArray());
        if (answer.IsRefusal)
        {
            Log.Violated(call, $"{answer.Status} {JsonSerializer.Serialize(answer.Body)}");
        }

        context.Response.StatusCode = answer.Status;
        context.Response.Headers.Date = _time.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);
        if (answer.Link is not null)
        {
            context.Response.Headers["Link"] = answer.Link;
        }

        await context.Response.WriteAsJsonAsync(answer.Body, AsWritten, context.RequestAborted);
    }

    /// <summary>The token first, then the budget, then the call itself.</summary>
    private GenstoreAnswer Answer(GenstoreShop shop, HttpContext context, string path, byte[] body)
    {
        var request = context.Request;
        if (shop.AccessToken is null || request.Headers["X-Genstore-Access-Token"] != shop.AccessToken)
        {
            return GenstoreAnswer.Refused(401, "Invalid access token");
        }

        var used = shop.Take();
        context.Response.Headers["X-Genstore-Shop-Api-Rate-Limit"] = string.Create(CultureInfo.InvariantCulture, $"{used ?? GenstoreShop.BucketSize}/{GenstoreShop.BucketSize}");
        if (used is null)
        {
            return GenstoreAnswer.Refused(429, "Too Many Requests");
        }

        var root = $"/api/{_version}/";
        if (!path.StartsWith(root, StringComparison.Ordinal))
        {
            return GenstoreAnswer.Refused(404, "Not Found");
        }

        if (body.Length > 0 && request.ContentType?.StartsWith("application/json", StringComparison.Ordinal) != true)
        {
            return GenstoreAnswer.Refused(400, "The body must be application/json");
        }

        var query = request.Query.ToDictionary(static pair => pair.Key, static pair => pair.Value.ToString());
        return new GenstoreApi(shop, $"https://{shop.Host}{root}", request.Method, path[root.Length..], query, body, _time.GetUtcNow()).Answer();
    }
}
