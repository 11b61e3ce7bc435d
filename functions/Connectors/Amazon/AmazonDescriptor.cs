namespace StoreClaw.Connectors.Amazon;

/// <summary>One country's marketplace: its id, the region whose host serves it, where its sellers approve, and its money.</summary>
internal sealed record AmazonMarketplace(string Country, string Id, string Region, string SellerCentral, string Currency);

/// <summary>The ordinary facts of Amazon; the README beside it names their sources.</summary>
internal static class AmazonDescriptor
{
    public const string Orders = "ORDER_CHANGE";

    public const string FbaStock = "FBA_INVENTORY_AVAILABILITY_CHANGES";

    public const string OwnStock = "LISTINGS_ITEM_MFN_QUANTITY_CHANGE";

    public static ConnectorDescriptor Value { get; } = new()
    {
        Id = "amazon",
        Name = "Amazon",
        Category = ConnectorCategory.Ecommerce,
        Authorization = AuthorizationMethod.OAuth2,
        Fields =
        [
            new("marketplace", "Marketplace (country code, such as US, DE or JP)"),
            new("notificationQueue", "SAS URL of your Azure Storage queue with notifications", Secret: true, Required: false),
            new("sellerId", "Seller ID (private app only)", Required: false),
            new("refreshToken", "Refresh token (private app only)", Secret: true, Required: false),
        ],
        AppSettings = [new("ApplicationId", Required: false), new("Draft", Required: false), new("ForwarderSecret", Required: false), new("ForwarderHeader", Required: false), new("OrdersVersion", Required: false)],
        TokenLifetime = TimeSpan.FromHours(1),
        Budget = new RateBudget(Burst: 5, PerSecond: 1, Concurrent: 2),
        Topics = [Orders, FbaStock, OwnStock],
        Sync = new Dictionary<Resource, SyncPlan>
        {
            [Resource.Orders] = new(TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(3), 100),
            [Resource.Products] = new(TimeSpan.FromHours(6), TimeSpan.FromMinutes(15), TimeSpan.Zero, 20),
            [Resource.Stock] = new(TimeSpan.FromHours(1), TimeSpan.FromMinutes(15), TimeSpan.Zero, 20),
        },
    };

    public static RateLane OrderList { get; } = new("orders", new RateBudget(Burst: 20, PerSecond: 0.0056, Concurrent: 1));

    public static RateLane OldOrderList { get; } = new("orders-v0", new RateBudget(Burst: 20, PerSecond: 0.0167, Concurrent: 1));

    public static RateLane Order { get; } = new("order", new RateBudget(Burst: 30, PerSecond: 0.5, Concurrent: 2));

    public static RateLane OldOrder { get; } = new("order-v0", new RateBudget(Burst: 30, PerSecond: 0.5, Concurrent: 2));

    public static RateLane OldItems { get; } = new("order-items-v0", new RateBudget(Burst: 30, PerSecond: 0.5, Concurrent: 2));

    public static RateLane Search { get; } = new("listings", new RateBudget(Burst: 5, PerSecond: 5, Concurrent: 2));

    public static RateLane Listing { get; } = new("listing", new RateBudget(Burst: 10, PerSecond: 5, Concurrent: 2));

    public static RateLane Patch { get; } = new("listing-patch", new RateBudget(Burst: 5, PerSecond: 5, Concurrent: 2));

    public static RateLane Summaries { get; } = new("fba-summaries", new RateBudget(Burst: 2, PerSecond: 2, Concurrent: 1));

    /// <summary>By country. Five of Europe share one Seller Central.</summary>
    public static IReadOnlyDictionary<string, AmazonMarketplace> Marketplaces { get; } = new AmazonMarketplace[]
    {
        new("US", "ATVPDKIKX0DER", "na", "sellercentral.amazon.com", "USD"), new("CA", "A2EUQ1WTGCTBG2", "na", "sellercentral.amazon.ca", "CAD"),
        new("MX", "A1AM78C64UM0Y8", "na", "sellercentral.amazon.com.mx", "MXN"), new("BR", "A2Q3Y263D00KWC", "na", "sellercentral.amazon.com.br", "BRL"),
        new("GB", "A1F83G8C2ARO7P", "eu", "sellercentral-europe.amazon.com", "GBP"), new("DE", "A1PA6795UKMFR9", "eu", "sellercentral-europe.amazon.com", "EUR"),
        new("FR", "A13V1IB3VIYZZH", "eu", "sellercentral-europe.amazon.com", "EUR"), new("IT", "APJ6JRA9NG5V4", "eu", "sellercentral-europe.amazon.com", "EUR"),
        new("ES", "A1RKKUPIHCS9HS", "eu", "sellercentral-europe.amazon.com", "EUR"), new("NL", "A1805IZSGTT6HS", "eu", "sellercentral.amazon.nl", "EUR"),
        new("BE", "AMEN7PMS3EDWL", "eu", "sellercentral.amazon.com.be", "EUR"), new("IE", "A28R8C7NBKEWEA", "eu", "sellercentral.amazon.ie", "EUR"),
        new("SE", "A2NODRKZP88ZB9", "eu", "sellercentral.amazon.se", "SEK"), new("PL", "A1C3SOZRARQ6R3", "eu", "sellercentral.amazon.pl", "PLN"),
        new("TR", "A33AVAJ2PDY3EV", "eu", "sellercentral.amazon.com.tr", "TRY"), new("AE", "A2VIGQ35RCS4UG", "eu", "sellercentral.amazon.ae", "AED"),
        new("SA", "A17E79C6D8DWNP", "eu", "sellercentral.amazon.sa", "SAR"), new("EG", "ARBP9OOSHTCHU", "eu", "sellercentral.amazon.eg", "EGP"),
        new("ZA", "AE08WJ6YKNBMC", "eu", "sellercentral.amazon.co.za", "ZAR"), new("IN", "A21TJRUUN4KGV", "eu", "sellercentral.amazon.in", "INR"),
        new("JP", "A1VC38T7YXB528", "fe", "sellercentral.amazon.co.jp", "JPY"), new("AU", "A39IBJ37TRP1C6", "fe", "sellercentral.amazon.com.au", "AUD"), new("SG", "A19VAU5U5O7RUS", "fe", "sellercentral.amazon.sg", "SGD"),
    }.ToDictionary(static marketplace => marketplace.Country);
}
