using System.Globalization;

namespace Azure.Data.Tables;

/// <summary>A transaction was refused as a whole; nothing of it is stored.</summary>
public class TableTransactionFailedException : RequestFailedException
{
    internal const string IndexKey = "FailedEntity";

    public TableTransactionFailedException(RequestFailedException requestFailedException)
        : base(requestFailedException.Status, requestFailedException.Message, requestFailedException.ErrorCode, requestFailedException.InnerException)
    {
        foreach (var key in requestFailedException.Data.Keys)
        {
            Data[key] = requestFailedException.Data[key];
        }

        FailedTransactionActionIndex =
            Data[IndexKey] is string index && int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    /// <summary>The index of the action that caused the failure, when the service told it.</summary>
    public int? FailedTransactionActionIndex { get; }
}
