using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using StoreClaw.Sandbox.Hosting;

namespace StoreClaw.Sandbox.WeCom;

/// <summary>
/// The simulated WeCom group robot on a loopback port: <c>POST /cgi-bin/webhook/send</c> and <c>/upload_media</c>, HTTP 200 with
/// <c>errcode</c> whatever happens, 20 messages per sliding minute and robot, limits in decoded UTF-8 bytes. What no public page settles
/// is in <see cref="WeComOptions"/>.
/// </summary>
public sealed class WeComPlatform : IAsyncDisposable
{
    private const string SendPath = "/cgi-bin/webhook/send";
    private const string UploadPath = "/cgi-bin/webhook/upload_media";

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly TimeProvider _time;
    private readonly WeComOptions _options;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, WeComRobot> _robots = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<WeComFault> _faults = new();
    private LoopbackServer? _server;
    private int _messages;
    private int _answers;

    private WeComPlatform(TimeProvider time, WeComOptions options)
    {
        _time = time;
        _options = options;
        Log = new CallLog(time);
    }

    /// <summary>Called inside the call that posted a message, before its answer; where a terminal hangs on.</summary>
    public Action<GroupMessage>? MessagePosted { get; set; }

    /// <summary>Calls are counted as <c>send</c>, <c>send.{msgtype}</c>, <c>upload_media</c> and <c>errcode.{code}</c>.</summary>
    public CallLog Log { get; }

    public Uri BaseAddress => _server!.BaseAddress;

    public static async Task<WeComPlatform> StartAsync(TimeProvider time, WeComOptions? options = null, int port = 0)
    {
        var platform = new WeComPlatform(time, options ?? new WeComOptions());
        platform._server = await LoopbackServer.StartAsync(platform.AnswerAsync, port);
        return platform;
    }

    /// <param name="key">36 characters in the form of a lower-case UUID, as the client hands it out.</param>
    public void AddRobot(string key, string name)
    {
        lock (_lock)
        {
            _robots.Add(key, new WeComRobot(name, _options));
        }
    }

    /// <summary>Sends answer 93004 from now on.</summary>
    public void DisableRobot(string key) => Change(key, robot => robot.State = RobotState.Disabled);

    public void EnableRobot(string key) => Change(key, robot => robot.State = RobotState.Active);

    /// <summary>Sends answer 93000 from now on; what is in the group stays.</summary>
    public void DeleteRobot(string key) => Change(key, robot => robot.State = RobotState.Deleted);

    /// <summary>45009 to everything for a while, as after abuse.</summary>
    public void Block(string key, TimeSpan duration) => Change(key, robot => robot.BlockedUntil = _time.GetUtcNow() + duration);

