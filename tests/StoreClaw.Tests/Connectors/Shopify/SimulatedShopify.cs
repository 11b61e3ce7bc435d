using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using StoreClaw.Connectors;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Shopify;

namespace StoreClaw.Tests.Connectors.Shopify;

/// <summary>The simulated Shopify with one shop in it, as the contract wants it.</summary>
internal sealed class SimulatedShopify : ISimulatedPlatform
{
    private readonly ShopifyPlatform _platform;

    private SimulatedShopify(ShopifyPlatform platform, ShopifyShop shop) => (_platform, Store) = (platform, shop);

    public ShopifyPlatform Platform => _platform;

    public ShopifyShop Store { get; }

    public SimStore Shop => Store.Store;

    public Uri BaseUrl => new(_platform.BaseUrl);

    public IReadOnlyDictionary<string, string> Fields => new Dictionary<string, string> { ["shopDomain"] = Store.Domain, ["clientId"] = "client-1", ["clientSecret"] = "shpss_canary_0001" };

    public IReadOnlyDictionary<string, string> WrongKeys => new Dictionary<string, string>(Fields) { ["clientSecret"] = "shpss_canary_0002" };

    public IReadOnlyDictionary<string, string> WrongStore => new Dictionary<string, string>(Fields) { ["shopDomain"] = "no-such-shop.myshopify.com" };

    public IReadOnlyList<string> Secrets => [Store.ClientSecret];

    public IReadOnlyList<KeyValuePair<string, Uri>> Registrations =>
        [.. Store.Subscriptions.Select(static subscription => KeyValuePair.Create(Topic(subscription.Topic), new Uri(subscription.Uri)))];

    public static async Task<SimulatedShopify> StartAsync(SimStore shop, TimeProvider time)
    {
        var platform = await ShopifyPlatform.StartAsync(new ShopifyPlatformOptions { Time = time });
        string[] scopes = ["read_orders", "read_products", "read_locations", "read_customers", "write_inventory"];
        return new SimulatedShopify(platform, platform.AddShop("harbor-pine.myshopify.com", shop, "client-1", "shpss_canary_0001", scopes));
    }

    public void DropRegistration(string topic)
    {
        using var http = new HttpClient();
        foreach (var subscription in Store.Subscriptions.Where(subscription => Topic(subscription.Topic) == topic))
        {
            var query = $$"""{"query":"mutation { webhookSubscriptionDelete(id: \"gid://shopify/WebhookSubscription/{{subscription.Id}}\") { deletedWebhookSubscriptionId } }"}""";
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(BaseUrl, "/admin/api/2026-07/graphql.json")) { Content = new StringContent(query, Encoding.UTF8, "application/json") };
            request.Headers.Add("X-Shopify-Access-Token", Store.IssuePermanentToken());
            using var response = http.Send(request);
        }
    }

    public async Task DeliverAsync()
    {
        while (_platform.WaitingDeliveries > 0)
        {
            await _platform.DeliverDueAsync();
        }
    }

    public void ExpireTokens() => Store.ExpireTokens();

    public void RevokeAccess() => _platform.Uninstall(Store);

    public HttpResponseMessage Throttled(string? retryAfter) => retryAfter is null
        ? FaultyLine.Answer(200, """
            {"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}],
             "extensions":{"cost":{"requestedQueryCost":300,"actualQueryCost":null,"throttleStatus":{"maximumAvailable":2000.0,"currentlyAvailable":100,"restoreRate":100.0}}}}
            """)
        : FaultyLine.Answer(429, """{"errors":"Exceeded 2 calls per second for api client."}""", retryAfter: retryAfter);

    public WebhookRequest Sign(string topic, byte[] body, string secret)
    {
        var headers = new HeaderDictionary
        {
            ["X-Shopify-Topic"] = topic,
            ["X-Shopify-Hmac-Sha256"] = Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body)),
            ["X-Shopify-Webhook-Id"] = "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
            ["X-Shopify-Triggered-At"] = "2026-08-20T09:00:00.123456789Z",
        };
        return new WebhookRequest("POST", headers, new QueryCollection(), body, new Uri("https://storeclaw.example/webhooks/shopify/connection-1"));
    }

    public ValueTask DisposeAsync() => _platform.DisposeAsync();

    private static string Topic(string name) => name switch
    {
        "INVENTORY_LEVELS_UPDATE" => "inventory_levels/update",
        _ => name.Replace('_', '/').ToLowerInvariant(),
    };
}
