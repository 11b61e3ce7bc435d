using System.Reflection;
using System.Runtime.CompilerServices;
using Azure.Storage.Queues.Models;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace StoreClaw.Embedded;

/// <summary>
/// Turns a method into a function, or says what is wrong with it. The Functions host is silent about most of these mistakes:
/// a method that is not public is never found, a service as a parameter arrives null, a POCO result answers an empty 200.
/// </summary>
internal sealed class FunctionReader(AppSettings settings, string routePrefix)
{
    private static readonly MethodInfo AwaitTyped = typeof(FunctionReader).GetMethod(nameof(AwaitResult), BindingFlags.NonPublic | BindingFlags.Static)!;

    /// <summary>How messages name a method.</summary>
    public static string Label(MethodInfo method)
    {
        var type = method.DeclaringType!;
        return $"{type.FullName![(type.Namespace?.Length + 1 ?? 0)..].Replace('+', '.')}.{method.Name}";
    }

    /// <exception cref="FormatException">The method is no valid function; says why and what to do.</exception>
    public FunctionEntry Read(MethodInfo method)
    {
        var name = method.GetCustomAttribute<FunctionAttribute>()!.Name;
        CheckShape(name, method);
        var parameter = FindTrigger(method);
        var trigger = parameter.GetCustomAttribute<TriggerBindingAttribute>()!;
        var route = trigger is HttpTriggerAttribute http ? Route(http, name) : null;
        var result = ResultType(method);
        var outputs = Outputs(method, result);
        CheckResult(trigger, result, outputs);
        return new FunctionEntry(name, method, parameter.Name!, trigger)
        {
            Binders = [.. method.GetParameters().Select(each => each == parameter ? TriggerBinder(parameter, trigger) : Binder(each, trigger, route))],
            Await = Awaiter(method.ReturnType),
            Result = result,
            Outputs = outputs,
            Route = route,
            Schedule = trigger is TimerTriggerAttribute timer ? Schedule.Parse(settings.Resolve(timer.Schedule)) : null,
            Queue = trigger is QueueTriggerAttribute queue ? settings.Queue(queue.QueueName, queue.Connection) : null,
        };
    }

    private static void CheckShape(string name, MethodInfo method)
    {
        var type = method.DeclaringType!;
        Require(
            name.Length is > 0 and <= 128 && char.IsAsciiLetter(name[0]) && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-'),
            $"'{name}' is no function name: start with a letter, go on with letters, digits, - and _, at most 128");
        Require(method.IsPublic, "the method is not public and the Functions host would not find it: make it public");
        Require(!type.IsNested, "the class is nested and the Functions host would not find it: move it out");
        Require(type.IsPublic, "the class is not public and the Functions host would not find it: make it public");
        Require(!type.ContainsGenericParameters && !method.ContainsGenericParameters, "it is generic: give it definite types");
        Require(method.IsStatic || !type.IsAbstract, "the class is abstract: put the function on a class that can be created");
        Require(
            method.ReturnType != typeof(void) || !method.IsDefined(typeof(AsyncStateMachineAttribute)),
            "it is async void, so its end and its errors are lost: return Task");
        Require(
            !(method.ReturnType.FullName ?? "").StartsWith("System.Threading.Tasks.ValueTask", StringComparison.Ordinal),
            "it returns a ValueTask, which the worker does not await: return a Task");
    }

    private static ParameterInfo FindTrigger(MethodInfo method)
    {
        var found = Array.FindAll(method.GetParameters(), parameter => parameter.IsDefined(typeof(TriggerBindingAttribute)));
        Require(found.Length > 0, "it has no trigger: put [HttpTrigger], [TimerTrigger] or [QueueTrigger] on one parameter");
        Require(
            found.Length == 1 && found[0].GetCustomAttributes<TriggerBindingAttribute>().Count() == 1,
            "it has more than one trigger: split it, one trigger a function");
        return found[0];
    }

    private HttpRoute Route(HttpTriggerAttribute trigger, string name)
    {
        // The host takes the function's name for an empty route too; "/" is the root.
        var own = string.IsNullOrEmpty(trigger.Route) ? name : trigger.Route.TrimStart('/');
        return new HttpRoute(routePrefix.Length == 0 ? own : $"{routePrefix}/{own}".TrimEnd('/'), trigger.Methods);
    }

    private static ParameterBinder TriggerBinder(ParameterInfo parameter, TriggerBindingAttribute trigger)
    {
        var type = parameter.ParameterType;
        switch (trigger)
        {
            case HttpTriggerAttribute:
                Require(type == typeof(HttpRequest), $"[HttpTrigger] is on a {type.Name}: put it on an HttpRequest");
                return invocation => invocation.Input.Http!.Request;
            case TimerTriggerAttribute:
                Require(type == typeof(TimerInfo), $"[TimerTrigger] is on a {type.Name}: put it on a TimerInfo");
                return invocation => ((TimerInput)invocation.Input).Timer;
            default:
                Require(
                    type == typeof(string) || type == typeof(byte[]) || type == typeof(BinaryData) || type == typeof(QueueMessage) || IsPlainObject(type),
                    $"[QueueTrigger] is on a {type.Name}: use QueueMessage, string, byte[], BinaryData or a class read from JSON");
                return invocation => ((QueueInput)invocation.Input).As(type);
        }
    }

