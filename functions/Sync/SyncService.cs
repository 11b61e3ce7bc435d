using Microsoft.Extensions.Logging;
using StoreClaw.Commerce;
using StoreClaw.Connections;
using StoreClaw.Connectors;
using StoreClaw.Storage;

namespace StoreClaw.Sync;

/// <summary>
/// Reads what changed on a platform into the store: pages are gathered, stored together, and only then does the cursor move; when the time is used up or the
/// platform says wait, the rest goes on in a message of its own. Webhooks are hints, this is the truth.
/// </summary>
public sealed partial class SyncService(
    ConnectorRegistry registry,
    StoreSessions sessions,
    SyncCursors cursors,
    CommerceStore store,
    FirstOrders firstOrders,
    Leases leases,
    ConnectionHealth health,
    WorkQueues queues,
    TimeProvider time,
    ILogger<SyncService> logger)
{
    /// <summary>How long one message reads before it makes room for another store.</summary>
    public static readonly TimeSpan Budget = TimeSpan.FromSeconds(60);

    /// <summary>Outlives one message's work, so that only a crash leaves it to run out.</summary>
    private static readonly TimeSpan LeaseTime = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan TurnWait = TimeSpan.FromSeconds(5);

    private const int MostFailures = 6;

    /// <summary>Records stored together. A page alone spreads over few rows of many days; a few thousand make full transactions.</summary>
    private const int FlushRecords = 2_500;

    /// <summary>What a slow platform gave in this time is stored though it is less: it shows, and a crash does not cost it.</summary>
    private static readonly TimeSpan FlushAfter = TimeSpan.FromSeconds(10);

    /// <summary>Queues one message for each resource of the connection that it reads.</summary>
    /// <param name="resources">Null for all.</param>
    /// <returns>What was queued.</returns>
    public async Task<IReadOnlyList<Resource>> QueueAsync(Connection connection, IReadOnlyCollection<Resource>? resources, DateTimeOffset? since, bool asked, CancellationToken cancellationToken)
    {
        var queued = new List<Resource>();
        foreach (var resource in registry.Find(connection.Connector)?.Readers.Keys.Order() ?? Enumerable.Empty<Resource>())
        {
            if (resources is null || resources.Contains(resource))
            {
                await queues.SendAsync(QueueNames.StoreSync, new StoreMessage(connection.Id, StoreWork.Sync, resource, since, asked), null, cancellationToken);
                queued.Add(resource);
            }
        }

        return queued;
    }

    /// <summary>Does what one message asks for, for at most <see cref="Budget"/>.</summary>
    public async Task RunAsync(StoreMessage message, CancellationToken cancellationToken)
    {
        if (message.Resource is not { } resource
            || await sessions.OpenAsync(message.Connection, cancellationToken) is not { Connection.Status: ConnectionStatus.Connected } connected
            || !connected.Connector.Readers.TryGetValue(resource, out var reader))
        {
            return;
        }

        await using var lease = await leases.TryAcquireAsync($"sync|{message.Connection}|{resource}", LeaseTime, cancellationToken);
        if (lease is null)
        {
            if (message.Asked)
            {
                await queues.SendAsync(QueueNames.StoreSync, message, TurnWait, cancellationToken);
            }

            return;
        }

        var plan = connected.Connector.Descriptor.Sync[resource];
        var cursor = Start(await cursors.ReadAsync(message.Connection, resource, cancellationToken), message, plan);
        try
        {
            cursor = await ReadAsync(connected, resource, reader, plan, cursor, cancellationToken);
            if (cursor.Run is not null)
            {
                await queues.SendAsync(QueueNames.StoreSync, message with { Since = null, Asked = true, Failures = 0 }, null, cancellationToken);
            }
        }
        catch (PlatformException trouble)
        {
            if (trouble.Fault.Kind is FaultKind.CredentialsRejected)
            {
                await health.RejectedAsync(message.Connection, trouble.Fault, cancellationToken);
            }

            await PutOffAsync(message, resource, plan, trouble.Fault, cancellationToken);
        }
    }

    /// <summary>Goes on with the pass under way, or begins one.</summary>
    private SyncCursor Start(SyncCursor cursor, StoreMessage message, SyncPlan plan)
    {
        // A first backfill is never cut short by a request for a later part of it: the history before that would be left out for good.
        if (cursor.Run is not null && (message.Since is null || cursor.Watermark is null))
        {
            return cursor with { State = SyncState.Running };
        }

        DateTimeOffset? since = cursor.Watermark is { } mark ? mark - plan.Overlap : null;
        if (message.Since < since)
        {
            since = message.Since;
        }

        var run = new SyncRun(since, time.GetUtcNow() - plan.Lag, Next: null, Backfill: cursor.Watermark is null && since is null);
        return cursor with { State = SyncState.Running, Run = run };
    }

    private async Task<SyncCursor> ReadAsync(ConnectedStore connected, Resource resource, IReader reader, SyncPlan plan, SyncCursor cursor, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        var stored = begun;
        var gathered = new List<RecordChange>();
        var run = cursor.Run!;
        while (true)
        {
            Page page;
            try
            {
                page = await reader.ReadAsync(connected.Session, new PageRequest(run.Since, run.Until, run.Next, plan.PageSize, run.Backfill), cancellationToken);
            }
            catch (PlatformException) when (gathered.Count > 0)
            {
                // What was read so far is kept: the next message goes on behind it.
                await StoreAsync(connected.Connection.Id, resource, cursor, run, gathered, cancellationToken);
                throw;
            }

            gathered.AddRange(page.Changes);
            run = run with { Next = page.Next };
            var finished = page.Next is null;
            var spent = time.GetElapsedTime(begun) >= Budget;
            if (finished || spent || gathered.Count >= FlushRecords || time.GetElapsedTime(stored) >= FlushAfter)
            {
                cursor = await StoreAsync(connected.Connection.Id, resource, cursor, finished ? null : run, gathered, cancellationToken, finished ? run.Until : null, plan);
                gathered.Clear();
                stored = time.GetTimestamp();
            }

            if (finished || spent)
            {
                return cursor;
            }
        }
    }

    private async Task<SyncCursor> StoreAsync(
        string connectionId,
        Resource resource,
        SyncCursor cursor,
        SyncRun? run,
        List<RecordChange> gathered,
        CancellationToken cancellationToken,
        DateTimeOffset? watermark = null,
        SyncPlan? plan = null)
    {
        var backfill = cursor.Run!.Backfill;
        var outcomes = await store.ApplyAsync(connectionId, [.. gathered.Select(static change => new Upsert(change, "sync", Insist: true))], fresh: backfill, cancellationToken);
        var orders = gathered.OfType<OrderChange>().Select(static change => change.Order).Where(static order => order is { Test: false, CustomerId: not null });
        await firstOrders.AddAsync(connectionId, orders.Select(static order => new CustomerOrder(order.CustomerId!, order.CreatedAt)), cancellationToken);
        var stored = outcomes.Count(static outcome => outcome is UpsertOutcome.Created or UpsertOutcome.Updated);
        cursor = cursor with
        {
            Items = cursor.Items + stored,
            Healed = cursor.Healed + (backfill ? 0 : stored),
            Run = run,
            State = run is null ? SyncState.Idle : SyncState.Running,
            Watermark = watermark ?? cursor.Watermark,
            LastError = null,
            DueAt = watermark is null ? cursor.DueAt : time.GetUtcNow() + plan!.Every,
        };
        await cursors.WriteAsync(connectionId, resource, cursor, cancellationToken);
        Log.Stored(logger, connectionId, resource, gathered.Count, stored);
        return cursor;
    }

    /// <summary>Waits as long as the platform asks; gives up for this time when the fault does not pass, and lets the timer try again.</summary>
    private async Task PutOffAsync(StoreMessage message, Resource resource, SyncPlan plan, PlatformFault fault, CancellationToken cancellationToken)
    {
        var cursor = await cursors.ReadAsync(message.Connection, resource, cancellationToken);
        var again = fault.Passing && message.Failures < MostFailures;
        var wait = fault.RetryAfter ?? TimeSpan.FromSeconds(Math.Min(900, 15 * Math.Pow(2, message.Failures)));
        Log.PutOff(logger, message.Connection, resource, fault.Kind, fault.Code, again);
        await cursors.WriteAsync(
            message.Connection,
            resource,
            cursor with
            {
                State = again ? SyncState.Running : SyncState.Failed,
                LastError = $"{PlatformProblems.Tell(fault)} ({fault.Code})",
                DueAt = time.GetUtcNow() + (fault.Kind == FaultKind.QuotaExhausted && fault.RetryAfter is { } day ? day : plan.Every),
            },
            cancellationToken);
        if (again)
        {
            var failures = fault.Kind == FaultKind.Throttled ? message.Failures : message.Failures + 1;
            await queues.SendAsync(QueueNames.StoreSync, message with { Asked = true, Failures = failures }, wait, cancellationToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Connection {Connection}: {Read} {Resource} read, {Stored} of them new or changed")]
        public static partial void Stored(ILogger logger, string connection, Resource resource, int read, int stored);

        [LoggerMessage(2, LogLevel.Warning, "Connection {Connection}: reading {Resource} stopped at {Kind} {Code}; again by message: {Again}")]
        public static partial void PutOff(ILogger logger, string connection, Resource resource, FaultKind kind, string code, bool again);
    }
}
