namespace StoreClaw.Connectors.Wix;

/// <summary>The ordinary facts of Wix; the README beside it names their sources.</summary>
internal static class WixDescriptor
{
    public static ConnectorDescriptor Value { get; } = new()
    {
        Id = "wix",
        Name = "Wix",
        Category = ConnectorCategory.Ecommerce,
        Authorization = AuthorizationMethod.OAuth2,
        Fields = [],
        AppSettings = [new("WebhookPublicKey"), new("ShareUrlId", Required: false)],
        TokenLifetime = TimeSpan.FromHours(4),
        Budget = new RateBudget(Burst: 15, PerSecond: 3, Concurrent: 3),
        Topics =
        [
            "wix.ecom.v1.order_created", "wix.ecom.v1.order_approved", "wix.ecom.v1.order_updated", "wix.ecom.v1.order_canceled", "wix.ecom.v1.order_payment_status_updated",
            "com.wix.ecommerce.catalog.api.v1.ProductCreated", "com.wix.ecommerce.catalog.api.v1.ProductChanged", "com.wix.ecommerce.catalog.api.v1.ProductDeleted",
            "com.wix.ecommerce.catalog.api.v1.VariantsChanged", "com.wix.ecommerce.inventory.api.v1.InventoryItemChanged", "com.wix.ecommerce.inventory.api.v1.InventoryVariantsChanged",
            "wix.stores.catalog.v3.product_created", "wix.stores.catalog.v3.product_updated", "wix.stores.catalog.v3.product_deleted",
            "wix.stores.catalog.v3.inventory_item_created", "wix.stores.catalog.v3.inventory_item_updated",
            "wix.contacts.v4.contact_created", "wix.contacts.v4.contact_updated", "wix.contacts.v4.contact_merged", "wix.contacts.v4.contact_deleted", "AppRemoved",
        ],
        Sync = new Dictionary<Resource, SyncPlan>
        {
            [Resource.Orders] = new(TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(10), 100),
            [Resource.Products] = new(TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(10), 100),
            [Resource.Stock] = new(TimeSpan.FromHours(1), TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(10), 100),
            [Resource.Customers] = new(TimeSpan.FromHours(1), TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(10), 500),
        },
    };
}
