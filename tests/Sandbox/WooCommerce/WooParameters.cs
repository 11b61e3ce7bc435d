using System.Globalization;
using System.Text.Json.Nodes;

namespace StoreClaw.Sandbox.WooCommerce;

internal enum WooKind
{
    Text,
    Integer,
    Boolean,
    Date,
    Choice,
    Choices,
    Integers,
}

/// <summary>A query parameter that a collection declares.</summary>
internal sealed record WooParameter(string Name, WooKind Kind)
{
    public string? Default { get; init; }

    public long? Minimum { get; init; }

    public long? Maximum { get; init; }

    public IReadOnlyList<string> Values { get; init; } = [];
}

/// <summary>Declared parameters with their checked values.</summary>
internal sealed class WooArguments(IReadOnlyDictionary<string, string[]> values)
{
    public static WooArguments None { get; } = new(new Dictionary<string, string[]>());

    public string? Text(string name) => values.TryGetValue(name, out var found) ? found[^1] : null;

    public long? Integer(string name) => Text(name) is { } text ? (long)decimal.Parse(text, CultureInfo.InvariantCulture) : null;

    public bool Flag(string name) => Text(name) is { } text && text is "1" or "true" or "TRUE";

    public IReadOnlyList<string> List(string name) => values.TryGetValue(name, out var found) ? found : [];

    public IReadOnlyList<long> Integers(string name) => [.. List(name).Select(text => long.Parse(text, CultureInfo.InvariantCulture))];
}

/// <summary>Checks declared parameters the way WordPress does, before anybody asks who is calling.</summary>
internal static class WooParameters
{
    /// <summary>Parameters that belong to WordPress itself or to the credentials.</summary>
    private static readonly string[] Global = ["consumer_key", "consumer_secret", "rest_route", "_fields", "_links", "_embed", "_method", "_locale", "context"];

    private static readonly string[] Posts = ["date", "id", "include", "title", "slug"];

    /// <summary>What every list of posts takes (orders, products, variations).</summary>
    public static IReadOnlyList<WooParameter> ForPosts(WooCommerceBehaviour behaviour, params WooParameter[] more)
    {
        List<WooParameter> parameters =
        [
            .. Paging(),
            new("search", WooKind.Text),
            new("after", WooKind.Date), new("before", WooKind.Date),
            new("dates_are_gmt", WooKind.Boolean) { Default = "false" },
            new("order", WooKind.Choice) { Default = "desc", Values = ["asc", "desc"] },
            new("orderby", WooKind.Choice) { Default = "date", Values = behaviour.KnowsOrderByModified ? [.. Posts, "modified"] : Posts },
            .. more,
        ];
        if (!behaviour.IgnoresModifiedFilter)
        {
            parameters.AddRange([new("modified_after", WooKind.Date), new("modified_before", WooKind.Date)]);
        }

        return parameters;
    }

    public static IReadOnlyList<WooParameter> Paging() =>
    [
        new("page", WooKind.Integer) { Default = "1", Minimum = 1 },
        new("per_page", WooKind.Integer) { Default = "10", Minimum = 1, Maximum = 100 },
        new("offset", WooKind.Integer),
        new("include", WooKind.Integers), new("exclude", WooKind.Integers),
    ];

    /// <summary>The arguments, or the refusal that names every wrong one.</summary>
    public static (WooArguments Arguments, WooAnswer? Refusal) Read(WooRequest request, IReadOnlyList<WooParameter> declared)
    {
        var values = new Dictionary<string, string[]>(StringComparer.Ordinal);
        var faults = new List<(string Name, string Code, string Message)>();
        foreach (var parameter in declared)
        {
            if (!request.Query.TryGetValue(parameter.Name, out var given))
            {
                if (parameter.Default is { } fallback)
                {
                    values[parameter.Name] = [fallback];
                }

                continue;
            }

            values[parameter.Name] = Split(parameter, given);
            if (Check(parameter, values[parameter.Name]) is { } fault)
            {
                faults.Add((parameter.Name, fault.Code, fault.Message));
            }
        }

        return (new WooArguments(values), faults.Count == 0 ? null : Invalid(faults));
    }

    /// <summary>Names in the query that nothing reads, as WordPress never says.</summary>
    public static IEnumerable<string> Unknown(WooRequest request, IReadOnlyList<WooParameter> declared) =>
        request.Query.Keys.Where(name =>
            !Global.Contains(name) && !name.StartsWith("modified_", StringComparison.Ordinal) && declared.All(parameter => parameter.Name != name));

    public static WooAnswer Invalid(IReadOnlyList<(string Name, string Code, string Message)> faults) => WooAnswer.Refused(
        400,
        "rest_invalid_param",
        $"Invalid parameter(s): {string.Join(", ", faults.Select(fault => fault.Name))}",
        new JsonObject
        {
            ["params"] = new JsonObject(faults.Select(fault => KeyValuePair.Create(fault.Name, (JsonNode?)fault.Message))),
            ["details"] = new JsonObject(faults.Select(fault => KeyValuePair.Create(
                fault.Name, (JsonNode?)new JsonObject { ["code"] = fault.Code, ["message"] = fault.Message, ["data"] = null }))),
        });

    private static string[] Split(WooParameter parameter, string[] given) => parameter.Kind is WooKind.Choices or WooKind.Integers
        ? [.. given.SelectMany(value => value.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries))]
        : [given[^1]];

    private static (string Code, string Message)? Check(WooParameter parameter, string[] values) => parameter.Kind switch
    {
        WooKind.Integer => CheckInteger(parameter, values[0]),
        WooKind.Boolean when values[0] is not ("true" or "false" or "1" or "0" or "TRUE" or "FALSE") =>
            ("rest_invalid_type", $"{parameter.Name} is not of type boolean."),
        WooKind.Date when !WooTime.IsValid(values[0]) => ("rest_invalid_date", "Invalid date."),
        WooKind.Choice or WooKind.Choices => CheckChoices(parameter, values),
        WooKind.Integers => CheckIntegers(parameter, values),
        _ => null,
    };

    private static (string Code, string Message)? CheckInteger(WooParameter parameter, string value)
    {
        if (!decimal.TryParse(value, CultureInfo.InvariantCulture, out var number) || number != decimal.Truncate(number))
        {
            return ("rest_invalid_type", $"{parameter.Name} is not of type integer.");
        }

        if (number >= (parameter.Minimum ?? long.MinValue) && number <= (parameter.Maximum ?? long.MaxValue))
        {
            return null;
        }

        return ("rest_out_of_bounds", parameter.Maximum is null
            ? $"{parameter.Name} must be greater than or equal to {parameter.Minimum}"
            : $"{parameter.Name} must be between {parameter.Minimum} (inclusive) and {parameter.Maximum} (inclusive)");
    }

    private static (string Code, string Message)? CheckChoices(WooParameter parameter, string[] values)
    {
        var at = Array.FindIndex(values, value => !parameter.Values.Contains(value));
        var name = parameter.Kind == WooKind.Choices ? $"{parameter.Name}[{at}]" : parameter.Name;
        return at < 0 ? null : ("rest_not_in_enum", $"{name} is not one of {string.Join(", ", parameter.Values.SkipLast(1))}, and {parameter.Values[^1]}.");
    }

    private static (string Code, string Message)? CheckIntegers(WooParameter parameter, string[] values)
    {
        var at = Array.FindIndex(values, value => !long.TryParse(value, CultureInfo.InvariantCulture, out _));
        return at < 0 ? null : ("rest_invalid_type", $"{parameter.Name}[{at}] is not of type integer.");
    }
}
