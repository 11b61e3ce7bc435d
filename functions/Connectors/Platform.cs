using System.Net.Http.Headers;
using System.Text;

namespace StoreClaw.Connectors;

/// <summary>One call to a platform. The URL names the platform's real host; the pipeline replaces it when the settings say so.</summary>
public sealed record PlatformRequest(HttpMethod Method, Uri Url)
{
    public ReadOnlyMemory<byte> Body { get; init; }

    public string? ContentType { get; init; }

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>False for calls that carry their own proof, such as the token endpoint.</summary>
    public bool Authorized { get; init; } = true;

    /// <summary>False for calls that are signed like all others but carry no stored token, or a new one: refused as expired they are refused, and nothing is renewed.</summary>
    public bool Renews { get; init; } = true;

    /// <summary>False when a repeat could act twice: then only failures before the platform saw it are repeated.</summary>
    public bool Repeatable { get; init; } = true;

    /// <summary>What the call takes from its <see cref="RateBudget"/>.</summary>
    public double Cost { get; init; } = 1;

    /// <summary>The budget it is taken from; null for the descriptor's.</summary>
    public RateLane? Lane { get; init; }

    public static PlatformRequest Get(string url) => new(HttpMethod.Get, new Uri(url));

    /// <summary>A body of <c>application/x-www-form-urlencoded</c>.</summary>
    public static PlatformRequest Form(string url, IEnumerable<KeyValuePair<string, string>> fields) => new(HttpMethod.Post, new Uri(url))
    {
        Body = Encoding.UTF8.GetBytes(string.Join('&', fields.Select(static field => $"{Uri.EscapeDataString(field.Key)}={Uri.EscapeDataString(field.Value)}"))),
        ContentType = "application/x-www-form-urlencoded",
    };

    public static PlatformRequest Json(HttpMethod method, string url, object body) => new(method, new Uri(url))
    {
        Body = JsonSerializer.SerializeToUtf8Bytes(body, JsonText.Options),
        ContentType = "application/json",
    };
}

/// <summary>What came back, read whole (at most 16 MiB).</summary>
public sealed record PlatformResponse(int Status, HttpResponseHeaders Headers, string? ContentType, ReadOnlyMemory<byte> Body)
{
    public bool Succeeded => Status is >= 200 and < 300;

    /// <summary>The first value of a header, or null.</summary>
    public string? Header(string name) => Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    /// <summary>The body as JSON.</summary>
    /// <exception cref="PlatformException">It is none: a proxy's page, a notice printed in front of it.</exception>
    public JsonElement Json()
    {
        try
        {
            return JsonElement.Parse(Body.Span);
        }
        catch (JsonException)
        {
            throw new PlatformException(new PlatformFault(FaultKind.PlatformFailure, "not-json", $"The platform answered {Status} with something that is not JSON."));
        }
    }
}

/// <summary>What kind of trouble an answer is; decides whether it is repeated, renewed, told to the seller or parked.</summary>
public enum FaultKind
{
    /// <summary>The access token has run out: one refresh, then the call again.</summary>
    TokenExpired,

    /// <summary>The platform no longer accepts the grant or key: the seller must connect again.</summary>
    CredentialsRejected,

    /// <summary>Connected, but not allowed to do this.</summary>
    ScopeMissing,

    /// <summary>Too fast: wait as told, then again.</summary>
    Throttled,

    /// <summary>The budget of a day or more is spent: the work is put off, not repeated.</summary>
    QuotaExhausted,

    NotFound,

    /// <summary>The request itself is wrong; a repeat cannot help.</summary>
    Invalid,

    /// <summary>What was to be changed has changed meanwhile (compare-and-set).</summary>
    Conflict,

    /// <summary>The shop is frozen, closed or locked by the platform.</summary>
    StoreUnavailable,

    /// <summary>The platform's own failure; passes.</summary>
    PlatformFailure,

    /// <summary>No connection, no name, no TLS, no answer in time.</summary>
    Unreachable,

    /// <summary>The address is private, loopback or link-local and must not be called.</summary>
    AddressRefused,
}

