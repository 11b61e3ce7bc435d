using System.Globalization;
using StoreClaw.Sandbox.Shopify.GraphQl;

namespace StoreClaw.Sandbox.Shopify;

/// <summary>What a connection's search can look at.</summary>
/// <param name="Known">Every search field the real API documents for the resource.</param>
/// <param name="Read">Those that the simulator filters by: a time, a number, a truth, a text or several texts.</param>
internal sealed record SearchFields<T>(IReadOnlySet<string> Known, IReadOnlyDictionary<string, Func<T, object?>> Read);

/// <summary>
/// Shopify's search syntax: terms joined by AND (also unsaid), OR and NOT, grouped by parentheses, each a <c>field:value</c> with
/// &lt; &lt;= &gt; &gt;=. As on the real API an unknown field is ignored with a warning, and the time of day of a value without quotes is ignored.
/// </summary>
internal sealed class ShopifySearch<T>
{
    private readonly SearchFields<T> _fields;
    private readonly TimeZoneInfo _zone;
    private readonly List<string> _tokens;
    private readonly List<string> _warnings = [];

    private int _next;

    private ShopifySearch(string query, SearchFields<T> fields, TimeZoneInfo zone)
    {
        _fields = fields;
        _zone = zone;
        _tokens = Split(query);
    }

    /// <summary>The filter; warnings name the fields that were ignored and the times that were cut.</summary>
    /// <exception cref="GraphFaultException">A field the simulator has no data for, or a value of the wrong kind.</exception>
    public static Func<T, bool> Parse(string? query, SearchFields<T> fields, TimeZoneInfo zone, Action<string> warn)
    {
        if (string.IsNullOrWhiteSpace(query))
        {
            return _ => true;
        }

        var search = new ShopifySearch<T>(query, fields, zone);
        var filter = search.Either();
        search._warnings.ForEach(warn);
        return search._next < search._tokens.Count ? throw Bad($"unexpected {search._tokens[search._next]}") : filter;
    }

    private static List<string> Split(string query)
    {
        var tokens = new List<string>();
        var start = 0;
        char? quote = null;
        for (var index = 0; index <= query.Length; index++)
        {
            var letter = index < query.Length ? query[index] : ' ';
            if (quote is not null)
            {
                quote = letter == quote ? null : quote;
            }
            else if (letter is '\'' or '"')
            {
                quote = letter;
            }
            else if (char.IsWhiteSpace(letter) || letter is '(' or ')')
            {
                if (index > start)
                {
                    tokens.Add(query[start..index]);
                }

                if (letter is '(' or ')')
                {
                    tokens.Add(letter.ToString());
                }

                start = index + 1;
            }
        }

        return quote is null ? tokens : throw Bad("a quote is not closed");
    }

    private Func<T, bool> Either()
    {
        var left = Both();
        while (Skip("OR"))
        {
            var (first, second) = (left, Both());
            left = item => first(item) || second(item);
        }

        return left;
    }

    private Func<T, bool> Both()
    {
        var left = Term();
        while (_next < _tokens.Count && _tokens[_next] is not ("OR" or ")"))
        {
            Skip("AND");
            var (first, second) = (left, Term());
            left = item => first(item) && second(item);
        }

        return left;
    }

    private Func<T, bool> Term()
    {
        if (_next >= _tokens.Count)
        {
            throw Bad("a term is missing");
        }

        if (Skip("NOT"))
        {
            var not = Term();
            return item => !not(item);
        }

        if (Skip("("))
        {
            var group = Either();
            return Skip(")") ? group : throw Bad("a parenthesis is not closed");
        }

        var term = _tokens[_next++];
        if (term.StartsWith('-'))
        {
            var not = Comparison(term[1..]);
            return item => !not(item);
        }

        return Comparison(term);
    }

    private bool Skip(string token)
    {
        if (_next >= _tokens.Count || _tokens[_next] != token)
        {
            return false;
        }

        _next++;
        return true;
    }

