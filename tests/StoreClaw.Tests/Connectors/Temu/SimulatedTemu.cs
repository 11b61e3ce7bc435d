using System.Net;
using System.Net.Http;
using Microsoft.AspNetCore.Http;
using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Temu;

namespace StoreClaw.Tests.Connectors.Temu;

/// <summary>The simulated Temu as the contract sees it: one app, one shop, whose token the seller has copied.</summary>
internal sealed class SimulatedTemu : ISimulatedPlatform
{
    public const long MallId = 634418212345678;

    public static readonly Uri Redirect = new("https://storeclaw.example/oauth/temu/callback");

    private readonly string _token;

    private SimulatedTemu(TemuPlatform platform, SimStore shop)
    {
        (Platform, Mall) = (platform, platform.AddMall(MallId, shop));
        _token = platform.Authorize(Mall);
    }

    public TemuPlatform Platform { get; }

    public TemuMall Mall { get; }

    public SimStore Shop => Mall.Store;

    public Uri BaseUrl => Platform.BaseAddress;

    public AppClient App => new(Platform.App.Key, new Secret(Platform.App.Secret), new Dictionary<string, Secret>());

    public IReadOnlyDictionary<string, string> Fields => new Dictionary<string, string> { ["region"] = "us", ["accessToken"] = _token };

    public IReadOnlyDictionary<string, string> WrongKeys { get; } = new Dictionary<string, string> { ["region"] = "US", ["accessToken"] = "a-token-that-temu-never-gave-out" };

    public IReadOnlyDictionary<string, string> WrongStore => WrongKeys;

    public IReadOnlyList<string> Secrets => [.. Platform.Secrets, Platform.App.Secret];

    public IReadOnlyList<KeyValuePair<string, Uri>> Registrations => [];

    public static async Task<SimulatedTemu> StartAsync(SimStore shop, TimeProvider time) =>
        new(await TemuPlatform.StartAsync(time, new TemuApp("f9d5cc9313893a20d5aa85c654e8f503", "temu_app_secret_canary_0001", "US", Redirect)), shop);

    public async Task<Uri> ApproveAsync(Uri authorizeUrl)
    {
        using var answer = await OpenAsync(authorizeUrl);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return answer.Headers.Location!;
    }

    /// <summary>The seller's browser at a link.</summary>
    public async Task<HttpResponseMessage> OpenAsync(Uri authorizeUrl)
    {
        using var browser = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        return await browser.GetAsync(new Uri(BaseUrl, authorizeUrl.PathAndQuery));
    }

    public string IdOf(Resource resource, long id) => resource switch
    {
        Resource.Orders => Mall.SerialOf(id),
        Resource.Stock => $"{id}:{id}",
        _ => id.ToString(),
    };

    public void EnterAddress(Uri callbackUrl) => Platform.Hooks.EnterAddress(callbackUrl);

    public void DropRegistration(string topic) => Mall.Events[topic] = false;

    public Task DeliverAsync() => Platform.Hooks.DeliverAsync();

    public void ExpireTokens() => Platform.ExpireTokens();

    public void RevokeAccess() => Platform.Revoke(Mall);

    public HttpResponseMessage Throttled(string? retryAfter) =>
        FaultyLine.Answer(200, """{"success":false,"requestId":"us-9","errorCode":4000004,"errorMsg":"RATE_LIMIT_EXCEED_EXCEPTION","result":null}""", retryAfter: retryAfter);

    public WebhookRequest Sign(string topic, byte[] body, string secret)
    {
        var headers = new HeaderDictionary();
        foreach (var (name, value) in Platform.Hooks.HeadersOf(topic, body, secret))
        {
            headers[name] = value;
        }

        return new WebhookRequest("POST", headers, new QueryCollection(), TemuSigning.Encrypt(body, secret), new Uri("https://storeclaw.example/webhooks/temu"));
    }

    public ValueTask DisposeAsync() => Platform.DisposeAsync();
}
