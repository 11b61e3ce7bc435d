using System.Collections.Concurrent;

namespace StoreClaw.Sandbox.Hosting;

/// <summary>A call that a real platform would refuse, or take with a loss: a mistake of the caller.</summary>
/// <param name="At">When, by the platform's clock.</param>
/// <param name="Call">The kind of call, as counted.</param>
/// <param name="Reason">What was wrong; never holds a credential.</param>
public sealed record Violation(DateTimeOffset At, string Call, string Reason);

/// <summary>What callers asked of a simulated platform: calls counted by kind, and their mistakes in order.</summary>
/// <param name="whole">The log of the platform that this one is a part of; it is told everything too.</param>
public sealed class CallLog(TimeProvider time, CallLog? whole = null)
{
    private readonly ConcurrentDictionary<string, int> _calls = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<Violation> _violations = new();

    public IReadOnlyDictionary<string, int> Calls => _calls;

    public IReadOnlyList<Violation> Violations => [.. _violations];

    /// <summary>How often this kind of call came; 0 when it never did.</summary>
    public int Count(string call) => _calls.GetValueOrDefault(call);

    public void Called(string call)
    {
        _calls.AddOrUpdate(call, 1, (_, count) => count + 1);
        whole?.Called(call);
    }

    public void Violated(string call, string reason)
    {
        _violations.Enqueue(new Violation(time.GetUtcNow(), call, reason));
        whole?.Violated(call, reason);
    }
}
