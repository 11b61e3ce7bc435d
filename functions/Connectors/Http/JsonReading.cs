namespace StoreClaw.Connectors.Http;

/// <summary>
/// Reads platforms' JSON, which writes one thing in several ways: numbers as text, ids as numbers beyond a double, null for absent. Required
/// members that are missing or of another kind are a <see cref="FormatException"/> that names the member and nothing of its content.
/// </summary>
public static class JsonReading
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>A body that must be one JSON object.</summary>
    /// <exception cref="FormatException">It is not.</exception>
    public static JsonElement ParseObject(ReadOnlyMemory<byte> body)
    {
        try
        {
            var json = JsonElement.Parse(body.Span.StartsWith(ByteOrderMark) ? body.Span[ByteOrderMark.Length..] : body.Span);
            return json.ValueKind == JsonValueKind.Object ? json : throw new FormatException("The body is not a JSON object.");
        }
        catch (JsonException)
        {
            throw new FormatException("The body is not JSON.");
        }
    }

    /// <summary>The same for a body that may be anything; null when it is no object.</summary>
    public static JsonElement? ObjectOrNull(ReadOnlyMemory<byte> body)
    {
        try
        {
            return ParseObject(body);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>What <paramref name="look"/> finds in a body that nobody has verified yet; null also when it is no object, or a member is not what it is read as.</summary>
    public static T? Look<T>(ReadOnlyMemory<byte> body, Func<JsonElement, T?> look)
        where T : class
    {
        try
        {
            return look(ParseObject(body));
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <inheritdoc cref="Look{T}(ReadOnlyMemory{byte}, Func{JsonElement, T})"/>
    public static T? Look<T>(ReadOnlyMemory<byte> body, Func<JsonElement, T?> look)
        where T : struct
    {
        try
        {
            return look(ParseObject(body));
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>An answer read by <paramref name="read"/>; one of an unexpected shape is the platform's failure.</summary>
    /// <exception cref="PlatformException">It is not JSON, or <paramref name="read"/> missed a member.</exception>
    public static T Read<T>(this PlatformResponse response, Func<JsonElement, T> read)
    {
        try
        {
            return read(response.Json());
        }
        catch (FormatException e)
        {
            throw Unexpected(e);
        }
    }

    /// <summary>What a missed member means to those who asked the platform.</summary>
    public static PlatformException Unexpected(FormatException missed) =>
        new(new PlatformFault(FaultKind.PlatformFailure, "unexpected-shape", $"The platform's answer cannot be read: {missed.Message}"), missed);

    /// <summary>The member, or null when it is absent, null, or the element is no object.</summary>
    public static JsonElement? Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null ? member : null;

    /// <inheritdoc cref="Member(JsonElement, string)"/>
    public static JsonElement? Member(this JsonElement? element, string name) => element is { } present ? present.Member(name) : null;

    /// <summary>The member's name as this element writes it, for platforms that write one now in one case and now in another; the name itself where there is none.</summary>
    /// <exception cref="FormatException">A name in it is not valid text.</exception>
    public static string Spelling(this JsonElement? element, string name)
    {
        if (element is not { ValueKind: JsonValueKind.Object } present)
        {
            return name;
        }

        try
        {
            return present.EnumerateObject().Select(static member => member.Name).FirstOrDefault(member => member.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? name;
        }
        catch (InvalidOperationException)
        {
            throw new FormatException("A member's name is not valid text.");
        }
    }

    /// <inheritdoc cref="Spelling(JsonElement?, string)"/>
    public static string Spelling(this JsonElement element, string name) => Spelling((JsonElement?)element, name);

    public static JsonElement Required(this JsonElement element, string name) => element.Member(name) ?? throw Missing(name);

    /// <summary>Text as it is, numbers and truth values in their own spelling; null for anything else.</summary>
    public static string? TextOrNull(this JsonElement? element, string name) => element.Member(name) is not { } member
        ? null
        : member.ValueKind switch
        {
            JsonValueKind.String => Unescaped(member, name),
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => member.GetRawText(),
            _ => null,
        };

    public static string? TextOrNull(this JsonElement element, string name) => TextOrNull((JsonElement?)element, name);

    public static string Text(this JsonElement element, string name) => element.TextOrNull(name) ?? throw Missing(name);

    /// <summary>A text that says something; null when absent or empty.</summary>
    public static string? Filled(this JsonElement? element, string name) => element.TextOrNull(name) is { Length: > 0 } text ? text : null;

    /// <inheritdoc cref="Filled(JsonElement?, string)"/>
    public static string? Filled(this JsonElement element, string name) => Filled((JsonElement?)element, name);

    /// <summary>An id as text; null when absent, and for the 0 and the empty text that stand for "none".</summary>
    public static string? IdOrNull(this JsonElement element, string name) => element.TextOrNull(name) is { Length: > 0 } id && id != "0" ? id : null;

    public static string Id(this JsonElement element, string name) => element.IdOrNull(name) ?? throw Missing(name);

    /// <summary>A number without trailing zeros, since one platform writes an amount as 5.9 here and as 5.90 there.</summary>
    public static decimal? DecimalOrNull(this JsonElement? element, string name) => element.TextOrNull(name) is not { Length: > 0 } text
        ? null
        : decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? value / 1.0000000000000000000000000000m
            : throw new FormatException($"'{name}' is not a number.");

    public static decimal? DecimalOrNull(this JsonElement element, string name) => DecimalOrNull((JsonElement?)element, name);

    public static decimal Decimal(this JsonElement element, string name) => element.DecimalOrNull(name) ?? throw Missing(name);

    /// <summary>An instant in UTC; one without an offset is UTC already.</summary>
    public static DateTimeOffset? TimeOrNull(this JsonElement element, string name) => element.TextOrNull(name) is not { Length: > 0 } text
        ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var value)
            ? value
            : throw new FormatException($"'{name}' is not a time.");

    public static DateTimeOffset Time(this JsonElement element, string name) => element.TimeOrNull(name) ?? throw Missing(name);

    /// <summary>An instant in seconds since 1970, or in milliseconds where it is too many for seconds; null when absent, and for a number that is none, such as the 0 that stands for "never".</summary>
    public static DateTimeOffset? InstantOrNull(this JsonElement element, string name) => element.DecimalOrNull(name) is > 0 and < 100_000_000_000_000 and var at
        ? DateTimeOffset.FromUnixTimeMilliseconds((long)(at < 100_000_000_000 ? at * 1000 : at))
        : null;

    public static DateTimeOffset Instant(this JsonElement element, string name) => element.InstantOrNull(name) ?? throw new FormatException($"'{name}' is not a time.");

    public static bool Flag(this JsonElement element, string name) => element.TextOrNull(name) is "true" or "1" or "yes";

    /// <summary>The rows of an array; none when it is absent.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement? element, string name) => element.Member(name) is not { } member
        ? []
        : member.ValueKind == JsonValueKind.Array ? member.EnumerateArray() : throw new FormatException($"'{name}' is not a list.");

    /// <inheritdoc cref="Items(JsonElement?, string)"/>
    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) => Items((JsonElement?)element, name);

    private static string? Unescaped(JsonElement text, string name)
    {
        try
        {
            return text.GetString();
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, or bytes that are not UTF-8: the parser lets both through until somebody reads them.
            throw new FormatException($"'{name}' is not valid text.");
        }
    }

    private static FormatException Missing(string name) => new($"'{name}' is missing.");
}
