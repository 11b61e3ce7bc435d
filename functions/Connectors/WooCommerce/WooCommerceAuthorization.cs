using System.Net;

namespace StoreClaw.Connectors.WooCommerce;

/// <summary>A key pair that the seller types, or that the store hands over after the seller approved in the browser (wc-auth). Keys neither expire nor can be given back.</summary>
internal sealed class WooCommerceAuthorization(Randomness randomness) : IAuthorization
{
    public string StateParameter => "user_id";

    public bool IsHandedOverByServer => true;

    public ConnectPlan Plan(ConnectInput input)
    {
        var (key, secret) = (input.Text("consumerKey"), input.Text("consumerSecret"));
        var (site, wrong) = Site(input.Text("siteUrl") ?? "", input.LiftAddressRules);
        List<FieldError> errors = wrong is null ? [] : [new("siteUrl", wrong, "Enter the shop's address, such as https://example.com or https://example.com/shop.")];
        errors.AddRange(input.Half("consumerKey", "consumerSecret", "the key pair", "Give both, or neither to approve in the store instead.") is { } half ? [half] : []);

        return errors.Count > 0 ? new ConnectPlan.Refused(errors)
            : key is null ? new ConnectPlan.Browser(site, new Dictionary<string, Secret>())
            : new ConnectPlan.Ready(site, new Dictionary<string, Secret> { ["consumerKey"] = new(key), ["consumerSecret"] = new(secret!) });
    }

    public async Task<Grant> GrantAsync(StoreSession store, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var newest = await ProbeAsync(store, cancellationToken);
        var mayWrite = await MayWriteAsync(store, cancellationToken);
        // The site's own index is open to anybody and refuses a WooCommerce key; the status is for shop managers, and slow when asked for whole.
        var site = PlatformRequest.Get(store.Store + store.Facts["apiRoot"].Replace("wc/v3", "", StringComparison.Ordinal)) with { Authorized = false };
        var index = (await WooCommerceConnector.SendAsync(store, site, cancellationToken).OrFault()).Answer?.Json();
        var status = (await WooCommerceConnector.GetAsync(store, "system_status", "_fields=environment.version,settings.currency", cancellationToken).OrFault()).Answer?.Json();
        var facts = Grant.Told(
        [
            .. store.Facts.Select(static fact => (fact.Key, fact.Value)),
            ("permission", mayWrite ? "read_write" : "read"),
            ("currency", status.Member("settings").TextOrNull("currency") ?? newest.TextOrNull("currency")),
            ("version", status.Member("environment").TextOrNull("version")),
            ("timeZone", TimeZone(index)),
            // WordPress escapes the title for HTML.
            ("name", WebUtility.HtmlDecode(index.TextOrNull("name"))),
        ]);
        var secrets = new Dictionary<string, Secret>(store.Secrets) { ["webhookSecret"] = store.Secrets.GetValueOrDefault("webhookSecret") ?? NewSecret() };
        return new Grant { Store = store.Store, Secrets = secrets, Scopes = mayWrite ? ["read", "write"] : ["read"], Facts = facts };
    }

    public Uri AuthorizeUrl(StoreSession store, BrowserStart start)
    {
        if (start.CallbackUrl.Scheme != Uri.UriSchemeHttps && !start.CallbackUrl.IsLoopback)
        {
            throw new PlatformException(new PlatformFault(FaultKind.Invalid, "callback-not-https", "WooCommerce hands keys over to https only: set PublicBaseUrl to https, or type a key pair."));
        }

        // The store's server posts the keys to the address as it is given, so the state stands in it; the browser gets it appended.
        var callback = start.CallbackUrl.AbsoluteUri;
        return Links.To(
            $"{store.Store}/wc-auth/v1/authorize", ("app_name", "StoreClaw"), ("scope", "read_write"), ("user_id", start.State), ("return_url", callback),
            ("callback_url", Links.To(callback, (StateParameter, start.State)).AbsoluteUri));
    }

    public string? CheckCallback(StoreSession store, CallbackInput callback, DateTimeOffset now) =>
        callback.Parameter("success") == "0" ? "The seller did not approve in the store."
        : Keys(callback) is not { } keys ? "The store has not handed over its keys. Connect again and approve in the store, or type a key pair."
        : keys.TextOrNull("user_id") != callback.Parameter(StateParameter) ? "The keys belong to another attempt to connect."
        : keys.TextOrNull("key_permissions") != "read_write" ? "The store handed over a key that is not Read/Write. Make one by hand and type it."
        : null;

