using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Shopify.GraphQl;

namespace StoreClaw.Sandbox.Shopify;

public sealed record ShopifyPlatformOptions
{
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Of tokens, codes and delivery ids.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Older versions are served as this one, and the answer's X-Shopify-API-Version says so.</summary>
    public string OldestVersion { get; set; } = "2025-10";

    /// <summary>Newer versions do not exist: 404.</summary>
    public string NewestVersion { get; init; } = "2026-10";

    public TimeSpan CodeLifetime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>What a webhook's receiver has for its answer.</summary>
    public TimeSpan DeliveryTimeout { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>
/// A simulated Shopify on a free loopback port, as strict as the real one. One server stands for every shop: the shop is taken from the header
/// X-StoreClaw-Original-Host, else from Host, else it is the only one there is.
/// </summary>
public sealed class ShopifyPlatform : IAsyncDisposable
{
    private const int MaxQueryCost = 1_000;
    private const string LimitsPage = "https://shopify.dev/api/usage/rate-limits";

    private readonly WebApplication _app;
    private readonly ShopifyRandom _random;
    private readonly ShopifyWebhooks _webhooks;
    private readonly ShopifyOAuth _oauth;
    private readonly ShopifyFaults _faults = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();

    private Dictionary<string, ShopifyShop> _shops = [];
    private long _nextId = 4_759_306;

    private ShopifyPlatform(ShopifyPlatformOptions options)
    {
        Options = options;
        Log = new ShopifyLog(options.Time);
        _random = new ShopifyRandom(options.Seed);
        _webhooks = new ShopifyWebhooks(options, Log, _random);
        _oauth = new ShopifyOAuth(options, Log);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(ServeAsync);
    }

    /// <summary>Like http://127.0.0.1:34567, for Connectors__shopify__BaseUrl.</summary>
    public string BaseUrl { get; private set; } = "";

    public ShopifyPlatformOptions Options { get; }

    public ShopifyLog Log { get; }

    /// <summary>Webhooks that wait for their first try or a retry.</summary>
    public int WaitingDeliveries => _webhooks.Waiting;

    public static async Task<ShopifyPlatform> StartAsync(ShopifyPlatformOptions? options = null)
    {
        var platform = new ShopifyPlatform(options ?? new ShopifyPlatformOptions());
        await platform._app.StartAsync();
        platform.BaseUrl = ((IApplicationBuilder)platform._app).ServerFeatures.Get<IServerAddressesFeature>()!.Addresses.Single();
        return platform;
    }

    /// <summary>Opens a shop with an app installed in it.</summary>
    /// <param name="domain">Like harbor-pine.myshopify.com.</param>
    /// <param name="scopes">What the app's released version asks for.</param>
    public ShopifyShop AddShop(string domain, SimStore store, string clientId, string clientSecret, IEnumerable<string> scopes)
    {
        lock (_lock)
        {
            var shop = new ShopifyShop(548_380_009 + _shops.Count, domain, store, clientId, clientSecret, scopes, _random, Options.Time);
            _shops = new Dictionary<string, ShopifyShop>(_shops, StringComparer.OrdinalIgnoreCase) { [domain] = shop };
            _webhooks.Watch(shop);
            return shop;
        }
    }

    /// <summary>Spoils the next calls, in the order of adding.</summary>
    /// <param name="kind">token, authorize, access_scopes, uninstall or graphql; null for any call.</param>
    public void FailNext(int calls, ShopifyFault fault, string? kind = null) => _faults.Add(calls, fault, kind);

    public void ClearFaults() => _faults.Clear();

    /// <summary>Sends every webhook that is due at the clock's present, and returns how many were tried.</summary>
    public Task<int> DeliverDueAsync(int parallel = 1, CancellationToken cancellationToken = default) => _webhooks.DeliverDueAsync(parallel, cancellationToken);

    /// <summary>Queues customers/data_request, customers/redact or shop/redact for the shop's compliance address.</summary>
    public void SendPrivacy(ShopifyShop shop, string topic, long? customerId = null)
    {
        var address = shop.ComplianceUrl ?? throw new InvalidOperationException("The shop has no compliance address.");
        _webhooks.Enqueue(shop, topic, address, Options.NewestVersion, null, null, _webhooks.NewEvent(), new ShopifyRest(shop).Privacy(topic, customerId));
    }

    /// <summary>The merchant removes the app: tokens die, app/uninstalled goes out, subscriptions end.</summary>
    public void Uninstall(ShopifyShop shop)
    {
        _webhooks.Trigger(shop, "app/uninstalled", new ShopifyRest(shop).Shop());
        shop.Installed = false;
        shop.Tokens.Revoke();
        shop.Change(_ => []);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _app.DisposeAsync();
        _webhooks.Dispose();
        _stopping.Dispose();
    }

    internal long NextId() => Interlocked.Increment(ref _nextId);

    private async Task ServeAsync(HttpContext http)
    {
        var kind = Kind(http.Request);
        Log.Add(kind);
        http.Response.Headers["X-Request-Id"] = _random.Guid().ToString();
        var shop = FindShop(http.Request);
        var fault = _faults.Next(kind);
        if (fault is { } spoiled)
        {
            Log.Add("fault");
            if (await ShopifyFaults.ActAsync(spoiled, http, shop, _stopping.Token))
            {
                return;
            }
        }

        var answer = http.Response.Body;
        http.Response.Body = fault == ShopifyFault.DropAnswer ? new MemoryStream() : answer;
        await RouteAsync(http, kind, shop);
        if (fault == ShopifyFault.DropAnswer)
        {
            http.Abort();
        }
    }

    private static string Kind(HttpRequest request) => (request.Method, request.Path.Value!.Split('/')) switch
    {
        ("POST", ["", "admin", "oauth", "access_token"]) => "token",
        ("GET", ["", "admin", "oauth", "authorize"]) => "authorize",
        ("GET", ["", "admin", "oauth", "access_scopes.json"]) => "access_scopes",
        ("DELETE", ["", "admin", "api_permissions", "current.json"]) => "uninstall",
        ("POST", ["", "admin", "api", _, "graphql.json"]) => "graphql",
        _ => "unknown",
    };

    private ShopifyShop? FindShop(HttpRequest request)
    {
        var shops = _shops;
        if (request.Headers.TryGetValue("X-StoreClaw-Original-Host", out var original))
        {
            return shops.GetValueOrDefault(original.ToString());
        }

        return shops.GetValueOrDefault(request.Host.Host) ?? (shops.Count == 1 ? shops.Values.Single() : null);
    }

    private Task RouteAsync(HttpContext http, string kind, ShopifyShop? shop)
    {
        if (kind == "unknown" || shop is null)
        {
            Log.Refuse(shop?.Domain, kind, shop is null ? "no such shop" : $"no such address: {http.Request.Method} {http.Request.Path}");
            return ShopifyAnswers.ErrorAsync(http, 404, "Not Found");
        }

        if (shop.Standing != ShopifyStanding.Open)
        {
            Log.Refuse(shop.Domain, kind, $"the shop is {shop.Standing}");
            return shop.Standing == ShopifyStanding.Frozen
                ? ShopifyAnswers.ErrorAsync(http, 402, "Unavailable Shop")
                : ShopifyAnswers.ErrorAsync(http, 423, "This store is unavailable");
        }

        return kind switch
        {
            "token" => _oauth.TokenAsync(http, shop),
            "authorize" => _oauth.AuthorizeAsync(http, shop),
            _ => WithTokenAsync(http, kind, shop),
        };
    }

    private async Task WithTokenAsync(HttpContext http, string kind, ShopifyShop shop)
    {
        var sent = http.Request.Headers["X-Shopify-Access-Token"].ToString();
        if (sent.Length == 0 || shop.Tokens.Find(sent) is not { } token)
        {
            Log.Refuse(shop.Domain, kind, sent.Length == 0 ? "no access token" : "unknown or expired access token");
            await ShopifyAnswers.ErrorAsync(http, 401, "[API] Invalid API key or access token (unrecognized login or wrong password)");
            return;
        }

        switch (kind)
        {
            case "graphql":
                await GraphQlAsync(http, shop, token);
                break;
            case "uninstall":
                Uninstall(shop);
                await ShopifyAnswers.JsonAsync(http, 200, new JsonObject());
                break;
            default:
                await ScopesAsync(http, shop, token);
                break;
        }
    }

    private async Task ScopesAsync(HttpContext http, ShopifyShop shop, ShopifyToken token)
    {
        var allowed = shop.RestCalls.TryTake(1);
        http.Response.Headers["X-Shopify-Shop-Api-Call-Limit"] = string.Create(CultureInfo.InvariantCulture, $"{40 - (int)shop.RestCalls.Available}/40");
        if (!allowed)
        {
            Log.Add("throttled");
            http.Response.Headers.RetryAfter = "2.0";
            await ShopifyAnswers.ErrorAsync(http, 429, "Exceeded 2 calls per second for api client. Reduce request rates to resume uninterrupted service.");
            return;
        }

        await ShopifyAnswers.JsonAsync(
            http, 200, new JsonObject { ["access_scopes"] = new JsonArray([.. token.Scopes.Select(scope => new JsonObject { ["handle"] = scope })]) });
    }

    private async Task GraphQlAsync(HttpContext http, ShopifyShop shop, ShopifyToken token)
    {
        if (Version(http.Request.Path.Value!.Split('/')[3]) is not { } version)
        {
            Log.Refuse(shop.Domain, "graphql", $"no such version: {http.Request.Path}");
            await ShopifyAnswers.ErrorAsync(http, 404, "Not Found");
            return;
        }

        http.Response.Headers["X-Shopify-API-Version"] = version;
        var (call, problem) = await ReadAsync(http.Request);
        if (call is null)
        {
            Log.Refuse(shop.Domain, "graphql", problem!.ToJsonString());
            await ShopifyAnswers.JsonAsync(http, 400, problem);
            return;
        }

        await ShopifyAnswers.JsonAsync(http, 200, Execute(shop, token, version, call));
    }

    private JsonObject Execute(ShopifyShop shop, ShopifyToken token, string version, GraphQlCall call)
    {
        var errors = new List<GraphError>();
        var plan = GraphPlan.Prepare(ShopifySchema.Of(version), call.Query, call.OperationName, call.Variables, errors);
        if (plan is { Cost: > MaxQueryCost })
        {
            errors.Add(TooDear(plan.Cost));
        }

        if (plan is null || errors.Count > 0)
        {
            errors.ForEach(error => Log.Refuse(shop.Domain, "graphql", error.Message));
            return new JsonObject { ["errors"] = Json(errors) };
        }

        var bucket = shop.Points;
        if (!bucket.TryTake(plan.Cost))
        {
            Log.Add("throttled");
            var throttled = new GraphError("Throttled", "THROTTLED") { Details = new Dictionary<string, object?> { ["documentation"] = LimitsPage } };
            return new JsonObject { ["errors"] = Json([throttled]), ["extensions"] = new JsonObject { ["cost"] = Cost(bucket, plan.Cost, null) } };
        }

        return Run(shop, token, version, plan);
    }

    private JsonObject Run(ShopifyShop shop, ShopifyToken token, string version, GraphPlan plan)
    {
        foreach (var field in plan.RootFields)
        {
            Log.Add($"graphql:{field}");
        }

        var request = new ShopifyRequest(this, shop, token.Scopes, version);
        var result = plan.Run(ShopifyResolvers.All, request);
        shop.Points.GiveBack(plan.Cost - result.Cost);
        var json = new JsonObject { ["data"] = result.Data };
        foreach (var error in result.Errors)
        {
            Log.Refuse(shop.Domain, "graphql", error.Message);
        }

        if (result.Errors.Count > 0)
        {
            json["errors"] = Json(result.Errors);
        }

        json["extensions"] = new JsonObject { ["cost"] = Cost(shop.Points, plan.Cost, result.Cost) };
        if (request.SearchWarnings.Count > 0)
        {
            json["extensions"]!["search"] = request.Warnings(plan.RootFields[0]);
        }

        return json;
    }

    private static GraphError TooDear(int cost) =>
        new($"Query cost is {cost}, which exceeds the single query max cost limit ({MaxQueryCost}).", "MAX_COST_EXCEEDED")
        {
            Details = new Dictionary<string, object?> { ["cost"] = cost, ["maxCost"] = MaxQueryCost, ["documentation"] = LimitsPage },
        };

    private static JsonArray Json(IEnumerable<GraphError> errors) => new([.. errors.Select(error => error.ToJson())]);

    private static JsonObject Cost(ShopifyBucket bucket, int requested, int? actual) => new()
    {
        ["requestedQueryCost"] = requested,
        ["actualQueryCost"] = actual,
        ["throttleStatus"] = new JsonObject
        {
            ["maximumAvailable"] = bucket.Size,
            ["currentlyAvailable"] = Math.Floor(bucket.Available),
            ["restoreRate"] = bucket.RestoreRate,
        },
    };

    /// <summary>The version that is served for the one that was asked for; null when there is none.</summary>
    private string? Version(string asked)
    {
        var sound = asked.Length == 7 && asked[4] == '-' && int.TryParse(asked.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture, out _)
            && asked[5..] is "01" or "04" or "07" or "10";
        return !sound || string.CompareOrdinal(asked, Options.NewestVersion) > 0
            ? null
            : string.CompareOrdinal(asked, Options.OldestVersion) < 0 ? Options.OldestVersion : asked;
    }

    private static async Task<(GraphQlCall? Call, JsonObject? Problem)> ReadAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        var body = await reader.ReadToEndAsync();
        if (request.ContentType?.StartsWith("application/graphql", StringComparison.OrdinalIgnoreCase) == true)
        {
            return (new GraphQlCall(body, null, null), null);
        }

        if (!request.HasJsonContentType())
        {
            return (null, Missing());
        }

        try
        {
            var json = JsonDocument.Parse(body).RootElement;
            return json.ValueKind == JsonValueKind.Object && json.TryGetProperty("query", out var query) && query.ValueKind == JsonValueKind.String
                ? (new GraphQlCall(query.GetString()!, Text(json, "operationName"), json.TryGetProperty("variables", out var variables) ? variables : null), null)
                : (null, Missing());
        }
        catch (JsonException)
        {
            return (null, new JsonObject { ["errors"] = "Bad Request" });
        }

        static JsonObject Missing() => new() { ["errors"] = new JsonObject { ["query"] = "Required parameter missing or invalid" } };

        static string? Text(JsonElement json, string name) =>
            json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }

    private sealed record GraphQlCall(string Query, string? OperationName, JsonElement? Variables);
}
