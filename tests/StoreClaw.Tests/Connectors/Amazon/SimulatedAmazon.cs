using Microsoft.AspNetCore.Http;
using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Sandbox.Amazon;
using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Tests.Connectors.Amazon;

/// <summary>The simulated Amazon as the contract sees it: one seller in the United States, with a forwarder that signs.</summary>
internal sealed class SimulatedAmazon : ISimulatedPlatform
{
    public const string SellerId = "A3TH9S8BH6GOGM";
    public const string ForwarderSecret = "forwarder-secret-canary-000000001";

    private readonly TimeProvider _time;

    private SimulatedAmazon(AmazonPlatform platform, SimStore shop, TimeProvider time)
    {
        (Amazon, Seller, _time) = (platform, platform.AddSeller(SellerId, "US", shop), time);
        Amazon.Forwarder.Secret = ForwarderSecret;
    }

    public AmazonPlatform Amazon { get; }

    public AmazonSeller Seller { get; }

    public SimStore Shop => Seller.Store;

    public Uri BaseUrl => Amazon.BaseAddress;

    public AppClient App { get; } = new("amzn1.application-oa2-client.0001", new Secret("amzn1.oa2-cs.v1.canary-0001"), new Dictionary<string, Secret>
    {
        ["applicationId"] = new("amzn1.sp.solution.canary-0001"),
        ["forwarderSecret"] = new(ForwarderSecret),
    });

    public IReadOnlyDictionary<string, string> Fields { get; } = new Dictionary<string, string> { ["marketplace"] = "us" };

    public IReadOnlyDictionary<string, string> WrongKeys => Fields;

    public IReadOnlyDictionary<string, string> WrongStore => Fields;

    public IReadOnlyList<string> Secrets => Amazon.Secrets;

    public IReadOnlyList<KeyValuePair<string, Uri>> Registrations => [];

    public static async Task<SimulatedAmazon> StartAsync(SimStore shop, TimeProvider time)
    {
        var app = new AmazonApp("amzn1.application-oa2-client.0001", "amzn1.oa2-cs.v1.canary-0001", "amzn1.sp.solution.canary-0001", new Uri("https://storeclaw.example/oauth/amazon/callback"));
        return new SimulatedAmazon(await AmazonPlatform.StartAsync(time, app), shop, time);
    }

    public Task<Uri> ApproveAsync(Uri authorizeUrl) => Task.FromResult(Amazon.Approve(authorizeUrl, Seller));

    /// <summary>A product of the shop is a listing for each variant; stock is told by article number, too.</summary>
    public string IdOf(Resource resource, long id) => resource switch
    {
        Resource.Orders => AmazonSeller.OrderId(id),
        Resource.Products => Shop.FindProduct(id)?.Variants[0].Sku ?? $"NO-SUCH-{id}",
        _ => $"NO-SUCH-{id}",
    };

    public string KeyOf(string secret) => $"Authorization:{secret}";

    public void EnterAddress(Uri callbackUrl) => Amazon.Forwarder.Endpoint = callbackUrl;

    public void DropRegistration(string topic) => Amazon.Forwarder.Endpoint = null;

    public async Task DeliverAsync() => Assert.All(await Amazon.Forwarder.DeliverAsync(), static status => Assert.Equal(200, status));

    public void ExpireTokens() => Amazon.EndAccessTokens();

    public void RevokeAccess() => Amazon.Revoke(Seller);

    public HttpResponseMessage Throttled(string? retryAfter) =>
        FaultyLine.Answer(429, """{"errors":[{"code":"QuotaExceeded","message":"You exceeded your quota for the requested resource.","details":""}]}""", retryAfter: retryAfter);

    public WebhookRequest Sign(string topic, byte[] body, string secret) => Delivery(body, ("X-StoreClaw-Signature", AmazonForwarder.Sign(secret, _time.GetUtcNow().ToUnixTimeSeconds(), body)));

    public static WebhookRequest Delivery(byte[] body, params (string Name, string Value)[] headers) => new(
        "POST",
        new HeaderDictionary(headers.ToDictionary(static header => header.Name, static header => new Microsoft.Extensions.Primitives.StringValues(header.Value), StringComparer.OrdinalIgnoreCase)),
        new QueryCollection(),
        body,
        new Uri("https://storeclaw.example/webhooks/amazon"));

    public ValueTask DisposeAsync() => Amazon.DisposeAsync();
}
