using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Azure;
using Azure.Storage.Queues.Models;
using StoreClaw.Common;

namespace StoreClaw.Storage;

/// <summary>
/// What stands in a queue message, for both sides: JSON text <c>{"trace":…,"body":…}</c>, or <c>{"trace":…,"payload":id}</c> where the body was too big and lies in
/// the <see cref="PayloadStore"/>.
/// </summary>
public sealed record Envelope<T>(string? Trace, T? Body, string? Payload);

/// <summary>A message on its queue, and what it takes to change it until somebody takes it.</summary>
public sealed record SentMessage(string Queue, string Id, string PopReceipt)
{
    internal static SentMessage Of(string queue, Response<SendReceipt> sent) => new(queue, sent.Value.MessageId, sent.Value.PopReceipt);
}

/// <summary>Puts work on queues and reads it back.</summary>
public sealed class WorkQueues(StorageClients storage, PayloadStore payloads, Randomness random, TimeProvider time)
{
    /// <summary>The most bytes of text that a message holds.</summary>
    public const int Capacity = 64 * 1024;

    private static readonly TimeSpan NeverExpires = TimeSpan.FromSeconds(-1);

    /// <summary>One message, to be seen after the delay. One storage transaction, or two when the body is too big.</summary>
    public async Task SendAsync<T>(string queue, T body, TimeSpan? delay, CancellationToken cancellationToken)
    {
        var trace = Activity.Current?.Id;
        var text = JsonSerializer.Serialize(new Envelope<T>(trace, body, null), JsonText.Options);
        if (Encoding.UTF8.GetByteCount(text) > Capacity)
        {
            var id = $"{queue}-{random.Id(time.GetUtcNow())}";
            await payloads.SaveAsync(id, JsonSerializer.SerializeToUtf8Bytes(body, JsonText.Options), cancellationToken);
            text = JsonSerializer.Serialize(new Envelope<T>(trace, default, id), JsonText.Options);
        }

        await SendTextAsync(queue, text, delay, cancellationToken);
    }

    /// <summary>The text as it is; creates the queue when it is missing.</summary>
    public async Task<SentMessage> SendTextAsync(string queue, string text, TimeSpan? delay, CancellationToken cancellationToken)
    {
        var client = storage.Queue(queue);
        try
        {
            return SentMessage.Of(queue, await client.SendMessageAsync(text, delay, NeverExpires, cancellationToken));
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            await client.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
            return SentMessage.Of(queue, await client.SendMessageAsync(text, delay, NeverExpires, cancellationToken));
        }
    }

    /// <summary>Puts another text in the place of one that nobody has taken yet, to be seen after the delay. Null when somebody has: the message is theirs.</summary>
    public async Task<SentMessage?> ReplaceTextAsync(SentMessage sent, string text, TimeSpan delay, CancellationToken cancellationToken)
    {
        try
        {
            var receipt = await storage.Queue(sent.Queue).UpdateMessageAsync(sent.Id, sent.PopReceipt, text, delay, cancellationToken);
            return sent with { PopReceipt = receipt.Value.PopReceipt };
        }
        catch (RequestFailedException taken) when (taken.ErrorCode == QueueErrorCode.MessageNotFound || taken.ErrorCode == QueueErrorCode.PopReceiptMismatch || taken.ErrorCode == QueueErrorCode.QueueNotFound)
        {
            return null;
        }
    }

    /// <summary>What <see cref="SendAsync{T}"/> sent.</summary>
    /// <exception cref="InvalidDataException">The text is no envelope, or its payload is gone.</exception>
    public async Task<T> ReadAsync<T>(QueueMessage message, CancellationToken cancellationToken)
    {
        try
        {
            var envelope = JsonSerializer.Deserialize<Envelope<T>>(message.MessageText, JsonText.Options)
                ?? throw new InvalidDataException("The message is empty.");
            if (envelope.Payload is not { } id)
            {
                return envelope.Body ?? throw new InvalidDataException("The message has no body.");
            }

            var bytes = await payloads.LoadAsync(id, cancellationToken) ?? throw new InvalidDataException($"The body {id} of the message is gone.");
            return JsonSerializer.Deserialize<T>(bytes, JsonText.Options) ?? throw new InvalidDataException("The message's body is empty.");
        }
        catch (JsonException broken)
        {
            throw new InvalidDataException($"The message is not one of StoreClaw's: {broken.Message}", broken);
        }
    }
}
