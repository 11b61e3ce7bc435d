using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace StoreClaw.Common;

/// <summary>
/// A text that nobody may see: it prints as ***, compares in fixed time and refuses to become JSON, so that it reaches a log, a message or a
/// table only through an explicit <see cref="Reveal"/>.
/// </summary>
[DebuggerDisplay("***")]
[JsonConverter(typeof(NeverAsJson))]
public sealed class Secret : IEquatable<Secret>
{
    private readonly string _value;

    private byte[]? _utf8;

    public Secret(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _value = value;
    }

    /// <summary>The plain text.</summary>
    public string Reveal() => _value;

    /// <summary>The plain text as UTF-8, encoded once: the key form of the HMAC functions.</summary>
    public ReadOnlySpan<byte> RevealUtf8() => _utf8 ??= Encoding.UTF8.GetBytes(_value);

    /// <summary>Compares the UTF-8 bytes in time that depends on their count only.</summary>
    public bool Equals(Secret? other) => other is not null && CryptographicOperations.FixedTimeEquals(RevealUtf8(), other.RevealUtf8());

    public override bool Equals(object? obj) => Equals(obj as Secret);

    /// <summary>The same for all, since a hash printed somewhere would tell something about the text. Not meant as a dictionary key.</summary>
    public override int GetHashCode() => 0;

    public override string ToString() => "***";

    private sealed class NeverAsJson : JsonConverter<Secret>
    {
        public override Secret Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("A Secret is not read from JSON; read the text and wrap it where it is used.");

        public override void Write(Utf8JsonWriter writer, Secret value, JsonSerializerOptions options) =>
            throw new NotSupportedException("A Secret is not written as JSON; keep it in the vault and store its name instead.");
    }
}
