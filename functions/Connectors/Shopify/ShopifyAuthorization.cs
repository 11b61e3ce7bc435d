using System.Globalization;
using System.Text.RegularExpressions;
using StoreClaw.Common;
using StoreClaw.Connectors.Http;
using StoreClaw.Connectors.Signatures;

namespace StoreClaw.Connectors.Shopify;

/// <summary>Client credentials of the merchant's own app, or the browser's approval of an app of ours. Neither knows PKCE.</summary>
internal sealed partial class ShopifyAuthorization : IAuthorization
{
    private const string Probe = "query { shop { id name myshopifyDomain currencyCode ianaTimezone } }";

    private const double CallbackSeconds = 300;

    private static readonly KeyValuePair<string, string>[] ClientCredentials = [new("grant_type", "client_credentials")];

    private static readonly QuerySignature CallbackSignature = new("hmac", "signature");

    public ConnectPlan Plan(ConnectInput input)
    {
        var browser = input.App is not null && !input.Fields.ContainsKey("clientId") && !input.Fields.ContainsKey("clientSecret");
        var secrets = new Dictionary<string, Secret?>
        {
            ["clientId"] = browser ? new Secret(input.App!.Id) : input.Fields.GetValueOrDefault("clientId"),
            ["clientSecret"] = browser ? input.App!.Secret : input.Fields.GetValueOrDefault("clientSecret"),
        };
        var errors = secrets.Where(static secret => secret.Value is null)
            .Select(static secret => new FieldError(secret.Key, "It is missing.", "Copy it from the app's settings in Shopify's Dev Dashboard.")).ToList();
        if (Domain(input.Text("shopDomain")) is not { } shop)
        {
            errors.Insert(0, new("shopDomain", "This is not a Shopify shop domain.", "Type it as the admin shows it, like your-store.myshopify.com."));
            return new ConnectPlan.Refused(errors);
        }

        secrets["mode"] = new Secret(browser ? "browser" : "credentials");
        return errors.Count > 0 ? new ConnectPlan.Refused(errors) : browser ? new ConnectPlan.Browser(shop, secrets!) : new ConnectPlan.Ready(shop, secrets!);
    }

    public async Task<Grant> GrantAsync(StoreSession store, DateTimeOffset now, CancellationToken cancellationToken) =>
        await ProbeAsync(store, await TokenAsync(store, ClientCredentials, now, cancellationToken), cancellationToken);

    public Uri AuthorizeUrl(StoreSession store, BrowserStart start) => new(
        $"https://{store.Store}/admin/oauth/authorize?client_id={Uri.EscapeDataString(store.Secrets["clientId"].Reveal())}" +
        $"&scope={string.Join(',', ShopifyDescriptor.Value.Scopes)}&redirect_uri={Uri.EscapeDataString(start.CallbackUrl.AbsoluteUri)}" +
        $"&state={Uri.EscapeDataString(start.State)}");

