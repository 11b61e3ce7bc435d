using Microsoft.AspNetCore.Http;
using StoreClaw.Connectors;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Genstore;

namespace StoreClaw.Tests.Connectors.Genstore;

/// <summary>The simulated Genstore as the contract sees it: one shop with a custom app.</summary>
internal sealed class SimulatedGenstore : ISimulatedPlatform
{
    public const string Name = "harbor-pine";

    private SimulatedGenstore(GenstorePlatform platform, SimStore shop)
    {
        Genstore = platform;
        Store = platform.AddShop(Name, shop);
        Fields = new Dictionary<string, string> { ["shopDomain"] = Name, ["accessToken"] = Store.AccessToken!, ["signingSecret"] = Store.ClientSecret };
    }

    public GenstorePlatform Genstore { get; }

    public GenstoreShop Store { get; }

    public SimStore Shop => Store.Store;

    public Uri BaseUrl => Genstore.BaseAddress;

    public IReadOnlyDictionary<string, string> Fields { get; }

    public IReadOnlyDictionary<string, string> WrongKeys => new Dictionary<string, string>(Fields) { ["accessToken"] = "gst_0000_000000000000000000000000" };

    public IReadOnlyDictionary<string, string> WrongStore => new Dictionary<string, string>(Fields) { ["shopDomain"] = "no-such-shop.genmystore.com" };

    public IReadOnlyList<string> Secrets => [Fields["accessToken"], Store.ClientSecret];

    public IReadOnlyList<KeyValuePair<string, Uri>> Registrations => [.. Store.Subscriptions.Select(static one => KeyValuePair.Create(one.Topic, new Uri(one.Address)))];

    public static async Task<SimulatedGenstore> StartAsync(SimStore shop, TimeProvider time) => new(await GenstorePlatform.StartAsync(time), shop);

    public static WebhookRequest Request(string topic, byte[] body, string signature) => new(
        "POST",
        new HeaderDictionary { ["X-Genstore-Topic"] = topic, ["X-Genstore-Hmac-Sha256"] = signature, ["X-Genstore-Shop-Domain"] = $"{Name}.genmystore.com" },
        new QueryCollection(),
        body,
        new Uri("https://storeclaw.example/webhooks/genstore/connection-1"));

    public void DropRegistration(string topic) => Store.Stop(topic);

    public async Task DeliverAsync() => await Genstore.DeliverAsync();

    public void ExpireTokens()
    {
    }

    public void RevokeAccess() => Store.Uninstall();

    public HttpResponseMessage Throttled(string? retryAfter) => FaultyLine.Answer(429, """{"error":"Too Many Requests"}""", retryAfter: retryAfter);

    public WebhookRequest Sign(string topic, byte[] body, string secret) => Request(topic, body, GenstoreSigning.Of(secret, body));

    public ValueTask DisposeAsync() => Genstore.DisposeAsync();
}
