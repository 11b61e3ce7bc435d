using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Ebay;

namespace StoreClaw.Tests.Connectors.Ebay;

/// <summary>The simulated eBay with one seller on it, as the contract wants it.</summary>
internal sealed class SimulatedEbay : ISimulatedPlatform
{
    public const string VerificationToken = "storeclaw-verification-token-0123456789";

    private readonly ConcurrentDictionary<string, EbaySigningKey> _keys = new(StringComparer.Ordinal);

    private SimulatedEbay(EbayPlatform platform, SimStore shop, IWebhooks webhooks)
    {
        Platform = platform;
        Seller = platform.AddSeller("sellerUserId1", "harbor_and_pine", shop);
        Platform.Notifications.Challenge = url => Task.FromResult(Answer(webhooks, url));
    }

    public EbayPlatform Platform { get; }

    public EbaySeller Seller { get; }

    public SimStore Shop => Seller.Store;

    public Uri BaseUrl => Platform.BaseAddress;

    public AppClient? App { get; } = new("StoreCla-w-PRD-0001", new Secret("PRD-canary-secret-0001"), new Dictionary<string, Secret>
    {
        ["ruName"] = new("StoreClaw-StoreCla-w-PRD-canary-runame"),
        ["verificationToken"] = new(VerificationToken),
        ["alertEmail"] = new("alerts@storeclaw.example"),
    });

    public IReadOnlyDictionary<string, string> Fields => new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> WrongKeys => Fields;

    public IReadOnlyDictionary<string, string> WrongStore => Fields;

    public IReadOnlyList<string> Secrets => Platform.Secrets;

    public IReadOnlyList<KeyValuePair<string, Uri>> Registrations =>
        [.. Platform.Notifications.Subscriptions.Select(row => KeyValuePair.Create(row.Topic, Platform.Notifications.Destinations.Single(destination => destination.Id == row.DestinationId).Endpoint))];

    public static async Task<SimulatedEbay> StartAsync(SimStore shop, TimeProvider time, IWebhooks webhooks)
    {
        var app = new EbayApp(
            "StoreCla-w-PRD-0001", "PRD-canary-secret-0001", "StoreClaw-StoreCla-w-PRD-canary-runame", new Uri("https://storeclaw.example/oauth/ebay/callback"), new Uri("https://storeclaw.example/oauth/ebay/callback"));
        return new SimulatedEbay(await EbayPlatform.StartAsync(app, time), shop, webhooks);
    }

    public Task<Uri> ApproveAsync(Uri authorizeUrl) => Task.FromResult(Platform.Approve(authorizeUrl, Seller));

    public string IdOf(Resource resource, long id) => resource == Resource.Orders ? EbaySeller.OrderId(id) : id.ToString();

    /// <summary>The public half under its id, as the connector keeps it.</summary>
    public string KeyOf(string secret) => secret.Length == 0 ? "" : $"{KeyFor(secret).Id} {KeyFor(secret).PublicKey}";

    public void DropRegistration(string topic) => Platform.Notifications.Drop(Platform.Notifications.Subscriptions.First(row => row.Topic == topic));

    public Task DeliverAsync() => Platform.Notifications.DeliverDueAsync();

    public void ExpireTokens() => Platform.EndAccessTokens();

    public void RevokeAccess() => Platform.Revoke(Seller);

    /// <summary>With the number of a spent quota where a wait is told, as a page of the edge where none is.</summary>
    public HttpResponseMessage Throttled(string? retryAfter) => retryAfter is null
        ? FaultyLine.Answer(429, "<html><body>Too Many Requests</body></html>", "text/html")
        : FaultyLine.Answer(429, """{"errors":[{"errorId":2001,"domain":"ACCESS","category":"REQUEST","message":"Too many requests."}]}""", retryAfter: retryAfter);

    public WebhookRequest Sign(string topic, byte[] body, string secret) => Delivery(body, KeyFor(secret).Sign(body));

    public static WebhookRequest Delivery(byte[] body, string? signature)
    {
        var headers = new HeaderDictionary { ["Content-Type"] = "application/json" };
        if (signature is not null)
        {
            headers["X-EBAY-SIGNATURE"] = signature;
        }

        return new WebhookRequest("POST", headers, new QueryCollection(), body, new Uri("https://storeclaw.example/webhooks/ebay/connection-1"));
    }

    public static WebhookRequest Challenge(Uri url, params (string Name, string Value)[] headers) => new(
        "GET", new HeaderDictionary(headers.ToDictionary(static header => header.Name, static header => new Microsoft.Extensions.Primitives.StringValues(header.Value))), new QueryCollection(QueryHelpers.ParseQuery(url.Query)), default, url);

    public async ValueTask DisposeAsync()
    {
        await Platform.DisposeAsync();
        foreach (var key in _keys.Values)
        {
            key.Dispose();
        }
    }

    private EbaySigningKey KeyFor(string secret) => _keys.GetOrAdd(secret, static text => new EbaySigningKey(new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16)).ToString()));

    /// <summary>The app's door, asked by the platform: the contract's addresses lead nowhere.</summary>
    private EbayChallengeAnswer Answer(IWebhooks webhooks, Uri url) => webhooks.Answer(Challenge(url), App!.ToSecrets()) is { } reply
        ? new EbayChallengeAnswer(reply.Status, reply.ContentType, reply.Body)
        : new EbayChallengeAnswer(404, null, "");
}
