using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace StoreClaw.Sandbox.Wix;

public enum WixKind
{
    Order = 0,
    Product = 0x131604aa,
    Variant = 0x31fb9d02,
    Contact = 0x24de6f0b,
    Line = 0x1c204c9d,
    Location = 0x1ab41f83,
    Refund = 0x39681184,
}

/// <summary>The GUIDs that stand for a shop's numbers, both ways.</summary>
public static class WixIds
{
    public const string NoVariant = "00000000-0000-0000-0000-000000000000";

    public static string Of(WixKind kind, long id)
    {
        var tail = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(tail, id);
        return new Guid((int)kind, 0x253b, 0x4a0e, tail).ToString();
    }

    /// <summary>Null when the text is no id of that kind.</summary>
    public static long? Read(WixKind kind, string? text)
    {
        if (!Guid.TryParseExact(text, "D", out var guid))
        {
            return null;
        }

        var bytes = guid.ToByteArray(bigEndian: true);
        var id = BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(8));
        return Of(kind, id) == text ? id : null;
    }

    /// <summary>The inventory item of a variant at a place.</summary>
    public static string Inventory(long variantId, long locationId) =>
        new Guid(SHA256.HashData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{variantId}@{locationId}"))).AsSpan(0, 16)).ToString();
}
