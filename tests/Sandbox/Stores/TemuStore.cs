using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Temu;

namespace StoreClaw.Sandbox.Stores;

internal sealed class TemuStore(TemuPlatform platform, TemuMall mall) : ISandboxStore
{
    private readonly string _token = platform.Authorize(mall);

    public string Connector => "temu";

    public SimStore Shop => mall.Store;

    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["BaseUrl"] = platform.BaseAddress.ToString(),
        ["ClientId"] = platform.App.Key,
        ["ClientSecret"] = platform.App.Secret,
    };

    public IReadOnlyDictionary<string, string> Fields => new Dictionary<string, string> { ["region"] = platform.App.Region, ["accessToken"] = _token };

    public static async Task<TemuStore> StartAsync(MainJobOptions options)
    {
        var platform = await TemuPlatform.StartAsync(TimeProvider.System, new TemuApp("sandbox-temu-app", "sandbox-temu-secret", "US"));
        var shop = SimStore.Generate(options.Small(ShopProfile.AmericanFashion with { Name = "Harbor & Pine Temu", OtherCurrencies = [] }), seed: 18, TimeProvider.System);
        return new TemuStore(platform, platform.AddMall(634418212345678, shop));
    }

    public Task EnterAddressAsync(Uri webhookUrl)
    {
        platform.Hooks.EnterAddress(webhookUrl);
        return Task.CompletedTask;
    }

    public string OrderId(long id) => mall.SerialOf(id);

    public Task DeliverAsync() => platform.Hooks.DeliverAsync();

    public ValueTask DisposeAsync() => platform.DisposeAsync();
}
