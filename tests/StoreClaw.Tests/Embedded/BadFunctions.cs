using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

// Each class holds one mistake.
namespace StoreClaw.Tests.Embedded.Bad;

public sealed class NotPublicMethod
{
    [Function("NotPublicMethod")]
    internal void Run([TimerTrigger("0 0 * * * *")] TimerInfo timer) => Assert.Fail(timer.ToString());
}

internal sealed class NotPublicClass
{
    [Function("NotPublicClass")]
    public void Run([TimerTrigger("0 0 * * * *")] TimerInfo timer) => Assert.Fail(timer.ToString());
}

public static class Outer
{
    public sealed class Nested
    {
        [Function("Nested")]
        public void Run([TimerTrigger("0 0 * * * *")] TimerInfo timer) => Assert.Fail(timer.ToString());
    }
}

public abstract class AbstractClass
{
    [Function("Abstract")]
    public void Run([TimerTrigger("0 0 * * * *")] TimerInfo timer) => Assert.Fail(timer.ToString());
}

public sealed class GenericMethod
{
    [Function("Generic")]
    public void Run<T>([TimerTrigger("0 0 * * * *")] TimerInfo timer) => Assert.Fail(timer + typeof(T).Name);
}

public sealed class NoTrigger
{
    [Function("NoTrigger")]
    public void Run(CancellationToken cancellationToken) => cancellationToken.ThrowIfCancellationRequested();
}

public sealed class TwoTriggers
{
    [Function("TwoTriggers")]
    public void Run([TimerTrigger("0 0 * * * *")] TimerInfo timer, [QueueTrigger("two-triggers")] string message) => Assert.Fail(timer + message);
}

public sealed class LoggerParameter
{
    [Function("LoggerParameter")]
    public void Run([QueueTrigger("logger")] string message, ILogger log) => Assert.Fail(message + log);
}

public sealed class ServiceParameter
{
    [Function("ServiceParameter")]
    public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, Route = "service/{calls}")] HttpRequest request, CallLog calls) => Results.Ok(calls);
}

public sealed class NotInRoute
{
    [Function("NotInRoute")]
    public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, Route = "orders/{orderId}")] HttpRequest request, string id) => Results.Ok(id);
}

public sealed class NoSuchMetadata
{
    [Function("NoSuchMetadata")]
    public void Run([QueueTrigger("no-such")] string message, string messageId) => Assert.Fail(message + messageId);
}

public sealed class TimeAsText
{
    [Function("TimeAsText")]
    public void Run([QueueTrigger("time-as-text")] string message, string insertionTime) => Assert.Fail(message + insertionTime);
}

public sealed class NamedValueOnTimer
{
    [Function("NamedValueOnTimer")]
    public void Run([TimerTrigger("0 0 * * * *")] TimerInfo timer, string id) => Assert.Fail(timer + id);
}

public sealed class BodyAsObject
{
    [Function("BodyAsObject")]
    public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous)] Order order) => Results.Ok(order);
}

public sealed class TimerAsText
{
    [Function("TimerAsText")]
    public void Run([TimerTrigger("0 0 * * * *")] string timer) => Assert.Fail(timer);
}

public sealed class MessageAsService
{
    [Function("MessageAsService")]
    public void Run([QueueTrigger("message-as-service")] ILogger message) => Assert.Fail(message.ToString());
}

