namespace StoreClaw.Commerce;

/// <summary>What reports read. One storage transaction per 1,000 rows, partition by partition; its cost depends on the window only, not on the history behind it.</summary>
public interface IOrderHistory
{
    /// <summary>The connection's orders created in [from, to), tombstones left out, test and cancelled ones included.</summary>
    IAsyncEnumerable<Order> OrdersAsync(string connectionId, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken);

    /// <summary>Refunds created in [from, to), whenever their order was placed; those of test orders left out.</summary>
    IAsyncEnumerable<RefundRow> RefundsAsync(string connectionId, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken);

    /// <summary>When each of these customers placed the first order StoreClaw knows of (test orders aside); who has none is left out.</summary>
    Task<IReadOnlyDictionary<string, DateTimeOffset>> FirstOrdersAsync(string connectionId, IReadOnlyCollection<string> customerIds, CancellationToken cancellationToken);

    /// <summary>Every customer of the connection with the first order StoreClaw knows of (test orders aside), each once, in no order. Its cost grows with customers, not with orders.</summary>
    IAsyncEnumerable<CustomerOrder> FirstOrdersAsync(string connectionId, CancellationToken cancellationToken);

    /// <summary>Where these customers are, ISO 3166-1 alpha-2; of whom no country is known is left out. One read each.</summary>
    Task<IReadOnlyDictionary<string, string>> CountriesAsync(string connectionId, IReadOnlyCollection<string> customerIds, CancellationToken cancellationToken);

    /// <summary>When the connection's oldest order was created; null when it has none.</summary>
    Task<DateTimeOffset?> OldestOrderAsync(string connectionId, CancellationToken cancellationToken);
}

public sealed record RefundRow(string OrderId, string RefundId, DateTimeOffset CreatedAt, decimal Amount, string Currency);
