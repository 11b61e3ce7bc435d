using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Hosting;

namespace StoreClaw.Sandbox.Amazon;

/// <summary>
/// A simulated Amazon with one application and its sellers behind one loopback port, as strict as the real one: each region's host knows its own sellers, each call wants a token and a name of the
/// caller, unknown parameters are refused, and each operation has its own bucket.
/// </summary>
public sealed class AmazonPlatform : IAsyncDisposable
{
    private readonly TimeProvider _time;
    private readonly AmazonTokens _tokens;
    private readonly AmazonQuota _quota;
    private readonly AmazonOrdersApi _orders;
    private readonly AmazonListingsApi _listings;
    private LoopbackServer? _server;
    private int _lastRequest;

    private AmazonPlatform(TimeProvider time, AmazonApp app)
    {
        (_time, App, Log) = (time, app, new CallLog(time));
        (_tokens, _quota, _orders, _listings) = (new AmazonTokens(app, time), new AmazonQuota(time), new AmazonOrdersApi(time), new AmazonListingsApi(time));
        Forwarder = new AmazonForwarder(time, Log);
    }

    public AmazonApp App { get; }

    /// <summary>Calls by operation, <c>token</c>, <c>throttled</c> and <c>forwarded.status</c>, and what the caller did wrong.</summary>
    public CallLog Log { get; }

    public AmazonForwarder Forwarder { get; }

    public Uri BaseAddress => _server!.BaseAddress;

    /// <summary>Every token and code that was given out.</summary>
    public IReadOnlyList<string> Secrets => _tokens.Given;

    /// <summary>False where version 2026-01-01 of orders is not there.</summary>
    public bool HasNewOrders { get; set; } = true;

    public int SummariesPerPage
    {
        get => _listings.SummariesPerPage;
        set => _listings.SummariesPerPage = value;
    }

    public static async Task<AmazonPlatform> StartAsync(TimeProvider time, AmazonApp app, int port = 0)
    {
        var platform = new AmazonPlatform(time, app);
        platform._server = await LoopbackServer.StartAsync(platform.AnswerAsync, port);
        return platform;
    }

    /// <param name="country">US, DE or JP.</param>
    public AmazonSeller AddSeller(string id, string country, SimStore store)
    {
        var seller = new AmazonSeller(id, country, store, _time);
        _tokens.Sellers.Add(seller);
        Forwarder.Watch(seller);
        return seller;
    }

    /// <summary>The seller, signed in, says yes on the consent page of Seller Central; gives where the browser is sent back to.</summary>
    /// <exception cref="InvalidOperationException">The page shows an error instead.</exception>
    public Uri Approve(Uri authorizeUrl, AmazonSeller seller) => authorizeUrl.Host == seller.SellerCentral
        ? _tokens.Approve(authorizeUrl, seller)
        : throw new InvalidOperationException($"The consent page refuses: {authorizeUrl.Host} is not the seller's Seller Central.");

    /// <summary>The refresh token that a private app's page shows for the seller.</summary>
    public string SelfAuthorize(AmazonSeller seller) => _tokens.Authorize(seller);

    /// <summary>All access tokens run out; refresh tokens stay.</summary>
    public void EndAccessTokens() => _tokens.EndAccess();

    /// <summary>The seller takes the access away in Manage Your Apps.</summary>
    public void Revoke(AmazonSeller seller) => _tokens.Revoke(seller);

    public async ValueTask DisposeAsync()
    {
        Forwarder.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    private async Task AnswerAsync(HttpContext http)
    {
        // By the platform's clock, which may be a test's.
        http.Response.Headers.Date = _time.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);
        if (http.Request.Path == "/apps/authorize/consent")
        {
            // A browser that was sent here; the first seller is signed in.
            http.Response.Redirect(_tokens.Approve(new Uri(BaseAddress, http.Request.Path + http.Request.QueryString), _tokens.Sellers[0]).AbsoluteUri);
            return;
        }

        var (operation, answer) = await RouteAsync(http.Request);
        Log.Called(operation);
        if (answer.Reason is { } reason)
        {
            Log.Violated(operation, reason);
        }

        http.Response.StatusCode = answer.Status;
        http.Response.Headers["x-amzn-RequestId"] = string.Create(CultureInfo.InvariantCulture, $"791a16d4-f4fe-4cd3-9ffd-{Interlocked.Increment(ref _lastRequest):D12}");
        if (answer.Status >= 400)
        {
            http.Response.Headers["x-amzn-ErrorType"] = answer.Body["errors"]?[0]?["code"]?.GetValue<string>() ?? "";
        }

        if (answer.Status is 200 or 201 or 400 or 404 && operation is not ("token" or "unknown"))
        {
            http.Response.Headers["x-amzn-RateLimit-Limit"] = AmazonQuota.RateOf(operation).ToString(CultureInfo.InvariantCulture);
        }

        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(answer.Body.ToJsonString(), http.RequestAborted);
    }

