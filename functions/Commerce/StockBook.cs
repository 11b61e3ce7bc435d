using System.Runtime.CompilerServices;
using Azure.Data.Tables;
using StoreClaw.Storage;

namespace StoreClaw.Commerce;

/// <param name="Trace">Null where the level was stored before there were traces and has not changed since.</param>
public sealed record TracedLevel(StockLevel Level, StockTrace? Trace);

/// <summary>What a store has in its shelves now. One storage transaction per 1,000 rows.</summary>
public interface IStockBook
{
    /// <summary>Without tombstones.</summary>
    IAsyncEnumerable<Product> ProductsAsync(string connectionId, CancellationToken cancellationToken);

    /// <summary>Without tombstones.</summary>
    IAsyncEnumerable<TracedLevel> LevelsAsync(string connectionId, CancellationToken cancellationToken);
}

/// <summary>Reads a connection's whole partition.</summary>
public sealed class StockBook(StorageClients storage) : IStockBook
{
    public IAsyncEnumerable<Product> ProductsAsync(string connectionId, CancellationToken cancellationToken) =>
        RowsAsync(TableNames.Products, connectionId, cancellationToken).Select(RecordKind.Read<Product>);

    public IAsyncEnumerable<TracedLevel> LevelsAsync(string connectionId, CancellationToken cancellationToken) =>
        RowsAsync(TableNames.Stock, connectionId, cancellationToken).Select(static row => new TracedLevel(RecordKind.Read<StockLevel>(row), StockTrace.Parse(row.GetString(RecordKind.Trace))));

    private async IAsyncEnumerable<TableEntity> RowsAsync(string name, string connectionId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(name, cancellationToken);
        await foreach (var row in table.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {connectionId}"), cancellationToken: cancellationToken))
        {
            if (row.GetBoolean(RecordKind.Gone) is not true)
            {
                yield return row;
            }
        }
    }
}
