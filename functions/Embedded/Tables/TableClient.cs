using System.Text.Json;
using Azure.Core;
using Azure.Data.Tables.Models;

namespace Azure.Data.Tables;

/// <summary>The rows of one table. Every refusal of the service is a <see cref="RequestFailedException"/> with its Status and ErrorCode.</summary>
/// <remarks>
/// A retry of an insert whose answer was lost meets its own row: 409 EntityAlreadyExists. That is reported, not hidden; who needs to know
/// whose row it is reads it. https://github.com/Azure/azure-sdk-for-net/issues/39146
/// </remarks>
public class TableClient
{
    private readonly TableTransport _transport = null!;

    public TableClient(string connectionString, string tableName, TableClientOptions? options = null)
        : this(TableTransport.Connect(connectionString, options), tableName)
    {
    }

    public TableClient(Uri endpoint, string tableName, TableSharedKeyCredential credential, TableClientOptions? options = null)
        : this(TableTransport.Connect(endpoint, credential, options), tableName)
    {
    }

    public TableClient(Uri endpoint, string tableName, TokenCredential tokenCredential, TableClientOptions? options = null)
        : this(TableTransport.Connect(endpoint, tokenCredential, options), tableName)
    {
    }

    internal TableClient(TableTransport transport, string tableName)
    {
        ArgumentException.ThrowIfNullOrEmpty(tableName);
        _transport = transport;
        Name = tableName;
    }

    /// <summary>For mocks.</summary>
    protected TableClient()
    {
    }

    public virtual string Name { get; } = "";

    public virtual string AccountName => _transport.AccountName;

    /// <summary>Literals of the interpolated values, quoted and escaped: <c>CreateQueryFilter($"PartitionKey eq {key}")</c>.</summary>
    public static string CreateQueryFilter(FormattableString filter) => QueryFilter.Create(filter);

    /// <summary>A table that is there already is a success; the raw response then has status 409.</summary>
    public virtual async Task<Response<TableItem>> CreateIfNotExistsAsync(CancellationToken cancellationToken = default) =>
        await _transport.CreateTableIfNotExistsAsync(Name, cancellationToken);

    /// <summary>A table that is not there is no error; the response then has status 404.</summary>
    public virtual async Task<Response> DeleteAsync(CancellationToken cancellationToken = default) =>
        await _transport.DeleteTableAsync(Name, cancellationToken);

    /// <summary>409 EntityAlreadyExists when the row is there. The answer carries the ETag.</summary>
    public virtual async Task<Response> AddEntityAsync<T>(T entity, CancellationToken cancellationToken = default)
        where T : ITableEntity => await _transport.WriteAsync(EntityOperation.Add(Name, entity), cancellationToken);

    public virtual async Task<Response> UpsertEntityAsync<T>(
        T entity,
        TableUpdateMode mode = TableUpdateMode.Merge,
        CancellationToken cancellationToken = default)
        where T : ITableEntity => await _transport.WriteAsync(EntityOperation.Put(Name, entity, mode, default), cancellationToken);

    /// <summary>412 UpdateConditionNotSatisfied when the row has another ETag, 404 ResourceNotFound when it is not there.</summary>
    public virtual async Task<Response> UpdateEntityAsync<T>(
        T entity,
        ETag ifMatch,
        TableUpdateMode mode = TableUpdateMode.Merge,
        CancellationToken cancellationToken = default)
        where T : ITableEntity
    {
        if (ifMatch == default)
        {
            throw new ArgumentException("Value cannot be empty.", nameof(ifMatch));
        }

        return await _transport.WriteAsync(EntityOperation.Put(Name, entity, mode, ifMatch), cancellationToken);
    }

    /// <summary>Unconditional without an ETag. A row that is not there is no error; the response then has status 404.</summary>
    public virtual async Task<Response> DeleteEntityAsync(
        string partitionKey,
        string rowKey,
        ETag ifMatch = default,
        CancellationToken cancellationToken = default) =>
        await _transport.WriteAsync(EntityOperation.Delete(Name, partitionKey, rowKey, ifMatch), cancellationToken);

    /// <summary>404 ResourceNotFound when the row is not there.</summary>
    public virtual async Task<Response<T>> GetEntityAsync<T>(
        string partitionKey,
        string rowKey,
        IEnumerable<string>? select = null,
        CancellationToken cancellationToken = default)
        where T : class, ITableEntity
    {
        var response = await _transport.ReadAsync(EntityQuery(partitionKey, rowKey, select), cancellationToken);
        return Response.FromValue(ReadEntity<T>(response), response);
    }

