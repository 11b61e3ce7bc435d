namespace StoreClaw.Embedded;

/// <summary>
/// Tells the pollers that an invocation just ended in this process and may have queued work, so an idle queue is looked at
/// now and not at the end of its back-off.
/// </summary>
internal sealed class WorkHint
{
    public event Action? Raised;

    public void Raise() => Raised?.Invoke();
}
