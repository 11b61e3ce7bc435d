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

        if (value.ValueKind == JsonValueKind.String && words.Contains(value.GetString()))
        {
            return value.GetString()!;
        }

        _errors[Field(name)] = $"Must be one of {string.Join(", ", words)}.";
        return fallback;
    }

    /// <summary>What was wrong, by field.</summary>
    public IReadOnlyDictionary<string, string> Finish()
    {
        foreach (var name in _left.Keys)
        {
            _errors[Field(name)] = _known.Count == 0 ? "There is no such parameter; leave it out." : $"There is no such parameter; there are: {string.Join(", ", _known)}.";
        }

        return _errors;
    }

    private static string Field(string name) => $"parameters.{name}";
}
