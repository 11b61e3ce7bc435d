using System.Text;
using Microsoft.AspNetCore.Http;
using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Wix;

namespace StoreClaw.Tests.Connectors.Wix;

/// <summary>The simulated Wix as the contract sees it: one app on one site.</summary>
internal sealed class SimulatedWix : ISimulatedPlatform
{
    public const string InstanceId = "8d3d3b4e-3f4a-4f0c-9a31-3c0f5f0a7e11";
    public const string Key = "the app's key";

    private static readonly WixApp Registered = new("b3a1c6d0-52f7-4b2e-8a55-0c7c2f4c9e01", "app-secret-canary-0001-4f0c9a31", Key, "share-canary-77");

    private SimulatedWix(WixPlatform platform, WixSite site) => (Platform, Site) = (platform, site);

    public WixPlatform Platform { get; }

    public WixSite Site { get; }

    public SimStore Shop => Site.Store;

    public Uri BaseUrl => Platform.BaseAddress;

    public AppClient App => new(Registered.Id, new Secret(Registered.Secret), new Dictionary<string, Secret> { ["webhookPublicKey"] = new(WixSigning.PublicKey(Key)), ["shareUrlId"] = new(Registered.ShareUrlId!) });

    public IReadOnlyDictionary<string, string> Fields { get; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> WrongKeys => Fields;

    public IReadOnlyDictionary<string, string> WrongStore => Fields;

    public IReadOnlyList<string> Secrets => [Registered.Secret, .. Platform.GivenTokens];

    public IReadOnlyList<KeyValuePair<string, Uri>> Registrations => [];

    public static async Task<SimulatedWix> StartAsync(SimStore shop, TimeProvider time, WixCatalogVersion catalog)
    {
        var platform = await WixPlatform.StartAsync(Registered, time);
        return new SimulatedWix(platform, platform.AddSite(InstanceId, shop, catalog));
    }

    public async Task<Uri> ApproveAsync(Uri authorizeUrl)
    {
        Assert.Equal(("https", "www.wix.com"), (authorizeUrl.Scheme, authorizeUrl.Host));
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var answer = await http.GetAsync(new Uri(BaseUrl, authorizeUrl.PathAndQuery));
        Assert.Equal(302, (int)answer.StatusCode);
        return answer.Headers.Location!;
    }

    public string IdOf(Resource resource, long id) => resource switch
    {
        Resource.Orders => WixIds.Of(WixKind.Order, id),
        Resource.Customers => WixIds.Of(WixKind.Contact, id),
        Resource.Stock => $"{WixIds.Of(WixKind.Product, id)}:{WixIds.Of(WixKind.Variant, id)}",
        _ => WixIds.Of(WixKind.Product, id),
    };

    public string KeyOf(string secret) => WixSigning.PublicKey(secret);

    public void EnterAddress(Uri callbackUrl) => Platform.WebhookAddress = callbackUrl;

    public void DropRegistration(string topic) => throw new NotSupportedException("Wix keeps them in the app's dashboard.");

    public Task DeliverAsync() => Platform.DeliverAsync();

    public void ExpireTokens() => Platform.ExpireTokens();

    public void RevokeAccess() => Platform.Remove(Site);

    public HttpResponseMessage Throttled(string? retryAfter) =>
        FaultyLine.Answer(429, """{"message":"Too many requests","details":{"applicationError":{"code":"RESOURCE_EXHAUSTED","description":"","data":{}}}}""", retryAfter: retryAfter);

    public WebhookRequest Sign(string topic, byte[] body, string secret) => Request(WixSigning.Webhook(secret, InstanceId, topic, Encoding.UTF8.GetString(body), Now()));

    public ValueTask DisposeAsync() => Platform.DisposeAsync();

    public static WebhookRequest Request(string body) => new("POST", new HeaderDictionary(), new QueryCollection(), Encoding.UTF8.GetBytes(body), new Uri("https://storeclaw.example/webhooks/wix"));

    private DateTimeOffset Now() => Platform.Now;
}
