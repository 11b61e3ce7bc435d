namespace StoreClaw.Embedded;

/// <summary>Wakes the one task that waits for it; set while nobody waits, it ends the next wait at once.</summary>
internal sealed class Signal
{
    private TaskCompletionSource _set = New();

    public void Set() => Volatile.Read(ref _set).TrySetResult();

    /// <summary>Returns when set, when the time is up or when cancelled; never throws.</summary>
    public async Task WaitAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        await _set.Task.WaitAsync(longest, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_set.Task.IsCompleted)
        {
            Volatile.Write(ref _set, New());
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
