using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace StoreClaw.Embedded;

/// <summary>Puts one app together: configuration, storage, functions, HTTP, timers and queues. Nothing is shared between two of them.</summary>
internal sealed partial class EmbeddedRuntime
{
    // What the Functions host takes too.
    private const long MaxRequestBody = 104_857_600;

    private static readonly TimeSpan AfterGrace = TimeSpan.FromSeconds(10);

    private readonly EmbeddedOptions _options;
    private readonly EmbeddedSettings _settings;
    private readonly HostSettings _host;
    private readonly List<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> _middleware = [];
    private bool _servesHttp;
    private bool _built;

    public EmbeddedRuntime(string[] args, EmbeddedOptions options)
    {
        _options = options;
        var contentRoot = options.ContentRoot ?? Directory.GetCurrentDirectory();
        Web = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            Args = args,
            ContentRootPath = contentRoot,
            EnvironmentName = Environment.GetEnvironmentVariable("AZURE_FUNCTIONS_ENVIRONMENT") ?? Environments.Production,
        });
        Configure(Web.Configuration, contentRoot, args);
        _settings = EmbeddedSettings.Load(Web.Configuration, contentRoot);
        _host = HostSettings.Load(Path.Combine(AppContext.BaseDirectory, "host.json"), Web.Configuration);
        AddLogging();
        AddServer();
        if (LocalStorage.Replace(Web.Configuration, _settings))
        {
            Web.Services.AddHostedService<LocalStorage>();
        }
    }

    public WebApplicationBuilder Web { get; }

    public IHostApplicationBuilder Host => Web;

    public void Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware) => _middleware.Add(middleware);

    public void ServeHttp()
    {
        _servesHttp = true;
        Use(HttpFunctions.ServeResult);
    }

    public IHost Build()
    {
        if (_built)
        {
            throw new InvalidOperationException("The application has already been built.");
        }

        _built = true;
        var settings = new AppSettings(Web.Configuration);
        var disabled = ReadFunctions().ToLookup(function => settings.IsDisabled(function.Name));
        List<FunctionEntry> functions = [.. disabled[false]];
        AddRuntime(functions);
        var app = Web.Build();
        foreach (var function in disabled[true])
        {
            Log.Disabled(app.Logger, function.Name);
        }

        if (_servesHttp)
        {
            app.Run(app.Services.GetRequiredService<HttpFunctions>().Handler(functions.FindAll(function => function.Route is not null)));
        }

        app.Lifetime.ApplicationStarted.Register(() => Banner.Print(
            _options.Terminal ?? Console.Out,
            _options.Terminal is not null || !Console.IsOutputRedirected,
            app.Services.GetRequiredService<IServer>(),
            app.Services.GetRequiredService<FunctionKeys>()));
        return app;
    }

    private static void Configure(ConfigurationManager configuration, string contentRoot, string[] args)
    {
        configuration.AddInMemoryCollection([new(WebHostDefaults.ServerUrlsKey, "http://127.0.0.1:7071")]);
        var local = Path.Combine(contentRoot, "local.settings.json");
        if (File.Exists(local))
        {
            configuration.AddInMemoryCollection(ReadLocalSettings(local));
        }

        configuration.AddEnvironmentVariables();
        configuration.AddCommandLine(args);
    }

    private static IEnumerable<KeyValuePair<string, string?>> ReadLocalSettings(string path)
    {
        using var file = File.OpenRead(path);
        using var settings = new ConfigurationManager();
        settings.AddJsonStream(file);
        var values = settings.GetSection("Values").AsEnumerable(makePathsRelative: true);
        return [.. values.Select(pair => KeyValuePair.Create(pair.Key.Replace("__", ":", StringComparison.Ordinal), pair.Value))];
    }

    private void AddLogging()
    {
        Web.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss ";
            console.UseUtcTimestamp = true;
        });
        Web.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        Web.Logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning);
        Web.Logging.AddConfiguration(_host.Logging);
    }

    private void AddServer()
    {
        Web.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxRequestBody;
        });
        Web.Services.Configure<ConsoleLifetimeOptions>(console => console.SuppressStatusMessages = true);
        Web.Services.Configure<HostOptions>(host => host.ShutdownTimeout = _settings.ShutdownGrace + AfterGrace);
    }

    private List<FunctionEntry> ReadFunctions()
    {
        var methods = _options.FunctionTypes is { } types ? FunctionMethods.Of(types) : FunctionMethods.OfThisApp();
        var functions = FunctionIndex.Read(methods, new FunctionReader(new AppSettings(Web.Configuration), _host.RoutePrefix));
        return _servesHttp || functions.TrueForAll(function => function.Route is null)
            ? functions
            : throw new InvalidOperationException("There are HTTP functions, but nothing serves them: call ConfigureFunctionsWebApplication() in Program.cs.");
    }

    private void AddRuntime(List<FunctionEntry> functions)
    {
        var services = Web.Services;
        services.AddSingleton(_options);
        services.AddSingleton(_settings);
        services.AddSingleton(_host);
        services.AddSingleton(FunctionKeys.Load(Web.Configuration["FunctionKey"], _settings.DataPath));
        services.AddSingleton<StopSignal>();
        services.AddSingleton<WorkHint>();
        services.AddSingleton(new QueueSender(_host.Base64Messages));
        services.AddSingleton(NewInvoker);
        services.AddSingleton<HttpFunctions>();
        if (functions.Exists(function => typeof(IActionResult).IsAssignableFrom(function.Result)))
        {
            AddActionResults(services);
        }

        AddLoops(services, functions.FindAll(function => function.Schedule is not null), functions.FindAll(function => function.Queue is not null));
    }

    // Registered last, so they start after everything of the app and stop before it.
    private void AddLoops(IServiceCollection services, List<FunctionEntry> timers, List<FunctionEntry> queues)
    {
        if (timers.Count > 0)
        {
            services.TryAddSingleton<IScheduleStore>(_ => new TableScheduleStore(new AppSettings(Web.Configuration).Connection(null)));
            services.AddHostedService(provider => ActivatorUtilities.CreateInstance<TimerService>(
                provider, timers, provider.GetService<TimeProvider>() ?? TimeProvider.System));
        }

        if (queues.Count > 0)
        {
            services.AddHostedService(provider => ActivatorUtilities.CreateInstance<QueueService>(provider, queues));
        }
    }

    // Action results find what writes them among the services. Apart, so that MVC is not even loaded for an app without them.
    private static void AddActionResults(IServiceCollection services) => services.AddMvcCore();

    private FunctionInvoker NewInvoker(IServiceProvider services)
    {
        var pipeline = FunctionInvoker.Call(services.GetRequiredService<QueueSender>().SendAsync);
        for (var index = _middleware.Count - 1; index >= 0; index--)
        {
            pipeline = _middleware[index](pipeline);
        }

        return new FunctionInvoker(
            services.GetRequiredService<IServiceScopeFactory>(),
            pipeline,
            _host.FunctionTimeout,
            _options.Unresponsive,
            services.GetRequiredService<WorkHint>(),
            services.GetRequiredService<ILogger<FunctionInvoker>>());
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The function {Function} is disabled by a setting and does not run.")]
        public static partial void Disabled(ILogger logger, string function);
    }
}
