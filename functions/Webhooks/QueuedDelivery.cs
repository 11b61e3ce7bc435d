namespace StoreClaw.Webhooks;

/// <summary>A verified delivery on its way to be applied.</summary>
/// <param name="Attempt">Set on a replay: names the attempt, so that it passes what was done before.</param>
/// <param name="Trace">W3C trace parent of the request that brought it.</param>
/// <param name="Replays">Set on a replay from the timeline: the event whose noted changes are to be applied; there is no body then.</param>
/// <param name="Payload">Where the body lies when it is too big to travel; <paramref name="Body"/> is empty then.</param>
public sealed record QueuedDelivery(
    string ConnectionId,
    string Topic,
    string? DeliveryId,
    DateTimeOffset? TriggeredAt,
    DateTimeOffset ReceivedAt,
    string? Trace,
    string? Attempt,
    string? Replays,
    string? Payload,
    ReadOnlyMemory<byte> Body);
