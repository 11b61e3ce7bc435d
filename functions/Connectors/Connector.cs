namespace StoreClaw.Connectors;

/// <summary>
/// One platform StoreClaw can talk to: its facts and what it can do. A capability that is null is one the platform does not offer.
/// Everything in it is stateless and shared by all stores; what belongs to a store comes in as a <see cref="StoreSession"/>.
/// </summary>
public sealed record Connector
{
    /// <summary>The name of the capability <see cref="Research"/>.</summary>
    public const string Researches = "research";

    /// <summary>The name of the capability <see cref="StockWriter"/>; who writes stock reads it too.</summary>
    public const string WritesStock = "write-stock";

    public required ConnectorDescriptor Descriptor { get; init; }

    public required IPlatformProtocol Protocol { get; init; }

    public required IAuthorization Authorization { get; init; }

    public IWebhooks? Webhooks { get; init; }

    public IReadOnlyDictionary<Resource, IReader> Readers { get; init; } = new Dictionary<Resource, IReader>();

    public IStockWriter? StockWriter { get; init; }

    public IResearch? Research { get; init; }

    /// <summary>The capability names shown to the console, derived from what is there.</summary>
    public IReadOnlyList<string> Capabilities =>
    [
        .. Readers.Keys.Order().Select(Reads),
        .. Webhooks is null ? Array.Empty<string>() : ["webhooks"],
        .. StockWriter is null ? Array.Empty<string>() : [WritesStock],
        .. Research is null ? Array.Empty<string>() : [Researches],
    ];

    /// <summary>Whether it has all of these capabilities.</summary>
    public bool Can(IReadOnlyList<string> capabilities) => capabilities.All(Capabilities.Contains);

    /// <summary>The name of the capability to read a resource: "read-orders".</summary>
    public static string Reads(Resource resource) => $"read-{resource.ToString().ToLowerInvariant()}";
}
