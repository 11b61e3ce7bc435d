namespace StoreClaw.Connectors.Lazada;

/// <summary>An authorization code; the calls for tokens are signed like all others. The refresh token ends when it ends: a refresh does not prolong it.</summary>
internal sealed class LazadaAuthorization() : CodeAuthorization(
    "The seller did not approve on Lazada.",
    "Lazada does not accept this approval. Check App Key and App Secret, then connect the store again.",
    "Lazada no longer accepts this authorization. Connect the store again.")
{
    private const string Root = "https://auth.lazada.com/rest";

    public override ConnectPlan Plan(ConnectInput input)
    {
        var country = input.Text("country")?.ToLowerInvariant();
        return country is not null && !LazadaConnector.Countries.ContainsKey(country)
            ? new ConnectPlan.Refused("country", "Lazada has no such country.", $"Type one of {string.Join(", ", LazadaConnector.Countries.Keys)}, or nothing.")
            : new ConnectPlan.Browser(country ?? "", input.App!.ToSecrets());
    }

    public override Uri AuthorizeUrl(StoreSession store, BrowserStart start) => Links.To(
        "https://auth.lazada.com/oauth/authorize", ("response_type", "code"), ("force_auth", "true"), ("redirect_uri", start.CallbackUrl.AbsoluteUri),
        ("client_id", store.Secrets["clientId"].Reveal()), ("state", start.State), ("country", store.Store.Length > 0 ? store.Store : null));

    protected override PlatformRequest CodeRequest(StoreSession store, CallbackInput callback, DateTimeOffset now) => Request(store, "/auth/token/create", "code", callback.Parameter("code") ?? "", now);

    protected override PlatformRequest RefreshRequest(StoreSession store, DateTimeOffset now) => store.Secrets.TryGetValue("refreshToken", out var refresh)
        ? Request(store, "/auth/token/refresh", "refresh_token", refresh.Reveal(), now)
        : throw new PlatformException(new PlatformFault(FaultKind.CredentialsRejected, "not-refreshable", "Lazada gave a token that cannot be renewed. Connect the store again."));

    protected override TokenAnswer Read(JsonElement answer, DateTimeOffset now) =>
        answer.DecimalOrNull("refresh_expires_in") == 0 ? base.Read(answer, now) with { RefreshToken = null } : base.Read(answer, now);

    protected override Task<Grant> ProveAsync(StoreSession store, NewTokens tokens, CancellationToken cancellationToken) => Task.FromResult(tokens.Answer.Read(answer =>
    {
        var shop = Shop(answer, store.Store);
        var country = shop.Text("country").ToLowerInvariant();
        if (!LazadaConnector.Countries.TryGetValue(country, out var known))
        {
            throw new PlatformException(new PlatformFault(FaultKind.Invalid, "unknown-country", $"Lazada names the country '{country}', which StoreClaw does not know."));
        }

        var facts = new Dictionary<string, string> { ["name"] = shop.TextOrNull("short_code") ?? answer.TextOrNull("account") ?? shop.Text("seller_id"), ["currency"] = known.Currency, ["timeZone"] = known.TimeZone };
        return tokens.Grant with { Store = $"{country}/{shop.Id("seller_id")}", Facts = facts };
    }));

    private static PlatformRequest Request(StoreSession store, string path, string name, string value, DateTimeOffset now)
    {
        var signed = LazadaConnector.Signed(Links.To($"{Root}{path}", (name, value)), [], store.Secrets["clientId"].Reveal(), store.Secrets["clientSecret"], null, now);
        return new PlatformRequest(HttpMethod.Post, signed) { Repeatable = false };
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
