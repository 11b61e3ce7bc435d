using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using StoreClaw.Common;
using StoreClaw.Connectors.Http;
using StoreClaw.Connectors.Signatures;

namespace StoreClaw.Connectors.Wix;

/// <summary>
/// Client credentials per installation. There is no code: whoever names an instance gets its token, so the instance is taken from what Wix signed for this browser and from nothing else.
/// </summary>
internal sealed class WixAuthorization : IAuthorization
{
    private const string Refusal = "Wix gives this app no access to the site. Check App ID and App Secret Key, and that the app is still installed on the site; then connect it again.";

    private static readonly TimeSpan Freshness = TimeSpan.FromMinutes(5);

    public ConnectPlan Plan(ConnectInput input)
    {
        var secrets = input.App!.ToSecrets();
        using var key = secrets.TryGetValue("webhookPublicKey", out var text) ? JwtSignature.PublicKey(text) : null;
        return key is null
            ? new ConnectPlan.Refused([new("WebhookPublicKey", "The app's webhook key cannot be read.", "Set Connectors__wix__WebhookPublicKey to the public key that the app's Webhooks page shows.")])
            : new ConnectPlan.Browser("", secrets);
    }

    public Uri AuthorizeUrl(StoreSession store, BrowserStart start)
    {
        var back = $"{start.CallbackUrl.AbsoluteUri}?state={Uri.EscapeDataString(start.State)}";
        var share = store.Secrets.TryGetValue("shareUrlId", out var id) ? $"&shareUrlId={Uri.EscapeDataString(id.Reveal())}" : "";
        return new Uri($"https://www.wix.com/app-installer?appId={Uri.EscapeDataString(store.Secrets["clientId"].Reveal())}&postInstallationUrl={Uri.EscapeDataString(back)}{share}");
    }

    public string? CheckCallback(StoreSession store, CallbackInput callback, DateTimeOffset now) => ReadInstance(store, callback, now).Wrong;

    public async Task<Grant> ExchangeAsync(StoreSession store, CallbackInput callback, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (instanceId, wrong) = ReadInstance(store, callback, now);
        if (instanceId is null)
        {
            throw new PlatformException(new PlatformFault(FaultKind.CredentialsRejected, "instance-unsigned", wrong!));
        }

        var grant = await TokenAsync(store, instanceId, now, cancellationToken);
        var instance = (await AskAsync(store, grant, "/apps/v1/instance", isNeeded: true, cancellationToken))!;
        if (!string.Equals(instance.Read(static json => json.Required("instance").Text("instanceId")), instanceId, StringComparison.OrdinalIgnoreCase))
        {
            throw new PlatformException(new PlatformFault(FaultKind.CredentialsRejected, "instance-other", "Wix names another installation than the one it signed. Connect again."));
        }

        var version = await AskAsync(store, grant, WixCatalog.VersionPath, isNeeded: false, cancellationToken);
        var properties = await AskAsync(store, grant, "/site-properties/v4/properties", isNeeded: false, cancellationToken);
        var site = instance.Read(static json => json.Member("site"));
        var facts = new Dictionary<string, string?>
        {
            ["name"] = site.TextOrNull("siteDisplayName") ?? site.TextOrNull("url") ?? instanceId,
            ["currency"] = site.TextOrNull("paymentCurrency"),
            ["timeZone"] = properties?.Read(static json => json.Member("properties").TextOrNull("timeZone")),
            [WixCatalog.VersionFact] = version?.Read(static json => json.TextOrNull("catalogVersion")),
        };
        var scopes = instance.Read(static json => json.Required("instance").Items("permissions").Select(static permission => permission.ToString()).Order(StringComparer.Ordinal).ToList());
        return grant with { Scopes = scopes, Facts = facts.Where(static fact => !string.IsNullOrEmpty(fact.Value)).ToDictionary(static fact => fact.Key, static fact => fact.Value!) };
    }

    public async Task<Grant?> RefreshAsync(StoreSession store, DateTimeOffset now, CancellationToken cancellationToken) => await TokenAsync(store, store.Store, now, cancellationToken);

    private static async Task<Grant> TokenAsync(StoreSession store, string instanceId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var fields = JsonSerializer.Serialize(new { grant_type = "client_credentials", client_id = store.Secrets["clientId"].Reveal(), client_secret = store.Secrets["clientSecret"].Reveal(), instance_id = instanceId });
        try
        {
            var answer = await TokenEndpoint.AskAsync(store, WixConnector.Request(HttpMethod.Post, "/oauth2/token", fields), repeatable: true, Refusal, now, cancellationToken);
            return new Grant { Store = instanceId, Secrets = answer.Renew(store.Secrets), ExpiresAt = answer.ExpiresAt };
        }
        catch (PlatformException e) when (e.Fault.Kind is FaultKind.NotFound or FaultKind.Conflict)
        {
            // No such installation, or one that was removed.
            throw new PlatformException(e.Fault with { Kind = FaultKind.CredentialsRejected, Message = Refusal }, e);
        }
    }

    /// <summary>
    /// Asks with the new token; the call counts as unauthorized, so that a refusal ends the connect and renews nothing. Null where something unneeded is not allowed, which Wix
    /// tells with 401 now and then.
    /// </summary>
    private static async Task<PlatformResponse?> AskAsync(StoreSession store, Grant grant, string path, bool isNeeded, CancellationToken cancellationToken)
    {
        try
        {
            KeyValuePair<string, string> token = new("Authorization", grant.Secrets["accessToken"].Reveal());
            return await store.SendAsync(PlatformRequest.Get(WixConnector.Api + path) with { Authorized = false, Headers = [token] }, cancellationToken);
        }
        catch (PlatformException e) when (!isNeeded && e.Fault.Kind is (FaultKind.ScopeMissing or FaultKind.CredentialsRejected or FaultKind.NotFound))
        {
            return null;
        }
    }

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
