using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Hosting;

namespace StoreClaw.Sandbox.TikTokShop;

/// <summary>
/// A simulated TikTok Shop with one app and any number of sellers behind one loopback port. The header <c>X-StoreClaw-Original-Host</c> says which of its
/// hosts is meant. Strict: what the documentation does not allow is refused and noted as a violation.
/// </summary>
public sealed class TikTokShopPlatform : IAsyncDisposable
{
    public const string OriginalHostHeader = "X-StoreClaw-Original-Host";

    private static readonly string[] AuthorizeHosts = ["services.tiktokshop.com", "services.tiktokshops.us", "services.us.tiktokshop.com"];

    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly List<TikTokShopSeller> _sellers = [];
    private readonly TikTokShopGate _gate;
    private readonly TikTokShopTokens _tokens;
    private LoopbackServer? _server;
    private long _requests;

    private TikTokShopPlatform(TikTokShopApp app, TimeProvider time, int seed)
    {
        (App, _time) = (app, time);
        Log = new CallLog(time);
        _tokens = new TikTokShopTokens(this, time, seed);
        _gate = new TikTokShopGate(this, _tokens, time);
    }

    /// <summary>May change while the platform runs.</summary>
    public TikTokShopApp App { get; set; }

    /// <summary>Calls by kind (<c>token.get</c>, <c>/order/202309/orders/search</c>, <c>webhook</c>, <c>throttled</c>) and callers' mistakes.</summary>
    public CallLog Log { get; }

    public Uri BaseAddress => _server!.BaseAddress;

    /// <summary>How many results a product search may have.</summary>
    public int MostResults { get; set; } = 10_000;

    /// <summary>How far the platform's clock is ahead of the one it was given.</summary>
    public TimeSpan ClockLead { get; set; }

    /// <summary>Every code and token ever given out.</summary>
    public IReadOnlyList<string> GivenOut => _tokens.Given;

    public IReadOnlyList<TikTokShopSeller> Sellers
    {
        get
        {
            lock (_lock)
            {
                return [.. _sellers];
            }
        }
    }

    internal DateTimeOffset Now => _time.GetUtcNow() + ClockLead;

    /// <param name="seed">Decides codes, tokens and ciphers.</param>
    public static async Task<TikTokShopPlatform> StartAsync(TikTokShopApp app, TimeProvider time, int seed = 1, int port = 0)
    {
        var platform = new TikTokShopPlatform(app, time, seed);
        platform._server = await LoopbackServer.StartAsync(platform.AnswerAsync, port);
        return platform;
    }

    public TikTokShopSeller AddSeller(string name, string region)
    {
        lock (_lock)
        {
            var seller = new TikTokShopSeller(string.Create(CultureInfo.InvariantCulture, $"70107360571803{_sellers.Count:D5}"), name, region);
            _sellers.Add(seller);
            return seller;
        }
    }

    public TikTokShopShop AddShop(TikTokShopSeller seller, SimStore store)
    {
        var shop = new TikTokShopShop(this, seller, store, Sellers.Sum(static other => other.Shops.Count), _time);
        seller.Add(shop);
        return shop;
    }

    /// <summary>The seller, signed in, opens the service link and approves.</summary>
    /// <returns>Where the browser goes.</returns>
    public Uri Approve(Uri authorizeUrl, TikTokShopSeller seller) => Back(authorizeUrl, new() { ["app_key"] = App.Key, ["code"] = _tokens.NewCode(seller), ["locale"] = "en" });

    /// <inheritdoc cref="Approve"/>
    public Uri Deny(Uri authorizeUrl) => Back(authorizeUrl, new() { ["code"] = "null", ["error"] = "auth_denied" });

    /// <summary>All access tokens run out now.</summary>
    public void ExpireTokens() => _tokens.Expire();

    /// <summary>The seller takes the authorization away; the shops' deauthorization is delivered.</summary>
    public void Deauthorize(TikTokShopSeller seller)
    {
        _tokens.Revoke(seller);
        foreach (var shop in seller.Shops)
        {
            shop.Hooks.Enqueue("SELLER_DEAUTHORIZATION", new JsonObject { ["message"] = $"Shop_id {shop.Id} is deauthorized from your APP by merchant." });
        }
    }

    /// <summary>The next calls are too many.</summary>
    public void ThrottleNext(int calls = 1) => _gate.ThrottleNext(calls);

    /// <summary>Sends what is due, repeats included.</summary>
    /// <returns>How many deliveries were attempted.</returns>
    public async Task<int> DeliverDueAsync(CancellationToken cancellation = default)
    {
        var sent = 0;
        foreach (var shop in Sellers.SelectMany(static seller => seller.Shops))
        {
            sent += await shop.Hooks.DeliverDueAsync(cancellation);
        }

        return sent;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        foreach (var shop in Sellers.SelectMany(static seller => seller.Shops))
        {
            shop.Hooks.Dispose();
        }
    }

    private Uri Back(Uri authorizeUrl, Dictionary<string, string> answer)
    {
        var query = QueryHelpers.ParseQuery(authorizeUrl.Query);
        if (authorizeUrl.Scheme != "https" || !AuthorizeHosts.Contains(authorizeUrl.Host) || authorizeUrl.AbsolutePath != "/open/authorize"
            || !query.Keys.Order(StringComparer.Ordinal).SequenceEqual(["service_id", "state"]) || query["service_id"] != App.ServiceId)
        {
            Log.Violated("authorize", "the service link is not as it is documented");
            throw new InvalidOperationException("TikTok Shop shows an error page: this is no service link of the app.");
        }

        answer["state"] = query["state"].ToString();
        return new Uri(QueryHelpers.AddQueryString(App.RedirectUrl.AbsoluteUri, answer!));
    }

    private async Task AnswerAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body, new UTF8Encoding(false));
        var body = await reader.ReadToEndAsync();
        var host = http.Request.Headers.TryGetValue(OriginalHostHeader, out var original) ? original.ToString() : http.Request.Host.Value;
        var answer = host switch
        {
            "auth.tiktok-shops.com" => _tokens.Answer(http.Request),
            "open-api.tiktokglobalshop.com" => _gate.Answer(http.Request, body),
            _ => new TikTokShopAnswer(404, 36009009, "There is no such host here.", null),
        };
        if (answer.Code != 0)
        {
            Log.Violated(http.Request.Path, $"{answer.Code}: {answer.Message}");
        }

        var envelope = new JsonObject
        {
            ["code"] = answer.Code,
            ["message"] = answer.Message,
            ["data"] = answer.Data,
            ["request_id"] = string.Create(CultureInfo.InvariantCulture, $"{Now:yyyyMMddHHmmss}{Interlocked.Increment(ref _requests):D20}"),
        };
        http.Response.StatusCode = answer.Status;
        http.Response.ContentType = "application/json";
        http.Response.Headers.Date = Now.ToString("R", CultureInfo.InvariantCulture);
        await http.Response.WriteAsync(envelope.ToJsonString());
    }
}
