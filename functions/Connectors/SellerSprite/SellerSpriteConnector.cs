using System.Net.Http.Headers;

namespace StoreClaw.Connectors.SellerSprite;

/// <summary>Market research data: a key, no shop behind it, and answers whose <c>code</c> decides, mostly on HTTP 200.</summary>
internal sealed class SellerSpriteConnector : IPlatformProtocol
{
    private const string JsonType = "application/json;charset=utf-8";

    public static Connector Instance { get; } = new()
    {
        Descriptor = SellerSpriteDescriptor.Value,
        Protocol = new SellerSpriteConnector(),
        Authorization = new SellerSpriteAuthorization(),
        Research = new SellerSpriteResearch(),
    };

    public void Authorize(HttpRequestMessage attempt, StoreSession store, DateTimeOffset now) =>
        attempt.Headers.TryAddWithoutValidation("secret-key", store.Secrets[SellerSpriteAuthorization.ApiKey].Reveal());

    public PlatformFault? Examine(PlatformResponse response)
    {
        var ordinary = OrdinaryFaults.Examine(response);
        var answer = JsonReading.ObjectOrNull(response.Body);
        return (response.Status, answer.TextOrNull("code")) switch
        {
            (429, _) => ordinary,
            ( >= 200 and < 300, "OK") => null,
            (_, { Length: > 0 } code) when code != "OK" => Fault(code, answer!.Value, response.Headers),
            (401, _) => ordinary! with { Kind = FaultKind.CredentialsRejected },
            _ => ordinary ?? new(FaultKind.PlatformFailure, "no-code", "SellerSprite answers with something that is not its JSON."),
        };
    }

    /// <summary>A call as the platform wants it: it reads the content type of calls without a body too.</summary>
    internal static PlatformRequest Request(SellerSpriteCall call, IReadOnlyDictionary<string, object>? body = null)
    {
        var url = $"https://api.sellersprite.com{call.Path}";
        return (body is null ? new PlatformRequest(call.Method, new Uri(url)) : PlatformRequest.Json(call.Method, url, body)) with { ContentType = JsonType };
    }

    private static PlatformFault Fault(string code, JsonElement answer, HttpResponseHeaders headers) => code switch
    {
        "ERROR_SECRET_KEY" or "ERROR_SECRET_KEY_INVALID" or "ERROR_AUTH_ERROR" or "ERROR_UNAUTHORIZED" =>
            new(FaultKind.CredentialsRejected, code, "SellerSprite does not accept the key. Copy it anew from its open platform and connect again."),
        "ERROR_SECRET_KEY_OVERDUE" => new(FaultKind.CredentialsRejected, code, "The key ran out with its plan. Renew the plan at SellerSprite and connect again."),
        // The month's end looks the same as the day's: asking again the next day costs one call.
        "ERROR_VISIT_MAX" => new(FaultKind.QuotaExhausted, code, "The calls of the SellerSprite plan are used up for today or for this month.", UntilTomorrow(headers.Date)),
        "ERROR_PARAM" => new(FaultKind.Invalid, code, $"SellerSprite does not accept {Culprit(answer)}."),
        "ERROR_SERVER_INTERNAL" => new(FaultKind.PlatformFailure, code, "SellerSprite failed."),
        _ => new(FaultKind.Invalid, code, $"SellerSprite does not accept the request. ({code})"),
    };

    /// <summary>The documentation says that <c>data</c> names the parameter; whatever else it may hold is not repeated.</summary>
    private static string Culprit(JsonElement answer) => answer.TextOrNull("data") is { Length: > 0 and <= 60 } name ? $"the parameter '{name}'" : "one of the parameters";

    private static TimeSpan UntilTomorrow(DateTimeOffset? now) => now is { } there ? there.UtcDateTime.Date.AddDays(1) - there.UtcDateTime : TimeSpan.FromHours(1);
}