public sealed class PocoAnswer
{
    [Function("PocoAnswer")]
    public Task<Order> Run([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => Task.FromResult(new Order(request.Path, 1));
}

public sealed class NoAnswer
{
    [Function("NoAnswer")]
    public Task Run([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => Task.FromResult(request);
}

public sealed class QueuedAnswer
{
    [Function("QueuedAnswer")]
    [QueueOutput("queued-answer")]
    public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => Results.Ok(request.Path);
}

public sealed class LostResult
{
    [Function("LostResult")]
    public string Run([QueueTrigger("lost-result")] string message) => message;
}

public sealed class NothingToQueue
{
    [Function("NothingToQueue")]
    [QueueOutput("nothing")]
    public Task Run([QueueTrigger("nothing-to-queue")] string message) => Task.FromResult(message);
}

public sealed class AsyncVoid
{
    [Function("AsyncVoid")]
    public async void Run([QueueTrigger("async-void")] string message)
    {
        await Task.Yield();
        Assert.Fail(message);
    }
}

public sealed class ValueTaskResult
{
    [Function("ValueTaskResult")]
    public ValueTask Run([QueueTrigger("value-task")] string message) => message.Length == 0 ? default : throw new InvalidOperationException(message);
}

public sealed class BadName
{
    [Function("7 days")]
    public void Run([TimerTrigger("0 0 * * * *")] TimerInfo timer) => Assert.Fail(timer.ToString());
}

public sealed class BadCron
{
    [Function("BadCron")]
    public void Run([TimerTrigger("0 0 25 * * *")] TimerInfo timer) => Assert.Fail(timer.ToString());
}

public sealed class FiveFields
{
    [Function("FiveFields")]
    public void Run([TimerTrigger("0 * * * *")] TimerInfo timer) => Assert.Fail(timer.ToString());
}

public sealed class NeverDue
{
    [Function("NeverDue")]
    public void Run([TimerTrigger("0 0 0 30 2 *")] TimerInfo timer) => Assert.Fail(timer.ToString());
}

public sealed class MissingSetting
{
    [Function("MissingSetting")]
    public void Run([TimerTrigger("%Schedules:Nightly%")] TimerInfo timer) => Assert.Fail(timer.ToString());
}

public sealed class LonePercent
{
    [Function("LonePercent")]
    public void Run([QueueTrigger("work-%stage")] string message) => Assert.Fail(message);
}

public sealed class BadQueueName
{
    [Function("BadQueueName")]
    public void Run([QueueTrigger("Store_Sync")] string message) => Assert.Fail(message);
}

public sealed class MissingConnection
{
    [Function("MissingConnection")]
    public void Run([QueueTrigger("missing-connection", Connection = "ElsewhereStorage")] string message) => Assert.Fail(message);
}

public sealed class BadConnection
{
    [Function("BadConnection")]
    public void Run([QueueTrigger("bad-connection", Connection = "FunctionKey")] string message) => Assert.Fail(message);
}

public sealed class BadRoute
{
    [Function("BadRoute")]
    public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, Route = "orders/{id")] HttpRequest request) => Results.Ok(request.Path);
}

public sealed class BadConstraint
{
    [Function("BadConstraint")]
    public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, Route = "orders/{id:ulid}")] HttpRequest request) => Results.Ok(request.Path);
}

public sealed class SameName
{
    [Function("Same")]
    public void One([QueueTrigger("same-one")] string message) => Assert.Fail(message);

    [Function("same")]
    public void Two([QueueTrigger("same-two")] string message) => Assert.Fail(message);
}

public sealed class SameRoute
{
    [Function("SameRouteOne")]
    public IResult One([HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", Route = "same/{id}")] HttpRequest request) => Results.Ok(request.Path);

    [Function("SameRouteTwo")]
    public IResult Two([HttpTrigger(AuthorizationLevel.Anonymous, "POST", Route = "Same/{name}")] HttpRequest request) => Results.Ok(request.Path);
}

public sealed class HidingRoute
{
    [Function("GetOrder")]
    public IResult GetOrder([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "orders/{id}")] HttpRequest request) => Results.Ok(request.Path);

    [Function("ListRecent")]
    public IResult ListRecent([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "orders/recent")] HttpRequest request) => Results.Ok(request.Path);
}

public sealed class HidingRest
{
    [Function("All")]
    public IResult All([HttpTrigger(AuthorizationLevel.Anonymous, Route = "{*path}")] HttpRequest request) => Results.Ok(request.Path);

    [Function("Health")]
    public IResult Health([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "healthz")] HttpRequest request) => Results.Ok(request.Path);
}
