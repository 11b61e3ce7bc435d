using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace StoreClaw.Connectors.Http;

/// <summary>What is known of one real host: whether it answers at present, and how its clock differs from ours.</summary>
internal sealed class PlatformHost
{
    private readonly TimeProvider _time;

    private long _skew;

    public PlatformHost(TimeSpan callTimeout, TimeProvider time)
    {
        _time = time;
        Guard = new ResiliencePipelineBuilder<PlatformResponse> { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<PlatformResponse>
            {
                FailureRatio = 0.8,
                MinimumThroughput = 8,
                SamplingDuration = TimeSpan.FromMinutes(1),
                BreakDuration = TimeSpan.FromSeconds(30),
                ShouldHandle = static args => ValueTask.FromResult(
                    args.Outcome.Exception is TimeoutRejectedException or PlatformException { Fault.Kind: FaultKind.PlatformFailure or FaultKind.Unreachable }),
            })
            .AddTimeout(new TimeoutStrategyOptions { Timeout = callTimeout })
            .Build();
    }

    /// <summary>Around each attempt: the circuit, then the time limit.</summary>
    public ResiliencePipeline<PlatformResponse> Guard { get; }

    /// <summary>The host's time, as far as its Date headers told it.</summary>
    public DateTimeOffset Now => _time.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _skew));

    public void LearnClock(DateTimeOffset? date)
    {
        if (date is { } theirs)
        {
            Interlocked.Exchange(ref _skew, (theirs - _time.GetUtcNow()).Ticks);
        }
    }
}
