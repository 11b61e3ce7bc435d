using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace StoreClaw.Embedded;

/// <summary>Runs the pollers of all queue functions while the app is up.</summary>
internal sealed class QueueService(
    IReadOnlyList<FunctionEntry> functions,
    HostSettings host,
    EmbeddedOptions options,
    EmbeddedSettings settings,
    FunctionInvoker invoker,
    QueueSender sender,
    StopSignal stop,
    WorkHint hint,
    IHostApplicationLifetime lifetime,
    ILogger<QueuePoller> logger) : IHostedService
{
    private Task _pollers = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(() => _pollers = Task.WhenAll(functions.Select(function => Task.Run(() => NewPoller(function).RunAsync()))));
        return Task.CompletedTask;
    }

    // Each poller ends by itself soon after the grace, unless storage is away.
    public async Task StopAsync(CancellationToken cancellationToken) =>
        await _pollers.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private QueuePoller NewPoller(FunctionEntry function) => new(function, host, options, settings, invoker, sender, stop, hint, logger);
}