    /// <summary>Without a value when the row, or the table, is not there.</summary>
    public virtual async Task<NullableResponse<T>> GetEntityIfExistsAsync<T>(
        string partitionKey,
        string rowKey,
        IEnumerable<string>? select = null,
        CancellationToken cancellationToken = default)
        where T : class, ITableEntity
    {
        var response = await _transport.ReadAsync(EntityQuery(partitionKey, rowKey, select), cancellationToken, tolerateMissing: true);
        return response.Status == 404 ? new NoValueResponse<T>(response) : Response.FromValue(ReadEntity<T>(response), response);
    }

    /// <summary>
    /// Rows in the order of their keys, fetched page by page while they are read. A page holds at most <paramref name="maxPerPage"/> rows (1,000
    /// without it) and may hold fewer, even none, with more to come.
    /// </summary>
    public virtual AsyncPageable<T> QueryAsync<T>(
        string? filter = null,
        int? maxPerPage = null,
        IEnumerable<string>? select = null,
        CancellationToken cancellationToken = default)
        where T : class, ITableEntity
    {
        var columns = Columns(select);
        return new TablePageable<T>((token, top, cancellation) => FetchAsync<T>(filter, columns, token, top, cancellation), maxPerPage, cancellationToken);
    }

    /// <summary>All of at most 100 writes to one partition, or none. The answers stand in the order of the actions.</summary>
    /// <exception cref="TableTransactionFailedException">One action was refused; nothing is written.</exception>
    public virtual async Task<Response<IReadOnlyList<Response>>> SubmitTransactionAsync(
        IEnumerable<TableTransactionAction> transactionActions,
        CancellationToken cancellationToken = default)
    {
        TableTransactionAction[] actions = [.. transactionActions];
        if (actions.Length == 0)
        {
            throw new InvalidOperationException("Transactions must contain at least one operation.");
        }

        ServiceLimits.CheckTransaction(actions);
        var content = new PooledContent();
        var contentType = TransactionRequest.Write(content, _transport.Root, Name, actions);
        var response = await _transport.SendTransactionAsync(content, contentType, cancellationToken);
        return Response.FromValue<IReadOnlyList<Response>>(TransactionResponse.Read(response), response);
    }

    private static string? Columns(IEnumerable<string>? select) => select is null ? null : string.Join(',', select);

    private static T ReadEntity<T>(Response response)
        where T : class, ITableEntity
    {
        var json = new Utf8JsonReader(response.Content.ToMemory().Span);
        json.Read();
        var entity = Activator.CreateInstance<T>();
        EntityReader.For(typeof(T)).Read(ref json, entity);
        return entity;
    }

    private static List<T> ReadEntities<T>(Response response)
        where T : class, ITableEntity
    {
        var json = new Utf8JsonReader(response.Content.ToMemory().Span);
        while (json.Read() && !(json.TokenType == JsonTokenType.PropertyName && json.ValueTextEquals("value"u8)))
        {
        }

        json.Read();
        var reader = EntityReader.For(typeof(T));
        var entities = new List<T>();
        while (json.Read() && json.TokenType == JsonTokenType.StartObject)
        {
            var entity = Activator.CreateInstance<T>();
            reader.Read(ref json, entity);
            entities.Add(entity);
        }

        return entities;
    }

    private string EntityQuery(string partitionKey, string rowKey, IEnumerable<string>? select) =>
        new QueryText(EntityOperation.Address(Name, partitionKey, rowKey)).Add("$select", Columns(select)).ToString();

    private async Task<Page<T>> FetchAsync<T>(string? filter, string? select, string? token, int? top, CancellationToken cancellationToken)
        where T : class, ITableEntity
    {
        // The token is the two headers with a space between them, as the package writes it; a caller may have kept one.
        var next = token is { Length: > 1 } ? token.Split(' ', 2) : [];
        var query = new QueryText(Name + "()").Add("$filter", filter).Add("$top", top).Add("$select", select)
            .Add("NextPartitionKey", next.ElementAtOrDefault(0))
            .Add("NextRowKey", next.ElementAtOrDefault(1) is { Length: > 0 } rowKey ? rowKey : null);
        var response = await _transport.ReadAsync(query.ToString(), cancellationToken);
        return Page<T>.FromValues(ReadEntities<T>(response), TokenIn(response), response);
    }

    private static string? TokenIn(Response response)
    {
        var more = response.Headers.TryGetValue("x-ms-continuation-NextPartitionKey", out var partitionKey);
        more |= response.Headers.TryGetValue("x-ms-continuation-NextRowKey", out var rowKey);
        return more ? $"{partitionKey} {rowKey}" : null;
    }
}
