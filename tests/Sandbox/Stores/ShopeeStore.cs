using System.Globalization;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Shopee;

namespace StoreClaw.Sandbox.Stores;

internal sealed class ShopeeStore(ShopeePlatform platform, ShopeeShop shop) : ISandboxStore
{
    public string Connector => "shopee";

    public SimStore Shop => shop.Store;

    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["BaseUrl"] = platform.BaseAddress.ToString(),
        ["ClientId"] = platform.App.PartnerId.ToString(CultureInfo.InvariantCulture),
        ["ClientSecret"] = platform.App.PartnerKey,
        ["PushKey"] = platform.App.PushKey!,
    };

    public static async Task<ShopeeStore> StartAsync(MainJobOptions options)
    {
        var platform = await ShopeePlatform.StartAsync(TimeProvider.System, new ShopeeApp(2001888, "sandbox_partner_key", "sandbox_push_key"));
        var shop = SimStore.Generate(options.Small(ShopProfile.SingaporeFashion with { Name = "Harbor & Pine SG" }), seed: 16, TimeProvider.System);
        return new ShopeeStore(platform, platform.AddShop(322300223, shop.Profile.Name, shop));
    }

    public Task<Uri> ApproveAsync(Uri authorizeUrl) => SandboxStores.FollowAsync(authorizeUrl);

    public Task EnterAddressAsync(Uri webhookUrl) => platform.Pushes.EnterAddressAsync(webhookUrl);

    public string OrderId(long id) => ShopeeShop.SerialOf(id);

    public Task DeliverAsync() => platform.Pushes.DeliverAsync();

    public ValueTask DisposeAsync() => platform.DisposeAsync();
}
