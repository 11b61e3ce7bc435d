namespace StoreClaw.Connectors.Shopee;

/// <summary>A signed link, a code, and a refresh token that is good once. There is no state parameter: ours is the last part of the address Shopee sends back to.</summary>
internal sealed class ShopeeAuthorization() : CodeAuthorization(
    "Shopee brought no approval of a shop back. Begin connecting again.",
    "Shopee refuses the approval: begin connecting again. If that stays so, check partner id and partner key.",
    "Shopee no longer renews the access to this shop: connect it again.")
{
    public override bool IsStateInPath => true;

    protected override bool SignsTokenCalls => true;

    public override ConnectPlan Plan(ConnectInput input)
    {
        if (input.App is not { } app || !IsId(app.Id))
        {
            return new ConnectPlan.Refused("clientId", "The partner id is a number.", "Set Connectors__shopee__ClientId to the partner id that Shopee's console shows for the app.");
        }

        return app.Settings.TryGetValue("apiHost", out var host) && Uri.CheckHostName(host.Reveal()) != UriHostNameType.Dns
            ? new ConnectPlan.Refused("apiHost", "This is not a host name.", "Set Connectors__shopee__ApiHost to a host such as openplatform.shopee.cn, or leave it out.")
            : new ConnectPlan.Browser("", app.ToSecrets());
    }

    public override Uri AuthorizeUrl(StoreSession store, BrowserStart start)
    {
        var redirect = Uri.EscapeDataString($"{start.CallbackUrl.AbsoluteUri}/{Uri.EscapeDataString(start.State)}");
        return ShopeeConnector.Signed(new Uri($"{ShopeeConnector.Url(store, "shop/auth_partner")}?redirect={redirect}"), store, null, start.Now);
    }

    public override string? CheckCallback(StoreSession store, CallbackInput callback, DateTimeOffset now) =>
        callback.Parameter("main_account_id") is not null ? "A main account approves all its shops at once. Sign in with the account of one shop, and connect one after the other."
        : !IsId(callback.Parameter("shop_id")) ? "Shopee brought no approval of a shop back. Begin connecting again."
        : base.CheckCallback(store, callback, now);

    protected override PlatformRequest CodeRequest(StoreSession store, CallbackInput callback, DateTimeOffset now) =>
        Request(store, "auth/token/get", new { code = callback.Parameter("code"), partner_id = Partner(store), shop_id = Number(callback.Parameter("shop_id")!) });

    protected override PlatformRequest RefreshRequest(StoreSession store, DateTimeOffset now) =>
        Request(store, "auth/access_token/get", new { refresh_token = store.Secrets["refreshToken"].Reveal(), partner_id = Partner(store), shop_id = Number(store.Store) });

    protected override TokenAnswer Read(JsonElement answer, DateTimeOffset now)
    {
        var ends = answer.DecimalOrNull("expire_in") is > 0 and <= int.MaxValue and var seconds ? now.AddSeconds((double)seconds) : (DateTimeOffset?)null;
        return new TokenAnswer(new Secret(answer.Text("access_token")), new Secret(answer.Text("refresh_token")), [], ends);
    }

    /// <summary>What was refused for its time alone goes out again, signed with the time that the refusal told.</summary>
    protected override bool IsUnused(PlatformFault fault) => fault.Code == ShopeeConnector.StaleTime;

    protected override async Task<Grant> ProveAsync(StoreSession store, NewTokens tokens, CancellationToken cancellationToken)
    {
        var shop = tokens.Callback!.Parameter("shop_id")!;
        store.Facts = new Dictionary<string, string> { ["shopId"] = shop };
        var answer = await store.SendAsync(PlatformRequest.Get(ShopeeConnector.Url(store, "shop/get_shop_info")) with { Renews = false }, cancellationToken);
        return answer.Read(info => tokens.Grant with
        {
            Store = shop,
            Facts = new Dictionary<string, string>
            {
                ["name"] = info.TextOrNull("shop_name") is { Length: > 0 } name ? name : shop,
                ["region"] = info.Text("region"),
                ["authorizedUntil"] = info.Instant("expire_time").ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            },
        });
    }

    private static PlatformRequest Request(StoreSession store, string path, object body) => ShopeeConnector.Post(store, path, body) with { Repeatable = false };

    private static long Partner(StoreSession store) => Number(store.Secrets["clientId"].Reveal());

    private static bool IsId(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0;

    private static long Number(string id) => long.Parse(id, CultureInfo.InvariantCulture);
}
