using System.Globalization;
using StoreClaw.Common;
using StoreClaw.Connectors.Http;

namespace StoreClaw.Connectors.Shopee;

/// <summary>A signed link, a code, and a refresh token that is good once. There is no state parameter: ours is the last part of the address Shopee sends back to.</summary>
internal sealed class ShopeeAuthorization : IAuthorization
{
    private const string Refused = "Shopee refuses the approval: begin connecting again. If that stays so, check partner id and partner key.";

    private const string Ended = "Shopee no longer renews the access to this shop: connect it again.";

    public bool IsStateInPath => true;

    public ConnectPlan Plan(ConnectInput input)
    {
        if (input.App is not { } app || !IsId(app.Id))
        {
            return new ConnectPlan.Refused([new("clientId", "The partner id is a number.", "Set Connectors__shopee__ClientId to the partner id that Shopee's console shows for the app.")]);
        }

        return app.Settings.TryGetValue("apiHost", out var host) && Uri.CheckHostName(host.Reveal()) != UriHostNameType.Dns
            ? new ConnectPlan.Refused([new("apiHost", "This is not a host name.", "Set Connectors__shopee__ApiHost to a host such as openplatform.shopee.cn, or leave it out.")])
            : new ConnectPlan.Browser("", app.ToSecrets());
    }

    public Uri AuthorizeUrl(StoreSession store, BrowserStart start)
    {
        var redirect = Uri.EscapeDataString($"{start.CallbackUrl.AbsoluteUri}/{Uri.EscapeDataString(start.State)}");
        return ShopeeConnector.Signed(new Uri($"{ShopeeConnector.Url(store, "shop/auth_partner")}?redirect={redirect}"), store, null, start.Now);
    }

    public string? CheckCallback(StoreSession store, CallbackInput callback, DateTimeOffset now) =>
        callback.Parameter("main_account_id") is not null ? "A main account approves all its shops at once. Sign in with the account of one shop, and connect one after the other."
        : string.IsNullOrEmpty(callback.Parameter("code")) || !IsId(callback.Parameter("shop_id")) ? "Shopee brought no approval of a shop back. Begin connecting again."
        : null;

    public async Task<Grant> ExchangeAsync(StoreSession store, CallbackInput callback, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var shop = callback.Parameter("shop_id")!;
        var body = new { code = callback.Parameter("code"), partner_id = Number(store.Secrets["clientId"].Reveal()), shop_id = Number(shop) };
        var grant = await TokenAsync(store, "auth/token/get", body, shop, Refused, now, cancellationToken);
        (store.Secrets, store.Facts) = (grant.Secrets, new Dictionary<string, string> { ["shopId"] = shop });
        var answer = await store.SendAsync(PlatformRequest.Get(ShopeeConnector.Url(store, "shop/get_shop_info")) with { Renews = false }, cancellationToken);
        return answer.Read(info => grant with
        {
            Facts = new Dictionary<string, string>
            {
                ["name"] = info.TextOrNull("shop_name") is { Length: > 0 } name ? name : shop,
                ["region"] = info.Text("region"),
                ["authorizedUntil"] = ShopeeSync.Instant(info, "expire_time").ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            },
        });
    }

    public async Task<Grant?> RefreshAsync(StoreSession store, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var body = new { refresh_token = store.Secrets["refreshToken"].Reveal(), partner_id = Number(store.Secrets["clientId"].Reveal()), shop_id = Number(store.Store) };
        return await TokenAsync(store, "auth/access_token/get", body, store.Store, Ended, now, cancellationToken);
    }

    private static async Task<Grant> TokenAsync(StoreSession store, string path, object body, string shop, string refused, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var request = ShopeeConnector.Post(store, path, body) with { Repeatable = false, Renews = false };
        try
        {
            var answer = await SendAsync(store, request, cancellationToken);
            return answer.Read(json => new Grant
            {
                Store = shop,
                Secrets = new Dictionary<string, Secret>(store.Secrets) { ["accessToken"] = new(json.Text("access_token")), ["refreshToken"] = new(json.Text("refresh_token")) },
                ExpiresAt = json.DecimalOrNull("expire_in") is > 0 and <= int.MaxValue and var seconds ? now.AddSeconds((double)seconds) : null,
            });
        }
        catch (PlatformException e) when (e.Fault.Kind is FaultKind.Invalid or FaultKind.ScopeMissing or FaultKind.CredentialsRejected)
        {
            throw new PlatformException(e.Fault with { Kind = FaultKind.CredentialsRejected, Message = refused }, e);
        }
    }

    /// <summary>What was refused for its time alone was not used up: it goes out again, signed with the time that the refusal told.</summary>
    private static async Task<PlatformResponse> SendAsync(StoreSession store, PlatformRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await store.SendAsync(request, cancellationToken);
        }
        catch (PlatformException e) when (e.Fault.Code == ShopeeConnector.StaleTime)
        {
            return await store.SendAsync(request, cancellationToken);
        }
    }

    private static bool IsId(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0;

    private static long Number(string id) => long.Parse(id, CultureInfo.InvariantCulture);
}
