using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace StoreClaw.Embedded;

/// <summary>The figures of host.json that both runtimes honour, with the host's own defaults.</summary>
internal sealed record HostSettings
{
    private const string JobHostSection = "AzureFunctionsJobHost";

    private HostSettings(IConfiguration host)
    {
        var queues = host.GetSection("extensions:queues");
        RoutePrefix = host["extensions:http:routePrefix"]?.Trim('/') ?? "api";
        FunctionTimeout = host["functionTimeout"] == "-1" ? Timeout.InfiniteTimeSpan : Read(host, "functionTimeout", TimeSpan.FromMinutes(30));
        BatchSize = Read(queues, "batchSize", 16, 1, 32);
        NewBatchThreshold = Read(queues, "newBatchThreshold", BatchSize / 2, 0, 1000);
        MaxDequeueCount = Read(queues, "maxDequeueCount", 5, 1, int.MaxValue);
        RetryDelay = Read(queues, "visibilityTimeout", TimeSpan.Zero);
        MaxPollingInterval = Read(queues, "maxPollingInterval", TimeSpan.FromMinutes(1));
        Base64Messages = ReadEncoding(queues);
        Logging = host.GetSection("logging");
    }

    public string RoutePrefix { get; }

    public TimeSpan FunctionTimeout { get; }

    public int BatchSize { get; }

    public int NewBatchThreshold { get; }

    public int MaxDequeueCount { get; }

    /// <summary>How long a message whose handler failed stays out of sight (host.json calls it visibilityTimeout).</summary>
    public TimeSpan RetryDelay { get; }

    public TimeSpan MaxPollingInterval { get; }

    public bool Base64Messages { get; }

    public IConfiguration Logging { get; }

    /// <summary>Reads host.json; settings named AzureFunctionsJobHost__a__b override its a.b, as on the Functions host.</summary>
    /// <exception cref="InvalidOperationException">A figure is unreadable or out of range; names it.</exception>
    public static HostSettings Load(string path, IConfiguration settings)
    {
        var host = new ConfigurationManager();
        if (File.Exists(path))
        {
            using var file = File.OpenRead(path);
            host.AddJsonStream(file);
        }

        host.AddInMemoryCollection(settings.GetSection(JobHostSection).AsEnumerable(makePathsRelative: true));
        return new HostSettings(host);
    }

    private static bool ReadEncoding(IConfigurationSection queues) => queues["messageEncoding"]?.ToUpperInvariant() switch
    {
        null or "BASE64" => true,
        "NONE" => false,
        _ => throw Unreadable(queues, "messageEncoding", queues["messageEncoding"]!, "base64 or none"),
    };

    private static int Read(IConfigurationSection section, string key, int fallback, int least, int most)
    {
        if (section[key] is not { } text)
        {
            return fallback;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw Unreadable(section, key, text, string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"));
    }

    private static TimeSpan Read(IConfiguration section, string key, TimeSpan fallback)
    {
        if (section[key] is not { } text)
        {
            return fallback;
        }

        return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var value) && value >= TimeSpan.Zero
            ? value
            : throw Unreadable(section, key, text, "a duration such as 00:05:00");
    }

    private static InvalidOperationException Unreadable(IConfiguration section, string key, string text, string wanted)
    {
        var path = section is IConfigurationSection named ? $"{named.Path.Replace(':', '.')}.{key}" : key;
        return new InvalidOperationException($"host.json: {path} is '{text}'; give it {wanted}.");
    }
}
