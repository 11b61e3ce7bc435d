using System.Collections.Concurrent;
using System.Net;

namespace StoreClaw.Tests.Connectors.Http;

/// <summary>Answers by script; a request beyond the script fails the test.</summary>
internal sealed class ScriptedWire : HttpMessageHandler
{
    private readonly ConcurrentQueue<Func<CancellationToken, Task<HttpResponseMessage>>> _script = new();
    private readonly ConcurrentQueue<HttpRequestMessage> _requests = new();
    private readonly ConcurrentDictionary<string, Func<HttpResponseMessage>> _always = new();

    public IReadOnlyList<HttpRequestMessage> Requests => [.. _requests];

    public void Answer(int status, string body = "", string? retryAfter = null, DateTimeOffset? date = null) =>
        _script.Enqueue(_ => Task.FromResult(Response(status, body, retryAfter, date)));

    public void Always(int status, string? version = null) => AlwaysFor("", status, version);

    public void AlwaysFor(string host, int status, string? version = null) => _always[host] = () =>
    {
        var response = Response(status, "", null, null);
        if (version is not null)
        {
            response.Headers.Add("Api-Version", version);
        }

        return response;
    };

    public void Break() => _script.Enqueue(static _ => throw new HttpIOException(HttpRequestError.ResponseEnded));

    public void Hang(int times)
    {
        for (var i = 0; i < times; i++)
        {
            _script.Enqueue(static async token =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, token);
                throw new InvalidOperationException("unreachable");
            });
        }
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        _requests.Enqueue(request);
        return _always.TryGetValue(request.RequestUri!.Host, out var answer) ? Task.FromResult(answer())
            : _script.TryDequeue(out var next) ? next(cancellationToken)
            : _always.TryGetValue("", out answer) ? Task.FromResult(answer())
            : throw new InvalidOperationException($"{request.RequestUri} is not in the script.");
    }

    private static HttpResponseMessage Response(int status, string body, string? retryAfter, DateTimeOffset? date)
    {
        var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body) };
        if (retryAfter is not null)
        {
            response.Headers.TryAddWithoutValidation("Retry-After", retryAfter);
        }

        response.Headers.Date = date;
        return response;
    }
}
