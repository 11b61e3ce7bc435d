namespace StoreClaw.Connectors.TikTokShop;

/// <summary>The seller approves at the app's service link; the tokens are the seller's and open every shop of the account, so one shop is picked after it.</summary>
internal sealed class TikTokShopAuthorization() : CodeAuthorization("TikTok Shop sent no code. Begin connecting the shop again.", Refusal, Refusal)
{
    private const string Refusal = "TikTok Shop gives no access to the shop. Connect it again; if it stays so, check the app's key and secret.";

    private const string TokenUrl = "https://auth.tiktok-shops.com/api/v2/token/";

    public override ConnectPlan Plan(ConnectInput input)
    {
        var secrets = input.App!.ToSecrets().ToDictionary();
        if (input.Text("shop") is { } shop)
        {
            secrets["shop"] = new Secret(shop);
        }

        return new ConnectPlan.Browser("", secrets);
    }

    /// <summary>Where the browser comes back to stands in Partner Center; it is no parameter.</summary>
    public override Uri AuthorizeUrl(StoreSession store, BrowserStart start) => Links.To(
        $"https://{store.Secrets.GetValueOrDefault("authorizeHost")?.Reveal() ?? "services.tiktokshop.com"}/open/authorize",
        ("service_id", store.Secrets["serviceId"].Reveal()), ("state", start.State));

    public override string? CheckCallback(StoreSession store, CallbackInput callback, DateTimeOffset now) =>
        callback.Parameter("error") is { Length: > 0 } ? "The seller did not approve on TikTok Shop."
        : callback.Parameter("code") == "null" ? "TikTok Shop sent no code. Begin connecting the shop again."
        : base.CheckCallback(store, callback, now);

    protected override PlatformRequest CodeRequest(StoreSession store, CallbackInput callback, DateTimeOffset now) =>
        Request(store, "get", ("auth_code", callback.Parameter("code") ?? ""), ("grant_type", "authorized_code"));

    protected override PlatformRequest RefreshRequest(StoreSession store, DateTimeOffset now) =>
        Request(store, "refresh", ("refresh_token", store.Secrets["refreshToken"].Reveal()), ("grant_type", "refresh_token"));

    /// <summary>The lifetimes are instants in spite of their names.</summary>
    protected override TokenAnswer Read(JsonElement answer, DateTimeOffset now)
    {
        var data = answer.Required("data");
        IReadOnlyList<string> scopes = [.. data.Items("granted_scopes").Select(static scope => scope.ToString()).Order(StringComparer.Ordinal)];
        return new TokenAnswer(new Secret(data.Text("access_token")), new Secret(data.Text("refresh_token")), scopes, data.InstantOrNull("access_token_expire_in"));
    }

    protected override PlatformFault Told(StoreSession store, PlatformFault fault, string words) => base.Told(store, fault, $"{words} ({fault.Code})");

    protected override async Task<Grant> ProveAsync(StoreSession store, NewTokens tokens, CancellationToken cancellationToken)
    {
        if (tokens.Answer.Read(static answer => answer.Required("data").IdOrNull("user_type")) is not null)
        {
            throw Refused("not-a-seller", "This account is not a seller's. Approve again, signed in as the seller.");
        }

        var wanted = store.Secrets.GetValueOrDefault("shop")?.Reveal();
        store.Secrets = store.Secrets.Where(static secret => secret.Key != "shop").ToDictionary();
        var shops = await TikTokShopConnector.CallAsync<List<JsonElement>>(
            store, HttpMethod.Get, TikTokShopConnector.Shops, "", null, static list => [.. list.Items("shops")], cancellationToken);
        var shop = Pick(shops, wanted);
        return tokens.Grant with
        {
            Store = shop.Id("id"),
            Secrets = new Dictionary<string, Secret>(store.Secrets) { ["shopCipher"] = new(shop.Text("cipher")) },
            Facts = new Dictionary<string, string> { ["name"] = shop.Text("name"), ["code"] = shop.TextOrNull("code") ?? "", ["region"] = shop.TextOrNull("region") ?? "" },
        };
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

    /// <summary>The secret stands in the query, and so does what is good once.</summary>
    private static PlatformRequest Request(StoreSession store, string call, params IEnumerable<(string Name, string? Value)> proof)
    {
        var url = Links.To($"{TokenUrl}{call}", [("app_key", store.Secrets["clientId"].Reveal()), ("app_secret", store.Secrets["clientSecret"].Reveal()), .. proof]);
        return new PlatformRequest(HttpMethod.Get, url) { Repeatable = false };
    }

    private static PlatformException Refused(string code, string message) => new(new PlatformFault(FaultKind.Invalid, code, message));
}
