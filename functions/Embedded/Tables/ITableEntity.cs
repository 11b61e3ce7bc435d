namespace Azure.Data.Tables;

/// <summary>
/// A row. Public properties of the implementing class are its columns: string, bool, int, long, ulong, double, Guid, DateTime (UTC), DateTimeOffset,
/// byte[], BinaryData, enums, and their nullables. [IgnoreDataMember] leaves one out, [DataMember(Name = ..)] renames it. Null is not stored.
/// </summary>
public interface ITableEntity
{
    string PartitionKey { get; set; }

    string RowKey { get; set; }

    /// <summary>When the service last wrote the row; ignored on writes.</summary>
    DateTimeOffset? Timestamp { get; set; }

    ETag ETag { get; set; }
}
