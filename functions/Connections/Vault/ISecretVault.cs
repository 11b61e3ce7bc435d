namespace StoreClaw.Connections;

/// <summary>
/// Where secrets live: one named <see cref="SecretBundle"/> per connection, channel or API client, and the version before it. Names are
/// [a-z0-9-]{1,127}, a bundle's JSON is at most 25,000 bytes. Every method throws <see cref="VaultException"/> when the vault cannot serve;
/// neither it nor anything logged holds a secret. Whoever writes a name does so alone (under the connection's lease): of two writers at
/// the same time one wins, whole.
/// </summary>
public interface ISecretVault
{
    /// <summary>The current version; null when there is none or it was deleted.</summary>
    Task<SecretBundle?> GetAsync(string name, CancellationToken cancellationToken);

    /// <summary>
    /// The version that was current before this one, so that an old token or signing secret serves until the new one is proven; null when
    /// there is none. What was there before a deletion never comes back.
    /// </summary>
    Task<SecretBundle?> GetPreviousAsync(string name, CancellationToken cancellationToken);

    /// <summary>Stores the values as a new version and returns its id; <see cref="SecretBundle.Version"/> of the argument plays no part. Durable on return.</summary>
    Task<string> SetAsync(string name, SecretBundle bundle, CancellationToken cancellationToken);

    /// <summary>Deletes all versions; fine when there are none.</summary>
    Task DeleteAsync(string name, CancellationToken cancellationToken);

    /// <summary>Every name that <see cref="GetAsync"/> would find, in no particular order.</summary>
    IAsyncEnumerable<string> ListNamesAsync(CancellationToken cancellationToken);
}
