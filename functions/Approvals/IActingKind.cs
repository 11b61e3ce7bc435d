using System.Text.Json;
using StoreClaw.Reports;

namespace StoreClaw.Approvals;

/// <summary>
/// A kind whose report proposes changes on platforms. Computing it changes nothing: when it proposes something the run waits until a person approves just that, and it is then carried out by
/// <see cref="ApprovalExecution"/>, not by the kind.
/// </summary>
public interface IActingKind : IReportKind
{
    /// <summary>What is wrong with the connections for these parameters, and with the parameters for these connections, by field with its remedy. Both have passed the other checks.</summary>
    IReadOnlyDictionary<string, string> CheckTogether(JsonElement parameters, IReadOnlyList<string> connections);

    /// <summary>What the report proposes; empty when there is nothing to do.</summary>
    IReadOnlyList<ApprovalAction> Actions(Report report);
}
