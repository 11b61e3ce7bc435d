using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace StoreClaw.Tests.Connectors;

/// <summary>The wire between the pipeline and a platform, with troubles to order. Each trouble meets one request and is used up.</summary>
public sealed class FaultyLine(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private readonly ConcurrentQueue<Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>>> _troubles = new();
    private readonly ConcurrentQueue<Uri> _requests = new();

    /// <summary>Every request that was tried, in order, as it would go over the wire.</summary>
    public IReadOnlyList<Uri> Requests => [.. _requests];

    public void Next(Func<HttpResponseMessage> answer, int times = 1) => Next((_, _) => Task.FromResult(answer()), times);

    public void Next(Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> trouble, int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            _troubles.Enqueue(trouble);
        }
    }

    /// <summary>The host has no name or takes no connection: nothing was sent.</summary>
    public void NextUnreachable(int times = 1) => Next(
        (_, _) => throw new HttpRequestException(HttpRequestError.ConnectionError, "refused", new SocketException((int)SocketError.ConnectionRefused)), times);

    /// <summary>The platform does its work and the answer breaks off in the middle.</summary>
    public void NextCut(int times = 1) => Next(
        async (request, token) =>
        {
            var response = await base.SendAsync(request, token);
            var whole = await response.Content.ReadAsByteArrayAsync(token);
            response.Content = new StreamContent(new BreakingStream(whole[..(whole.Length / 2)]));
            return response;
        },
        times);

    public static HttpResponseMessage Answer(int status, string body, string contentType = "application/json", string? retryAfter = null)
    {
        var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body, System.Text.Encoding.UTF8, contentType) };
        if (retryAfter is not null)
        {
            response.Headers.TryAddWithoutValidation("Retry-After", retryAfter);
        }

        return response;
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        _requests.Enqueue(request.RequestUri!);
        return _troubles.TryDequeue(out var trouble) ? trouble(request, cancellationToken) : base.SendAsync(request, cancellationToken);
    }

    private sealed class BreakingStream(byte[] start) : MemoryStream(start)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is > 0 and var read ? read : throw new IOException("The connection was reset.");
    }
}
