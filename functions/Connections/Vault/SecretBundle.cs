using StoreClaw.Common;

namespace StoreClaw.Connections;

/// <summary>The secrets kept under one name, by key ("accessToken", "clientSecret"); immutable.</summary>
/// <param name="values">Copied.</param>
/// <param name="version">The vault's id of this version; null for a bundle that has not been stored.</param>
public sealed class SecretBundle(IEnumerable<KeyValuePair<string, Secret>> values, string? version = null)
{
    /// <summary>The key of a secret that was put into the vault as plain text and not as a bundle.</summary>
    public const string PlainKey = "value";

    public IReadOnlyDictionary<string, Secret> Values { get; } = new Dictionary<string, Secret>(values, StringComparer.Ordinal).AsReadOnly();

    public string? Version { get; } = version;

    /// <summary>Null when there is no such key.</summary>
    public Secret? this[string key] => Values.GetValueOrDefault(key);
}
