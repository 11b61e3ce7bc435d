using Microsoft.Extensions.Hosting;

namespace StoreClaw.Embedded;

/// <summary>How the app ends: first <see cref="Stopping"/>, then, when the grace is used up, <see cref="GraceOver"/>.</summary>
internal sealed class StopSignal : IDisposable
{
    private readonly CancellationTokenSource _graceOver = new();
    private readonly CancellationTokenRegistration _registration;

    public StopSignal(IHostApplicationLifetime lifetime, EmbeddedSettings settings)
    {
        Stopping = lifetime.ApplicationStopping;
        _registration = Stopping.Register(() => _graceOver.CancelAfter(settings.ShutdownGrace));
    }

    public CancellationToken Stopping { get; }

    public CancellationToken GraceOver => _graceOver.Token;

    public void Dispose()
    {
        _registration.Dispose();
        _graceOver.Dispose();
    }
}
