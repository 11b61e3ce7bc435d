using StoreClaw.Sandbox.SellerSprite;

namespace StoreClaw.Sandbox.Stores;

/// <summary>A research account beside the stores: no shop, but a market to ask about.</summary>
internal sealed class ResearchAccount(SellerSpritePlatform platform) : IAsyncDisposable
{
    public const string Connector = "sellersprite";

    private const string Key = "sandbox-sellersprite-key";

    public static object Fields { get; } = new { apiKey = Key, label = "Harbor & Pine research" };

    public Uri BaseUrl => platform.BaseAddress;

    /// <summary>What a task asks: two keywords, and the best-selling product of the market.</summary>
    public object Parameters => new
    {
        marketplace = "US",
        keywords = new[] { "storage box", "yoga mat" },
        asins = new[] { platform.Market("US").Products.MaxBy(static product => product.Units)!.Asin },
    };

    public static async Task<ResearchAccount> StartAsync()
    {
        var platform = await SellerSpritePlatform.StartAsync(TimeProvider.System);
        platform.AddAccount(Key);
        platform.SetMarket("US", SellerSpriteMarket.Generate(seed: 18));
        return new ResearchAccount(platform);
    }

    public ValueTask DisposeAsync() => platform.DisposeAsync();
}
