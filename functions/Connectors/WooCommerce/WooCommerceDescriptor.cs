namespace StoreClaw.Connectors.WooCommerce;

/// <summary>The ordinary facts of WooCommerce; the README beside it names their sources.</summary>
internal static class WooCommerceDescriptor
{
    public static ConnectorDescriptor Value { get; } = new()
    {
        Id = "woocommerce",
        Name = "WooCommerce",
        Category = ConnectorCategory.Ecommerce,
        Authorization = AuthorizationMethod.Credentials,
        Fields = [new("siteUrl", "Site URL"), new("consumerKey", "Consumer key", Required: false), new("consumerSecret", "Consumer secret", Secret: true, Required: false)],
        Scopes = ["read", "write"],
        Needs = static capability => [capability == Connector.WritesStock ? "write" : "read"],
        Budget = new RateBudget(Burst: 10, PerSecond: 2, Concurrent: 1),
        Topics =
        [
            "order.created", "order.updated", "order.deleted", "order.restored", "product.created", "product.updated", "product.deleted", "product.restored",
            "customer.created", "customer.updated", "customer.deleted",
        ],
        Sync = new Dictionary<Resource, SyncPlan>
        {
            [Resource.Orders] = new(TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(15), TimeSpan.Zero, 100),
            [Resource.Products] = new(TimeSpan.FromHours(6), TimeSpan.FromMinutes(15), TimeSpan.Zero, 50),
            [Resource.Stock] = new(TimeSpan.FromHours(1), TimeSpan.FromMinutes(15), TimeSpan.Zero, 50),
            [Resource.Customers] = new(TimeSpan.FromDays(1), TimeSpan.FromMinutes(15), TimeSpan.Zero, 100),
        },
    };
}
