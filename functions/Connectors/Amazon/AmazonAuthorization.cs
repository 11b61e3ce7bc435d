using StoreClaw.Common;
using StoreClaw.Connectors.Http;

namespace StoreClaw.Connectors.Amazon;

/// <summary>Login with Amazon: the seller approves in Seller Central of the marketplace's country, or types what a private app's own page gave. A refresh token stays the same.</summary>
internal sealed class AmazonAuthorization : IAuthorization
{
    public ConnectPlan Plan(ConnectInput input)
    {
        var secrets = input.App!.ToSecrets().ToDictionary();
        var country = input.Text("marketplace")?.ToUpperInvariant() is "UK" ? "GB" : input.Text("marketplace")?.ToUpperInvariant();
        var (seller, refresh, queue) = (input.Text("sellerId")?.ToUpperInvariant(), input.Text("refreshToken"), input.Text("notificationQueue"));
        List<FieldError> errors = [];
        if (country is null || !AmazonDescriptor.Marketplaces.ContainsKey(country))
        {
            errors.Add(new("marketplace", "StoreClaw knows no such marketplace of Amazon.", $"Type one of {string.Join(", ", AmazonDescriptor.Marketplaces.Keys)}."));
        }

        if (queue is not null && QueueInbox.Check(AmazonWebhooks.Queue, queue, input.LiftAddressRules) is { } wrong)
        {
            errors.Add(wrong);
        }

        if (seller is null != refresh is null)
        {
            errors.Add(new(seller is null ? "sellerId" : "refreshToken", "The other half of a private app's authorization came without it.", "Give both, or neither to approve in Seller Central."));
        }
        else if (seller is null && !secrets.ContainsKey("applicationId"))
        {
            errors.Add(new("ApplicationId", "The app's id is not set, which the approval in the browser needs.", "Set Connectors__amazon__ApplicationId, or give sellerId and refreshToken of a private app."));
        }

        if (queue is not null)
        {
            secrets[AmazonWebhooks.Queue] = new Secret(queue);
        }

        return errors.Count > 0 ? new ConnectPlan.Refused(errors)
            : seller is null ? new ConnectPlan.Browser(country!, secrets)
            : new ConnectPlan.Ready($"{country}/{seller}", new Dictionary<string, Secret>(secrets) { ["refreshToken"] = new(refresh!) });
    }

    public async Task<Grant> GrantAsync(StoreSession store, DateTimeOffset now, CancellationToken cancellationToken) =>
        await ProvedAsync(store, (await RefreshAsync(store, now, cancellationToken))!, cancellationToken);

    public Uri AuthorizeUrl(StoreSession store, BrowserStart start) => new(
        $"https://{AmazonConnector.MarketplaceOf(store.Store).SellerCentral}/apps/authorize/consent?application_id={Uri.EscapeDataString(store.Secrets["applicationId"].Reveal())}" +
        $"&state={Uri.EscapeDataString(start.State)}&redirect_uri={Uri.EscapeDataString(start.CallbackUrl.AbsoluteUri)}{(store.Secrets.GetValueOrDefault("draft")?.Reveal() == "true" ? "&version=beta" : "")}");

    public string? CheckCallback(StoreSession store, CallbackInput callback, DateTimeOffset now) =>
        string.IsNullOrEmpty(callback.Parameter("spapi_oauth_code")) || string.IsNullOrEmpty(callback.Parameter("selling_partner_id")) ? "The seller did not approve in Seller Central." : null;

    public async Task<Grant> ExchangeAsync(StoreSession store, CallbackInput callback, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var grant = await AskAsync(
            store,
            [new("grant_type", "authorization_code"), new("code", callback.Parameter("spapi_oauth_code") ?? ""), new("redirect_uri", callback.CallbackUrl.AbsoluteUri)],
            "Amazon did not accept the approval. Check ClientId and ClientSecret and the app's redirect URIs, then connect again.",
            now,
            cancellationToken);
        return await ProvedAsync(store, grant with { Store = $"{store.Store}/{callback.Parameter("selling_partner_id")}" }, cancellationToken);
    }

    public async Task<Grant?> RefreshAsync(StoreSession store, DateTimeOffset now, CancellationToken cancellationToken) => await AskAsync(
        store,
        [new("grant_type", "refresh_token"), new("refresh_token", store.Secrets["refreshToken"].Reveal())],
        "Amazon no longer accepts the authorization: the seller took it back, its year is over, or ClientId and ClientSecret are not this app's. Connect again.",
        now,
        cancellationToken);

    /// <summary>A listing is asked for: the seller's id comes unsigned, by the browser or typed, and only here is it seen that the token is that seller's.</summary>
    private static async Task<Grant> ProvedAsync(StoreSession store, Grant grant, CancellationToken cancellationToken)
    {
        // With the token in its own header, so that a refusal ends the connect and renews nothing.
        KeyValuePair<string, string> token = new("x-amz-access-token", grant.Secrets["accessToken"].Reveal());
        var url = AmazonConnector.Listings(grant.Store, null, "summaries") + "&pageSize=1";
        await store.SendAsync(PlatformRequest.Get(url) with { Lane = AmazonDescriptor.Search, Authorized = false, Headers = [token] }, cancellationToken);
        var facts = new Dictionary<string, string> { ["name"] = $"Amazon {grant.Store.Replace('/', ' ')}", ["currency"] = AmazonConnector.MarketplaceOf(grant.Store).Currency };
        if (grant.Secrets.ContainsKey(AmazonWebhooks.Queue))
        {
            facts[QueueInbox.Fact] = "queue";
        }

        return grant with { Facts = facts };
    }

    private static async Task<Grant> AskAsync(StoreSession store, KeyValuePair<string, string>[] fields, string refused, DateTimeOffset now, CancellationToken cancellationToken)
    {
        KeyValuePair<string, string>[] client = [new("client_id", store.Secrets["clientId"].Reveal()), new("client_secret", store.Secrets["clientSecret"].Reveal())];
        var request = PlatformRequest.Form("https://api.amazon.com/auth/o2/token", [.. fields, .. client]);
        var answer = await TokenEndpoint.AskAsync(store, request, repeatable: fields[0].Value == "refresh_token", refused, now, cancellationToken);
        var refresh = answer.RefreshToken ?? store.Secrets.GetValueOrDefault("refreshToken");
        return new Grant { Store = store.Store, Secrets = (answer with { RefreshToken = refresh }).Renew(store.Secrets), ExpiresAt = answer.ExpiresAt };
    }
}
