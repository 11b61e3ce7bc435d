using System.Globalization;
using System.Text.Json;

namespace Azure.Data.Tables;

/// <summary>How one .NET type is stored: its JSON form, its type annotation, its share of the entity's size.</summary>
internal abstract class Edm<T>
{
    /// <summary>The value of <c>@odata.type</c>; empty when the JSON form says it.</summary>
    public virtual ReadOnlySpan<byte> TypeName => [];

    /// <summary>Bytes of the value in storage.</summary>
    public abstract int Size(T value);

    public abstract void Write(Utf8JsonWriter json, T value);

    /// <summary>False when the stored value has no counterpart in the type; the property then keeps what it has.</summary>
    public abstract bool TryRead(ref Utf8JsonReader json, out T value);
}

internal static class Edm
{
    public static readonly Edm<string> String = new EdmString();

    public static readonly Edm<bool> Boolean = new EdmBoolean();

    public static readonly Edm<int> Int32 = new EdmInt32();

    public static readonly Edm<long> Int64 = new EdmInt64();

    public static readonly Edm<ulong> UInt64 = new EdmUInt64();

    public static readonly Edm<double> Double = new EdmDouble();

    public static readonly Edm<Guid> Guid = new EdmGuid();

    public static readonly Edm<DateTime> DateTime = new EdmDateTime();

    public static readonly Edm<DateTimeOffset> DateTimeOffset = new EdmDateTimeOffset();

    public static readonly Edm<byte[]> Binary = new EdmBinary();

    public static readonly Edm<BinaryData> BinaryData = new EdmBinaryData();

    /// <summary>The <see cref="Edm{T}"/> of a property's type, or null when tables have no form for it.</summary>
    public static object? Of(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            return Of(inner) is { } edm ? Activator.CreateInstance(typeof(EdmNullable<>).MakeGenericType(inner), edm) : null;
        }

