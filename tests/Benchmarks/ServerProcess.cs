using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using StoreClaw.Sandbox.Hosting;

namespace StoreClaw.Benchmarks;

/// <summary>A server in a process of its own, as it would run: the app, or a baseline.</summary>
public sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, int port)
    {
        _process = process;
        Address = new Uri($"http://127.0.0.1:{port}");
    }

    public Uri Address { get; }

    /// <summary>The most memory it ever had, in MB.</summary>
    public double PeakMegabytes => File.ReadLines($"/proc/{_process.Id}/status").Where(static line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
        .Select(static line => double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024).Single();

    public static ServerProcess StartBaseline(string kind, params IEnumerable<string> more)
    {
        var port = LoopbackServer.FreePort();
        return new ServerProcess(Start([typeof(Baselines).Assembly.Location, "--serve", kind, Baselines.Port(port), .. more], []), port);
    }

    public static ServerProcess StartApp(Bench bench, IEnumerable<KeyValuePair<string, string>>? more = null)
    {
        var port = LoopbackServer.FreePort();
        Dictionary<string, string> settings = new(bench.Settings(port));
        foreach (var (name, value) in more ?? [])
        {
            settings[name] = value;
        }

        return new ServerProcess(Start([typeof(Composition).Assembly.Location, $"--urls=http://127.0.0.1:{port}"], settings), port);
    }

    /// <summary>Once it accepts connections.</summary>
    public async Task<ServerProcess> ReadyAsync()
    {
        while (true)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, Address.Port));
                return this;
            }
            catch (SocketException) when (!_process.HasExited)
            {
                await Task.Delay(5);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static Process Start(IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>> environment)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetTempPath() };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, line) =>
        {
            // A measured server logs failures only; they belong before the reader's eyes.
            if (line.Data?.Contains("fail:", StringComparison.Ordinal) is true)
            {
                Console.Error.WriteLine(line.Data);
            }
        };
        process.ErrorDataReceived += static (_, line) => Console.Error.WriteLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
