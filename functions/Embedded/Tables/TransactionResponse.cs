using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Azure.Core;

namespace Azure.Data.Tables;

/// <summary>The answer to one action of a transaction.</summary>
internal sealed class TransactionResponse : Response
{
    private readonly List<HttpHeader> _headers;

    private TransactionResponse(int status, string reason, List<HttpHeader> headers, ReadOnlyMemory<byte> body, string requestId)
    {
        Status = status;
        ReasonPhrase = reason;
        _headers = headers;
        ContentStream = body.IsEmpty ? null : new MemoryStream(body.ToArray());
        ClientRequestId = requestId;
    }

    public override int Status { get; }

    public override string ReasonPhrase { get; }

    public override Stream? ContentStream { get; set; }

    public override string ClientRequestId { get; set; }

    /// <summary>One answer per action.</summary>
    /// <exception cref="TableTransactionFailedException">The service refused the transaction; its answer is the refusal alone.</exception>
    public static List<Response> Read(Response response)
    {
        var answers = new List<Response>();
        Collect(response.Content.ToMemory(), response.Headers.ContentType, response.ClientRequestId, answers);
        return answers.Find(static answer => answer.Status >= 400) is { } refusal
            ? throw new TableTransactionFailedException(new RequestFailedException(refusal, null, new TableErrorParser()))
            : answers;
    }

    public override void Dispose() => ContentStream?.Dispose();

    protected override bool TryGetHeader(string name, [NotNullWhen(true)] out string? value)
    {
        value = _headers.Find(Named(name)).Value;
        return value is not null;
    }

    protected override bool TryGetHeaderValues(string name, [NotNullWhen(true)] out IEnumerable<string>? values)
    {
        values = _headers.FindAll(Named(name)).ConvertAll(static header => header.Value);
        return ContainsHeader(name);
    }

    protected override bool ContainsHeader(string name) => _headers.Exists(Named(name));

    protected override IEnumerable<HttpHeader> EnumerateHeaders() => _headers;

    private static Predicate<HttpHeader> Named(string name) => header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static void Collect(ReadOnlyMemory<byte> body, string? contentType, string requestId, List<Response> answers)
    {
        var delimiter = Encoding.ASCII.GetBytes("--" + Boundary(contentType));
        var end = body.Span.IndexOf(delimiter);
        while (end >= 0)
        {
            body = body[(end + delimiter.Length)..];
            end = body.Span.IndexOf(delimiter);
            if (end < 0)
            {
                return;
            }

            var (lines, content) = Split(body[..end]);
            var type = HeadersIn(lines).Find(Named("Content-Type")).Value;
            if (type?.StartsWith("multipart/mixed", StringComparison.OrdinalIgnoreCase) == true)
            {
                Collect(content, type, requestId, answers);
            }
            else
            {
                answers.Add(Parse(content, requestId));
            }
        }
    }

    private static TransactionResponse Parse(ReadOnlyMemory<byte> message, string requestId)
    {
        var (lines, body) = Split(message);
        if (lines[0].Split(' ', 3) is not ["HTTP/1.1", var status, .. var reason])
        {
            throw new RequestFailedException("The service's answer to a transaction is not readable.");
        }

        return new(int.Parse(status, CultureInfo.InvariantCulture), reason.FirstOrDefault(""), HeadersIn(lines), body, requestId);
    }

    /// <summary>The lines before the first empty one, and what follows it.</summary>
    private static (string[] Lines, ReadOnlyMemory<byte> Content) Split(ReadOnlyMemory<byte> text)
    {
        text = text.TrimStart("\r\n"u8);
        var end = text.Span.IndexOf("\r\n\r\n"u8);
        var content = end < 0 ? default : text[(end + 4)..].TrimEnd("\r\n"u8);
        return (Encoding.UTF8.GetString(end < 0 ? text.Span : text.Span[..end]).Split("\r\n"), content);
    }

    private static List<HttpHeader> HeadersIn(string[] lines)
    {
        var headers = new List<HttpHeader>(lines.Length);
        foreach (var line in lines)
        {
            if (line.IndexOf(':', StringComparison.Ordinal) is var colon and > 0)
            {
                headers.Add(new HttpHeader(line[..colon], line[(colon + 1)..].Trim()));
            }
        }

        return headers;
    }

    private static string Boundary(string? contentType)
    {
        const string Parameter = "boundary=";
        var start = contentType?.IndexOf(Parameter, StringComparison.OrdinalIgnoreCase) ?? -1;
        return start < 0
            ? throw new RequestFailedException("The service's answer to a transaction is not multipart.")
            : contentType![(start + Parameter.Length)..].Split(';')[0].Trim().Trim('"');
    }
}
