using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Serialization;
using System.Text.Json;

namespace Azure.Data.Tables;

/// <summary>The columns of one entity class; found once per class.</summary>
internal sealed class EntityMap
{
    private static readonly ConcurrentDictionary<Type, EntityMap> Maps = new();

    private static readonly EntityProperty[] Keys =
    [
        new SystemProperty<string>(nameof(ITableEntity.PartitionKey), Edm.String, static (entity, key) => entity.PartitionKey = key),
        new SystemProperty<string>(nameof(ITableEntity.RowKey), Edm.String, static (entity, key) => entity.RowKey = key),
        new SystemProperty<DateTimeOffset>(nameof(ITableEntity.Timestamp), Edm.DateTimeOffset, static (entity, time) => entity.Timestamp = time),
        new SystemProperty<string>(EntityReader.ETagName, Edm.String, static (entity, etag) => entity.ETag = new ETag(etag)),
    ];

    private readonly Dictionary<string, EntityProperty> _byName;

    private EntityMap(Type type)
    {
        Properties = [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(IsColumn).Select(property => Bind(type, property))];
        _byName = Keys.Concat(Properties).ToDictionary(property => property.Name);
    }

    /// <summary>What a write sends beside the keys.</summary>
    public EntityProperty[] Properties { get; }

    public static EntityMap Of(Type type) => Maps.GetOrAdd(type, static type => new EntityMap(type));

    public EntityProperty? Find(string column) => _byName.GetValueOrDefault(column);

    private static bool IsColumn(PropertyInfo property) =>
        typeof(ITableEntity).GetProperty(property.Name) is null
        && property.GetIndexParameters().Length == 0
        && !property.IsDefined(typeof(IgnoreDataMemberAttribute));

    private static EntityProperty Bind(Type type, PropertyInfo property)
    {
        var edm = Edm.Of(property.PropertyType) ?? throw new NotSupportedException(
            $"{type.Name}.{property.Name} is a {property.PropertyType.Name}, which tables do not store. Mark it [IgnoreDataMember].");
        var name = property.GetCustomAttribute<DataMemberAttribute>()?.Name ?? property.Name;
        return (EntityProperty)Activator.CreateInstance(typeof(ClassProperty<,>).MakeGenericType(type, property.PropertyType), name, property, edm)!;
    }

    private sealed class ClassProperty<TEntity, TValue>(string name, PropertyInfo property, Edm<TValue> edm) : EntityProperty(name)
    {
        private readonly Func<TEntity, TValue>? _get = property.GetGetMethod(nonPublic: true)?.CreateDelegate<Func<TEntity, TValue>>();

        private readonly Action<TEntity, TValue>? _set = property.GetSetMethod(nonPublic: true)?.CreateDelegate<Action<TEntity, TValue>>();

        public override void Write(ref EntityWriter writer, ITableEntity entity)
        {
            if (_get is not null && _get((TEntity)entity) is { } value)
            {
                writer.Write(Name, value, edm);
            }
        }

        public override void Read(ref Utf8JsonReader json, ITableEntity entity)
        {
            if (_set is not null && edm.TryRead(ref json, out var value))
            {
                _set((TEntity)entity, value);
            }
        }
    }

    private sealed class SystemProperty<TValue>(string name, Edm<TValue> edm, Action<ITableEntity, TValue> set) : EntityProperty(name)
    {
        public override void Write(ref EntityWriter writer, ITableEntity entity) =>
            throw new InvalidOperationException($"{Name} is not written as a column.");

        public override void Read(ref Utf8JsonReader json, ITableEntity entity)
        {
            edm.TryRead(ref json, out var value);
            set(entity, value);
        }
    }
}

/// <summary>One column of an entity class.</summary>
internal abstract class EntityProperty(string name)
{
    public string Name { get; } = name;

    public abstract void Write(ref EntityWriter writer, ITableEntity entity);

    public abstract void Read(ref Utf8JsonReader json, ITableEntity entity);
}
