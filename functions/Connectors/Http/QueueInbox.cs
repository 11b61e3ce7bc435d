using System.Text;
using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;

namespace StoreClaw.Connectors.Http;

/// <summary>A seller's own Azure Storage queue, into which a platform that calls no address has its notifications written; known by a SAS URL that may process messages.</summary>
public static class QueueInbox
{
    /// <summary>The fact of a connection that has one, by which its deliveries are collected each minute.</summary>
    public const string Fact = "inbox";

    /// <summary>So many messages a time, and so many times: the rest comes at the next turn.</summary>
    public const int MostMessages = 32;

    public const int MostRounds = 10;

    private const string Host = ".queue.core.windows.net";

    /// <summary>How long a message stays out of sight while it is stored.</summary>
    private static readonly TimeSpan Hidden = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>What is wrong with an address that somebody typed; null when it is a SAS URL of a queue.</summary>
    /// <param name="lifted">Storage is simulated too: any host will do.</param>
    public static FieldError? Check(string field, string text, bool lifted) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.AbsolutePath.Length > 1 && url.Query.Contains("sig=", StringComparison.Ordinal)
        && (lifted ? url.Scheme is "http" or "https" : url.Scheme == Uri.UriSchemeHttps && url.IdnHost.EndsWith(Host, StringComparison.OrdinalIgnoreCase))
            ? null
            : new FieldError(field, "This is no SAS URL of an Azure Storage queue.", $"Copy the queue's whole SAS URL, https://<account>{Host}/<queue>?sv=...&sig=..., with the permission to process messages.");

    /// <summary>Hands on what is in the queue, as plain bytes, and deletes each message after that.</summary>
    /// <exception cref="PlatformException">The queue refuses, is gone or does not answer; what was not deleted comes again.</exception>
    public static async Task DrainAsync(Secret address, Func<ReadOnlyMemory<byte>, Task> takeAsync, CancellationToken cancellationToken)
    {
        var options = new QueueClientOptions { MessageEncoding = QueueMessageEncoding.None, Diagnostics = { IsLoggingEnabled = false, IsDistributedTracingEnabled = false } };
        (options.Retry.MaxRetries, options.Retry.NetworkTimeout) = (0, Patience);
        var queue = new QueueClient(new Uri(address.Reveal()), options);
        for (var (round, received) = (0, MostMessages); round < MostRounds && received == MostMessages; round++)
        {
            var messages = (await AskAsync(() => queue.ReceiveMessagesAsync(MostMessages, Hidden, cancellationToken), cancellationToken)).Value;
            foreach (var message in messages)
            {
                await takeAsync(Plain(message.Body.ToMemory()));
                await AskAsync(() => DeleteAsync(queue, message, cancellationToken), cancellationToken);
            }

            received = messages.Length;
        }
    }

    private static async Task<bool> DeleteAsync(QueueClient queue, QueueMessage message, CancellationToken cancellationToken)
    {
        try
        {
            await queue.DeleteMessageAsync(message.MessageId, message.PopReceipt, cancellationToken);
            return true;
        }
        catch (RequestFailedException e) when (e.ErrorCode == QueueErrorCode.MessageNotFound || e.ErrorCode == QueueErrorCode.PopReceiptMismatch)
        {
            // Storing took so long that it was in sight again: it comes once more, and is known then.
            return false;
        }
    }

    /// <summary>Many libraries write messages in base64, and many a plain word could be some: what it stands for must look like JSON.</summary>
    private static ReadOnlyMemory<byte> Plain(ReadOnlyMemory<byte> message)
    {
        var decoded = new byte[message.Length];
        return Convert.TryFromBase64String(Encoding.UTF8.GetString(message.Span), decoded, out var length) && decoded.AsSpan(0, length).Contains((byte)'{') ? decoded.AsMemory(0, length) : message;
    }

    /// <summary>Tells the queue's errors without their texts, which quote the address and with it its signature.</summary>
    private static async Task<T> AskAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (RequestFailedException e) when (e.Status is 401 or 403)
        {
            throw Failed(FaultKind.CredentialsRejected, "queue-refused", "The notification queue does not accept its SAS URL: it has run out, was taken back or may not process messages. Connect the store again with a new one.");
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            throw Failed(FaultKind.NotFound, "queue-gone", "The notification queue is not there. Make it again under the same name, or connect the store again with the SAS URL of another one.");
        }
        catch (Exception e) when (e is RequestFailedException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw Failed(FaultKind.Unreachable, "queue-unavailable", "The notification queue does not answer as it should.");
        }
    }

    private static PlatformException Failed(FaultKind kind, string code, string message) => new(new PlatformFault(kind, code, message));
}
