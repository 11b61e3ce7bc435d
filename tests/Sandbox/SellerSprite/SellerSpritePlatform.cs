using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using StoreClaw.Sandbox.Hosting;

namespace StoreClaw.Sandbox.SellerSprite;

/// <summary>
/// Simulated SellerSprite on a loopback port: key in a header, JSON content type on every call, answers in the envelope {code, message, data} on HTTP 200 whatever happens, messages in Chinese and
/// English by turns, calls counted by the minute, the day and the month.
/// </summary>
public sealed class SellerSpritePlatform : IAsyncDisposable
{
    private static readonly JsonSerializerOptions AsWritten = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly string[] Marketplaces = ["US", "JP", "UK", "DE", "FR", "IT", "ES", "CA", "IN", "MX", "BR", "AU", "AE"];

    private readonly TimeProvider _time;
    private readonly SellerSpriteOptions _options;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, SellerSpriteAccount> _accounts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SellerSpriteMarket> _markets = Marketplaces.ToDictionary(static code => code, static _ => new SellerSpriteMarket());
    private LoopbackServer? _server;
    private int _answers;

    private SellerSpritePlatform(TimeProvider time, SellerSpriteOptions options) => (_time, _options, Log) = (time, options, new CallLog(time));

    /// <summary>Calls are counted by path.</summary>
    public CallLog Log { get; }

    public Uri BaseAddress => _server!.BaseAddress;

    public static async Task<SellerSpritePlatform> StartAsync(TimeProvider time, SellerSpriteOptions? options = null, int port = 0)
    {
        var platform = new SellerSpritePlatform(time, options ?? new SellerSpriteOptions());
        platform._server = await LoopbackServer.StartAsync(platform.AnswerAsync, port);
        return platform;
    }

    /// <summary>A customer who types that key.</summary>
    public SellerSpriteAccount AddAccount(string key, int monthlyCalls = 4000)
    {
        var account = new SellerSpriteAccount(key, monthlyCalls);
        lock (_lock)
        {
            _accounts.Add(key, account);
        }

        return account;
    }

    /// <summary>What is known of a marketplace; nothing at first.</summary>
    public SellerSpriteMarket Market(string marketplace) => _markets[marketplace];

    public void SetMarket(string marketplace, SellerSpriteMarket market) => _markets[marketplace] = market;

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        Log.Called(path);
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var now = _time.GetUtcNow();
        object envelope;
        try
        {
            envelope = new { code = "OK", message = Say("成功", "success"), data = Answer(context.Request, path, body.ToArray(), now) };
        }
        catch (SellerSpriteRefusal refusal)
        {
            Log.Violated(path, $"{refusal.Code} {refusal.Named}".TrimEnd());
            context.Response.StatusCode = refusal.Code == "429" ? 429 : 200;
            envelope = new { code = refusal.Code == "429" ? "" : refusal.Code, message = Say("请求失败", "request failed"), data = refusal.Named };
        }

        context.Response.Headers.Date = now.ToString("R", CultureInfo.InvariantCulture);
        await context.Response.WriteAsJsonAsync(envelope, AsWritten, context.RequestAborted);
    }

    private object Answer(HttpRequest request, string path, byte[] body, DateTimeOffset now)
    {
        var isVisits = path == "/v1/visits";
        if ((request.Method, path) is not (("GET", "/v1/visits") or ("POST", "/v1/product/research" or "/v1/product/competitor-lookup" or "/v1/keyword-research")))
        {
            throw new SellerSpriteRefusal("ERROR_URL_NOT_FOUND");
        }

        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || type.MediaType != "application/json" || type.CharSet?.ToLowerInvariant() is not "utf-8")
        {
            throw new SellerSpriteRefusal("ERROR_PARAM", "Content-Type");
        }

        var account = Admit(request, now, paid: !isVisits);
        if (isVisits)
        {
            return new { total = account.MonthlyCalls, left = account.MonthlyCalls - account.UsedInMonth(now) };
        }

        var api = new SellerSpriteApi(_markets, now);
        var query = Parse(body);
        return path switch
        {
            "/v1/product/research" => api.Products(query),
            "/v1/product/competitor-lookup" => api.Competitors(query),
            _ => api.Keywords(query),
        };
    }

    private SellerSpriteAccount Admit(HttpRequest request, DateTimeOffset now, bool paid)
    {
        lock (_lock)
        {
            if (!_accounts.TryGetValue(request.Headers["secret-key"].ToString(), out var account))
            {
                throw new SellerSpriteRefusal("ERROR_SECRET_KEY");
            }

            if (account.State != KeyState.Good)
            {
                throw new SellerSpriteRefusal(account.State == KeyState.Overdue ? "ERROR_SECRET_KEY_OVERDUE" : "ERROR_SECRET_KEY_INVALID");
            }

            if (account.IsTooFast(now, _options.CallsPerMinute))
            {
                throw new SellerSpriteRefusal(_options.Burst == BurstAnswer.TooManyRequests ? "429" : "ERROR_VISIT_MAX");
            }

            if (paid && account.IsSpent(now))
            {
                throw new SellerSpriteRefusal("ERROR_VISIT_MAX");
            }

            account.Count(now, paid);
            return account;
        }
    }

    private static JsonElement Parse(byte[] body)
    {
        try
        {
            var json = JsonElement.Parse(body);
            return json.ValueKind == JsonValueKind.Object ? json : throw new SellerSpriteRefusal("ERROR_PARAM");
        }
        catch (JsonException)
        {
            throw new SellerSpriteRefusal("ERROR_PARAM");
        }
    }

    /// <summary>In Chinese or in English, as it comes.</summary>
    private string Say(string chinese, string english) => Interlocked.Increment(ref _answers) % 2 == 0 ? chinese : english;
}
