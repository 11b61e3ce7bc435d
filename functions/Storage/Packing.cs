using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using Azure.Data.Tables;

namespace StoreClaw.Storage;

/// <summary>Bytes made small, and bytes laid over the properties of a row (60 KiB each, at most 10 of them: as base64 on the wire a row must stay under 1 MiB).</summary>
public static class Packing
{
    /// <summary>The most packed bytes one row takes.</summary>
    public const int RowCapacity = 10 * PropertyCapacity;

    private const int PropertyCapacity = 60 * 1024;
    private const byte Plain = 0;
    private const byte Compressed = 1;

    /// <summary>A marker byte, then the bytes, compressed where that helps.</summary>
    public static byte[] Pack(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 256)
        {
            var rented = ArrayPool<byte>.Shared.Rent(BrotliEncoder.GetMaxCompressedLength(bytes.Length) + 1);
            try
            {
                if (BrotliEncoder.TryCompress(bytes, rented.AsSpan(1), out var written, quality: 1, window: 22) && written < bytes.Length)
                {
                    rented[0] = Compressed;
                    return rented.AsSpan(0, written + 1).ToArray();
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }

        return [Plain, .. bytes];
    }

    /// <exception cref="InvalidDataException">Not what <see cref="Pack"/> made.</exception>
    public static byte[] Unpack(ReadOnlySpan<byte> packed)
    {
        if (packed.IsEmpty)
        {
            throw new InvalidDataException("The packed bytes are empty.");
        }

        return packed[0] switch
        {
            Plain => packed[1..].ToArray(),
            Compressed => Decompress(packed[1..]),
            var marker => throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"The packed bytes start with {marker}, which no version writes.")),
        };
    }

    /// <summary>Lays packed bytes over the row's properties P0, P1 ...</summary>
    public static void Lay(TableEntity row, ReadOnlyMemory<byte> packed)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(packed.Length, RowCapacity);
        for (var (offset, part) = (0, 0); offset < packed.Length; offset += PropertyCapacity, part++)
        {
            row[Property(part)] = packed.Slice(offset, Math.Min(PropertyCapacity, packed.Length - offset)).ToArray();
        }
    }

    /// <summary>What <see cref="Lay"/> laid; empty when the row holds none.</summary>
    public static byte[] Gather(TableEntity row)
    {
        var first = row.GetBinary(Property(0)) ?? [];
        if (row.GetBinary(Property(1)) is null)
        {
            return first;
        }

        using var all = new MemoryStream();
        for (var part = 0; row.GetBinary(Property(part)) is { } bytes; part++)
        {
            all.Write(bytes);
        }

        return all.ToArray();
    }

    /// <summary>Whether a property is one that <see cref="Lay"/> makes.</summary>
    public static bool IsPart(string property) => property is ['P', >= '0' and <= '9'] or ['P', >= '0' and <= '9', >= '0' and <= '9'];

    private static string Property(int part) => string.Create(CultureInfo.InvariantCulture, $"P{part}");

    private static byte[] Decompress(ReadOnlySpan<byte> bytes)
    {
        using var source = new MemoryStream(bytes.ToArray(), writable: false);
        using var brotli = new BrotliStream(source, CompressionMode.Decompress);
        using var result = new MemoryStream();
        brotli.CopyTo(result);
        return result.ToArray();
    }
}