    private static ParameterBinder Binder(ParameterInfo parameter, TriggerBindingAttribute trigger, HttpRoute? route)
    {
        var type = parameter.ParameterType;
        if (type == typeof(FunctionContext))
        {
            return invocation => invocation;
        }

        if (type == typeof(CancellationToken))
        {
            return invocation => invocation.CancellationToken;
        }

        if (type == typeof(HttpRequest) && trigger is HttpTriggerAttribute)
        {
            return invocation => invocation.Input.Http!.Request;
        }

        Require(
            NamedValues.CanConvertTo(type),
            $"the parameter '{parameter.Name}' ({type.Name}) would arrive null: take services and loggers through the constructor");
        CheckName(parameter, trigger, route);
        return NamedValues.Binder(parameter);
    }

    private static void CheckName(ParameterInfo parameter, TriggerBindingAttribute trigger, HttpRoute? route)
    {
        var type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        switch (trigger)
        {
            case HttpTriggerAttribute:
                Require(
                    route!.Pattern.GetParameter(parameter.Name!) is not null,
                    $"the parameter '{parameter.Name}' is not in the route '{route.Pattern.RawText}': name it after a route parameter or read it from the request");
                break;
            case QueueTriggerAttribute:
                Require(
                    QueueInput.Metadata.TryGetValue(parameter.Name!, out var types),
                    $"nothing binds to the parameter '{parameter.Name}': a queue function takes its message and {string.Join(", ", QueueInput.Metadata.Keys)}");
                Require(
                    types!.Contains(type),
                    $"the parameter '{parameter.Name}' is a {type.Name}: take it as {types![0].Name}");
                break;
            default:
                throw new FormatException(
                    $"nothing binds to the parameter '{parameter.Name}': a timer function takes TimerInfo, FunctionContext and CancellationToken");
        }
    }

    private static void CheckResult(TriggerBindingAttribute trigger, Type? result, List<QueueOutput> outputs)
    {
        if (trigger is HttpTriggerAttribute)
        {
            Require(outputs.Count == 0, "an HTTP function cannot fill a queue with its result: send the message itself");
            Require(
                typeof(IResult).IsAssignableFrom(result) || typeof(IActionResult).IsAssignableFrom(result),
                $"it returns {result?.Name ?? "nothing"}, which would answer an empty 200: return IResult or IActionResult");
        }
        else
        {
            Require(
                result is null || outputs.Count > 0,
                $"nothing takes the {result?.Name} it returns: return Task, or put [QueueOutput] on the method or on a property of its result");
        }
    }

    private List<QueueOutput> Outputs(MethodInfo method, Type? result)
    {
        if (method.GetCustomAttribute<QueueOutputAttribute>() is { } whole)
        {
            Require(result is not null, "[QueueOutput] is on a method that returns nothing: return the message");
            return [new QueueOutput("$return", settings.Queue(whole.QueueName, whole.Connection), value => value)];
        }

        var outputs = new List<QueueOutput>();
        foreach (var property in result?.GetProperties() ?? [])
        {
            if (property.GetCustomAttribute<QueueOutputAttribute>() is { } output)
            {
                outputs.Add(new QueueOutput(property.Name, settings.Queue(output.QueueName, output.Connection), property.GetValue));
            }
        }

        return outputs;
    }

    // null: nothing comes back.
    private static Type? ResultType(MethodInfo method)
    {
        var type = method.ReturnType;
        if (type == typeof(void) || type == typeof(Task))
        {
            return null;
        }

        return type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Task<>) ? type.GetGenericArguments()[0] : type;
    }

    private static Func<object?, ValueTask<object?>> Awaiter(Type type)
    {
        if (type == typeof(Task))
        {
            return async returned =>
            {
                await (Task)returned!;
                return null;
            };
        }

        return type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Task<>)
            ? AwaitTyped.MakeGenericMethod(type.GetGenericArguments()).CreateDelegate<Func<object?, ValueTask<object?>>>()
            : ValueTask.FromResult;
    }

    private static async ValueTask<object?> AwaitResult<T>(object? returned) => await (Task<T>)returned!;

    private static bool IsPlainObject(Type type) =>
        type is { IsInterface: false, IsAbstract: false, IsPrimitive: false, IsEnum: false }
        && type.Namespace?.StartsWith("Microsoft.", StringComparison.Ordinal) != true;

    private static void Require(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new FormatException(otherwise);
        }
    }
}
