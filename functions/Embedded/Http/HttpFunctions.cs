using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Logging;

namespace StoreClaw.Embedded;

/// <summary>Serves the HTTP functions.</summary>
internal sealed partial class HttpFunctions(FunctionInvoker invoker, FunctionKeys keys, StopSignal stop, ILogger<HttpFunctions> logger)
{
    /// <summary>The step of the pipeline that shows the request to what follows and writes the result.</summary>
    public static FunctionExecutionDelegate ServeResult(FunctionExecutionDelegate next)
    {
        return async context =>
        {
            var invocation = (Invocation)context;
            if (invocation.Input.Http is not { } http)
            {
                await next(context);
                return;
            }

            context.Items[FunctionContextExtensions.HttpContextKey] = http;
            await next(context);
            await WriteAsync(invocation.Result, http);
        };
    }

    /// <summary>The app's request handler. A known path with another method is a 404 on the Functions host, never a 405; HEAD is not GET there.</summary>
    public RequestDelegate Handler(IReadOnlyList<FunctionEntry> functions) => http =>
    {
        foreach (var function in functions)
        {
            if (function.Route!.TryMatch(http))
            {
                return ServeAsync(function, ((HttpTriggerAttribute)function.Trigger).AuthLevel, http);
            }
        }

        http.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    };

    private async Task ServeAsync(FunctionEntry function, AuthorizationLevel level, HttpContext http)
    {
        if (keys.Check(level, http.Request) is not KeyCheck.Allowed and var refusal)
        {
            await RefuseAsync(http, refusal);
            return;
        }

        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stop.GraceOver);
        try
        {
            await invoker.InvokeAsync(function, new HttpInput(http), cancel.Token);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to answer.
        }
        catch (BadHttpRequestException bad) when (!http.Response.HasStarted)
        {
            http.Response.StatusCode = bad.StatusCode;
        }
        catch (Exception failure)
        {
            Log.Failed(logger, function.Name, failure);
            Fail(http);
        }
    }

    private static void Fail(HttpContext http)
    {
        if (http.Response.HasStarted)
        {
            http.Abort();
        }
        else if (!http.RequestAborted.IsCancellationRequested)
        {
            http.Response.Clear();
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }

    private static Task WriteAsync(object? result, HttpContext http) => result switch
    {
        IResult plain => plain.ExecuteAsync(http),
        IActionResult action => action.ExecuteResultAsync(new ActionContext(http, http.GetRouteData(), new ActionDescriptor())),
        _ => Task.CompletedTask,
    };

    private static async Task RefuseAsync(HttpContext http, KeyCheck refusal)
    {
        http.Response.StatusCode = StatusCodes.Status401Unauthorized;
        http.Response.ContentType = "application/problem+json";
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("title", "Unauthorized");
        json.WriteNumber("status", StatusCodes.Status401Unauthorized);
        json.WriteString("detail", refusal == KeyCheck.Missing ? "Send the function key in the header x-functions-key." : "The function key is wrong.");
        json.WriteString("error_code", refusal == KeyCheck.Missing ? "FUNCTION_KEY_MISSING" : "FUNCTION_KEY_WRONG");
        json.WriteString("category", "authentication");
        json.WriteString("trace_id", Activity.Current?.TraceId.ToString() ?? http.TraceIdentifier);
        json.WriteEndObject();
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "The HTTP function {Function} failed.")]
        public static partial void Failed(ILogger logger, string function, Exception failure);
    }
}
