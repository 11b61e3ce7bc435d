using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace StoreClaw.Common;

/// <summary>The app's own settings, read and checked once at the start.</summary>
public sealed class AppSettings
{
    private readonly IConfiguration _configuration;

    /// <exception cref="InvalidOperationException">A setting is wrong; names it and says what to do.</exception>
    public AppSettings(IConfiguration configuration)
    {
        _configuration = configuration;
        PublicBaseUrl = ReadPublicBaseUrl(configuration["PublicBaseUrl"]);
        ReportsKept = ReadReportsKept(configuration["Reports:RetentionDays"]);
        ReadQueueTimeout(configuration);
        foreach (var connector in configuration.GetSection("Connectors").GetChildren())
        {
            CheckUrl($"Connectors__{connector.Key}__BaseUrl", connector["BaseUrl"]);
        }

        CheckUrl("Channels__WeCom__BaseUrl", configuration["Channels:WeCom:BaseUrl"]);
    }

    /// <summary>Where the outside reaches this app; without a final slash.</summary>
    public string PublicBaseUrl { get; }

    /// <summary>How long the library keeps a report; null for ever.</summary>
    public TimeSpan? ReportsKept { get; }

    /// <summary>Where a connection's platform delivers to.</summary>
    public Uri WebhookUrl(string connectorId, string connectionId) => new($"{PublicBaseUrl}/webhooks/{connectorId}/{connectionId}");

    /// <summary>A connector's setting as it was given: plain text, or @secret:name.</summary>
    public string? Connector(string connectorId, string name) => _configuration[$"Connectors:{connectorId}:{name}"];

    /// <summary>How long one try of a call to a queue may take; read where the clients are made, which know nothing of the other settings.</summary>
    /// <exception cref="InvalidOperationException">The setting is wrong.</exception>
    public static TimeSpan ReadQueueTimeout(IConfiguration configuration)
    {
        if (configuration["Storage:QueueTimeout"] is not { Length: > 0 } text)
        {
            // A sender waits for the answer (Shopify 5 s), so a try that hangs must leave time for a second one.
            return TimeSpan.FromSeconds(2);
        }

        return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var timeout) && timeout >= TimeSpan.FromSeconds(1) && timeout <= TimeSpan.FromMinutes(2)
            ? timeout
            : throw new InvalidOperationException("Storage__QueueTimeout must be a time from 00:00:01 to 00:02:00, or be left out for 00:00:02.");
    }

    // Links to reports open them for 30 days: less would break links that were promised.
    private static TimeSpan? ReadReportsKept(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days is >= 30 and <= 36500
            ? TimeSpan.FromDays(days)
            : throw new InvalidOperationException("Reports__RetentionDays must be a whole number of days from 30 to 36500, such as 400, or be left out to keep reports for ever.");
    }

    private static string ReadPublicBaseUrl(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return "http://127.0.0.1:7071";
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var url)
            && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback))
            && url.Query.Length == 0)
        {
            return text.TrimEnd('/');
        }

        throw new InvalidOperationException("PublicBaseUrl must be an https address (http only on loopback), such as https://storeclaw.example.com. It is where the platforms send webhooks to.");
    }

    private static void CheckUrl(string setting, string? text)
    {
        if (!string.IsNullOrEmpty(text) && !(Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"))
        {
            throw new InvalidOperationException($"{setting} must be an absolute http or https address, or be left out for the platform's own.");
        }
    }
}
