using System.Collections.Concurrent;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StoreClaw.Embedded;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Embedded;

/// <summary>The embedded runtime with given function classes, on a free port, with a data folder of its own.</summary>
internal sealed class EmbeddedHost : IAsyncDisposable
{
    public const string Key = "test-function-key";

    private readonly IHost _host;
    private readonly string _folder;

    private EmbeddedHost(IHost host, string folder, string storage, StringWriter terminal, CapturedLines logs, CallLog calls)
    {
        _host = host;
        _folder = folder;
        Storage = storage;
        Terminal = terminal;
        Logs = logs;
        Calls = calls;
        Client = new HttpClient { BaseAddress = new Uri(Address) };
    }

    public string Storage { get; }

    public StringWriter Terminal { get; }

    public CapturedLines Logs { get; }

    public HttpClient Client { get; }

    public string Address => _host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    public CallLog Calls { get; }

    public static async Task<EmbeddedHost> StartAsync(HostPlan plan)
    {
        var folder = plan.Folder ?? TestFolders.New();
        var storage = plan.Storage ?? await TestStorage.NewAccountAsync();
        var terminal = new StringWriter();
        var logs = new CapturedLines();
        var builder = NewBuilder(plan, folder, storage, terminal);
        builder.Logging.ClearProviders().AddProvider(logs);
        builder.Services.AddSingleton(plan.Calls);
        builder.ConfigureFunctionsWebApplication();
        plan.Configure?.Invoke(builder);
        var host = builder.Build();
        await host.StartAsync();
        return new EmbeddedHost(host, folder, storage, terminal, logs, plan.Calls);
    }

    /// <summary>A builder with the plan's classes and settings, to be looked at or to fail.</summary>
    public static FunctionsApplicationBuilder NewBuilder(HostPlan plan, string folder, string? storage, TextWriter terminal)
    {
        var options = new EmbeddedOptions
        {
            FunctionTypes = plan.Functions,
            ContentRoot = folder,
            Terminal = terminal,
            FirstPollWait = plan.FirstPollWait,
            Unresponsive = TimeSpan.FromMilliseconds(100),
        };
        string[] fixedSettings = ["--urls", "http://127.0.0.1:0", .. storage is null ? Array.Empty<string>() : ["--AzureWebJobsStorage", storage]];
        return FunctionsApplication.CreateBuilder(
            [.. fixedSettings, .. plan.Settings.SelectMany(setting => new[] { "--" + setting.Key, setting.Value })],
            options);
    }

    public Task StopAsync() => _host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        Client.Dispose();
        await ((IAsyncDisposable)_host).DisposeAsync();
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }
}

/// <summary>What a test wants to run. Settings are name and value as on a command line; host.json's figures under AzureFunctionsJobHost.</summary>
internal sealed record HostPlan(params Type[] Functions)
{
    // The host's own default encoding, whatever the app's host.json says.
    public Dictionary<string, string> Settings { get; init; } = new()
    {
        ["FunctionKey"] = EmbeddedHost.Key,
        ["AzureFunctionsJobHost:extensions:queues:messageEncoding"] = "base64",
    };

    public string? Storage { get; init; }

    public string? Folder { get; init; }

    public TimeSpan FirstPollWait { get; init; } = TimeSpan.FromMilliseconds(20);

    public Action<FunctionsApplicationBuilder>? Configure { get; init; }

    public CallLog Calls { get; init; } = new();

    public HostPlan With(string setting, string value) => this with { Settings = new(Settings) { [setting] = value } };
}

/// <summary>What functions did, and what they wait for.</summary>
public sealed class CallLog
{
    private readonly ConcurrentQueue<object?> _calls = new();
    private readonly Dictionary<string, TaskCompletionSource> _gates = [];

    public IReadOnlyList<object?> All => [.. _calls];

    public void Add(object? call) => _calls.Enqueue(call);

    /// <summary>Returns once so many calls were made.</summary>
    public Task<IReadOnlyList<object?>> WhenAsync(int calls) => Eventually.GetAsync(() => Task.FromResult(All), all => all.Count >= calls);

    /// <summary>A gate by name, closed until somebody opens it.</summary>
    public TaskCompletionSource Gate(string name)
    {
        lock (_gates)
        {
            return _gates.TryGetValue(name, out var gate) ? gate : _gates[name] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
