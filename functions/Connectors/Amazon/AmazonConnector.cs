namespace StoreClaw.Connectors.Amazon;

/// <summary>How the Selling Partner API speaks: a host for each region, a token in a header of its own, and 403 for all that has to do with rights.</summary>
internal sealed class AmazonConnector : IPlatformProtocol
{
    public static Connector Instance { get; } = new()
    {
        Descriptor = AmazonDescriptor.Value,
        Protocol = new AmazonConnector(),
        Authorization = new AmazonAuthorization(),
        Webhooks = new AmazonWebhooks(),
        Readers = new Dictionary<Resource, IReader>
        {
            [Resource.Orders] = new AmazonOrders(),
            [Resource.Products] = new AmazonProducts(),
            [Resource.Stock] = new AmazonStock(),
        },
        StockWriter = new AmazonStockWriter(),
    };

    /// <summary>One answer stands for a token that ran out and for a role that the app lacks.</summary>
    public FaultKind FreshTokenRefused => FaultKind.ScopeMissing;

    public void Authorize(HttpRequestMessage attempt, StoreSession store, DateTimeOffset now) =>
        attempt.Headers.TryAddWithoutValidation("x-amz-access-token", store.Secrets["accessToken"].Reveal());

    public PlatformFault? Examine(PlatformResponse response)
    {
        if (OrdinaryFaults.Examine(response, "x-amzn-RequestId") is not { } ordinary)
        {
            _ = response.Json();
            return null;
        }

        var (code, message) = JsonReading.Look(response.Body, Told) ?? default;
        var fault = ordinary with { Code = code ?? ordinary.Code, Message = message is null ? ordinary.Message : $"Amazon: {message}" };
        return (response.Status, code) switch
        {
            (403, "Unauthorized") => fault with { Kind = FaultKind.TokenExpired, Message = "Amazon refuses the call: the access token ran out, or the app lacks the role for it. See which roles the app has in Seller Central." },
            (_, "server_error" or "temporarily_unavailable") => fault with { Kind = FaultKind.PlatformFailure },
            _ => fault,
        };
    }

    internal static Task<PlatformResponse> GetAsync(StoreSession store, string url, RateLane lane, CancellationToken cancellationToken) =>
        store.SendAsync(PlatformRequest.Get(url) with { Lane = lane }, cancellationToken);

    /// <summary>The token for the next page; null after the last.</summary>
    internal static string? NextOf(PlatformResponse page) => page.Json().Member("pagination").Filled("nextToken");

    /// <param name="store">The country of the marketplace and the seller's id, "US/A3TH9S8BH6GOGM".</param>
    internal static string Api(string store) => $"https://sellingpartnerapi-{MarketplaceOf(store).Region}.amazon.com";

    internal static AmazonMarketplace MarketplaceOf(string store) => AmazonDescriptor.Marketplaces[store.Split('/')[0]];

    /// <summary>The address of the seller's listings, or of the one of that SKU, which may hold a slash itself.</summary>
    internal static string Listings(string store, string? sku, string includedData) =>
        $"{Api(store)}/listings/2021-08-01/items/{Uri.EscapeDataString(store.Split('/')[1])}{(sku is null ? "" : "/" + Uri.EscapeDataString(sku))}?marketplaceIds={MarketplaceOf(store).Id}&includedData={includedData}";

    /// <summary>In the API's own form, or in that of the token endpoint.</summary>
    private static (string? Code, string? Message)? Told(JsonElement answer) => answer.Items("errors").Cast<JsonElement?>().FirstOrDefault() is { } error
        ? (error.TextOrNull("code"), error.TextOrNull("message"))
        : (answer.TextOrNull("error"), answer.TextOrNull("error_description"));
}
