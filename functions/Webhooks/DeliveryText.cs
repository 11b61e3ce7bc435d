using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using StoreClaw.Storage;

namespace StoreClaw.Webhooks;

/// <summary>
/// Deliveries as the text of one queue message, which can grow: "w1.", how many they are, a dot, and base64 of one Brotli stream that is flushed after each, so that what was packed stays as it is and
/// the next one is packed by its likeness to those before. Text, since the Functions host hands messages over as text.
/// </summary>
public sealed class DeliveryText : IDisposable
{
    private const string Form = "w1";
    private const int Quality = 3;
    private const int Window = 16;

    private readonly ArrayBufferWriter<byte> _packed = new();
    private BrotliEncoder _encoder = new(Quality, Window);

    public int Count { get; private set; }

    /// <summary>Bytes of the text, which is ASCII.</summary>
    public int Length => TextLength(_packed.WrittenCount);

    /// <summary>Packs one more. False when the text would be longer than that: it stays as it was, and nothing can be added to it any more.</summary>
    public bool TryAdd(QueuedDelivery delivery, int longest)
    {
        var before = _packed.WrittenCount;
        var rest = Write(delivery).AsSpan();
        do
        {
            _encoder.Compress(rest, _packed.GetSpan(BrotliEncoder.GetMaxCompressedLength(rest.Length)), out var read, out var written, isFinalBlock: false);
            rest = rest[read..];
            _packed.Advance(written);
        }
        while (rest.Length > 0);

        OperationStatus flush;
        do
        {
            flush = _encoder.Flush(_packed.GetSpan(1024), out var written);
            _packed.Advance(written);
        }
        while (flush == OperationStatus.DestinationTooSmall);

        if (Length > longest)
        {
            // Flushed where the one before ended, so the part up to there is whole.
            var kept = _packed.WrittenSpan[..before].ToArray();
            _packed.ResetWrittenCount();
            _packed.Write(kept);
            return false;
        }

        Count++;
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Form}.{Count}.{Convert.ToBase64String(_packed.WrittenSpan)}");

    public void Dispose() => _encoder.Dispose();

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
            using var reader = new BinaryReader(Decompress(Convert.FromBase64String(packed)), Encoding.UTF8);
            return [.. Enumerable.Range(0, deliveries).Select(_ => Read(reader))];
        }
        catch (Exception broken) when (broken is FormatException or IOException or OverflowException or ArgumentException)
        {
            throw new InvalidDataException("The message of deliveries is damaged.", broken);
        }
    }

    private static int TextLength(int packed) => Form.Length + 12 + ((packed + 2) / 3 * 4);

    /// <summary>What was flushed of a stream; BrotliStream would miss its end.</summary>
    private static MemoryStream Decompress(ReadOnlySpan<byte> packed)
    {
        using var decoder = default(BrotliDecoder);
        var bytes = new ArrayBufferWriter<byte>(packed.Length * 4);
        int written;
        do
        {
            // It asks for more input while it still holds output, so it is done only when it gives none.
            if (decoder.Decompress(packed, bytes.GetSpan(4096), out var read, out written) == OperationStatus.InvalidData)
            {
                throw new InvalidDataException("The message of deliveries is damaged.");
            }

            packed = packed[read..];
            bytes.Advance(written);
        }
        while (written > 0);

        return new MemoryStream(bytes.WrittenSpan.ToArray(), writable: false);
    }

    private static byte[] Write(QueuedDelivery delivery)
    {
        using var stream = new MemoryStream(delivery.Body.Length + 256);
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
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
        writer.Flush();
        return stream.ToArray();
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
