using System.Globalization;
using System.IO.Compression;
using System.Text;
using StoreClaw.Storage;

namespace StoreClaw.Webhooks;

/// <summary>
/// Deliveries as the text of one queue message, which can grow: "w1.", how many they are, a dot, and base64 of one Deflate stream that is flushed after each, so that what was packed stays as it is and
/// the next one is packed by its likeness to those before. Text, since the Functions host hands messages over as text.
/// </summary>
public sealed class DeliveryText : IDisposable
{
    private const string Form = "w1";

    private readonly MemoryStream _packed = new();
    private readonly BinaryWriter _writer;

    public DeliveryText() => _writer = new BinaryWriter(new DeflateStream(_packed, CompressionLevel.Fastest, leaveOpen: true), Encoding.UTF8);

    public int Count { get; private set; }

    /// <summary>Bytes of the text, which is ASCII, at most.</summary>
    public int Length => Form.Length + 12 + (((int)_packed.Length + 2) / 3 * 4);

    /// <summary>Packs one more. False when the text would be longer than that: it stays as it was, and nothing can be added to it any more.</summary>
    public bool TryAdd(QueuedDelivery delivery, int longest)
    {
        var before = _packed.Length;
        Write(_writer, delivery);
        _writer.Flush();
        if (Length > longest)
        {
            // Flushed where the one before ended, so the part up to there is whole.
            _packed.SetLength(before);
            return false;
        }

        Count++;
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Form}.{Count}.{Convert.ToBase64String(_packed.GetBuffer(), 0, (int)_packed.Length)}");

    public void Dispose() => _writer.Dispose();

    /// <summary>Messages that hold all of them, in order, each with as many as fit. One that does not fit alone gives null text.</summary>
    public static IEnumerable<(string? Text, ArraySegment<T> Items)> Pack<T>(ArraySegment<T> items, Func<T, QueuedDelivery> delivery)
    {
        while (items.Count > 0)
        {
            using var text = new DeliveryText();
            while (text.Count < items.Count && text.TryAdd(delivery(items[text.Count]), WorkQueues.Capacity))
            {
            }

            var taken = items[..Math.Max(text.Count, 1)];
            yield return (text.Count > 0 ? text.ToString() : null, taken);
            items = items[taken.Count..];
        }
    }

    public static string? PackOne(QueuedDelivery delivery) => Pack(new ArraySegment<QueuedDelivery>([delivery]), static one => one).Single().Text;

    /// <exception cref="InvalidDataException">Not such a text.</exception>
    public static IReadOnlyList<QueuedDelivery> Unpack(string text)
    {
        if (text.Split('.') is not [Form, var count, var packed] || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var deliveries))
        {
            throw new InvalidDataException($"A message of deliveries starts with {Form} and their number.");
        }

        try
        {
            // Nothing is asked of the stream beyond the last delivery: it was flushed there, not ended.
            using var reader = new BinaryReader(new DeflateStream(new MemoryStream(Convert.FromBase64String(packed), writable: false), CompressionMode.Decompress), Encoding.UTF8);
            var read = new List<QueuedDelivery>();
            while (read.Count < deliveries)
            {
                read.Add(Read(reader));
            }

            return read;
        }
        catch (Exception broken) when (broken is FormatException or IOException or InvalidDataException or OverflowException or ArgumentException)
        {
            throw new InvalidDataException("The message of deliveries is damaged.", broken);
        }
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
        ReadBody(reader));

    private static byte[] ReadBody(BinaryReader reader)
    {
        var length = reader.ReadInt32();
        var body = reader.ReadBytes(length);
        return body.Length == length ? body : throw new EndOfStreamException();
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
