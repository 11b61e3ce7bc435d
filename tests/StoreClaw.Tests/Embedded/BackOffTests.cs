using StoreClaw.Embedded;

namespace StoreClaw.Tests.Embedded;

public sealed class BackOffTests
{
    [Fact]
    public void Waits_double_up_to_the_longest_and_start_over_after_a_hit()
    {
        var backOff = new BackOff(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(1));
        Assert.Equal([50, 100, 200, 400, 800, 1000, 1000], Enumerable.Range(0, 7).Select(_ => backOff.Next().TotalMilliseconds));
        backOff.Reset();
        Assert.Equal(50, backOff.Next().TotalMilliseconds);
    }

    [Fact]
    public void The_first_wait_is_never_longer_than_the_longest() =>
        Assert.Equal(TimeSpan.FromMilliseconds(10), new BackOff(TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(10)).Next());

    [Fact]
    public async Task A_signal_set_while_nobody_waits_ends_the_next_wait_only()
    {
        var signal = new Signal();
        signal.Set();
        signal.Set();
        await signal.WaitAsync(TimeSpan.FromHours(1), CancellationToken.None);
        using var cancel = new CancellationTokenSource();
        var second = signal.WaitAsync(TimeSpan.FromHours(1), cancel.Token);
        Assert.False(second.IsCompleted);
        await cancel.CancelAsync();
        await second;
    }
}
