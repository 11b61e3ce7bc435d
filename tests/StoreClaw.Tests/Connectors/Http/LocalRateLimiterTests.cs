using StoreClaw.Connectors;
using StoreClaw.Connectors.Http;

namespace StoreClaw.Tests.Connectors.Http;

public sealed class LocalRateLimiterTests : IDisposable
{
    private readonly SkippingTime _time = new(new DateTimeOffset(2026, 8, 20, 9, 0, 0, TimeSpan.Zero));
    private readonly LocalRateLimiter _limiter;

    public LocalRateLimiterTests() => _limiter = new LocalRateLimiter(_time);

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

    private Task<IRateLease> EnterAsync(RateBudget budget, double cost = 1) => _limiter.EnterAsync("connection", budget, cost, CancellationToken.None);
}
