using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging;

namespace StoreClaw.Tests.Connectors;

/// <summary>Everything logged and thrown in a test, so that secrets can be looked for in it.</summary>
public sealed class CapturedLog : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyList<string> Lines => [.. _lines];

    public void Add(Exception exception) => _lines.Enqueue(exception.ToString());

    /// <summary>Fails when a secret stands in it as it is, URL-encoded, as base64, as hex or as JSON text.</summary>
    public void AssertFreeOf(IEnumerable<string> secrets)
    {
        foreach (var secret in secrets.Where(static secret => secret.Length > 0))
        {
            var bytes = Encoding.UTF8.GetBytes(secret);
            string[] spellings = [secret, Uri.EscapeDataString(secret), Convert.ToBase64String(bytes), Convert.ToHexStringLower(bytes), System.Text.Json.JsonSerializer.Serialize(secret)];
            Assert.DoesNotContain(_lines, line => spellings.Any(spelling => line.Contains(spelling, StringComparison.OrdinalIgnoreCase)));
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue($"{logLevel} {formatter(state, exception)} {exception}");

    public void Dispose()
    {
    }
}
