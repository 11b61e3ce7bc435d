using StoreClaw.Commerce;
using StoreClaw.Connections;
using StoreClaw.Connectors;

namespace StoreClaw.Approvals;

/// <summary>What came of one write. See <see cref="ActionResult"/>.</summary>
/// <param name="Wait">How long the platform asked to wait.</param>
public sealed record StockAnswer(ActionOutcome Outcome, string Text, string? Code = null, decimal? Found = null, TimeSpan? Wait = null);

/// <summary>Writes stock to a connected store, and tells of each write what came of it.</summary>
public interface IStockActions
{
    /// <summary>One answer per write, in order. Writing again under the same keys has no second effect.</summary>
    Task<IReadOnlyList<StockAnswer>> SetAsync(string connectionId, IReadOnlyList<StockWrite> writes, CancellationToken cancellationToken);

    /// <summary>What has become of writes that were taken in.</summary>
    Task<IReadOnlyList<StockAnswer>> FollowAsync(string connectionId, IReadOnlyList<StockWrite> writes, CancellationToken cancellationToken);
}

/// <summary>Through the connectors.</summary>
public sealed class StockActions(StoreSessions sessions, ConnectionHealth health, TimeProvider time) : IStockActions
{
    /// <summary>How long one call may take, with all its repeats.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    public Task<IReadOnlyList<StockAnswer>> SetAsync(string connectionId, IReadOnlyList<StockWrite> writes, CancellationToken cancellationToken) =>
        CallAsync(connectionId, writes, static (writer, store, writes, token) => writer.SetAsync(store, writes, token), cancellationToken);

    public Task<IReadOnlyList<StockAnswer>> FollowAsync(string connectionId, IReadOnlyList<StockWrite> writes, CancellationToken cancellationToken) =>
        CallAsync(connectionId, writes, static (writer, store, writes, token) => writer.FollowAsync(store, writes, token), cancellationToken);

    private async Task<IReadOnlyList<StockAnswer>> CallAsync(
        string connectionId,
        IReadOnlyList<StockWrite> writes,
        Func<IStockWriter, StoreSession, IReadOnlyList<StockWrite>, CancellationToken, Task<IReadOnlyList<StockWriteResult>>> call,
        CancellationToken cancellationToken)
    {
        if (await sessions.OpenAsync(connectionId, cancellationToken) is not { } store)
        {
            return All(writes, new StockAnswer(ActionOutcome.Failed, "The store is not connected any more.", "not-connected"));
        }

        if (store.Connector.StockWriter is not { } writer)
        {
            return All(writes, new StockAnswer(ActionOutcome.Failed, $"{store.Connector.Descriptor.Name} takes no stock from StoreClaw.", "no-writer"));
        }

        using var deadline = new CancellationTokenSource(Deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            var answers = new List<StockAnswer>();
            foreach (var result in await call(writer, store.Session, writes, either.Token))
            {
                answers.Add(await AnswerAsync(store, result, either.Token));
            }

            return answers;
        }
        catch (PlatformException trouble)
        {
            if (trouble.Fault.Kind is FaultKind.CredentialsRejected)
            {
                await health.RejectedAsync(connectionId, trouble.Fault, cancellationToken);
            }

            return trouble.Fault.WorthWaiting ? All(writes, Refused(trouble.Fault)) : await LookAsync(store, writes, trouble.Fault, cancellationToken);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return All(writes, new StockAnswer(ActionOutcome.Waiting, "The platform took too long to answer.", "too-slow"));
        }
    }

    private static async Task<StockAnswer> AnswerAsync(ConnectedStore store, StockWriteResult result, CancellationToken cancellationToken) => result switch
    {
        { Fault: null, Settled: true } => new StockAnswer(ActionOutcome.Done, $"{store.Connector.Descriptor.Name} has set it."),
        { Fault: null } => new StockAnswer(ActionOutcome.Taken, $"{store.Connector.Descriptor.Name} has taken it in and applies it later."),
        { Fault: { Kind: FaultKind.Conflict } fault } => Compare(result.Write, fault, await FindAsync(store, result.Write, cancellationToken)),
        { Fault: { } fault } => Refused(fault),
    };

    /// <summary>
    /// What stands there is not what was expected: as wished where an earlier try went through and its answer was lost, as before where the platform refused for another reason.
    /// </summary>
    private static StockAnswer Compare(StockWrite write, PlatformFault fault, decimal? found) =>
        found == write.Quantity ? new StockAnswer(ActionOutcome.Done, "It stands at this number already.", fault.Code, found)
        : found is not null && found == write.Expected ? new StockAnswer(ActionOutcome.Failed, fault.Message, fault.Code, found)
        : new StockAnswer(ActionOutcome.Changed, fault.Message, fault.Code, found);

    private static StockAnswer Refused(PlatformFault fault) =>
        new(fault.WorthWaiting ? ActionOutcome.Waiting : ActionOutcome.Failed, PlatformProblems.Tell(fault), fault.Code, Wait: fault.RetryAfter);

    /// <summary>The call failed for good, and may have set some before: what stands there tells, as long as the platform does.</summary>
    private static async Task<IReadOnlyList<StockAnswer>> LookAsync(ConnectedStore store, IReadOnlyList<StockWrite> writes, PlatformFault fault, CancellationToken cancellationToken)
    {
        var (answers, tells) = (new List<StockAnswer>(), true);
        foreach (var write in writes)
        {
            var found = tells ? await FindAsync(store, write, cancellationToken) : null;
            tells = found is not null;
            var refused = Refused(fault) with { Found = found };
            answers.Add(found == write.Quantity ? new StockAnswer(ActionOutcome.Done, "It stands at this number.", fault.Code, found)
                : tells ? refused
                : refused with { Text = $"{refused.Text} Whether it was set before that is not known." });
        }

        return answers;
    }

    private static async Task<decimal?> FindAsync(ConnectedStore store, StockWrite write, CancellationToken cancellationToken)
    {
        if (!store.Connector.Readers.TryGetValue(Resource.Stock, out var reader))
        {
            return null;
        }

        try
        {
            var found = await reader.FindAsync(store.Session, $"{write.ItemId}@{write.LocationId}", cancellationToken);
            return found.OfType<StockChange>().FirstOrDefault(change => change.Level.ItemId == write.ItemId && change.Level.LocationId == write.LocationId)?.Level.Available;
        }
        catch (PlatformException)
        {
            return null;
        }
    }

    private static IReadOnlyList<StockAnswer> All(IReadOnlyList<StockWrite> writes, StockAnswer answer) => [.. Enumerable.Repeat(answer, writes.Count)];
}
