using Microsoft.AspNetCore.Http;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Connectors.Signatures;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Lazada;

namespace StoreClaw.Tests.Connectors.Lazada;

/// <summary>The simulated Lazada as the contract sees it: one seller in Singapore.</summary>
internal sealed class SimulatedLazada : ISimulatedPlatform
{
    public const string AppKey = "123456";
    public const string AppSecret = "lazada-app-secret-canary-0000001";

    private SimulatedLazada(LazadaPlatform platform, SimStore shop)
    {
        Lazada = platform;
        Seller = platform.AddSeller("1152180742", "sg", shop);
    }

    public LazadaPlatform Lazada { get; }

    public LazadaSeller Seller { get; }

    public SimStore Shop => Seller.Store;

    public Uri BaseUrl => Lazada.BaseAddress;

    public AppClient App { get; } = new(AppKey, new Secret(AppSecret), new Dictionary<string, Secret>());

    public IReadOnlyDictionary<string, string> Fields { get; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> WrongKeys => Fields;

    public IReadOnlyDictionary<string, string> WrongStore => Fields;

    public IReadOnlyList<string> Secrets => [AppSecret, .. Seller.Tokens];

    public IReadOnlyList<KeyValuePair<string, Uri>> Registrations => [];

    public static async Task<SimulatedLazada> StartAsync(SimStore shop, TimeProvider time) =>
        new(await LazadaPlatform.StartAsync(time, new LazadaApp(AppKey, AppSecret, new Uri("https://storeclaw.example/oauth/lazada/callback"))), shop);

    public Task<Uri> ApproveAsync(Uri authorizeUrl) => Task.FromResult(Lazada.Approve(authorizeUrl, Seller));

    public string KeyOf(string secret) => AppKeySignature.Pair(AppKey, new Secret(secret)).Reveal();

    public void EnterAddress(Uri callbackUrl) => Lazada.App.PushUrl = callbackUrl;

    public void DropRegistration(string topic) => Lazada.App.PushUrl = null;

    public async Task DeliverAsync() => await Lazada.PushAsync();

    public void ExpireTokens() => Seller.ExpireAccess();

    public void RevokeAccess() => Seller.Revoke();

    public HttpResponseMessage Throttled(string? retryAfter) =>
        FaultyLine.Answer(200, """{"code":"ApiCallLimit","type":"ISV","message":"Api access frequency exceeds the limit.","request_id":"0b8ae2f4"}""", retryAfter: retryAfter);

    public WebhookRequest Sign(string topic, byte[] body, string secret) => new(
        "POST",
        new HeaderDictionary { ["Authorization"] = LazadaSigning.OfPush(AppKey, secret, body) },
        new QueryCollection(),
        body,
        new Uri("https://storeclaw.example/webhooks/lazada"));

    public ValueTask DisposeAsync() => Lazada.DisposeAsync();
}
