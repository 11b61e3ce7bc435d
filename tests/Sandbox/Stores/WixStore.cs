using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Wix;

namespace StoreClaw.Sandbox.Stores;

internal sealed class WixStore(WixPlatform platform, WixSite site) : ISandboxStore
{
    public string Connector => "wix";

    public SimStore Shop => site.Store;

    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["BaseUrl"] = platform.BaseAddress.ToString(),
        ["ClientId"] = platform.App.Id,
        ["ClientSecret"] = platform.App.Secret,
        ["WebhookPublicKey"] = WixSigning.PublicKey(platform.App.KeyName),
        ["ShareUrlId"] = platform.App.ShareUrlId!,
    };

    public static async Task<WixStore> StartAsync(MainJobOptions options)
    {
        var platform = await WixPlatform.StartAsync(new WixApp("b3a1c6d0-52f7-4b2e-8a55-0c7c2f4c9e02", "sandbox-app-secret", "sandbox", "sandbox-share"), TimeProvider.System);
        var shop = SimStore.Generate(options.Small(ShopProfile.EuropeanHome with { Name = "Haus & Herd Atelier" }), seed: 14, TimeProvider.System);
        var site = platform.AddSite("8d3d3b4e-3f4a-4f0c-9a31-3c0f5f0a7e12", shop, WixCatalogVersion.V3);
        platform.Chosen = site;
        return new WixStore(platform, site);
    }

    public Task<Uri> ApproveAsync(Uri authorizeUrl) => SandboxStores.FollowAsync(authorizeUrl);

    public Task EnterAddressAsync(Uri webhookUrl)
    {
        platform.WebhookAddress = webhookUrl;
        return Task.CompletedTask;
    }

    public string OrderId(long id) => WixIds.Of(WixKind.Order, id);

    public Task DeliverAsync() => platform.DeliverAsync();

    public ValueTask DisposeAsync() => platform.DisposeAsync();
}
