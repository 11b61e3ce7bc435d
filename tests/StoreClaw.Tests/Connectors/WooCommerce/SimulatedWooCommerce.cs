using Microsoft.AspNetCore.Http;
using StoreClaw.Connectors;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.WooCommerce;

namespace StoreClaw.Tests.Connectors.WooCommerce;

/// <summary>The simulated WooCommerce as the contract sees it: one site in a sub-folder.</summary>
internal sealed class SimulatedWooCommerce : ISimulatedPlatform
{
    public const string SiteUrl = "https://example.shop/outlet";

    private readonly WooCommercePlatform _platform;

    private SimulatedWooCommerce(WooCommercePlatform platform, SimStore shop)
    {
        _platform = platform;
        Site = platform.AddSite(SiteUrl, shop);
        Key = Site.CreateKey();
    }

    public WooCommerceSite Site { get; }

    public WooCommerceKey Key { get; }

    public SimStore Shop => Site.Store;

    public Uri BaseUrl => _platform.BaseAddress;

    public IReadOnlyDictionary<string, string> Fields => FieldsOf(Key);

    public IReadOnlyDictionary<string, string> WrongKeys { get; } = new Dictionary<string, string>
    {
        ["siteUrl"] = SiteUrl,
        ["consumerKey"] = "ck_0000000000000000000000000000000000000000",
        ["consumerSecret"] = "cs_0000000000000000000000000000000000000000",
    };

    public IReadOnlyDictionary<string, string> WrongStore => new Dictionary<string, string>(Fields) { ["siteUrl"] = "https://nobody.example" };

    public IReadOnlyList<string> Secrets => [.. Site.Keys.SelectMany(static key => new[] { key.ConsumerKey, key.ConsumerSecret })];

    public IReadOnlyList<KeyValuePair<string, Uri>> Registrations =>
        [.. Site.Webhooks.Where(static hook => hook.Status == "active").Select(static hook => KeyValuePair.Create(hook.Topic, new Uri(hook.DeliveryUrl)))];

    public static async Task<SimulatedWooCommerce> StartAsync(SimStore shop, TimeProvider time) => new(await WooCommercePlatform.StartAsync(time), shop);

    public static IReadOnlyDictionary<string, string> FieldsOf(WooCommerceKey key) =>
        new Dictionary<string, string> { ["siteUrl"] = SiteUrl, ["consumerKey"] = key.ConsumerKey, ["consumerSecret"] = key.ConsumerSecret };

    public void DropRegistration(string topic) => Site.SetWebhookStatus(Site.Webhooks.First(hook => hook.Topic == topic).Id, "disabled");

    public async Task DeliverAsync() => await Site.DeliverDueAsync();

    public void ExpireTokens()
    {
    }

    public void RevokeAccess() => Site.RevokeKey(Key);

    public HttpResponseMessage Throttled(string? retryAfter) => FaultyLine.Answer(429, "<!DOCTYPE html><html><body>Too Many Requests</body></html>", "text/html", retryAfter);

    public WebhookRequest Sign(string topic, byte[] body, string secret) => new(
        "POST",
        new HeaderDictionary
        {
            ["X-WC-Webhook-Source"] = SiteUrl + "/",
            ["X-WC-Webhook-Topic"] = topic,
            ["X-WC-Webhook-Signature"] = WooCommerceSignature.Of(secret, body),
            ["X-WC-Webhook-ID"] = "1",
            ["X-WC-Webhook-Delivery-ID"] = "5f2b6c1e8a7d4903b2c1d0e9f8a7b6c5",
        },
        new QueryCollection(),
        body,
        new Uri("https://storeclaw.example/webhooks/woocommerce/connection-1"));

    public ValueTask DisposeAsync() => _platform.DisposeAsync();
}
