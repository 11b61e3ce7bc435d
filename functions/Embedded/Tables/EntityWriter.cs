using System.Text.Encodings.Web;
using System.Text.Json;

namespace Azure.Data.Tables;

/// <summary>Writes one entity as the service takes it and adds up its size in storage.</summary>
internal ref struct EntityWriter
{
    // The service's own bound on a name; longer ones are for it to refuse.
    private const int LongestName = 255;

    private const string TypeSuffix = "@odata.type";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly Utf8JsonWriter _json;

    private int _size;

    private EntityWriter(Utf8JsonWriter json) => _json = json;

    /// <exception cref="NotSupportedException">A value has a type, or a DateTime a kind, that tables do not store.</exception>
    /// <exception cref="RequestFailedException">The entity breaks a limit of the service.</exception>
    public static void Write(PooledContent content, ITableEntity entity)
    {
        using var json = new Utf8JsonWriter(content, Options);
        var writer = new EntityWriter(json);
        json.WriteStartObject();
        if (entity is TableEntity dynamic)
        {
            writer.WriteDynamic(dynamic);
        }
        else
        {
            writer.WriteClass(entity);
        }

        json.WriteEndObject();
        ServiceLimits.CheckSize(writer._size);
    }

    public void Write<T>(string name, T value, Edm<T> edm)
    {
        if (edm.TypeName is { Length: > 0 } type)
        {
            var length = name.Length + TypeSuffix.Length;
            Span<char> annotation = name.Length > LongestName ? new char[length] : stackalloc char[length];
            name.CopyTo(annotation);
            TypeSuffix.CopyTo(annotation[name.Length..]);
            _json.WritePropertyName(annotation);
            _json.WriteStringValue(type);
        }

        _json.WritePropertyName(name);
        edm.Write(_json, value);
        _size += 8 + (2 * name.Length) + edm.Size(value);
    }

    private void WriteClass(ITableEntity entity)
    {
        WriteKey(nameof(ITableEntity.PartitionKey), entity.PartitionKey);
        WriteKey(nameof(ITableEntity.RowKey), entity.RowKey);
        _size += 4;
        foreach (var property in EntityMap.Of(entity.GetType()).Properties)
        {
            property.Write(ref this, entity);
        }
    }

    private void WriteDynamic(TableEntity entity)
    {
        foreach (var (name, value) in entity.Stored)
        {
            switch (name)
            {
                case nameof(ITableEntity.PartitionKey) or nameof(ITableEntity.RowKey):
                    WriteKey(name, (string)value!);
                    break;
                case nameof(ITableEntity.Timestamp) or EntityReader.ETagName:
                    break;
                default:
                    WriteValue(name, value);
                    break;
            }
        }

        _size += 4;
    }

    private void WriteKey(string name, string key)
    {
        _json.WriteString(name, key);
        _size += 2 * key.Length;
    }

    private void WriteValue(string name, object? value)
    {
        switch (value)
        {
            // The service stores no nulls and ignores them in a merge.
            case null: break;
            case string text: Write(name, text, Edm.String); break;
            case bool flag: Write(name, flag, Edm.Boolean); break;
            case int number: Write(name, number, Edm.Int32); break;
            case long number: Write(name, number, Edm.Int64); break;
            case ulong number: Write(name, number, Edm.UInt64); break;
            case double number: Write(name, number, Edm.Double); break;
            case Guid guid: Write(name, guid, Edm.Guid); break;
            case DateTime time: Write(name, time, Edm.DateTime); break;
            case DateTimeOffset time: Write(name, time, Edm.DateTimeOffset); break;
            case byte[] bytes: Write(name, bytes, Edm.Binary); break;
            case BinaryData bytes: Write(name, bytes, Edm.BinaryData); break;
            default: throw new NotSupportedException($"{name} is a {value.GetType().Name}, which a TableEntity cannot store.");
        }
    }
}
