using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Genstore;

namespace StoreClaw.Sandbox.Stores;

internal sealed class GenstoreStore(GenstorePlatform platform, GenstoreShop shop, string token) : ISandboxStore
{
    public string Connector => "genstore";

    public SimStore Shop => shop.Store;

    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string> { ["BaseUrl"] = platform.BaseAddress.ToString() };

    public IReadOnlyDictionary<string, string> Fields => new Dictionary<string, string> { ["shopDomain"] = shop.Host, ["accessToken"] = token, ["signingSecret"] = shop.ClientSecret };

    public static async Task<GenstoreStore> StartAsync(MainJobOptions options)
    {
        var platform = await GenstorePlatform.StartAsync(TimeProvider.System);
        var shop = platform.AddShop("bunbo", SimStore.Generate(options.Small(ShopProfile.JapaneseStationery), seed: 18, TimeProvider.System));
        return new GenstoreStore(platform, shop, shop.AccessToken!);
    }

    public async Task DeliverAsync() => await platform.DeliverAsync();

    public ValueTask DisposeAsync() => platform.DisposeAsync();
}
