using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using StoreClaw.Common;
using StoreClaw.Connections;
using StoreClaw.Connectors;
using StoreClaw.Storage;

namespace StoreClaw.Triggers;

/// <summary>What every HTTP door does with trouble: turn it into problem+json.</summary>
public static partial class Door
{
    private const int MostBytes = 1024 * 1024;

    private static readonly JsonSerializerOptions Strict = new(JsonText.Options) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    public static async Task<IResult> RunAsync(Func<Task<IResult>> action, ILogger logger)
    {
        try
        {
            return await action();
        }
        catch (ProblemException known)
        {
            return known.Problem.ToResult();
        }
        catch (PlatformException refused)
        {
            return PlatformProblems.Of(refused.Fault).ToResult();
        }
        catch (VaultException vault)
        {
            Log.Failed(logger, vault);
            return new Problem(503, "VAULT_UNAVAILABLE", ProblemCategory.Internal, vault.Message) { RetryAfter = TimeSpan.FromSeconds(5) }.ToResult();
        }
        catch (Exception down) when (StorageClients.IsUnavailable(down))
        {
            Log.Failed(logger, down);
            return Problem.StorageDown.ToResult();
        }
        catch (Exception unknown) when (unknown is not OperationCanceledException)
        {
            Log.Failed(logger, unknown);
            return new Problem(500, "INTERNAL_ERROR", ProblemCategory.Internal, "StoreClaw failed at this request. Look the trace_id up in its log.").ToResult();
        }
    }

    /// <summary>The request's body as JSON.</summary>
    /// <exception cref="ProblemException">It is too large, no JSON, or has members that do not exist: says which.</exception>
    public static async Task<T> ReadJsonAsync<T>(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > MostBytes)
        {
            throw new ProblemException(new Problem(413, "PAYLOAD_TOO_LARGE", ProblemCategory.Parameter, "The body may be 1 MiB. Send a smaller one."));
        }

        try
        {
            var value = await JsonSerializer.DeserializeAsync<T>(request.Body, Strict, cancellationToken);
            return value ?? throw new ProblemException(new Problem(400, "BODY_MISSING", ProblemCategory.Parameter, "A JSON object is expected as the body."));
        }
        catch (JsonException broken)
        {
            var path = broken.Path is { Length: > 2 } at ? at[2..] : "body";
            throw new ProblemException(
                new Problem(400, "BODY_INVALID", ProblemCategory.Parameter, $"The body is not the JSON that is expected, at '{path}': {FirstSentence(broken.Message)}") { Errors = new Dictionary<string, string> { [path] = FirstSentence(broken.Message) } },
                broken);
        }
    }

    /// <summary>The same where leaving the body out is fine; null then.</summary>
    public static async Task<T?> ReadOptionalJsonAsync<T>(HttpRequest request, CancellationToken cancellationToken)
        where T : class =>
        request.ContentLength is 0 || (request.ContentLength is null && string.IsNullOrEmpty(request.Headers.TransferEncoding)) ? null : await ReadJsonAsync<T>(request, cancellationToken);

    private static string FirstSentence(string message) => message.IndexOf(". ", StringComparison.Ordinal) is var end and > 0 ? message[..(end + 1)] : message;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A request failed")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
