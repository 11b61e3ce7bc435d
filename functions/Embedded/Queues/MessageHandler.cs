using Azure.Storage.Queues.Models;
using Microsoft.Extensions.Logging;

namespace StoreClaw.Embedded;

/// <summary>Runs a queue function for one message and settles the message by how that ends.</summary>
internal sealed partial class MessageHandler(
    FunctionEntry function, HostSettings host, FunctionInvoker invoker, QueueSender sender, StopSignal stop, ILogger logger)
{
    private readonly QueueAddress _queue = function.Queue!;

    /// <summary>Never throws. Success deletes; failure gives back for later, or moves to the poison queue when it was the last try.</summary>
    public async Task HandleAsync(MessageLease lease, QueueMessage message)
    {
        await using (lease)
        {
            try
            {
                await SettleAsync(lease, message);
            }
            catch (Exception failure)
            {
                // The lease runs out and the message comes again.
                Log.NotSettled(logger, message.MessageId, _queue.Name, failure);
            }
        }
    }

    private async Task SettleAsync(MessageLease lease, QueueMessage message)
    {
        if (stop.Stopping.IsCancellationRequested)
        {
            await lease.ReleaseAsync(TimeSpan.Zero);
        }
        else if (_queue.Poison is { } poison && message.DequeueCount > host.MaxDequeueCount)
        {
            // No try ended, not even in failure: each took its process with it.
            await MoveAsync(lease, message, poison);
        }
        else if (!TryDecode(message, out var body))
        {
            Log.Undecodable(logger, message.MessageId, _queue.Name);
            await FailAsync(lease, message, lastTry: true);
        }
        else
        {
            await InvokeAsync(lease, message, new QueueInput(message, body));
        }
    }

    private async Task InvokeAsync(MessageLease lease, QueueMessage message, QueueInput input)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(lease.Lost, stop.Stopping);
        var run = invoker.InvokeAsync(function, input, cancel.Token);
        try
        {
            await run.WaitAsync(stop.GraceOver);
            if (!await lease.DeleteAsync())
            {
                Log.LeaseLost(logger, message.MessageId, _queue.Name);
            }
        }
        catch (OperationCanceledException) when (stop.Stopping.IsCancellationRequested)
        {
            await lease.ReleaseAsync(TimeSpan.Zero);
        }
        catch (Exception) when (lease.Lost.IsCancellationRequested)
        {
            Log.LeaseLost(logger, message.MessageId, _queue.Name);
        }
        catch (Exception failure)
        {
            Log.Failed(logger, function.Name, message.MessageId, message.DequeueCount, failure);
            await FailAsync(lease, message, message.DequeueCount >= host.MaxDequeueCount);
        }
    }

    private async Task FailAsync(MessageLease lease, QueueMessage message, bool lastTry)
    {
        if (lastTry && _queue.Poison is { } poison)
        {
            await MoveAsync(lease, message, poison);
        }
        else
        {
            await lease.ReleaseAsync(host.RetryDelay);
        }
    }

    // Copied before it is deleted: a crash in between leaves it twice, never nowhere.
    private async Task MoveAsync(MessageLease lease, QueueMessage message, QueueAddress poison)
    {
        await sender.SendAsync(poison, message.MessageText, CancellationToken.None);
        await lease.DeleteAsync();
        Log.Poisoned(logger, message.MessageId, _queue.Name, message.DequeueCount, poison.Name);
    }

    private bool TryDecode(QueueMessage message, out BinaryData body)
    {
        body = message.Body;
        if (!host.Base64Messages)
        {
            return true;
        }

        var bytes = new byte[message.MessageText.Length];
        var decoded = Convert.TryFromBase64String(message.MessageText, bytes, out var length);
        body = BinaryData.FromBytes(bytes.AsMemory(0, length));
        return decoded;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Function} failed on message {Message} (try {Attempt}).")]
        public static partial void Failed(ILogger logger, string function, string message, long attempt, Exception failure);

        [LoggerMessage(Level = LogLevel.Error, Message = "Message {Message} of {Queue} was given up after {Attempts} tries and moved to {Poison}.")]
        public static partial void Poisoned(ILogger logger, string message, string queue, long attempts, string poison);

        [LoggerMessage(Level = LogLevel.Error, Message = "Message {Message} of {Queue} is not Base64 as messageEncoding in host.json says.")]
        public static partial void Undecodable(ILogger logger, string message, string queue);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Message {Message} of {Queue} was handled here, but its lease had run out; it may come again.")]
        public static partial void LeaseLost(ILogger logger, string message, string queue);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Message {Message} of {Queue} could not be settled and will come again.")]
        public static partial void NotSettled(ILogger logger, string message, string queue, Exception failure);
    }
}
