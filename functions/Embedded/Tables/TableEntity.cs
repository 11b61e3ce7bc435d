using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Azure.Data.Tables;

/// <summary>A row as a dictionary of its columns. Typed getters give null for a missing column and throw for one of another type.</summary>
[SuppressMessage("Naming", "CA1710", Justification = "The package's name.")]
public sealed class TableEntity : ITableEntity, IDictionary<string, object?>
{
    public TableEntity()
    {
    }

    public TableEntity(string partitionKey, string rowKey)
    {
        PartitionKey = partitionKey;
        RowKey = rowKey;
    }

    public TableEntity(IDictionary<string, object?> values) => Stored = new Dictionary<string, object?>(values);

    public string PartitionKey
    {
        get => GetString(nameof(PartitionKey))!;
        set => Stored[nameof(PartitionKey)] = value;
    }

    public string RowKey
    {
        get => GetString(nameof(RowKey))!;
        set => Stored[nameof(RowKey)] = value;
    }

    public DateTimeOffset? Timestamp
    {
        get => GetDateTimeOffset(nameof(Timestamp));
        set => Stored[nameof(Timestamp)] = value;
    }

    public ETag ETag
    {
        get => new(GetString(EntityReader.ETagName)!);
        set => Stored[EntityReader.ETagName] = value.ToString();
    }

    public ICollection<string> Keys => Stored.Keys;

    public int Count => Stored.Count;

    ICollection<object?> IDictionary<string, object?>.Values => Stored.Values;

    bool ICollection<KeyValuePair<string, object?>>.IsReadOnly => false;

    internal Dictionary<string, object?> Stored { get; } = [];

    /// <summary>Null for a missing column. An int set over a long or a double becomes one, so that a column keeps its type.</summary>
    public object? this[string key]
    {
        get => Find(key);
        set => Set(key, value);
    }

    public string? GetString(string key) => Get<string>(key);

    public byte[]? GetBinary(string key) => Get<byte[]>(key);

    public BinaryData? GetBinaryData(string key) => Find(key) is byte[] bytes ? new BinaryData(bytes) : Get<BinaryData>(key);

    public bool? GetBoolean(string key) => Get<bool?>(key);

    public DateTime? GetDateTime(string key) => Find(key) is DateTimeOffset time ? time.UtcDateTime : Get<DateTime?>(key);

    public DateTimeOffset? GetDateTimeOffset(string key) => Find(key) is DateTime time ? new DateTimeOffset(time) : Get<DateTimeOffset?>(key);

    public double? GetDouble(string key) => Get<double?>(key);

    public Guid? GetGuid(string key) => Get<Guid?>(key);

    public int? GetInt32(string key) => Get<int?>(key);

    public long? GetInt64(string key) => Get<long?>(key);

    public void Add(string key, object? value) => Set(key, value);

    public bool ContainsKey(string key) => Stored.ContainsKey(key);

    public bool Remove(string key) => Stored.Remove(key);

    public bool TryGetValue(string key, out object? value) => Stored.TryGetValue(key, out value);

    public void Clear() => Stored.Clear();

    void ICollection<KeyValuePair<string, object?>>.Add(KeyValuePair<string, object?> item) => Set(item.Key, item.Value);

    bool ICollection<KeyValuePair<string, object?>>.Contains(KeyValuePair<string, object?> item) => Stored.Contains(item);

    void ICollection<KeyValuePair<string, object?>>.CopyTo(KeyValuePair<string, object?>[] array, int arrayIndex) =>
        ((ICollection<KeyValuePair<string, object?>>)Stored).CopyTo(array, arrayIndex);

    bool ICollection<KeyValuePair<string, object?>>.Remove(KeyValuePair<string, object?> item) =>
        ((ICollection<KeyValuePair<string, object?>>)Stored).Remove(item);

    IEnumerator<KeyValuePair<string, object?>> IEnumerable<KeyValuePair<string, object?>>.GetEnumerator() => Stored.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => Stored.GetEnumerator();

    private object? Find(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        return Stored.GetValueOrDefault(key);
    }

    private T? Get<T>(string key) => Find(key) switch
    {
        null => default,
        T value => value,
        var other => throw new InvalidOperationException($"Cannot return {typeof(T)} type for a {other.GetType()} typed property."),
    };

    private void Set(string key, object? value)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        Stored[key] = (Stored.GetValueOrDefault(key), value) switch
        {
            (long, int number) => (long)number,
            (double, int number) => (double)number,
            (string, DateTime or DateTimeOffset) => value!.ToString(),
            _ => value,
        };
    }
}
