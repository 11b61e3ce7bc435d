namespace StoreClaw.Connectors;

public enum ConnectorCategory
{
    Ecommerce,
    Social,
    Marketing,
}

public enum AuthorizationMethod
{
    /// <summary>The seller types what the platform gave out.</summary>
    Credentials,

    /// <summary>The seller approves in the browser.</summary>
    OAuth2,
}

/// <summary>One thing the seller types when connecting.</summary>
/// <param name="Required">False where another way to connect does without it; the connector's README says which.</param>
public sealed record ConnectorField(string Name, string Label, bool Secret = false, bool Required = true);

/// <summary>A setting of the whole app, <c>Connectors__{id}__{Name}</c>, beside ClientId and ClientSecret.</summary>
/// <param name="Name">As it stands in the settings, "RuName"; a connection keeps it as "ruName".</param>
public sealed record AppSetting(string Name, bool Required = true)
{
    public string Key => char.ToLowerInvariant(Name[0]) + Name[1..];
}

/// <summary>What a platform allows one store: a bucket of <paramref name="Burst"/> calls (or points) that refills at <paramref name="PerSecond"/>.</summary>
/// <param name="Concurrent">How many calls may be under way at once.</param>
/// <param name="PerApp">All stores of the app draw on it together.</param>
public sealed record RateBudget(double Burst, double PerSecond, int Concurrent, bool PerApp = false);

/// <summary>A budget of its own for some calls of a platform that counts each operation apart.</summary>
public sealed record RateLane(string Name, RateBudget Budget);

/// <summary>How a resource is kept in step.</summary>
/// <param name="Every">How often it is read when nothing else asks for it.</param>
/// <param name="Overlap">How far behind the watermark each read starts; covers rows that share a second at a border and late ones.</param>
/// <param name="Lag">How far behind now the platform's lists may be trusted.</param>
/// <param name="PageSize">Rows asked for per call.</param>
public sealed record SyncPlan(TimeSpan Every, TimeSpan Overlap, TimeSpan Lag, int PageSize);

/// <summary>The ordinary facts of one platform, as data. Numbers and their sources stand in the connector's README.</summary>
public sealed record ConnectorDescriptor
{
    /// <summary>Lower-case, as it stands in URLs and settings.</summary>
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required ConnectorCategory Category { get; init; }

    public required AuthorizationMethod Authorization { get; init; }

    public required IReadOnlyList<ConnectorField> Fields { get; init; }

    /// <summary>What the platform wants of an app beside its client id and secret.</summary>
    public IReadOnlyList<AppSetting> AppSettings { get; init; } = [];

    /// <summary>What StoreClaw needs; what of it was not granted is shown on the connection.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary>Which of the scopes a capability to read or write rests on, by the name that <see cref="Connector.Capabilities"/> gives it. A task that needs the capability is refused without them.</summary>
    public Func<string, IReadOnlyList<string>> Needs { get; init; } = static _ => [];

    /// <summary>The pinned version and the day the platform stops serving it.</summary>
    public string? ApiVersion { get; init; }

    public DateOnly? ApiVersionEnds { get; init; }

    /// <summary>The response header that names the version really served.</summary>
    public string? ServedVersionHeader { get; init; }

    /// <summary>How long an access token lives when the answer does not say. Null: tokens do not expire.</summary>
    public TimeSpan? TokenLifetime { get; init; }

    /// <summary>How long before its end a token is renewed.</summary>
    public TimeSpan RefreshAhead { get; init; } = TimeSpan.FromMinutes(15);

    public required RateBudget Budget { get; init; }

    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The topics registered for a store, in the platform's words.</summary>
    public IReadOnlyList<string> Topics { get; init; } = [];

    public IReadOnlyDictionary<Resource, SyncPlan> Sync { get; init; } = new Dictionary<Resource, SyncPlan>();
}
