using System.Runtime.CompilerServices;
using StoreClaw.Commerce;
using StoreClaw.Connections;
using StoreClaw.Connectors;
using StoreClaw.Reports.Sales;

namespace StoreClaw.Tests.Reports;

/// <summary>A history over lists, by connection; refunds stand on their orders.</summary>
internal sealed class OrderList(IReadOnlyDictionary<string, IReadOnlyList<Order>> orders) : IOrderHistory
{
    public OrderList(params IReadOnlyList<Order> orders)
        : this(new Dictionary<string, IReadOnlyList<Order>> { ["shop"] = orders })
    {
    }

    public SalesReportKind ToKind() => new(this, new DayBooks(this));

    /// <summary>What was asked for.</summary>
    public List<(string Connection, DateTimeOffset From, DateTimeOffset To)> Reads { get; } = [];

    public static Connection Connection(string id = "shop", ConnectionStatus status = ConnectionStatus.Connected) =>
        new(id, "shopify", $"{id}.example.com", status, ConnectorRegistry.All.First(static connector => connector.Descriptor.Id == "shopify").Descriptor.Scopes, new Dictionary<string, string>(), DateTimeOffset.UnixEpoch, null);

    public async IAsyncEnumerable<Order> OrdersAsync(string connectionId, DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Reads.Add((connectionId, from, to));
        await Task.Yield();
        foreach (var order in Of(connectionId).Where(order => order.CreatedAt >= from && order.CreatedAt < to))
        {
            yield return order;
        }
    }

    public async IAsyncEnumerable<RefundRow> RefundsAsync(string connectionId, DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        foreach (var order in Of(connectionId).Where(static order => !order.Test))
        {
            foreach (var refund in order.Refunds.Where(refund => refund.CreatedAt >= from && refund.CreatedAt < to))
            {
                yield return new RefundRow(order.Id, refund.Id, refund.CreatedAt, refund.Amount, order.Currency) { Shares = RefundShare.Of(order, refund) };
            }
        }
    }

    public Task<IReadOnlyList<CancellationRow>> LateCancellationsAsync(string connectionId, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<CancellationRow>>(
        [.. Of(connectionId).Where(order => !order.Test && order.CancelledAt >= from && order.CancelledAt < to && order.CancelledAt.Value.UtcDateTime.Date != order.CreatedAt.UtcDateTime.Date)
            .Select(static order => new CancellationRow(order.Id, order.CreatedAt, order.CancelledAt!.Value))]);

    public Task<IReadOnlyDictionary<string, DateTimeOffset>> FirstOrdersAsync(string connectionId, IReadOnlyCollection<string> customerIds, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<string, DateTimeOffset>>(Of(connectionId)
            .Where(order => !order.Test && order.CustomerId is { } id && customerIds.Contains(id))
            .GroupBy(static order => order.CustomerId!)
            .ToDictionary(static group => group.Key, static group => group.Min(static order => order.CreatedAt)));

    public async IAsyncEnumerable<CustomerOrder> FirstOrdersAsync(string connectionId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        foreach (var customer in Of(connectionId).Where(static order => !order.Test && !string.IsNullOrEmpty(order.CustomerId)).GroupBy(static order => order.CustomerId!))
        {
            yield return new CustomerOrder(customer.Key, customer.Min(static order => order.CreatedAt));
        }
    }

    /// <summary>Countries of customers, by connection and id.</summary>
    public Dictionary<(string Connection, string Customer), string> Places { get; } = [];

    public Task<IReadOnlyDictionary<string, string>> CountriesAsync(string connectionId, IReadOnlyCollection<string> customerIds, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<string, string>>(customerIds.Where(id => Places.ContainsKey((connectionId, id))).ToDictionary(static id => id, id => Places[(connectionId, id)]));

    public Task<DateTimeOffset?> OldestOrderAsync(string connectionId, CancellationToken cancellationToken) =>
        Task.FromResult(Of(connectionId).Select(static order => (DateTimeOffset?)order.CreatedAt).Min());

    private IReadOnlyList<Order> Of(string connectionId) => orders.GetValueOrDefault(connectionId) ?? [];
}
