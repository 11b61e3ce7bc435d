using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Connectors.Http;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Connectors;

/// <summary>The real pipeline on a clock that skips waits, over a line with troubles to order; renews tokens by the connector's own means.</summary>
public sealed class Pipeline : ITokenRefresher, IDisposable
{
    private readonly LoggerFactory _loggers;
    private readonly PlatformTransport _transport;
    private readonly RateLimiter _limiter;

    /// <param name="baseUrl">Where the connector's platform is simulated; null leaves the address rules on.</param>
    /// <param name="wire">What is behind the line; real sockets when left out.</param>
    /// <param name="buckets">The storage that several processes share; its own when left out.</param>
    public Pipeline(string connectorId, Uri? baseUrl, SkippingTime time, HttpMessageHandler? wire = null, AddressGuard? guard = null, IBucketStore? buckets = null)
    {
        Time = time;
        _loggers = new LoggerFactory([Log]);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new($"Connectors:{connectorId}:BaseUrl", baseUrl?.ToString())]).Build();
        _transport = new PlatformTransport(
            configuration, guard ?? new AddressGuard(), rules => Line ??= new FaultyLine(wire ?? PlatformTransport.Handler(baseUrl is null ? rules : null)));
        _limiter = new RateLimiter(buckets ?? new BucketMemory(), time);
        Client = new PlatformClient(_transport, _limiter, this, time, new SeededRandomness(7), _loggers.CreateLogger<PlatformClient>());
    }

    public SkippingTime Time { get; }

    public CapturedLines Log { get; } = new();

    public FaultyLine Line { get; private set; } = null!;

    public PlatformClient Client { get; }

    /// <summary>How often a token was renewed.</summary>
    public int Refreshes { get; private set; }

    public StoreSession Session(
        Connector connector, string store, IReadOnlyDictionary<string, Secret> secrets, IReadOnlyDictionary<string, string>? facts = null, string connectionId = "connection-1") =>
        new(connectionId, store, secrets, facts ?? new Dictionary<string, string>(), (session, request, token) => Client.SendAsync(connector, session, request, token));

    public async Task RefreshAsync(Connector connector, StoreSession store, CancellationToken cancellationToken)
    {
        Refreshes++;
        var grant = await connector.Authorization.RefreshAsync(store, Time.GetUtcNow(), cancellationToken);
        store.Secrets = grant?.Secrets ?? throw new PlatformException(new PlatformFault(FaultKind.CredentialsRejected, "no-renewal", "These tokens are not renewed."));
    }

    /// <summary>The fault that the work ends in; it is kept beside the log.</summary>
    public async Task<PlatformFault> FaultOfAsync(Func<Task> work)
    {
        var exception = await Assert.ThrowsAsync<PlatformException>(work);
        Log.Add(exception.ToString());
        return exception.Fault;
    }

    public void Dispose()
    {
        _transport.Dispose();
        _limiter.Dispose();
        _loggers.Dispose();
    }
}
