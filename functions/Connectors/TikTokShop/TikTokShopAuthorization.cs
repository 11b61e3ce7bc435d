using System.Text.Json;
using StoreClaw.Common;
using StoreClaw.Connectors.Http;

namespace StoreClaw.Connectors.TikTokShop;

/// <summary>The seller approves at the app's service link; the tokens are the seller's and open every shop of the account, so one shop is picked after it.</summary>
internal sealed class TikTokShopAuthorization : IAuthorization
{
    private const string TokenUrl = "https://auth.tiktok-shops.com/api/v2/token/";

    public ConnectPlan Plan(ConnectInput input)
    {
        var secrets = input.App!.ToSecrets().ToDictionary();
        if (input.Text("shop") is { } shop)
        {
            secrets["shop"] = new Secret(shop);
        }

        return new ConnectPlan.Browser("", secrets);
    }

    /// <summary>Where the browser comes back to stands in Partner Center; it is no parameter.</summary>
    public Uri AuthorizeUrl(StoreSession store, BrowserStart start)
    {
        var host = store.Secrets.GetValueOrDefault("authorizeHost")?.Reveal() ?? "services.tiktokshop.com";
        return new Uri($"https://{host}/open/authorize?service_id={Uri.EscapeDataString(store.Secrets["serviceId"].Reveal())}&state={Uri.EscapeDataString(start.State)}");
    }

    public string? CheckCallback(StoreSession store, CallbackInput callback, DateTimeOffset now) =>
        callback.Parameter("error") is { Length: > 0 } ? "The seller did not approve on TikTok Shop."
        : callback.Parameter("code") is null or "" or "null" ? "TikTok Shop sent no code. Begin connecting the shop again."
        : null;

    public async Task<Grant> ExchangeAsync(StoreSession store, CallbackInput callback, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (tokens, data) = await TokenAsync(store, "get", ("auth_code", callback.Parameter("code") ?? ""), "authorized_code", cancellationToken);
        if (data.IdOrNull("user_type") is not null)
        {
            throw Refused("not-a-seller", "This account is not a seller's. Approve again, signed in as the seller.");
        }

        var wanted = store.Secrets.GetValueOrDefault("shop")?.Reveal();
        store.Secrets = tokens.Renew(store.Secrets.Where(static secret => secret.Key != "shop").ToDictionary());
        var shops = await TikTokShopConnector.CallAsync<List<JsonElement>>(
            store, HttpMethod.Get, TikTokShopConnector.Shops, "", null, static list => [.. list.Items("shops")], cancellationToken);
        var shop = Pick(shops, wanted);
        return new Grant
        {
            Store = shop.Id("id"),
            Secrets = new Dictionary<string, Secret>(store.Secrets) { ["shopCipher"] = new(shop.Text("cipher")) },
            Scopes = tokens.Scopes,
            ExpiresAt = tokens.ExpiresAt,
            Facts = new Dictionary<string, string> { ["name"] = shop.Text("name"), ["code"] = shop.TextOrNull("code") ?? "", ["region"] = shop.TextOrNull("region") ?? "" },
        };
    }

    public async Task<Grant?> RefreshAsync(StoreSession store, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (tokens, _) = await TokenAsync(store, "refresh", ("refresh_token", store.Secrets["refreshToken"].Reveal()), "refresh_token", cancellationToken);
        return new Grant { Store = store.Store, Secrets = tokens.Renew(store.Secrets), Scopes = tokens.Scopes, ExpiresAt = tokens.ExpiresAt };
    }

    /// <summary>With several shops under the account none is guessed.</summary>
    private static JsonElement Pick(List<JsonElement> shops, string? wanted)
    {
        var fitting = wanted is null ? shops : shops.FindAll(shop => shop.TextOrNull("id") == wanted || string.Equals(shop.TextOrNull("code"), wanted, StringComparison.OrdinalIgnoreCase));
        var known = string.Join(", ", shops.Select(static shop => $"{shop.TextOrNull("code")} ({shop.TextOrNull("name")}, {shop.TextOrNull("region")})"));
        return fitting.Count == 1 ? fitting[0]
            : shops.Count == 0 ? throw Refused("no-shop", "The seller approved for no shop. Approve again for the shop.")
            : throw Refused("which-shop", $"Type the code of the shop to connect and begin again. The account has {known}.");
    }

    /// <summary>The secret stands in the query, and so does what is good once. The lifetimes are instants in spite of their names.</summary>
    private static async Task<(TokenAnswer Tokens, JsonElement Data)> TokenAsync(
        StoreSession store, string call, (string Name, string Value) proof, string grantType, CancellationToken cancellationToken)
    {
        var (key, secret) = (Uri.EscapeDataString(store.Secrets["clientId"].Reveal()), Uri.EscapeDataString(store.Secrets["clientSecret"].Reveal()));
        var url = $"{TokenUrl}{call}?app_key={key}&app_secret={secret}&{proof.Name}={Uri.EscapeDataString(proof.Value)}&grant_type={grantType}";
        try
        {
            var response = await store.SendAsync(PlatformRequest.Get(url) with { Authorized = false, Repeatable = false }, cancellationToken);
            return response.Read(static json => json.Required("data") is var data ? (Tokens(data), data) : default);
        }
        catch (PlatformException e) when (e.Fault is { WorthWaiting: false, Kind: not FaultKind.AddressRefused })
        {
            throw new PlatformException(e.Fault with { Kind = FaultKind.CredentialsRejected, Message = $"TikTok Shop gives no access to the shop. Connect it again; if it stays so, check the app's key and secret. ({e.Fault.Code})" }, e);
        }
    }

    private static TokenAnswer Tokens(JsonElement data) => new(
        new Secret(data.Text("access_token")),
        new Secret(data.Text("refresh_token")),
        [.. data.Items("granted_scopes").Select(static scope => scope.ToString()).Order(StringComparer.Ordinal)],
        TikTokShopRecords.TimeOrNull(data, "access_token_expire_in"));

    private static PlatformException Refused(string code, string message) => new(new PlatformFault(FaultKind.Invalid, code, message));
}
