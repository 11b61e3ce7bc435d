namespace StoreClaw.Connectors.Genstore;

/// <summary>A REST API per shop, under a token of the merchant's own app that neither expires nor is renewed.</summary>
internal sealed class GenstoreConnector : IPlatformProtocol
{
    public const string VersionFact = "apiVersion";

    private const int MostWords = 200;

    public static Connector Instance { get; } = new()
    {
        Descriptor = GenstoreDescriptor.Value,
        Protocol = new GenstoreConnector(),
        Authorization = new GenstoreAuthorization(),
        Webhooks = new GenstoreWebhooks(),
        Readers = new Dictionary<Resource, IReader>
        {
            [Resource.Orders] = new GenstoreReader("orders", "order", isFiltered: true, GenstoreRecords.Order),
            [Resource.Products] = new GenstoreReader("products", "product", isFiltered: true, GenstoreRecords.Product),
            // Nobody says that a sale moves its product's time of change.
            [Resource.Stock] = new GenstoreReader("products", "product", isFiltered: false, GenstoreRecords.Levels),
            [Resource.Customers] = new GenstoreReader("customers", "customer", isFiltered: true, static row => [GenstoreRecords.Customer(row.Json)]),
        },
    };

    /// <summary>The session's store is the shop's host, such as "example.genmystore.com".</summary>
    public static string Url(StoreSession store, string path) => $"https://{store.Store}/api/{store.Facts[VersionFact]}/{path}";

    public void Authorize(HttpRequestMessage attempt, StoreSession store, DateTimeOffset now) =>
        attempt.Headers.TryAddWithoutValidation("X-Genstore-Access-Token", store.Secrets["accessToken"].Reveal());

    public PlatformFault? Examine(PlatformResponse response)
    {
        if (OrdinaryFaults.Examine(response) is not { } fault)
        {
            if (response.Status != 204)
            {
                // Every answer is JSON, an empty one {}; anything else is a page in its place.
                response.Json();
            }

            return null;
        }

        var said = JsonReading.Look(response.Body, static body => body.TextOrNull("error"));
        return response.Status == 401
            ? fault with { Kind = FaultKind.CredentialsRejected, Message = "Genstore does not accept the access token. Copy it again from Apps > Develop apps in the shop's admin and connect the store again." }
            : fault.Kind is FaultKind.Invalid or FaultKind.ScopeMissing && said is not null
                ? fault with { Message = $"{fault.Message} Genstore says: {said[..Math.Min(said.Length, MostWords)]}" }
                : fault;
    }

    /// <summary>The header has what is used up and how much there is. Bigger plans have bigger buckets; that they refill in the same time is the lower of the figures given for them.</summary>
    public RateReading? ReadRate(PlatformResponse response) =>
        response.Header("X-Genstore-Shop-Api-Rate-Limit")?.Split('/') is [var used, var size]
        && int.TryParse(used, NumberStyles.None, CultureInfo.InvariantCulture, out var taken)
        && int.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var whole) && whole > 0
            ? new RateReading(whole - taken, whole, whole * GenstoreDescriptor.Value.Budget.PerSecond / GenstoreDescriptor.Value.Budget.Burst)
            : null;
}
