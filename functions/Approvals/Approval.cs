using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using StoreClaw.Common;
using StoreClaw.Reports;

namespace StoreClaw.Approvals;

public enum ApprovalState
{
    /// <summary>Nobody has decided; nothing was done.</summary>
    Pending,

    /// <summary>Being carried out.</summary>
    Approved,

    Refused,

    /// <summary>Its time ran out, or a newer proposal took its place; nothing was done.</summary>
    Expired,

    /// <summary>Every action was carried out.</summary>
    Done,

    /// <summary>At least one action was not; the results say which.</summary>
    Failed,
}

/// <summary>One change on a platform, just as it would be made.</summary>
/// <param name="Connection">Whose account it is made on.</param>
/// <param name="Kind">What is done; only <see cref="SetStock"/> so far.</param>
/// <param name="Location">Empty where the platform has none.</param>
/// <param name="From">What stood there when it was proposed. It is only made while that still stands.</param>
public sealed record ApprovalAction(
    string Connection,
    string Kind,
    string Item,
    string Location,
    string Sku,
    string? Title,
    [property: JsonConverter(typeof(PlainNumberConverter))] decimal From,
    [property: JsonConverter(typeof(PlainNumberConverter))] decimal To)
{
    public const string SetStock = "set-stock";
}

public enum ActionOutcome
{
    Done,

    /// <summary>The platform took it in and applies it later; it is asked again.</summary>
    Taken,

    /// <summary>It could not be made just now; it is tried again.</summary>
    Waiting,

    /// <summary>Something else stands there than when it was proposed, so nothing was written.</summary>
    Changed,

    Failed,
}

/// <summary>What came of one action.</summary>
/// <param name="Action">Its place among the actions, from 0.</param>
/// <param name="Answer">What the platform said, for the reader.</param>
/// <param name="Code">The platform's code of a refusal.</param>
/// <param name="Found">What stood there instead, where it was looked up.</param>
public sealed record ActionResult(
    int Action,
    ActionOutcome Outcome,
    string Answer,
    string? Code,
    [property: JsonConverter(typeof(PlainNumberConverter))] decimal? Found,
    DateTimeOffset At)
{
    [JsonIgnore]
    public bool IsFinal => Outcome is not (ActionOutcome.Taken or ActionOutcome.Waiting);
}

/// <summary>What a run would change, to be decided once by a named person, and what became of it.</summary>
/// <param name="Report">The report that explains the proposal.</param>
/// <param name="Hash">What a decision must name, see <see cref="HashOf"/>.</param>
/// <param name="DecidedAt">When it was approved or refused, or ended without a decision.</param>
/// <param name="Reason">Why it expired or failed.</param>
/// <param name="LookAt">When somebody has to see to it again; null once it is over and told.</param>
public sealed record Approval(
    string Id,
    string Task,
    string Run,
    string Report,
    IReadOnlyList<ApprovalAction> Actions,
    string Hash,
    DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt,
    ApprovalState State,
    string? By,
    DateTimeOffset? DecidedAt,
    string? Reason,
    IReadOnlyList<ActionResult> Results,
    DateTimeOffset? LookAt)
{
    /// <summary>How long a decision is waited for.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>Ended before its time by a newer proposal.</summary>
    [JsonIgnore]
    public bool IsSuperseded => State == ApprovalState.Expired && DecidedAt < ExpiresAt;

    public static Approval Propose(string id, string task, string run, string report, IReadOnlyList<ApprovalAction> actions, DateTimeOffset now) =>
        new(id, task, run, report, actions, HashOf(id, actions), now, now + Lifetime, ApprovalState.Pending, null, null, null, [], now + Lifetime);

    /// <summary>
    /// SHA-256, in lower-case hex, over the UTF-8 JSON <c>{"id":…,"actions":[…]}</c> without white space, its members in the order and form in which the API gives them.
    /// </summary>
    public static string HashOf(string id, IReadOnlyList<ApprovalAction> actions) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new { Id = id, Actions = actions }, JsonText.Options)));

    /// <summary>The state as it is at an instant: what nobody decided in time has expired, also before anybody has noted it.</summary>
    public ApprovalState StateAt(DateTimeOffset now) => State == ApprovalState.Pending && ExpiresAt <= now ? ApprovalState.Expired : State;

    /// <summary>Null as long as nothing came of it.</summary>
    public ActionResult? ResultOf(int action) => Results.FirstOrDefault(result => result.Action == action);

    /// <summary>With newer results in the place of those of the same actions.</summary>
    public Approval With(IReadOnlyCollection<ActionResult> results) => this with
    {
        Results = [.. Results.ExceptBy(results.Select(static result => result.Action), static result => result.Action).Concat(results).OrderBy(static result => result.Action)],
    };

    /// <summary>Ended without a decision.</summary>
    public Approval Expire(string reason, DateTimeOffset now) => this with { State = ApprovalState.Expired, Reason = reason, DecidedAt = now, LookAt = now };
}
