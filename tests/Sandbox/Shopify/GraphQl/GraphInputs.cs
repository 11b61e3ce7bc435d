using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace StoreClaw.Sandbox.Shopify.GraphQl;

/// <summary>
/// Turns written values and JSON variables into plain values: int, double, bool, string (also for ids and enum members),
/// lists, and dictionaries for input objects that hold only what was given or has a default.
/// </summary>
public static class GraphInputs
{
    /// <summary>Whether a scalar takes a value as it is written in a document.</summary>
    public static bool Accepts(string scalar, GraphValue value) => scalar switch
    {
        "Int" => value is GraphValue.Int number && int.TryParse(number.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
        "Float" => value is GraphValue.Int or GraphValue.Float,
        "Boolean" => value is GraphValue.Boolean,
        "ID" => value is GraphValue.String or GraphValue.Int,
        "URL" => value is GraphValue.String url && IsUrl(url.Text),
        _ => value is GraphValue.String,
    };

    /// <summary>The operation's variables with their values; one error for each that does not fit.</summary>
    public static Dictionary<string, object?> Variables(GraphSchema schema, GraphOperation operation, JsonElement? json, List<GraphError> errors)
    {
        var values = new Dictionary<string, object?>();
        foreach (var variable in operation.Variables)
        {
            JsonElement? given = json is { ValueKind: JsonValueKind.Object } all && all.TryGetProperty(variable.Name, out var found) ? found : null;
            if (given is null && variable.Default is not null)
            {
                values[variable.Name] = Literal(schema, variable.Default, variable.Type, new Dictionary<string, object?>());
                continue;
            }

            if (given is null && !variable.Type.NonNull)
            {
                continue;
            }

            var problems = new List<(IReadOnlyList<object> Path, string Explanation)>();
            values[variable.Name] = FromJson(schema, given, variable.Type, [], problems);
            if (problems.Count > 0)
            {
                errors.Add(Invalid(variable, given, problems));
            }
        }

        return values;
    }

    /// <summary>The arguments of a field or directive, with defaults; what was not given is not there.</summary>
    public static Dictionary<string, object?> Arguments(
        GraphSchema schema, IReadOnlyDictionary<string, GraphInputField> definitions, IReadOnlyList<GraphArgument> arguments, IReadOnlyDictionary<string, object?> variables)
    {
        var values = new Dictionary<string, object?>();
        foreach (var definition in definitions.Values)
        {
            var value = arguments.FirstOrDefault(argument => argument.Name == definition.Name)?.Value;
            if (value is GraphValue.Variable variable && !variables.ContainsKey(variable.Name))
            {
                value = null;
            }

            value ??= definition.Default;
            if (value is not null)
            {
                values[definition.Name] = Literal(schema, value, definition.Type, variables);
            }
        }

        return values;
    }

    private static object? Literal(GraphSchema schema, GraphValue value, GraphTypeRef type, IReadOnlyDictionary<string, object?> variables) => value switch
    {
        GraphValue.Variable variable => variables.GetValueOrDefault(variable.Name),
        GraphValue.Null => null,
        GraphValue.List list when type is GraphTypeRef.ListType of => list.Items.Select(item => Literal(schema, item, of.Of, variables)).ToArray(),
        _ when type is GraphTypeRef.ListType of => new[] { Literal(schema, value, of.Of, variables) },
        GraphValue.Object fields => Arguments(schema, schema.Get(type.Name).Inputs, fields.Fields, variables),
        GraphValue.Int number => type.Name switch
        {
            "Int" => int.Parse(number.Text, CultureInfo.InvariantCulture),
            "Float" => double.Parse(number.Text, CultureInfo.InvariantCulture),
            _ => number.Text,
        },
        GraphValue.Float number => double.Parse(number.Text, CultureInfo.InvariantCulture),
        GraphValue.String text => text.Text,
        GraphValue.Boolean boolean => boolean.Value,
        GraphValue.Enum member => member.Name,
        _ => null,
    };

    private static object? FromJson(
        GraphSchema schema, JsonElement? json, GraphTypeRef type, IReadOnlyList<object> path, List<(IReadOnlyList<object> Path, string Explanation)> problems)
    {
        if (json is not { ValueKind: not JsonValueKind.Null } value)
        {
            if (type.NonNull)
            {
                problems.Add((path, "Expected value to not be null"));
            }

            return null;
        }

        if (type is GraphTypeRef.ListType list)
        {
            return value.ValueKind == JsonValueKind.Array
                ? value.EnumerateArray().Select((item, index) => FromJson(schema, item, list.Of, [.. path, index], problems)).ToArray()
                : [FromJson(schema, value, list.Of, path, problems)];
        }

        var named = schema.Get(type.Name);
        switch (named.Kind)
        {
            case GraphTypeKind.Input:
                return InputObject(schema, value, named, path, problems);
            case GraphTypeKind.Enum:
                if (value.ValueKind == JsonValueKind.String && named.Values.Contains(value.GetString()!))
                {
                    return value.GetString();
                }

                problems.Add((path, $"Expected {value.GetRawText()} to be one of: {string.Join(", ", named.Values)}"));
                return null;
            default:
                return Scalar(value, named.Name, path, problems);
        }
    }

    private static Dictionary<string, object?>? InputObject(
        GraphSchema schema, JsonElement value, GraphType type, IReadOnlyList<object> path, List<(IReadOnlyList<object> Path, string Explanation)> problems)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            problems.Add((path, $"Expected {value.GetRawText()} to be a key-value object."));
            return null;
        }

