using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace StoreClaw.Embedded;

/// <summary>The settings of the embedded runtime alone (Embedded__Name in the environment).</summary>
internal sealed record EmbeddedSettings
{
    private EmbeddedSettings(IConfigurationSection section, string contentRoot)
    {
        DataPath = Path.GetFullPath(section["DataPath"] ?? ".storeclaw", contentRoot);
        MessageLease = Duration(section, "MessageLease", TimeSpan.FromSeconds(30));
        TimerLease = Duration(section, "TimerLease", TimeSpan.FromSeconds(30));
        ShutdownGrace = Duration(section, "ShutdownGrace", TimeSpan.FromSeconds(25));
        QueuePort = Port(section, "QueuePort", 10001);
        TablePort = Port(section, "TablePort", 10002);
    }

    /// <summary>Folder of the generated function key and of the storage emulator's data.</summary>
    public string DataPath { get; }

    /// <summary>How long a received message stays with this process; renewed at half while its handler runs. Whole seconds.</summary>
    public TimeSpan MessageLease { get; }

    /// <summary>How long a timer stays with this process after its last sign of life.</summary>
    public TimeSpan TimerLease { get; }

    /// <summary>How long running work may take to end once the app is told to stop.</summary>
    public TimeSpan ShutdownGrace { get; }

    /// <summary>Where the storage emulator's queues listen.</summary>
    public int QueuePort { get; }

    /// <summary>Where the storage emulator's tables listen.</summary>
    public int TablePort { get; }

    /// <exception cref="InvalidOperationException">A setting is unreadable; names it.</exception>
    public static EmbeddedSettings Load(IConfiguration configuration, string contentRoot) =>
        new(configuration.GetSection("Embedded"), contentRoot);

    private static TimeSpan Duration(IConfigurationSection section, string key, TimeSpan fallback)
    {
        if (section[key] is not { } text)
        {
            return fallback;
        }

        return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var value) && value >= TimeSpan.FromSeconds(1)
            ? value
            : throw new InvalidOperationException($"The setting Embedded__{key} is '{text}'; give it a duration of at least a second, such as 00:00:30.");
    }

    private static int Port(IConfigurationSection section, string key, int fallback)
    {
        if (section[key] is not { } text)
        {
            return fallback;
        }

        return ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0
            ? value
            : throw new InvalidOperationException($"The setting Embedded__{key} is '{text}'; give it a port number.");
    }
}
