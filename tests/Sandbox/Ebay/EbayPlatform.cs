using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Hosting;

namespace StoreClaw.Sandbox.Ebay;

/// <summary>
/// A simulated eBay with one application and its sellers behind one loopback port, as strict as the real one: each host serves its own paths, each call needs the right kind of token with the right
/// scope, unknown parameters are refused, and a day's calls are counted per API until midnight Pacific.
/// </summary>
public sealed class EbayPlatform : IAsyncDisposable
{
    private readonly TimeProvider _time;
    private readonly EbayOAuth _oauth;
    private readonly EbaySellApi _sell;
    private readonly ConcurrentDictionary<string, EbaySeller> _sellers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Api, DateOnly Day), int> _used = new();
    private readonly ConcurrentQueue<EbayAnswer> _faults = new();
    private LoopbackServer? _server;

    private EbayPlatform(EbayApp app, TimeProvider time, int seed)
    {
        (App, _time, Log) = (app, time, new CallLog(time));
        (_oauth, _sell, Notifications) = (new EbayOAuth(app, seed, time), new EbaySellApi(time), new EbayNotifications(time, Log));
    }

    public EbayApp App { get; }

    public Uri BaseAddress => _server!.BaseAddress;

    /// <summary>Calls by kind: <c>token</c>, <c>user</c>, <c>order</c>, <c>inventory_item</c>, <c>public_key</c> and so on, and what the caller did wrong.</summary>
    public CallLog Log { get; }

    public EbayNotifications Notifications { get; }

    /// <summary>Calls a day, by API: sell/fulfillment, sell/inventory, commerce/notification, commerce/identity.</summary>
    public Dictionary<string, int> Quotas { get; } = new(StringComparer.Ordinal)
    {
        ["sell/fulfillment"] = 100_000,
        ["sell/inventory"] = 2_000_000,
        ["commerce/notification"] = 10_000,
        ["commerce/identity"] = 5_000,
    };

    /// <summary>Every token and code that was given out.</summary>
    public IReadOnlyList<string> Secrets => _oauth.Given;

    public bool OneItemPerCall
    {
        get => _sell.OneItemPerCall;
        set => _sell.OneItemPerCall = value;
    }

    /// <param name="seed">Decides tokens and codes.</param>
    public static async Task<EbayPlatform> StartAsync(EbayApp app, TimeProvider time, int seed = 1, int port = 0)
    {
        var platform = new EbayPlatform(app, time, seed);
        platform._server = await LoopbackServer.StartAsync(platform.AnswerAsync, port);
        return platform;
    }

    public EbaySeller AddSeller(string userId, string username, SimStore store)
    {
        var seller = new EbaySeller(userId, username, store);
        _sellers[userId] = seller;
        Notifications.Watch(seller);
        return seller;
    }

    /// <summary>The seller, signed in, on the consent page.</summary>
    /// <returns>Where his browser is sent.</returns>
    public Uri Approve(Uri authorizeUrl, EbaySeller seller, bool declines = false) => _oauth.Approve(authorizeUrl, seller, declines);

    /// <summary>All access tokens run out; refresh tokens stay.</summary>
    public void EndAccessTokens() => _oauth.EndAccess();

    public void Revoke(EbaySeller seller)
    {
        _oauth.Revoke(seller);
        Notifications.TellRevoked(seller);
    }

    /// <summary>The next change of that article meets another one under way.</summary>
    public void MakeBusy(string sku) => _sell.Busy.Add(sku);

    /// <summary>Answers the next API calls with a failure of its own.</summary>
    public void FailNext(int status, int errorId, int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            _faults.Enqueue(EbayAnswer.Error(status, errorId, "System error") with { Reason = null });
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        Notifications.Dispose();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        var path = http.Request.Path.Value!.Trim('/').Split('/');
        var kind = path is ["identity", ..] ? "token" : path.Length > 3 ? path[3] : "unknown";
        Log.Called(kind);
        var answer = await RouteAsync(http.Request, path);
        Log.Called($"status.{answer.Status.ToString(CultureInfo.InvariantCulture)}");
        if (answer.Reason is { } reason)
        {
            Log.Violated(kind, reason);
        }

        http.Response.StatusCode = answer.Status;
        // By the platform's clock, which is the test's.
        http.Response.Headers.Date = _time.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);
        if (answer.Location is { } location)
        {
            http.Response.Headers.Location = location;
        }

        if (answer.Body is { } body)
        {
            http.Response.ContentType = "application/json";
            await http.Response.WriteAsync(body.ToJsonString(), http.RequestAborted);
        }
    }

    private async Task<EbayAnswer> RouteAsync(HttpRequest request, string[] path)
    {
        var host = request.Headers["X-StoreClaw-Original-Host"].ToString();
        if (host != (path is ["commerce", "identity", ..] ? "apiz.ebay.com" : "api.ebay.com"))
        {
            return EbayAnswer.Error(404, 2002, $"Resource not found: {host} does not serve {request.Path}");
        }

        if (path is ["identity", "v1", "oauth2", "token"] && request.Method == "POST")
        {
            return await _oauth.TokenAsync(request);
        }

        var sent = request.Headers.Authorization.ToString();
        if (sent.Length == 0 || _oauth.Find(sent.StartsWith("Bearer ", StringComparison.Ordinal) ? sent[7..] : "") is not { } token)
        {
            // A token that ran out is every day's business.
            return EbayAnswer.Error(401, sent.Length == 0 ? 1002 : 1001, sent.Length == 0 ? "Missing access token" : "Invalid access token", "OAuth") with { Reason = sent.Length == 0 ? "no token" : null };
        }

        if (_faults.TryDequeue(out var fault))
        {
            return fault;
        }

        if (path.Length > 2 && Quotas.TryGetValue($"{path[0]}/{path[1]}", out var quota) && Count($"{path[0]}/{path[1]}") > quota)
        {
            return EbayAnswer.Error(429, 2001, "Too many requests.");
        }

        if (request.Method is "POST" or "PUT" && request.ContentType != "application/json")
        {
            return EbayAnswer.Error(415, 2004, "Unsupported media type");
        }

        try
        {
            var body = request.Method is "POST" or "PUT" ? (await JsonDocument.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted)).RootElement : default;
            return token.Seller is { } seller ? await ForSellerAsync(request, path[1..], token, seller, body) : await ForAppAsync(request, path[1..], body);
        }
        catch (JsonException)
        {
            return EbayAnswer.Error(400, 2003, "Could not serialize field");
        }
    }

    private Task<EbayAnswer> ForSellerAsync(HttpRequest request, string[] path, EbayToken token, EbaySeller seller, JsonElement body)
    {
        bool May(params string[] scopes) => scopes.Any(scope => token.Scopes.Contains($"{EbayOAuth.Root}/{scope}"));
        EbayAnswer If(bool allowed, Func<EbayAnswer> answer) => allowed ? answer() : EbayAnswer.Error(403, 1100, "Insufficient permissions to fulfill the request.");
        string[] orders = ["sell.fulfillment", "sell.fulfillment.readonly"];
        string[] items = ["sell.inventory", "sell.inventory.readonly"];
        return Task.FromResult((request.Method, path) switch
        {
            ("GET", ["identity", "v1", "user"]) => If(May("commerce.identity.readonly"), () => EbayAnswer.Ok(new JsonObject
            {
                ["userId"] = seller.UserId,
                ["username"] = seller.Username,
                ["accountType"] = "BUSINESS",
                ["registrationMarketplaceId"] = "EBAY_US",
            })),
            ("GET", ["fulfillment", "v1", "order"]) => If(May(orders), () => _sell.Orders(seller, request)),
            ("GET", ["fulfillment", "v1", "order", var id]) => If(May(orders), () => _sell.Order(seller, id, request)),
            ("GET", ["inventory", "v1", "inventory_item"]) => If(May(items), () => _sell.Items(seller, request)),
            ("GET", ["inventory", "v1", "inventory_item", var sku]) => If(May(items), () => _sell.Item(seller, Uri.UnescapeDataString(sku))),
            ("POST", ["inventory", "v1", "bulk_update_price_quantity"]) => If(May("sell.inventory"), () => _sell.SetQuantities(seller, body)),
            ("GET", ["notification", "v1", "subscription"]) => If(May("commerce.notification.subscription"), () => Notifications.ListSubscriptions(seller, request)),
            ("POST", ["notification", "v1", "subscription"]) => If(May("commerce.notification.subscription"), () => Notifications.PutSubscription(seller, null, body)),
            ("PUT", ["notification", "v1", "subscription", var id]) => If(May("commerce.notification.subscription"), () => Notifications.PutSubscription(seller, id, body)),
            ("DELETE", ["notification", "v1", "subscription", var id]) => If(May("commerce.notification.subscription"), () => Notifications.DeleteSubscription(seller, id)),
            ("GET" or "PUT" or "POST" or "DELETE", ["notification", ..]) => EbayAnswer.Error(403, 1100, "Insufficient permissions: an application token is wanted."),
            _ => EbayAnswer.Error(404, 2002, "Resource not found"),
        });
    }

    private async Task<EbayAnswer> ForAppAsync(HttpRequest request, string[] path, JsonElement body) => (request.Method, path) switch
    {
        ("GET", ["notification", "v1", "public_key", var id]) => Notifications.PublicKey(id),
        ("GET", ["notification", "v1", "config"]) => Notifications.Config(),
        ("PUT", ["notification", "v1", "config"]) => Notifications.SetConfig(body),
        ("GET", ["notification", "v1", "destination"]) => Notifications.ListDestinations(request),
        ("POST", ["notification", "v1", "destination"]) => await Notifications.PutDestinationAsync(null, body),
        ("PUT", ["notification", "v1", "destination", var id]) => await Notifications.PutDestinationAsync(id, body),
        ("DELETE", ["notification", "v1", "destination", var id]) => Notifications.DeleteDestination(id),
        _ => EbayAnswer.Error(403, 1100, "Insufficient permissions: a seller's token is wanted."),
    };

    private int Count(string api)
    {
        var pacific = TimeZoneInfo.ConvertTime(_time.GetUtcNow(), TimeZoneInfo.FindSystemTimeZoneById("America/Los_Angeles"));
        return _used.AddOrUpdate((api, DateOnly.FromDateTime(pacific.DateTime)), 1, static (_, used) => used + 1);
    }
}
