using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace StoreClaw.Sandbox.Amazon;

/// <summary>A call's parameters, read as strictly as the platform does; what is wrong with them is kept in the first complaint.</summary>
internal sealed class AmazonQuery(IQueryCollection query)
{
    public string? Wrong { get; private set; }

    public string? this[string name] => query.TryGetValue(name, out var value) ? value.ToString() : null;

    /// <summary>A misspelt filter would otherwise go unnoticed.</summary>
    public AmazonQuery Only(params string[] names)
    {
        if (query.Keys.Except(names).FirstOrDefault() is { } unknown)
        {
            Complain($"Unknown parameter {unknown}.");
        }

        return this;
    }

    public void Complain(string what) => Wrong ??= what;

    public IReadOnlyList<string> List(string name) => this[name]?.Split(',') ?? [];

    public int Number(string name, int absent, int most)
    {
        if (this[name] is not { } text)
        {
            return absent;
        }

        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1 || number > most)
        {
            Complain($"{name} is out of range.");
        }

        return number;
    }

    public DateTimeOffset? Time(string name)
    {
        if (this[name] is not { } text)
        {
            return null;
        }

        if (!DateTimeOffset.TryParseExact(text, "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            Complain($"{name} is no ISO 8601 time.");
        }

        return time;
    }

    /// <summary>All parameters but these, which a token binds.</summary>
    public string Bound(params string[] free) => string.Join('&', query.Where(pair => !free.Contains(pair.Key)).OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(static pair => $"{pair.Key}={pair.Value}"));
}