    /// <summary>The next sends to an active robot meet this fault.</summary>
    public void Inject(WeComFault fault, int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            _faults.Enqueue(fault);
        }
    }

    /// <summary>The address a user copies out of the client, on this server.</summary>
    public string WebhookUrl(string key) => new Uri(BaseAddress, $"{SendPath}?key={key}").AbsoluteUri;

    /// <summary>The group's messages of this robot in the order they were accepted.</summary>
    public IReadOnlyList<GroupMessage> Messages(string key)
    {
        lock (_lock)
        {
            return [.. _robots[key].Messages];
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    private void Change(string key, Action<WeComRobot> change)
    {
        lock (_lock)
        {
            change(_robots[key]);
        }
    }

    private Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value;
        if (HttpMethods.IsPost(context.Request.Method) && path is SendPath or UploadPath)
        {
            return path == SendPath ? SendAsync(context) : UploadAsync(context);
        }

        Log.Violated("unknown", $"{context.Request.Method} {path} is no call of the robot");
        return HtmlAsync(context, StatusCodes.Status404NotFound, "404 Not Found");
    }

    private async Task SendAsync(HttpContext context)
    {
        Log.Called("send");
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var now = _time.GetUtcNow();
        if (Admit(context, now, counts: true) is { } refusal)
        {
            await RefuseAsync(context, "send", refusal, repaired: false);
            return;
        }

        var faulty = _faults.TryDequeue(out var fault);
        if (faulty && fault != WeComFault.DropAfterAccept)
        {
            await FailAsync(context, now, fault);
            return;
        }

        var parsed = Post(Key(context), now, body.ToArray());
        Note(context, parsed);
        if (parsed.Refusal is not null)
        {
            await RefuseAsync(context, "send", parsed.Refusal, parsed.Repaired);
        }
        else if (faulty && fault == WeComFault.DropAfterAccept)
        {
            context.Abort();
        }
        else
        {
            await JsonAsync(context, 0, parsed.Repaired ? "ok. Warning: wrong json format. " : "ok");
        }
    }

    private WeComParsed Post(string key, DateTimeOffset now, byte[] body)
    {
        GroupMessage message;
        WeComParsed parsed;
        lock (_lock)
        {
            var robot = _robots[key];
            parsed = new WeComMessageParser(_options, id => robot.Media(id, now)).Parse(body);
            if (parsed.Content is null)
            {
                robot.Failed(now);
                return parsed;
            }

            message = new GroupMessage(++_messages, robot.Name, now, parsed.Type, parsed.Content);
            robot.Messages.Add(message);
        }

        MessagePosted?.Invoke(message);
        return parsed;
    }

    private void Note(HttpContext context, WeComParsed parsed)
    {
        Log.Called($"send.{(parsed.Type.Length == 0 ? "unreadable" : parsed.Type)}");
        if (context.Request.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) != true)
        {
            Log.Violated("send", "Content-Type is not application/json");
        }

        if (parsed.Repaired)
        {
            Log.Violated("send", "the JSON had to be repaired");
        }

        foreach (var loss in parsed.Losses)
        {
            Log.Violated("send", loss);
        }
    }

    private async Task UploadAsync(HttpContext context)
    {
        Log.Called("upload_media");
        var now = _time.GetUtcNow();
        var refusal = Admit(context, now, counts: false);
        var (file, invalid) = refusal is null ? await WeComUpload.ReadAsync(context.Request, _options) : default;
        if ((refusal ?? invalid) is { } refused)
        {
            await RefuseAsync(context, "upload_media", refused, repaired: false);
            return;
        }

        var id = MediaId(Key(context));
        Change(Key(context), robot => robot.Keep(id, file!, now));
        Log.Called("errcode.0");
        await WriteAsync(context, new JsonObject
        {
            ["errcode"] = 0,
            ["errmsg"] = "ok",
            ["type"] = file!.Kind,
            ["media_id"] = id,
            ["created_at"] = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        });
    }

    private static string Key(HttpContext context) => context.Request.Query["key"].ToString();

    private string MediaId(string key)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{key}|{Interlocked.Increment(ref _answers)}"));
        return "3" + Convert.ToBase64String(hash).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    }

    /// <summary>The checks before the body is looked at.</summary>
    private WeComRefusal? Admit(HttpContext context, DateTimeOffset now, bool counts)
    {
        lock (_lock)
        {
            if (!_robots.TryGetValue(Key(context), out var robot) || robot.State == RobotState.Deleted)
            {
                return new WeComRefusal(93000, "invalid webhook url");
            }

            if (robot.State == RobotState.Disabled)
            {
                return new WeComRefusal(93004, "robot is disabled");
            }

            return counts && !robot.TryPass(now) ? new WeComRefusal(45009, "api freq out of limit") : null;
        }
    }

    private Task FailAsync(HttpContext context, DateTimeOffset now, WeComFault fault)
    {
        Change(Key(context), robot => robot.Failed(now));
        return fault switch
        {
            WeComFault.Busy => JsonAsync(context, -1, Hinted(context, -1, "system busy")),
            WeComFault.ServerError => HtmlAsync(context, StatusCodes.Status500InternalServerError, "500 Internal Server Error"),
            _ => HangAsync(context),
        };
    }

    private async Task HangAsync(HttpContext context)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _server!.Stopping);
        await Task.Delay(Timeout.InfiniteTimeSpan, _time, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        context.Abort();
    }

    private Task RefuseAsync(HttpContext context, string call, WeComRefusal refusal, bool repaired)
    {
        Log.Violated(call, $"{refusal.Code} {refusal.Text}");
        return JsonAsync(context, refusal.Code, Hinted(context, refusal.Code, (repaired ? "Warning: wrong json format. " : "") + refusal.Text));
    }

    private string Hinted(HttpContext context, int code, string text)
    {
        var hint = $"{_time.GetUtcNow().ToUnixTimeSeconds()}{Interlocked.Increment(ref _answers):D15}";
        return $"{text}, hint: [{hint}], from ip: {context.Connection.RemoteIpAddress}, more info at https://open.work.weixin.qq.com/devtool/query?e={code}";
    }

    private Task JsonAsync(HttpContext context, int code, string message)
    {
        Log.Called($"errcode.{code}");
        return WriteAsync(context, new JsonObject { ["errcode"] = code, ["errmsg"] = message });
    }

    private static Task WriteAsync(HttpContext context, JsonObject answer)
    {
        context.Response.ContentType = "application/json; charset=UTF-8";
        return context.Response.WriteAsync(answer.ToJsonString(Relaxed), context.RequestAborted);
    }

    private static Task HtmlAsync(HttpContext context, int status, string title)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html";
        var page = $"<html><head><title>{title}</title></head><body><center><h1>{title}</h1></center></body></html>";
        return context.Response.WriteAsync(page, context.RequestAborted);
    }
}