    public async Task<Grant> ExchangeAsync(StoreSession store, CallbackInput callback, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (CheckCallback(store, callback, now) is { } wrong)
        {
            throw new PlatformException(new PlatformFault(FaultKind.Invalid, "no-keys", wrong));
        }

        var keys = Keys(callback)!.Value;
        store.Secrets = new Dictionary<string, Secret>(store.Secrets) { ["consumerKey"] = new(keys.Text("consumer_key")), ["consumerSecret"] = new(keys.Text("consumer_secret")) };
        return await GrantAsync(store, now, cancellationToken);
    }

    private static (string Site, string? Wrong) Site(string text, bool lifted)
    {
        if (!Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : $"https://{text}", UriKind.Absolute, out var url) || url.Host.Length == 0)
        {
            return ("", "This is no web address.");
        }

        var wrong = url.Scheme != Uri.UriSchemeHttps && !(lifted && url.Scheme == Uri.UriSchemeHttp) ? "Keys are sent over https only."
            : url.UserInfo.Length > 0 ? "The address holds a user name or password."
            : !lifted && (url.IsLoopback || (IPAddress.TryParse(url.IdnHost, out var address) && !AddressGuard.IsPublic(address))) ? "The address is not on the public internet."
            : null;
        // What sellers copy from the address bar of their own site goes.
        string[] pages = ["/wp-admin", "/wp-login.php", "/wp-json", "/index.php"];
        var end = pages.Select(page => url.AbsolutePath.IndexOf(page, StringComparison.OrdinalIgnoreCase)).Where(static at => at >= 0).Append(url.AbsolutePath.Length).Min();
        return (new UriBuilder(url.Scheme, url.IdnHost, url.IsDefaultPort ? -1 : url.Port, url.AbsolutePath[..end]).Uri.AbsoluteUri.TrimEnd('/'), wrong);
    }

    private static JsonElement? Keys(CallbackInput callback) =>
        JsonReading.Look(callback.Body, static keys => keys.IdOrNull("consumer_key") is not null && keys.IdOrNull("consumer_secret") is not null ? keys : (JsonElement?)null);

    /// <summary>Finds the form of the address and the way to hand over the key that work, and leaves them in the session's facts. Reads an order: the API's index is open to anybody.</summary>
    private static async Task<JsonElement?> ProbeAsync(StoreSession store, CancellationToken cancellationToken)
    {
        PlatformFault? failure = null;
        // Sites with plain permalinks know the second form only. A site without WordPress answers it with its front page: then the first answer says more.
        foreach (var (inQuery, root) in new[] { (false, "/wp-json/wc/v3"), (false, "/?rest_route=/wc/v3"), (true, "/wp-json/wc/v3"), (true, "/?rest_route=/wc/v3") })
        {
            store.Facts = inQuery ? new Dictionary<string, string> { ["apiRoot"] = root, ["keysInQuery"] = "true" } : new Dictionary<string, string> { ["apiRoot"] = root };
            var (answer, fault) = await WooCommerceConnector.GetAsync(store, "orders", "per_page=1", cancellationToken).OrFault();
            if (answer is not null)
            {
                return answer.Read(static orders => WooCommerceSync.Rows(orders).Cast<JsonElement?>().FirstOrDefault());
            }

            var isUnknownCaller = fault is { Kind: FaultKind.CredentialsRejected, Code: not "woocommerce_rest_authentication_error" };
            if (!isUnknownCaller && fault!.Kind != FaultKind.StoreUnavailable && (failure is null || fault.Code != "firewall"))
            {
                throw new PlatformException(fault);
            }

            failure = isUnknownCaller ? fault : failure ?? fault;
        }

        throw new PlatformException(failure!);
    }

    /// <summary>The store tells a key's permission nowhere. It checks it before it looks at what is to be written, here nothing.</summary>
    private static async Task<bool> MayWriteAsync(StoreSession store, CancellationToken cancellationToken)
    {
        var (_, fault) = await WooCommerceConnector.SendAsync(store, HttpMethod.Post, "products/batch", "", new { update = Array.Empty<int>() }, cancellationToken).OrFault();
        return fault is not { Passing: true } ? fault?.Kind is not (FaultKind.CredentialsRejected or FaultKind.ScopeMissing) : throw new PlatformException(fault);
    }

    /// <summary>A site set to a bare offset, as the settings page offers it, has no zone: whole hours have one of their own, signed the other way round.</summary>
    private static string? TimeZone(JsonElement? index) => index.TextOrNull("timezone_string") is { Length: > 0 } zone ? zone
        : index.DecimalOrNull("gmt_offset") is { } offset && offset == decimal.Truncate(offset) ? string.Create(CultureInfo.InvariantCulture, $"Etc/GMT{-offset:+0;-0;+0}")
        : null;

    /// <summary>Letters and digits only: the store un-escapes HTML in the secret before it signs.</summary>
    private Secret NewSecret() => new($"{randomness.NewGuid():N}{randomness.NewGuid():N}");
}
