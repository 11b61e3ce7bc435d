using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using StoreClaw.Common;
using StoreClaw.Reports;
using StoreClaw.Storage;

namespace StoreClaw.Approvals;

/// <param name="Decision">"approve" or "refuse".</param>
/// <param name="By">Who decides, as the record is to name them.</param>
/// <param name="Hash">Of what was read: a decision on anything else does not count.</param>
public sealed record DecisionBody(string? Decision, string? By, string? Hash);

/// <summary>Approvals as the API shows them, and the one decision that each takes.</summary>
public sealed partial class ApprovalDesk(ApprovalTable approvals, IRunResumption runs, TimeProvider time, ILogger<ApprovalDesk> logger)
{
    private const int LongestName = 120;
    private const string Approve = "approve";
    private const string Refuse = "refuse";

    // Longer than a run is claimed for, so that a run is only woken once more when the message that was to do so is lost.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(6);

    private static readonly ApprovalState[] States = Enum.GetValues<ApprovalState>();

    /// <summary>Query: state.</summary>
    public async Task<IResult> ListAsync(IQueryCollection query, CancellationToken cancellationToken)
    {
        ApprovalState[] wanted = query["state"].FirstOrDefault() is { Length: > 0 } word ? [ReadState(word)] : [];

        // What nobody decided in time is noted as expired a little later than it is.
        ApprovalState[] noted = wanted is [ApprovalState.Expired] ? [ApprovalState.Expired, ApprovalState.Pending] : wanted;
        var now = time.GetUtcNow();
        var found = (await approvals.ListAsync(noted, cancellationToken)).Where(approval => wanted.Length == 0 || approval.StateAt(now) == wanted[0]);
        return Json(new { Approvals = found.Select(View) });
    }

    public async Task<IResult> GetAsync(string id, CancellationToken cancellationToken) => Json(View(await approvals.FindAsync(id, cancellationToken) ?? throw Unknown(id)));

    /// <summary>Takes the decision, once. What was approved is carried out by the run, in a message of its own.</summary>
    public async Task<IResult> DecideAsync(string id, DecisionBody body, CancellationToken cancellationToken)
    {
        var name = Check(body);
        var now = time.GetUtcNow();
        Problem? objection = null;
        var decided = await approvals.ChangeAsync(
            id,
            approval =>
            {
                objection = Objection(approval, body.Hash!, now);
                var state = body.Decision == Approve ? ApprovalState.Approved : ApprovalState.Refused;
                return objection is null ? approval with { State = state, By = name, DecidedAt = now, LookAt = now + Patience } : null;
            },
            cancellationToken);
        if (objection is not null)
        {
            throw new ProblemException(objection);
        }

        decided = decided ?? throw Unknown(id);
        Log.Decided(logger, decided.Id, decided.State);
        await ResumeAsync(decided, cancellationToken);
        return Json(View(decided));
    }

    private async Task ResumeAsync(Approval decided, CancellationToken cancellationToken)
    {
        try
        {
            await runs.ResumeAsync(decided.Task, decided.Run, cancellationToken);
        }
        catch (Exception down) when (StorageClients.IsUnavailable(down))
        {
            // The decision stands, and is taken up when the approval is looked at again.
            Log.NotQueued(logger, decided.Id, down);
        }
    }

    /// <summary>The name.</summary>
    private static string Check(DecisionBody body)
    {
        var errors = new Dictionary<string, string>();
        var name = ReadableText.OneLine(body.By ?? "");
        if (body.Decision is not (Approve or Refuse))
        {
            errors["decision"] = $"Must be \"{Approve}\" or \"{Refuse}\".";
        }

        if (name.Length is 0 or > LongestName)
        {
            errors["by"] = $"Give the name of who decides, 1 to {LongestName} characters.";
        }

        if (string.IsNullOrWhiteSpace(body.Hash))
        {
            errors["hash"] = "Give the hash of the approval as you read it in GET /api/approvals.";
        }

        return errors.Count == 0 ? name : throw new ProblemException(Problem.Invalid(errors));
    }

    private static Problem? Objection(Approval approval, string hash, DateTimeOffset now) => approval.StateAt(now) switch
    {
        ApprovalState.Expired => Conflict("APPROVAL_EXPIRED", $"{approval.Reason ?? ApprovalWatch.TooLate} Nothing was changed. Run the task again for a new proposal."),
        not ApprovalState.Pending => Conflict("APPROVAL_DECIDED", $"{approval.By} decided it already. GET /api/approvals/{approval.Id} shows what became of it."),
        _ when !string.Equals(hash.Trim(), approval.Hash, StringComparison.OrdinalIgnoreCase) =>
            Conflict("APPROVAL_DIFFERS", "The hash is not the one of these actions. Read the approval again and decide on what it says now."),
        _ => null,
    };

    private static Problem Conflict(string code, string detail) => new(409, code, ProblemCategory.Parameter, detail);

    private static ProblemException Unknown(string id) => new(Problem.NotFound("approval", id));

    private static ApprovalState ReadState(string word) => States.Where(state => Word(state) == word).Select(static state => (ApprovalState?)state).FirstOrDefault()
        ?? throw new ProblemException(Problem.Invalid("state", $"Must be one of {string.Join(", ", States.Select(Word))}."));

    private static string Word(ApprovalState state) => JsonNamingPolicy.KebabCaseLower.ConvertName(state.ToString());

    private object View(Approval approval) => new
    {
        approval.Id,
        approval.Task,
        approval.Run,
        ReportId = approval.Report,
        State = approval.StateAt(time.GetUtcNow()),
        approval.Actions,
        approval.Hash,
        approval.CreatedAt,
        approval.ExpiresAt,
        approval.By,
        approval.DecidedAt,
        approval.Reason,
        approval.Results,
    };

    private static IResult Json(object value) => Results.Json(value, JsonText.Options);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Approval {Approval} is {State}")]
        public static partial void Decided(ILogger logger, string approval, ApprovalState state);

        [LoggerMessage(2, LogLevel.Warning, "The run of approval {Approval} could not be queued and will be in some minutes")]
        public static partial void NotQueued(ILogger logger, string approval, Exception exception);
    }
}
