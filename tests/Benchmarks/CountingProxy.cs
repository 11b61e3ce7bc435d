using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace StoreClaw.Benchmarks;

/// <summary>Stands on the wire between the app and storage and counts what passes, by table or queue. Polls that found nothing are counted apart.</summary>
public sealed class CountingProxy : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler { UseCookies = false, MaxConnectionsPerServer = 256 });
    private readonly ConcurrentDictionary<string, int> _calls = new();

    private CountingProxy(WebApplication app) => _app = app;

    public string Address { get; private set; } = "";

    public static async Task<CountingProxy> StartAsync(string target)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        var app = builder.Build();
        var proxy = new CountingProxy(app);
        app.Run(context => proxy.ForwardAsync(context, target));
        await app.StartAsync();
        proxy.Address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return proxy;
    }

    /// <summary>Calls so far on the named tables and queues.</summary>
    public int Count(params IReadOnlyList<string> names) => names.Sum(name => _calls.GetValueOrDefault(name));

    public void Reset() => _calls.Clear();

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _client.Dispose();
    }

    private async Task ForwardAsync(HttpContext context, string target)
    {
        using var buffer = new MemoryStream();
        await context.Request.Body.CopyToAsync(buffer);
        var raw = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri(target + raw, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        if (buffer.Length > 0 || context.Request.ContentLength is not null)
        {
            request.Content = new ByteArrayContent(buffer.ToArray());
        }

        foreach (var (name, values) in context.Request.Headers)
        {
            if (!name.Equals("Host", StringComparison.OrdinalIgnoreCase) && !request.Headers.TryAddWithoutValidation(name, values.ToArray()))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
            }
        }

        using var response = await _client.SendAsync(request, context.RequestAborted);
        var body = await response.Content.ReadAsByteArrayAsync();
        Note(context.Request.Method, raw, buffer.ToArray(), body);
        context.Response.StatusCode = (int)response.StatusCode;
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers))
        {
            if (name is not ("Transfer-Encoding" or "Connection" or "Keep-Alive"))
            {
                context.Response.Headers[name] = values.ToArray();
            }
        }

        await context.Response.Body.WriteAsync(body);
    }

    private void Note(string method, string target, byte[] sent, byte[] body)
    {
        // /account/queue/messages..., /account/table(PartitionKey=...), /account/$batch
        var resource = target.Split('?')[0].Split('/')[2].Split('(')[0];
        if (resource == "$batch")
        {
            var text = System.Text.Encoding.UTF8.GetString(sent);
            resource = text[text.IndexOf("HTTP/1.1", StringComparison.Ordinal) is var end and > 0 ? ..end : ..].Split('/')[^1].Split('(')[0].Trim();
        }

        var idle = method == "GET" && target.Contains("/messages", StringComparison.Ordinal) && !System.Text.Encoding.UTF8.GetString(body).Contains("<QueueMessage>", StringComparison.Ordinal);
        _calls.AddOrUpdate(idle ? $"{resource} (empty)" : resource, 1, static (_, count) => count + 1);
    }

    public override string ToString() => string.Join(", ", _calls.OrderBy(static pair => pair.Key).Select(static pair => $"{pair.Key} {pair.Value}"));
}