    private Func<T, bool> Comparison(string term)
    {
        var colon = term.IndexOf(':', StringComparison.Ordinal);
        if (colon < 1)
        {
            throw Unsupported($"free text ({term})");
        }

        var field = term[..colon];
        if (!_fields.Known.Contains(field))
        {
            _warnings.Add($"Invalid search field for this query: {field}");
            return _ => true;
        }

        if (!_fields.Read.TryGetValue(field, out var read))
        {
            throw Unsupported($"the search field {field}");
        }

        var value = term[(colon + 1)..];
        var comparator = new[] { "<=", ">=", "<", ">" }.FirstOrDefault(sign => value.StartsWith(sign, StringComparison.Ordinal)) ?? "";
        value = value[comparator.Length..];
        var quoted = value.Length > 1 && value[0] is '\'' or '"';
        return Compare(field, read, comparator, quoted ? value.Trim(value[0]) : value, quoted);
    }

    private Func<T, bool> Compare(string field, Func<T, object?> read, string comparator, string value, bool quoted)
    {
        if (value == "*" && comparator.Length == 0)
        {
            return item => read(item) is not null;
        }

        if (field.EndsWith("_at", StringComparison.Ordinal) || field.EndsWith("_date", StringComparison.Ordinal))
        {
            return Time(field, read, comparator, value, quoted);
        }

        if (comparator.Length > 0)
        {
            return long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? item => read(item) is long actual && Holds(actual.CompareTo(number), comparator)
                : throw Bad($"{field} needs a number, not {value}");
        }

        return item => read(item) switch
        {
            long number => value == number.ToString(CultureInfo.InvariantCulture),
            bool boolean => string.Equals(value, boolean ? "true" : "false", StringComparison.OrdinalIgnoreCase),
            string text => string.Equals(value, text, StringComparison.OrdinalIgnoreCase),
            IEnumerable<string> texts => texts.Contains(value, StringComparer.OrdinalIgnoreCase),
            _ => false,
        };
    }

    private Func<T, bool> Time(string field, Func<T, object?> read, string comparator, string value, bool quoted)
    {
        if (!quoted && value.Contains('T', StringComparison.Ordinal))
        {
            _warnings.Add($"The time of day in {field}:{value} is ignored because the value has no quotes");
            value = value[..value.IndexOf('T', StringComparison.Ordinal)];
        }

        var (from, to) = Instants(field, value);
        return item => read(item) is DateTimeOffset at && comparator switch
        {
            "<" => at < from,
            "<=" => at < to,
            ">" => at >= to,
            ">=" => at >= from,
            _ => at >= from && at < to,
        };
    }

    /// <summary>The second, or the shop's day, that a value names.</summary>
    private (DateTimeOffset From, DateTimeOffset To) Instants(string field, string value)
    {
        if (DateOnly.TryParseExact(value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            return (Local(day.ToDateTime(TimeOnly.MinValue)), Local(day.AddDays(1).ToDateTime(TimeOnly.MinValue)));
        }

        if (!DateTime.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time))
        {
            throw Bad($"{field} needs a date or a time, not {value}");
        }

        var at = time.Kind == DateTimeKind.Unspecified ? Local(time) : new DateTimeOffset(time.ToUniversalTime());
        return (at, at.AddSeconds(1));
    }

    private DateTimeOffset Local(DateTime time) => new(time, _zone.GetUtcOffset(time));

    private static bool Holds(int order, string comparator) => comparator switch
    {
        "<" => order < 0,
        "<=" => order <= 0,
        ">" => order > 0,
        _ => order >= 0,
    };

    private static GraphFaultException Bad(string what) => new($"Invalid search query: {what}", "INVALID_SEARCH_QUERY");

    private static GraphFaultException Unsupported(string what) => new($"The simulator does not search by {what}", "SIMULATOR_UNSUPPORTED");
}
