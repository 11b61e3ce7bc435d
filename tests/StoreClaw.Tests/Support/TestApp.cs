using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StoreClaw.Sandbox.Hosting;

namespace StoreClaw.Tests.Support;

/// <summary>How an app under test is started.</summary>
public sealed record TestAppOptions
{
    /// <summary>The storage account; null takes a new one.</summary>
    public string? Storage { get; init; }

    /// <summary>Where secrets and keys lie; null takes a new folder. Hosts that share an account share it.</summary>
    public string? DataFolder { get; init; }

    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();

    /// <summary>Replaces services: the clock, the wire.</summary>
    public Action<IServiceCollection>? Services { get; init; }

    /// <summary>The only classes whose functions run; null means all of the app.</summary>
    public IReadOnlyList<Type>? Functions { get; init; }
}

/// <summary>The whole app on a free port, with its own storage account and folder.</summary>
public sealed class TestApp : IAsyncDisposable
{
    public const string Key = "test-function-key";

    private readonly AppHost _host;

    private TestApp(AppHost host, TestAppOptions options, CapturedLines log)
    {
        _host = host;
        Options = options;
        Log = log;
        Client = new HttpClient { BaseAddress = host.Address };
        Client.DefaultRequestHeaders.Add("x-functions-key", Key);
    }

    /// <summary>What another host must be given to share this one's storage and secrets.</summary>
    public TestAppOptions Options { get; }

    public CapturedLines Log { get; }

    public HttpClient Client { get; }

    public IServiceProvider Services => _host.Services;

    public static async Task<TestApp> StartAsync(TestAppOptions? options = null)
    {
        options ??= new TestAppOptions();
        options = options with
        {
            Storage = options.Storage ?? await TestStorage.NewAccountAsync(),
            DataFolder = options.DataFolder ?? TestFolders.New(),
        };
        var log = new CapturedLines();
        var settings = new Dictionary<string, string?>(TestStorage.Settings(options.Storage))
        {
            ["FunctionKey"] = Key,
            ["AzureFunctionsJobHost:extensions:queues:visibilityTimeout"] = "00:00:01",
            ["AzureFunctionsJobHost:extensions:queues:maxPollingInterval"] = "00:00:00.250",
        };
        foreach (var (name, value) in options.Settings)
        {
            settings[name.Replace("__", ":", StringComparison.Ordinal)] = value;
        }

        var host = await AppHost.StartAsync(new AppHostOptions
        {
            Folder = options.DataFolder,
            Settings = settings,
            Services = options.Services,
            Logging = logging => logging.ClearProviders().AddProvider(log),
            Functions = options.Functions,
        });
        return new TestApp(host, options, log);
    }

    /// <summary>GET as JSON; fails the test on anything but success.</summary>
    public async Task<JsonElement> GetAsync(string path)
    {
        using var response = await Client.GetAsync(path);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"GET {path}: {(int)response.StatusCode} {text}");
        return JsonElement.Parse(text);
    }

    /// <summary>POST of JSON, with the status it must have.</summary>
    public async Task<JsonElement> PostAsync(string path, object body, int status = 200)
    {
        using var response = await Client.PostAsJsonAsync(path, body);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"POST {path}: {(int)response.StatusCode} {text}");
        return text.Length == 0 ? default : JsonElement.Parse(text);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        Client.Dispose();
    }
}
