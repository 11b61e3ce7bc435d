namespace StoreClaw.Tests.Support;

public sealed class ManualTimeTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    private readonly ManualTime _time = new(Start);

    [Fact]
    public void Timers_fire_in_order_and_see_their_own_instant()
    {
        var seen = new List<DateTimeOffset>();
        using var late = _time.CreateTimer(_ => seen.Add(_time.GetUtcNow()), null, TimeSpan.FromMinutes(3), Timeout.InfiniteTimeSpan);
        using var periodic = _time.CreateTimer(_ => seen.Add(_time.GetUtcNow()), null, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2));
        _time.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal([1, 3, 3, 5], seen.Select(instant => (instant - Start).TotalMinutes));
        Assert.Equal(Start + TimeSpan.FromMinutes(6), _time.GetUtcNow());
        Assert.Equal(TimeSpan.FromMinutes(6), _time.GetElapsedTime(0));
    }

    [Fact]
    public async Task Delays_created_on_the_way_end_in_the_same_advance()
    {
        async Task TwoDelays()
        {
            await Task.Delay(TimeSpan.FromSeconds(1), _time);
            await Task.Delay(TimeSpan.FromSeconds(1), _time);
        }

        var running = Task.Run(TwoDelays);
        await _time.WhenTimerIsDueAtAsync(Start.AddSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(1));
        await _time.WhenTimerIsDueAtAsync(Start.AddSeconds(2));
        _time.Advance(TimeSpan.FromSeconds(1));
        await running;
    }

    [Fact]
    public void A_disposed_timer_is_silent()
    {
        var fired = false;
        _time.CreateTimer(_ => fired = true, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan).Dispose();
        _time.Advance(TimeSpan.FromHours(1));
        Assert.False(fired);
    }

    [Fact]
    public void A_clock_that_jumps_keeps_the_time_a_timer_had_left()
    {
        var fired = 0;
        using var timer = _time.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(10), Timeout.InfiniteTimeSpan);
        _time.JumpTo(Start.AddDays(-1));
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(0, fired);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, fired);
    }
}
