using Microsoft.Extensions.Logging;

namespace StoreClaw.Tasks;

/// <summary>Each minute: finds the tasks with something due and settles it.</summary>
public sealed partial class DueTasks(TaskTable tasks, OccurrenceLedger ledger, TimeProvider time, ILogger<DueTasks> logger)
{
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        foreach (var stored in await tasks.DueAsync(time.GetUtcNow(), cancellationToken))
        {
            try
            {
                var position = await ledger.SettleAsync(stored.Task, time.GetUtcNow(), close: false, cancellationToken);

                // Written last: until all is on the queue the task stays among those to be looked at. When somebody changed the task meanwhile, so it does too.
                await tasks.ReplaceAsync(stored, stored.Task, stored.Task.ReadSchedule().Next(position.Claimed), cancellationToken);
            }
            catch (Exception failed) when (!cancellationToken.IsCancellationRequested)
            {
                Log.Failed(logger, stored.Task.Id, failed);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "What is due of task {Task} could not be settled and is tried again in a minute")]
        public static partial void Failed(ILogger logger, string task, Exception exception);
    }
}
