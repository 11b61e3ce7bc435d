namespace StoreClaw.Sandbox.Hosting;

/// <summary>Has a platform send what is due, again and again until disposed of.</summary>
public sealed class Pump : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    public Pump(Func<Task> deliver, TimeSpan interval, TimeProvider time) => _loop = RunAsync(deliver, interval, time);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private async Task RunAsync(Func<Task> deliver, TimeSpan interval, TimeProvider time)
    {
        while (!_stop.IsCancellationRequested)
        {
            await Task.Delay(interval, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!_stop.IsCancellationRequested)
            {
                await deliver();
            }
        }
    }
}
