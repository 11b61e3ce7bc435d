using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace StoreClaw.Embedded;

/// <summary>Runs the loops of all timer functions while the app is up.</summary>
internal sealed class TimerService(
    IReadOnlyList<FunctionEntry> functions,
    IScheduleStore store,
    FunctionInvoker invoker,
    TimeProvider time,
    EmbeddedSettings settings,
    StopSignal stop,
    IHostApplicationLifetime lifetime,
    ILoggerFactory loggers) : IHostedService
{
    private Task _loops = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(() => _loops = Task.Run(RunAsync));
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken) =>
        await _loops.WaitAsync(stop.GraceOver).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private Task RunAsync()
    {
        var logger = loggers.CreateLogger<TimerLoop>();
        return Task.WhenAll(functions.Select(function =>
            new TimerLoop(function, store, invoker, time, settings.TimerLease, logger).RunAsync(stop.Stopping)));
    }
}