        object[] known = [String, Boolean, Int32, Int64, UInt64, Double, Guid, DateTime, DateTimeOffset, Binary, BinaryData];
        return type.IsEnum
            ? Activator.CreateInstance(typeof(EdmEnum<>).MakeGenericType(type))
            : known.FirstOrDefault(edm => edm.GetType().BaseType == typeof(Edm<>).MakeGenericType(type));
    }

    public static int SizeOf(string text) => 4 + (2 * text.Length);

    private sealed class EdmString : Edm<string>
    {
        public override int Size(string value) => SizeOf(value);

        public override void Write(Utf8JsonWriter json, string value) => json.WriteStringValue(value);

        public override bool TryRead(ref Utf8JsonReader json, out string value)
        {
            value = json.GetString()!;
            return true;
        }
    }

    private sealed class EdmBoolean : Edm<bool>
    {
        public override int Size(bool value) => 1;

        public override void Write(Utf8JsonWriter json, bool value) => json.WriteBooleanValue(value);

        public override bool TryRead(ref Utf8JsonReader json, out bool value)
        {
            value = json.GetBoolean();
            return true;
        }
    }

    private sealed class EdmInt32 : Edm<int>
    {
        public override int Size(int value) => 4;

        public override void Write(Utf8JsonWriter json, int value) => json.WriteNumberValue(value);

        public override bool TryRead(ref Utf8JsonReader json, out int value)
        {
            value = json.GetInt32();
            return true;
        }
    }

    private sealed class EdmInt64 : Edm<long>
    {
        public override ReadOnlySpan<byte> TypeName => "Edm.Int64"u8;

        public override int Size(long value) => 8;

        public override void Write(Utf8JsonWriter json, long value)
        {
            Span<byte> digits = stackalloc byte[20];
            value.TryFormat(digits, out var length, provider: CultureInfo.InvariantCulture);
            json.WriteStringValue(digits[..length]);
        }

        public override bool TryRead(ref Utf8JsonReader json, out long value)
        {
            // A small Int64 written by another client without its annotation comes back as a number.
            value = json.TokenType == JsonTokenType.String ? long.Parse(json.ValueSpan, CultureInfo.InvariantCulture) : json.GetInt64();
            return true;
        }
    }

    private sealed class EdmUInt64 : Edm<ulong>
    {
        public override ReadOnlySpan<byte> TypeName => Int64.TypeName;

        public override int Size(ulong value) => 8;

        public override void Write(Utf8JsonWriter json, ulong value) => Int64.Write(json, checked((long)value));

        public override bool TryRead(ref Utf8JsonReader json, out ulong value)
        {
            Int64.TryRead(ref json, out var signed);
            value = checked((ulong)signed);
            return true;
        }
    }

    private sealed class EdmDouble : Edm<double>
    {
        public override ReadOnlySpan<byte> TypeName => "Edm.Double"u8;

        public override int Size(double value) => 8;

        /// <summary>An infinity is an ArgumentException, as in the package.</summary>
        public override void Write(Utf8JsonWriter json, double value)
        {
            if (double.IsNaN(value))
            {
                json.WriteStringValue("NaN"u8);
            }
            else
            {
                json.WriteNumberValue(value);
            }
        }

        public override bool TryRead(ref Utf8JsonReader json, out double value)
        {
            value = json.TokenType == JsonTokenType.String ? double.Parse(json.ValueSpan, CultureInfo.InvariantCulture) : json.GetDouble();
            return true;
        }
    }

    private sealed class EdmGuid : Edm<Guid>
    {
        public override ReadOnlySpan<byte> TypeName => "Edm.Guid"u8;

        public override int Size(Guid value) => 16;

        public override void Write(Utf8JsonWriter json, Guid value) => json.WriteStringValue(value);

        public override bool TryRead(ref Utf8JsonReader json, out Guid value)
        {
            value = json.GetGuid();
            return true;
        }
    }

    private sealed class EdmDateTime : Edm<DateTime>
    {
        public override ReadOnlySpan<byte> TypeName => "Edm.DateTime"u8;

        public override int Size(DateTime value) => 8;

        public override void Write(Utf8JsonWriter json, DateTime value)
        {
            if (value.Kind != DateTimeKind.Utc)
            {
                throw new NotSupportedException($"A table stores times in UTC; this DateTime is {value.Kind}. Use DateTimeOffset, or DateTime.SpecifyKind.");
            }

            ServiceLimits.CheckTime(value);
            Span<byte> text = stackalloc byte[28];
            value.TryFormat(text, out var length, "O", CultureInfo.InvariantCulture);
            json.WriteStringValue(text[..length]);
        }

        public override bool TryRead(ref Utf8JsonReader json, out DateTime value)
        {
            value = json.GetDateTimeOffset().UtcDateTime;
            return true;
        }
    }

    private sealed class EdmDateTimeOffset : Edm<DateTimeOffset>
    {
        public override ReadOnlySpan<byte> TypeName => DateTime.TypeName;

        public override int Size(DateTimeOffset value) => 8;

        public override void Write(Utf8JsonWriter json, DateTimeOffset value) => DateTime.Write(json, value.UtcDateTime);

        public override bool TryRead(ref Utf8JsonReader json, out DateTimeOffset value)
        {
            value = json.GetDateTimeOffset();
            return true;
        }
    }

    private sealed class EdmBinary : Edm<byte[]>
    {
        public override ReadOnlySpan<byte> TypeName => "Edm.Binary"u8;

        public override int Size(byte[] value) => 4 + value.Length;

        public override void Write(Utf8JsonWriter json, byte[] value) => json.WriteBase64StringValue(value);

        public override bool TryRead(ref Utf8JsonReader json, out byte[] value)
        {
            value = json.GetBytesFromBase64();
            return true;
        }
    }

    private sealed class EdmBinaryData : Edm<BinaryData>
    {
        public override ReadOnlySpan<byte> TypeName => Binary.TypeName;

        public override int Size(BinaryData value) => 4 + value.Length;

        public override void Write(Utf8JsonWriter json, BinaryData value) => json.WriteBase64StringValue(value);

        public override bool TryRead(ref Utf8JsonReader json, out BinaryData value)
        {
            value = new BinaryData(json.GetBytesFromBase64());
            return true;
        }
    }

    /// <summary>Stored by name. A name this version does not know is left unread.</summary>
    private sealed class EdmEnum<T> : Edm<T>
        where T : struct, Enum
    {
        public override int Size(T value) => SizeOf(value.ToString());

        public override void Write(Utf8JsonWriter json, T value) => json.WriteStringValue(value.ToString());

        public override bool TryRead(ref Utf8JsonReader json, out T value) => Enum.TryParse(json.GetString(), out value) && Enum.IsDefined(value);
    }

    private sealed class EdmNullable<T>(Edm<T> inner) : Edm<T?>
        where T : struct
    {
        public override ReadOnlySpan<byte> TypeName => inner.TypeName;

        public override int Size(T? value) => inner.Size(value.GetValueOrDefault());

        public override void Write(Utf8JsonWriter json, T? value) => inner.Write(json, value.GetValueOrDefault());

        public override bool TryRead(ref Utf8JsonReader json, out T? value)
        {
            var known = inner.TryRead(ref json, out var read);
            value = read;
            return known;
        }
    }
}