    public string? CheckCallback(StoreSession store, CallbackInput callback, DateTimeOffset now)
    {
        var sent = long.TryParse(callback.Parameter("timestamp"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : 0;
        return !CallbackSignature.Verify(callback, store.Secrets["clientSecret"]) ? "The callback does not carry Shopify's signature."
            : Domain(callback.Parameter("shop")) != store.Store ? "The callback is about another shop than the one that was typed."
            : Math.Abs((double)now.ToUnixTimeSeconds() - sent) > CallbackSeconds ? "The callback is too old."
            : null;
    }

    public async Task<Grant> ExchangeAsync(StoreSession store, CallbackInput callback, DateTimeOffset now, CancellationToken cancellationToken)
    {
        KeyValuePair<string, string>[] code = [new("code", callback.Parameter("code") ?? ""), new("expiring", "1")];
        return await ProbeAsync(store, await TokenAsync(store, code, now, cancellationToken), cancellationToken);
    }

    public async Task<Grant?> RefreshAsync(StoreSession store, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var proof = store.Secrets.TryGetValue("refreshToken", out var refresh)
            ? [new("grant_type", "refresh_token"), new("refresh_token", refresh.Reveal())]
            : ClientCredentials;
        return await TokenAsync(store, proof, now, cancellationToken);
    }

    /// <summary>Takes an app of ours out of the shop. The merchant's own app stays: it may serve others too.</summary>
    public Task RevokeAsync(StoreSession store, CancellationToken cancellationToken) => store.Secrets["mode"].Reveal() == "browser"
        ? store.SendAsync(new PlatformRequest(HttpMethod.Delete, new Uri($"https://{store.Store}/admin/api_permissions/current.json")), cancellationToken)
        : Task.CompletedTask;

    private static async Task<Grant> TokenAsync(
        StoreSession store, KeyValuePair<string, string>[] proof, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (id, secret) = (store.Secrets["clientId"].Reveal(), store.Secrets["clientSecret"].Reveal());
        Dictionary<string, string> fields = new([.. proof, new("client_id", id), new("client_secret", secret)]);

        // Shopify says shop_not_permitted and app_not_installed with 400, a wrong pair with 400 or 401, an unknown shop with 404.
        var refused = $"Shopify gives this app no access to {store.Store}. Check Client ID and Client Secret, and that the app is installed in this store.";
        var request = PlatformRequest.Json(HttpMethod.Post, $"https://{store.Store}/admin/oauth/access_token", fields);
        var answer = await ExistingAsync(store, TokenEndpoint.AskAsync(store, request, proof == ClientCredentials, refused, now, cancellationToken));
        var implied = answer.Scopes.Where(static scope => scope.StartsWith("write_", StringComparison.Ordinal)).Select(static scope => $"read_{scope[6..]}");
        return new Grant
        {
            Store = store.Store,
            Secrets = answer.Renew(store.Secrets),
            Scopes = [.. answer.Scopes.Union(implied)],
            ExpiresAt = answer.ExpiresAt,
        };
    }

    private static async Task<TokenAnswer> ExistingAsync(StoreSession store, Task<TokenAnswer> asked)
    {
        try
        {
            return await asked;
        }
        catch (PlatformException e) when (e.Fault.Kind == FaultKind.NotFound)
        {
            throw new PlatformException(e.Fault with { Message = $"Shopify has no shop {store.Store}. Check the shop domain." }, e);
        }
    }

    /// <summary>Asks with the new token who the shop is. The call counts as unauthorized, so that a refusal ends the connect and renews nothing.</summary>
    private static async Task<Grant> ProbeAsync(StoreSession store, Grant grant, CancellationToken cancellationToken)
    {
        KeyValuePair<string, string> token = new(ShopifyGraph.TokenHeader, grant.Secrets["accessToken"].Reveal());
        var request = GraphQl.Request(ShopifyGraph.Url(store.Store), Probe, new { }, 1) with { Authorized = false, Headers = [token] };
        var shop = (await store.SendAsync(request, cancellationToken)).Read(static json => json.Required("data").Required("shop"));
        var facts = new Dictionary<string, string>
        {
            ["shopId"] = ShopifyRecords.Key(shop, "id"),
            ["name"] = shop.Text("name"),
            ["currency"] = shop.Text("currencyCode"),
            ["timeZone"] = shop.Text("ianaTimezone"),
        };
        return grant with { Store = shop.Text("myshopifyDomain"), Facts = facts };
    }

    private static string? Domain(string? typed) => Typed().Match(typed?.Trim().ToLowerInvariant() ?? "") is { Success: true } match
        ? match.Groups["handle"] is { Success: true } handle ? $"{handle.Value}.myshopify.com" : match.Groups["host"].Value
        : null;

    // \z and not $, which would let a final line break through into the host of every call.
    [GeneratedRegex(
        @"^(https?://)?(admin\.shopify\.com/store/(?<handle>[a-z0-9][a-z0-9-]*)(/\S*)?" +
        @"|(?<host>(?!admin\.)[a-z0-9][a-z0-9_-]*\.(myshopify\.com|myshopify\.io|shopify\.com|shop\.dev))(/|/admin(/\S*)?)?)\z",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Typed();
}