        var values = new Dictionary<string, object?>();
        foreach (var property in value.EnumerateObject())
        {
            if (type.Inputs.TryGetValue(property.Name, out var input))
            {
                values[property.Name] = FromJson(schema, property.Value, input.Type, [.. path, property.Name], problems);
            }
            else
            {
                problems.Add(([.. path, property.Name], $"Field is not defined on {type.Name}"));
            }
        }

        foreach (var absent in type.Inputs.Values.Where(input => !values.ContainsKey(input.Name)))
        {
            if (absent.Required)
            {
                problems.Add(([.. path, absent.Name], "Expected value to not be null"));
            }
            else if (absent.Default is not null)
            {
                values[absent.Name] = Literal(schema, absent.Default, absent.Type, new Dictionary<string, object?>());
            }
        }

        return values;
    }

    private static object? Scalar(JsonElement value, string scalar, IReadOnlyList<object> path, List<(IReadOnlyList<object> Path, string Explanation)> problems)
    {
        object? result = (scalar, value.ValueKind) switch
        {
            ("Int", JsonValueKind.Number) when value.TryGetInt32(out var number) => number,
            ("Float", JsonValueKind.Number) => value.GetDouble(),
            ("Boolean", JsonValueKind.True or JsonValueKind.False) => value.GetBoolean(),
            ("ID", JsonValueKind.Number) when value.TryGetInt64(out var number) => number.ToString(CultureInfo.InvariantCulture),
            ("URL", JsonValueKind.String) => IsUrl(value.GetString()!) ? value.GetString() : null,
            ("Int" or "Float" or "Boolean", _) => null,
            (_, JsonValueKind.String) => value.GetString(),
            _ => null,
        };
        if (result is null)
        {
            problems.Add((path, $"Could not coerce value {value.GetRawText()} to {scalar}"));
        }

        return result;
    }

    private static bool IsUrl(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" or "pubsub";

    private static GraphError Invalid(GraphVariable variable, JsonElement? given, List<(IReadOnlyList<object> Path, string Explanation)> problems)
    {
        var where = problems.Select(problem => problem.Path.Count == 0 ? "" : $" for {string.Join('.', problem.Path)} ({problem.Explanation})").First();
        return new GraphError($"Variable ${variable.Name} of type {variable.Type} was provided invalid value{where}", "INVALID_VARIABLE", variable.At)
        {
            Details = new Dictionary<string, object?>
            {
                ["value"] = given is { } json ? JsonNode.Parse(json.GetRawText()) : null,
                ["problems"] = new JsonArray(
                [
                    .. problems.Select(problem => new JsonObject
                    {
                        ["path"] = new JsonArray([.. problem.Path.Select(part => part is int index ? JsonValue.Create(index) : JsonValue.Create((string)part))]),
                        ["explanation"] = problem.Explanation,
                    }),
                ]),
            },
        };
    }
}
