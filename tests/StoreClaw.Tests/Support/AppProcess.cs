using System.Diagnostics;

namespace StoreClaw.Tests.Support;

/// <summary>The app in a process of its own, which can be killed.</summary>
public sealed class AppProcess : IAsyncDisposable
{
    private readonly Process _process;

    private AppProcess(Process process, Uri address)
    {
        _process = process;
        Client = new HttpClient { BaseAddress = address };
        Client.DefaultRequestHeaders.Add("x-functions-key", TestApp.Key);
    }

    public HttpClient Client { get; }

    public static async Task<AppProcess> StartAsync(string storage, string folder, int port, IReadOnlyDictionary<string, string> settings)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(Composition).Assembly.Location, $"--urls=http://127.0.0.1:{port}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        foreach (var (name, value) in TestStorage.Settings(storage))
        {
            start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        start.Environment["FunctionKey"] = TestApp.Key;
        start.Environment["Embedded__DataPath"] = folder;
        start.Environment["Embedded__MessageLease"] = "00:00:05";
        start.Environment["Secrets__Path"] = Path.Combine(folder, "secrets");
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var app = new AppProcess(process, new Uri($"http://127.0.0.1:{port}"));
        await Eventually.GetAsync(app.HealthyAsync, static healthy => healthy);
        return app;
    }

    /// <summary>SIGKILL: no handler runs, nothing is flushed.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
        Client.Dispose();
    }

    private async Task<bool> HealthyAsync()
    {
        Assert.False(_process.HasExited, "The app ended while it was starting.");
        try
        {
            using var answer = await Client.GetAsync("/healthz");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
