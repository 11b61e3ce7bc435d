using Azure.Core;

namespace Azure.Data.Tables;

/// <summary>One write: alone it is a request, in a transaction a part of one.</summary>
internal readonly record struct EntityOperation(RequestMethod Method, string Path, ETag IfMatch, ITableEntity? Body)
{
    public static EntityOperation Add(string table, ITableEntity entity) => new(RequestMethod.Post, table, default, Checked(entity));

    /// <summary>An update with an ETag, an upsert without.</summary>
    public static EntityOperation Put(string table, ITableEntity entity, TableUpdateMode mode, ETag ifMatch)
    {
        var method = mode switch
        {
            TableUpdateMode.Merge => RequestMethod.Patch,
            TableUpdateMode.Replace => RequestMethod.Put,
            _ => throw new ArgumentException($"Unexpected value for {nameof(mode)}: {mode}"),
        };
        return new(method, Address(table, Checked(entity).PartitionKey, entity.RowKey), ifMatch, entity);
    }

    public static EntityOperation Delete(string table, string partitionKey, string rowKey, ETag ifMatch) =>
        new(RequestMethod.Delete, Address(table, partitionKey, rowKey), ifMatch == default ? ETag.All : ifMatch, null);

    public static EntityOperation From(string table, TableTransactionAction action) => action.ActionType switch
    {
        TableTransactionActionType.Add => Add(table, action.Entity),
        TableTransactionActionType.UpdateMerge => Put(table, action.Entity, TableUpdateMode.Merge, action.ETag),
        TableTransactionActionType.UpdateReplace => Put(table, action.Entity, TableUpdateMode.Replace, action.ETag),
        TableTransactionActionType.UpsertMerge => Put(table, action.Entity, TableUpdateMode.Merge, default),
        TableTransactionActionType.UpsertReplace => Put(table, action.Entity, TableUpdateMode.Replace, default),
        TableTransactionActionType.Delete => Delete(table, action.Entity.PartitionKey, action.Entity.RowKey, action.ETag),
        _ => throw new InvalidOperationException("Unknown request type."),
    };

    public static string Address(string table, string partitionKey, string rowKey)
    {
        ArgumentNullException.ThrowIfNull(partitionKey);
        ArgumentNullException.ThrowIfNull(rowKey);
        ServiceLimits.CheckAddress(partitionKey);
        ServiceLimits.CheckAddress(rowKey);
        return $"{table}(PartitionKey='{Escape(partitionKey)}',RowKey='{Escape(rowKey)}')";
    }

    private static string Escape(string key) => Uri.EscapeDataString(key.Replace("'", "''", StringComparison.Ordinal));

    private static ITableEntity Checked(ITableEntity entity)
    {
        ArgumentNullException.ThrowIfNull(entity);
        ArgumentNullException.ThrowIfNull(entity.PartitionKey);
        ArgumentNullException.ThrowIfNull(entity.RowKey);
        return entity;
    }
}
