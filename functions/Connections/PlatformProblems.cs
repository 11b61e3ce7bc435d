using StoreClaw.Common;
using StoreClaw.Connectors;

namespace StoreClaw.Connections;

/// <summary>A platform's trouble as the caller of our API reads it.</summary>
public static class PlatformProblems
{
    /// <summary>What is wrong, and what a person can do about it where the platform's own words do not say.</summary>
    public static string Tell(PlatformFault fault) => fault.Kind == FaultKind.ScopeMissing
        ? $"{fault.Message} Give the app or key this access on the platform, then connect the store again."
        : fault.Message;

    public static Problem Of(PlatformFault fault) => fault.Kind switch
    {
        FaultKind.TokenExpired or FaultKind.CredentialsRejected => new(422, "CREDENTIALS_REJECTED", ProblemCategory.Authentication, fault.Message),
        FaultKind.ScopeMissing => new(422, "SCOPE_MISSING", ProblemCategory.Authentication, Tell(fault)),
        FaultKind.StoreUnavailable => new(422, "STORE_UNAVAILABLE", ProblemCategory.Platform, fault.Message),
        FaultKind.AddressRefused => new(422, "ADDRESS_REFUSED", ProblemCategory.Parameter, fault.Message),
        FaultKind.NotFound => new(422, "STORE_NOT_FOUND", ProblemCategory.Parameter, fault.Message),
        FaultKind.Throttled or FaultKind.QuotaExhausted => new(429, "PLATFORM_THROTTLED", ProblemCategory.RateLimit, fault.Message) { RetryAfter = fault.RetryAfter ?? TimeSpan.FromMinutes(1) },
        FaultKind.PlatformFailure or FaultKind.Unreachable => new(502, "PLATFORM_UNAVAILABLE", ProblemCategory.Platform, fault.Message) { RetryAfter = TimeSpan.FromSeconds(30) },
        _ => new(422, "PLATFORM_REFUSED", ProblemCategory.Platform, fault.Message),
    };
}
