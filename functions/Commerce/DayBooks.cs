using System.Runtime.CompilerServices;

namespace StoreClaw.Commerce;

/// <summary>Counts books from the orders and refunds.</summary>
public sealed class DayBooks(IOrderHistory history) : IDayBooks
{
    public async IAsyncEnumerable<DayBook> ReadAsync(string connectionId, TimeZoneInfo zone, IReadOnlyList<DateTimeOffset> cuts, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var counters = cuts.Zip(cuts.Skip(1), (from, to) => new DayCounter(from, to, zone)).ToList();
        var ticks = cuts.Select(static cut => cut.UtcTicks).ToArray();
        await foreach (var order in history.OrdersAsync(connectionId, cuts[0], cuts[^1], cancellationToken))
        {
            At(order.CreatedAt).Add(order);
        }

        await foreach (var refund in history.RefundsAsync(connectionId, cuts[0], cuts[^1], cancellationToken))
        {
            At(refund.CreatedAt).Add(refund);
        }

        foreach (var counter in counters)
        {
            yield return counter.ToBook();
        }

        DayCounter At(DateTimeOffset instant) => counters[Array.BinarySearch(ticks, instant.UtcTicks) is >= 0 and var index ? index : ~Array.BinarySearch(ticks, instant.UtcTicks) - 1];
    }
}
