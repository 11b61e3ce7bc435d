namespace Azure.Data.Tables;

/// <summary>Writes an entity group transaction: multipart/mixed with one changeset of HTTP requests.</summary>
/// <remarks>https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions</remarks>
internal static class TransactionRequest
{
    /// <summary>Fills the body; returns its content type.</summary>
    /// <exception cref="TableTransactionFailedException">An entity breaks a limit of the service.</exception>
    public static string Write(PooledContent content, string root, string table, IReadOnlyList<TableTransactionAction> actions)
    {
        var batch = $"batch_{Guid.NewGuid()}";
        var changeset = $"changeset_{Guid.NewGuid()}";
        var part = $"--{changeset}\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n";
        content.Append($"--{batch}\r\nContent-Type: multipart/mixed; boundary={changeset}\r\n\r\n");
        for (var index = 0; index < actions.Count; index++)
        {
            content.Append(part);
            try
            {
                Write(content, root, EntityOperation.From(table, actions[index]));
            }
            catch (RequestFailedException refusal)
            {
                throw ServiceLimits.Refused(refusal, index);
            }
        }

        content.Append($"--{changeset}--\r\n--{batch}--\r\n");
        return $"multipart/mixed; boundary={batch}";
    }

    private static void Write(PooledContent content, string root, EntityOperation operation)
    {
        content.Append($"{operation.Method.Method} {root}{operation.Path} HTTP/1.1\r\n");
        content.Append("Accept: application/json;odata=minimalmetadata\r\nDataServiceVersion: 3.0\r\nPrefer: return-no-content\r\n"u8);
        if (operation.IfMatch != default)
        {
            content.Append($"If-Match: {operation.IfMatch}\r\n");
        }

        if (operation.Body is null)
        {
            content.Append("\r\n"u8);
        }
        else
        {
            content.Append("Content-Type: application/json\r\n\r\n"u8);
            EntityWriter.Write(content, operation.Body);
        }

        content.Append("\r\n"u8);
    }
}
