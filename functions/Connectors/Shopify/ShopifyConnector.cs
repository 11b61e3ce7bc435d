namespace StoreClaw.Connectors.Shopify;

internal static class ShopifyConnector
{
    public static Connector Instance { get; } = new()
    {
        Descriptor = ShopifyDescriptor.Value,
        Protocol = new ShopifyGraph(),
        Authorization = new ShopifyAuthorization(),
        Webhooks = new ShopifyWebhooks(),
        Readers = new Dictionary<Resource, IReader>
        {
            [Resource.Orders] = new ShopifyReader("order", "created_at", "line_items", ShopifyRecords.OrderFields, ShopifyRecords.Order),
            [Resource.Products] = new ShopifyReader("product", "created_at", "variants", ShopifyRecords.ProductFields, ShopifyRecords.Product),
            [Resource.Customers] = new ShopifyReader("customer", "customer_date", null, ShopifyRecords.CustomerFields, ShopifyRecords.Customer),
            [Resource.Stock] = new ShopifyReader("inventoryItem", null, "levels", ShopifyRecords.StockFields, ShopifyRecords.Stock),
        },
        StockWriter = new ShopifyStockWriter(),
    };
}
