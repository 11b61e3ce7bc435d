using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using StoreClaw.Common;

namespace StoreClaw.Reports;

/// <summary>The library as the API shows it, and single reports in each of their renderings.</summary>
public sealed class ReportDesk(ReportLibrary library, ReportLinks links, ReportKinds kinds)
{
    private static readonly Rendering[] Renderings =
    [
        new("application/json", static (kind, report) => System.Text.Encoding.UTF8.GetString(kind.ToJson(report))),
        new("text/markdown", static (kind, report) => kind.ToMarkdown(report)),
        new("text/html", static (kind, report) => kind.ToHtml(report)),
    ];

    /// <summary>Query: kind, from, to (when the report was made).</summary>
    public async Task<IResult> ListAsync(IQueryCollection query, CancellationToken cancellationToken)
    {
        var kind = query["kind"].FirstOrDefault() is { Length: > 0 } text ? text : null;
        if (kind is not null && kinds.Find(kind) is null)
        {
            throw new ProblemException(Problem.Invalid("kind", $"Must be one of {string.Join(", ", kinds.Ids)}."));
        }

        var reports = await library.ListAsync(kind, Instant(query, "from"), Instant(query, "to"), cancellationToken);
        return Results.Json(new { Reports = reports }, JsonText.Options);
    }

    /// <summary>The report in what the Accept header likes best; JSON when it says nothing.</summary>
    public async Task<IResult> GetAsync(string id, HttpRequest request, CancellationToken cancellationToken)
    {
        var rendering = Choose(request) ?? throw new ProblemException(new Problem(
            406, "NOT_ACCEPTABLE", ProblemCategory.Parameter, $"A report is given out as {string.Join(", ", Renderings.Select(static rendering => rendering.Type))}. Accept one of them."));
        var (kind, report) = await library.FindAsync(id, cancellationToken) ?? throw new ProblemException(Problem.NotFound("report", id));
        return new Document(rendering.Type, rendering.Write(kind, report));
    }

    /// <summary>The page behind a link that was shared.</summary>
    public async Task<IResult> OpenAsync(string id, string? token, CancellationToken cancellationToken)
    {
        if (!await links.OpensAsync(id, token, cancellationToken))
        {
            return Notice(403, "This link no longer opens", "A link to a report holds for 30 days. Open the newest report from the group, or ask whoever runs StoreClaw for this one.");
        }

        return await library.FindAsync(id, cancellationToken) is var (kind, report)
            ? new Document("text/html", kind.ToHtml(report))
            : Notice(404, "No such report", "It is no longer in the library.");
    }

    private static Rendering? Choose(HttpRequest request)
    {
        var accepted = request.GetTypedHeaders().Accept;
        return accepted.Count == 0
            ? Renderings[0]
            : accepted
                .Where(static range => range.Quality is not 0)
                .OrderByDescending(static range => range.Quality ?? 1)
                .Select(static range => Renderings.FirstOrDefault(rendering => new MediaTypeHeaderValue(rendering.Type).IsSubsetOf(WithoutParameters(range))))
                .FirstOrDefault(static rendering => rendering is not null);
    }

    private static MediaTypeHeaderValue WithoutParameters(MediaTypeHeaderValue range) => new(range.MediaType);

    private static DateTimeOffset? Instant(IQueryCollection query, string name)
    {
        if (query[name].FirstOrDefault() is not { Length: > 0 } text)
        {
            return null;
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant)
            ? instant
            : throw new ProblemException(Problem.Invalid(name, "Give an ISO 8601 instant such as 2026-11-22T00:00:00Z."));
    }

    private static Document Notice(int status, string title, string text) => new(
        "text/html",
        Html.Of(
            $"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
            <style>{new Html(":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:15vh auto;padding:0 1rem}")}</style></head>
            <body><h1>{title}</h1><p>{text}</p></body></html>
            """).Text,
        status);

    private sealed record Rendering(string Type, Func<IReportKind, Report, string> Write);

    private sealed class Document(string type, string text, int status = 200) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.StatusCode = status;
            response.ContentType = $"{type}; charset=utf-8";
            response.Headers.CacheControl = "private, no-store";
            response.Headers.Vary = HeaderNames.Accept;
            response.Headers.XContentTypeOptions = "nosniff";

            // The address of a shared report is its key: nothing on the page may load from elsewhere or hand the address on.
            response.Headers["Referrer-Policy"] = "no-referrer";
            response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
            return response.WriteAsync(text, httpContext.RequestAborted);
        }
    }
}
