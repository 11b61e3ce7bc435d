using StoreClaw.Connections;
using StoreClaw.Connectors;
using StoreClaw.Connectors.Http;
using StoreClaw.Tests.Storage;

namespace StoreClaw.Tests.Connectors.Http;

public sealed class RateLimiterTests : IDisposable
{
    private readonly SkippingTime _time = new(new DateTimeOffset(2026, 8, 20, 9, 0, 0, TimeSpan.Zero));
    private readonly RateLimiter _limiter;

    public RateLimiterTests() => _limiter = new RateLimiter(new BucketMemory(), _time);

    private TimeSpan Elapsed => _time.GetUtcNow() - new DateTimeOffset(2026, 8, 20, 9, 0, 0, TimeSpan.Zero);

    public void Dispose() => _limiter.Dispose();

    [Fact]
    public async Task The_burst_is_free_and_then_the_rate_holds()
    {
        var budget = new RateBudget(Burst: 5, PerSecond: 2, Concurrent: 1);
        for (var i = 0; i < 25; i++)
        {
            await using var lease = await EnterAsync(budget);
        }

        Assert.Equal(TimeSpan.FromSeconds(10), Elapsed);
    }

    [Fact]
    public async Task Each_connection_has_its_own_budget()
    {
        var budget = new RateBudget(1, 1, 1);
        await using var first = await EnterAsync(budget);
        await using var second = await _limiter.EnterAsync("other", budget, 1, CancellationToken.None);

        Assert.Equal(TimeSpan.Zero, Elapsed);
    }

    [Fact]
    public async Task Only_so_many_calls_are_under_way()
    {
        var budget = new RateBudget(100, 100, 2);
        var first = await EnterAsync(budget);
        await using var second = await EnterAsync(budget);
        var third = EnterAsync(budget);
        Assert.False(third.IsCompleted);

        await first.DisposeAsync();
        await first.DisposeAsync();

        await using var entered = await third;
        Assert.False(EnterAsync(budget).IsCompleted);
    }

    [Fact]
    public async Task A_turn_too_far_away_is_refused_with_the_time_to_wait()
    {
        var budget = new RateBudget(1000, 1, 8);
        await using (await EnterAsync(budget, 1000))
        {
            var fault = (await Assert.ThrowsAsync<PlatformException>(() => EnterAsync(budget, 30))).Fault;
            Assert.Equal((FaultKind.Throttled, TimeSpan.FromSeconds(30)), (fault.Kind, fault.RetryAfter));
        }

        _time.Advance(TimeSpan.FromSeconds(30));
        await using var lease = await EnterAsync(budget, 30);
        Assert.Equal(TimeSpan.FromSeconds(30), Elapsed);
    }

    [Fact]
    public async Task The_platforms_word_replaces_the_estimate()
    {
        var budget = new RateBudget(1000, 100, 8);
        await using (var lease = await EnterAsync(budget, 50))
        {
            await lease.CorrectAsync(new RateReading(Available: 100, Burst: 2000, PerSecond: 50), CancellationToken.None);
        }

        await using var next = await EnterAsync(budget, 600);
        Assert.Equal(TimeSpan.FromSeconds(10), Elapsed);
    }

    [Fact]
    public async Task What_others_have_under_way_is_taken_off_the_platforms_count()
    {
        var budget = new RateBudget(1000, 100, 8);
        await using var first = await EnterAsync(budget, 100);
        await using var other = await EnterAsync(budget, 300);

        await first.CorrectAsync(new RateReading(900, 1000, 100), CancellationToken.None);

        await using var fits = await EnterAsync(budget, 600);
        Assert.Equal(TimeSpan.Zero, Elapsed);
        await using var waits = await EnterAsync(budget, 100);
        Assert.Equal(TimeSpan.FromSeconds(1), Elapsed);
    }

    [Fact]
    public async Task A_cost_above_the_whole_budget_takes_all_of_it()
    {
        await using var lease = await EnterAsync(new RateBudget(10, 1, 1), 500);

        Assert.Equal(TimeSpan.Zero, Elapsed);
    }

    [Fact]
    public async Task A_caller_that_gives_up_gives_its_turn_back()
    {
        var budget = new RateBudget(10, 10, 1);
        using var cancelled = new CancellationTokenSource();
        var first = await EnterAsync(budget, 10);
        var waiting = _limiter.EnterAsync("connection", budget, 10, cancelled.Token);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await first.DisposeAsync();

        await using var next = await EnterAsync(budget, 10);
        Assert.Equal(TimeSpan.FromSeconds(1), Elapsed);
    }

    [Fact]
    public async Task Processes_on_one_store_draw_on_one_budget()
    {
        var budget = new RateBudget(Burst: 10, PerSecond: 4, Concurrent: 2);
        var buckets = new BucketTable(await Account.NewAsync());
        var processes = Enumerable.Range(0, 4).Select(_ => new RateLimiter(buckets, _time)).ToArray();
        for (var call = 0; call < 50; call++)
        {
            await using var lease = await processes[call % 4].EnterAsync("connection", budget, 1, CancellationToken.None);
        }

        Assert.Equal(TimeSpan.FromSeconds(10), Elapsed);
        Array.ForEach(processes, static process => process.Dispose());
    }

    [Fact]
    public async Task What_one_process_was_told_holds_the_others_back()
    {
        var budget = new RateBudget(10, 1, 2);
        var buckets = new BucketTable(await Account.NewAsync());
        using var one = new RateLimiter(buckets, _time);
        using var other = new RateLimiter(buckets, _time);
        await using (await other.EnterAsync("connection", budget, 1, CancellationToken.None))
        {
        }

        await using (var lease = await one.EnterAsync("connection", budget, 1, CancellationToken.None))
        {
            await lease.CorrectAsync(new RateReading(-5, 10, 1), CancellationToken.None);
        }

        await using var held = await other.EnterAsync("connection", budget, 1, CancellationToken.None);
        Assert.Equal(TimeSpan.FromSeconds(6), Elapsed);
    }

    [Fact]
    public async Task However_processes_interleave_nothing_is_taken_twice()
    {
        var budget = new RateBudget(Burst: 1000, PerSecond: 1, Concurrent: 8);
        var buckets = new BucketMemory();
        var processes = Enumerable.Range(0, 4).Select(_ => new RateLimiter(buckets, _time)).ToArray();
        await Parallel.ForAsync(0, 400, async (call, token) =>
        {
            await using var lease = await processes[call % 4].EnterAsync("connection", budget, 2, token);
        });

        var (state, _) = await buckets.ReadAsync("connection", CancellationToken.None);
        Assert.Equal(200, state!.Available(_time.GetUtcNow()), 3);
        Array.ForEach(processes, static process => process.Dispose());
    }

    private Task<IRateLease> EnterAsync(RateBudget budget, double cost = 1) => _limiter.EnterAsync("connection", budget, cost, CancellationToken.None);
}
