using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace StoreClaw.Tests.Support;

/// <summary>Everything that was logged, as text.</summary>
public sealed class CapturedLines : ILoggerProvider
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyList<string> Lines => [.. _lines];

    /// <summary>Puts something beside what was logged: an exception, an answer.</summary>
    public void Add(string text) => _lines.Enqueue(text);

    /// <summary>Fails when a secret stands in it as it is, URL-encoded, as base64, as hex or as JSON text.</summary>
    public void AssertFreeOf(IEnumerable<string> secrets)
    {
        foreach (var secret in secrets.Where(static secret => secret.Length > 0))
        {
            var bytes = Encoding.UTF8.GetBytes(secret);
            string[] spellings = [secret, Uri.EscapeDataString(secret), Convert.ToBase64String(bytes), Convert.ToHexStringLower(bytes), JsonSerializer.Serialize(secret)];
            Assert.DoesNotContain(_lines, line => spellings.Any(spelling => line.Contains(spelling, StringComparison.OrdinalIgnoreCase)));
        }
    }

    public ILogger CreateLogger(string categoryName) => new Writer(_lines, categoryName);

    public void Dispose()
    {
    }

    private sealed class Writer(ConcurrentQueue<string> lines, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue($"{logLevel} {category}: {formatter(state, exception)} {exception}");
    }
}
