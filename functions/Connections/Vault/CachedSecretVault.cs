using System.Collections.Concurrent;

namespace StoreClaw.Connections;

/// <summary>
/// A vault that may be asked for each delivery: what was read serves for 60 s; what was not there or could not be read is asked for again after
/// 5 s; callers who want one name at the same time share one call, which goes on when one of them gives up.
/// </summary>
public sealed class CachedSecretVault(ISecretVault vault, TimeProvider time) : ISecretVault
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, Entry> _current = new(StringComparer.Ordinal);

    // What came before belongs to one current version, and is asked for anew with the next.
    private readonly ConcurrentDictionary<string, (string? Version, Entry Entry)> _previous = new(StringComparer.Ordinal);

    public Task<SecretBundle?> GetAsync(string name, CancellationToken cancellationToken) =>
        EntryOf(name).Get(() => vault.GetAsync(name, CancellationToken.None)).WaitAsync(cancellationToken);

    public async Task<SecretBundle?> GetPreviousAsync(string name, CancellationToken cancellationToken)
    {
        if (await GetAsync(name, cancellationToken) is not { Version: var version })
        {
            return null;
        }

        var (_, entry) = _previous.AddOrUpdate(name, Add, (_, known) => known.Version == version ? known : Add(name));
        return await entry.Get(() => vault.GetPreviousAsync(name, CancellationToken.None)).WaitAsync(cancellationToken);

        (string? Version, Entry Entry) Add(string added) => (version, new Entry(time));
    }

    /// <summary>
    /// Reads past the cache, for a caller whom the cached secret did not serve (a signature that failed), so that a secret rotated elsewhere works
    /// with the next delivery. However many ask, the vault is asked once in 5 s per name; until then all get that last answer.
    /// </summary>
    public Task<SecretBundle?> GetFreshAsync(string name, CancellationToken cancellationToken) =>
        EntryOf(name).GetFreshAsync(() => vault.GetAsync(name, CancellationToken.None)).WaitAsync(cancellationToken);

    /// <summary>Reads past the cache without a cap, for the holder of a lease who must know what stands in the vault now.</summary>
    public async Task<SecretBundle?> ReadThroughAsync(string name, CancellationToken cancellationToken)
    {
        var bundle = await vault.GetAsync(name, cancellationToken);
        Forget(name);
        if (bundle is not null)
        {
            _current[name] = new Entry(time, bundle);
        }

        return bundle;
    }

    public async Task<string> SetAsync(string name, SecretBundle bundle, CancellationToken cancellationToken)
    {
        string version;
        try
        {
            version = await vault.SetAsync(name, bundle, cancellationToken);
        }
        finally
        {
            Forget(name);
        }

        _current[name] = new Entry(time, new SecretBundle(bundle.Values, version));
        return version;
    }

    public async Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            await vault.DeleteAsync(name, cancellationToken);
        }
        finally
        {
            Forget(name);
        }
    }

    public IAsyncEnumerable<string> ListNamesAsync(CancellationToken cancellationToken) => vault.ListNamesAsync(cancellationToken);

    private Entry EntryOf(string name)
    {
        SecretNames.Require(name);
        return _current.GetOrAdd(name, static (_, clock) => new Entry(clock), time);
    }

    // A reading under way may still bring the old state; it ends in an entry that nobody asks any more.
    private void Forget(string name)
    {
        _current.TryRemove(name, out _);
        _previous.TryRemove(name, out _);
    }

    private sealed class Entry(TimeProvider time)
    {
        private readonly Lock _turn = new();

        private Reading? _served;

        private Reading? _fresh;

        public Entry(TimeProvider time, SecretBundle known)
            : this(time) => _served = new Reading(() => Task.FromResult<SecretBundle?>(known), time.GetTimestamp());

        public Task<SecretBundle?> Get(Func<Task<SecretBundle?>> read)
        {
            Reading reading;
            lock (_turn)
            {
                reading = _served is { } served && time.GetElapsedTime(served.Started) < served.Serves ? served : new Reading(read, time.GetTimestamp());
                _served = reading;
            }

            return reading.Result;
        }

        public async Task<SecretBundle?> GetFreshAsync(Func<Task<SecretBundle?>> read)
        {
            Reading reading;
            lock (_turn)
            {
                reading = _fresh is { } fresh && time.GetElapsedTime(fresh.Started) < Pause ? fresh : new Reading(read, time.GetTimestamp());
                _fresh = reading;
            }

            var bundle = await reading.Result;
            lock (_turn)
            {
                if (_served is null || _served.Started <= reading.Started)
                {
                    _served = reading;
                }
            }

            return bundle;
        }
    }

    private sealed class Reading(Func<Task<SecretBundle?>> read, long started)
    {
        // Lazy, so that the entry's lock is not held while the vault is asked; async, so that a failure at once is one of the task's.
        private readonly Lazy<Task<SecretBundle?>> _result = new(async () => await read());

        public long Started => started;

        public Task<SecretBundle?> Result => _result.Value;

        public TimeSpan Serves => _result switch
        {
            { IsValueCreated: false } or { Value.IsCompleted: false } => TimeSpan.MaxValue,
            { Value: { IsCompletedSuccessfully: true, Result: not null } } => Lifetime,
            _ => Pause,
        };
    }
}
