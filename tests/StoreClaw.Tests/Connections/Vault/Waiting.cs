using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Connections.Vault;

internal static class Waiting
{
    /// <summary>Moves the clock on, two seconds at a time, for as long as the vault waits for it.</summary>
    public static async Task<T> PassForAsync<T>(this ManualTime time, Task<T> task)
    {
        var step = TimeSpan.FromSeconds(2);
        while (await Task.WhenAny(task, time.WhenTimerIsDueAtAsync(time.GetUtcNow() + step)) != task)
        {
            time.Advance(step);
        }

        return await task;
    }
}