    private async Task<(string Operation, AmazonAnswer Answer)> RouteAsync(HttpRequest request)
    {
        var host = request.Headers["X-StoreClaw-Original-Host"].ToString();
        // As it was sent: a slash within an article number stays encoded.
        var path = request.HttpContext.Features.Get<IHttpRequestFeature>()!.RawTarget.Split('?')[0].Trim('/').Split('/').Select(Uri.UnescapeDataString).ToArray();
        if (path is ["auth", "o2", "token"])
        {
            return ("token", host == "api.amazon.com" ? await _tokens.TokenAsync(request) : AmazonAnswer.NotFound() with { Reason = "tokens are given at api.amazon.com" });
        }

        if (Operation(request.Method, path) is not var (operation, role))
        {
            return ("unknown", AmazonAnswer.NotFound() with { Reason = $"{request.Method} {request.Path}" });
        }

        var token = request.Headers["x-amz-access-token"].ToString();
        if (string.IsNullOrEmpty(request.Headers.UserAgent) || token.Length == 0 || request.Headers.Authorization.Count > 0)
        {
            return (operation, Unauthorized() with { Reason = "no token, no User-Agent, or an Authorization header" });
        }

        // A token that ran out is every day's business.
        if (_tokens.Find(token) is not { } seller || host != $"sellingpartnerapi-{seller.Region}.amazon.com" || !App.Roles.Contains(role) || (role == "listings" && path[3] != seller.Id))
        {
            return (operation, Unauthorized());
        }

        if (!_quota.Take(seller.Id, operation))
        {
            Log.Called("throttled");
            return (operation, AmazonAnswer.Error(429, "QuotaExceeded", "You exceeded your quota for the requested resource.", null));
        }

        seller.ApplyDue();
        return (operation, await AnswerAsync(operation, seller, path, new AmazonQuery(request.Query), request));
    }

    private static AmazonAnswer Unauthorized() => AmazonAnswer.Error(403, "Unauthorized", "Access to requested resource is denied.", null);

    private (string Operation, string Role)? Operation(string method, string[] path) => (method, path) switch
    {
        ("GET", ["orders", "2026-01-01", "orders"]) when HasNewOrders => ("searchOrders", "orders"),
        ("GET", ["orders", "2026-01-01", "orders", _]) when HasNewOrders => ("getOrder", "orders"),
        ("GET", ["orders", "v0", "orders"]) => ("getOrders", "orders"),
        ("GET", ["orders", "v0", "orders", _]) => ("getOrderV0", "orders"),
        ("GET", ["orders", "v0", "orders", _, "orderItems"]) => ("getOrderItems", "orders"),
        ("GET", ["listings", "2021-08-01", "items", _]) => ("searchListingsItems", "listings"),
        ("GET", ["listings", "2021-08-01", "items", _, _]) => ("getListingsItem", "listings"),
        ("PATCH", ["listings", "2021-08-01", "items", _, _]) => ("patchListingsItem", "listings"),
        ("GET", ["fba", "inventory", "v1", "summaries"]) => ("getInventorySummaries", "fba"),
        _ => null,
    };

    private async Task<AmazonAnswer> AnswerAsync(string operation, AmazonSeller seller, string[] path, AmazonQuery query, HttpRequest request) => operation switch
    {
        "searchOrders" => _orders.Search(seller, query),
        "getOrder" => _orders.Get(seller, path[3], query),
        "getOrders" => _orders.SearchOld(seller, query),
        "getOrderV0" => _orders.GetOld(seller, path[3]),
        "getOrderItems" => _orders.Items(seller, path[3], query),
        "searchListingsItems" => _listings.Search(seller, query),
        "getListingsItem" => _listings.Get(seller, path[4], query),
        "getInventorySummaries" => _listings.Summaries(seller, query),
        _ => await PatchAsync(seller, path[4], query, request),
    };

    private async Task<AmazonAnswer> PatchAsync(AmazonSeller seller, string sku, AmazonQuery query, HttpRequest request)
    {
        if (request.ContentType?.StartsWith("application/json", StringComparison.Ordinal) != true)
        {
            return AmazonAnswer.Error(415, "UnsupportedMediaType", "application/json is wanted.", "content type");
        }

        try
        {
            using var body = await JsonDocument.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted);
            return _listings.Patch(seller, sku, query, body.RootElement);
        }
        catch (Exception broken) when (broken is JsonException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
        {
            return AmazonAnswer.Invalid("The body is not understood.");
        }
    }
}
