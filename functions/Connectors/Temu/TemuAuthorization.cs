namespace StoreClaw.Connectors.Temu;

/// <summary>A token that the seller copies, or a code: pasted too, or brought back by the browser. Nothing renews a token; a new authorization replaces it.</summary>
internal sealed class TemuAuthorization : IAuthorization
{
    /// <summary>The fact that holds the name of the call for amounts, where the seller has given the right to it.</summary>
    public const string AmountsFact = "amounts";

    public const string Info = "bg.open.accesstoken.info.get";

    private const string Create = "bg.open.accesstoken.create";

    public ConnectPlan Plan(ConnectInput input)
    {
        var (region, token, code) = (input.Text("region")?.ToUpperInvariant() ?? "", input.Text("accessToken"), input.Text("code"));
        if (!TemuConnector.Regions.TryGetValue(region, out var known))
        {
            return new ConnectPlan.Refused("region", "This is no region of Temu.", $"Type one of {string.Join(", ", TemuConnector.Regions.Keys)}.");
        }

        if (token is not null && code is not null)
        {
            return new ConnectPlan.Refused("code", "A code is of no use beside an access token.", "Give one of the two.");
        }

        var app = input.App!.ToSecrets();
        if (token is not null || code is not null)
        {
            return new ConnectPlan.Ready(region, new Dictionary<string, Secret>(app) { [token is null ? "code" : "accessToken"] = new((token ?? code)!) });
        }

        return app.TryGetValue("authorizeUrl", out var address) && !IsHttps(address.Reveal())
            ? new ConnectPlan.Refused("authorizeUrl", "This is not an https address.", "Set Connectors__temu__AuthorizeUrl to the page where sellers authorize the app, or leave it out.")
            : address is null && known.SellerCenter is null
            ? new ConnectPlan.Refused("accessToken", "For this region Temu names no page where sellers approve.", "Authorize the app there and paste the access token, or set Connectors__temu__AuthorizeUrl.")
            : new ConnectPlan.Browser(region, app);
    }

    public async Task<Grant> GrantAsync(StoreSession store, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (store.Secrets.TryGetValue("code", out var code))
        {
            return await ExchangeAsync(store, code.Reveal(), cancellationToken);
        }

        var answer = await store.SendAsync(TemuConnector.Request(store, Info, new { }) with { Renews = false }, cancellationToken);
        return await GrantAsync(store, answer, store.Secrets["accessToken"].Reveal(), cancellationToken);
    }

    public Uri AuthorizeUrl(StoreSession store, BrowserStart start)
    {
        var page = store.Secrets.GetValueOrDefault("authorizeUrl")?.Reveal() ?? $"{TemuConnector.Regions[TemuConnector.RegionOf(store)].SellerCenter}/open-platform/client-manage/authorization";
        return Links.To(page, ("appKey", store.Secrets["clientId"].Reveal()), ("redirect_uri", start.CallbackUrl.AbsoluteUri), ("state", start.State));
    }

    public string? CheckCallback(StoreSession store, CallbackInput callback, DateTimeOffset now) =>
        string.IsNullOrEmpty(callback.Parameter("code")) ? "Temu brought no code back. Begin connecting again."
        : callback.Parameter("app_key") is { } app && app != store.Secrets["clientId"].Reveal() ? "This approval is for another app. Begin connecting again."
        : null;

    public Task<Grant> ExchangeAsync(StoreSession store, CallbackInput callback, DateTimeOffset now, CancellationToken cancellationToken) =>
        ExchangeAsync(store, callback.Parameter("code")!, cancellationToken);

    private static async Task<Grant> ExchangeAsync(StoreSession store, string code, CancellationToken cancellationToken)
    {
        var answer = await store.SendAsync(TemuConnector.Request(store, Create, new { code, access_token = code }) with { Repeatable = false, Renews = false }, cancellationToken);
        return await GrantAsync(store, answer, answer.Read(static json => json.Required("result").Text("accessToken")), cancellationToken);
    }

    private static async Task<Grant> GrantAsync(StoreSession store, PlatformResponse answer, string token, CancellationToken cancellationToken)
    {
        var region = TemuConnector.RegionOf(store);
        var secrets = store.Secrets.Where(static secret => secret.Key != "code").ToDictionary();
        secrets["accessToken"] = new Secret(token);
        store.Secrets = secrets;
        var currency = await CurrencyAsync(store, cancellationToken) ?? TemuConnector.Regions[region].Currency;
        return answer.Read(json => Read(json.Required("result"), region, currency, secrets));
    }

    private static Grant Read(JsonElement result, string region, string currency, Dictionary<string, Secret> secrets)
    {
        var (mall, rights) = (result.Id("mallId"), result.Items("apiScopeList").Select(static right => right.ToString()).ToList());
        var facts = Grant.Told(
            ("name", $"Temu {region} {mall}"),
            ("region", region),
            ("currency", currency),
            (AmountsFact, rights.Contains(TemuOrders.Amounts) ? TemuOrders.Amounts : "not-granted"),
            ("authorizedUntil", result.InstantOrNull("expiredTime")?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "not-told"));
        return new Grant { Store = mall, Secrets = secrets, Scopes = [.. rights.Concat(TemuWebhooks.Authorized(result).Keys).Order(StringComparer.Ordinal)], Facts = facts };
    }

    /// <summary>What the shop's first SKU is priced in: nothing else tells the currency of a shop whose orders come without amounts. Null where it cannot be told.</summary>
    private static async Task<string?> CurrencyAsync(StoreSession store, CancellationToken cancellationToken)
    {
        var request = TemuConnector.Request(store, TemuGoods.Skus, new { pageNo = 1, pageSize = 1, skuSearchType = 2, skuStatusFilterType = 2 }) with { Renews = false };

        // Whatever is wrong with it: a code is used up by now, and its token must not be lost over this.
        var (answer, _) = await store.SendAsync(request, cancellationToken).OrFault();
        return JsonReading.Look(answer?.Body ?? default, static json => json.Member("result").Items("skuList").Select(static sku => sku.TextOrNull("currency")).FirstOrDefault(static currency => currency is { Length: 3 }));
    }

    private static bool IsHttps(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps;
}
