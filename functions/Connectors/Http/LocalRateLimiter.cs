using System.Collections.Concurrent;

namespace StoreClaw.Connectors.Http;

/// <summary>One bucket per connection, within this process.</summary>
public sealed class LocalRateLimiter(TimeProvider time) : IRateLimiter, IDisposable
{
    private readonly ConcurrentDictionary<string, Bucket> _buckets = new(StringComparer.Ordinal);

    public async Task<IRateLease> EnterAsync(string connectionId, RateBudget budget, double cost, CancellationToken cancellationToken) =>
        await _buckets.GetOrAdd(connectionId, static (_, state) => new Bucket(state.budget, state.time), (budget, time)).EnterAsync(cost, cancellationToken);

    public void Dispose()
    {
        foreach (var bucket in _buckets.Values)
        {
            bucket.Dispose();
        }
    }

    private sealed class Bucket(RateBudget budget, TimeProvider time) : IDisposable
    {
        private readonly Lock _lock = new();
        private readonly SemaphoreSlim _turns = new(budget.Concurrent, budget.Concurrent);

        private double _available = budget.Burst;
        private double _burst = budget.Burst;
        private double _perSecond = budget.PerSecond;
        private double _underWay;
        private long _refilledAt = time.GetTimestamp();

        public async Task<Lease> EnterAsync(double cost, CancellationToken cancellationToken)
        {
            await _turns.WaitAsync(cancellationToken);
            cost = Math.Min(cost, _burst);
            try
            {
                var wait = Take(cost);
                if (wait > TimeSpan.Zero)
                {
                    await Task.Delay(wait, time, cancellationToken);
                }

                return new Lease(this, cost);
            }
            catch (OperationCanceledException)
            {
                Leave(cost, refund: true);
                throw;
            }
            catch (PlatformException)
            {
                _turns.Release();
                throw;
            }
        }

        public void Dispose() => _turns.Dispose();

        /// <summary>Takes the cost, into debt if need be; how long until the debt is refilled is the wait.</summary>
        private TimeSpan Take(double cost)
        {
            lock (_lock)
            {
                Refill();
                var wait = TimeSpan.FromSeconds(Math.Clamp((cost - _available) / _perSecond, 0, TimeSpan.SecondsPerDay));
                if (wait > PlatformClient.LongestWait)
                {
                    throw new PlatformException(new PlatformFault(FaultKind.Throttled, "budget-spent", "The store's call budget is spent for now.", wait));
                }

                _available -= cost;
                _underWay += cost;
                return wait;
            }
        }

        private void Leave(double cost, bool refund)
        {
            lock (_lock)
            {
                _underWay -= cost;
                _available += refund ? cost : 0;
            }

            _turns.Release();
        }

        /// <summary>What others have under way has not all reached the platform when it counted, so it is taken off its count.</summary>
        private void Correct(RateReading reading, double own)
        {
            lock (_lock)
            {
                Refill();
                (_burst, _perSecond) = (Math.Max(1, reading.Burst), Math.Max(0.01, reading.PerSecond));
                _available = Math.Min(_burst, reading.Available - (_underWay - own));
            }
        }

        private void Refill()
        {
            var now = time.GetTimestamp();
            _available = Math.Min(_burst, _available + (time.GetElapsedTime(_refilledAt, now).TotalSeconds * _perSecond));
            _refilledAt = now;
        }

        public sealed class Lease(Bucket bucket, double cost) : IRateLease
        {
            private int _left;

            public ValueTask CorrectAsync(RateReading reading, CancellationToken cancellationToken)
            {
                bucket.Correct(reading, cost);
                return ValueTask.CompletedTask;
            }

            public ValueTask DisposeAsync()
            {
                if (Interlocked.Exchange(ref _left, 1) == 0)
                {
                    bucket.Leave(cost, refund: false);
                }

                return ValueTask.CompletedTask;
            }
        }
    }
}
