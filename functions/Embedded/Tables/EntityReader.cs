using System.Text;
using System.Text.Json;

namespace Azure.Data.Tables;

/// <summary>Reads the entities of one response. Column names are kept across its rows, which mostly have the same columns in the same order.</summary>
internal abstract class EntityReader
{
    public const string ETagName = "odata.etag";

    private const string TypeSuffix = "@odata.type";

    private readonly List<Column> _columns = [];

    public static EntityReader For(Type type) => type == typeof(TableEntity) ? new Dynamic() : new Class(type);

    /// <summary>Reads the object at the reader's position into the entity.</summary>
    public void Read(ref Utf8JsonReader json, ITableEntity entity)
    {
        Column? annotated = null;
        var type = EdmType.Plain;
        for (var position = 0; json.Read() && json.TokenType == JsonTokenType.PropertyName; position++)
        {
            var column = Find(ref json, ref position);
            json.Read();
            if (column.Annotates is { } target)
            {
                // OData has the annotation stand right before its property.
                (annotated, type) = (target, TypeOf(ref json));
            }
            else if (json.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            {
                json.Skip();
            }
            else if (column.IsData)
            {
                Set(ref json, entity, column, column == annotated ? type : EdmType.Plain);
            }
        }
    }

    private protected abstract void Set(ref Utf8JsonReader json, ITableEntity entity, Column column, EdmType type);

    private protected abstract EntityProperty? Bind(string name);

    private static EdmType TypeOf(ref Utf8JsonReader json) => json switch
    {
        _ when json.ValueTextEquals("Edm.Int64"u8) => EdmType.Int64,
        _ when json.ValueTextEquals("Edm.DateTime"u8) => EdmType.DateTime,
        _ when json.ValueTextEquals("Edm.Double"u8) => EdmType.Double,
        _ when json.ValueTextEquals("Edm.Guid"u8) => EdmType.Guid,
        _ when json.ValueTextEquals("Edm.Binary"u8) => EdmType.Binary,
        _ => EdmType.Plain,
    };

    private Column Find(ref Utf8JsonReader json, ref int position)
    {
        for (var tried = 0; tried < _columns.Count; tried++)
        {
            var index = (position + tried) % _columns.Count;
            if (json.ValueTextEquals(_columns[index].Utf8Name))
            {
                position = index;
                return _columns[index];
            }
        }

        position = _columns.Count;
        return Add(json.GetString()!);
    }

    private Column Add(string name)
    {
        Column? annotates = null;
        if (name.EndsWith(TypeSuffix, StringComparison.Ordinal))
        {
            var target = name[..^TypeSuffix.Length];
            annotates = _columns.Find(column => column.Name == target);
            if (annotates is null)
            {
                var annotation = new Column(name, null, annotates = new Column(target, Bind(target), null));
                _columns.Add(annotation);
                _columns.Add(annotates);
                return annotation;
            }
        }

        var added = new Column(name, Bind(name), annotates);
        _columns.Add(added);
        return added;
    }

    private protected enum EdmType
    {
        Plain,
        Int64,
        DateTime,
        Double,
        Guid,
        Binary,
    }

    private protected sealed class Column(string name, EntityProperty? property, Column? annotates)
    {
        public string Name { get; } = name;

        public byte[] Utf8Name { get; } = Encoding.UTF8.GetBytes(name);

        public EntityProperty? Property { get; } = property;

        /// <summary>The column whose type this one tells.</summary>
        public Column? Annotates { get; } = annotates;

        /// <summary>False for the service's own notes, odata.metadata and the like.</summary>
        public bool IsData { get; } = name == ETagName || !name.StartsWith("odata.", StringComparison.Ordinal);
    }

    /// <summary>Rows into classes: the property's type decides, not the annotation.</summary>
    private sealed class Class(Type type) : EntityReader
    {
        private readonly EntityMap _map = EntityMap.Of(type);

        private protected override EntityProperty? Bind(string name) => _map.Find(name);

        private protected override void Set(ref Utf8JsonReader json, ITableEntity entity, Column column, EdmType type)
        {
            if (json.TokenType != JsonTokenType.Null)
            {
                column.Property?.Read(ref json, entity);
            }
        }
    }

    /// <summary>Rows into <see cref="TableEntity"/>: the annotation decides, or the JSON form.</summary>
    private sealed class Dynamic : EntityReader
    {
        private protected override EntityProperty? Bind(string name) => null;

        private protected override void Set(ref Utf8JsonReader json, ITableEntity entity, Column column, EdmType type) =>
            ((TableEntity)entity).Stored[column.Name] = json.TokenType switch
            {
                JsonTokenType.Null => null,
                JsonTokenType.True => true,
                JsonTokenType.False => false,
                _ when column.Name == nameof(ITableEntity.Timestamp) => Typed(ref json, Edm.DateTimeOffset),
                _ when type == EdmType.Double => Typed(ref json, Edm.Double),
                JsonTokenType.Number => Number(ref json),
                _ => type switch
                {
                    EdmType.Int64 => Typed(ref json, Edm.Int64),
                    EdmType.DateTime => Typed(ref json, Edm.DateTimeOffset),
                    EdmType.Guid => Typed(ref json, Edm.Guid),
                    EdmType.Binary => Typed(ref json, Edm.Binary),
                    _ => json.GetString(),
                },
            };

        private static object? Typed<T>(ref Utf8JsonReader json, Edm<T> edm)
        {
            edm.TryRead(ref json, out var value);
            return value;
        }

        private static object Number(ref Utf8JsonReader json)
        {
            if (json.TryGetInt32(out var small))
            {
                return small;
            }

            return json.TryGetInt64(out var large) ? large : (object)json.GetDouble();
        }
    }
}
