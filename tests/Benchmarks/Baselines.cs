using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure.Storage.Queues;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace StoreClaw.Benchmarks;

/// <summary>What the app is compared with: the least that could do the same.</summary>
public static class Baselines
{
    /// <summary>"bare": check the HMAC, write one queue message, answer. "empty": answer.</summary>
    public static async Task<int> ServeAsync(string kind, string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSetting("urls", $"http://127.0.0.1:{args[0]}");
        var app = builder.Build();
        if (kind == "empty")
        {
            app.MapPost("/{**path}", static () => Microsoft.AspNetCore.Http.Results.Ok());
        }
        else
        {
            var queue = new QueueClient(args[1], "bare");
            await queue.CreateIfNotExistsAsync();
            var secret = Encoding.UTF8.GetBytes(args[2]);
            app.MapPost("/{**path}", (HttpRequest request) => ReceiveAsync(request, queue, secret));
        }

        await app.RunAsync();
        return 0;
    }

    private static async Task<IResult> ReceiveAsync(HttpRequest request, QueueClient queue, byte[] secret)
    {
        var body = new byte[(int)request.ContentLength!.Value];
        await request.Body.ReadExactlyAsync(body);
        var expected = Encoding.ASCII.GetBytes(Convert.ToBase64String(HMACSHA256.HashData(secret, body)));
        if (!CryptographicOperations.FixedTimeEquals(expected, Encoding.ASCII.GetBytes(request.Headers["X-Shopify-Hmac-Sha256"].ToString())))
        {
            return Microsoft.AspNetCore.Http.Results.Unauthorized();
        }

        await queue.SendMessageAsync(Convert.ToBase64String(body));
        return Microsoft.AspNetCore.Http.Results.Ok();
    }

    public static string Port(int port) => port.ToString(CultureInfo.InvariantCulture);
}
