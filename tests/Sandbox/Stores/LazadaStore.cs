using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Lazada;

namespace StoreClaw.Sandbox.Stores;

internal sealed class LazadaStore(LazadaPlatform platform, LazadaSeller seller) : ISandboxStore
{
    public string Connector => "lazada";

    public SimStore Shop => seller.Store;

    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["BaseUrl"] = platform.BaseAddress.ToString(),
        ["ClientId"] = platform.App.Key,
        ["ClientSecret"] = platform.App.Secret,
    };

    public static async Task<LazadaStore> StartAsync(MainJobOptions options, Uri app)
    {
        var platform = await LazadaPlatform.StartAsync(TimeProvider.System, new LazadaApp("123457", "sandbox-lazada-secret", new Uri(app, "/oauth/lazada/callback")));
        var shop = SimStore.Generate(options.Small(ShopProfile.SingaporeFashion with { Name = "Harbor & Pine Lazada" }), seed: 17, TimeProvider.System);
        return new LazadaStore(platform, platform.AddSeller("1152180743", "sg", shop));
    }

    public Task<Uri> ApproveAsync(Uri authorizeUrl) => Task.FromResult(platform.Approve(authorizeUrl.AtHost("auth.lazada.com"), seller));

    public Task EnterAddressAsync(Uri webhookUrl)
    {
        platform.App.PushUrl = webhookUrl;
        return Task.CompletedTask;
    }

    public Task DeliverAsync() => platform.PushAsync();

    public ValueTask DisposeAsync() => platform.DisposeAsync();
}
