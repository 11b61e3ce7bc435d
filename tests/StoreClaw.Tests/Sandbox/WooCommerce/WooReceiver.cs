using System.Collections.Concurrent;
using StoreClaw.Sandbox.Hosting;

namespace StoreClaw.Tests.Sandbox.WooCommerce;

/// <summary>Takes what a site sends and answers with the status it is told to.</summary>
internal sealed class WooReceiver : IAsyncDisposable
{
    private readonly ConcurrentQueue<Delivery> _deliveries = new();
    private LoopbackServer? _server;

    public int Status { get; set; } = 200;

    public Uri Url => new(_server!.BaseAddress, "/webhooks/woocommerce/1");

    public IReadOnlyList<Delivery> All => [.. _deliveries];

    public static async Task<WooReceiver> StartAsync()
    {
        var receiver = new WooReceiver();
        receiver._server = await LoopbackServer.StartAsync(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            var headers = context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
            var request = $"{context.Request.Method} {context.Request.Path}{context.Request.QueryString} {context.Request.Protocol}";
            receiver._deliveries.Enqueue(new Delivery(request, headers, body.ToArray()));
            context.Response.StatusCode = receiver.Status;
            if (receiver.Status is >= 300 and < 400)
            {
                context.Response.Headers.Location = "/elsewhere";
            }
        });
        return receiver;
    }

    public ValueTask DisposeAsync() => _server!.DisposeAsync();

    public sealed record Delivery(string Request, IReadOnlyDictionary<string, string> Headers, byte[] Body)
    {
        public string Text => System.Text.Encoding.UTF8.GetString(Body);
    }
}
