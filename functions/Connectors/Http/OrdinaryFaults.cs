namespace StoreClaw.Connectors.Http;

/// <summary>What a status line says when the platform means it in the ordinary way; a connector states only where its platform differs.</summary>
public static class OrdinaryFaults
{
    /// <summary>For platforms that tell in the body of a 200 what became of the call.</summary>
    /// <param name="read">What the body tells; null when it is what was asked for.</param>
    public static PlatformFault? ExamineTold(PlatformResponse response, string platform, Func<JsonElement, PlatformFault?> read) => Examine(response) is { } ordinary ? ordinary
        : JsonReading.ObjectOrNull(response.Body) is { } answer ? read(answer)
        : new(FaultKind.PlatformFailure, "not-json", $"{platform} answers with something that is not JSON.");

    /// <summary>Null for 2xx.</summary>
    /// <param name="requestIdHeader">The response header that the platform's support asks for.</param>
    public static PlatformFault? Examine(PlatformResponse response, string? requestIdHeader = null)
    {
        if (response.Succeeded)
        {
            return null;
        }

        var (kind, message) = response.Status switch
        {
            >= 300 and < 400 => (FaultKind.Invalid, "The platform redirects elsewhere; check the store's address."),
            401 => (FaultKind.TokenExpired, "The platform does not accept the access token."),
            402 or 423 => (FaultKind.StoreUnavailable, "The store is locked by the platform."),
            403 => (FaultKind.ScopeMissing, "The platform does not allow this to StoreClaw."),
            404 or 410 => (FaultKind.NotFound, "The platform does not have it."),
            409 => (FaultKind.Conflict, "It has changed meanwhile."),
            429 => (FaultKind.Throttled, "The platform asks to slow down."),
            408 or >= 500 => (FaultKind.PlatformFailure, "The platform failed."),
            _ => (FaultKind.Invalid, "The platform does not accept the request."),
        };
        var status = response.Status.ToString(CultureInfo.InvariantCulture);
        var requestId = requestIdHeader is null ? null : response.Header(requestIdHeader);
        return new PlatformFault(kind, $"http-{status}", $"{message} (HTTP {status})", RequestId: requestId);
    }
}
