using System.Globalization;
using Azure.Data.Tables.Models;

namespace Azure.Data.Tables;

/// <summary>
/// Limits of the Table service that the emulator does not hold or stumbles over, refused here as the service refuses them; without them a write
/// passes on one machine and fails in Azure. https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model
/// </summary>
internal static class ServiceLimits
{
    private const int ActionsPerTransaction = 100;

    private const int EntityBytes = 1024 * 1024;

    private static readonly DateTime Earliest = new(1601, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>
    /// 4 + 2 per character of the keys + per column 8, 2 per character of its name, and its value.
    /// https://learn.microsoft.com/archive/blogs/avkashchauhan/how-the-size-of-an-entity-is-caclulated-in-windows-azure-table-storage
    /// </summary>
    public static void CheckSize(int entityBytes)
    {
        if (entityBytes > EntityBytes)
        {
            throw Refusal(TableErrorCode.EntityTooLarge, "The entity is larger than the maximum allowed size (1MB).");
        }
    }

    public static void CheckTime(DateTime utc)
    {
        if (utc < Earliest)
        {
            throw Refusal(TableErrorCode.OutOfRangeInput, $"The time {utc:O} is out of range; the earliest is {Earliest:O}.");
        }
    }

    /// <summary>A slash breaks the emulator's addresses: 500, tried again for six seconds.</summary>
    public static void CheckAddress(string key)
    {
        if (key.Contains('/', StringComparison.Ordinal))
        {
            throw Refusal(TableErrorCode.InvalidInput, "Bad Request - Error in query syntax.");
        }
    }

    public static void CheckTransaction(IReadOnlyList<TableTransactionAction> actions)
    {
        for (var index = 0; index < actions.Count; index++)
        {
            if (index == ActionsPerTransaction)
            {
                throw Refused(Refusal(TableErrorCode.InvalidInput, "The batch request operation exceeds the maximum 100 changes per change set."), index - 1);
            }

            if (actions[index].Entity.PartitionKey != actions[0].Entity.PartitionKey)
            {
                throw Refused(
                    Refusal(TableErrorCode.CommandsInBatchActOnDifferentPartitions, "All commands in a batch must operate on same entity group."),
                    index);
            }
        }
    }

    /// <summary>The same refusal as part of a transaction.</summary>
    public static TableTransactionFailedException Refused(RequestFailedException refusal, int index)
    {
        refusal.Data[TableTransactionFailedException.IndexKey] = index.ToString(CultureInfo.InvariantCulture);
        return new(refusal);
    }

    private static RequestFailedException Refusal(TableErrorCode code, string message) => new(400, message, code.ToString(), null);
}
