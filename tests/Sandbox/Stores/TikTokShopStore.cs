using StoreClaw.Connectors;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.TikTokShop;

namespace StoreClaw.Sandbox.Stores;

internal sealed class TikTokShopStore(TikTokShopPlatform platform, TikTokShopSeller seller, SimStore shop) : ISandboxStore
{
    public string Connector => "tiktokshop";

    public SimStore Shop => shop;

    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["BaseUrl"] = platform.BaseAddress.ToString(),
        ["ClientId"] = platform.App.Key,
        ["ClientSecret"] = platform.App.Secret,
        ["ServiceId"] = platform.App.ServiceId,
    };

    public static async Task<TikTokShopStore> StartAsync(MainJobOptions options, Uri app)
    {
        var platform = await TikTokShopPlatform.StartAsync(
            new TikTokShopApp("38abce", "sandbox_tts_secret", "7172837465019283747", new Uri(app, "/oauth/tiktokshop/callback"), new ConnectorRegistry(ConnectorRegistry.All).Find("tiktokshop")!.Descriptor.Scopes), TimeProvider.System);
        var shop = SimStore.Generate(options.Small(ShopProfile.AmericanFashion with { Name = "Harbor & Pine Live", OtherCurrencies = [] }), seed: 15, TimeProvider.System);
        var seller = platform.AddSeller("Harbor Trading LLC", "US");
        platform.AddShop(seller, shop);
        return new TikTokShopStore(platform, seller, shop);
    }

    public Task<Uri> ApproveAsync(Uri authorizeUrl) => Task.FromResult(platform.Approve(authorizeUrl.AtHost("services.us.tiktokshop.com"), seller));

    public Task DeliverAsync() => platform.DeliverDueAsync();

    public ValueTask DisposeAsync() => platform.DisposeAsync();
}
