using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Ebay;

namespace StoreClaw.Sandbox.Stores;

internal sealed class EbayStore(EbayPlatform platform, EbaySeller seller) : ISandboxStore
{
    public string Connector => "ebay";

    public SimStore Shop => seller.Store;

    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["BaseUrl"] = platform.BaseAddress.ToString(),
        ["ClientId"] = platform.App.ClientId,
        ["ClientSecret"] = platform.App.ClientSecret,
        ["RuName"] = platform.App.RuName,
        ["VerificationToken"] = "storeclaw-sandbox-verification-token-1",
        ["AlertEmail"] = "alerts@storeclaw.example",
    };

    public bool TellsOfOrders => false;

    public static async Task<EbayStore> StartAsync(MainJobOptions options, Uri app)
    {
        var callback = new Uri(app, "/oauth/ebay/callback");
        var platform = await EbayPlatform.StartAsync(new EbayApp("StoreCla-w-SBX-0001", "SBX-0001-secret", "StoreClaw-StoreCla-w-SBX-runame", callback, callback), TimeProvider.System);
        var shop = SimStore.Generate(options.Small(ShopProfile.AmericanFashion with { Name = "harbor_and_pine", OtherCurrencies = [] }), seed: 13, TimeProvider.System);
        return new EbayStore(platform, platform.AddSeller("sellerUserId1", "harbor_and_pine", shop));
    }

    public Task<Uri> ApproveAsync(Uri authorizeUrl) => Task.FromResult(platform.Approve(authorizeUrl.AtHost("auth.ebay.com"), seller));

    public string OrderId(long id) => EbaySeller.OrderId(id);

    public Task DeliverAsync() => platform.Notifications.DeliverDueAsync();

    public ValueTask DisposeAsync() => platform.DisposeAsync();
}
