using System.Text.Json;
using Azure.Core;
using Azure.Data.Tables.Models;

namespace Azure.Data.Tables;

/// <summary>The tables of one storage account. Safe for concurrent use; keep one per account.</summary>
public class TableServiceClient
{
    private readonly TableTransport _transport = null!;

    public TableServiceClient(string connectionString, TableClientOptions? options = null) => _transport = TableTransport.Connect(connectionString, options);

    public TableServiceClient(Uri endpoint, TableSharedKeyCredential credential, TableClientOptions? options = null) =>
        _transport = TableTransport.Connect(endpoint, credential, options);

    public TableServiceClient(Uri endpoint, TokenCredential tokenCredential, TableClientOptions? options = null) =>
        _transport = TableTransport.Connect(endpoint, tokenCredential, options);

    /// <summary>For mocks.</summary>
    protected TableServiceClient()
    {
    }

    public virtual string AccountName => _transport.AccountName;

    public virtual Uri Uri => _transport.Endpoint;

    /// <summary>A client of one table on the same connection; costs nothing and calls nothing.</summary>
    public virtual TableClient GetTableClient(string tableName)
    {
        ArgumentNullException.ThrowIfNull(tableName);
        return new TableClient(_transport, tableName);
    }

    /// <summary>A table that is there already is a success; the raw response then has status 409.</summary>
    public virtual async Task<Response<TableItem>> CreateTableIfNotExistsAsync(string tableName, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tableName);
        return await _transport.CreateTableIfNotExistsAsync(tableName, cancellationToken);
    }

    /// <summary>A table that is not there is no error; the response then has status 404.</summary>
    public virtual async Task<Response> DeleteTableAsync(string tableName, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tableName);
        return await _transport.DeleteTableAsync(tableName, cancellationToken);
    }

    public virtual AsyncPageable<TableItem> QueryAsync(string? filter = null, int? maxPerPage = null, CancellationToken cancellationToken = default) =>
        new TablePageable<TableItem>((next, top, cancellation) => FetchAsync(filter, next, top, cancellation), maxPerPage, cancellationToken);

    private async Task<Page<TableItem>> FetchAsync(string? filter, string? next, int? top, CancellationToken cancellationToken)
    {
        var query = new QueryText("Tables").Add("$filter", filter).Add("$top", top).Add("NextTableName", next);
        var response = await _transport.ReadAsync(query.ToString(), cancellationToken);
        using var body = JsonDocument.Parse(response.Content);
        var tables = body.RootElement.GetProperty("value").EnumerateArray().Select(table => new TableItem(table.GetProperty("TableName").GetString()!));
        response.Headers.TryGetValue("x-ms-continuation-NextTableName", out var more);
        return Page<TableItem>.FromValues([.. tables], more, response);
    }
}
