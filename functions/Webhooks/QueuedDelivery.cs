using System.Text;
using StoreClaw.Storage;

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

/// <summary>
/// Several deliveries as the text of one queue message: "w1" and base64 of the packed records. Text, since the Functions host hands messages over as text.
/// </summary>
public static class DeliveryText
{
    private const string Form = "w1";

    /// <summary>The most packed bytes that fit in a message.</summary>
    private const int Capacity = (WorkQueues.Capacity - 2) / 4 * 3;

    /// <summary>Messages that hold all of them, in order, each with as many as fit. One that does not fit alone gives null text.</summary>
    public static IEnumerable<(string? Text, ArraySegment<T> Items)> Pack<T>(ArraySegment<T> items, Func<T, QueuedDelivery> delivery)
    {
        var packed = Packing.Pack(Write(items, delivery));
        if (packed.Length <= Capacity)
        {
            return [(Form + Convert.ToBase64String(packed), items)];
        }

        return items.Count == 1
            ? [(null, items)]
            : [.. Pack(items[..(items.Count / 2)], delivery), .. Pack(items[(items.Count / 2)..], delivery)];
    }

    public static string? PackOne(QueuedDelivery delivery) => Pack(new ArraySegment<QueuedDelivery>([delivery]), static one => one).Single().Text;

    /// <exception cref="InvalidDataException">Not such a text.</exception>
    public static IReadOnlyList<QueuedDelivery> Unpack(string text)
    {
        if (!text.StartsWith(Form, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"A message of deliveries starts with {Form}.");
        }

        try
        {
            using var reader = new BinaryReader(new MemoryStream(Packing.Unpack(Convert.FromBase64String(text[Form.Length..])), writable: false), Encoding.UTF8);
            var deliveries = new QueuedDelivery[reader.ReadInt32()];
            for (var i = 0; i < deliveries.Length; i++)
            {
                deliveries[i] = Read(reader);
            }

            return deliveries;
        }
        catch (Exception broken) when (broken is FormatException or IOException or OverflowException or ArgumentException)
        {
            throw new InvalidDataException("The message of deliveries is damaged.", broken);
        }
    }

    private static byte[] Write<T>(ArraySegment<T> items, Func<T, QueuedDelivery> delivery)
    {
        using var stream = new MemoryStream(items.Sum(item => delivery(item).Body.Length + 256));
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(items.Count);
        foreach (var item in items)
        {
            Write(writer, delivery(item));
        }

        writer.Flush();
        return stream.ToArray();
    }

    private static void Write(BinaryWriter writer, QueuedDelivery delivery)
    {
        writer.Write(delivery.ConnectionId);
        writer.Write(delivery.Topic);
        writer.Write(delivery.DeliveryId ?? "");
        writer.Write(delivery.TriggeredAt?.UtcTicks ?? 0);
        writer.Write(delivery.ReceivedAt.UtcTicks);
        writer.Write(delivery.Trace ?? "");
        writer.Write(delivery.Attempt ?? "");
        writer.Write(delivery.Replays ?? "");
        writer.Write(delivery.Payload ?? "");
        writer.Write(delivery.Body.Length);
        writer.Write(delivery.Body.Span);
    }

    private static QueuedDelivery Read(BinaryReader reader) => new(
        reader.ReadString(),
        reader.ReadString(),
        NullIfEmpty(reader.ReadString()),
        reader.ReadInt64() is var triggered and > 0 ? new DateTimeOffset(triggered, TimeSpan.Zero) : null,
        new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero),
        NullIfEmpty(reader.ReadString()),
        NullIfEmpty(reader.ReadString()),
        NullIfEmpty(reader.ReadString()),
        NullIfEmpty(reader.ReadString()),
        reader.ReadBytes(reader.ReadInt32()));

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