/// <param name="Code">The platform's own code, or a short stable word of ours.</param>
/// <param name="Message">For the seller; never a body, never a secret.</param>
/// <param name="RetryAfter">How long the platform asked to wait.</param>
/// <param name="RequestId">What the platform's support asks for.</param>
public sealed record PlatformFault(FaultKind Kind, string Code, string Message, TimeSpan? RetryAfter = null, string? RequestId = null)
{
    /// <summary>Worth a repeat within the call.</summary>
    public bool Passing => Kind is FaultKind.Throttled or FaultKind.PlatformFailure or FaultKind.Unreachable;

    /// <summary>Worth asking again later, today or tomorrow.</summary>
    public bool WorthWaiting => Passing || Kind is FaultKind.QuotaExhausted or FaultKind.StoreUnavailable;
}

/// <summary>A call that did not succeed after all the pipeline may do for it.</summary>
public sealed class PlatformException(PlatformFault fault, Exception? inner = null) : Exception($"{fault.Kind}: {fault.Message} ({fault.Code})", inner)
{
    public PlatformFault Fault { get; } = fault;
}

/// <summary>How one platform's HTTP speaks: proof per attempt, trouble in its own form.</summary>
public interface IPlatformProtocol
{
    /// <summary>Adds the proof to one attempt. Called anew for each, since proofs made from the clock go stale.</summary>
    /// <param name="now">The platform's time: the injected clock corrected by the platform's Date header.</param>
    void Authorize(HttpRequestMessage attempt, StoreSession store, DateTimeOffset now);

    /// <summary>Null when the answer is what was asked for, whatever its status line says.</summary>
    PlatformFault? Examine(PlatformResponse response);

    /// <summary>What it means when a token that was renewed a moment ago is refused too.</summary>
    FaultKind FreshTokenRefused => FaultKind.CredentialsRejected;

    /// <summary>What the answer says of the store's budget: how much is left, how fast it refills. Null when it says nothing.</summary>
    RateReading? ReadRate(PlatformResponse response) => null;
}

/// <summary>The platform's own word on the budget after a call.</summary>
/// <param name="Cost">What the call really took, where that is less than what it was let through for.</param>
public sealed record RateReading(double Available, double Burst, double PerSecond, double? Cost = null);

/// <summary>
/// One store during a piece of work: who it is, its secrets, and the pipeline to call it through (time limit, repeats, rate limit, one refresh
/// of an expired token, address check).
/// </summary>
public sealed class StoreSession
{
    /// <summary>Behind a secret's name: the one before it.</summary>
    public const string PreviousSuffix = ".previous";

    private readonly Func<StoreSession, PlatformRequest, CancellationToken, Task<PlatformResponse>> _send;

    public StoreSession(
        string connectionId,
        string store,
        IReadOnlyDictionary<string, Secret> secrets,
        IReadOnlyDictionary<string, string> facts,
        Func<StoreSession, PlatformRequest, CancellationToken, Task<PlatformResponse>> send)
    {
        ConnectionId = connectionId;
        Store = store;
        Secrets = secrets;
        Facts = facts;
        _send = send;
    }

    public string ConnectionId { get; }

    /// <summary>The platform's name of the store: a shop domain, a site's address, an account id.</summary>
    public string Store { get; }

    /// <summary>Swapped whole when a token is renewed during the work.</summary>
    public IReadOnlyDictionary<string, Secret> Secrets { get; set; }

    /// <summary>What connecting found out: currency, time zone, form of the API's address. Swapped while connecting tries the forms out.</summary>
    public IReadOnlyDictionary<string, string> Facts { get; set; }

    /// <summary>The secret of that name, and behind it the one that it replaced, with which the platform may go on signing for a while.</summary>
    public IReadOnlyList<Secret> Live(string name) => [.. new[] { name, name + PreviousSuffix }.Select(Secrets.GetValueOrDefault).OfType<Secret>()];

    /// <exception cref="PlatformException">The call did not succeed.</exception>
    public Task<PlatformResponse> SendAsync(PlatformRequest request, CancellationToken cancellationToken) => _send(this, request, cancellationToken);
}
