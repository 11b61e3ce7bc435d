using StoreClaw.Connections;
using StoreClaw.Connectors;

namespace StoreClaw.Reports.Research;

/// <summary>
/// The questions of one report, put to the first connection that answers. One whose calls are used up, that is not connected or that fails is asked nothing more; what stays without an answer is
/// noted.
/// </summary>
internal sealed class MarketInquiry(IEnumerable<Connection> connections)
{
    private readonly Queue<Connection> _connections = new(connections);
    private readonly List<MissingPart> _missing = [];
    private PlatformFault? _fault;
    private bool _answered;

    public IReadOnlyList<MissingPart> Missing => _missing;

    /// <summary>Why there is nothing to report: the fault that ended the last question, when not one was answered.</summary>
    public PlatformFault? Failure => _answered ? null : _fault;

    /// <summary>The answer; empty when there is none, which is noted for each of the names.</summary>
    public async Task<IReadOnlyList<T>> AskAsync<T>(MarketPart part, IReadOnlyList<string> names, Func<Connection, Task<IReadOnlyList<T>>> askAsync)
    {
        while (_connections.TryPeek(out var connection))
        {
            try
            {
                var answer = await askAsync(connection);
                _answered = true;
                return answer;
            }
            catch (PlatformException refused)
            {
                _fault = refused.Fault;
                if (refused.Fault.Kind is FaultKind.Invalid or FaultKind.NotFound)
                {
                    break;
                }

                _connections.Dequeue();
            }
        }

        _missing.AddRange(names.Select(name => new MissingPart(part, name, Cause(_fault!.Kind), PlatformProblems.Tell(_fault))));
        return [];
    }

    /// <summary>Notes that the platform answered and had nothing of it, unless there was no answer at all.</summary>
    public void NoteNoData(MarketPart part, string name)
    {
        if (!_missing.Any(missing => missing.Part == part && missing.Name == name))
        {
            _missing.Add(new MissingPart(part, name, MissingCause.NoData, "The platform has no figures for it."));
        }
    }

    private static MissingCause Cause(FaultKind kind) => kind switch
    {
        FaultKind.QuotaExhausted => MissingCause.QuotaExhausted,
        FaultKind.CredentialsRejected or FaultKind.TokenExpired or FaultKind.ScopeMissing => MissingCause.NotConnected,
        FaultKind.Invalid or FaultKind.NotFound => MissingCause.QuestionRefused,
        _ => MissingCause.Unavailable,
    };
}
