namespace StoreClaw.Connectors.Shopify;

internal static class ShopifyDescriptor
{
    public static ConnectorDescriptor Value { get; } = new()
    {
        Id = "shopify",
        Name = "Shopify",
        Category = ConnectorCategory.Ecommerce,
        Authorization = AuthorizationMethod.Credentials,
        Fields =
        [
            new("shopDomain", "Shop Domain"), new("clientId", "Client ID", Required: false), new("clientSecret", "Client Secret", Secret: true, Required: false),
        ],
        Scopes = ["read_customers", "read_inventory", "read_locations", "read_orders", "read_products", "write_inventory"],
        Needs = static capability => capability == Connector.Reads(Resource.Stock) ? ["read_inventory", "read_locations"]
            : capability == Connector.WritesStock ? ["write_inventory"] : [capability.Replace('-', '_')],
        ApiVersion = "2026-07",
        ApiVersionEnds = new DateOnly(2027, 7, 1),
        ServedVersionHeader = "X-Shopify-API-Version",
        TokenLifetime = TimeSpan.FromHours(24),
        Budget = new RateBudget(Burst: 1000, PerSecond: 100, Concurrent: 4),
        Topics =
        [
            "orders/create", "orders/updated", "orders/cancelled", "orders/delete", "refunds/create", "products/create", "products/update", "products/delete",
            "inventory_levels/update", "customers/create", "customers/update", "customers/delete", "app/uninstalled",
        ],
        Sync = new Dictionary<Resource, SyncPlan>
        {
            [Resource.Orders] = new(TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(5), 25),
            [Resource.Products] = new(TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(5), 25),
            [Resource.Customers] = new(TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(5), 100),
            [Resource.Stock] = new(TimeSpan.FromHours(1), TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(5), 30),
        },
    };
}
