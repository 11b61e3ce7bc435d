using System.Runtime.CompilerServices;
using Azure.Data.Tables;
using StoreClaw.Storage;

namespace StoreClaw.Commerce;

/// <summary>Reads whole day partitions, all days of a window in one range.</summary>
public sealed class OrderHistory(StorageClients storage, FirstOrders firstOrders) : IOrderHistory
{
    public async IAsyncEnumerable<Order> OrdersAsync(string connectionId, DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Orders, cancellationToken);
        await foreach (var row in table.QueryAsync<TableEntity>(Window(connectionId, from, to), cancellationToken: cancellationToken))
        {
            if (row.RowKey == DayStamps.Row || row.GetBoolean(RecordKind.Gone) is true)
            {
                continue;
            }

            var order = RecordKind.Read<Order>(row);
            if (order.CreatedAt >= from && order.CreatedAt < to)
            {
                yield return order;
            }
        }
    }

    public async IAsyncEnumerable<RefundRow> RefundsAsync(string connectionId, DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Refunds, cancellationToken);
        await foreach (var row in table.QueryAsync<TableEntity>(Window(connectionId, from, to), cancellationToken: cancellationToken))
        {
            if (row.RowKey != DayStamps.Row && RefundRows.Read(row) is { } refund && refund.CreatedAt >= from && refund.CreatedAt < to)
            {
                yield return refund;
            }
        }
    }

    public async Task<IReadOnlyList<CancellationRow>> LateCancellationsAsync(string connectionId, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Refunds, cancellationToken);
        var rows = await table.QueryAsync<TableEntity>(Window(connectionId, from, to), cancellationToken: cancellationToken).ToListAsync(cancellationToken);
        return [.. rows.Select(RefundRows.ReadCancellation).OfType<CancellationRow>().Where(row => row.CancelledAt >= from && row.CancelledAt < to)];
    }

    public Task<IReadOnlyDictionary<string, DateTimeOffset>> FirstOrdersAsync(string connectionId, IReadOnlyCollection<string> customerIds, CancellationToken cancellationToken) =>
        firstOrders.FindAsync(connectionId, customerIds, cancellationToken);

    public IAsyncEnumerable<CustomerOrder> FirstOrdersAsync(string connectionId, CancellationToken cancellationToken) => firstOrders.AllAsync(connectionId, cancellationToken);

    public async Task<IReadOnlyDictionary<string, string>> CountriesAsync(string connectionId, IReadOnlyCollection<string> customerIds, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Customers, cancellationToken);
        var rows = await Task.WhenAll(customerIds.Select(id => table.GetEntityIfExistsAsync<TableEntity>(connectionId, Keys.Escape(id), cancellationToken: cancellationToken)));
        return rows
            .Where(static row => row.HasValue && row.Value!.GetBoolean(RecordKind.Gone) is not true)
            .Select(static row => RecordKind.Read<Customer>(row.Value!))
            .Where(static customer => !string.IsNullOrEmpty(customer.Country))
            .ToDictionary(static customer => customer.Id, static customer => customer.Country!);
    }

    public async Task<DateTimeOffset?> OldestOrderAsync(string connectionId, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Orders, cancellationToken);
        var filter = TableClient.CreateQueryFilter($"PartitionKey ge {connectionId + "|"} and PartitionKey lt {connectionId + "}"} and RowKey gt {DayStamps.Row}");
        await foreach (var row in table.QueryAsync<TableEntity>(filter, maxPerPage: 1, cancellationToken: cancellationToken))
        {
            return RecordKind.Read<Order>(row).CreatedAt;
        }

        return null;
    }

    private static string Window(string connectionId, DateTimeOffset from, DateTimeOffset to) =>
        TableClient.CreateQueryFilter($"PartitionKey ge {Keys.OfDay(connectionId, from)} and PartitionKey le {Keys.OfDay(connectionId, to)}");
}
