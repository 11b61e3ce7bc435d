using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;

namespace StoreClaw.Tests.Embedded;

public sealed record Order(string Id, int Units);

public sealed record Metadata(
    string Message, string Id, string PopReceipt, int DequeueCount, DateTimeOffset Inserted, DateTimeOffset Expires, DateTimeOffset NextVisible);

public sealed class BindingFunctions(CallLog calls)
{
    [Function("AsMessage")]
    public void AsMessage([QueueTrigger("as-message")] QueueMessage message) => calls.Add(message);

    [Function("AsText")]
    public void AsText([QueueTrigger("as-text")] string message) => calls.Add(message);

    [Function("AsBytes")]
    public void AsBytes([QueueTrigger("as-bytes")] byte[] message) => calls.Add(message);

    [Function("AsData")]
    public void AsData([QueueTrigger("as-data")] BinaryData message) => calls.Add(message.ToString());

    [Function("AsObject")]
    public async Task AsObject([QueueTrigger("as-object")] Order message)
    {
        await Task.Yield();
        calls.Add(message);
    }

    [Function("WithMetadata")]
    public void WithMetadata(
        [QueueTrigger("with-metadata")] string message,
        string id,
        string popReceipt,
        int dequeueCount,
        DateTimeOffset insertionTime,
        DateTimeOffset expirationTime,
        DateTimeOffset nextVisibleTime) =>
        calls.Add(new Metadata(message, id, popReceipt, dequeueCount, insertionTime, expirationTime, nextVisibleTime));
}

public sealed class HeedingFunctions(CallLog calls)
{
    [Function("Heeding")]
    public async Task Heeding([QueueTrigger("heeding")] string message, CancellationToken cancellationToken)
    {
        calls.Add(message);
        try
        {
            await calls.Gate("heeding").Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            calls.Add("cancelled");
            throw;
        }
    }
}

public sealed class WorkFunctions(CallLog calls)
{
    [Function("Work")]
    public async Task Work([QueueTrigger("work")] QueueMessage message, CancellationToken cancellationToken)
    {
        calls.Add(message.Body.ToString());
        await calls.Gate("work").Task.WaitAsync(cancellationToken);
    }
}

public sealed class StubbornFunctions(CallLog calls)
{
    [Function("Stubborn")]
    public async Task Stubborn([QueueTrigger("stubborn")] QueueMessage message, CancellationToken cancellationToken)
    {
        calls.Add(message);
        await calls.Gate("stubborn").Task;
        calls.Add(cancellationToken.IsCancellationRequested);
    }
}

public sealed class FailingFunctions(CallLog calls)
{
    [Function("Failing")]
    public void Failing([QueueTrigger("failing")] QueueMessage message)
    {
        calls.Add(message.DequeueCount);
        throw new InvalidOperationException("It fails.");
    }

    [Function("FailingPoison")]
    public void FailingPoison([QueueTrigger("parked-poison")] QueueMessage message)
    {
        calls.Add(message.DequeueCount);
        if (message.DequeueCount < 5)
        {
            throw new InvalidOperationException("It fails.");
        }
    }
}

public sealed class SharingFunctions(CallLog calls)
{
    [Function("Share")]
    public async Task Share([QueueTrigger("%SharedQueue%", Connection = "OtherStorage")] string message, FunctionContext context)
    {
        calls.Add(message);
        await calls.Gate("share").Task.WaitAsync(context.CancellationToken);
    }
}

public sealed record Outcome([property: QueueOutput("out-first")] string? First, [property: QueueOutput("out-rest")] IReadOnlyList<Order> Rest, string Ignored);

public sealed class OutputFunctions(CallLog calls)
{
    [Function("Split")]
    public Outcome Split([QueueTrigger("split")] string message) =>
        new(message.Length == 0 ? null : message, [new Order("a", 1), new Order("b", 2)], "nothing");

    [Function("Pass")]
    [QueueOutput("out-%Suffix%")]
    public async Task<string[]> Pass([QueueTrigger("pass")] string message)
    {
        await Task.Yield();
        return message.Split(' ');
    }

    [Function("Received")]
    public void Received([QueueTrigger("out-end")] string message) => calls.Add(message);
}

public sealed class EnqueueFunctions(IConfiguration configuration, CallLog calls)
{
    [Function("Enqueue")]
    public async Task<IResult> Enqueue([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "enqueue")] HttpRequest request)
    {
        var queue = new QueueClient(configuration["AzureWebJobsStorage"], "enqueued", new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });
        await queue.SendMessageAsync("from http");
        return Results.Accepted();
    }

    [Function("Enqueued")]
    public void Enqueued([QueueTrigger("enqueued")] string message) => calls.Add(message);
}
