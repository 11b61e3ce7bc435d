using StoreClaw.Connectors;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.SellerSprite;

namespace StoreClaw.Tests.Connectors.SellerSprite;

/// <summary>The simulated SellerSprite as the contract sees it: a customer, and no shop but the contract's own.</summary>
internal sealed class SimulatedSellerSprite : ISimulatedPlatform
{
    public const string Key = "canary0sellersprite0key0000000001";

    private SimulatedSellerSprite(SellerSpritePlatform platform, SimStore shop)
    {
        (SellerSprite, Shop) = (platform, shop);
        Account = platform.AddAccount(Key);
        platform.SetMarket("US", SellerSpriteMarket.Generate(5));
    }

    public SellerSpritePlatform SellerSprite { get; }

    public SellerSpriteAccount Account { get; }

    public SimStore Shop { get; }

    public Uri BaseUrl => SellerSprite.BaseAddress;

    public IReadOnlyDictionary<string, string> Fields { get; } = new Dictionary<string, string> { ["apiKey"] = Key, ["label"] = "Main account" };

    public IReadOnlyDictionary<string, string> WrongKeys { get; } = new Dictionary<string, string> { ["apiKey"] = "canary0sellersprite0key0000000002", ["label"] = "Main account" };

    public IReadOnlyDictionary<string, string>? WrongStore => null;

    public IReadOnlyList<string> Secrets => [Key];

    public IReadOnlyList<KeyValuePair<string, Uri>> Registrations => [];

    public static async Task<SimulatedSellerSprite> StartAsync(SimStore shop, TimeProvider time, SellerSpriteOptions? options = null) => new(await SellerSpritePlatform.StartAsync(time, options), shop);

    public void DropRegistration(string topic) => throw new NotSupportedException("There are no webhooks.");

    public Task DeliverAsync() => throw new NotSupportedException("There are no webhooks.");

    public void ExpireTokens() => throw new NotSupportedException("Keys end with their plan.");

    public void RevokeAccess() => Account.State = KeyState.Void;

    public HttpResponseMessage Throttled(string? retryAfter) => FaultyLine.Answer(429, """{"code":"","message":"too many requests","data":null}""", retryAfter: retryAfter);

    public WebhookRequest Sign(string topic, byte[] body, string secret) => throw new NotSupportedException("There are no webhooks.");

    public ValueTask DisposeAsync() => SellerSprite.DisposeAsync();
}
