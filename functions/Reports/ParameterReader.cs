using System.Globalization;
using System.Text.Json;

namespace StoreClaw.Reports;

/// <summary>Reads a task's parameters by name and collects what is wrong with them. A member that nobody read is wrong too.</summary>
public sealed class ParameterReader
{
    private readonly Dictionary<string, JsonElement> _left = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _errors = new(StringComparer.Ordinal);
    private readonly List<string> _known = [];

    public ParameterReader(JsonElement parameters)
    {
        switch (parameters.ValueKind)
        {
            case JsonValueKind.Undefined or JsonValueKind.Null:
                break;
            case JsonValueKind.Object:
                foreach (var member in parameters.EnumerateObject())
                {
                    _left[member.Name] = member.Value;
                }

                break;
            default:
                _errors["parameters"] = "Must be a JSON object.";
                break;
        }
    }

    /// <summary>One of the words; the fallback when the member is left out.</summary>
    public string Choice(string name, IReadOnlyCollection<string> words, string fallback)
    {
        _known.Add(name);
        if (!_left.Remove(name, out var value))
        {
            return fallback;
        }

        if (Read(value) is { } word && words.Contains(word))
        {
            return word;
        }

        _errors[Field(name)] = $"Must be one of {string.Join(", ", words)}.";
        return fallback;
    }

    /// <summary>One of the words, which must be given.</summary>
    public string Choice(string name, IReadOnlyCollection<string> words)
    {
        if (!_left.ContainsKey(name))
        {
            _errors[Field(name)] = $"Must be given: one of {string.Join(", ", words)}.";
        }

        return Choice(name, words, "");
    }

    /// <summary>A whole number between the two; the fallback when the member is left out.</summary>
    public int Integer(string name, int least, int most, int fallback)
    {
        var number = Number(name, least, most, fallback, string.Create(CultureInfo.InvariantCulture, $"Give a whole number from {least} to {most}; left out it is {fallback}."), static given => given == Math.Floor(given));
        return (int)number;
    }

    /// <summary>A number between the two; the fallback when the member is left out.</summary>
    public decimal Number(string name, decimal least, decimal most, decimal fallback) =>
        Number(name, least, most, fallback, string.Create(CultureInfo.InvariantCulture, $"Give a number from {least} to {most}; left out it is {fallback}."), static _ => true);

    /// <summary>A text in its right form; null when the member is left out.</summary>
    /// <param name="form">Brings it into form; null for what will not do.</param>
    public string? Text(string name, Func<string, string?> form, string remedy)
    {
        _known.Add(name);
        if (!_left.Remove(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        var text = Read(value) is { } given ? form(given) : null;
        if (text is null)
        {
            _errors[Field(name)] = remedy;
        }

        return text;
    }

    /// <summary>At most so many texts in their right form, none twice; none when the member is left out.</summary>
    /// <param name="least">How many there must be when the member is given.</param>
    /// <inheritdoc cref="Text"/>
    public IReadOnlyList<string> Texts(string name, int most, Func<string, string?> form, string remedy, int least = 0)
    {
        _known.Add(name);
        if (!_left.Remove(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        var texts = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Select(item => Read(item) is { } given ? form(given) : null).ToList() : [null];
        if (texts.Count < least || texts.Count > most || texts.Contains(null))
        {
            _errors[Field(name)] = remedy;
            return [];
        }

        return [.. texts.OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>What is wrong with a member beside its form.</summary>
    public void Refuse(string name, string remedy) => _errors.TryAdd(Field(name), remedy);

    /// <summary>What was wrong, by field.</summary>
    public IReadOnlyDictionary<string, string> Finish()
    {
        foreach (var name in _left.Keys)
        {
            _errors[Field(name)] = _known.Count == 0 ? "There is no such parameter; leave it out." : $"There is no such parameter; there are: {string.Join(", ", _known)}.";
        }

        return _errors;
    }

    private decimal Number(string name, decimal least, decimal most, decimal fallback, string remedy, Func<decimal, bool> fits)
    {
        _known.Add(name);
        if (!_left.Remove(name, out var value))
        {
            return fallback;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) && number >= least && number <= most && fits(number))
        {
            return number;
        }

        _errors[Field(name)] = remedy;
        return fallback;
    }

    private static string? Read(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair: the parser lets it through until somebody reads it.
            return null;
        }
    }

    private static string Field(string name) => $"parameters.{name}";
}
