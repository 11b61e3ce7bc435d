using System.Text.RegularExpressions;
using StoreClaw.Connectors.Signatures;

namespace StoreClaw.Connectors.Shopify;

/// <summary>Client credentials of the merchant's own app, or the browser's approval of an app of ours. Neither knows PKCE.</summary>
internal sealed partial class ShopifyAuthorization() : CodeAuthorization("The seller did not approve in Shopify.", Refusal, Refusal)
{
    private const string Probe = "query { shop { id name myshopifyDomain currencyCode ianaTimezone } }";

    private const string Refusal = "Check Client ID and Client Secret, and that the app is installed in this store.";

    private const double CallbackSeconds = 300;

    private static readonly QuerySignature CallbackSignature = new("hmac", "signature");

    public override ConnectPlan Plan(ConnectInput input)
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

    public override Uri AuthorizeUrl(StoreSession store, BrowserStart start) => Links.To(
        $"https://{store.Store}/admin/oauth/authorize", ("client_id", store.Secrets["clientId"].Reveal()),
        ("scope", string.Join(',', ShopifyDescriptor.Value.Scopes)), ("redirect_uri", start.CallbackUrl.AbsoluteUri), ("state", start.State));

    public override string? CheckCallback(StoreSession store, CallbackInput callback, DateTimeOffset now)
    {
        var sent = long.TryParse(callback.Parameter("timestamp"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : 0;
        return !CallbackSignature.Verify(callback, store.Secrets["clientSecret"]) ? "The callback does not carry Shopify's signature."
            : Domain(callback.Parameter("shop")) != store.Store ? "The callback is about another shop than the one that was typed."
            : Math.Abs((double)now.ToUnixTimeSeconds() - sent) > CallbackSeconds ? "The callback is too old."
            : null;
    }

    /// <summary>Takes an app of ours out of the shop. The merchant's own app stays: it may serve others too.</summary>
    public override Task RevokeAsync(StoreSession store, CancellationToken cancellationToken) => store.Secrets["mode"].Reveal() == "browser"
        ? store.SendAsync(new PlatformRequest(HttpMethod.Delete, new Uri($"https://{store.Store}/admin/api_permissions/current.json")), cancellationToken)
        : Task.CompletedTask;

    protected override PlatformRequest CodeRequest(StoreSession store, CallbackInput callback, DateTimeOffset now) =>
        Request(store, new("code", callback.Parameter("code") ?? ""), new("expiring", "1")) with { Repeatable = false };

    protected override PlatformRequest RefreshRequest(StoreSession store, DateTimeOffset now) => store.Secrets.TryGetValue("refreshToken", out var refresh)
        ? Request(store, new("grant_type", "refresh_token"), new("refresh_token", refresh.Reveal())) with { Repeatable = false }
        : Request(store, new KeyValuePair<string, string>("grant_type", "client_credentials"));

    protected override TokenAnswer Read(JsonElement answer, DateTimeOffset now)
    {
        var tokens = base.Read(answer, now);
        return tokens with { Scopes = Grant.WithReading(tokens.Scopes) };
    }

    /// <summary>shop_not_permitted and app_not_installed come with 400, a wrong pair with 400 or 401, an unknown shop with 404.</summary>
    protected override PlatformFault Told(StoreSession store, PlatformFault fault, string words) => fault.Kind == FaultKind.NotFound
        ? fault with { Message = $"Shopify has no shop {store.Store}. Check the shop domain." }
        : base.Told(store, fault, $"Shopify gives this app no access to {store.Store}. {words}");

    protected override async Task<Grant> ProveAsync(StoreSession store, NewTokens tokens, CancellationToken cancellationToken)
    {
        var answer = await store.SendAsync(GraphQl.Request(ShopifyGraph.Url(store.Store), Probe, new { }, 1) with { Renews = false }, cancellationToken);
        var shop = answer.Read(static json => json.Required("data").Required("shop"));
        var facts = Grant.Told(("shopId", ShopifyRecords.Key(shop, "id")), ("name", shop.Text("name")), ("currency", shop.Text("currencyCode")), ("timeZone", shop.Text("ianaTimezone")));
        return tokens.Grant with { Store = shop.Text("myshopifyDomain"), Facts = facts };
    }

    private static PlatformRequest Request(StoreSession store, params KeyValuePair<string, string>[] proof)
    {
        KeyValuePair<string, string>[] client = [new("client_id", store.Secrets["clientId"].Reveal()), new("client_secret", store.Secrets["clientSecret"].Reveal())];
        return PlatformRequest.Json(HttpMethod.Post, $"https://{store.Store}/admin/oauth/access_token", new Dictionary<string, string>([.. proof, .. client]));
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
