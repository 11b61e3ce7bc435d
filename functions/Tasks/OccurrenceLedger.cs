using System.Globalization;
using Azure;
using Azure.Data.Tables;
using StoreClaw.Storage;

namespace StoreClaw.Tasks;

/// <summary>How far a task's due instants are dealt with.</summary>
/// <param name="Claimed">Every due instant up to here has a row, alone or in a row of skipped ones.</param>
/// <param name="Sent">Every run claimed up to here is on the queue.</param>
public sealed record OccurrencePosition(DateTimeOffset Claimed, DateTimeOffset Sent, SkippedOccurrences? LastSkipped);

/// <summary>
/// The due instants of each task: a row for each that is run, a row for each stretch that is skipped, and a cursor, all in the task's own partition, so that claiming is one
/// transaction under the cursor's ETag. Of several hosts one wins and the others find the work done. Claiming and queueing are two steps with the cursor between
/// them: what a crash leaves claimed and not queued is queued by whoever settles next. A run that is queued twice on that way is still run once.
/// </summary>
public sealed class OccurrenceLedger(StorageClients storage, RunTable runs, WorkQueues queues)
{
    private const string Cursor = "cursor";
    private const string Claimed = "Claimed";
    private const string Sent = "Sent";
    private const string Due = "Due";
    private const string RunId = "RunId";
    private const string LateSeconds = "LateSeconds";
    private const string SkippedFrom = "SkippedFrom";
    private const string SkippedUntil = "SkippedUntil";
    private const string SkippedCount = "SkippedCount";
    private const string SkippedReason = "SkippedReason";

    /// <summary>Where the task stands; at its creation when nothing was due yet.</summary>
    public async Task<OccurrencePosition> PositionAsync(ScheduledTask task, CancellationToken cancellationToken) =>
        ToPosition(task, await ReadCursorAsync(await storage.TableAsync(TableNames.Occurrences, cancellationToken), task.Id, cancellationToken));

    /// <summary>
    /// Deals with all that was due by now: claims it as the task's policy says (a task that is not enabled skips it), and queues what is to be run. Safe to repeat.
    /// </summary>
    /// <param name="close">Moves the cursor to now even when nothing was due, so that what the schedule becomes next does not reach back.</param>
    public async Task<OccurrencePosition> SettleAsync(ScheduledTask task, DateTimeOffset now, bool close, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Occurrences, cancellationToken);
        var schedule = task.ReadSchedule();
        while (true)
        {
            var cursor = await ReadCursorAsync(table, task.Id, cancellationToken);
            var position = ToPosition(task, cursor);
            var plan = task.Enabled
                ? OccurrencePlan.Make(schedule, task.Missed, position.Claimed, now)
                : OccurrencePlan.SkipAll(schedule, position.Claimed, now, "the task was paused");
            if ((plan.IsEmpty && !close) || position.Claimed >= now || await TryClaimAsync(table, task, cursor, plan, now, cancellationToken))
            {
                break;
            }
        }

