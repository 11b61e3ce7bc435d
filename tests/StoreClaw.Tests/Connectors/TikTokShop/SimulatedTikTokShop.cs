using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Connectors.TikTokShop;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.TikTokShop;

namespace StoreClaw.Tests.Connectors.TikTokShop;

/// <summary>The simulated TikTok Shop with one seller and one shop, as the contract wants it.</summary>
internal sealed class SimulatedTikTokShop : ISimulatedPlatform
{
    private const string Key = "38abcd";

    private const string AppSecret = "tts_app_secret_canary_0001";

    private const string ServiceId = "7172837465019283746";

    private SimulatedTikTokShop(TikTokShopPlatform platform, SimStore shop)
    {
        Platform = platform;
        Seller = platform.AddSeller("Harbor Trading LLC", "US");
        Store = platform.AddShop(Seller, shop);
    }

    public TikTokShopPlatform Platform { get; }

    public TikTokShopSeller Seller { get; }

    public TikTokShopShop Store { get; }

    public SimStore Shop => Store.Store;

    public Uri BaseUrl => Platform.BaseAddress;

    public AppClient? App { get; } = new(Key, new Secret(AppSecret), new Dictionary<string, Secret> { ["serviceId"] = new(ServiceId) });

    public IReadOnlyDictionary<string, string> Fields { get; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> WrongKeys => Fields;

    public IReadOnlyDictionary<string, string> WrongStore => Fields;

    public IReadOnlyList<string> Secrets => [AppSecret, .. Platform.GivenOut];

    public IReadOnlyList<KeyValuePair<string, Uri>> Registrations => [.. Store.Registrations.Select(static pair => KeyValuePair.Create(pair.Key.ToLowerInvariant(), pair.Value))];

    public static async Task<SimulatedTikTokShop> StartAsync(SimStore shop, TimeProvider time)
    {
        var app = new TikTokShopApp(
            Key, AppSecret, ServiceId, new Uri("https://storeclaw.example/oauth/tiktokshop/callback"),
            [.. TikTokShopConnector.Instance.Descriptor.Scopes, "seller.finance.info"]);
        return new SimulatedTikTokShop(await TikTokShopPlatform.StartAsync(app, time), shop);
    }

    public Task<Uri> ApproveAsync(Uri authorizeUrl) => Task.FromResult(Platform.Approve(authorizeUrl, Seller));

    public string KeyOf(string secret) => $"{Key}:{secret}";

    public void DropRegistration(string topic) => Store.DropRegistration(topic.ToUpperInvariant());

    public async Task DeliverAsync() => await Platform.DeliverDueAsync();

    public void ExpireTokens() => Platform.ExpireTokens();

    public void RevokeAccess() => Platform.Deauthorize(Seller);

    public HttpResponseMessage Throttled(string? retryAfter) =>
        FaultyLine.Answer(429, """{"code":36009002,"message":"Too many requests.","data":null,"request_id":"202203070749000101890810281E8C70B7"}""", retryAfter: retryAfter);

    public WebhookRequest Sign(string topic, byte[] body, string secret) => Signed(Key, body, secret);

    public ValueTask DisposeAsync() => Platform.DisposeAsync();

    /// <summary>As the documentation describes a delivery, in the test's own words.</summary>
    internal static WebhookRequest Signed(string appKey, byte[] body, string secret)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes(appKey), .. body];
        var headers = new HeaderDictionary
        {
            ["Content-Type"] = "application/json",
            ["Authorization"] = Convert.ToHexString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed)).ToLowerInvariant(),
        };
        return new WebhookRequest("POST", headers, new QueryCollection(), body, new Uri("https://storeclaw.example/webhooks/tiktokshop"));
    }
}
