using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Hosting;

namespace StoreClaw.Sandbox.Wix;

/// <summary>The app as it stands in its owner's dashboard.</summary>
/// <param name="KeyName">Which key pair signs its webhooks.</param>
/// <param name="ShareUrlId">Needed to install an app that is not listed in the market.</param>
public sealed record WixApp(string Id, string Secret, string KeyName, string? ShareUrlId = null);

/// <summary>A simulated Wix with one app and any number of sites, as strict as the real one is said to be.</summary>
public sealed class WixPlatform : IAsyncDisposable
{
    public const int CallsPerMinute = 200;

    private static readonly TimeSpan TokenLifetime = TimeSpan.FromHours(4);

    /// <summary>Wix gives 1250 ms; a machine that is busy with other tests gets more.</summary>
    private static readonly TimeSpan WebhookPatience = TimeSpan.FromSeconds(25);

    private readonly ConcurrentDictionary<string, (WixSite Site, DateTimeOffset Ends)> _tokens = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _given = new();
    private readonly List<WixSite> _sites = [];
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan };
    private readonly WixApi _api = new();
    private readonly TimeProvider _time;
    private LoopbackServer _server = null!;

    private WixPlatform(WixApp app, TimeProvider time) => (App, _time, Log) = (app, time, new CallLog(time));

    public WixApp App { get; }

    public CallLog Log { get; }

    public Uri BaseAddress => _server.BaseAddress;

    public DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>Where the dashboard sends all webhooks to.</summary>
    public Uri? WebhookAddress { get; set; }

    /// <summary>The site that whoever comes to the installer chooses.</summary>
    public WixSite? Chosen { get; set; }

    public IReadOnlyList<string> GivenTokens => [.. _given];

    public static async Task<WixPlatform> StartAsync(WixApp app, TimeProvider time, int port = 0)
    {
        var platform = new WixPlatform(app, time);
        platform._server = await LoopbackServer.StartAsync(platform.ServeAsync, port);
        return platform;
    }

    public WixSite AddSite(string instanceId, SimStore store, WixCatalogVersion catalog)
    {
        var site = new WixSite(instanceId, store, catalog);
        _sites.Add(site);
        Chosen ??= site;
        return site;
    }

    public void ExpireTokens()
    {
        foreach (var (token, (site, _)) in _tokens)
        {
            _tokens[token] = (site, default);
        }
    }

    /// <summary>The owner removes the app from the site.</summary>
    public void Remove(WixSite site)
    {
        site.IsInstalled = false;
        site.Enqueue("AppRemoved", null);
        foreach (var (token, _) in _tokens.Where(token => token.Value.Site == site))
        {
            _tokens.TryRemove(token, out _);
        }
    }

    /// <summary>Cursors live for a while only.</summary>
    public void ForgetCursors() => _api.ForgetCursors();

    /// <summary>Sends all that waits, once; who does not answer 200 in time is noted.</summary>
    public async Task<int> DeliverAsync()
    {
        var sent = 0;
        foreach (var site in _sites)
        {
            while (site.NextEvent() is { } told)
            {
                if (WebhookAddress is { } address)
                {
                    await DeliverAsync(address, WixSigning.Webhook(App.KeyName, site.InstanceId, told.EventType, told.Told, _time.GetUtcNow()), told.EventType);
                    sent++;
                }
            }
        }

        return sent;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _http.Dispose();
    }

    private async Task DeliverAsync(Uri address, string jwt, string eventType)
    {
        using var patience = new CancellationTokenSource(WebhookPatience);
        using var content = new StringContent(jwt, Encoding.ASCII, new MediaTypeHeaderValue("text/plain"));
        using var answer = await _http.PostAsync(address, content, patience.Token);
        if (answer.StatusCode != HttpStatusCode.OK)
        {
            Log.Violated("webhook", $"{eventType} was answered {(int)answer.StatusCode}");
        }
    }

    private async Task ServeAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body, new UTF8Encoding(false, throwOnInvalidBytes: true));
        var body = await reader.ReadToEndAsync();
        var path = http.Request.Path.Value ?? "";
        Log.Called(path.Trim('/'));
        var host = http.Request.Headers["X-StoreClaw-Original-Host"].FirstOrDefault();
        WixAnswer answer;
        try
        {
            if (path == "/app-installer" && http.Request.Method == "GET" && host is null or "www.wix.com")
            {
                http.Response.Redirect(Install(http.Request.Query));
                return;
            }

            answer = host is not (null or "www.wixapis.com") ? throw new WixRefusal(404, "")
                : path == "/oauth2/token" ? Token(http.Request, body)
                : _api.Answer(Authorized(http.Request, body), http.Request.Method, path, body);
        }
        catch (WixRefusal refusal)
        {
            Log.Violated(path.Trim('/'), refusal.Message);
            answer = refusal.Answer;
        }

        http.Response.StatusCode = answer.Status;
        http.Response.ContentType = "application/json";
        http.Response.Headers["X-Wix-Request-Id"] = "1761234567.8901234";
        http.Response.Headers.Date = _time.GetUtcNow().ToString("R");
        await http.Response.WriteAsync(answer.Body.ToJsonString());
    }

    private string Install(IQueryCollection query)
    {
        var known = new[] { "appId", "postInstallationUrl", "shareUrlId" };
        var url = query["postInstallationUrl"].ToString();
        if (query.Keys.Except(known).Any() || query["appId"] != App.Id || !Uri.TryCreate(url, UriKind.Absolute, out _) || (App.ShareUrlId is { } share && query["shareUrlId"] != share) || Chosen is not { } site)
        {
            throw new WixRefusal(400, "The app cannot be installed by this link.");
        }

        site.IsInstalled = true;
        return QueryHelpers.AddQueryString(url, new Dictionary<string, string?>
        {
            ["appId"] = App.Id,
            ["tenantId"] = site.SiteId,
            ["instanceId"] = site.InstanceId,
            ["instance"] = WixSigning.Instance(App.Secret, App.Id, site.InstanceId, _time.GetUtcNow()),
        });
    }

    private WixAnswer Token(HttpRequest request, string body)
    {
        var fields = request.Method == "POST" && IsJson(request) ? WixQuestion.Object(WixQuestion.Parse(body, "body"), "body", "grant_type", "client_id", "client_secret", "instance_id") : throw new WixRefusal(404, "");
        if ((string?)fields["grant_type"] != "client_credentials" || (string?)fields["client_id"] != App.Id || !IsSecret((string?)fields["client_secret"]))
        {
            Log.Violated("oauth2/token", "wrong client");
            return new WixAnswer(400, new JsonObject { ["error"] = "invalid_client", ["error_description"] = "Client authentication failed" });
        }

        if (_sites.Find(site => site.InstanceId == (string?)fields["instance_id"] && site.IsInstalled) is not { } site)
        {
            return new WixAnswer(404, new JsonObject { ["error"] = "invalid_request", ["error_description"] = "App instance not found" });
        }

        var token = $"OauthNG.JWS.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24))}";
        _tokens[token] = (site, _time.GetUtcNow() + TokenLifetime);
        _given.Enqueue(token);
        return WixAnswer.Ok(new JsonObject { ["access_token"] = token, ["token_type"] = "Bearer", ["expires_in"] = (long)TokenLifetime.TotalSeconds });
    }

    private WixSite Authorized(HttpRequest request, string body)
    {
        var now = _time.GetUtcNow();
        if (!_tokens.TryGetValue(request.Headers.Authorization.ToString(), out var known) || known.Ends <= now || !known.Site.IsInstalled)
        {
            throw new WixRefusal(401, "");
        }

        if (body.Length > 0 && !IsJson(request))
        {
            throw new WixRefusal(400, "The body must be application/json.");
        }

        while (known.Site.CallTimes.TryPeek(out var first) && first <= now.AddMinutes(-1))
        {
            known.Site.CallTimes.TryDequeue(out _);
        }

        known.Site.CallTimes.Enqueue(now);
        return known.Site.CallTimes.Count > CallsPerMinute ? throw WixRefusal.Application(429, "RESOURCE_EXHAUSTED", "Too many requests") : known.Site;
    }

    private static bool IsJson(HttpRequest request) => MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType == "application/json";

    private bool IsSecret(string? given) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given ?? ""), Encoding.UTF8.GetBytes(App.Secret));
}
