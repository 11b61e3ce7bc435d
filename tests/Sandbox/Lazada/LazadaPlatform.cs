using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Hosting;

namespace StoreClaw.Sandbox.Lazada;

/// <summary>
/// Simulated Lazada behind one loopback port: consent, tokens, API of all countries, pushes. Which country a call is for it takes from the header X-StoreClaw-Original-Host, as the
/// real one does from the host.
/// </summary>
public sealed class LazadaPlatform : IAsyncDisposable
{
    private static readonly Dictionary<string, string> Hosts = new()
    {
        ["api.lazada.sg"] = "sg",
        ["api.lazada.co.th"] = "th",
        ["api.lazada.com.my"] = "my",
        ["api.lazada.vn"] = "vn",
        ["api.lazada.com.ph"] = "ph",
        ["api.lazada.co.id"] = "id",
    };

    /// <summary>Names as Lazada spells them: SkuId beside item_id.</summary>
    private static readonly JsonSerializerOptions AsWritten = new();

    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, (LazadaSeller Seller, DateTimeOffset Ends)> _codes = new();
    private readonly List<LazadaSeller> _sellers = [];
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private LoopbackServer? _server;
    private int _lastCode;

    private LazadaPlatform(TimeProvider time, LazadaApp app) => (_time, App, Log) = (time, app, new CallLog(time));

    public LazadaApp App { get; }

    public CallLog Log { get; }

    public Uri BaseAddress => _server!.BaseAddress;

    public static async Task<LazadaPlatform> StartAsync(TimeProvider time, LazadaApp app, int port = 0)
    {
        var platform = new LazadaPlatform(time, app);
        platform._server = await LoopbackServer.StartAsync(platform.AnswerAsync, port);
        return platform;
    }

    public LazadaSeller AddSeller(string id, string country, SimStore store)
    {
        var seller = new LazadaSeller(id, country, store, _time);
        _sellers.Add(seller);
        return seller;
    }

    /// <summary>The seller says yes on the consent page; gives where the browser is sent back to.</summary>
    /// <exception cref="InvalidOperationException">The page would have shown an error instead.</exception>
    public Uri Approve(Uri authorizeUrl, LazadaSeller seller)
    {
        var query = QueryHelpers.ParseQuery(authorizeUrl.Query);
        var problem = authorizeUrl.GetLeftPart(UriPartial.Path) != "https://auth.lazada.com/oauth/authorize" ? "another address"
            : query["response_type"] != "code" ? "response_type"
            : query["client_id"] != App.Key ? "client_id"
            : query["redirect_uri"] != App.Redirect.AbsoluteUri ? "redirect_uri is not the app's callback"
            : query.TryGetValue("country", out var country) && country != seller.Country ? "country"
            : null;
        if (problem is not null)
        {
            throw new InvalidOperationException($"The consent page refuses: {problem}.");
        }

        var code = string.Create(CultureInfo.InvariantCulture, $"0_{100000 + ++_lastCode}_consent");
        _codes[code] = (seller, _time.GetUtcNow().AddMinutes(30));
        return new Uri(QueryHelpers.AddQueryString(App.Redirect.AbsoluteUri, new Dictionary<string, string?> { ["code"] = code, ["state"] = query["state"] }));
    }

    /// <summary>Pushes what has happened since the last call to the app's address.</summary>
    /// <returns>The statuses answered.</returns>
    public async Task<IReadOnlyList<int>> PushAsync(CancellationToken cancellationToken = default)
    {
        var statuses = new List<int>();
        foreach (var body in _sellers.SelectMany(static seller => seller.TakePushes()).ToList())
        {
            if (App.PushUrl is not null)
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, App.PushUrl) { Content = new ByteArrayContent(body) };
                request.Content.Headers.ContentType = new("application/json");
                request.Headers.TryAddWithoutValidation("Authorization", LazadaSigning.OfPush(App.Key, App.Secret, body));
                using var response = await _client.SendAsync(request, cancellationToken);
                statuses.Add((int)response.StatusCode);
            }
        }

        return statuses;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        Log.Called(path);
        var answer = await AnswerAsync(context.Request, path);
        if (answer is LazadaError error)
        {
            Log.Violated(path, $"{error.Code} {error.Message}");
            answer = new { code = error.Code, type = "ISV", message = error.Message, request_id = "0b8ae2f415263703419498863" };
        }

        context.Response.Headers.Date = _time.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);
        await context.Response.WriteAsJsonAsync(answer, AsWritten, context.RequestAborted);
    }

    private async Task<object> AnswerAsync(HttpRequest request, string path)
    {
        if (!path.StartsWith("/rest/", StringComparison.Ordinal))
        {
            return new LazadaError("InvalidApiPath", "no such API");
        }

        path = path["/rest".Length..];
        var parameters = request.Query.ToDictionary(static pair => pair.Key, static pair => pair.Value.ToString());
        if (request.HasFormContentType)
        {
            foreach (var (name, value) in await request.ReadFormAsync())
            {
                parameters[name] = value.ToString();
            }
        }

        var host = request.Headers["X-StoreClaw-Original-Host"].ToString();
        return CheckSystem(path, parameters) is { } wrong ? wrong
            : path.StartsWith("/auth/", StringComparison.Ordinal) ? host == "auth.lazada.com" ? Token(path, parameters) : new LazadaError("InvalidApiPath", "tokens are given at auth.lazada.com")
            : Find(host, parameters) is not { } seller ? new LazadaError("IllegalAccessToken", "The specified access token is invalid or expired")
            : new LazadaApi(seller, request.Method, parameters).Answer(path);
    }

    private LazadaError? CheckSystem(string path, Dictionary<string, string> parameters)
    {
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        return parameters.GetValueOrDefault("app_key") != App.Key ? new("InvalidAppKey", "The specified App Key is invalid")
            : parameters.GetValueOrDefault("sign_method") != "sha256" ? new("InvalidSignMethod", "sign_method")
            : !long.TryParse(parameters.GetValueOrDefault("timestamp"), out var sent) || Math.Abs(now - sent) > 7_200_000 ? new("InvalidTimestamp", "The timestamp is out of the window")
            : !parameters.TryGetValue("sign", out var sign) ? new("MissingParameter", "The input parameter \"sign\" is missing")
            : sign != LazadaSigning.OfRequest(path, parameters, App.Secret) ? new("IncompleteSignature", "The request signature does not conform to platform standards")
            : null;
    }

    private object Token(string path, Dictionary<string, string> parameters)
    {
        var now = _time.GetUtcNow();
        switch (path)
        {
            case "/auth/token/create" when parameters.TryGetValue("code", out var code):
                return _codes.TryRemove(code, out var granted) && granted.Ends > now ? granted.Seller.Issue(anew: true) : new LazadaError("InvalidCode", "Invalid authorization code");
            case "/auth/token/refresh" when parameters.TryGetValue("refresh_token", out var refresh):
                return _sellers.Find(one => one.RefreshToken == refresh && one.RefreshEnds > now) is { } seller ? seller.Issue(anew: false) : new LazadaError("IllegalRefreshToken", "The specified refresh token is invalid or expired");
            default:
                return new LazadaError("MissingParameter", path);
        }
    }

    private LazadaSeller? Find(string host, Dictionary<string, string> parameters) => parameters.TryGetValue("access_token", out var token)
        ? _sellers.Find(seller => seller.AccessToken == token && seller.AccessEnds > _time.GetUtcNow() && Hosts.GetValueOrDefault(host) == seller.Country)
        : null;
}

/// <summary>An answer with a code other than 0, on HTTP 200 as always.</summary>
internal sealed record LazadaError(string Code, string Message);
