namespace StoreClaw.Connectors.Temu;

/// <summary>The ordinary facts of Temu; the README beside it names their sources.</summary>
internal static class TemuDescriptor
{
    public static ConnectorDescriptor Value { get; } = new()
    {
        Id = "temu",
        Name = "Temu",
        Category = ConnectorCategory.Ecommerce,
        Authorization = AuthorizationMethod.OAuth2,
        Fields =
        [
            new("region", "Region: US, EU or GLOBAL"),
            new("accessToken", "Access token from the seller center", Secret: true, Required: false),
            new("code", "Code from the address the browser came back to", Required: false),
        ],
        AppSettings = [new("AuthorizeUrl", Required: false)],

        // Rights are names of calls, and of events: the seller ticks both.
        Scopes = [TemuOrders.List, TemuOrders.Amounts, TemuGoods.List, TemuGoods.Skus, TemuStockWriter.Edit, TemuWebhooks.Update, .. TemuWebhooks.Events],
        Needs = static capability => capability == Connector.WritesStock ? [TemuStockWriter.Edit]
            : [capability == Connector.Reads(Resource.Orders) ? TemuOrders.List : capability == Connector.Reads(Resource.Products) ? TemuGoods.List : TemuGoods.Skus],

        // Twenty calls within any second: those saved up, and those that come in meanwhile.
        Budget = new RateBudget(Burst: 10, PerSecond: 10, Concurrent: 4, PerApp: true),
        Topics = TemuWebhooks.Events,
        Sync = new Dictionary<Resource, SyncPlan>
        {
            [Resource.Orders] = new(TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(5), 50),
            [Resource.Products] = new(TimeSpan.FromHours(6), TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(5), 50),
            [Resource.Stock] = new(TimeSpan.FromHours(1), TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(5), 100),
        },
    };
}
