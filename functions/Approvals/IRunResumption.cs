namespace StoreClaw.Approvals;

/// <summary>The way back to a run that waits for its approval.</summary>
public interface IRunResumption
{
    /// <summary>Queues the run to go on from where its approval stands; doing so more often than needed does no harm. False when there is no such run any more or it has ended.</summary>
    Task<bool> ResumeAsync(string task, string run, CancellationToken cancellationToken);
}
