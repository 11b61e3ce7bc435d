using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using StoreClaw.Connectors.Signatures;

namespace StoreClaw.Connectors.Wix;

/// <summary>
/// Client credentials per installation. There is no code: whoever names an instance gets its token, so the instance is taken from what Wix signed for this browser and from nothing else.
/// </summary>
internal sealed class WixAuthorization() : CodeAuthorization("", Refusal, Refusal)
{
    private const string Refusal = "Wix gives this app no access to the site. Check App ID and App Secret Key, and that the app is still installed on the site; then connect it again.";

    /// <summary>What an app that may not ask for something is told, with 401 now and then.</summary>
    private static readonly FaultKind[] Unneeded = [FaultKind.ScopeMissing, FaultKind.CredentialsRejected, FaultKind.NotFound];

    private static readonly TimeSpan Freshness = TimeSpan.FromMinutes(5);

    public override ConnectPlan Plan(ConnectInput input)
    {
        var secrets = input.App!.ToSecrets();
        using var key = secrets.TryGetValue("webhookPublicKey", out var text) ? JwtSignature.PublicKey(text) : null;
        return key is null
            ? new ConnectPlan.Refused("WebhookPublicKey", "The app's webhook key cannot be read.", "Set Connectors__wix__WebhookPublicKey to the public key that the app's Webhooks page shows.")
            : new ConnectPlan.Browser("", secrets);
    }

    public override Uri AuthorizeUrl(StoreSession store, BrowserStart start) => Links.To(
        "https://www.wix.com/app-installer", ("appId", store.Secrets["clientId"].Reveal()),
        ("postInstallationUrl", Links.To(start.CallbackUrl.AbsoluteUri, ("state", start.State)).AbsoluteUri),
        ("shareUrlId", store.Secrets.GetValueOrDefault("shareUrlId")?.Reveal()));

    public override string? CheckCallback(StoreSession store, CallbackInput callback, DateTimeOffset now) => ReadInstance(store, callback, now).Wrong;

    protected override PlatformRequest CodeRequest(StoreSession store, CallbackInput callback, DateTimeOffset now)
    {
        var (instanceId, wrong) = ReadInstance(store, callback, now);
        return Request(store, instanceId ?? throw new PlatformException(new PlatformFault(FaultKind.CredentialsRejected, "instance-unsigned", wrong!)));
    }

    protected override PlatformRequest RefreshRequest(StoreSession store, DateTimeOffset now) => Request(store, store.Store);

    protected override async Task<Grant> ProveAsync(StoreSession store, NewTokens tokens, CancellationToken cancellationToken)
    {
        var instance = await AskAsync(store, "/apps/v1/instance", cancellationToken);
        var instanceId = instance.Read(static json => json.Required("instance").Text("instanceId")).ToLowerInvariant();
        if (instanceId != ReadInstance(store, tokens.Callback!, tokens.Now).InstanceId)
        {
            throw new PlatformException(new PlatformFault(FaultKind.CredentialsRejected, "instance-other", "Wix names another installation than the one it signed. Connect again."));
        }

        var version = await AskAsync(store, WixCatalog.VersionPath, cancellationToken).OrNull(Unneeded);
        var properties = await AskAsync(store, "/site-properties/v4/properties", cancellationToken).OrNull(Unneeded);
        var site = instance.Read(static json => json.Member("site"));
        var facts = Grant.Told(
            ("name", site.TextOrNull("siteDisplayName") ?? site.TextOrNull("url") ?? instanceId),
            ("currency", site.TextOrNull("paymentCurrency")),
            ("timeZone", properties?.Read(static json => json.Member("properties").TextOrNull("timeZone"))),
            (WixCatalog.VersionFact, version?.Read(static json => json.TextOrNull("catalogVersion"))));
        var scopes = instance.Read(static json => json.Required("instance").Items("permissions").Select(static permission => permission.ToString()).Order(StringComparer.Ordinal).ToList());
        return tokens.Grant with { Store = instanceId, Scopes = scopes, Facts = facts };
    }

    private static PlatformRequest Request(StoreSession store, string instanceId) => WixConnector.Request(HttpMethod.Post, "/oauth2/token", JsonSerializer.Serialize(
        new { grant_type = "client_credentials", client_id = store.Secrets["clientId"].Reveal(), client_secret = store.Secrets["clientSecret"].Reveal(), instance_id = instanceId }));

    private static Task<PlatformResponse> AskAsync(StoreSession store, string path, CancellationToken cancellationToken) =>
        store.SendAsync(PlatformRequest.Get(WixConnector.Api + path) with { Renews = false }, cancellationToken);

    /// <summary>"signature.data" in the callback: an HMAC-SHA256 with the App Secret Key over the text of the data part, both base64url. Either the instance, or what is wrong.</summary>
    private static (string? InstanceId, string? Wrong) ReadInstance(StoreSession store, CallbackInput callback, DateTimeOffset now)
    {
        if ((callback.Parameter("instance") ?? callback.Parameter("signedInstance"))?.Split('.') is not [var signature, var data])
        {
            return (null, "The callback does not carry an instance signed by Wix.");
        }

        var secret = store.Secrets["clientSecret"].RevealUtf8();
        var expected = Base64Url.EncodeToUtf8(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(data)));
        if (secret.IsEmpty || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(signature.TrimEnd('=')), expected))
        {
            return (null, "The callback's instance is not signed with this app's secret. Check the App Secret Key.");
        }

        try
        {
            var instance = JsonReading.ParseObject(Base64Url.DecodeFromChars(data));
            return (now - instance.Time("signDate")).Duration() > Freshness ? (null, "The callback is too old.") : (instance.Id("instanceId").ToLowerInvariant(), null);
        }
        catch (FormatException)
        {
            return (null, "The callback's instance cannot be read.");
        }
    }
}
