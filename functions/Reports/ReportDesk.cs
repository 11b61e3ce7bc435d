using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using StoreClaw.Common;
using StoreClaw.Connections;

namespace StoreClaw.Reports;

/// <summary>The library as the API shows it, and single reports in each of their renderings.</summary>
public sealed class ReportDesk(ReportLibrary library, ReportLinks links, ReportKinds kinds, IConnectionDirectory connections)
{
    private static readonly Rendering[] Renderings =
    [
        new("json", "application/json", "json", static (kind, report) => System.Text.Encoding.UTF8.GetString(kind.ToJson(report))),
        new("markdown", "text/markdown", "md", static (kind, report) => kind.ToMarkdown(report)),
        new("html", "text/html", "html", static (kind, report) => kind.ToHtml(report)),
    ];

    /// <summary>Query: kind, connection, from and to (when the report was made), periodFrom and periodTo (what its period touches), q (text), before (a report's id), limit.</summary>
    public async Task<IResult> ListAsync(IQueryCollection query, CancellationToken cancellationToken)
    {
        var reader = new ReportQueryReader(query);
        var asked = reader.Read(kinds);
        if (asked.Connection is { } id && await connections.FindAsync(id, cancellationToken) is null)
        {
            reader.Refuse("connection", $"There is no connection '{id}'. GET /api/connections lists them; disconnected ones stay there.");
        }

        reader.Finish();
        return Results.Json(await library.SearchAsync(asked, cancellationToken), JsonText.Options);
    }

    /// <summary>The report in what the Accept header likes best, JSON when it says nothing; as a file when the query says download and in which form.</summary>
    public async Task<IResult> GetAsync(string id, HttpRequest request, CancellationToken cancellationToken)
    {
        var download = request.Query["download"].FirstOrDefault();
        var rendering = (string.IsNullOrEmpty(download) ? Choose(request) : Renderings.FirstOrDefault(rendering => rendering.Name == download)) ?? throw Refuse(download);
        var (kind, report) = await library.FindAsync(id, cancellationToken) ?? throw new ProblemException(Problem.NotFound("report", id));
        return new Document(rendering.Type, rendering.Write(kind, report), file: string.IsNullOrEmpty(download) ? null : FileName(report, rendering));
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

    private static ProblemException Refuse(string? download) => new(string.IsNullOrEmpty(download)
        ? new Problem(406, "NOT_ACCEPTABLE", ProblemCategory.Parameter, $"A report is given out as {string.Join(", ", Renderings.Select(static rendering => rendering.Type))}. Accept one of them.")
        : Problem.Invalid("download", $"Must be one of {string.Join(", ", Renderings.Select(static rendering => rendering.Name))}."));

    /// <summary>"sales-report_2026-02-01_2026-02-28_{id}.md": sorts by kind and day, and no two reports share one.</summary>
    private static string FileName(Report report, Rendering rendering)
    {
        var zone = WallClock.TryFindZone(report.TimeZone, out var found) ? found : TimeZoneInfo.Utc;
        var (from, to) = (report.Period.From, report.Period.To);
        var days = new[] { zone.LocalDay(from), zone.LocalDay(to > from ? to.AddTicks(-1) : from) }.Distinct().Select(static day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        return $"{report.Kind}_{string.Join('_', days)}_{report.Id}.{rendering.Extension}";
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

    private sealed record Rendering(string Name, string Type, string Extension, Func<IReportKind, Report, string> Write);

    private sealed class Document(string type, string text, int status = 200, string? file = null) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.StatusCode = status;
            response.ContentType = $"{type}; charset=utf-8";
            response.Headers.CacheControl = "private, no-store";
            response.Headers.Vary = HeaderNames.Accept;
            response.Headers.XContentTypeOptions = "nosniff";
            if (file is not null)
            {
                response.Headers.ContentDisposition = $"attachment; filename=\"{file}\"";
            }

            // The address of a shared report is its key: nothing on the page may load from elsewhere or hand the address on.
            response.Headers["Referrer-Policy"] = "no-referrer";
            response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
            return response.WriteAsync(text, httpContext.RequestAborted);
        }
    }
}
