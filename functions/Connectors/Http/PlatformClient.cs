using System.Collections.Concurrent;
using System.Net.Http.Headers;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace StoreClaw.Connectors.Http;

/// <summary>
/// The one way to a platform. A call is: its turn in the connection's budget, the host's circuit, a time limit, the exchange, the platform's own
/// reading of the answer; passing trouble is repeated here and nowhere else. <see cref="SendAsync"/> is what a <see cref="StoreSession"/> calls.
/// </summary>
public sealed partial class PlatformClient
{
    /// <summary>Repeats after the first attempt.</summary>
    public const int MaxRepeats = 4;

    /// <summary>Waits longer than this are the caller's: the work goes back on its queue.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    private const string CircuitOpen = "circuit-open";

    private static readonly ResiliencePropertyKey<Call> CallKey = new("call");

    private readonly ConcurrentDictionary<string, PlatformHost> _hosts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _versionsWarned = new(StringComparer.Ordinal);
    private readonly PlatformTransport _transport;
    private readonly IRateLimiter _limiter;
    private readonly ITokenRefresher _refresher;
    private readonly TimeProvider _time;
    private readonly ILogger<PlatformClient> _logger;
    private readonly ResiliencePipeline<PlatformResponse> _repeats;

    public PlatformClient(
        PlatformTransport transport, IRateLimiter limiter, ITokenRefresher refresher, TimeProvider time, Randomness randomness, ILogger<PlatformClient> logger)
    {
        (_transport, _limiter, _refresher, _time, _logger) = (transport, limiter, refresher, time, logger);
        _repeats = new ResiliencePipelineBuilder<PlatformResponse> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<PlatformResponse>
            {
                MaxRetryAttempts = MaxRepeats,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = TimeSpan.FromMilliseconds(500),
                MaxDelay = LongestWait,
                Randomizer = randomness.NextDouble,
                ShouldHandle = static args => ValueTask.FromResult(
                    args.Outcome.Exception is PlatformException e && IsWorthRepeating(e.Fault, args.Context.Properties.GetValue(CallKey, null!))),
                DelayGenerator = args => ValueTask.FromResult(Told((args.Outcome.Exception as PlatformException)?.Fault.RetryAfter, randomness)),
            })
            .Build();
    }

    /// <summary>Sends a request for a store and returns the answer once the platform did what was asked.</summary>
    /// <exception cref="PlatformException">It did not, after all repeats. With a RetryAfter, the call is worth making again after it.</exception>
    public async Task<PlatformResponse> SendAsync(Connector connector, StoreSession store, PlatformRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await RepeatAsync(connector, store, request, cancellationToken);
        }
        catch (PlatformException e) when (e.Fault.Kind == FaultKind.TokenExpired && request is { Authorized: true, Renews: true })
        {
            await _refresher.RefreshAsync(connector, store, cancellationToken);
        }
        catch (PlatformException e) when (e.Fault.Kind == FaultKind.TokenExpired)
        {
            throw Refused(connector, e);
        }

        try
        {
            return await RepeatAsync(connector, store, request, cancellationToken);
        }
        catch (PlatformException e) when (e.Fault.Kind == FaultKind.TokenExpired)
        {
            throw Refused(connector, e);
        }
    }

    private static PlatformException Refused(Connector connector, PlatformException e) => new(e.Fault with { Kind = connector.Protocol.FreshTokenRefused }, e);

    private static bool IsWorthRepeating(PlatformFault fault, Call call) =>
        fault.Passing && fault.Code != CircuitOpen && !(fault.RetryAfter > LongestWait)
        && (call.Request.Repeatable || fault.Code == PlatformTransport.NotReached);

    /// <summary>The told wait plus up to a tenth, so that what was stopped together does not come back together. Null leaves it to the backoff.</summary>
    private static TimeSpan? Told(TimeSpan? wait, Randomness randomness) => wait > TimeSpan.Zero ? wait * (1 + (0.1 * randomness.NextDouble())) : null;

    private async Task<PlatformResponse> RepeatAsync(Connector connector, StoreSession store, PlatformRequest request, CancellationToken cancellationToken)
    {
        var key = $"{connector.Descriptor.Id}|{request.Url.IdnHost}:{request.Url.Port}";
        var call = new Call(connector, store, request, _hosts.GetOrAdd(key, _ => new PlatformHost(connector.Descriptor.CallTimeout, _time)));
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(CallKey, call);
        try
        {
            return await _repeats.ExecuteAsync(
                static (context, state) => state.Client.AttemptAsync(state.call, context.CancellationToken), context, (Client: this, call));
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private async ValueTask<PlatformResponse> AttemptAsync(Call call, CancellationToken cancellationToken)
    {
        var descriptor = call.Connector.Descriptor;
        var budget = call.Request.Lane?.Budget ?? descriptor.Budget;
        var owner = budget.PerApp ? descriptor.Id : call.Store.ConnectionId is { Length: > 0 } id ? id : $"{descriptor.Id}|{call.Store.Store}";
        await using var lease = await _limiter.EnterAsync(call.Request.Lane is { } lane ? $"{owner}|{lane.Name}" : owner, budget, call.Request.Cost, cancellationToken);
        (call.Attempt, call.Status) = (call.Attempt + 1, 0);
        var started = _time.GetTimestamp();
        var outcome = "ok";
        try
        {
            return await call.Host.Guard.ExecuteAsync(
                static (state, token) => state.Client.ExchangeAsync(state.call, state.lease, token), (Client: this, call, lease), cancellationToken);
        }
        catch (TimeoutRejectedException e)
        {
            outcome = nameof(FaultKind.Unreachable);
            var message = $"The platform did not answer within {descriptor.CallTimeout.TotalSeconds} seconds.";
            throw new PlatformException(new PlatformFault(FaultKind.Unreachable, PlatformTransport.NoAnswer, message), e);
        }
        catch (BrokenCircuitException e)
        {
            outcome = CircuitOpen;
            const string Message = "The platform keeps failing and is left alone for a moment.";
            throw new PlatformException(new PlatformFault(FaultKind.PlatformFailure, CircuitOpen, Message, e.RetryAfter), e);
        }
        catch (PlatformException e)
        {
            outcome = e.Fault.Kind.ToString();
            throw;
        }
        finally
        {
            var milliseconds = _time.GetElapsedTime(started).TotalMilliseconds;
            var (connection, method, path) = (call.Store.ConnectionId, call.Request.Method, call.Request.Url.AbsolutePath);
            Log.Called(_logger, descriptor.Id, connection, method, path, call.Status, outcome, milliseconds, call.Attempt);
        }
    }

    private async ValueTask<PlatformResponse> ExchangeAsync(Call call, IRateLease lease, CancellationToken cancellationToken)
    {
        var protocol = call.Connector.Protocol;
        using var message = Message(call.Request);
        if (call.Request.Authorized)
        {
            protocol.Authorize(message, call.Store, call.Host.Now);
        }

        var response = await _transport.SendAsync(call.Connector.Descriptor.Id, message, cancellationToken);
        call.Status = response.Status;
        call.Host.LearnClock(response.Headers.Date);
        WarnOfVersion(call, response);
        var fault = protocol.Examine(response);
        if (fault is { RetryAfter: null, WorthWaiting: true })
        {
            fault = fault with { RetryAfter = RetryAfter.Read(response, call.Host.Now) };
        }

        if ((protocol.ReadRate(response) ?? Spent(fault, call.Request.Lane?.Budget ?? call.Connector.Descriptor.Budget)) is { } reading)
        {
            await lease.CorrectAsync(reading, cancellationToken);
        }

        return fault is null ? response : throw new PlatformException(fault);
    }

    /// <summary>A throttled answer that brings no numbers still holds back the connection's other calls for as long as it says.</summary>
    private static RateReading? Spent(PlatformFault? fault, RateBudget budget) => fault is { Kind: FaultKind.Throttled }
        ? new RateReading(-budget.PerSecond * Math.Min((fault.RetryAfter ?? TimeSpan.Zero).TotalSeconds, LongestWait.TotalSeconds), budget.Burst, budget.PerSecond)
        : null;

    private static HttpRequestMessage Message(PlatformRequest request)
    {
        var message = new HttpRequestMessage(request.Method, request.Url);
        if (request.ContentType is { } contentType)
        {
            message.Content = new ReadOnlyMemoryContent(request.Body);
            message.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        }

        foreach (var (name, value) in request.Headers)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        return message;
    }

    private void WarnOfVersion(Call call, PlatformResponse response)
    {
        var descriptor = call.Connector.Descriptor;
        if (descriptor is { ApiVersion: { } pinned, ServedVersionHeader: { } header } && response.Header(header) is { } served && served != pinned
            && _versionsWarned.TryAdd(call.Store.ConnectionId, served))
        {
            Log.OtherVersion(_logger, descriptor.Id, call.Store.ConnectionId, served, pinned);
        }
    }

    private sealed class Call(Connector connector, StoreSession store, PlatformRequest request, PlatformHost host)
    {
        public Connector Connector => connector;

        public StoreSession Store => store;

        public PlatformRequest Request => request;

        public PlatformHost Host => host;

        public int Attempt { get; set; }

        public int Status { get; set; }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "{Connector} {Connection}: {Method} {Path} gave {Status} {Outcome} in {Milliseconds:F0} ms, attempt {Attempt}")]
        public static partial void Called(
            ILogger logger, string connector, string connection, HttpMethod method, string path, int status, string outcome, double milliseconds, int attempt);

        [LoggerMessage(2, LogLevel.Warning, "{Connector} {Connection}: API version {Served} instead of {Pinned} is served; see the connector's README")]
        public static partial void OtherVersion(ILogger logger, string connector, string connection, string served, string pinned);
    }
}
