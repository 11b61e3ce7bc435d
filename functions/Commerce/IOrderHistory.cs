namespace StoreClaw.Commerce;

/// <summary>What reports read. One storage transaction per 1,000 rows, partition by partition; its cost depends on the window only, not on the history behind it.</summary>
public interface IOrderHistory
{
    /// <summary>The connection's orders created in [from, to), tombstones left out, test and cancelled ones included.</summary>
    IAsyncEnumerable<Order> OrdersAsync(string connectionId, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken);

    /// <summary>Refunds created in [from, to), whenever their order was placed; those of test orders left out.</summary>
    IAsyncEnumerable<RefundRow> RefundsAsync(string connectionId, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken);

    /// <summary>
    /// Orders cancelled in [from, to) that were placed on another day of UTC, those of test orders left out; with a from more than <see cref="CommerceStore.CancellationsKept"/> ago some may be missing.
    /// </summary>
    Task<IReadOnlyList<CancellationRow>> LateCancellationsAsync(string connectionId, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken);

    /// <summary>When each of these customers placed the first order StoreClaw knows of (test orders aside); who has none is left out.</summary>
    Task<IReadOnlyDictionary<string, DateTimeOffset>> FirstOrdersAsync(string connectionId, IReadOnlyCollection<string> customerIds, CancellationToken cancellationToken);

    /// <summary>Every customer of the connection with the first order StoreClaw knows of (test orders aside), each once, in no order. Its cost grows with customers, not with orders.</summary>
    IAsyncEnumerable<CustomerOrder> FirstOrdersAsync(string connectionId, CancellationToken cancellationToken);

    /// <summary>Where these customers are, ISO 3166-1 alpha-2; of whom no country is known is left out. One read each.</summary>
    Task<IReadOnlyDictionary<string, string>> CountriesAsync(string connectionId, IReadOnlyCollection<string> customerIds, CancellationToken cancellationToken);

    /// <summary>When the connection's oldest order was created; null when it has none.</summary>
    Task<DateTimeOffset?> OldestOrderAsync(string connectionId, CancellationToken cancellationToken);
}

public sealed record RefundRow(string OrderId, string RefundId, DateTimeOffset CreatedAt, decimal Amount, string Currency)
{
    /// <summary>What of the amount falls to each of the order's lines, by their revenue: platforms seldom say it. Sums up to the amount, or is empty.</summary>
    public IReadOnlyList<RefundShare> Shares { get; init; } = [];
}

public sealed record CancellationRow(string OrderId, DateTimeOffset PlacedAt, DateTimeOffset CancelledAt);

public sealed record RefundShare(string Sku, string? VariantId, string? ProductId, string Title, decimal Amount)
{
    /// <summary>Shares the refund out over the order's lines, to the cent.</summary>
    public static IReadOnlyList<RefundShare> Of(Order order, Refund refund)
    {
        var weights = order.Lines.Select(static line => Math.Max(0, (line.Quantity * line.UnitPrice) - line.Discount)).ToList();
        if (weights.Sum() is not (> 0 and var whole))
        {
            return [];
        }

        var shares = weights.ConvertAll(weight => decimal.Round(refund.Amount * weight / whole, 2, MidpointRounding.ToEven));
        shares[weights.IndexOf(weights.Max())] += refund.Amount - shares.Sum();
        return [.. order.Lines.Zip(shares, static (line, amount) => new RefundShare(line.Sku, line.VariantId, line.ProductId, line.Title, amount)).Where(static share => share.Amount != 0)];
    }
}
