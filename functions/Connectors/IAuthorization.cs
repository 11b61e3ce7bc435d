namespace StoreClaw.Connectors;

/// <summary>What the seller typed, and what the settings give for the whole app.</summary>
/// <param name="Fields">By <see cref="ConnectorField.Name"/>, trimmed; empty ones left out.</param>
/// <param name="App">The app-level OAuth client (settings ClientId and ClientSecret), when there is one.</param>
/// <param name="LiftAddressRules">The connector's base URL is replaced by a setting, so plain http and private hosts are allowed.</param>
public sealed record ConnectInput(IReadOnlyDictionary<string, Secret> Fields, AppClient? App, bool LiftAddressRules)
{
    /// <summary>The values of <see cref="ConnectorDescriptor.AppSettings"/> that are set, by <see cref="AppSetting.Key"/>; also where keys are typed and there is no app.</summary>
    public IReadOnlyDictionary<string, Secret> Settings { get; init; } = new Dictionary<string, Secret>();

    /// <summary>What is wrong with two fields that work together only; null when both are there, or neither.</summary>
    public FieldError? Half(string one, string other, string what, string remedy) =>
        Text(one) is null == Text(other) is null ? null : new FieldError(Text(one) is null ? one : other, $"The other half of {what} came without it.", remedy);

    public string? Text(string name) => Fields.TryGetValue(name, out var value) ? value.Reveal() : null;
}

/// <summary>The app that the seller's team has registered on the platform, from the settings.</summary>
/// <param name="Settings">The values of <see cref="ConnectorDescriptor.AppSettings"/> that are set, by name.</param>
public sealed record AppClient(string Id, Secret Secret, IReadOnlyDictionary<string, Secret> Settings)
{
    /// <summary>All of it under the names a connection keeps it by: "clientId", "clientSecret", and the settings.</summary>
    public IReadOnlyDictionary<string, Secret> ToSecrets() => new Dictionary<string, Secret>(Settings) { ["clientId"] = new(Id), ["clientSecret"] = Secret };
}

/// <summary>What the fields turned out to mean.</summary>
public abstract record ConnectPlan
{
    /// <summary>The fields cannot work; which and why.</summary>
    public sealed record Refused(IReadOnlyList<FieldError> Errors) : ConnectPlan
    {
        public Refused(string field, string message, string remedy)
            : this([new FieldError(field, message, remedy)])
        {
        }
    }

    /// <summary>Everything needed is here: probe with <see cref="IAuthorization.GrantAsync"/>.</summary>
    public sealed record Ready(string Store, IReadOnlyDictionary<string, Secret> Secrets) : ConnectPlan;

    /// <summary>The seller must approve in the browser.</summary>
    public sealed record Browser(string Store, IReadOnlyDictionary<string, Secret> Secrets) : ConnectPlan;
}

/// <param name="Remedy">What to do about it.</param>
public sealed record FieldError(string Field, string Message, string Remedy);

/// <summary>One browser approval under way. <see cref="State"/> is single use and already signed.</summary>
/// <param name="State">At least 128 random bits; the platform hands it back.</param>
/// <param name="CallbackUrl">Where the browser comes back to.</param>
/// <param name="CodeChallenge">PKCE S256, for platforms that take it.</param>
/// <param name="Now">For platforms whose authorize link is signed with its time.</param>
public sealed record BrowserStart(string State, Uri CallbackUrl, string CodeChallenge, DateTimeOffset Now = default);

/// <summary>What came to the callback.</summary>
/// <param name="Query">The query parameters in their order, decoded.</param>
/// <param name="Body">What a platform's server posted, for those that hand keys over that way.</param>
public sealed record CallbackInput(IReadOnlyList<KeyValuePair<string, string>> Query, ReadOnlyMemory<byte> Body, Uri CallbackUrl, string CodeVerifier)
{
    public string? Parameter(string name) => Query.Where(pair => pair.Key == name).Select(static pair => pair.Value).FirstOrDefault();
}

/// <summary>Access as the platform gave it.</summary>
public sealed record Grant
{
    /// <summary>The platform's final name of the store; two connects of one store must give the same.</summary>
    public required string Store { get; init; }

    /// <summary>All secrets of the connection from now on, by name; what is left out is forgotten.</summary>
    public required IReadOnlyDictionary<string, Secret> Secrets { get; init; }

    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary>As the answer gave it; null, zero or negative lifetimes fall back to <see cref="ConnectorDescriptor.TokenLifetime"/>.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public IReadOnlyDictionary<string, string> Facts { get; init; } = new Dictionary<string, string>();

    /// <summary>Scopes with those that they imply where who may write may read: "read_orders" by "write_orders".</summary>
    public static IReadOnlyList<string> WithReading(IReadOnlyCollection<string> scopes) =>
        [.. scopes.Union(scopes.Where(static scope => scope.StartsWith("write_", StringComparison.Ordinal)).Select(static scope => $"read_{scope[6..]}"))];

    /// <summary>Facts by name. What is null or empty was not told and is left out.</summary>
    public static IReadOnlyDictionary<string, string> Told(params IEnumerable<(string Name, string? Value)> facts) =>
        facts.Where(static fact => !string.IsNullOrEmpty(fact.Value)).ToDictionary(static fact => fact.Name, static fact => fact.Value!);
}

/// <summary>How access to a store is gained, renewed and given back.</summary>
public interface IAuthorization
{
    /// <summary>Reads and normalises the fields; calls nobody.</summary>
    ConnectPlan Plan(ConnectInput input);

    /// <summary>Proves typed credentials on the platform and finds out what they allow.</summary>
    /// <exception cref="PlatformException">Wrong keys, wrong shop, unreachable: says which and what to do.</exception>
    Task<Grant> GrantAsync(StoreSession store, DateTimeOffset now, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>The address the seller's browser is sent to.</summary>
    Uri AuthorizeUrl(StoreSession store, BrowserStart start) => throw new NotSupportedException();

    /// <summary>The platform's own proof on the callback, beside our state. Null when it holds, else what is wrong.</summary>
    string? CheckCallback(StoreSession store, CallbackInput callback, DateTimeOffset now) => null;

    /// <summary>Exchanges what the callback brought. Called once per state.</summary>
    /// <exception cref="PlatformException">The platform refused.</exception>
    Task<Grant> ExchangeAsync(StoreSession store, CallbackInput callback, DateTimeOffset now, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>The name of the callback's query parameter that holds our state.</summary>
    string StateParameter => "state";

    /// <summary>Whether the platform has no such parameter: then our state is the last part of the address the browser comes back to.</summary>
    bool IsStateInPath => false;

    /// <summary>Whether the platform's server brings what it hands over in a body of its own, so that no browser can be asked for.</summary>
    bool IsHandedOverByServer => false;

    /// <summary>Renews the access token. Null when this connection's tokens never expire.</summary>
    /// <exception cref="PlatformException"><see cref="FaultKind.CredentialsRejected"/> when the grant itself is refused.</exception>
    Task<Grant?> RefreshAsync(StoreSession store, DateTimeOffset now, CancellationToken cancellationToken) => Task.FromResult<Grant?>(null);

    /// <summary>Gives the access back on disconnect, where the platform offers that.</summary>
    Task RevokeAsync(StoreSession store, CancellationToken cancellationToken) => Task.CompletedTask;
}
