using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace StoreClaw.Common;

/// <summary>The one source of chance: ids, tokens, jitter. Safe to call from several threads.</summary>
public abstract class Randomness
{
    private const string Crockford = "0123456789abcdefghjkmnpqrstvwxyz";

    private const int IdLength = 26;

    public abstract void Fill(Span<byte> bytes);

    /// <summary>Evenly spread over [0, 1), 53 bits.</summary>
    public double NextDouble()
    {
        Span<byte> bytes = stackalloc byte[8];
        Fill(bytes);
        return (BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>That many random bytes as base64url without padding.</summary>
    public string Token(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        var buffer = new byte[bytes];
        Fill(buffer);
        return Base64Url.EncodeToString(buffer);
    }

    /// <summary>
    /// 26 characters of lower-case Crockford base32: 48 bits of milliseconds since 1970, then 80 random bits. Ordinal order is order of time,
    /// undecided within a millisecond.
    /// </summary>
    public string Id(DateTimeOffset now)
    {
        Span<byte> bytes = stackalloc byte[16];
        Stamp(bytes, now);
        Fill(bytes[6..]);
        return Encode(bytes);
    }

    /// <summary>What every id made before the instant sorts below.</summary>
    public static string IdBound(DateTimeOffset instant)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        Stamp(bytes, instant);
        return Encode(bytes);
    }

    /// <summary>A version 4 GUID.</summary>
    public Guid NewGuid()
    {
        Span<byte> bytes = stackalloc byte[16];
        Fill(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    private static void Stamp(Span<byte> bytes, DateTimeOffset instant)
    {
        var milliseconds = instant.ToUnixTimeMilliseconds();
        ArgumentOutOfRangeException.ThrowIfNegative(milliseconds);
        BinaryPrimitives.WriteInt64BigEndian(bytes, milliseconds << 16);
    }

    private static string Encode(ReadOnlySpan<byte> bytes)
    {
        var bits = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        Span<char> text = stackalloc char[IdLength];
        for (var i = IdLength - 1; i >= 0; i--)
        {
            text[i] = Crockford[(int)(bits & 31)];
            bits >>= 5;
        }

        return new string(text);
    }
}

/// <summary>The operating system's cryptographic generator.</summary>
public sealed class SystemRandomness : Randomness
{
    public override void Fill(Span<byte> bytes) => RandomNumberGenerator.Fill(bytes);
}
