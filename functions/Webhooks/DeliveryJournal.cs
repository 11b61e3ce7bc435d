using StoreClaw.Common;
using StoreClaw.Storage;

namespace StoreClaw.Webhooks;

/// <summary>
/// The durable write before the answer, shared: deliveries that arrive while a write is under way travel in the next one. No timer and no thread of its own: the first
/// delivery to find no write under way leads; when it is done, the first of those that came meanwhile leads the next.
/// </summary>
public sealed class DeliveryJournal(WorkQueues queues, PayloadStore payloads, Randomness random, TimeProvider time)
{
    private const int MostDeliveries = 256;
    private const int MostBytes = 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Queue<Waiting> _waiting = new();
    private bool _writing;

    /// <summary>Returns once the delivery is stored. One queue message, or rows of its own and a message when the body does not fit in one.</summary>
    /// <exception cref="Azure.RequestFailedException">It was not stored; the sender must keep it.</exception>
    public async Task AppendAsync(QueuedDelivery delivery)
    {
        var waiting = new Waiting(delivery);
        bool leads;
        lock (_gate)
        {
            _waiting.Enqueue(waiting);
            leads = !_writing;
            _writing = true;
        }

        if (leads || await waiting.Turn.Task)
        {
            await LeadAsync();
            await waiting.Stored.Task;
        }
    }

    private async Task LeadAsync()
    {
        var batch = new List<Waiting>();
        lock (_gate)
        {
            for (var bytes = 0; batch.Count < MostDeliveries && bytes < MostBytes && _waiting.TryDequeue(out var next); bytes += next.Delivery.Body.Length)
            {
                batch.Add(next);
            }
        }

        try
        {
            await Task.WhenAll(DeliveryText.Pack(new ArraySegment<Waiting>([.. batch]), static waiting => waiting.Delivery).Select(WriteAsync));
        }
        finally
        {
            lock (_gate)
            {
                if (_waiting.TryPeek(out var next))
                {
                    next.Turn.SetResult(true);
                }
                else
                {
                    _writing = false;
                }
            }
        }
    }

    private async Task WriteAsync((string? Text, ArraySegment<Waiting> Items) message)
    {
        try
        {
            var text = message.Text ?? await CheckInAsync(message.Items[0].Delivery);
            await queues.SendTextAsync(QueueNames.WebhookEvents, text, null, CancellationToken.None);
            foreach (var waiting in message.Items)
            {
                waiting.Stored.SetResult();
                waiting.Turn.TrySetResult(false);
            }
        }
        catch (Exception failed)
        {
            foreach (var waiting in message.Items)
            {
                waiting.Fail(failed);
            }
        }
    }

    /// <summary>Lays the body where it has room, and gives the text that points to it.</summary>
    private async Task<string> CheckInAsync(QueuedDelivery delivery)
    {
        var id = $"{QueueNames.WebhookEvents}-{random.Id(time.GetUtcNow())}";
        await payloads.SaveAsync(id, delivery.Body, CancellationToken.None);
        return DeliveryText.PackOne(delivery with { Body = default, Payload = id })!;
    }

    private sealed class Waiting(QueuedDelivery delivery)
    {
        public QueuedDelivery Delivery { get; } = delivery;

        /// <summary>True: lead the next write. False: stored.</summary>
        public TaskCompletionSource<bool> Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Stored { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Fail(Exception failed)
        {
            Stored.TrySetException(failed);

            // The leader listens to Stored, everybody else to Turn; the other of the two must not count as unobserved.
            _ = Stored.Task.Exception;
            if (Turn.TrySetException(failed))
            {
                _ = Turn.Task.Exception;
            }
        }
    }
}
