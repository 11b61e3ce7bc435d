using System.Globalization;
using Microsoft.AspNetCore.Http;
using StoreClaw.Common;
using StoreClaw.Storage;

namespace StoreClaw.Reports;

/// <summary>Reads what a request looks for in the library and collects what is wrong with it. A filter that does not exist is wrong too: it would find what nobody asked for.</summary>
internal sealed class ReportQueryReader(IQueryCollection query)
{
    private const int LongestText = 200;
    private const string Kind = "kind";
    private const string Connection = "connection";
    private const string From = "from";
    private const string To = "to";
    private const string PeriodFrom = "periodFrom";
    private const string PeriodTo = "periodTo";
    private const string Text = "q";
    private const string Before = "before";
    private const string Limit = "limit";

    private static readonly string[] Filters = [Kind, Connection, From, To, PeriodFrom, PeriodTo, Text, Before, Limit];

    // How the Functions host takes a key in an address.
    private static readonly string[] HostKeys = ["code", "clientId"];

    private readonly Dictionary<string, string> _errors = new(StringComparer.Ordinal);

    public ReportQuery Read(ReportKinds kinds)
    {
        foreach (var unknown in query.Keys.Except([.. Filters, .. HostKeys], StringComparer.OrdinalIgnoreCase))
        {
            Refuse(unknown, $"There is no such filter; there are: {string.Join(", ", Filters)}.");
        }

        var (from, to) = Span(From, To);
        var (periodFrom, periodTo) = Span(PeriodFrom, PeriodTo);
        return new ReportQuery
        {
            Kind = Value(Kind, kind => kinds.Find(kind) is not null, $"Must be one of {string.Join(", ", kinds.Ids)}."),
            Connection = Value(Connection, static _ => true, ""),
            From = from,
            To = to,
            PeriodFrom = periodFrom,
            PeriodTo = periodTo,
            Text = Value(Text, static text => text.Length <= LongestText, string.Create(CultureInfo.InvariantCulture, $"Give at most {LongestText} characters of a store's name, a title, a kind or a task's name.")),
            Before = Value(Before, static id => InstantIds.RowKey(id) is not null, "Give the id of a report, such as the answer before has as next."),
            Most = Value(Limit, static text => Number(text) is >= 1 and <= ReportLibrary.Most, string.Create(CultureInfo.InvariantCulture, $"Must be a whole number from 1 to {ReportLibrary.Most}.")) is { } limit
                ? Number(limit)!.Value
                : ReportLibrary.Most,
        };
    }

    public void Refuse(string name, string remedy) => _errors.TryAdd(name, remedy);

    /// <exception cref="ProblemException">Something was wrong: 422, with an entry per filter.</exception>
    public void Finish()
    {
        if (_errors.Count > 0)
        {
            throw new ProblemException(Problem.Invalid(_errors));
        }
    }

    private string? Value(string name, Func<string, bool> good, string remedy)
    {
        if (query[name].FirstOrDefault()?.Trim() is not { Length: > 0 } text)
        {
            return null;
        }

        if (good(text))
        {
            return text;
        }

        Refuse(name, remedy);
        return null;
    }

    private (DateTimeOffset? From, DateTimeOffset? To) Span(string fromName, string toName)
    {
        var (from, to) = (Instant(fromName), Instant(toName));
        if (from >= to)
        {
            Refuse(fromName, $"Must be before {toName}.");
        }

        return (from, to);
    }

    private DateTimeOffset? Instant(string name) =>
        Value(name, static text => Parse(text) is not null, "Give an ISO 8601 instant such as 2026-11-22T00:00:00Z.") is { } text ? Parse(text) : null;

    private static DateTimeOffset? Parse(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant) ? instant : null;

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
