using System.Collections;
using System.Collections.Concurrent;
using System.Text.Json;
using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;

namespace StoreClaw.Embedded;

/// <summary>A queue that takes a function's result, or one property of it.</summary>
/// <param name="BindingName">The property, or $return.</param>
/// <param name="Queue">Where the messages go.</param>
/// <param name="Read">Takes what belongs to this queue out of the result.</param>
internal sealed record QueueOutput(string BindingName, QueueAddress Queue, Func<object, object?> Read);

/// <summary>Puts results on queues: text, bytes, or anything else as JSON; a list gives one message an element; null gives none.</summary>
internal sealed class QueueSender(bool base64)
{
    private readonly ConcurrentDictionary<QueueAddress, QueueClient> _clients = new();

    public async Task SendAsync(Invocation invocation)
    {
        if (invocation.Result is not { } result)
        {
            return;
        }

        foreach (var output in invocation.Function.Outputs)
        {
            foreach (var body in Bodies(output.Read(result)))
            {
                await SendAsync(output.Queue, base64 ? Convert.ToBase64String(body.ToMemory().Span) : body.ToString(), invocation.CancellationToken);
            }
        }
    }

    /// <summary>Sends the text as it is and creates the queue when it is not there yet.</summary>
    public async Task SendAsync(QueueAddress queue, string text, CancellationToken cancellationToken)
    {
        var client = _clients.GetOrAdd(queue, address => address.Client());
        try
        {
            await client.SendMessageAsync(text, cancellationToken);
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == QueueErrorCode.QueueNotFound)
        {
            await client.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
            await client.SendMessageAsync(text, cancellationToken);
        }
    }

    private static IEnumerable<BinaryData> Bodies(object? value) => value switch
    {
        null => [],
        string text => [BinaryData.FromString(text)],
        byte[] bytes => [BinaryData.FromBytes(bytes)],
        BinaryData data => [data],
        IEnumerable list => list.Cast<object?>().SelectMany(Bodies),
        _ => [BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(value, value.GetType()))],
    };
}
