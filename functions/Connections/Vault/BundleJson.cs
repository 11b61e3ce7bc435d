using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using StoreClaw.Common;

namespace StoreClaw.Connections;

/// <summary>The one place where secrets become JSON: an object of texts, on its way into a vault.</summary>
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(StoredBundle))]
internal sealed partial class BundleJson : JsonSerializerContext
{
    // Key Vault takes 25 KB a value. The local vault has the same limit, so that an installation can move.
    private const int MaxBytes = 25_000;

    private static readonly BundleJson Json = new(new JsonSerializerOptions(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <exception cref="VaultException">TooLarge.</exception>
    public static Dictionary<string, string> Reveal(string name, SecretBundle bundle)
    {
        var values = bundle.Values.ToDictionary(static pair => pair.Key, static pair => pair.Value.Reveal(), StringComparer.Ordinal);
        var size = JsonSerializer.SerializeToUtf8Bytes(values, Json.DictionaryStringString).Length;
        return size <= MaxBytes
            ? values
            : throw new VaultException(
                VaultFailure.TooLarge,
                string.Create(CultureInfo.InvariantCulture, $"The secret {name} would be {size} bytes of JSON; a vault holds {MaxBytes}."),
                "Keep only credentials in it.");
    }

    public static string Write(Dictionary<string, string> values) => JsonSerializer.Serialize(values, Json.DictionaryStringString);

    /// <summary>Null unless the text is a JSON object of texts.</summary>
    public static SecretBundle? Read(string json, string version)
    {
        try
        {
            return JsonSerializer.Deserialize(json, Json.DictionaryStringString) is { } values ? ToBundle(values, version) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static byte[] WriteStored(StoredBundle bundle) => JsonSerializer.SerializeToUtf8Bytes(bundle, Json.StoredBundle);

    /// <summary>Null unless the bytes are what <see cref="WriteStored"/> wrote.</summary>
    public static StoredBundle? ReadStored(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, Json.StoredBundle);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static SecretBundle? ToBundle(Dictionary<string, string> values, string version) => values.Values.Any(static value => value is null)
        ? null
        : new SecretBundle(values.Select(static pair => KeyValuePair.Create(pair.Key, new Secret(pair.Value))), version);
}

/// <summary>A name's file on disk: the current version, and the one before it.</summary>
internal sealed record StoredBundle
{
    public required string Version { get; init; }

    public required Dictionary<string, string> Values { get; init; }

    public StoredBundle? Previous { get; init; }
}
