using System.Diagnostics;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace StoreClaw.Embedded;

/// <summary>Runs a function inside its middleware, its service scope and its time limit.</summary>
internal sealed partial class FunctionInvoker(
    IServiceScopeFactory scopes,
    FunctionExecutionDelegate pipeline,
    TimeSpan timeout,
    TimeSpan unresponsive,
    WorkHint hint,
    ILogger<FunctionInvoker> logger)
{
    /// <exception cref="TimeoutException">functionTimeout passed; the function's token was cancelled first.</exception>
    public async Task InvokeAsync(FunctionEntry function, TriggerInput input, CancellationToken cancellationToken)
    {
        using var expiry = new CancellationTokenSource(timeout);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, expiry.Token);
        var run = RunAsync(function, input, either.Token);
        try
        {
            await run.WaitAsync(expiry.Token);
        }
        catch (OperationCanceledException) when (expiry.IsCancellationRequested)
        {
            await GiveUpAsync(function, run, input.Http);
            throw new TimeoutException($"The function {function.Name} ran longer than the functionTimeout of host.json ({timeout:c}).");
        }
        finally
        {
            if (input.Http is not { } finished || !(HttpMethods.IsGet(finished.Request.Method) || HttpMethods.IsHead(finished.Request.Method)))
            {
                hint.Raise();
            }
        }
    }

    /// <summary>The innermost step of the pipeline: creates the class, binds the parameters, calls the method.</summary>
    public static FunctionExecutionDelegate Call(Func<Invocation, Task> sendOutputs)
    {
        return async context =>
        {
            var invocation = (Invocation)context;
            var function = invocation.Function;
            var arguments = new object?[function.Binders.Count];
            for (var index = 0; index < arguments.Length; index++)
            {
                arguments[index] = function.Binders[index](invocation);
            }

            var instance = function.Method.IsStatic
                ? null
                : ActivatorUtilities.CreateInstance(invocation.InstanceServices, function.Method.DeclaringType!);
            var returned = function.Method.Invoke(instance, BindingFlags.DoNotWrapExceptions, null, arguments, null);
            invocation.Result = await function.Await(returned);
            if (function.Outputs.Count > 0)
            {
                await sendOutputs(invocation);
            }
        };
    }

    private async Task RunAsync(FunctionEntry function, TriggerInput input, CancellationToken cancellationToken)
    {
        if (input.Http is { } http)
        {
            await pipeline(new Invocation(function, input, http.RequestServices, cancellationToken));
            return;
        }

        using var activity = new Activity(function.Name).Start();
        await using var scope = scopes.CreateAsyncScope();
        await pipeline(new Invocation(function, input, scope.ServiceProvider, cancellationToken));
    }

    private async Task GiveUpAsync(FunctionEntry function, Task run, HttpContext? http)
    {
        using var patience = new CancellationTokenSource(unresponsive);
        await run.WaitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!run.IsCompleted)
        {
            Log.Abandoned(logger, function.Name, timeout);

            // It may still write; only a closed connection keeps that off the next request.
            http?.Abort();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Function} ignored its cancellation after {Timeout} and was given up; it may still be running.")]
        public static partial void Abandoned(ILogger logger, string function, TimeSpan timeout);
    }
}
