using System.Text.Json;
using StoreClaw.Common;
using StoreClaw.Connectors.Http;

namespace StoreClaw.Connectors.Lazada;

/// <summary>An authorization code; the calls for tokens are signed like all others. The refresh token ends when it ends: a refresh does not prolong it.</summary>
internal sealed class LazadaAuthorization : IAuthorization
{
    private const string Root = "https://auth.lazada.com/rest";

    public ConnectPlan Plan(ConnectInput input)
    {
        var country = input.Text("country")?.ToLowerInvariant();
        return country is not null && !LazadaConnector.Countries.ContainsKey(country)
            ? new ConnectPlan.Refused([new("country", "Lazada has no such country.", $"Type one of {string.Join(", ", LazadaConnector.Countries.Keys)}, or nothing.")])
            : new ConnectPlan.Browser(country ?? "", input.App!.ToSecrets());
    }

    public Uri AuthorizeUrl(StoreSession store, BrowserStart start) => new(
        "https://auth.lazada.com/oauth/authorize?response_type=code&force_auth=true" +
        $"&redirect_uri={Uri.EscapeDataString(start.CallbackUrl.AbsoluteUri)}&client_id={Uri.EscapeDataString(store.Secrets["clientId"].Reveal())}" +
        $"&state={Uri.EscapeDataString(start.State)}{(store.Store.Length > 0 ? $"&country={store.Store}" : "")}");

    public async Task<Grant> ExchangeAsync(StoreSession store, CallbackInput callback, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (answer, grant) = await TokenAsync(store, "/auth/token/create", "code", callback.Parameter("code") ?? "", now, cancellationToken);
        var shop = Shop(answer, store.Store);
        var country = shop.Text("country").ToLowerInvariant();
        if (!LazadaConnector.Countries.TryGetValue(country, out var known))
        {
            throw new PlatformException(new PlatformFault(FaultKind.Invalid, "unknown-country", $"Lazada names the country '{country}', which StoreClaw does not know."));
        }

        var facts = new Dictionary<string, string> { ["name"] = shop.TextOrNull("short_code") ?? answer.TextOrNull("account") ?? shop.Text("seller_id"), ["currency"] = known.Currency, ["timeZone"] = known.TimeZone };
        return grant with { Store = $"{country}/{shop.Id("seller_id")}", Facts = facts };
    }

    public async Task<Grant?> RefreshAsync(StoreSession store, DateTimeOffset now, CancellationToken cancellationToken) => store.Secrets.TryGetValue("refreshToken", out var refresh)
        ? (await TokenAsync(store, "/auth/token/refresh", "refresh_token", refresh.Reveal(), now, cancellationToken)).Grant with { Store = store.Store }
        : throw new PlatformException(new PlatformFault(FaultKind.CredentialsRejected, "not-refreshable", "Lazada gave a token that cannot be renewed. Connect the store again."));

    private static async Task<(JsonElement Answer, Grant Grant)> TokenAsync(StoreSession store, string path, string name, string value, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var bare = new Uri($"{Root}{path}?{name}={Uri.EscapeDataString(value)}");
        var signed = LazadaConnector.Signed(bare, [], store.Secrets["clientId"].Reveal(), store.Secrets["clientSecret"], null, now);
        var response = await store.SendAsync(new PlatformRequest(HttpMethod.Post, signed) { Authorized = false, Repeatable = false }, cancellationToken);
        return response.Read(answer =>
        {
            var token = TokenAnswer.Read(answer, now);
            return (answer, new Grant
            {
                Store = store.Store,
                Secrets = (answer.DecimalOrNull("refresh_expires_in") == 0 ? token with { RefreshToken = null } : token).Renew(store.Secrets),
                ExpiresAt = token.ExpiresAt,
            });
        });
    }

    /// <summary>One token serves one shop, but a cross-border seller's serves one in each country: which of them is never guessed.</summary>
    private static JsonElement Shop(JsonElement answer, string country)
    {
        List<JsonElement> shops = [.. answer.Items("country_user_info").Concat(answer.Items("country_user_info_list"))];
        var meant = shops.Where(shop => country.Length == 0 || country.Equals(shop.TextOrNull("country"), StringComparison.OrdinalIgnoreCase)).ToList();
        return meant.Count == 1
            ? meant[0]
            : throw new PlatformException(new PlatformFault(FaultKind.Invalid, "which-shop", $"This account has shops in {string.Join(", ", shops.Select(static shop => shop.TextOrNull("country")))}. Connect again and type the country of one."));
    }
}