        return await SendAsync(table, task, now, cancellationToken);
    }

    /// <summary>The ids of the tasks that came due, deleted ones too.</summary>
    public async Task<IReadOnlyList<string>> TasksAsync(CancellationToken cancellationToken) =>
        [.. (await (await storage.TableAsync(TableNames.Occurrences, cancellationToken)).PartitionsAsync(cancellationToken)).Select(Keys.Unescape)];

    /// <summary>
    /// Removes the task's due instants of before the one given, and with null all there is of it. What has not been sent yet stays however old it is, and so does the cursor: no
    /// policy looks back beyond these two.
    /// </summary>
    public async Task CleanAsync(string taskId, DateTimeOffset? before, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Occurrences, cancellationToken);
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {Keys.Escape(taskId)}");
        if (before is { } instant)
        {
            var sent = (await ReadCursorAsync(table, taskId, cancellationToken))?.GetDateTimeOffset(Sent) ?? DateTimeOffset.MinValue;
            filter += TableClient.CreateQueryFilter($" and RowKey lt {KeyOf(sent < instant ? sent : instant)}");
        }

        await table.RemoveAsync(filter, cancellationToken);
    }

    private static async Task<bool> TryClaimAsync(TableClient table, ScheduledTask task, TableEntity? cursor, OccurrencePlan plan, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var partition = Keys.Escape(task.Id);
        var moved = new TableEntity(partition, Cursor) { [Claimed] = now, [Sent] = cursor?.GetDateTimeOffset(Sent) ?? task.CreatedAt };
        Put(moved, plan.Skipped ?? (cursor is null ? null : ToSkipped(cursor)));
        List<TableTransactionAction> actions =
        [
            cursor is null ? new(TableTransactionActionType.Add, moved) : new(TableTransactionActionType.UpdateReplace, moved, cursor.ETag),
            .. plan.Run.Select(due => new TableTransactionAction(
                TableTransactionActionType.Add,
                new TableEntity(partition, KeyOf(due)) { [Due] = due, [RunId] = RunIdOf(task.Id, due), [LateSeconds] = (long)(now - due).TotalSeconds })),
        ];
        if (plan.Skipped is { } skipped)
        {
            var row = new TableEntity(partition, KeyOf(skipped.From)) { [Due] = skipped.From };
            Put(row, skipped);
            actions.Add(new TableTransactionAction(TableTransactionActionType.Add, row));
        }

        try
        {
            await table.SubmitTransactionAsync(actions, cancellationToken);
            return true;
        }
        catch (RequestFailedException raced) when (StorageClients.IsConflict(raced))
        {
            return false;
        }
    }

    private async Task<OccurrencePosition> SendAsync(TableClient table, ScheduledTask task, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var cursor = await ReadCursorAsync(table, task.Id, cancellationToken);
        var position = ToPosition(task, cursor);
        if (cursor is null || position.Sent >= position.Claimed)
        {
            return position;
        }

        var (after, until) = (KeyOf(position.Sent), KeyOf(position.Claimed));
        await foreach (var row in table.QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter($"PartitionKey eq {Keys.Escape(task.Id)} and RowKey gt {after} and RowKey le {until}"), cancellationToken: cancellationToken))
        {
            if (row.GetString(RunId) is { } runId)
            {
                var due = row.GetDateTimeOffset(Due)!.Value;
                var message = new RunMessage(task.Id, runId, RunTrigger.Schedule, due, due, now);
                await queues.SendAsync(QueueNames.TaskRuns, message, null, cancellationToken);
                await runs.AddAsync(TaskRun.From(message), cancellationToken);
            }
        }

        try
        {
            cursor[Sent] = position.Claimed;
            await table.UpdateEntityAsync(cursor, cursor.ETag, TableUpdateMode.Replace, cancellationToken);
        }
        catch (RequestFailedException raced) when (StorageClients.IsConflict(raced))
        {
            // Another host goes on from here; it queues again what it finds unsent, which does no harm.
        }

        return position with { Sent = position.Claimed };
    }

    private static async Task<TableEntity?> ReadCursorAsync(TableClient table, string taskId, CancellationToken cancellationToken)
    {
        var row = await table.GetEntityIfExistsAsync<TableEntity>(Keys.Escape(taskId), Cursor, cancellationToken: cancellationToken);
        return row.HasValue ? row.Value : null;
    }

    private static OccurrencePosition ToPosition(ScheduledTask task, TableEntity? cursor) => cursor is null
        ? new OccurrencePosition(task.CreatedAt, task.CreatedAt, null)
        : new OccurrencePosition(cursor.GetDateTimeOffset(Claimed)!.Value, cursor.GetDateTimeOffset(Sent)!.Value, ToSkipped(cursor));

    private static void Put(TableEntity row, SkippedOccurrences? skipped)
    {
        if (skipped is not null)
        {
            row[SkippedFrom] = skipped.From;
            row[SkippedUntil] = skipped.Until;
            row[SkippedCount] = skipped.Count;
            row[SkippedReason] = skipped.Reason;
        }
    }

    private static SkippedOccurrences? ToSkipped(TableEntity row) => row.GetDateTimeOffset(SkippedFrom) is { } from
        ? new SkippedOccurrences(from, row.GetDateTimeOffset(SkippedUntil)!.Value, row.GetInt32(SkippedCount)!.Value, row.GetString(SkippedReason)!)
        : null;

    private static string RunIdOf(string taskId, DateTimeOffset due) => InstantIds.Of(due, taskId, due.UtcTicks.ToString(CultureInfo.InvariantCulture));

    private static string KeyOf(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
}
