using StoreClaw.Sandbox;

using var stopping = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stopping.Cancel();
};
return await MainJob.RunAsync(new MainJobOptions { Stay = args.Contains("--stay"), All = args.Contains("--all") }, Console.Out, stopping.Token);
