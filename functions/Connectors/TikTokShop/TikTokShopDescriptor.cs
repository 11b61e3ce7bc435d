namespace StoreClaw.Connectors.TikTokShop;

internal static class TikTokShopDescriptor
{
    public static ConnectorDescriptor Value { get; } = new()
    {
        Id = "tiktokshop",
        Name = "TikTok Shop",
        Category = ConnectorCategory.Ecommerce,
        Authorization = AuthorizationMethod.OAuth2,
        Fields = [new("shop", "Shop code or ID, where the seller account has several shops", Required: false)],
        AppSettings = [new("ServiceId"), new("AuthorizeHost", Required: false)],
        Scopes = ["seller.authorization.info", "seller.order.info", "seller.product.basic", "seller.product.write"],
        Needs = static capability => [capability == Connector.Reads(Resource.Orders) ? "seller.order.info" : capability == Connector.WritesStock ? "seller.product.write" : "seller.product.basic"],
        TokenLifetime = TimeSpan.FromDays(7),
        // 50 calls a second per API: what may come at once and what refills within a second stay under it together.
        Budget = new RateBudget(Burst: 10, PerSecond: 40, Concurrent: 8),
        Topics =
        [
            "order_status_change", "cancellation_status_change", "product_status_change", "product_information_change", "product_creation",
            "product_audit_status_change", "seller_deauthorization", "upcoming_authorization_expiration",
        ],
        Sync = new Dictionary<Resource, SyncPlan>
        {
            [Resource.Orders] = new(TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(5), 100),
            [Resource.Products] = new(TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(5), 100),
            [Resource.Stock] = new(TimeSpan.FromHours(1), TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(5), 100),
        },
    };
}
