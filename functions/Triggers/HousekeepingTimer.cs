using Microsoft.Azure.Functions.Worker;
using StoreClaw.Sync;

namespace StoreClaw.Triggers;

/// <summary>Once a night.</summary>
public sealed class HousekeepingTimer(Housekeeping housekeeping)
{
    [Function("Housekeeping")]
    public Task RunAsync([TimerTrigger("0 40 2 * * *")] TimerInfo timer, CancellationToken cancellationToken) => housekeeping.CleanAsync(cancellationToken);
}
