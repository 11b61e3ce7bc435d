namespace StoreClaw.Connectors.Ebay;

/// <summary>How eBay's REST APIs speak: a bearer token, trouble as numbered errors, quotas by the day that all sellers of an app share.</summary>
internal sealed class EbayConnector : IPlatformProtocol
{
    public const string Api = "https://api.ebay.com";

    /// <summary>In whose midnight the quotas are reset.</summary>
    private static readonly TimeZoneInfo Pacific = TimeZoneInfo.FindSystemTimeZoneById("America/Los_Angeles");

    /// <param name="uptime">How long the process runs, by which public keys grow old; the system's when left out.</param>
    public static Connector Create(Func<TimeSpan>? uptime = null)
    {
        var authorization = new EbayAuthorization();
        return new()
        {
            Descriptor = EbayDescriptor.Value,
            Protocol = new EbayConnector(),
            Authorization = authorization,
            Webhooks = new EbayWebhooks(authorization, new EbaySignature(authorization, uptime ?? (static () => TimeSpan.FromMilliseconds(Environment.TickCount64)))),
            Readers = new Dictionary<Resource, IReader> { [Resource.Orders] = new EbayOrderReader(), [Resource.Stock] = new EbayStockReader() },
            StockWriter = new EbayStockWriter(),
        };
    }

    /// <summary>Unchecked, since a token holds characters that the typed header refuses.</summary>
    public void Authorize(HttpRequestMessage attempt, StoreSession store, DateTimeOffset now) =>
        attempt.Headers.TryAddWithoutValidation("Authorization", $"Bearer {store.Secrets["accessToken"].Reveal()}");

    public PlatformFault? Examine(PlatformResponse response)
    {
        if (OrdinaryFaults.Examine(response) is not { } ordinary)
        {
            // What creates, changes or deletes is answered 201, 202 or 204, with no body.
            _ = response.Status is 200 or 207 ? response.Json() : default;
            return null;
        }

        var fault = Error(response.Body) is { } error ? Describe(ordinary, error) : ordinary;
        return (response.Status, fault.Code) switch
        {
            (429, "2001") when response.Header("Retry-After") is null => fault with { Kind = FaultKind.QuotaExhausted, RetryAfter = UntilReset(response.Headers.Date) },
            (400, "32100" or "25702" or "25710") => fault with { Kind = FaultKind.NotFound },
            _ => fault,
        };
    }

    /// <summary>The fault with eBay's own number and words, from an entry of "errors" or an answer of the token endpoint.</summary>
    public static PlatformFault Describe(PlatformFault fault, JsonElement error) => fault with
    {
        Code = error.TextOrNull("errorId") ?? error.TextOrNull("error") ?? fault.Code,
        Message = $"eBay: {error.TextOrNull("message") ?? error.TextOrNull("error_description") ?? fault.Message}",
    };

    /// <summary>Older services name the list "error", the word under which the token endpoint has a text.</summary>
    private static JsonElement? Error(ReadOnlyMemory<byte> body) => JsonReading.Look(body, static json =>
        (JsonElement?)json.Items("errors").Concat(json.Member("error") is { ValueKind: JsonValueKind.Array } older ? older.EnumerateArray() : []).Append(json).First());

    private static TimeSpan UntilReset(DateTimeOffset? now) => now is { } there ? Pacific.StartOfDay(Pacific.LocalDay(there).AddDays(1)) - there : TimeSpan.FromHours(1);
}
