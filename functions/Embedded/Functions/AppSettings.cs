using Microsoft.Extensions.Configuration;

namespace StoreClaw.Embedded;

/// <summary>What functions take from the settings.</summary>
internal sealed class AppSettings(IConfiguration configuration)
{
    /// <summary>
    /// Whether a function is switched off: true or 1, as on the Functions host. The name with dots is the host's; a shell cannot set it, so here the usual form of the environment counts too.
    /// </summary>
    public bool IsDisabled(string function) =>
        IsOn(configuration[$"AzureWebJobs.{function}.Disabled"]) || IsOn(configuration[$"AzureWebJobs:{function}:Disabled"]);

    /// <summary>Replaces each %Name% by that setting.</summary>
    /// <exception cref="FormatException">A setting is missing or a percent sign stands alone; says which.</exception>
    public string Resolve(string text)
    {
        var parts = text.Split('%');
        if (parts.Length % 2 == 0)
        {
            throw new FormatException($"'{text}' has a lone %: write %Name% for a setting");
        }

        for (var index = 1; index < parts.Length; index += 2)
        {
            parts[index] = configuration[parts[index]]
                ?? throw new FormatException(
                    $"the setting {parts[index]} of '{text}' is missing: set {parts[index].Replace(":", "__", StringComparison.Ordinal)}");
        }

        return string.Concat(parts);
    }

    /// <summary>A storage connection string by the name of its setting, with or without the prefix AzureWebJobs.</summary>
    /// <exception cref="FormatException">It is missing or no connection string; says which.</exception>
    public string Connection(string? name)
    {
        name ??= "AzureWebJobsStorage";
        var value = configuration["AzureWebJobs" + name] ?? configuration[name]
            ?? throw new FormatException($"the setting {name} is missing: set it to a storage connection string");
        return value.Contains("UseDevelopmentStorage=true", StringComparison.OrdinalIgnoreCase)
            || value.Contains("AccountName=", StringComparison.OrdinalIgnoreCase)
            || value.Contains("QueueEndpoint=", StringComparison.OrdinalIgnoreCase)
                ? value
                : throw new FormatException($"the setting {name} is no storage connection string: it names neither AccountName nor QueueEndpoint");
    }

    /// <summary>A queue by its name, which may hold %Name%.</summary>
    /// <exception cref="FormatException">The name or the connection is wrong; says how.</exception>
    public QueueAddress Queue(string name, string? connection)
    {
        var resolved = Resolve(name);
        return IsQueueName(resolved)
            ? new QueueAddress(Connection(connection), resolved)
            : throw new FormatException($"'{resolved}' is no queue name: use 3 to 63 of a-z, 0-9 and single hyphens inside");
    }

    private static bool IsOn(string? value) => value == "1" || string.Equals(value, "true", StringComparison.OrdinalIgnoreCase);

    private static bool IsQueueName(string name) =>
        name.Length is >= 3 and <= 63
        && name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-')
        && name[0] != '-' && name[^1] != '-' && !name.Contains("--", StringComparison.Ordinal);
}
