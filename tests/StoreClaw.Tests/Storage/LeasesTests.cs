using StoreClaw.Storage;
using StoreClaw.Tests.EndToEnd;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Storage;

public sealed class LeasesTests
{
    private const string Name = "sync|a/b|Orders";

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly ManualTime _time = new();

    [Fact]
    public async Task Of_many_callers_one_gets_it_and_so_it_is_when_it_has_run_out()
    {
        var storage = await Account.NewAsync();
        for (var round = 0; round < 3; round++)
        {
            var taken = await Task.WhenAll(Enumerable.Range(0, 16).Select(caller => new Leases(storage, _time, new SeededRandomness((100 * round) + caller)).TryAcquireAsync(Name, Minute, CancellationToken.None)));

            Assert.Single(taken, static lease => lease is not null);
            _time.Advance(Minute);
        }
    }

    [Fact]
    public async Task It_is_held_until_its_time_runs_out_and_not_longer()
    {
        var leases = await NewAsync();
        Assert.NotNull(await leases.TryAcquireAsync(Name, Minute, CancellationToken.None));

        _time.Advance(Minute - TimeSpan.FromTicks(1));
        Assert.Null(await leases.TryAcquireAsync(Name, Minute, CancellationToken.None));
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.NotNull(await leases.TryAcquireAsync(Name, Minute, CancellationToken.None));
    }

    [Fact]
    public async Task Who_renews_keeps_it()
    {
        var leases = await NewAsync();
        await using var lease = await leases.TryAcquireAsync(Name, Minute, CancellationToken.None);
        for (var n = 0; n < 3; n++)
        {
            _time.Advance(Minute * 0.75);
            Assert.True(await lease!.RenewAsync(CancellationToken.None));
            Assert.Null(await leases.TryAcquireAsync(Name, Minute, CancellationToken.None));
        }

        _time.Advance(Minute);
        Assert.NotNull(await leases.TryAcquireAsync(Name, Minute, CancellationToken.None));
    }

    [Fact]
    public async Task Who_lost_it_notices_and_takes_nothing_from_the_next()
    {
        var leases = await NewAsync();
        var lost = (await leases.TryAcquireAsync(Name, Minute, CancellationToken.None))!;
        _time.Advance(Minute);
        var held = (await leases.TryAcquireAsync(Name, Minute, CancellationToken.None))!;

        Assert.False(await lost.RenewAsync(CancellationToken.None));
        await lost.DisposeAsync();
        Assert.Null(await leases.TryAcquireAsync(Name, Minute, CancellationToken.None));
        Assert.True(await held.RenewAsync(CancellationToken.None));
    }

    [Fact]
    public async Task What_is_given_back_is_free_at_once_and_cannot_be_renewed()
    {
        var leases = await NewAsync();
        var lease = (await leases.TryAcquireAsync(Name, Minute, CancellationToken.None))!;
        await lease.DisposeAsync();

        Assert.False(await lease.RenewAsync(CancellationToken.None));
        await using var next = await leases.TryAcquireAsync(Name, Minute, CancellationToken.None);
        Assert.NotNull(next);
    }

    [Fact]
    public async Task Names_do_not_get_in_each_others_way()
    {
        var leases = await NewAsync();
        Assert.NotNull(await leases.TryAcquireAsync("token|1", Minute, CancellationToken.None));
        Assert.NotNull(await leases.TryAcquireAsync("token|2", Minute, CancellationToken.None));
        Assert.NotNull(await leases.TryAcquireAsync("token", Minute, CancellationToken.None));
    }

    /// <summary>The client repeats an insert whose answer it did not get, and is told that the row is there: its own.</summary>
    [Fact]
    public async Task A_lost_answer_does_not_lock_the_holder_out()
    {
        var wire = new FailingStorage { LosesAnswersOnly = true };
        var leases = new Leases(await Account.NewAsync(wire), _time, new SeededRandomness(1));
        await using (await leases.TryAcquireAsync("warm", Minute, CancellationToken.None))
        {
            wire.Fails = _ => wire.Failures == 0;
        }

        // Giving "warm" back used up the one failure; the next one is for the insert.
        wire.Fails = _ => wire.Failures == 1;
        var lease = await leases.TryAcquireAsync(Name, Minute, CancellationToken.None);

        Assert.NotNull(lease);
        Assert.Equal(2, wire.Failures);
        Assert.True(await lease.RenewAsync(CancellationToken.None));
    }

    private async Task<Leases> NewAsync() => new(await Account.NewAsync(), _time, new SeededRandomness(1));
}
