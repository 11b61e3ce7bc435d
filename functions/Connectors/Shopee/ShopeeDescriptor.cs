namespace StoreClaw.Connectors.Shopee;

internal static class ShopeeDescriptor
{
    public static ConnectorDescriptor Value { get; } = new()
    {
        Id = "shopee",
        Name = "Shopee",
        Category = ConnectorCategory.Ecommerce,
        Authorization = AuthorizationMethod.OAuth2,
        Fields = [],
        AppSettings = [new("PushKey", Required: false), new("ApiHost", Required: false)],
        TokenLifetime = TimeSpan.FromHours(4),
        Budget = new RateBudget(Burst: 20, PerSecond: 10, Concurrent: 2),
        Topics = [ShopeeWebhooks.OrderStatus, ShopeeWebhooks.Cancelled],
        Sync = new Dictionary<Resource, SyncPlan>
        {
            [Resource.Orders] = new(TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(5), 50),
            [Resource.Products] = new(TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(5), 50),
            [Resource.Stock] = new(TimeSpan.FromHours(1), TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(5), 50),
        },
    };
}
