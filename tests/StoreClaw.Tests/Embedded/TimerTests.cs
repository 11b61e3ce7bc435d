using Microsoft.Extensions.DependencyInjection;
using StoreClaw.Embedded;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Embedded;

public sealed class TimerTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 8, 0, 30, TimeSpan.Zero);
    private static readonly DateTimeOffset First = new(2026, 3, 1, 8, 1, 0, TimeSpan.Zero);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly ManualTime _time = new(Start);
    private readonly MemoryScheduleStore _store = new();

    [Fact]
    public async Task Each_tick_is_one_call_on_time()
    {
        await using var app = await StartAsync(typeof(MinuteFunctions));
        for (var tick = 1; tick <= 3; tick++)
        {
            await _time.WhenTimerIsDueAtAsync(First + ((tick - 1) * Minute));
            _time.SetUtcNow(First + ((tick - 1) * Minute));
            await app.Calls.WhenAsync(tick);
        }

        Assert.Equal(
            [
                new Tick(First, false, default(DateTime), First.UtcDateTime + Minute),
                new Tick(First + Minute, false, First.UtcDateTime, First.UtcDateTime + (2 * Minute)),
                new Tick(First + (2 * Minute), false, First.UtcDateTime + Minute, First.UtcDateTime + (3 * Minute)),
            ],
            app.Calls.All);
    }

    [Fact]
    public async Task Missed_ticks_are_one_late_call()
    {
        _store["Minutely"] = new ScheduleState(Start.AddDays(-1), First.AddHours(-3), null, default, "");
        await using var app = await StartAsync(typeof(MinuteFunctions));
        await app.Calls.WhenAsync(1);
        await _time.WhenTimerIsDueAtAsync(First);
        _time.SetUtcNow(First);
        await app.Calls.WhenAsync(2);
        Assert.Equal(
            [
                new Tick(Start, true, First.UtcDateTime.AddHours(-3), First.UtcDateTime),
                new Tick(First, false, Start.UtcDateTime, First.UtcDateTime + Minute),
            ],
            app.Calls.All);
    }

    [Fact]
    public async Task A_clock_that_jumped_while_the_machine_slept_is_one_late_call()
    {
        await using var app = await StartAsync(typeof(MinuteFunctions));
        await _time.WhenTimerIsDueAtAsync(First);
        _time.JumpTo(Start.AddHours(8));
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(new Tick(First.AddHours(8), true, default(DateTime), First.UtcDateTime.AddHours(8) + Minute), (await app.Calls.WhenAsync(1))[0]);
        await _time.WhenTimerIsDueAtAsync(First.AddHours(8) + Minute);
    }

    [Fact]
    public async Task Without_monitor_nothing_is_made_up_for()
    {
        var hour = new DateTimeOffset(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);
        _time.SetUtcNow(hour.AddSeconds(-10));
        _store["Unmonitored"] = new ScheduleState(Start.AddDays(-1), First.AddHours(-3), null, default, "");
        await using var app = await StartAsync(typeof(UnmonitoredFunctions));
        await _time.WhenTimerIsDueAtAsync(hour);
        Assert.Empty(app.Calls.All);
        _time.SetUtcNow(hour);
        Assert.Equal([new Tick(hour, false, null, null)], await app.Calls.WhenAsync(1));
    }

    [Fact]
    public async Task Run_on_startup_is_a_call_at_the_start_and_intervals_count_from_it()
    {
        await using var app = await StartAsync(typeof(StartupFunctions));
        await app.Calls.WhenAsync(1);
        await _time.WhenTimerIsDueAtAsync(Start + Minute);
        Assert.Equal([new Tick(Start, false, default(DateTime), Start.UtcDateTime.AddHours(1))], app.Calls.All);
    }

    [Fact]
    public async Task Of_several_processes_one_runs_a_tick()
    {
        var calls = new CallLog();
        await using var one = await StartAsync(calls, typeof(MinuteFunctions));
        await using var two = await StartAsync(calls, typeof(MinuteFunctions));
        await using var three = await StartAsync(calls, typeof(MinuteFunctions));
        Assert.Equal(Enumerable.Range(1, 5), await MinutesRunAsync(calls, First.AddMinutes(5), processes: 3));
    }

    [Fact]
    public async Task A_run_whose_process_died_is_taken_over_late_once_its_lease_is_up()
    {
        _store["Minutely"] = new ScheduleState(Start.AddDays(-1), Start.AddMinutes(-2), "a dead process", Start.AddSeconds(20), "");
        await using var app = await StartAsync(typeof(MinuteFunctions));
        await _time.WhenTimerIsDueAtAsync(Start.AddSeconds(20));
        Assert.Empty(app.Calls.All);
        _time.SetUtcNow(Start.AddSeconds(20));
        Assert.Equal(new Tick(Start.AddSeconds(20), true, Start.UtcDateTime.AddMinutes(-2), First.UtcDateTime), (await app.Calls.WhenAsync(1))[0]);
    }

    [Fact]
    public async Task A_long_run_keeps_its_lease_and_the_next_tick_waits_for_its_end()
    {
        await using var app = await StartAsync(typeof(LongTimerFunctions));
        await _time.WhenTimerIsDueAtAsync(First);
        _time.SetUtcNow(First);
        await app.Calls.WhenAsync(1);
        for (var renewal = 1; renewal <= 9; renewal++)
        {
            await _time.WhenTimerIsDueAtAsync(First.AddSeconds(10 * renewal));
            _time.SetUtcNow(First.AddSeconds(10 * renewal));
        }

        await Eventually.GetAsync(() => Task.FromResult(_store["Long"]!.LeaseUntil), until => until == First.AddSeconds(120));
        app.Calls.Gate("timer").SetResult();
        Assert.Equal([First, "done", First.AddSeconds(90), "done"], await app.Calls.WhenAsync(4));
    }

    [Fact]
    public async Task A_lost_lease_cancels_the_run_and_leaves_the_state_to_the_new_owner()
    {
        await using var app = await StartAsync(typeof(LongTimerFunctions));
        await _time.WhenTimerIsDueAtAsync(First);
        _time.SetUtcNow(First);
        await app.Calls.WhenAsync(1);
        var taken = _store["Long"]! with { Owner = "another process", LeaseUntil = First.AddHours(1) };
        _store["Long"] = taken;
        await _time.WhenTimerIsDueAtAsync(First.AddSeconds(10));
        _time.SetUtcNow(First.AddSeconds(10));
        Assert.Equal("cancelled", (await app.Calls.WhenAsync(2))[1]);
        await _time.WhenTimerIsDueAtAsync(First.AddSeconds(70));
        Assert.Equal("another process", _store["Long"]!.Owner);
        Assert.Null(_store["Long"]!.Last);
    }

    [Fact]
    public async Task Storage_away_longer_than_the_lease_cancels_the_run()
    {
        await using var app = await StartAsync(typeof(LongTimerFunctions));
        await _time.WhenTimerIsDueAtAsync(First);
        _time.SetUtcNow(First);
        await app.Calls.WhenAsync(1);
        _store.Broken = true;
        for (var renewal = 1; renewal <= 3; renewal++)
        {
            Assert.Single(app.Calls.All);
            await _time.WhenTimerIsDueAtAsync(First.AddSeconds(10 * renewal));
            _time.SetUtcNow(First.AddSeconds(10 * renewal));
        }

        Assert.Equal("cancelled", (await app.Calls.WhenAsync(2))[1]);
    }

    [Fact]
    public async Task A_run_cut_short_by_a_stop_is_made_up_for_at_the_next_start()
    {
        var app = await StartAsync(typeof(LongTimerFunctions));
        await using (app)
        {
            await _time.WhenTimerIsDueAtAsync(First);
            _time.SetUtcNow(First);
            await app.Calls.WhenAsync(1);
        }

        Assert.Equal([First, "cancelled"], app.Calls.All);
        Assert.Equal((null, null), (_store["Long"]!.Owner, _store["Long"]!.Last));
        _time.Advance(TimeSpan.FromSeconds(5));
        await using var again = await StartAsync(typeof(LongTimerFunctions));
        again.Calls.Gate("timer").SetResult();
        Assert.Equal([First.AddSeconds(5), "done"], await again.Calls.WhenAsync(2));
    }

    [Fact]
    public async Task A_failed_tick_is_logged_and_not_repeated()
    {
        await using var app = await StartAsync(typeof(FailingTimerFunctions));
        await _time.WhenTimerIsDueAtAsync(First);
        _time.SetUtcNow(First);
        await _time.WhenTimerIsDueAtAsync(First + Minute);
        Assert.Equal([First], app.Calls.All);
        Assert.Contains(app.Logs.Lines, line => line.Contains("The tick fails.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_outage_of_storage_delays_and_loses_nothing()
    {
        _store.Broken = true;
        await using var app = await StartAsync(typeof(MinuteFunctions));
        await _time.WhenTimerIsDueAtAsync(Start.AddSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(1));
        await _time.WhenTimerIsDueAtAsync(Start.AddSeconds(3));
        _store.Broken = false;
        _time.Advance(TimeSpan.FromSeconds(2));
        await _time.WhenTimerIsDueAtAsync(First);
        _time.SetUtcNow(First);
        Assert.Single(await app.Calls.WhenAsync(1));
    }

    [Fact]
    public async Task Five_processes_on_one_storage_account_run_each_tick_once()
    {
        var storage = await TestStorage.NewAccountAsync();
        var plan = Plan(new CallLog(), typeof(MinuteFunctions)) with { Storage = storage, Configure = builder => builder.Services.AddSingleton<TimeProvider>(_time) };
        var processes = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => EmbeddedHost.StartAsync(plan)));
        Assert.Equal(Enumerable.Range(1, 3), await MinutesRunAsync(plan.Calls, First.AddMinutes(3), processes.Length));
        await Task.WhenAll(processes.Select(static process => process.DisposeAsync().AsTask()));
    }

    [Fact]
    public async Task The_table_keeps_states_and_refuses_stale_writes()
    {
        var store = new TableScheduleStore(await TestStorage.NewAccountAsync());
        Assert.Null(await store.FindAsync("t", default));
        var state = new ScheduleState(Start, null, null, Start, "");
        Assert.Null(await store.TryAddAsync("t", state, default));
        var added = await store.TryAddAsync("t", state, default);
        Assert.Equal(added, await store.FindAsync("t", default));
        Assert.Null(await store.TryAddAsync("t", state, default));
        var updated = await store.TryUpdateAsync("t", added! with { Last = First, Owner = "me", LeaseUntil = First.AddTicks(1) }, default);
        Assert.Equal(updated, await store.FindAsync("t", default));
        Assert.Null(await store.TryUpdateAsync("t", added with { Owner = "you" }, default));
        var released = await store.TryUpdateAsync("t", updated! with { Owner = null }, default);
        Assert.Equal(released, await store.FindAsync("t", default));
        Assert.Null((await store.FindAsync("t", default))!.Owner);
    }

    private Task<EmbeddedHost> StartAsync(params Type[] functions) => StartAsync(new CallLog(), functions);

    private Task<EmbeddedHost> StartAsync(CallLog calls, params Type[] functions) => EmbeddedHost.StartAsync(Plan(calls, functions) with
    {
        Storage = "UseDevelopmentStorage=false;AccountName=none",
        Configure = builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(_time);
            builder.Services.AddSingleton<IScheduleStore>(_store);
        },
    });

    private static HostPlan Plan(CallLog calls, params Type[] functions) => new HostPlan(functions) { Calls = calls }.With("MinuteSchedule", "0 */1 * * * *");

    // Moves the clock from one instant that somebody waits for to the next, whenever all processes wait. Some wait for the tick,
    // some for the end of another one's lease.
    private async Task<IEnumerable<int>> MinutesRunAsync(CallLog calls, DateTimeOffset end, int processes)
    {
        while (await _time.WhenTimersArePendingAsync(processes) is var next && next < end)
        {
            _time.SetUtcNow(next);
        }

        return calls.All.Cast<Tick>().Select(tick => tick.At.Minute);
    }
}
