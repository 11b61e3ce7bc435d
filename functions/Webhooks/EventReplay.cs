using System.Globalization;
using StoreClaw.Common;
using StoreClaw.Connections;
using StoreClaw.Storage;

namespace StoreClaw.Webhooks;

/// <summary>What to do again: events by id, or a connection's events of a period.</summary>
public sealed record ReplayRequest(IReadOnlyList<string>? Ids, string? Connection, DateTimeOffset? From, DateTimeOffset? To, bool DryRun);

/// <param name="Attempt">Names the new attempt on the timeline; null when it was only tried dry.</param>
public sealed record ReplayResult(bool DryRun, int Count, IReadOnlyList<string> Ids, string? Attempt);

/// <summary>Puts events to work once more, on purpose: what was noted of them goes through the store again under a new attempt.</summary>
public sealed class EventReplay(EventLog log, IConnectionDirectory connections, WorkQueues queues, Randomness random, TimeProvider time)
{
    private const int Most = 10_000;
    private const int MessageEvents = 100;

    /// <exception cref="ProblemException">Neither ids nor a connection with a period, an unknown id, or too many.</exception>
    public async Task<ReplayResult> ReplayAsync(ReplayRequest request, CancellationToken cancellationToken)
    {
        var ids = await SelectAsync(request, cancellationToken);
        if (request.DryRun)
        {
            return new ReplayResult(true, ids.Count, ids, null);
        }

        var attempt = random.Id(time.GetUtcNow());
        var deliveries = new List<QueuedDelivery>();
        foreach (var id in ids)
        {
            if (await log.FindAsync(id, cancellationToken) is var (entry, _))
            {
                deliveries.Add(new QueuedDelivery(
                    entry.Connection, entry.Topic, entry.DeliveryId, entry.TriggeredAt, time.GetUtcNow(), entry.Trace, attempt, Replays: id, Payload: null, Body: default));
            }
        }

        foreach (var chunk in deliveries.Chunk(MessageEvents))
        {
            foreach (var (text, _) in DeliveryText.Pack(new ArraySegment<QueuedDelivery>(chunk), static delivery => delivery))
            {
                await queues.SendTextAsync(QueueNames.WebhookEvents, text!, null, cancellationToken);
            }
        }

        return new ReplayResult(false, ids.Count, ids, attempt);
    }

    private async Task<IReadOnlyList<string>> SelectAsync(ReplayRequest request, CancellationToken cancellationToken)
    {
        if (request.Ids is { Count: > 0 } ids)
        {
            foreach (var id in ids)
            {
                _ = await log.FindAsync(id, cancellationToken) ?? throw new ProblemException(Problem.NotFound("event", id));
            }

            return ids;
        }

        if (request.Connection is not { } connection || request.From is not { } from)
        {
            throw new ProblemException(Problem.Invalid("ids", "Give ids, or connection and from (and to)."));
        }

        if (await connections.FindAsync(connection, cancellationToken) is null)
        {
            throw new ProblemException(Problem.NotFound("connection", connection));
        }

        var entries = await log.ListAsync(connection, null, from, request.To ?? time.GetUtcNow(), Most + 1, cancellationToken);
        if (entries.Count > Most)
        {
            throw new ProblemException(Problem.Invalid("to", string.Create(CultureInfo.InvariantCulture, $"The period holds more than {Most} events. Replay it in parts.")));
        }

        // Oldest first, as they happened; replays of replays would only grow the list.
        return [.. entries.Where(static entry => entry.Attempt is null).OrderBy(static entry => entry.ReceivedAt).Select(static entry => entry.Id)];
    }
}
