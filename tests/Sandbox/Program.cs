using System.Runtime.InteropServices;
using StoreClaw.Sandbox;

using var stopping = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stopping.Cancel();
};

// The app's host takes the signal for itself alone, and the program would stay.
using var ending = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
{
    signal.Cancel = true;
    stopping.Cancel();
});
return await MainJob.RunAsync(new MainJobOptions { Stay = args.Contains("--stay"), All = args.Contains("--all") }, Console.Out, stopping.Token);
