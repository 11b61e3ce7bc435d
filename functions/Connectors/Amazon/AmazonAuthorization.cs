namespace StoreClaw.Connectors.Amazon;

/// <summary>Login with Amazon: the seller approves in Seller Central of the marketplace's country, or types what a private app's own page gave. A refresh token stays the same.</summary>
internal sealed class AmazonAuthorization() : CodeAuthorization(
    "The seller did not approve in Seller Central.",
    "Amazon did not accept the approval. Check ClientId and ClientSecret and the app's redirect URIs, then connect again.",
    "Amazon no longer accepts the authorization: the seller took it back, its year is over, or ClientId and ClientSecret are not this app's. Connect again.")
{
    public override ConnectPlan Plan(ConnectInput input)
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

        if (input.Half("sellerId", "refreshToken", "a private app's authorization", "Give both, or neither to approve in Seller Central.") is { } half)
        {
            errors.Add(half);
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

    public override Uri AuthorizeUrl(StoreSession store, BrowserStart start) => Links.To(
        $"https://{AmazonConnector.MarketplaceOf(store.Store).SellerCentral}/apps/authorize/consent",
        ("application_id", store.Secrets["applicationId"].Reveal()), ("state", start.State), ("redirect_uri", start.CallbackUrl.AbsoluteUri),
        ("version", store.Secrets.GetValueOrDefault("draft")?.Reveal() == "true" ? "beta" : null));

    public override string? CheckCallback(StoreSession store, CallbackInput callback, DateTimeOffset now) =>
        string.IsNullOrEmpty(callback.Parameter("spapi_oauth_code")) || string.IsNullOrEmpty(callback.Parameter("selling_partner_id")) ? "The seller did not approve in Seller Central." : null;

    protected override PlatformRequest CodeRequest(StoreSession store, CallbackInput callback, DateTimeOffset now) =>
        Request(store, new("grant_type", "authorization_code"), new("code", callback.Parameter("spapi_oauth_code") ?? ""), new("redirect_uri", callback.CallbackUrl.AbsoluteUri)) with { Repeatable = false };

    protected override PlatformRequest RefreshRequest(StoreSession store, DateTimeOffset now) =>
        Request(store, new("grant_type", "refresh_token"), new("refresh_token", store.Secrets["refreshToken"].Reveal()));

    /// <summary>A listing is asked for: the seller's id comes unsigned, by the browser or typed, and only here is it seen that the token is that seller's.</summary>
    protected override async Task<Grant> ProveAsync(StoreSession store, NewTokens tokens, CancellationToken cancellationToken)
    {
        var name = tokens.Callback is { } callback ? $"{store.Store}/{callback.Parameter("selling_partner_id")}" : store.Store;
        var url = AmazonConnector.Listings(name, null, "summaries") + "&pageSize=1";
        await store.SendAsync(PlatformRequest.Get(url) with { Lane = AmazonDescriptor.Search, Renews = false }, cancellationToken);
        var inbox = store.Secrets.ContainsKey(AmazonWebhooks.Queue) ? "queue" : null;
        var facts = Grant.Told(("name", $"Amazon {name.Replace('/', ' ')}"), ("currency", AmazonConnector.MarketplaceOf(name).Currency), (QueueInbox.Fact, inbox));
        return tokens.Grant with { Store = name, Facts = facts };
    }

    private static PlatformRequest Request(StoreSession store, params KeyValuePair<string, string>[] fields) => PlatformRequest.Form(
        "https://api.amazon.com/auth/o2/token",
        [.. fields, new("client_id", store.Secrets["clientId"].Reveal()), new("client_secret", store.Secrets["clientSecret"].Reveal())]);
}
