using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Hosting;

namespace StoreClaw.Sandbox.Shopee;

/// <summary>What the app's page in the console shows.</summary>
/// <param name="PushKey">Null where pushes are signed with the partner key.</param>
public sealed record ShopeeApp(long PartnerId, string PartnerKey, string? PushKey = null);

/// <summary>Shopee's Open Platform with one app and any number of shops behind one loopback port. Refuses what the real one refuses, and notes it.</summary>
public sealed class ShopeePlatform : IAsyncDisposable
{
    private const string AuthorizePath = "/api/v2/shop/auth_partner";

    private static readonly TimeSpan SignedFor = TimeSpan.FromMinutes(5);

    private static readonly string[] Common = ["partner_id", "timestamp", "sign"];

    private readonly TimeProvider _time;
    private readonly Dictionary<long, ShopeeShop> _shops = [];
    private readonly ShopeeTokens _tokens;
    private readonly Dictionary<string, ShopeeCall> _calls;
    private LoopbackServer? _server;
    private int _requests;
    private int _throttled;

    private ShopeePlatform(TimeProvider time, ShopeeApp app)
    {
        (_time, App, Log) = (time, app, new CallLog(time));
        _tokens = new ShopeeTokens(() => Now);
        Pushes = new ShopeePushes(app, () => Now);
        _calls = ShopeeApi.Calls(_tokens, Pushes, app).ToDictionary(static call => call.Path);
    }

    public ShopeeApp App { get; }

    public CallLog Log { get; }

    public ShopeePushes Pushes { get; }

    public Uri BaseAddress => _server!.BaseAddress;

    /// <summary>Every code and token given out.</summary>
    public IReadOnlyList<string> Secrets => _tokens.All;

    /// <summary>How far the platform's clock is ahead.</summary>
    public TimeSpan Skew { get; set; }

    /// <summary>The app's calls of the day are used up.</summary>
    public bool QuotaSpent { get; set; }

    /// <summary>The seller signs in with an account that holds several shops.</summary>
    public bool ByMainAccount { get; set; }

    /// <summary>Runs after a call was answered, with its path.</summary>
    public Action<string> Answered { get; set; } = static _ => { };

    private DateTimeOffset Now => _time.GetUtcNow() + Skew;

    public static async Task<ShopeePlatform> StartAsync(TimeProvider time, ShopeeApp app, int port = 0)
    {
        var platform = new ShopeePlatform(time, app);
        platform._server = await LoopbackServer.StartAsync(platform.AnswerAsync, port);
        return platform;
    }

    /// <summary>Opens a shop. The first one is the one whose seller approves in the browser.</summary>
    public ShopeeShop AddShop(long id, string name, SimStore store)
    {
        var shop = new ShopeeShop(id, name, store);
        _shops.Add(id, shop);
        Pushes.Watch(shop);
        return shop;
    }

    /// <summary>The next calls are refused as too many.</summary>
    public void Throttle(int calls) => _throttled = calls;

    public void ExpireTokens() => _tokens.ExpireAccess();

    /// <summary>A code as the consent page gives one out.</summary>
    public string IssueCode(ShopeeShop shop) => _tokens.Code(shop);

    /// <summary>The seller takes the app's access away in the seller centre.</summary>
    public void Unlink(ShopeeShop shop)
    {
        shop.Linked = false;
        Pushes.Unlinked(shop);
    }

    public async ValueTask DisposeAsync()
    {
        Pushes.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        Log.Called(path);
        context.Response.Headers.Date = Now.ToString("r", CultureInfo.InvariantCulture);
        Dictionary<string, object?> answer;
        try
        {
            if (path == AuthorizePath)
            {
                Consent(context);
                return;
            }

            answer = await DoAsync(context, path);
        }
        catch (ShopeeRefusalException refusal)
        {
            context.Response.StatusCode = refusal.Status;
            answer = new() { ["error"] = refusal.Error, ["message"] = refusal.Told };
            if (refusal.Error is "error_param" or "error_sign")
            {
                Log.Violated(path, refusal.Told);
            }
        }

        answer["request_id"] = Interlocked.Increment(ref _requests).ToString("x32", CultureInfo.InvariantCulture);
        await context.Response.WriteAsJsonAsync(answer, context.RequestAborted);
        Answered(path);
    }

