namespace StoreClaw.Connectors.Lazada;

/// <summary>The ordinary facts of Lazada; the README beside it names their sources.</summary>
internal static class LazadaDescriptor
{
    public static ConnectorDescriptor Value { get; } = new()
    {
        Id = "lazada",
        Name = "Lazada",
        Category = ConnectorCategory.Ecommerce,
        Authorization = AuthorizationMethod.OAuth2,
        Fields = [new("country", "Country (cross-border sellers only)", Required: false)],
        TokenLifetime = TimeSpan.FromDays(7),
        RefreshAhead = TimeSpan.FromHours(12),
        Budget = new RateBudget(Burst: 10, PerSecond: 5, Concurrent: 4),
        Topics = [.. LazadaWebhooks.Names.Values],
        Sync = new Dictionary<Resource, SyncPlan>
        {
            [Resource.Orders] = new(TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(15), TimeSpan.Zero, 100),
            [Resource.Products] = new(TimeSpan.FromHours(6), TimeSpan.FromMinutes(15), TimeSpan.Zero, 50),
            [Resource.Stock] = new(TimeSpan.FromHours(1), TimeSpan.FromMinutes(15), TimeSpan.Zero, 50),
        },
    };
}
