using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Hosting;

namespace StoreClaw.Sandbox.Temu;

/// <summary>
/// Simulated Temu with one app and any number of shops behind one loopback port: the router, the page where sellers approve, events. For which region a call is it takes from the header
/// X-StoreClaw-Original-Host, as the real one does from the host. Refuses what the real one refuses, and notes it.
/// </summary>
public sealed class TemuPlatform : IAsyncDisposable
{
    private const string Router = "/openapi/router";

    private const string ApprovalPage = "/open-platform/client-manage/authorization";

    private const int CallsASecond = 20;

    private static readonly JsonSerializerOptions AsWritten = new();

    private readonly TimeProvider _time;
    private readonly List<TemuMall> _malls = [];
    private readonly TemuTokens _tokens;
    private readonly Lock _lock = new();
    private readonly Queue<DateTimeOffset> _recent = new();
    private LoopbackServer? _server;
    private DateTimeOffset _lastUpdate;
    private int _throttled;
    private int _requests;

    private TemuPlatform(TimeProvider time, TemuApp app)
    {
        (_time, App, Log) = (time, app, new CallLog(time));
        _tokens = new TemuTokens(() => Now);
        Hooks = new TemuHooks(app, () => Now);
    }

    public TemuApp App { get; private set; }

    /// <summary>Calls by their type.</summary>
    public CallLog Log { get; }

    public TemuHooks Hooks { get; }

    public Uri BaseAddress => _server!.BaseAddress;

    /// <summary>Every code and token given out.</summary>
    public IReadOnlyList<string> Secrets => _tokens.All;

    /// <summary>How far the platform's clock is ahead.</summary>
    public TimeSpan Skew { get; set; }

    /// <summary>False where the browser comes back with a code and nothing else.</summary>
    public bool BringsStateBack { get; set; } = true;

    /// <summary>Runs after a call was answered, with its type.</summary>
    public Action<string> Answered { get; set; } = static _ => { };

    private DateTimeOffset Now => _time.GetUtcNow() + Skew;

    public static async Task<TemuPlatform> StartAsync(TimeProvider time, TemuApp app, int port = 0)
    {
        var platform = new TemuPlatform(time, app);
        platform._server = await LoopbackServer.StartAsync(platform.AnswerAsync, port);
        return platform;
    }

    /// <summary>Opens a shop. The first one is the one whose seller approves in the browser.</summary>
    public TemuMall AddMall(long id, SimStore store)
    {
        var mall = new TemuMall(id, store, App);
        _malls.Add(mall);
        Hooks.Watch(mall);
        return mall;
    }

    /// <summary>The seller authorizes the app by hand; gives the token to be copied. The one before is replaced.</summary>
    public string Authorize(TemuMall mall) => _tokens.Token(mall);

    /// <summary>A code as the approval page gives one out.</summary>
    public string IssueCode(TemuMall mall) => _tokens.Code(mall);

    public void ExpireTokens() => _malls.ForEach(_tokens.End);

    /// <summary>The seller takes the app's access away.</summary>
    public void Revoke(TemuMall mall) => _tokens.Revoke(mall);

    /// <summary>The next calls are refused as too many.</summary>
    public void Throttle(int calls) => _throttled = calls;

    /// <summary>The address that the app's page on the partner platform holds.</summary>
    public void EnterRedirect(Uri redirect) => App = App with { Redirect = redirect };

    public async ValueTask DisposeAsync()
    {
        Hooks.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        context.Response.Headers.Date = Now.ToString("r", CultureInfo.InvariantCulture);
        if (context.Request.Path.Value == ApprovalPage)
        {
            Approve(context);
            return;
        }

        if (context.Request.Path.Value != Router || !HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var requestId = string.Create(CultureInfo.InvariantCulture, $"{App.Region.ToLowerInvariant()}-{Interlocked.Increment(ref _requests):x12}");
        var type = "(no type)";
        object answer;
        try
        {
            var body = await BodyAsync(context.Request);
            type = Text(body, "type") ?? throw new TemuRefusalException(3000002, "there is no type in body.");
            Log.Called(type);
            answer = new { result = Do(context.Request, type, body), success = true, requestId, errorCode = 1000000, errorMsg = "" };
        }
        catch (TemuRefusalException refusal)
        {
            if (refusal.Code is >= 3000000 and < 3000030 or 3000040)
            {
                Log.Violated(type, refusal.Message);
            }

            answer = new { success = false, requestId, errorCode = refusal.Code, errorMsg = refusal.Message, result = (object?)null };
        }

        await context.Response.WriteAsJsonAsync(answer, AsWritten, context.RequestAborted);
        Answered(type);
    }

    private static async Task<JsonElement> BodyAsync(HttpRequest request)
    {
        if (request.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) != true)
        {
            throw new TemuRefusalException(3000004, "the body is not application/json");
        }

        try
        {
            var body = (await JsonDocument.ParseAsync(request.Body)).RootElement;
            return body.ValueKind == JsonValueKind.Object ? body : throw new TemuRefusalException(3000004, "the body is no object");
        }
        catch (JsonException)
        {
            throw new TemuRefusalException(3000004, "the body is not JSON");
        }
    }

    private object Do(HttpRequest request, string type, JsonElement body)
    {
        CountCall();
        CheckApp(request, body);
        var token = Text(body, "access_token") ?? throw new TemuRefusalException(3000030, "there is no access_token in body.");
        if (type == "bg.open.accesstoken.create")
        {
            return Create(body, token);
        }

        var (mall, until) = _tokens.Check(token);
        if (!mall.Rights.Contains(type))
        {
            throw new TemuRefusalException(3000032, "access_token don't have this api access, please ask for seller to authorize this api in seller center first");
        }