    private async Task<Dictionary<string, object?>> DoAsync(HttpContext context, string path)
    {
        var call = _calls.GetValueOrDefault(path) is { } known && known.Method == context.Request.Method ? known
            : throw new ShopeeRefusalException("error_param", "Permission denied. This API is currently offline or the request path is incorrect.", 404);
        CheckApp(context.Request, call.IsPublic);
        var shop = call.IsPublic ? null : CheckShop(context.Request);
        if (QuotaSpent)
        {
            throw new ShopeeRefusalException("error_limit", "The total API call number made by your APP has reached the daily API call limit, please try again after 00: 00 (UTC+08:00)");
        }

        if (Interlocked.Decrement(ref _throttled) >= 0)
        {
            throw new ShopeeRefusalException("error_rate_limit", "Too many requests. You have reached the rate limit. Please try again later.");
        }

        string[] own = call.Method == HttpMethods.Get ? call.Parameters : [];
        string[] expected = call.IsPublic ? [.. Common, .. own] : [.. Common, "access_token", "shop_id", .. own];
        if (context.Request.Query.Keys.FirstOrDefault(key => !expected.Contains(key)) is { } odd)
        {
            throw ShopeeRefusalException.Parameter($"{odd} is not known in the query");
        }

        var body = call.Method == HttpMethods.Post ? await BodyAsync(context.Request, call.Parameters) : default;
        return call.Do(new ShopeeRequest(context.Request, body, shop, Now));
    }

    private static async Task<JsonElement> BodyAsync(HttpRequest request, string[] parameters)
    {
        if (request.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) != true)
        {
            throw ShopeeRefusalException.Parameter("the body is not application/json");
        }

        try
        {
            var body = (await JsonDocument.ParseAsync(request.Body)).RootElement;
            return body.ValueKind == JsonValueKind.Object && body.EnumerateObject().All(member => parameters.Contains(member.Name)) ? body : throw ShopeeRefusalException.Parameter("the body has an unknown member");
        }
        catch (JsonException)
        {
            throw ShopeeRefusalException.Parameter("the body is not JSON");
        }
    }

    private void CheckApp(HttpRequest request, bool isPublic)
    {
        string Single(string name, string missing) => request.Query[name] is [{ Length: > 0 } value] ? value : throw new ShopeeRefusalException("error_param", missing);
        var partner = Single("partner_id", "There is no partner_id in query.");
        var (stamp, sign) = (Single("timestamp", "no timestamp"), Single("sign", "There is no sign in query."));
        if (partner != App.PartnerId.ToString(CultureInfo.InvariantCulture))
        {
            throw new ShopeeRefusalException("error_auth", "partner_id is invalid", 403);
        }

        if (!long.TryParse(stamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            throw new ShopeeRefusalException("error_param", "Invalid timestamp");
        }

        if (Math.Abs(Now.ToUnixTimeSeconds() - seconds) > SignedFor.TotalSeconds)
        {
            throw new ShopeeRefusalException("error_param", "Timestamp is expired.");
        }

        var access = isPublic ? "" : Single("access_token", "There is no access_token in query.") + Single("shop_id", "There is no shop_id in query.");
        if (sign != ShopeeSigning.Call(App.PartnerKey, partner, request.Path.Value!, stamp, access))
        {
            throw new ShopeeRefusalException("error_sign", "Wrong sign.", 403);
        }
    }

    private ShopeeShop CheckShop(HttpRequest request)
    {
        var shop = long.TryParse(request.Query["shop_id"], CultureInfo.InvariantCulture, out var id) && _shops.TryGetValue(id, out var found) ? found
            : throw new ShopeeRefusalException("error_auth", "Invalid partner_id or shopid.");
        return !shop.Linked ? throw new ShopeeRefusalException("shop_no_linked", "Partner and shop has no linked.")
            : _tokens.IsGood(request.Query["access_token"]!, id) ? shop
            : throw new ShopeeRefusalException("error_auth", "Invalid access_token.");
    }

    /// <summary>The page where the seller approves: back to the address in the link, with a code.</summary>
    private void Consent(HttpContext context)
    {
        CheckApp(context.Request, isPublic: true);
        if (context.Request.Query.Keys.Any(static key => !Common.Contains(key) && key != "redirect")
            || !Uri.TryCreate(context.Request.Query["redirect"], UriKind.Absolute, out var redirect) || redirect.Query.Length > 0)
        {
            throw ShopeeRefusalException.Parameter("redirect");
        }

        var shop = _shops.Values.First();
        shop.Linked = true;
        var who = ByMainAccount ? "main_account_id=55" : string.Create(CultureInfo.InvariantCulture, $"shop_id={shop.Id}");
        context.Response.Redirect($"{redirect.AbsoluteUri}?code={_tokens.Code(shop)}&{who}");
    }
}
