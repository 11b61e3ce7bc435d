using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.WooCommerce;

namespace StoreClaw.Sandbox.Stores;

internal sealed class WooCommerceStore(WooCommercePlatform platform, SimStore shop, WooCommerceKey key) : ISandboxStore
{
    private const string Site = "https://haus-und-herd.example";

    public string Connector => "woocommerce";

    public SimStore Shop => shop;

    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string> { ["BaseUrl"] = platform.BaseAddress.ToString() };

    public IReadOnlyDictionary<string, string> Fields => new Dictionary<string, string> { ["siteUrl"] = Site, ["consumerKey"] = key.ConsumerKey, ["consumerSecret"] = key.ConsumerSecret };

    public static async Task<WooCommerceStore> StartAsync(MainJobOptions options)
    {
        var shop = SimStore.Generate(options.Sized(ShopProfile.EuropeanHome with { Days = 45, Products = 24, EarlierCustomers = 100 }), seed: 12, TimeProvider.System);
        var platform = await WooCommercePlatform.StartAsync(TimeProvider.System);
        return new WooCommerceStore(platform, shop, platform.AddSite(Site, shop).CreateKey(WooCommercePermission.ReadWrite));
    }

    public Task DeliverAsync() => platform.DeliverDueAsync();

    public ValueTask DisposeAsync() => platform.DisposeAsync();
}
