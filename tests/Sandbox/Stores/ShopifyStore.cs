using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Shopify;

namespace StoreClaw.Sandbox.Stores;

internal sealed class ShopifyStore(ShopifyPlatform platform, SimStore shop) : ISandboxStore
{
    private const string Domain = "harbor-pine.myshopify.com";
    private const string ClientId = "sandbox-client";
    private const string ClientSecret = "sandbox-client-secret";

    private static readonly string[] Scopes = ["read_orders", "read_all_orders", "read_products", "read_inventory", "read_locations", "read_customers", "write_inventory"];

    public string Connector => "shopify";

    public SimStore Shop => shop;

    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string> { ["BaseUrl"] = platform.BaseUrl };

    public IReadOnlyDictionary<string, string> Fields => new Dictionary<string, string> { ["shopDomain"] = Domain, ["clientId"] = ClientId, ["clientSecret"] = ClientSecret };

    public static async Task<ShopifyStore> StartAsync(MainJobOptions options)
    {
        var shop = SimStore.Generate(options.Sized(ShopProfile.AmericanFashion with { OrdersPerDay = 25, Days = 60, Anomaly = new AnomalyDay(1, 2.1) }), seed: 11, TimeProvider.System);
        var platform = await ShopifyPlatform.StartAsync();
        platform.AddShop(Domain, shop, ClientId, ClientSecret, Scopes).Plan = ShopifyPlan.Plus;
        return new ShopifyStore(platform, shop);
    }

    public Task DeliverAsync() => platform.DeliverDueAsync(parallel: 8);

    public ValueTask DisposeAsync() => platform.DisposeAsync();
}
