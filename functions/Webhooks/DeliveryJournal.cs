using StoreClaw.Common;
using StoreClaw.Storage;

namespace StoreClaw.Webhooks;

/// <summary>The durable write before the answer, shared by the deliveries that arrive while the one before is under way.</summary>
public sealed class DeliveryJournal
{
    private const int MostDeliveries = 256;
    private const int MostBytes = 1024 * 1024;

    private readonly WorkQueues _queues;
    private readonly PayloadStore _payloads;
    private readonly Randomness _random;
    private readonly TimeProvider _time;
    private readonly GroupCommit<QueuedDelivery> _writes;

    public DeliveryJournal(WorkQueues queues, PayloadStore payloads, Randomness random, TimeProvider time)
    {
        (_queues, _payloads, _random, _time) = (queues, payloads, random, time);
        _writes = new GroupCommit<QueuedDelivery>(
            turn => Task.WhenAll(DeliveryText.Pack(new ArraySegment<GroupCommit<QueuedDelivery>.Entry>([.. turn]), static entry => entry.Item).Select(WriteAsync)),
            MostDeliveries,
            static delivery => delivery.Body.Length,
            MostBytes);
    }

    /// <summary>Returns once the delivery is stored. One queue message, or rows of its own and a message when the body does not fit in one.</summary>
    /// <exception cref="Azure.RequestFailedException">It was not stored; the sender must keep it.</exception>
    public Task AppendAsync(QueuedDelivery delivery) => _writes.AddAsync(delivery);

    private async Task WriteAsync((string? Text, ArraySegment<GroupCommit<QueuedDelivery>.Entry> Items) message)
    {
        try
        {
            var text = message.Text ?? await CheckInAsync(message.Items[0].Item);
            await _queues.SendTextAsync(QueueNames.WebhookEvents, text, null, CancellationToken.None);
            foreach (var entry in message.Items)
            {
                entry.Done();
            }
        }
        catch (Exception failed)
        {
            foreach (var entry in message.Items)
            {
                entry.Fail(failed);
            }
        }
    }

    /// <summary>Lays the body where it has room, and gives the text that points to it.</summary>
    private async Task<string> CheckInAsync(QueuedDelivery delivery)
    {
        var id = $"{QueueNames.WebhookEvents}-{_random.Id(_time.GetUtcNow())}";
        await _payloads.SaveAsync(id, delivery.Body, CancellationToken.None);
        return DeliveryText.PackOne(delivery with { Body = default, Payload = id })!;
    }
}
