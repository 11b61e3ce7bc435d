using StoreClaw.Commerce;
using StoreClaw.Storage;
using StoreClaw.Tests.Reports;
using StoreClaw.Tests.Storage;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Commerce;

/// <summary>Orders cancelled on a later day than they were placed, as they are stored.</summary>
public sealed class LateCancellationsTests
{
    private static readonly DateTimeOffset Now = new(2026, 4, 20, 12, 0, 0, TimeSpan.Zero);

    private readonly ManualTime _time = new(Now);

    [Fact]
    public async Task They_are_found_by_the_day_of_the_cancellation()
    {
        var storage = await Account.NewAsync();
        await PutAsync(storage, Cancelled("late", Now.AddDays(-9), Now.AddHours(-1)), Cancelled("same/day", Now.AddHours(-3), Now.AddHours(-1)), Cancelled("yesterday's", Now.AddDays(-9), Now.AddDays(-1)));
        await PutAsync(storage, Cancelled("test", Now.AddDays(-9), Now.AddHours(-1)) with { Test = true }, Order("kept", Now.AddDays(-9)));
        Assert.Equal([new CancellationRow("late", Now.AddDays(-9), Now.AddHours(-1))], await TodayAsync(storage));
    }

    [Fact]
    public async Task One_that_is_told_again_counts_once_and_one_that_was_taken_back_not_at_all()
    {
        var storage = await Account.NewAsync();
        var order = Cancelled("1", Now.AddDays(-3), Now.AddHours(-2)) with { Refunds = [new Refund("r", Now.AddHours(-2), 4)] };
        await PutAsync(storage, Order("1", Now.AddDays(-3)));
        await PutAsync(storage, order);
        await PutAsync(storage, order with { UpdatedAt = Now.AddHours(-1) });
        Assert.Single(await TodayAsync(storage));
        Assert.Single(await RefundsAsync(storage));

        await PutAsync(storage, order with { UpdatedAt = Now, CancelledAt = null });
        Assert.Empty(await TodayAsync(storage));
        Assert.Single(await RefundsAsync(storage));

        await PutAsync(storage, order with { UpdatedAt = Now.AddMinutes(1) });
        Assert.Single(await TodayAsync(storage));
        await PutAsync(storage, order with { UpdatedAt = Now.AddMinutes(2), Deleted = true });
        Assert.Empty(await TodayAsync(storage));
        Assert.Empty(await RefundsAsync(storage));
    }

    [Fact]
    public async Task A_history_of_them_costs_a_backfill_nothing()
    {
        var wire = new CuttingTransport();
        var storage = await Account.NewAsync(wire);
        await PutAsync(storage, Order("warm", Now.AddDays(-400)));
        var before = wire.Calls;
        await PutAsync(storage, Order("2", Now.AddDays(-100)));
        var usual = wire.Calls - before;
        await PutAsync(storage, Cancelled("1", Now.AddDays(-99), Now - CommerceStore.CancellationsKept - TimeSpan.FromDays(1)));
        Assert.Equal(before + (2 * usual), wire.Calls);
    }

    private static Order Order(string id, DateTimeOffset at) => SampleShop.Order(id, at, 10);

    private static Order Cancelled(string id, DateTimeOffset at, DateTimeOffset cancelledAt) => Order(id, at) with { CancelledAt = cancelledAt, UpdatedAt = cancelledAt };

    private async Task PutAsync(StorageClients storage, params IEnumerable<Order> orders) => await new CommerceStore(storage, new NoWatch(), _time)
        .ApplyAsync("shop", [.. orders.Select(static order => new Upsert(new OrderChange(order), "test", Insist: false))], fresh: false, CancellationToken.None);

    private OrderHistory History(StorageClients storage) => new(storage, new FirstOrders(storage, new NoLog(), _time));

    private Task<IReadOnlyList<CancellationRow>> TodayAsync(StorageClients storage) => History(storage).LateCancellationsAsync("shop", Now.Date, Now.Date.AddDays(1), CancellationToken.None);

    private async Task<List<RefundRow>> RefundsAsync(StorageClients storage) => await History(storage).RefundsAsync("shop", Now.Date, Now.Date.AddDays(1), CancellationToken.None).ToListAsync();
}
