using System.Net;
using System.Net.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Shopee;

namespace StoreClaw.Tests.Connectors.Shopee;

/// <summary>The simulated Shopee as the contract sees it: one app, one shop.</summary>
internal sealed class SimulatedShopee : ISimulatedPlatform
{
    public const long ShopId = 322300222;

    public static readonly Uri PushUrl = new("https://storeclaw.example/webhooks/shopee");

    private SimulatedShopee(ShopeePlatform platform, SimStore shop) => (Platform, Store) = (platform, platform.AddShop(ShopId, "Harbor & Pine", shop));

    public ShopeePlatform Platform { get; }

    public ShopeeShop Store { get; }

    public SimStore Shop => Store.Store;

    public Uri BaseUrl => Platform.BaseAddress;

    public AppClient App => new(
        Platform.App.PartnerId.ToString(), new Secret(Platform.App.PartnerKey), Platform.App.PushKey is { } key ? new Dictionary<string, Secret> { ["pushKey"] = new(key) } : new Dictionary<string, Secret>());

    public IReadOnlyDictionary<string, string> Fields { get; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> WrongKeys => Fields;

    public IReadOnlyDictionary<string, string> WrongStore => Fields;

    public IReadOnlyList<string> Secrets => [.. Platform.Secrets, Platform.App.PartnerKey, Platform.App.PushKey!];

    public IReadOnlyList<KeyValuePair<string, Uri>> Registrations => [];

    public static async Task<SimulatedShopee> StartAsync(SimStore shop, TimeProvider time) =>
        new(await ShopeePlatform.StartAsync(time, new ShopeeApp(2001887, "shpk_partner_key_canary_0001", "shpk_push_key_canary_0001")), shop);

    /// <summary>A link that was signed with another key shows an error to the seller. Here the key is replaced while the seller approves.</summary>
    public async Task<Uri> ApproveAsync(Uri authorizeUrl)
    {
        using var answer = await OpenAsync(authorizeUrl);
        if (answer.StatusCode == HttpStatusCode.Forbidden)
        {
            var redirect = QueryHelpers.ParseQuery(authorizeUrl.Query)["redirect"];
            return new Uri($"{redirect}?code={Platform.IssueCode(Store)}&shop_id={ShopId}");
        }

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return answer.Headers.Location!;
    }

    /// <summary>The seller's browser at a link.</summary>
    public async Task<HttpResponseMessage> OpenAsync(Uri authorizeUrl)
    {
        using var browser = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        return await browser.GetAsync(new Uri(BaseUrl, authorizeUrl.PathAndQuery));
    }

    public string IdOf(Resource resource, long id) => resource == Resource.Orders ? ShopeeShop.SerialOf(id) : id.ToString();

    public void EnterAddress(Uri callbackUrl) => Platform.Pushes.EnterAddressAsync(callbackUrl).GetAwaiter().GetResult();

    public void DropRegistration(string topic)
    {
    }

    public Task DeliverAsync() => Platform.Pushes.DeliverAsync();

    public void ExpireTokens() => Platform.ExpireTokens();

    public void RevokeAccess() => Platform.Unlink(Store);

    public HttpResponseMessage Throttled(string? retryAfter) => FaultyLine.Answer(
        200, """{"error":"error_rate_limit","message":"Too many requests. You have reached the rate limit. Please try again later.","request_id":"9"}""", retryAfter: retryAfter);

    public WebhookRequest Sign(string topic, byte[] body, string secret) => new(
        "POST", new HeaderDictionary { ["Authorization"] = ShopeeSigning.Push(secret, PushUrl.AbsoluteUri, body) }, new QueryCollection(), body, PushUrl);

    public ValueTask DisposeAsync() => Platform.DisposeAsync();
}
