using StoreClaw.Sandbox.Amazon;
using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Sandbox.Stores;

/// <summary>With a forwarder of the seller's that posts what Amazon writes to its queue.</summary>
internal sealed class AmazonStore(AmazonPlatform platform, AmazonSeller seller) : ISandboxStore
{
    public string Connector => "amazon";

    public SimStore Shop => seller.Store;

    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["BaseUrl"] = platform.BaseAddress.ToString(),
        ["ClientId"] = platform.App.ClientId,
        ["ClientSecret"] = platform.App.ClientSecret,
        ["ApplicationId"] = platform.App.ApplicationId,
        ["ForwarderSecret"] = platform.Forwarder.Secret,
    };

    public IReadOnlyDictionary<string, string> Fields => new Dictionary<string, string> { ["marketplace"] = "DE" };

    public static async Task<AmazonStore> StartAsync(MainJobOptions options, Uri app)
    {
        var platform = await AmazonPlatform.StartAsync(TimeProvider.System, new AmazonApp("amzn1.application-oa2-client.sandbox", "amzn1.oa2-cs.v1.sandbox", "amzn1.sp.solution.sandbox", new Uri(app, "/oauth/amazon/callback")));
        platform.Forwarder.Secret = "sandbox-forwarder-secret";
        var shop = SimStore.Generate(options.Small(ShopProfile.EuropeanHome with { Name = "Haus & Herd auf Amazon" }), seed: 18, TimeProvider.System);
        return new AmazonStore(platform, platform.AddSeller("A2SANDBOX0SELLER", "DE", shop));
    }

    public Task<Uri> ApproveAsync(Uri authorizeUrl) => Task.FromResult(platform.Approve(authorizeUrl.AtHost("sellercentral-europe.amazon.com"), seller));

    public Task EnterAddressAsync(Uri webhookUrl)
    {
        platform.Forwarder.Endpoint = webhookUrl;
        return Task.CompletedTask;
    }

    public string OrderId(long id) => AmazonSeller.OrderId(id);

    public Task DeliverAsync() => platform.Forwarder.DeliverAsync();

    public ValueTask DisposeAsync() => platform.DisposeAsync();
}
