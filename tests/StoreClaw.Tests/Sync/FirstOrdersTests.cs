using System.Runtime.CompilerServices;
using StoreClaw.Commerce;
using StoreClaw.Tests.Storage;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Sync;

public sealed class FirstOrdersTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task All_customers_are_told_once_with_their_first_order_and_at_the_cost_of_customers()
    {
        var (index, wire) = await NewAsync([new CustomerOrder("c7", Noon.AddYears(-1)), new CustomerOrder("hook", Noon)]);
        Assert.Equal([("c7", Noon.AddYears(-1)), ("hook", Noon)], (await AllAsync(index, "shop")).Order());
        var customers = Enumerable.Range(0, 1000).Select(number => new CustomerOrder($"c{number}", Noon.AddMinutes(number))).ToList();
        await index.AddAsync("shop", customers, CancellationToken.None);
        await index.AddAsync("other", [new CustomerOrder("c1", Noon)], CancellationToken.None);
        var (first, before) = (await AllAsync(index, "shop"), wire.Calls);
        Assert.Equal(1001, first.Count);
        Assert.Equal(1001, first.Select(static entry => entry.Customer).Distinct().Count());
        Assert.Contains(("c7", Noon.AddYears(-1)), first);
        Assert.Contains(("c999", Noon.AddMinutes(999)), first);

        // Ten more orders of each customer cost nothing more.
        await AllAsync(index, "shop");
        var calls = wire.Calls - before;
        await index.AddAsync("shop", [.. Enumerable.Range(1, 10).SelectMany(day => customers.Select(order => order with { PlacedAt = order.PlacedAt.AddDays(day) }))], CancellationToken.None);
        before = wire.Calls;
        Assert.Equal(first.Order(), (await AllAsync(index, "shop")).Order());
        Assert.Equal(calls, wire.Calls - before);
        Assert.InRange(calls, 1, 6);
    }

    [Fact]
    public async Task Countries_are_found_by_customer()
    {
        var storage = await Account.NewAsync();
        var history = new OrderHistory(storage, new FirstOrders(storage, new Log([]), new ManualTime(Noon)));
        RecordChange[] changes =
        [
            new CustomerChange(new Customer { Id = "a/1", UpdatedAt = Noon, Country = "DE" }), new CustomerChange(new Customer { Id = "b", UpdatedAt = Noon }),
            new CustomerChange(new Customer { Id = "c", UpdatedAt = Noon, Country = "FR", Deleted = true }), new CustomerChange(new Customer { Id = "d", UpdatedAt = Noon, Country = "IT" }),
        ];
        await new CommerceStore(storage, new NoWatch(), new ManualTime()).ApplyAsync("shop", [.. changes.Select(static change => new Upsert(change, "test", false))], fresh: true, CancellationToken.None);
        Assert.Equal(new Dictionary<string, string> { ["a/1"] = "DE" }, await history.CountriesAsync("shop", ["a/1", "b", "c", "nobody"], CancellationToken.None));
    }

    private static async Task<(FirstOrders Index, CuttingTransport Wire)> NewAsync(IReadOnlyList<CustomerOrder> log)
    {
        var wire = new CuttingTransport();
        return (new FirstOrders(await Account.NewAsync(wire), new Log(log), new ManualTime(Noon)), wire);
    }

    private static async Task<List<(string Customer, DateTimeOffset First)>> AllAsync(FirstOrders index, string connection)
    {
        var all = new List<(string, DateTimeOffset)>();
        await foreach (var (customer, first) in index.AllAsync(connection, CancellationToken.None))
        {
            all.Add((customer, first));
        }

        return all;
    }

    private sealed class Log(IReadOnlyList<CustomerOrder> orders) : IOrderLog
    {
        public async IAsyncEnumerable<CustomerOrder> SinceAsync(string connectionId, DateTimeOffset day, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Yield();
            foreach (var order in orders.Where(_ => connectionId == "shop"))
            {
                yield return order;
            }
        }
    }
}