        return type switch
        {
            "bg.open.accesstoken.info.get" => Info(mall, until),
            "bg.tmc.message.update" => UpdateEvents(mall, body),
            _ => new TemuApi(mall, body).Find(type)?.Invoke() ?? throw new TemuRefusalException(3000003, "type is not exist"),
        };
    }

    private void CountCall()
    {
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            while (_recent.TryPeek(out var first) && first <= now.AddSeconds(-1))
            {
                _recent.Dequeue();
            }

            _recent.Enqueue(now);
            if (_throttled-- > 0 || _recent.Count > CallsASecond)
            {
                throw new TemuRefusalException(4000004, "RATE_LIMIT_EXCEED_EXCEPTION");
            }
        }
    }

    private void CheckApp(HttpRequest request, JsonElement body)
    {
        if (request.Headers["X-StoreClaw-Original-Host"] != App.ApiHost)
        {
            throw new TemuRefusalException(4000000, "application information query is abnormal");
        }

        if (Text(body, "app_key") != App.Key)
        {
            throw new TemuRefusalException(3000019, "app_key is not exist");
        }

        var stamp = Text(body, "timestamp") ?? throw new TemuRefusalException(3000010, "there is no timestamp in body.");
        if (!long.TryParse(stamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || stamp.Length != 10)
        {
            throw new TemuRefusalException(3000011, "timestamp is not a time in seconds");
        }

        if (Math.Abs(Now.ToUnixTimeSeconds() - seconds) > 300)
        {
            throw new TemuRefusalException(3000012, "timestamp is expired");
        }

        var sign = Text(body, "sign") ?? throw new TemuRefusalException(3000040, "there is no sign in body.");
        if (sign != TemuSigning.OfRequest(body, App.Secret))
        {
            throw new TemuRefusalException(3000001, "sign is not right");
        }

        if (Text(body, "data_type") is not (null or "JSON"))
        {
            throw new TemuRefusalException(3000013, "data_type");
        }
    }

    private object Create(JsonElement body, string token)
    {
        var code = Text(body, "code") ?? throw TemuRefusalException.Parameter("code is required");
        if (token != code)
        {
            throw new TemuRefusalException(110020002, "Invalid code, please check and try again.");
        }

        var mall = _tokens.Exchange(code);
        var access = _tokens.Token(mall);
        return Told(mall, _tokens.Check(access).Until, access);
    }

    private object Info(TemuMall mall, DateTimeOffset until) => Told(mall, until, null);

    private Dictionary<string, object> Told(TemuMall mall, DateTimeOffset until, string? token)
    {
        var told = new Dictionary<string, object>
        {
            ["apiScopeList"] = mall.Rights.Order(StringComparer.Ordinal).ToList(),
            ["appSubscribeEventCodeList"] = App.Events,
            ["appSubscribeStatus"] = 0,
            ["authEventCodeList"] = mall.Events.Select(static pair => new { eventCode = pair.Key, permitsStatus = pair.Value ? 1 : 0 }).ToList(),
            ["expiredTime"] = until.ToUnixTimeSeconds(),
            ["mallId"] = mall.Id,
            ["mallType"] = 1,
            ["regionId"] = App.RegionId,
        };
        if (token is not null)
        {
            told["accessToken"] = token;
        }

        return told;
    }

    private object UpdateEvents(TemuMall mall, JsonElement body)
    {
        if (body.EnumerateObject().Select(static member => member.Name).Except(TemuApi.Common).Except(["permitEventCodeList", "cancelEventCodeList"]).FirstOrDefault() is { } odd)
        {
            throw TemuRefusalException.Parameter($"{odd} is not known");
        }

        var last = _lastUpdate;
        _lastUpdate = _time.GetUtcNow();
        if (last > _lastUpdate.AddSeconds(-1))
        {
            throw new TemuRefusalException(110020007, "Too many requests.");
        }

        var (permit, cancel) = (Codes(body, "permitEventCodeList"), Codes(body, "cancelEventCodeList"));
        if (permit.Concat(cancel).Except(App.Events).Any())
        {
            throw new TemuRefusalException(110020009, "The app has no subscription of this event.");
        }

        if (permit.Concat(cancel).Except(mall.Events.Keys).Any())
        {
            throw new TemuRefusalException(110020008, "The seller has not authorized this event.");
        }

        permit.ForEach(code => mall.Events[code] = true);
        cancel.ForEach(code => mall.Events[code] = false);
        return new { };
    }

    private static List<string> Codes(JsonElement body, string name) => !body.TryGetProperty(name, out var list) ? []
        : list.GetArrayLength() is >= 1 and <= 20 ? [.. list.EnumerateArray().Select(static code => code.GetString()!)]
        : throw TemuRefusalException.Parameter($"{name} takes 1 to 20");

    /// <summary>The page where the seller approves: back to the address that the app has registered.</summary>
    private void Approve(HttpContext context)
    {
        var query = context.Request.Query;
        if (query["appKey"] != App.Key || App.Redirect is null || query["redirect_uri"] != App.Redirect.AbsoluteUri || query.Keys.Except(["appKey", "redirect_uri", "state"]).Any())
        {
            Log.Violated(ApprovalPage, "appKey or redirect_uri");
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        var code = _tokens.Code(_malls[0]);
        context.Response.Redirect(BringsStateBack
            ? $"{App.Redirect}?app_key={App.Key}&callback_host={App.ApiHost}&code={code}&state={Uri.EscapeDataString(query["state"]!)}"
            : $"{App.Redirect}?code={code}");
    }

    private static string? Text(JsonElement body, string name) => body.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String or JsonValueKind.Number ? value.ToString() : null;
}
