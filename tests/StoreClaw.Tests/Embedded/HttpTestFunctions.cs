using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace StoreClaw.Tests.Embedded;

public sealed class RouteFunctions
{
    [Function("Root")]
    public IResult Root([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "/")] HttpRequest request) => Results.Text("root");

    [Function("ByName")]
    public IResult ByName([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => Results.Text("by name");

    [Function("Numbered")]
    public IResult Numbered([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "items/{ID:int}/{tail?}")] HttpRequest request, int id, string? tail) =>
        Results.Text($"{id} {tail ?? "none"}");

    [Function("Named")]
    public Task<IResult> Named([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "items/{name:regex(^[a-z]+$)}")] HttpRequest request, string name) =>
        Task.FromResult(Results.Text("name " + name));

    [Function("Rest")]
    public IResult Rest([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "files/{*path}")] HttpRequest request, string path = "nothing") => Results.Text(path);

    [Function("Any")]
    public IResult Any([HttpTrigger(AuthorizationLevel.Anonymous, Route = "any")] HttpRequest request) => Results.Text(request.Method);

    [Function("Asked")]
    public IResult Asked([HttpTrigger(AuthorizationLevel.Anonymous, "options", "head", Route = "asked")] HttpRequest request) => Results.StatusCode(204);

    [Function("Typed")]
    public IResult Typed([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "typed/{id}/{when}/{day}")] HttpRequest request, Guid id, DateTimeOffset when, DayOfWeek? day) =>
        Results.Text($"{id} {when:O} {day}");
}

public sealed class LockedFunctions
{
    [Function("ForFunctionKey")]
    public IResult ForFunctionKey([HttpTrigger(AuthorizationLevel.Function, "get", Route = "function")] HttpRequest request) => Results.Text("in");

    [Function("ForAdmin")]
    public IResult ForAdmin([HttpTrigger(AuthorizationLevel.Admin, "get", Route = "admin-only")] HttpRequest request) => Results.Text("in");

    [Function("WithoutLevel")]
    public IResult WithoutLevel([HttpTrigger("get", Route = "no-level")] HttpRequest request) => Results.Text("in");

    [Function("Open")]
    public IResult Open([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "open")] HttpRequest request) => Results.Text("in");
}

public sealed class BodyFunctions(CallLog calls)
{
    [Function("Hash")]
    public async Task<IResult> Hash([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "hash")] HttpRequest request, CancellationToken cancellationToken)
    {
        calls.Add(request.ContentLength);
        return Results.Text(Convert.ToHexStringLower(await SHA256.HashDataAsync(request.Body, cancellationToken)));
    }

    [Function("Object")]
    public IActionResult Object([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "object")] HttpRequest request) => new OkObjectResult(new { Answer = 42 });

    [Function("Content")]
    public async Task<ContentResult> Content([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "content")] HttpRequest request)
    {
        await Task.Yield();
        return new ContentResult { Content = "made", StatusCode = 201 };
    }

    [Function("Json")]
    public IResult Json([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "json")] HttpRequest request) => Results.Json(new { Answer = 42 });
}

public sealed class TroubleFunctions(CallLog calls)
{
    [Function("ThrowsAtOnce")]
    public IResult ThrowsAtOnce([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "throw")] HttpRequest request) => throw new InvalidOperationException("at once");

    [Function("ThrowsLater")]
    public async Task<IResult> ThrowsLater([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "throw-later")] HttpRequest request)
    {
        await Task.Yield();
        throw new InvalidOperationException("later");
    }

    [Function("Waits")]
    public async Task<IResult> Waits([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "wait")] HttpRequest request, CancellationToken cancellationToken)
    {
        calls.Add("waiting");
        try
        {
            await calls.Gate("wait").Task.WaitAsync(cancellationToken);
            return Results.Text("waited");
        }
        catch (OperationCanceledException)
        {
            calls.Add("cancelled");
            throw;
        }
    }

    [Function("Hangs")]
    public async Task<IResult> Hangs([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "hang")] HttpRequest request)
    {
        calls.Add("hanging");
        await calls.Gate("hang").Task;
        return Results.Text("too late");
    }
}

public sealed class LoggingFunctions(ILogger<LoggingFunctions> logger)
{
    [Function("Logs")]
    public IResult Logs([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "log")] HttpRequest request)
    {
        logger.LogDebug("a line");
        logger.LogInformation("a line");
        logger.LogWarning("a line");
        return Results.Text("logged");
    }
}
