namespace StoreClaw.Connectors.Genstore;

/// <summary>The ordinary facts of Genstore; the README beside it names their sources.</summary>
internal static class GenstoreDescriptor
{
    /// <summary>The part of a shop's address behind its name, and the version; the documentation itself is of two minds about both.</summary>
    public const string ApiHost = "genmystore.com";

    public const string ApiVersion = "202412";

    public static ConnectorDescriptor Value { get; } = new()
    {
        Id = "genstore",
        Name = "Genstore",
        Category = ConnectorCategory.Ecommerce,
        Authorization = AuthorizationMethod.Credentials,
        Fields =
        [
            new("shopDomain", "Shop domain"), new("accessToken", "Access token", Secret: true), new("signingSecret", "Client secret (for webhooks)", Secret: true, Required: false),
        ],
        AppSettings = [new("ApiHost", Required: false), new("ApiVersion", Required: false)],
        Scopes = ["read_customers", "read_orders", "read_products", "read_refunds", "read_shops", "write_apps"],
        Needs = static capability => [capability == Connector.Reads(Resource.Stock) ? "read_products" : capability.Replace('-', '_')],
        Budget = new RateBudget(Burst: 40, PerSecond: 2, Concurrent: 4),
        Topics =
        [
            "orders/create", "orders/update", "orders/paid", "orders/fulfilled", "orders/partiallyFulfilled", "orders/cancelled",
            "customers/create", "customers/update", "customers/delete", "app/uninstalled", "customers/data_request", "customers/redact", "shop/redact",
        ],
        Sync = new Dictionary<Resource, SyncPlan>
        {
            [Resource.Orders] = new(TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(15), TimeSpan.Zero, 100),
            [Resource.Products] = new(TimeSpan.FromHours(6), TimeSpan.FromMinutes(15), TimeSpan.Zero, 100),
            [Resource.Stock] = new(TimeSpan.FromHours(1), TimeSpan.FromMinutes(15), TimeSpan.Zero, 100),
            [Resource.Customers] = new(TimeSpan.FromDays(1), TimeSpan.FromMinutes(15), TimeSpan.Zero, 250),
        },
    };
}
