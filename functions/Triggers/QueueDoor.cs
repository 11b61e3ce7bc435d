using Azure.Storage.Queues.Models;
using Microsoft.Extensions.Logging;
using StoreClaw.Webhooks;

namespace StoreClaw.Triggers;

/// <summary>
/// What every queue door does: a deadline of its own, below the host's (a handler that hangs until the host gives up may never reach the poison queue), and on
/// the last try the message is parked with its cause instead of dropped into a queue nobody reads.
/// </summary>
public sealed partial class QueueDoor(ParkingLot parking, TimeProvider time, ILogger<QueueDoor> logger)
{
    /// <summary>host.json's maxDequeueCount.</summary>
    public const int MostTries = 5;

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(4);

    public async Task RunAsync(string queue, QueueMessage message, Func<CancellationToken, Task> handle, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await handle(either.Token).WaitAsync(either.Token);
        }
        catch (Exception failed) when (message.DequeueCount >= MostTries && !cancellationToken.IsCancellationRequested)
        {
            var cause = deadline.IsCancellationRequested ? new TimeoutException($"It was not done after {Deadline.TotalMinutes} minutes.", failed) : failed;
            Log.LastFailed(logger, queue, message.DequeueCount, cause);
            await parking.ParkAsync(queue, message.MessageText, cause, message.DequeueCount, cancellationToken);
        }
        catch (Exception failed) when (failed is not OperationCanceledException || deadline.IsCancellationRequested)
        {
            Log.Failed(logger, queue, message.DequeueCount, failed);
            throw;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A message of {Queue} failed at try {Try} and will be tried again")]
        public static partial void Failed(ILogger logger, string queue, long @try, Exception exception);

        [LoggerMessage(2, LogLevel.Error, "A message of {Queue} failed at try {Try}, its last")]
        public static partial void LastFailed(ILogger logger, string queue, long @try, Exception exception);
    }
}
