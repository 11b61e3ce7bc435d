using System.Collections.Concurrent;
using StoreClaw.Connectors;
using StoreClaw.Connectors.Http;

namespace StoreClaw.Tests.Connectors;

/// <summary>The way to a platform that counts the calls of all processes against its published budget and refuses what is beyond.</summary>
public sealed class MeteredLine(HttpMessageHandler inner, TimeProvider time, Func<Uri, (string Key, RateBudget Budget)> budget, Func<HttpResponseMessage> refusal) : DelegatingHandler(inner)
{
    private readonly ConcurrentDictionary<string, BucketState> _left = new();
    private int _refused;

    public int Refused => _refused;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var (key, allowed) = budget(request.RequestUri!);
        lock (_left)
        {
            var now = time.GetUtcNow();
            var state = _left.GetOrAdd(key, static (_, given) => BucketState.Full(given.allowed, given.now), (allowed, now));
            if (state.Available(now) < 0.999)
            {
                _refused++;
                return Task.FromResult(refusal());
            }

            _left[key] = state.With(state.Available(now) - 1, now);
        }

        return base.SendAsync(request, cancellationToken);
    }
}
