using System.Text.Json.Serialization;

namespace StoreClaw.Connections;

public enum ConnectionStatus
{
    Connected,
    ReauthorizationRequired,
    Disconnected,
}

/// <summary>One authorized account on a connector: one store.</summary>
/// <param name="Id">Made from connector and store, so that a store that connects again is the same connection and keeps its history.</param>
/// <param name="Store">The platform's name of the store.</param>
/// <param name="Granted">What the platform gave, of what was asked.</param>
/// <param name="Facts">What connecting found out: currency, time zone, form of the API's address.</param>
/// <param name="TokenExpiresAt">Null when it does not.</param>
public sealed record Connection(
    string Id,
    string Connector,
    string Store,
    ConnectionStatus Status,
    IReadOnlyList<string> Granted,
    IReadOnlyDictionary<string, string> Facts,
    DateTimeOffset ConnectedAt,
    DateTimeOffset? TokenExpiresAt)
{
    /// <summary>The fact under which a connector leaves what the seller calls the store.</summary>
    public const string NameFact = "name";

    /// <summary>The fact under which it leaves the IANA zone of the store's days.</summary>
    public const string TimeZoneFact = "timeZone";

    /// <summary>The fact under which it leaves the last day of an approval that ends, yyyy-MM-dd; other text where the platform does not tell it.</summary>
    public const string AuthorizedUntilFact = "authorizedUntil";

    /// <summary>The store as a reader knows it: its own name, else its address without the scheme.</summary>
    [JsonIgnore]
    public string Name => Facts.GetValueOrDefault(NameFact) is { Length: > 0 } name ? name : Store[(Store.IndexOf("://", StringComparison.Ordinal) is var scheme and >= 0 ? scheme + 3 : 0)..];
}

/// <summary>The connections that are, by id; what a task is checked against and a report names its stores by.</summary>
public interface IConnectionDirectory
{
    Task<Connection?> FindAsync(string id, CancellationToken cancellationToken);

    Task<IReadOnlyList<Connection>> ListAsync(CancellationToken cancellationToken);
}
