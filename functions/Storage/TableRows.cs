using Azure;
using Azure.Data.Tables;

namespace StoreClaw.Storage;

/// <summary>What is done to many rows of a table at once.</summary>
public static class TableRows
{
    /// <summary>The most operations of one transaction.</summary>
    public const int MostPerTransaction = 100;

    /// <summary>Removes the rows that the filter finds. A row that somebody else removes meanwhile fails the call; it can be repeated.</summary>
    public static Task RemoveAsync(this TableClient table, string filter, CancellationToken cancellationToken) => table.RemoveAsync(filter, static _ => true, cancellationToken);

    /// <summary>Removes those of the rows found that are meant.</summary>
    /// <inheritdoc cref="RemoveAsync(TableClient, string, CancellationToken)"/>
    public static async Task RemoveAsync(this TableClient table, string filter, Func<TableEntity, bool> isMeant, CancellationToken cancellationToken)
    {
        await foreach (var page in table.QueryAsync<TableEntity>(filter, select: ["PartitionKey", "RowKey"], cancellationToken: cancellationToken).AsPages())
        {
            foreach (var chunk in page.Values.Where(isMeant).GroupBy(static row => row.PartitionKey).SelectMany(static partition => partition.Chunk(MostPerTransaction)))
            {
                await table.SubmitTransactionAsync(chunk.Select(static row => new TableTransactionAction(TableTransactionActionType.Delete, row, ETag.All)), cancellationToken);
            }
        }
    }

    /// <summary>The keys of the partitions that have rows, in order; one transaction each.</summary>
    public static async Task<IReadOnlyList<string>> PartitionsAsync(this TableClient table, CancellationToken cancellationToken)
    {
        var keys = new List<string>();
        while (true)
        {
            var after = keys.LastOrDefault("");
            var rows = table.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey gt {after}"), maxPerPage: 1, select: ["PartitionKey"], cancellationToken: cancellationToken);
            if (await rows.FirstOrDefaultAsync(cancellationToken) is not { } row)
            {
                return keys;
            }

            keys.Add(row.PartitionKey);
        }
    }
}
