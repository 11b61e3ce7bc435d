using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Http;
using StoreClaw.Common;
using StoreClaw.Connectors;

namespace StoreClaw.Connections;

/// <summary>Reads a callback off the wire and answers it: a page for the browser, a bare 200 for a platform's server.</summary>
public sealed class CallbackDesk(ConnectionService connections)
{
    private const int MostBytes = 64 * 1024;

    /// <param name="state">From the path, where the platform has no parameter for it.</param>
    public async Task<IResult> FinishAsync(string connector, string? state, HttpRequest request, CancellationToken cancellationToken)
    {
        var fromServer = HttpMethods.IsPost(request.Method);
        var query = request.Query.SelectMany(static pair => pair.Value.Select(value => KeyValuePair.Create(pair.Key, value ?? ""))).ToList();
        var body = fromServer ? await ReadAsync(request, cancellationToken) : default;
        var callback = new CallbackInput(query, body, connections.CallbackUrl(connector), CodeVerifier: "");
        try
        {
            var connection = await connections.FinishAsync(connector, state, callback, request.Headers.UserAgent.ToString(), cancellationToken);
            return fromServer ? Results.Ok() : Page(200, "Connected", $"{connection.Store} is connected. Its orders are being fetched; you may close this page.");
        }
        catch (ProblemException told) when (!fromServer)
        {
            return Page(told.Problem.Status, "Not connected", told.Problem.Detail);
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        var chunk = new byte[8192];
        for (int read; (read = await request.Body.ReadAsync(chunk, cancellationToken)) > 0;)
        {
            await buffer.WriteAsync(chunk.AsMemory(0, read), cancellationToken);
            if (buffer.Length > MostBytes)
            {
                throw new ProblemException(new Problem(413, "PAYLOAD_TOO_LARGE", ProblemCategory.Parameter, "A callback's body may be 64 KiB."));
            }
        }

        return buffer.ToArray();
    }

    private static IResult Page(int status, string title, string text) => Results.Text(
        $$"""
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{HtmlEncoder.Default.Encode(title)}} - StoreClaw</title>
        <style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:15vh auto;padding:0 1rem}</style></head>
        <body><h1>{{HtmlEncoder.Default.Encode(title)}}</h1><p>{{HtmlEncoder.Default.Encode(text)}}</p></body></html>
        """,
        "text/html; charset=utf-8",
        statusCode: status);
}
