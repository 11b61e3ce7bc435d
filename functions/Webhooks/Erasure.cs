using Azure;
using Azure.Data.Tables;
using StoreClaw.Commerce;
using StoreClaw.Notifications;
using StoreClaw.Reports;
using StoreClaw.Storage;

namespace StoreClaw.Webhooks;

/// <summary>Honours the privacy law's demands, as the platforms hand them on: what is held of a buyer is told or removed, what is held of a shop is removed.</summary>
public sealed class Erasure(
    StorageClients storage, CommerceStore store, OrderHistory orders, FirstOrders firstOrders, DayRollups rollups, EventLog log, ReportLibrary reports, INotifier notifier, TimeProvider time)
{
    private static readonly string[] ByDay = [TableNames.Orders, TableNames.Refunds, TableNames.Rollups, TableNames.Events];
    private static readonly string[] ByConnection = [TableNames.Products, TableNames.Stock, TableNames.Customers, TableNames.FirstOrders];

    /// <summary>Safe to repeat.</summary>
    public async Task HonourAsync(string connectionId, ErasureChange demand, CancellationToken cancellationToken)
    {
        if (demand.Report)
        {
            await ReportAsync(connectionId, demand, cancellationToken);
        }
        else if (demand.CustomerId is null && demand.OrderIds.Count == 0)
        {
            await EraseShopAsync(connectionId, cancellationToken);
        }
        else
        {
            await EraseCustomerAsync(connectionId, demand, cancellationToken);
        }
    }

    private async Task ReportAsync(string connectionId, ErasureChange demand, CancellationToken cancellationToken)
    {
        var held = 0;
        await foreach (var order in AllOrdersAsync(connectionId, cancellationToken))
        {
            held += Concerns(order, demand) ? 1 : 0;
        }

        var subject = demand.CustomerId ?? string.Join(", ", demand.OrderIds);
        await notifier.NotifyAsync(
            new Notice(
                $"data-request|{connectionId}|{subject}|{Keys.Day(time.GetUtcNow())}",
                $"data-request|{connectionId}",
                Urgency.Warning,
                new LocalizedMessage(
                    new ChannelMessage("A buyer asks what is held of them", [MessageLine.Text(new Span($"Buyer {subject}: StoreClaw holds the id, the country and {held} orders without names or addresses. Answer the buyer within 30 days."))]),
                    new ChannelMessage("买家要求查询其数据", [MessageLine.Text(new Span($"买家 {subject}：StoreClaw 只保存编号、国家和 {held} 笔不含姓名地址的订单。请在 30 天内答复买家。"))]))),
            null,
            cancellationToken);
    }

    private async Task EraseCustomerAsync(string connectionId, ErasureChange demand, CancellationToken cancellationToken)
    {
        var nameless = new List<Upsert>();
        await foreach (var order in AllOrdersAsync(connectionId, cancellationToken))
        {
            if (Concerns(order, demand))
            {
                nameless.Add(new Upsert(new OrderChange(order with { CustomerId = null, Country = null }), "erasure", Insist: true));
            }
        }

        await store.ApplyAsync(connectionId, nameless, fresh: false, cancellationToken);

        // After the orders: a book counted in between holds no name of theirs.
        await rollups.ForgetAsync(connectionId, [.. nameless.Select(static upsert => ((OrderChange)upsert.Change).Order.CreatedAt)], cancellationToken);
        if (demand.CustomerId is { } customer)
        {
            var customers = await storage.TableAsync(TableNames.Customers, cancellationToken);
            await customers.DeleteEntityAsync(connectionId, Keys.Escape(customer), ETag.All, cancellationToken);
            await log.EraseAsync(connectionId, customer, cancellationToken);
            await firstOrders.RemoveAsync(connectionId, customer, cancellationToken);
            await reports.ForgetAsync(connectionId, customer, cancellationToken);
        }
    }

    private async Task EraseShopAsync(string connectionId, CancellationToken cancellationToken)
    {
        foreach (var name in ByDay)
        {
            await DeleteAsync(name, TableClient.CreateQueryFilter($"PartitionKey ge {connectionId + "|"} and PartitionKey lt {connectionId + "}"}"), cancellationToken);
        }

        foreach (var name in ByConnection)
        {
            await DeleteAsync(name, TableClient.CreateQueryFilter($"PartitionKey eq {connectionId}"), cancellationToken);
        }

        await reports.ForgetAsync(connectionId, null, cancellationToken);
    }

    private async Task DeleteAsync(string name, string filter, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(name, cancellationToken);
        await table.RemoveAsync(filter, cancellationToken);
    }

    private IAsyncEnumerable<Order> AllOrdersAsync(string connectionId, CancellationToken cancellationToken) =>
        orders.OrdersAsync(connectionId, DateTimeOffset.UnixEpoch, time.GetUtcNow().AddDays(2), cancellationToken);

    private static bool Concerns(Order order, ErasureChange demand) =>
        (demand.CustomerId is { } customer && order.CustomerId == customer) || demand.OrderIds.Contains(order.Id, StringComparer.Ordinal);
}
