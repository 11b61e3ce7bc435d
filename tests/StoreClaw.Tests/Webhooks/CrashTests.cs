using Azure.Core.Pipeline;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using StoreClaw.Commerce;
using StoreClaw.Connections;
using StoreClaw.Storage;
using StoreClaw.Tests.Support;
using StoreClaw.Webhooks;

namespace StoreClaw.Tests.Webhooks;

/// <summary>
/// The process dies at every single call to storage between receipt and done, once before the call and once after it, and another process takes over: whatever was told 2xx ends done, with one effect.
/// </summary>
public sealed class CrashTests
{
    private const string Connection = "crashing";
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_accepted_delivery_ends_done_with_one_effect(bool afterwards)
    {
        const int AtATime = 8;
        var crashes = 0;
        for (var at = 1; crashes == at - 1; at += AtATime)
        {
            crashes += (await Task.WhenAll(Enumerable.Range(at, AtATime).Select(call => DiesAsync(call, afterwards)))).Count(static died => died);
        }

        Assert.InRange(crashes, 8, 80);
    }

    /// <summary>Whether the process got as far as the call at which it was to die.</summary>
    private static async Task<bool> DiesAsync(int at, bool afterwards)
    {
        var storage = await TestStorage.NewAccountAsync();
        await PrepareAsync(storage);
        var wire = new CuttingTransport(at, afterwards);
        var accepted = await LiveAsync(storage, wire);
        await RecoverAsync(storage, accepted);
        return wire.Dead;
    }

    /// <summary>
    /// A process that receives three deliveries, the last of which is added to the message of the one before, works them off, and dies somewhere on the way. Returns what it accepted.
    /// </summary>
    private static async Task<List<string>> LiveAsync(string storage, CuttingTransport wire)
    {
        await using var process = NewProcess(storage, wire);
        var accepted = new List<string>();
        try
        {
            foreach (var id in (string[])["1", "2", "3"])
            {
                var body = DemoPlatform.BodyOf(DemoPlatform.NewOrder(id, Noon, customer: "c" + id) with { Refunds = [new Refund("r" + id, Noon, 1m)] });
                await process.GetRequiredService<DeliveryJournal>().AppendAsync(new QueuedDelivery(Connection, "order", id, null, DateTimeOffset.UtcNow, null, null, null, null, body));
                accepted.Add(id);
            }

            await WorkOffAsync(process, storage);
        }
        catch (Exception) when (wire.Dead)
        {
            // This process is gone.
        }

        return accepted;
    }

    private static async Task RecoverAsync(string storage, List<string> accepted)
    {
        await using var process = NewProcess(storage, new CuttingTransport());
        await WorkOffAsync(process, storage);
        var orders = new List<Order>();
        await foreach (var order in process.GetRequiredService<IOrderHistory>().OrdersAsync(Connection, Noon.AddDays(-1), Noon.AddDays(1), CancellationToken.None))
        {
            orders.Add(order);
        }

        var refunds = new List<RefundRow>();
        await foreach (var refund in process.GetRequiredService<IOrderHistory>().RefundsAsync(Connection, Noon.AddDays(-1), Noon.AddDays(1), CancellationToken.None))
        {
            refunds.Add(refund);
        }

        var events = await process.GetRequiredService<EventLog>().ListAsync(Connection, null, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1), 100, CancellationToken.None);
        Assert.Subset(orders.Select(static order => order.Id).ToHashSet(), accepted.ToHashSet());
        Assert.Equal(orders.Count, orders.Select(static order => order.Id).Distinct().Count());
        Assert.Equal(orders.Count, refunds.Count);
        Assert.Equal(orders.Select(static order => order.Id).Order(), events.Select(static one => one.ResourceId!).Order());
        Assert.All(events, static one => Assert.Equal(EventOutcome.Applied, one.Outcome));
        var first = await process.GetRequiredService<IOrderHistory>().FirstOrdersAsync(Connection, [.. orders.Select(static order => order.CustomerId!)], CancellationToken.None);
        Assert.Equal(orders.Count, first.Count);
    }

    /// <summary>What the queue trigger does, with a lease that a dead process loses at once.</summary>
    private static async Task WorkOffAsync(ServiceProvider process, string storage)
    {
        var queue = process.GetRequiredService<StorageClients>().Queue(QueueNames.WebhookEvents);
        var outside = new Azure.Storage.Queues.QueueClient(storage, QueueNames.WebhookEvents);
        while (true)
        {
            QueueMessage[] messages = [];
            try
            {
                // Taken over another wire: messages that a dying process took come back when their lease runs out, and no test waits for that.
                (messages, _) = await Eventually.GetAsync(
                    async () => ((QueueMessage[])await outside.ReceiveMessagesAsync(16, TimeSpan.FromMinutes(5)), (await outside.GetPropertiesAsync()).Value.ApproximateMessagesCount),
                    static seen => seen.Item1.Length > 0 || seen.ApproximateMessagesCount == 0);
                if (messages.Length == 0)
                {
                    return;
                }

                foreach (var message in messages)
                {
                    await process.GetRequiredService<EventApplier>().ApplyAsync(message.MessageText, message.MessageId, message.DequeueCount, CancellationToken.None);
                    await queue.DeleteMessageAsync(message.MessageId, message.PopReceipt);
                }
            }
            catch (Azure.RequestFailedException missing) when (missing.Status == 404)
            {
                return;
            }
            catch
            {
                foreach (var message in messages)
                {
                    await ReleaseAsync(outside, message);
                }

                throw;
            }
        }
    }

    private static async Task ReleaseAsync(Azure.Storage.Queues.QueueClient queue, QueueMessage message)
    {
        try
        {
            await queue.UpdateMessageAsync(message.MessageId, message.PopReceipt, visibilityTimeout: TimeSpan.Zero);
        }
        catch (Azure.RequestFailedException gone) when (gone.Status == 404)
        {
            // It was done and deleted before the process died.
        }
    }

    private static async Task PrepareAsync(string storage)
    {
        await using var process = NewProcess(storage, new CuttingTransport());
        await process.GetRequiredService<ConnectionTable>().SaveAsync(
            new Connection(Connection, "demo", "shop", ConnectionStatus.Connected, [], new Dictionary<string, string>(), Noon, null), CancellationToken.None);
    }

    private static ServiceProvider NewProcess(string storage, CuttingTransport wire)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(TestStorage.Settings(storage))
        {
            ["Secrets:Path"] = TestFolders.New(),
        }).Build();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddSingleton<HttpPipelineTransport>(wire);
        new DemoPlatform().Register(services, new RecordingNotifier());
        services.AddStoreClaw(configuration);
        return services.BuildServiceProvider();
    }
}
