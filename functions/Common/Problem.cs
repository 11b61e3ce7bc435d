using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace StoreClaw.Common;

/// <summary>Whose trouble it is; the <c>category</c> member of every problem.</summary>
public enum ProblemCategory
{
    Authentication,
    Parameter,
    RateLimit,
    Platform,
    Internal,
}

/// <summary>
/// What went wrong at a door, as RFC 9457 problem+json with <c>error_code</c>, <c>category</c>, <c>trace_id</c> and, where it applies, <c>retry_after</c>.
/// </summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">Stable, upper-case words: AUTH_TOKEN_EXPIRED.</param>
/// <param name="Detail">One or two sentences that end with what to do.</param>
public sealed record Problem(int Status, string Code, ProblemCategory Category, string Detail)
{
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Per field: what is wrong and what to do.</summary>
    public IReadOnlyDictionary<string, string>? Errors { get; init; }

    public static Problem NotFound(string what, string id) =>
        new(404, "NOT_FOUND", ProblemCategory.Parameter, $"There is no {what} '{id}'. List them to see which there are.");

    public static Problem Invalid(IReadOnlyDictionary<string, string> errors) =>
        new(422, "INVALID_FIELDS", ProblemCategory.Parameter, string.Join(' ', errors.Select(static error => $"{error.Key}: {error.Value}"))) { Errors = errors };

    public static Problem Invalid(string field, string message) => Invalid(new Dictionary<string, string> { [field] = message });

    public static Problem StorageDown { get; } =
        new(503, "STORAGE_UNAVAILABLE", ProblemCategory.Internal, "Storage does not answer at the moment; nothing was lost. Send the same request again.") { RetryAfter = TimeSpan.FromSeconds(5) };

    public IResult ToResult() => new ProblemResult(this);

    private sealed class ProblemResult(Problem problem) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.StatusCode = problem.Status;
            var body = new Dictionary<string, object?>
            {
                ["type"] = "about:blank",
                ["title"] = Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(problem.Status),
                ["status"] = problem.Status,
                ["detail"] = problem.Detail,
                ["error_code"] = problem.Code,
                ["category"] = problem.Category,
                ["trace_id"] = Activity.Current?.TraceId.ToString() ?? httpContext.TraceIdentifier,
            };
            if (problem.RetryAfter is { } wait)
            {
                var seconds = (long)Math.Ceiling(wait.TotalSeconds);
                response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
                body["retry_after"] = seconds;
            }

            if (problem.Errors is { } errors)
            {
                body["errors"] = errors;
            }

            return response.WriteAsJsonAsync(body, JsonText.Options, "application/problem+json", httpContext.RequestAborted);
        }
    }
}

/// <summary>Ends a request with a problem from deep inside.</summary>
public sealed class ProblemException(Problem problem, Exception? inner = null) : Exception(problem.Detail, inner)
{
    public Problem Problem { get; } = problem;
}
