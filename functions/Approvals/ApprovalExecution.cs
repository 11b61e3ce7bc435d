using System.Globalization;
using StoreClaw.Connectors;

namespace StoreClaw.Approvals;

/// <summary>
/// Carries out what was approved: the stored actions, each under a key of its own and only where there still stands what stood there when it was proposed. Some at a time, with the results noted
/// before the next, so that whoever goes on after a crash does only what has no result yet; what had its effect and was not noted is recognised by its key, or by what stands there.
/// </summary>
public sealed class ApprovalExecution(ApprovalTable approvals, IStockActions stock, TimeProvider time)
{
    /// <summary>When what a platform did not take, or did not apply, is given up.</summary>
    public static readonly TimeSpan GivenUpAfter = TimeSpan.FromHours(24);

    private const int AtOnce = 20;

    /// <summary>How long one message works.</summary>
    private static readonly TimeSpan Budget = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan ShortPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongPause = TimeSpan.FromMinutes(10);

    // Longer than a run is claimed for.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(6);

    /// <summary>Goes on with an approved one. It is over when its state is another; else <see cref="Approval.LookAt"/> says when to go on, which may be now.</summary>
    public async Task<Approval> ContinueAsync(Approval approval, CancellationToken cancellationToken)
    {
        if (Objection(approval) is { } objection)
        {
            return await EndAsync(approval, objection, cancellationToken);
        }

        if (time.GetUtcNow() - approval.DecidedAt >= GivenUpAfter)
        {
            var open = Open(approval, [.. approval.Actions.Index()]).ToList();
            return await CloseAsync(await NoteAsync(approval, [.. open.Select(entry => GivenUp(approval, entry.Index))], cancellationToken), cancellationToken);
        }

        var begun = time.GetTimestamp();
        var waits = new Dictionary<string, TimeSpan>();
        foreach (var some in approval.Actions.Index().GroupBy(static entry => entry.Item.Connection).SelectMany(static store => store.Chunk(AtOnce)))
        {
            if (time.GetElapsedTime(begun) >= Budget)
            {
                return await PutOffAsync(approval, TimeSpan.Zero, cancellationToken);
            }

            if (!waits.ContainsKey(some[0].Item.Connection))
            {
                approval = await StepAsync(approval, some, waits, cancellationToken);
            }
        }

        return approval.Actions.Index().All(entry => approval.ResultOf(entry.Index) is { IsFinal: true })
            ? await CloseAsync(approval, cancellationToken)
            : await PutOffAsync(approval, waits.Values.Append(Pause(approval)).Max(), cancellationToken);
    }

    /// <summary>Ends it without (further) action.</summary>
    public async Task<Approval> EndAsync(Approval approval, string reason, CancellationToken cancellationToken) => await approvals.ChangeAsync(
        approval.Id, stored => stored with { State = ApprovalState.Failed, Reason = reason, LookAt = time.GetUtcNow() + Patience }, cancellationToken) ?? throw Gone(approval);

    /// <summary>What cannot be what the person read, or what this version can do.</summary>
    private static string? Objection(Approval approval) =>
        Approval.HashOf(approval.Id, approval.Actions) != approval.Hash ? "The stored actions are not those of the hash that was approved. Nothing was changed."
        : approval.Actions.Any(static action => action.Kind != ApprovalAction.SetStock) ? "It holds an action that this version does not know. Nothing was changed."
        : null;

    private async Task<Approval> StepAsync(Approval approval, (int Index, ApprovalAction Item)[] some, Dictionary<string, TimeSpan> waits, CancellationToken cancellationToken)
    {
        var connection = some[0].Item.Connection;
        var open = Open(approval, some).ToList();
        var taken = open.Where(entry => approval.ResultOf(entry.Index)?.Outcome == ActionOutcome.Taken).ToList();
        var toSet = open.Except(taken).ToList();
        var results = new List<ActionResult>();
        if (taken.Count > 0)
        {
            results.AddRange(Results(approval, taken, await stock.FollowAsync(connection, Writes(approval, taken), cancellationToken), waits));
        }

        if (toSet.Count > 0)
        {
            results.AddRange(Results(approval, toSet, await stock.SetAsync(connection, Writes(approval, toSet), cancellationToken), waits));
        }

        return results.Count == 0 ? approval : await NoteAsync(approval, results, cancellationToken);
    }

