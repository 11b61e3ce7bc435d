using System.Collections.Concurrent;

namespace StoreClaw.Connectors.Http;

/// <summary>
/// Buckets that all processes of the app draw on: each call takes its cost before it goes out, into debt if need be, and waits until the debt is refilled. How many calls are under way at once is
/// counted in this process alone.
/// </summary>
public sealed class RateLimiter(IBucketStore store, TimeProvider time) : IRateLimiter, IDisposable
{
    private readonly ConcurrentDictionary<string, Bucket> _buckets = new(StringComparer.Ordinal);

    public async Task<IRateLease> EnterAsync(string bucket, RateBudget budget, double cost, CancellationToken cancellationToken) =>
        await _buckets.GetOrAdd(bucket, static (name, state) => new Bucket(name, state.budget, state.store, state.time), (budget, store, time)).EnterAsync(cost, cancellationToken);

    public void Dispose()
    {
        foreach (var bucket in _buckets.Values)
        {
            bucket.Dispose();
        }
    }

    private sealed class Bucket(string name, RateBudget budget, IBucketStore store, TimeProvider time) : IDisposable
    {
        private readonly SemaphoreSlim _turns = new(budget.Concurrent, budget.Concurrent);
        private readonly SemaphoreSlim _writing = new(1, 1);

        private BucketState? _state;
        private string? _version;
        private double _underWay;

        public async Task<Lease> EnterAsync(double cost, CancellationToken cancellationToken)
        {
            await _turns.WaitAsync(cancellationToken);
            var taken = 0d;
            try
            {
                var wait = TimeSpan.Zero;
                await ChangeAsync(
                    (state, now) =>
                    {
                        taken = Math.Min(cost, state.Burst);
                        var left = state.Available(now) - taken;
                        // In whole milliseconds, as Delay counts: cut off, a call would go out before its turn.
                        wait = TimeSpan.FromMilliseconds(Math.Ceiling(Math.Clamp(-left / state.PerSecond, 0, TimeSpan.SecondsPerDay) * 1000));
                        return wait > PlatformClient.LongestWait ? null : state.With(left, now);
                    },
                    cancellationToken);
                if (wait > PlatformClient.LongestWait)
                {
                    throw new PlatformException(new PlatformFault(FaultKind.Throttled, "budget-spent", "The platform's call budget is spent for now.", wait));
                }

                await WaitAsync(wait, taken, cancellationToken);
                lock (_turns)
                {
                    _underWay += taken;
                }

                return new Lease(this, taken);
            }
            catch
            {
                _turns.Release();
                throw;
            }
        }

        public void Dispose()
        {
            _turns.Dispose();
            _writing.Dispose();
        }

        private async Task WaitAsync(TimeSpan wait, double taken, CancellationToken cancellationToken)
        {
            if (wait <= TimeSpan.Zero)
            {
                return;
            }

            try
            {
                await Task.Delay(wait, time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                await ChangeAsync((state, now) => state.With(state.Available(now) + taken, now), CancellationToken.None);
                throw;
            }
        }

        private void Leave(double cost)
        {
            lock (_turns)
            {
                _underWay -= cost;
            }

            _turns.Release();
        }

        /// <summary>
        /// Less than was reckoned is believed at once. More is not: what other processes have under way has not all reached the platform when it counted. Only what this call was let through for and
        /// did not take comes back.
        /// </summary>
        private Task CorrectAsync(RateReading reading, double own, CancellationToken cancellationToken) => ChangeAsync(
            (state, now) =>
            {
                var (burst, perSecond) = (Math.Max(1, reading.Burst), Math.Max(0.001, reading.PerSecond));
                var reckoned = state.Available(now);
                double others;
                lock (_turns)
                {
                    others = _underWay - own;
                }

                var available = Math.Min(reading.Available - others, reckoned + Math.Max(0, own - (reading.Cost ?? own)));
                return burst == state.Burst && perSecond == state.PerSecond && Math.Abs(available - reckoned) < burst / 100
                    ? null
                    : new BucketState(now, burst, perSecond).With(Math.Min(burst, available), now);
            },
            cancellationToken);

        /// <param name="change">What to write; null to leave it as it is. Called again with the newer state when another process was faster, or when what is known is old.</param>
        private async Task ChangeAsync(Func<BucketState, DateTimeOffset, BucketState?> change, CancellationToken cancellationToken)
        {
            await _writing.WaitAsync(cancellationToken);
            try
            {
                for (var isFresh = false; ; isFresh = true)
                {
                    if (isFresh || _state is null)
                    {
                        (_state, _version) = await store.ReadAsync(name, cancellationToken);
                        isFresh = true;
                    }

                    var now = time.GetUtcNow();
                    if (change(_state ?? BucketState.Full(budget, now), now) is { } next)
                    {
                        if (await store.TryWriteAsync(name, next, _version, cancellationToken) is { } version)
                        {
                            (_state, _version) = (next, version);
                            return;
                        }
                    }
                    else if (isFresh)
                    {
                        return;
                    }
                }
            }
            finally
            {
                _writing.Release();
            }
        }

        public sealed class Lease(Bucket bucket, double cost) : IRateLease
        {
            private int _left;

            public async ValueTask CorrectAsync(RateReading reading, CancellationToken cancellationToken) => await bucket.CorrectAsync(reading, cost, cancellationToken);

            public ValueTask DisposeAsync()
            {
                if (Interlocked.Exchange(ref _left, 1) == 0)
                {
                    bucket.Leave(cost);
                }

                return ValueTask.CompletedTask;
            }
        }
    }
}
