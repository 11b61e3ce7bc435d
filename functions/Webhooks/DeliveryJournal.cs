using StoreClaw.Common;
using StoreClaw.Storage;

namespace StoreClaw.Webhooks;

/// <summary>
/// The durable write before the answer. Deliveries that arrive while the one before is under way share the next write. Those of a stream too slow for that are added to the message of the one
/// before, as long as that is small and young: a write each all the same, but one message for all of them, which is taken and removed once.
/// </summary>
public sealed class DeliveryJournal : IDisposable
{
    private const int MostDeliveries = 256;
    private const int MostBytes = 1024 * 1024;

    /// <summary>More at a time come fast enough to share writes.</summary>
    private const int MostOfStream = 4;

    /// <summary>A message grows up to this length: every addition writes all of it.</summary>
    private const int OpenLength = 8 * 1024;

    /// <summary>Writes that follow each other this soon make a stream. What arrives alone is there for the queue function at once.</summary>
    private static readonly TimeSpan StreamGap = TimeSpan.FromMilliseconds(100);

    /// <summary>A message grows for so long.</summary>
    private static readonly TimeSpan OpenTime = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a message that may grow stays out of sight after each addition. Storage counts whole seconds.</summary>
    private static readonly TimeSpan Hidden = TimeSpan.FromSeconds(1);

    private readonly WorkQueues _queues;
    private readonly PayloadStore _payloads;
    private readonly Randomness _random;
    private readonly TimeProvider _time;
    private readonly GroupCommit<QueuedDelivery> _writes;

    // One turn at a time touches these.
    private OpenMessage? _open;
    private long? _lastWrite;

    public DeliveryJournal(WorkQueues queues, PayloadStore payloads, Randomness random, TimeProvider time)
    {
        (_queues, _payloads, _random, _time) = (queues, payloads, random, time);
        _writes = new GroupCommit<QueuedDelivery>(WriteAsync, MostDeliveries, static delivery => delivery.Body.Length, MostBytes);
    }

    /// <summary>Returns once the delivery is stored. One queue message, or rows of its own and a message when the body does not fit in one.</summary>
    /// <exception cref="Azure.RequestFailedException">It was not stored; the sender must keep it.</exception>
    public Task AppendAsync(QueuedDelivery delivery) => _writes.AddAsync(delivery);

    public void Dispose() => _open?.Dispose();

    private async Task WriteAsync(IReadOnlyList<GroupCommit<QueuedDelivery>.Entry> turn)
    {
        var isStream = turn.Count <= MostOfStream && _lastWrite is { } last && _time.GetElapsedTime(last) < StreamGap;
        if (isStream && (await TryGrowAsync(turn) || await TryBeginAsync(turn)))
        {
            foreach (var entry in turn)
            {
                entry.Done();
            }
        }
        else
        {
            await Task.WhenAll(DeliveryText.Pack(new ArraySegment<GroupCommit<QueuedDelivery>.Entry>([.. turn]), static entry => entry.Item).Select(SendAsync));
        }

        _lastWrite = _time.GetTimestamp();
    }

    private async Task<bool> TryGrowAsync(IReadOnlyList<GroupCommit<QueuedDelivery>.Entry> turn)
    {
        if (_open is not { Sent: { } sent } open)
        {
            return false;
        }

        var grown = false;
        try
        {
            grown = _time.GetElapsedTime(open.Since) < OpenTime
                && turn.All(entry => open.Text.TryAdd(entry.Item, OpenLength))
                && (open.Sent = await _queues.ReplaceTextAsync(sent, open.Text.ToString(), Hidden, CancellationToken.None)) is not null;
        }
        finally
        {
            CloseUnless(grown);
        }

        return grown;
    }

    private async Task<bool> TryBeginAsync(IReadOnlyList<GroupCommit<QueuedDelivery>.Entry> turn)
    {
        var (begun, known) = (false, false);
        var open = _open = new OpenMessage(_time.GetTimestamp());
        try
        {
            if (turn.All(entry => open.Text.TryAdd(entry.Item, WorkQueues.Capacity)))
            {
                var mayGrow = open.Text.Length <= OpenLength;
                open.Sent = await _queues.SendTextAsync(QueueNames.WebhookEvents, open.Text.ToString(), mayGrow ? Hidden : null, CancellationToken.None);
                (begun, known) = (true, mayGrow);
            }
        }
        finally
        {
            CloseUnless(known);
        }

        return begun;
    }

    /// <summary>A message whose state is not known is not touched again.</summary>
    private void CloseUnless(bool known)
    {
        if (!known)
        {
            _open?.Dispose();
            _open = null;
        }
    }

    private async Task SendAsync((string? Text, ArraySegment<GroupCommit<QueuedDelivery>.Entry> Items) message)
    {
        try
        {
            await _queues.SendTextAsync(QueueNames.WebhookEvents, message.Text ?? await CheckInAsync(message.Items[0].Item), null, CancellationToken.None);
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

    /// <summary>The message that may grow.</summary>
    private sealed class OpenMessage(long since) : IDisposable
    {
        public DeliveryText Text { get; } = new();

        public long Since { get; } = since;

        public SentMessage? Sent { get; set; }

        public void Dispose() => Text.Dispose();
    }
}