    /// <summary>What a platform could not do just now it is not asked for again in this pass.</summary>
    private IEnumerable<ActionResult> Results(Approval approval, List<(int Index, ApprovalAction Item)> entries, IReadOnlyList<StockAnswer> answers, Dictionary<string, TimeSpan> waits)
    {
        var now = time.GetUtcNow();
        foreach (var (entry, answer) in entries.Zip(answers))
        {
            if (answer.Outcome == ActionOutcome.Waiting)
            {
                waits[entry.Item.Connection] = answer.Wait ?? TimeSpan.Zero;
            }

            // One that was taken in and cannot be asked about just now is still one that was taken in: it is not written again.
            var outcome = answer.Outcome == ActionOutcome.Waiting && approval.ResultOf(entry.Index)?.Outcome == ActionOutcome.Taken ? ActionOutcome.Taken : answer.Outcome;
            yield return new ActionResult(entry.Index, outcome, answer.Text, answer.Code, answer.Found, now);
        }
    }

    private static IEnumerable<(int Index, ApprovalAction Item)> Open(Approval approval, (int Index, ApprovalAction Item)[] entries) =>
        entries.Where(entry => approval.ResultOf(entry.Index) is not { IsFinal: true });

    private static List<StockWrite> Writes(Approval approval, List<(int Index, ApprovalAction Item)> entries) =>
    [
        .. entries.Select(entry => new StockWrite(
            entry.Item.Item, entry.Item.Location, entry.Item.To, entry.Item.From, string.Create(CultureInfo.InvariantCulture, $"{approval.Id}-{entry.Index}"))),
    ];

    private ActionResult GivenUp(Approval approval, int action)
    {
        var last = approval.ResultOf(action);
        var answer = last?.Outcome == ActionOutcome.Taken
            ? $"It was taken in and has not shown after {GivenUpAfter.TotalHours:0} hours. Look at it on the platform."
            : $"It could not be made in {GivenUpAfter.TotalHours:0} hours. {last?.Answer}".TrimEnd();
        return new ActionResult(action, ActionOutcome.Failed, answer, last?.Code, last?.Found, time.GetUtcNow());
    }

    private async Task<Approval> NoteAsync(Approval approval, IReadOnlyCollection<ActionResult> results, CancellationToken cancellationToken) => await approvals.ChangeAsync(
        approval.Id, stored => stored.With(results) with { LookAt = time.GetUtcNow() + Patience }, cancellationToken) ?? throw Gone(approval);

    private async Task<Approval> PutOffAsync(Approval approval, TimeSpan wait, CancellationToken cancellationToken) =>
        await approvals.ChangeAsync(approval.Id, stored => stored with { LookAt = time.GetUtcNow() + wait }, cancellationToken) ?? throw Gone(approval);

    private async Task<Approval> CloseAsync(Approval approval, CancellationToken cancellationToken)
    {
        var left = approval.Actions.Index().Count(entry => approval.ResultOf(entry.Index)?.Outcome != ActionOutcome.Done);
        return await approvals.ChangeAsync(
            approval.Id,
            stored => stored with
            {
                State = left == 0 ? ApprovalState.Done : ApprovalState.Failed,
                Reason = left == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{left} of {approval.Actions.Count} changes were not made; GET /api/approvals/{approval.Id} says why."),
                LookAt = time.GetUtcNow() + Patience,
            },
            cancellationToken) ?? throw Gone(approval);
    }

    // A platform that applies changes late mostly does so within minutes.
    private TimeSpan Pause(Approval approval) => time.GetUtcNow() - approval.DecidedAt < LongPause ? ShortPause : LongPause;

    private static InvalidDataException Gone(Approval approval) => new($"Approval {approval.Id} was removed while it was carried out.");
}
