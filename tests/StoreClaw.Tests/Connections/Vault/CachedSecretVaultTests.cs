using StoreClaw.Common;
using StoreClaw.Connections;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Connections.Vault;

public sealed class CachedSecretVaultTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly ManualTime _time = new();

    private readonly CountingVault _inner = new();

    private readonly CachedSecretVault _vault;

    public CachedSecretVaultTests() => _vault = new CachedSecretVault(_inner, _time);

    [Fact]
    public async Task A_secret_is_read_once_a_minute()
    {
        _inner.Rotate("a", "1");
        Assert.Equal("1", await ReadAsync());
        _inner.Rotate("a", "2");
        Pass(59.9);
        Assert.Equal("1", await ReadAsync());
        Assert.Equal(1, _inner.Reads);
        Pass(0.1);
        Assert.Equal("2", await ReadAsync());
        Assert.Equal(2, _inner.Reads);
    }

    [Fact]
    public async Task What_is_not_there_is_asked_for_again_after_5_seconds()
    {
        Assert.Null(await ReadAsync());
        _inner.Rotate("a", "1");
        Pass(4.9);
        Assert.Null(await ReadAsync());
        Pass(0.1);
        Assert.Equal("1", await ReadAsync());
        Assert.Equal(2, _inner.Reads);
    }

    [Fact]
    public async Task A_secret_rotated_elsewhere_works_with_the_next_delivery()
    {
        _inner.Rotate("a", "1");
        _inner.Rotate("a", "2");
        Assert.Equal(("2", "1"), (await ReadAsync(), await PreviousAsync()));
        _inner.Rotate("a", "3");
        Assert.Equal(("2", "1"), (await ReadAsync(), await PreviousAsync()));
        Assert.Equal("3", await FreshAsync());
        Assert.Equal(("3", "2"), (await ReadAsync(), await PreviousAsync()));
        Pass(59.9);
        Assert.Equal(("3", "2"), (await ReadAsync(), await PreviousAsync()));
        Assert.Equal((2, 2), (_inner.Reads, _inner.PreviousReads));
    }

    [Fact]
    public async Task A_flood_of_bad_signatures_reaches_the_vault_once_in_5_seconds()
    {
        _inner.Rotate("a", "1");
        for (var tenth = 0; tenth < 600; tenth++)
        {
            await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
            {
                await _vault.GetAsync("a", None);
                await _vault.GetPreviousAsync("a", None);
                await _vault.GetFreshAsync("a", None);
                await _vault.GetPreviousAsync("a", None);
            }));
            Pass(0.1);
        }

        // A minute: the first plain reading and 12 fresh ones; what came before is not there, and asked for each 5 s.
        Assert.Equal((13, 12), (_inner.Reads, _inner.PreviousReads));
    }

    [Fact]
    public async Task The_cap_is_per_name()
    {
        _inner.Rotate("a", "1");
        _inner.Rotate("b", "1");
        await _vault.GetFreshAsync("a", None);
        await _vault.GetFreshAsync("b", None);
        await _vault.GetFreshAsync("a", None);
        await _vault.GetFreshAsync("b", None);
        Assert.Equal(2, _inner.Reads);
        Pass(5);
        await _vault.GetFreshAsync("a", None);
        Assert.Equal(3, _inner.Reads);
    }

    [Fact]
    public async Task Callers_at_the_same_time_share_one_call()
    {
        _inner.Rotate("a", "1");
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(ReadAsync)));
        Assert.Equal(1, _inner.Reads);
    }

    [Fact]
    public async Task A_call_under_way_is_shared_however_long_it_takes()
    {
        _inner.Rotate("a", "1");
        var gate = _inner.Hold();
        var early = ReadAsync();
        Pass(300);
        var late = ReadAsync();
        gate.SetResult();
        Assert.All(await Task.WhenAll(early, late), static value => Assert.Equal("1", value));
        Assert.Equal(1, _inner.Reads);
    }

    [Fact]
    public async Task A_caller_who_gives_up_does_not_end_the_call_for_the_others()
    {
        _inner.Rotate("a", "1");
        var gate = _inner.Hold();
        using var patience = new CancellationTokenSource();
        var impatient = _vault.GetAsync("a", patience.Token);
        var patient = ReadAsync();
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        gate.SetResult();
        Assert.Equal("1", await patient);
        Assert.Equal(1, _inner.Reads);
    }

    [Fact]
    public async Task A_failure_serves_5_seconds()
    {
        _inner.Failure = Failure();
        await Assert.ThrowsAsync<VaultException>(ReadAsync);
        _inner.Failure = null;
        _inner.Rotate("a", "1");
        Pass(4.9);
        await Assert.ThrowsAsync<VaultException>(ReadAsync);
        Assert.Equal(1, _inner.Reads);
        Pass(0.1);
        Assert.Equal("1", await ReadAsync());
    }

    [Fact]
    public async Task A_fresh_reading_that_fails_leaves_the_cached_secret_in_use()
    {
        _inner.Rotate("a", "1");
        Assert.Equal("1", await ReadAsync());
        _inner.Failure = Failure();
        await Assert.ThrowsAsync<VaultException>(FreshAsync);
        await Assert.ThrowsAsync<VaultException>(FreshAsync);
        Assert.Equal("1", await ReadAsync());
        Assert.Equal(2, _inner.Reads);
    }

    [Fact]
    public async Task What_is_set_here_is_served_at_once()
    {
        _inner.Rotate("a", "1");
        await ReadAsync();
        await PreviousAsync();
        var version = await _vault.SetAsync("a", Bundle("2"), None);
        Assert.Equal((version, "2"), ((await _vault.GetAsync("a", None))?.Version, await ReadAsync()));
        Assert.Equal(1, _inner.Reads);
        Assert.Equal("1", await PreviousAsync());
        Pass(60);
        _inner.Rotate("a", "3");
        Assert.Equal("3", await ReadAsync());
    }

    [Fact]
    public async Task What_is_deleted_here_is_gone_at_once()
    {
        _inner.Rotate("a", "1");
        _inner.Rotate("a", "2");
        await ReadAsync();
        await PreviousAsync();
        await _vault.DeleteAsync("a", None);
        Assert.Null(await ReadAsync());
        Assert.Null(await PreviousAsync());
    }

    [Fact]
    public async Task A_reading_under_way_does_not_bring_the_old_secret_back()
    {
        _inner.Rotate("a", "1");
        var gate = _inner.Hold();
        var plain = ReadAsync();
        var fresh = FreshAsync();
        await _vault.SetAsync("a", Bundle("2"), None);
        gate.SetResult();
        Assert.All(await Task.WhenAll(plain, fresh), static value => Assert.Equal("1", value));
        Assert.Equal("2", await ReadAsync());
    }

    [Fact]
    public async Task A_slow_fresh_reading_does_not_replace_a_newer_one()
    {
        _inner.Rotate("a", "1");
        await ReadAsync();
        Pass(59);
        var gate = _inner.Hold();
        var fresh = FreshAsync();
        _inner.Rotate("a", "2");
        Pass(1);
        Assert.Equal("2", await ReadAsync());
        gate.SetResult();
        Assert.Equal("1", await fresh);
        Assert.Equal("2", await ReadAsync());
    }

    [Fact]
    public async Task After_a_write_of_unknown_outcome_the_vault_decides()
    {
        _inner.Rotate("a", "1");
        await ReadAsync();
        _inner.Rotate("a", "2");
        _inner.Failure = Failure();
        await Assert.ThrowsAsync<VaultException>(() => _vault.SetAsync("a", Bundle("2"), None));
        _inner.Failure = null;
        Assert.Equal("2", await ReadAsync());
        _inner.Failure = Failure();
        await Assert.ThrowsAsync<VaultException>(() => _vault.DeleteAsync("a", None));
        _inner.Failure = null;
        Assert.Equal("2", await ReadAsync());
        Assert.Equal(3, _inner.Reads);
    }

    private static VaultException Failure() => new(VaultFailure.Unavailable, "It is away.", "Wait.");

    private static SecretBundle Bundle(string value) => new([KeyValuePair.Create("k", new Secret(value))]);

    private void Pass(double seconds) => _time.Advance(TimeSpan.FromSeconds(seconds));

    private async Task<string?> ReadAsync() => (await _vault.GetAsync("a", None))?["k"]?.Reveal();

    private async Task<string?> PreviousAsync() => (await _vault.GetPreviousAsync("a", None))?["k"]?.Reveal();

    private async Task<string?> FreshAsync() => (await _vault.GetFreshAsync("a", None))?["k"]?.Reveal();

    private sealed class CountingVault : ISecretVault
    {
        private readonly Lock _turn = new();

        private readonly Dictionary<string, List<SecretBundle>> _secrets = [];

        private TaskCompletionSource? _gate;

        private int _reads;

        private int _previousReads;

        public int Reads => _reads;

        public int PreviousReads => _previousReads;

        public Exception? Failure { get; set; }

        public void Rotate(string name, string value)
        {
            lock (_turn)
            {
                if (!_secrets.TryGetValue(name, out var versions))
                {
                    _secrets[name] = versions = [];
                }

                versions.Add(new SecretBundle(Bundle(value).Values, $"v{versions.Count + 1}"));
            }
        }

        /// <summary>The next reading sees the state of now and answers when the gate opens; later ones pass.</summary>
        public TaskCompletionSource Hold() => _gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<SecretBundle?> GetAsync(string name, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _reads);
            return AnswerAsync(Find(name, 1));
        }

        public Task<SecretBundle?> GetPreviousAsync(string name, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _previousReads);
            return AnswerAsync(Find(name, 2));
        }

        public Task<string> SetAsync(string name, SecretBundle bundle, CancellationToken cancellationToken)
        {
            ThrowIfFailing();
            Rotate(name, bundle["k"]!.Reveal());
            return Task.FromResult(Find(name, 1)!.Version!);
        }

        public Task DeleteAsync(string name, CancellationToken cancellationToken)
        {
            ThrowIfFailing();
            lock (_turn)
            {
                _secrets.Remove(name);
            }

            return Task.CompletedTask;
        }

        public IAsyncEnumerable<string> ListNamesAsync(CancellationToken cancellationToken) => _secrets.Keys.ToAsyncEnumerable();

        private SecretBundle? Find(string name, int fromEnd)
        {
            lock (_turn)
            {
                return _secrets.TryGetValue(name, out var versions) && versions.Count >= fromEnd ? versions[^fromEnd] : null;
            }
        }

        private async Task<SecretBundle?> AnswerAsync(SecretBundle? bundle)
        {
            ThrowIfFailing();
            if (Interlocked.Exchange(ref _gate, null) is { } gate)
            {
                await gate.Task;
            }

            return bundle;
        }

        private void ThrowIfFailing()
        {
            if (Failure is not null)
            {
                throw Failure;
            }
        }
    }
}
