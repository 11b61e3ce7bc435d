using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using StoreClaw.Connectors;

namespace StoreClaw.Tests.Connectors;

/// <summary>The far end of webhooks: keeps what comes and answers 200.</summary>
public sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<WebhookRequest> _received = new();

    private WebhookReceiver()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(KeepAsync);
    }

    public Uri Url => new(new Uri(_app.Urls.First()), "webhooks/x/connection-1");

    public IReadOnlyList<WebhookRequest> Received => [.. _received];

    public static async Task<WebhookReceiver> StartAsync()
    {
        var receiver = new WebhookReceiver();
        await receiver._app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task KeepAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var headers = new HeaderDictionary(new Dictionary<string, StringValues>(context.Request.Headers, StringComparer.OrdinalIgnoreCase));
        _received.Enqueue(new WebhookRequest(context.Request.Method, headers, context.Request.Query, body.ToArray(), Url));
    }
}
