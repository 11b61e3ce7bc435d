namespace StoreClaw.Embedded;

/// <summary>
/// Tells the pollers that an invocation just ended in this process and may have queued work, so an idle queue is looked at
/// now and not at the end of its back-off.
/// </summary>
internal sealed class WorkHint
{
    private long _answered;

    public event Action? Raised;

    public void Raise() => Raised?.Invoke();

    /// <summary>A request was answered just now.</summary>
    public void Answered() => Volatile.Write(ref _answered, TimeProvider.System.GetTimestamp());

    /// <summary>Whether a request was answered within the time.</summary>
    public bool AnsweredWithin(TimeSpan time) => Volatile.Read(ref _answered) is > 0 and var at && TimeProvider.System.GetElapsedTime(at) < time;
}
