using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using StoreClaw.Commerce;
using StoreClaw.Connections;
using StoreClaw.Connectors;
using StoreClaw.Storage;

namespace StoreClaw.Webhooks;

/// <summary>
/// Brings deliveries into the store. What makes an effect happen once is the record's own version, compared and written under its ETag; the note on the timeline comes
/// after it, so a crash anywhere between leaves the message on the queue and the next try finds its own write. See README, "Why there is no claim row". Messages of one
/// store that are at hand at the same time are stored and noted together.
/// </summary>
public sealed partial class EventApplier(
    StoreSessions sessions,
    CommerceStore store,
    EventLog log,
    ParkingLot parking,
    Erasure erasure,
    PayloadStore payloads,
    WorkQueues queues,
    IUninstallHandler uninstalls,
    TimeProvider time,
    ILogger<EventApplier> logger)
{
    /// <summary>How long a platform may send a delivery again; a tie is looked up in the timeline that far back.</summary>
    private static readonly TimeSpan ResendWindow = TimeSpan.FromDays(7);

    /// <summary>An order that was changed no later than this after it was placed is as it was placed.</summary>
    private static readonly TimeSpan FirstVersion = TimeSpan.FromSeconds(5);

    /// <summary>How long a delivery waits for a platform that it must ask and that cannot answer for now.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromDays(1);

    private const int MostMessages = 64;
    private const int MostDeliveries = 512;


    /// <summary>Where the messages of a connection meet.</summary>
    private readonly ConcurrentDictionary<string, GroupCommit<Work>> _stores = new();

    private readonly ConcurrentDictionary<string, LookupLine> _lookups = new();

    /// <summary>Applies what one queue message holds. One that fails goes back on the queue alone, or fails the message when it is alone in it.</summary>
    public async Task ApplyAsync(string text, string messageId, long tries, CancellationToken cancellationToken)
    {
        var deliveries = DeliveryText.Unpack(text);
        foreach (var group in deliveries.GroupBy(static delivery => delivery.ConnectionId))
        {
            try
            {
                await ApplyAsync(group.Key, [.. group], messageId, tries, cancellationToken);
            }
            catch (Exception failed) when (deliveries.Count > 1 && !StorageClients.IsUnavailable(failed) && !cancellationToken.IsCancellationRequested)
            {
                Log.Split(logger, group.Key, group.Count(), failed);
                foreach (var delivery in group)
                {
                    await queues.SendTextAsync(QueueNames.WebhookEvents, DeliveryText.PackOne(delivery)!, null, cancellationToken);
                }
            }
        }
    }

    private async Task ApplyAsync(string connectionId, List<QueuedDelivery> deliveries, string messageId, long tries, CancellationToken cancellationToken)
    {
        if (await sessions.RecentAsync(connectionId, cancellationToken) is not { } connected)
        {
            Log.NoConnection(logger, connectionId, deliveries.Count);
            await log.NoteAsync([.. deliveries.Select(delivery => new EventNote(delivery, EventLog.KeyOf(delivery, delivery.Body.Span), [], EventOutcome.Recorded, tries, messageId, "The store was disconnected before it was applied."))], cancellationToken);
            return;
        }

        var readings = new Dictionary<string, Reading>();
        foreach (var delivery in deliveries)
        {
            var body = await BodyAsync(delivery, cancellationToken);
            var key = EventLog.KeyOf(delivery, body.Span);
            if (readings.TryGetValue(key, out var same))
            {
                same.Copies++;
            }
            else if (await ReadAsync(connected, delivery, key, body, messageId, tries, cancellationToken) is { } reading)
            {
                readings[key] = reading;
            }
        }

        var asking = readings.Values.Where(static reading => reading.Lookups.Count > 0).GroupBy(static reading => string.Join('|', reading.Lookups)).ToList();
        if (asking.Count == 1 && asking[0].Count() == readings.Count)
        {
            await LookUpAsync(connected, [.. readings.Values], tries, messageId, cancellationToken);
            return;
        }

        await StoreAsync(connectionId, [.. readings.Values.Where(static reading => reading.Lookups.Count == 0)], tries, messageId, cancellationToken);

        // Each question to the platform goes on in a message of its own, so that its pace and its faults hold up nothing else.
        foreach (var question in asking)
        {
            await SendAsync(question, delay: null, cancellationToken);
        }
    }

    /// <summary>Asks the platform for what the deliveries only name, the same records each, and stores it; puts the deliveries off when it cannot answer for now.</summary>
    private async Task LookUpAsync(ConnectedStore connected, List<Reading> readings, long tries, string messageId, CancellationToken cancellationToken)
    {
        var connectionId = connected.Connection.Id;
        var age = time.GetUtcNow() - readings.Max(static reading => reading.Delivery.ReceivedAt);
        var later = TimeSpan.FromSeconds(Math.Clamp(age.TotalSeconds / 4, 2, 900));
        var line = _lookups.GetOrAdd(connectionId, static _ => new LookupLine(new SemaphoreSlim(LookupLine.MostAtATime, LookupLine.MostAtATime)));
        if (!await line.EnterAsync(cancellationToken))
        {
            await SendAsync(readings, later, cancellationToken);
            return;
        }

        try
        {
            foreach (var lookup in readings[0].Lookups)
            {
                await LookUpAsync(connected, readings, lookup, cancellationToken);
            }
        }
        catch (PlatformException failed) when (failed.Fault.WorthWaiting && age < Patience)
        {
            Log.PutOff(logger, connectionId, readings.Count, failed.Fault.Kind, failed.Fault.Message);
            await SendAsync(readings, failed.Fault.RetryAfter > later ? failed.Fault.RetryAfter : later, cancellationToken);
            return;
        }
        finally
        {
            line.Leave();
        }

        await StoreAsync(connectionId, readings, tries, messageId, cancellationToken);
    }

    private async Task LookUpAsync(ConnectedStore connected, List<Reading> readings, LookupChange lookup, CancellationToken cancellationToken)
    {
        var found = await connected.Connector.Readers[lookup.Resource].FindAsync(connected.Session, lookup.Id, cancellationToken);
        foreach (var reading in readings)
        {
            reading.Records.AddRange(found);
            if (found.Count == 0 && lookup.MayBeGone)
            {
                await store.BuryAsync(connected.Connection.Id, lookup.Resource, lookup.Id, reading.Delivery.TriggeredAt ?? time.GetUtcNow(), cancellationToken);
                reading.Outcome = EventOutcome.Applied;
            }
        }
    }

    /// <summary>Puts the readings' deliveries, copies included, back on the queue.</summary>
    private async Task SendAsync(IEnumerable<Reading> readings, TimeSpan? delay, CancellationToken cancellationToken)
    {
        var deliveries = readings.SelectMany(static reading => Enumerable.Repeat(reading.Delivery, reading.Copies)).ToArray();
        foreach (var (text, _) in DeliveryText.Pack(new ArraySegment<QueuedDelivery>(deliveries), static delivery => delivery))
        {
            await queues.SendTextAsync(QueueNames.WebhookEvents, text!, delay, cancellationToken);
        }
    }

    private async Task StoreAsync(string connectionId, List<Reading> readings, long tries, string messageId, CancellationToken cancellationToken)
    {
        if (readings.Count == 0)
        {
            return;
        }

        // Lets the messages that were taken together with this one get here too: they share the turn then.
        await Task.Yield();
        var together = _stores.GetOrAdd(connectionId, static (id, applier) => new(turn => applier.StoreAsync(id, turn), MostMessages, static work => work.Readings.Count, MostDeliveries), this);
        await together.AddAsync(new Work(readings, tries, messageId, cancellationToken));
        foreach (var payload in readings.Select(static reading => reading.Delivery.Payload).OfType<string>())
        {
            await payloads.DeleteAsync(payload, cancellationToken);
        }
    }

    private async Task<ReadOnlyMemory<byte>> BodyAsync(QueuedDelivery delivery, CancellationToken cancellationToken) => delivery.Payload is { } payload
        ? await payloads.LoadAsync(payload, cancellationToken) ?? throw new InvalidDataException($"The delivery's body {payload} is gone.")
        : delivery.Body;

    /// <summary>What the delivery says; an erasure or a removal of the app is done at once. Null when it was parked.</summary>
    private async Task<Reading?> ReadAsync(ConnectedStore connected, QueuedDelivery delivery, string key, ReadOnlyMemory<byte> body, string messageId, long tries, CancellationToken cancellationToken)
    {
        IReadOnlyList<Change> changes;
        try
        {
            changes = delivery.Replays is { } replayed
                ? (await log.FindAsync(replayed, cancellationToken))?.Changes ?? []
                : connected.Connector.Webhooks!.Read(new Delivery(delivery.Topic, delivery.DeliveryId, delivery.TriggeredAt, delivery.ReceivedAt, body), connected.Session);
        }
        catch (FormatException unreadable)
        {
            await parking.ParkAsync(delivery, key, [], unreadable, tries, messageId, cancellationToken);
            return null;
        }

        var reading = new Reading(delivery, key, changes);
        foreach (var change in changes)
        {
            await CollectAsync(connected, reading, change, cancellationToken);
        }

        return reading;
    }

    private async Task CollectAsync(ConnectedStore connected, Reading reading, Change change, CancellationToken cancellationToken)
    {
        switch (change)
        {
            case RecordChange record:
                reading.Records.Add(record);
                break;
            case LookupChange lookup when connected.Connector.Readers.ContainsKey(lookup.Resource):
                reading.Lookups.Add(lookup);
                break;
            case ErasureChange demand:
                await erasure.HonourAsync(connected.Connection.Id, demand, cancellationToken);
                reading.Outcome = EventOutcome.Applied;
                break;
            case UninstalledChange:
                await uninstalls.UninstalledAsync(connected, cancellationToken);
                reading.Outcome = EventOutcome.Applied;
                break;
            default:
                break;
        }
    }

    /// <summary>Stores what several messages brought. When that fails each is tried alone, so that one harms no other; so are copies, which the timeline counts one by one.</summary>
    private async Task StoreAsync(string connectionId, IReadOnlyList<GroupCommit<Work>.Entry> turn)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        var together = turn.Where(entry => entry.Item.Readings.TrueForAll(reading => keys.Add(reading.Key))).ToList();
        if (together.Count > 1)
        {
            try
            {
                await StoreAsync(connectionId, [.. together.Select(static entry => entry.Item)], together[0].Item.Cancelled);
                together.ForEach(static entry => entry.Done());
            }
            catch (Exception failed) when (!StorageClients.IsUnavailable(failed) || together[0].Item.Cancelled.IsCancellationRequested)
            {
                Log.Apart(logger, connectionId, together.Count, failed);
            }
        }

        foreach (var entry in turn.Where(static entry => !entry.IsSettled))
        {
            try
            {
                await StoreAsync(connectionId, [entry.Item], entry.Item.Cancelled);
                entry.Done();
            }
            catch (Exception failed)
            {
                entry.Fail(failed);
            }
        }
    }

    private async Task StoreAsync(string connectionId, List<Work> works, CancellationToken cancellationToken)
    {
        await StoreAsync(connectionId, works.SelectMany(static work => work.Readings), cancellationToken);
        await log.NoteAsync([.. works.SelectMany(static work => work.Readings.Select(reading => reading.ToNote(work.Tries, work.MessageId)))], cancellationToken);
    }

    private async Task StoreAsync(string connectionId, IEnumerable<Reading> readings, CancellationToken cancellationToken)
    {
        var items = readings.SelectMany(static reading => reading.Records.Select(record => (Reading: reading, Upsert: new Upsert(record, reading.Key, Insist: false) { IsNew = reading.Delivery.Attempt is null && IsFirstVersion(record) }))).ToList();
        if (items.Count == 0)
        {
            return;
        }

        var outcomes = await store.ApplyAsync(connectionId, [.. items.Select(static item => item.Upsert)], fresh: false, cancellationToken);
        for (var i = 0; i < items.Count; i++)
        {
            var outcome = outcomes[i] == UpsertOutcome.Tie ? await SettleAsync(connectionId, items[i].Reading, items[i].Upsert, cancellationToken) : ToEvent(outcomes[i]);
            items[i].Reading.Add(outcome);
        }
    }

    private static bool IsFirstVersion(RecordChange change) => change is OrderChange { Order: { Deleted: false, Refunds.Count: 0 } order } && order.UpdatedAt - order.CreatedAt < FirstVersion;

    /// <summary>
    /// Two states under one version stamp (two edits in a second): the later one to arrive stands, unless it is an old delivery sent again.
    /// </summary>
    private async Task<EventOutcome> SettleAsync(string connectionId, Reading reading, Upsert upsert, CancellationToken cancellationToken)
    {
        if (reading.Delivery.Attempt is null && await log.WasAppliedAsync(connectionId, reading.Key, time.GetUtcNow() - ResendWindow, cancellationToken))
        {
            return EventOutcome.Duplicate;
        }

        return ToEvent((await store.ApplyAsync(connectionId, [upsert with { Insist = true }], fresh: false, cancellationToken))[0]);
    }

    private static EventOutcome ToEvent(UpsertOutcome outcome) => outcome switch
    {
        UpsertOutcome.Created or UpsertOutcome.Updated => EventOutcome.Applied,
        UpsertOutcome.Unchanged => EventOutcome.Unchanged,
        _ => EventOutcome.Stale,
    };

    /// <summary>A connection's lookups. More at a time would only stand in its budget's line, and more or longer waiting ones in the place of other connections' messages.</summary>
    private sealed class LookupLine(SemaphoreSlim turns)
    {
        public const int MostAtATime = 2;

        private const int MostWaiting = 6;

        private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

        private int _waiting;

        /// <summary>False when its turn does not come soon.</summary>
        public async Task<bool> EnterAsync(CancellationToken cancellationToken)
        {
            try
            {
                return Interlocked.Increment(ref _waiting) <= MostWaiting + turns.CurrentCount && await turns.WaitAsync(LongestWait, cancellationToken);
            }
            finally
            {
                Interlocked.Decrement(ref _waiting);
            }
        }

        public void Leave() => turns.Release();
    }

    /// <summary>What one queue message brought for one connection.</summary>
    private sealed record Work(List<Reading> Readings, long Tries, string MessageId, CancellationToken Cancelled);

    private sealed class Reading(QueuedDelivery delivery, string key, IReadOnlyList<Change> changes)
    {
        private bool _stored;

        public QueuedDelivery Delivery { get; } = delivery;

        public string Key { get; } = key;

        public List<RecordChange> Records { get; } = [];

        /// <summary>What it only names.</summary>
        public List<LookupChange> Lookups { get; } = [];

        public EventOutcome Outcome { get; set; } = EventOutcome.Recorded;

        public int Copies { get; set; } = 1;

        /// <summary>Notes the records where there are some, so that a replay applies what was applied.</summary>
        public EventNote ToNote(long tries, string messageId) => new(Delivery, Key, Records.Count > 0 ? Records : changes, Outcome, tries, messageId, null) { Copies = Copies };

        /// <summary>A delivery of several records counts as applied when one of them was.</summary>
        public void Add(EventOutcome outcome)
        {
            if (!_stored || outcome == EventOutcome.Applied)
            {
                Outcome = outcome;
            }

            _stored = true;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Count} deliveries of connection {Connection} failed together and go on one by one")]
        public static partial void Split(ILogger logger, string connection, int count, Exception exception);

        [LoggerMessage(2, LogLevel.Warning, "{Count} deliveries of connection {Connection} were left: it is no longer connected")]
        public static partial void NoConnection(ILogger logger, string connection, int count);

        [LoggerMessage(3, LogLevel.Debug, "{Count} messages of connection {Connection} could not be stored together and are stored one by one")]
        public static partial void Apart(ILogger logger, string connection, int count, Exception exception);

        [LoggerMessage(4, LogLevel.Information, "{Count} deliveries of connection {Connection} wait for the platform: {Kind}, {Reason}")]
        public static partial void PutOff(ILogger logger, string connection, int count, FaultKind kind, string reason);
    }
}
