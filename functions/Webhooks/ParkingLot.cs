using System.Text.Json;
using Microsoft.Extensions.Logging;
using StoreClaw.Alerts;
using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Storage;

namespace StoreClaw.Webhooks;

/// <summary>Gives messages up in the open: kept with their cause, told to the team, and on the timeline where they are deliveries; and takes them up again.</summary>
public sealed partial class ParkingLot(ParkedMessages parked, EventLog log, WorkQueues queues, AlertBook alerts, Randomness random, TimeProvider time, ILogger<ParkingLot> logger)
{
    /// <summary>Parks a queue message after its last try; one of several deliveries is split into single ones, which get tries of their own.</summary>
    public async Task ParkAsync(string queue, string text, Exception cause, long tries, CancellationToken cancellationToken)
    {
        if (queue != QueueNames.WebhookEvents || Deliveries(text) is not { } deliveries)
        {
            var message = await parked.ParkAsync(queue, text, ConnectionOf(text), null, Describe(cause), tries, cancellationToken);
            Log.Parked(logger, queue, message.Id, cause);
            await alerts.SeenAsync(AppCheck.Seen(message), cancellationToken);
            return;
        }

        if (deliveries.Count > 1)
        {
            // The process went down with it time and again. One of them is to blame, and the others must not share its fate.
            foreach (var delivery in deliveries)
            {
                await queues.SendTextAsync(queue, DeliveryText.PackOne(delivery)!, null, cancellationToken);
            }

            Log.Split(logger, queue, deliveries.Count, cause);
            return;
        }

        await ParkAsync(deliveries[0], EventLog.KeyOf(deliveries[0], deliveries[0].Body.Span), [], cause, tries, "", cancellationToken);
    }

    /// <summary>Parks one delivery and notes it on the timeline.</summary>
    public async Task ParkAsync(QueuedDelivery delivery, string key, IReadOnlyList<Change> changes, Exception cause, long tries, string message, CancellationToken cancellationToken)
    {
        var kept = await parked.ParkAsync(
            QueueNames.WebhookEvents, DeliveryText.PackOne(delivery)!, delivery.ConnectionId, delivery.Topic, Describe(cause), tries, cancellationToken);
        Log.Parked(logger, QueueNames.WebhookEvents, kept.Id, cause);
        await log.NoteAsync([new EventNote(delivery, key, changes, EventOutcome.Parked, tries, message, kept.Cause)], cancellationToken);
        await alerts.SeenAsync(AppCheck.Seen(kept), cancellationToken);
    }

    /// <summary>Puts a parked message back to work as a new attempt. False when there is none under the id.</summary>
    public async Task<bool> ReplayAsync(string id, CancellationToken cancellationToken)
    {
        if (await parked.FindAsync(id, cancellationToken) is not var (message, text))
        {
            return false;
        }

        if (message.Queue == QueueNames.WebhookEvents && Deliveries(text) is [var delivery])
        {
            text = DeliveryText.PackOne(delivery with { Attempt = random.Id(time.GetUtcNow()) })!;
        }

        // Sent before it is taken out: a crash between the two leaves one replay more, never one less.
        await queues.SendTextAsync(message.Queue, text, null, cancellationToken);
        await parked.RemoveAsync(message, cancellationToken);
        Log.Replayed(logger, id, message.Queue);
        return true;
    }

    private static string Describe(Exception cause) => cause switch
    {
        PlatformException platform => $"{platform.Fault.Kind}: {platform.Fault.Message}",
        _ => $"{cause.GetType().Name}: {cause.Message}",
    };

    private static IReadOnlyList<QueuedDelivery>? Deliveries(string text)
    {
        try
        {
            return DeliveryText.Unpack(text);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static string? ConnectionOf(string text)
    {
        try
        {
            return JsonDocument.Parse(text).RootElement.GetProperty("body").GetProperty("connection").GetString();
        }
        catch (Exception other) when (other is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Parked message {Id} of {Queue} was put back to work")]
        public static partial void Replayed(ILogger logger, string id, string queue);

        [LoggerMessage(2, LogLevel.Error, "A message of {Queue} was parked as {Id}")]
        public static partial void Parked(ILogger logger, string queue, string id, Exception exception);

        [LoggerMessage(3, LogLevel.Warning, "A message of {Queue} was split into its {Count} deliveries, each of which is tried alone")]
        public static partial void Split(ILogger logger, string queue, int count, Exception exception);
    }
}
