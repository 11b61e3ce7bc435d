using System.Net.Http;
using System.Security.Cryptography;
using System.Text;

namespace StoreClaw.Connectors.Shopee;

/// <summary>Open Platform API v2: every attempt is signed with its time, and trouble is told in the body's "error", with 200 as well.</summary>
internal sealed class ShopeeConnector : IPlatformProtocol
{
    /// <summary>The code of the one fault that passes by signing again, with the clock that the answer set right.</summary>
    public const string StaleTime = "stale-time";

    private const string Root = "/api/v2/";

    private static readonly TimeSpan QuotaZone = TimeSpan.FromHours(8);

    public static Connector Instance { get; } = new()
    {
        Descriptor = ShopeeDescriptor.Value,
        Protocol = new ShopeeConnector(),
        Authorization = new ShopeeAuthorization(),
        Webhooks = new ShopeeWebhooks(),
        Readers = ShopeeSync.Readers,
        StockWriter = new ShopeeStockWriter(),
    };

    public void Authorize(HttpRequestMessage attempt, StoreSession store, DateTimeOffset now)
    {
        var path = attempt.RequestUri!.AbsolutePath;
        var isPublic = path.StartsWith($"{Root}auth/", StringComparison.Ordinal) || path.StartsWith($"{Root}push/", StringComparison.Ordinal);
        attempt.RequestUri = Signed(attempt.RequestUri, store, isPublic ? null : ShopOf(store), now);
    }

    public PlatformFault? Examine(PlatformResponse response)
    {
        var answer = JsonReading.ObjectOrNull(response.Body);
        var error = answer.TextOrNull("error") ?? "";

        // The documentation prints "-" for an empty text. A refused stock setting tells in its lists what was refused.
        if (error is "" or "-" || Plain(error) == "error_busi_update_stock_failed")
        {
            return answer is null ? Unreadable(response) : OrdinaryFaults.Examine(response);
        }

        var (kind, message) = Meaning(Plain(error), answer.TextOrNull("message") ?? "");
        var code = kind == FaultKind.PlatformFailure && Plain(error) == "error_param" ? StaleTime : error;
        var wait = kind == FaultKind.QuotaExhausted && response.Headers.Date is { } date ? UntilReset(date) : (TimeSpan?)null;
        return new PlatformFault(kind, code, message, wait, answer.TextOrNull("request_id"));
    }

    /// <summary>A URL under the host that the settings name, ready to be signed.</summary>
    internal static string Url(StoreSession store, string path) => $"https://{store.Secrets.GetValueOrDefault("apiHost")?.Reveal() ?? "partner.shopeemobile.com"}{Root}{path}";

    internal static Task<PlatformResponse> GetAsync(StoreSession store, string pathAndQuery, CancellationToken cancellationToken) =>
        store.SendAsync(PlatformRequest.Get(Url(store, pathAndQuery)), cancellationToken);

    internal static PlatformRequest Post(StoreSession store, string path, object body) => PlatformRequest.Json(HttpMethod.Post, Url(store, path), body);

    /// <param name="shop">Null for public calls, which name neither a shop nor a token.</param>
    internal static Uri Signed(Uri url, StoreSession store, string? shop, DateTimeOffset now)
    {
        var partner = store.Secrets["clientId"].Reveal();
        var token = shop is null ? "" : store.Secrets["accessToken"].Reveal();
        var time = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var mac = HMACSHA256.HashData(store.Secrets["clientSecret"].RevealUtf8(), Encoding.UTF8.GetBytes($"{partner}{url.AbsolutePath}{time}{token}{shop}"));
        var own = url.Query.Length > 1 ? $"{url.Query}&" : "?";
        var access = shop is null ? "" : $"&access_token={Uri.EscapeDataString(token)}&shop_id={shop}";
        return new Uri($"{url.GetLeftPart(UriPartial.Path)}{own}partner_id={partner}&timestamp={time}{access}&sign={Convert.ToHexStringLower(mac)}");
    }

    /// <summary>While a store is being connected the callback alone has named it.</summary>
    private static string ShopOf(StoreSession store) => store.Store.Length > 0 ? store.Store : store.Facts["shopId"];

    /// <summary>Several codes mean different things by their message; modules put their name in front: "product.error_param".</summary>
    private static (FaultKind Kind, string Message) Meaning(string error, string message) => error switch
    {
        "invalid_acceess_token" or "invalid_access_token" => (FaultKind.TokenExpired, "Shopee does not accept the access token."),
        "error_auth" when Has(message, "access_token") => (FaultKind.TokenExpired, "Shopee does not accept the access token."),
        "error_auth" or "error_param" when Has(message, "Invalid code") || Has(message, "partner_id") || Has(message, "App is deleted") => Rejected,
        "error_shop_refresh_token" or "refresh_token_expired" or "shop_access_expired" or "shop_no_linked" or "partner_shop_no_link" or "invalid_code" => Rejected,
        "invalid_partner_id" or "error_sign" => (FaultKind.CredentialsRejected, "Shopee does not accept the signature: check partner id and partner key."),
        "error_partner_key_expired" => (FaultKind.CredentialsRejected, "The partner key has expired: make a new one in Shopee's console and connect again."),
        "error_param" when Has(message, "Timestamp is expired") => (FaultKind.PlatformFailure, "Shopee finds the time of the request wrong: check this machine's clock."),
        "error_auth" when Has(message, "try again later") => (FaultKind.PlatformFailure, "Shopee failed."),
        "source_ip_undeclared" => (FaultKind.ScopeMissing, "This app's address is not on the IP list in Shopee's console: add it there."),
        "error_api_permission" or "error_api_call_restricted" => Forbidden,
        "error_auth" or "error_param" when Has(message, "permission") => Forbidden,
        "shop_banned" => (FaultKind.StoreUnavailable, "Shopee has banned the shop."),
        "error_rate_limit" => (FaultKind.Throttled, "Shopee asks to slow down."),
        "error_limit" => (FaultKind.QuotaExhausted, "The app's calls of this day are used up; Shopee counts anew at 00:00 UTC+8."),
        "error_server" or "error_inner" or "error_network" or "error_system" or "error_system_busy" => (FaultKind.PlatformFailure, "Shopee failed."),
        _ when error.EndsWith("not_found", StringComparison.Ordinal) || (error == "error_param" && Has(message, "not found")) => (FaultKind.NotFound, "Shopee does not have it."),
        "api_suspended" => (FaultKind.Invalid, "Shopee no longer serves this call: StoreClaw needs an update."),
        _ => (FaultKind.Invalid, "Shopee does not accept the request."),
    };

    private static (FaultKind, string) Rejected => (FaultKind.CredentialsRejected, "Shopee no longer gives access to this shop: connect it again.");

    private static (FaultKind, string) Forbidden => (FaultKind.ScopeMissing, "Shopee does not allow this to the app: its type must be ERP System or Seller In House System.");

    private static bool Has(string message, string part) => message.Contains(part, StringComparison.OrdinalIgnoreCase);

    private static string Plain(string error) => error[(error.LastIndexOf('.') + 1)..];

    private static PlatformFault Unreadable(PlatformResponse response) => response.Status == 429
        ? OrdinaryFaults.Examine(response)!
        : new PlatformFault(FaultKind.PlatformFailure, "not-json", "Shopee answers with a page, not data.");

    private static TimeSpan UntilReset(DateTimeOffset now)
    {
        var there = now.ToOffset(QuotaZone);
        return new DateTimeOffset(there.Date.AddDays(1), QuotaZone) - there;
    }
}
