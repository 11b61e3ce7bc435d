using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;

namespace StoreClaw.Tests.Embedded.Tables;

/// <summary>A service that keeps every request and answers as told; nothing leaves the process.</summary>
internal sealed class CannedTable : HttpMessageHandler
{
    private readonly Queue<HttpResponseMessage> _answers = new();

    public List<SeenRequest> Seen { get; } = [];

    /// <summary>A table of it, called with a shared key.</summary>
    public TableClient Table => new(new Uri("https://shop.table.core.windows.net"), "orders", new TableSharedKeyCredential("shop", "Zmlyc3Qga2V5IGZvciB0aGUgdGVzdHM="), Options());

    public TableClientOptions Options()
    {
        var options = new TableClientOptions { Transport = new HttpClientTransport(this) };
        options.Retry.Mode = RetryMode.Fixed;
        options.Retry.Delay = TimeSpan.Zero;
        return options;
    }

    public CannedTable Answer(HttpStatusCode status, string? body = null, string mediaType = "application/json", params (string Name, string Value)[] headers)
    {
        var answer = new HttpResponseMessage(status);
        if (body is not null)
        {
            answer.Content = new StringContent(body, Encoding.UTF8) { Headers = { ContentType = MediaTypeHeaderValue.Parse(mediaType) } };
        }

        foreach (var (name, value) in headers)
        {
            answer.Headers.TryAddWithoutValidation(name, value);
        }

        _answers.Enqueue(answer);
        return this;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        var headers = request.Headers.NonValidated.Concat(request.Content is null ? [] : request.Content.Headers.NonValidated);
        Seen.Add(new(
            request.Method.Method,
            request.RequestUri!,
            headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body));
        return _answers.Dequeue();
    }

    internal sealed record SeenRequest(string Method, Uri Address, Dictionary<string, string> Headers, string Body)
    {
        public string? Header(string name) => Headers.GetValueOrDefault(name);
    }
}
