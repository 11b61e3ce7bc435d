using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StoreClaw.Embedded;

namespace StoreClaw.Sandbox.Hosting;

/// <summary>What an app is started with.</summary>
public sealed record AppHostOptions
{
    /// <summary>Where its keys, secrets and data lie; null takes a new folder, which goes when the app ends.</summary>
    public string? Folder { get; init; }

    /// <summary>Name (parts joined by a colon) and value; they take the place of what every app gets: a free port, data and secrets in the folder.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();

    /// <summary>Services that take the place of the app's own: the clock, the connectors, the wire.</summary>
    public Action<IServiceCollection>? Services { get; init; }

    public Action<ILoggingBuilder>? Logging { get; init; }

    /// <summary>The only classes whose functions run; null means all of the app.</summary>
    public IReadOnlyList<Type>? Functions { get; init; }
}

/// <summary>The whole app in this process.</summary>
public sealed class AppHost : IAsyncDisposable
{
    private readonly IHost _host;

    private readonly DirectoryInfo? _ownFolder;

    private AppHost(IHost host, DirectoryInfo? ownFolder)
    {
        _host = host;
        _ownFolder = ownFolder;
    }

    public IServiceProvider Services => _host.Services;

    public Uri Address => new(Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public static async Task<AppHost> StartAsync(AppHostOptions options, CancellationToken cancellationToken = default)
    {
        var ownFolder = options.Folder is null ? Directory.CreateTempSubdirectory("storeclaw-app-") : null;
        var folder = options.Folder ?? ownFolder!.FullName;
        var settings = new Dictionary<string, string?>
        {
            ["urls"] = "http://127.0.0.1:0",
            ["Embedded:DataPath"] = folder,
            ["Secrets:Path"] = Path.Combine(folder, "secrets"),
        };
        foreach (var (name, value) in options.Settings)
        {
            settings[name] = value;
        }

        var builder = FunctionsApplication.CreateBuilder(
            [.. settings.Select(static setting => $"--{setting.Key}={setting.Value}")],
            new EmbeddedOptions { ContentRoot = folder, Terminal = TextWriter.Null, FunctionTypes = options.Functions });
        options.Logging?.Invoke(builder.Logging);
        options.Services?.Invoke(builder.Services);
        builder.ConfigureFunctionsWebApplication();
        builder.Services.AddStoreClaw(builder.Configuration);
        var app = new AppHost(builder.Build(), ownFolder);
        await app._host.StartAsync(cancellationToken);
        return app;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
        _ownFolder?.Delete(recursive: true);
    }
}
