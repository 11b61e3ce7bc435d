using System.Text.Json;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables.Models;

namespace Azure.Data.Tables;

/// <summary>The REST side of the clients: addresses, headers, one exchange. A service client shares it with its table clients.</summary>
internal sealed class TableTransport
{
    private const string MinimalMetadata = "application/json;odata=minimalmetadata";

    private static readonly ResponseClassifier ConflictIsAnAnswer = new Tolerant(409);

    private static readonly ResponseClassifier NotFoundIsAnAnswer = new Tolerant(404);

    private readonly HttpPipeline _pipeline;

    private readonly string _version;

    public TableTransport(Uri endpoint, HttpPipelinePolicy authentication, TableClientOptions? options, string? accountName = null)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        options ??= new TableClientOptions();
        Endpoint = endpoint;
        Root = endpoint.GetLeftPart(UriPartial.Path).TrimEnd('/') + '/';
        AccountName = accountName ?? AccountNameOf(endpoint);
        _version = options.VersionText;
        _pipeline = HttpPipelineBuilder.Build(new HttpPipelineOptions(options)
        {
            PerRetryPolicies = { authentication },
            RequestFailedDetailsParser = new TableErrorParser(),
        });
    }

    public Uri Endpoint { get; }

    /// <summary>The endpoint with a closing slash.</summary>
    public string Root { get; }

    public string AccountName { get; }

    public static TableTransport Connect(string connectionString, TableClientOptions? options)
    {
        var connection = TableConnection.Parse(connectionString);
        return new(connection.Endpoint, new TableSharedKeyPolicy(connection.Credential), options, connection.Credential.AccountName);
    }

    public static TableTransport Connect(Uri endpoint, TableSharedKeyCredential credential, TableClientOptions? options)
    {
        ArgumentNullException.ThrowIfNull(credential);
        return new(endpoint, new TableSharedKeyPolicy(credential), options);
    }

    public static TableTransport Connect(Uri endpoint, TokenCredential credential, TableClientOptions? options)
    {
        ArgumentNullException.ThrowIfNull(credential);
        return new(endpoint, new BearerTokenAuthenticationPolicy(credential, "https://storage.azure.com/.default"), options);
    }

    public async Task<Response<TableItem>> CreateTableIfNotExistsAsync(string name, CancellationToken cancellationToken)
    {
        using var message = Message(RequestMethod.Post, "Tables");
        message.ResponseClassifier = ConflictIsAnAnswer;
        message.Request.Headers.Add("Content-Type", "application/json");
        message.Request.Headers.Add("Prefer", "return-no-content");
        message.Request.Content = RequestContent.Create(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["TableName"] = name }));
        var response = await SendAsync(message, cancellationToken);
        if (response.Status == 409 && new RequestFailedException(response) is var refusal && refusal.ErrorCode == TableErrorCode.TableBeingDeleted)
        {
            throw refusal;
        }

        return Response.FromValue(new TableItem(name), response);
    }

    public async Task<Response> DeleteTableAsync(string name, CancellationToken cancellationToken)
    {
        using var message = Message(RequestMethod.Delete, $"Tables('{name}')");
        message.ResponseClassifier = NotFoundIsAnAnswer;
        return await SendAsync(message, cancellationToken);
    }

    public async Task<Response> WriteAsync(EntityOperation operation, CancellationToken cancellationToken)
    {
        using var message = Message(operation.Method, operation.Path);
        if (operation.IfMatch != default)
        {
            message.Request.Headers.Add("If-Match", operation.IfMatch.ToString());
        }

        if (operation.Body is null)
        {
            message.ResponseClassifier = NotFoundIsAnAnswer;
            return await SendAsync(message, cancellationToken);
        }

        var content = new PooledContent();
        EntityWriter.Write(content, operation.Body);
        message.Request.Headers.Add("Prefer", "return-no-content");
        return await SendAsync(message, content, "application/json", cancellationToken);
    }

    public async Task<Response> SendTransactionAsync(PooledContent content, string contentType, CancellationToken cancellationToken)
    {
        using var message = Message(RequestMethod.Post, "$batch", "application/json");
        return await SendAsync(message, content, contentType, cancellationToken);
    }

    /// <summary>A read; with <paramref name="tolerateMissing"/> a 404 is an answer, not an error.</summary>
    public async Task<Response> ReadAsync(string pathAndQuery, CancellationToken cancellationToken, bool tolerateMissing = false)
    {
        using var message = Message(RequestMethod.Get, pathAndQuery);
        if (tolerateMissing)
        {
            message.ResponseClassifier = NotFoundIsAnAnswer;
        }

        return await SendAsync(message, cancellationToken);
    }

    private static string AccountNameOf(Uri endpoint)
    {
        var dot = endpoint.HostNameType == UriHostNameType.Dns ? endpoint.Host.IndexOf('.', StringComparison.Ordinal) : -1;
        return dot > 0 ? endpoint.Host[..dot] : endpoint.AbsolutePath.Trim('/').Split('/')[0];
    }

    private HttpMessage Message(RequestMethod method, string pathAndQuery, string accept = MinimalMetadata)
    {
        var message = _pipeline.CreateMessage();
        message.Request.Method = method;
        message.Request.Uri.Reset(new Uri(Root + pathAndQuery));
        message.Request.Headers.Add("x-ms-version", _version);
        message.Request.Headers.Add("DataServiceVersion", "3.0");
        message.Request.Headers.Add("Accept", accept);
        return message;
    }

    private async Task<Response> SendAsync(HttpMessage message, PooledContent content, string contentType, CancellationToken cancellationToken)
    {
        message.Request.Headers.Add("Content-Type", contentType);
        message.Request.Content = content;
        await _pipeline.SendAsync(message, cancellationToken);
        content.Return();
        return Checked(message.Response);
    }

    private async Task<Response> SendAsync(HttpMessage message, CancellationToken cancellationToken)
    {
        await _pipeline.SendAsync(message, cancellationToken);
        return Checked(message.Response);
    }

    private static Response Checked(Response response) => response.IsError ? throw new RequestFailedException(response) : response;

    private sealed class Tolerant(int status) : ResponseClassifier
    {
        public override bool IsErrorResponse(HttpMessage message) => message.Response.Status != status && base.IsErrorResponse(message);
    }
}
