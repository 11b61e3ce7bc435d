namespace StoreClaw.Connectors.Ebay;

/// <summary>The ordinary facts of eBay; the README beside it names their sources.</summary>
internal static class EbayDescriptor
{
    private const string Scope = "https://api.ebay.com/oauth/api_scope";

    public static ConnectorDescriptor Value { get; } = new()
    {
        Id = "ebay",
        Name = "eBay",
        Category = ConnectorCategory.Ecommerce,
        Authorization = AuthorizationMethod.OAuth2,
        Fields = [],
        AppSettings = [new("RuName"), new("VerificationToken"), new("AlertEmail", Required: false)],
        Scopes = [$"{Scope}/commerce.identity.readonly", $"{Scope}/commerce.notification.subscription", $"{Scope}/sell.fulfillment.readonly", $"{Scope}/sell.inventory"],
        Needs = static capability => [capability == Connector.Reads(Resource.Orders) ? $"{Scope}/sell.fulfillment.readonly" : $"{Scope}/sell.inventory"],
        TokenLifetime = TimeSpan.FromHours(2),
        Budget = Daily(5_000, burst: 500),
        Topics = ["ORDER_CONFIRMATION", "AUTHORIZATION_REVOCATION"],
        Sync = new Dictionary<Resource, SyncPlan>
        {
            [Resource.Orders] = new(TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(1), 200),
            [Resource.Stock] = new(TimeSpan.FromHours(2), TimeSpan.FromMinutes(15), TimeSpan.Zero, 200),
        },
    };

    /// <summary>What a token of the app itself may do.</summary>
    public static string AppScope => Scope;

    public static RateLane Orders { get; } = new("orders", Daily(100_000, burst: 10_000));

    public static RateLane Inventory { get; } = new("inventory", Daily(2_000_000, burst: 10_000));

    public static RateLane Notifications { get; } = new("notifications", Daily(8_000, burst: 500));

    /// <summary>Apart from the rest of the Notification API, since strangers can make us ask for keys that do not exist.</summary>
    public static RateLane Keys { get; } = new("keys", Daily(2_000, burst: 100));

    public static RateLane AppTokens { get; } = new("app-tokens", Daily(1_000, burst: 50));

    public static RateLane Codes { get; } = new("codes", Daily(10_000, burst: 1_000));

    public static RateLane Refreshes { get; } = new("refreshes", Daily(50_000, burst: 2_000));

    /// <summary>A day's quota for all stores of the app, spread so that a full bucket and a day's refill stay within it.</summary>
    private static RateBudget Daily(int quota, int burst) => new(burst, (quota - burst) / TimeSpan.FromDays(1).TotalSeconds, Concurrent: 4, PerApp: true);
}
