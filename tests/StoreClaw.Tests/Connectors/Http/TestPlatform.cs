using System.Text;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Connectors.Http;

namespace StoreClaw.Tests.Connectors.Http;

/// <summary>The plainest platform there can be: a bearer token, trouble told by the status line.</summary>
internal static class TestPlatform
{
    public static Connector Connector(
        RateBudget? budget = null, TimeSpan? timeout = null, Func<StoreSession, DateTimeOffset, Task<Grant?>>? refresh = null, Func<PlatformResponse, RateReading?>? rate = null) => new()
        {
            Descriptor = new ConnectorDescriptor
            {
                Id = "test",
                Name = "Test",
                Category = ConnectorCategory.Ecommerce,
                Authorization = AuthorizationMethod.Credentials,
                Fields = [new ConnectorField("token", "Token", Secret: true)],
                ApiVersion = "2",
                ApiVersionEnds = new DateOnly(2030, 1, 1),
                ServedVersionHeader = "Api-Version",
                Budget = budget ?? new RateBudget(1000, 1000, 8),
                CallTimeout = timeout ?? TimeSpan.FromSeconds(30),
            },
            Protocol = new PlainProtocol(rate ?? (static _ => null)),
            Authorization = new PlainAuthorization(refresh ?? (static (_, _) => Task.FromResult<Grant?>(null))),
        };

    public static Dictionary<string, Secret> Secrets(string token) => new() { ["accessToken"] = new Secret(token) };

    private sealed class PlainProtocol(Func<PlatformResponse, RateReading?> rate) : IPlatformProtocol
    {
        public void Authorize(HttpRequestMessage attempt, StoreSession store, DateTimeOffset now)
        {
            attempt.Headers.TryAddWithoutValidation("Authorization", $"Bearer {store.Secrets["accessToken"].Reveal()}");
            attempt.Headers.TryAddWithoutValidation("X-Stamp", now.ToString("O"));
        }

        public PlatformFault? Examine(PlatformResponse response) => Encoding.UTF8.GetString(response.Body.Span) switch
        {
            "throttled in disguise" => new PlatformFault(FaultKind.Throttled, "slow", "Slow down.", TimeSpan.FromSeconds(2)),
            "quota" => new PlatformFault(FaultKind.QuotaExhausted, "quota", "Come back tomorrow."),
            _ => OrdinaryFaults.Examine(response, "X-Request-Id"),
        };

        public RateReading? ReadRate(PlatformResponse response) => rate(response);
    }

    private sealed class PlainAuthorization(Func<StoreSession, DateTimeOffset, Task<Grant?>> refresh) : IAuthorization
    {
        public ConnectPlan Plan(ConnectInput input) => throw new NotSupportedException();

        public Task<Grant> GrantAsync(StoreSession store, DateTimeOffset now, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<Grant?> RefreshAsync(StoreSession store, DateTimeOffset now, CancellationToken cancellationToken) => refresh(store, now);
    }
}
