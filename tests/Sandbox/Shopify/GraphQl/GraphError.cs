using System.Text.Json.Nodes;

namespace StoreClaw.Sandbox.Shopify.GraphQl;

/// <summary>One entry of an answer's <c>errors</c>.</summary>
/// <param name="Path">Names and list positions; empty when the error belongs to no field.</param>
public sealed record GraphError(string Message, string? Code = null, GraphLocation? At = null, IReadOnlyList<object>? Path = null)
{
    /// <summary>Extensions beside the code.</summary>
    public IReadOnlyDictionary<string, object?> Details { get; init; } = new Dictionary<string, object?>();

    public JsonObject ToJson()
    {
        var json = new JsonObject { ["message"] = Message };
        if (At is { } at)
        {
            json["locations"] = new JsonArray(new JsonObject { ["line"] = at.Line, ["column"] = at.Column });
        }

        if (Path is { Count: > 0 })
        {
            json["path"] = new JsonArray([.. Path.Select(part => part is int index ? JsonValue.Create(index) : JsonValue.Create((string)part))]);
        }

        if (Code is not null || Details.Count > 0)
        {
            var extensions = new JsonObject();
            if (Code is not null)
            {
                extensions["code"] = Code;
            }

            foreach (var (name, value) in Details)
            {
                extensions[name] = value is JsonNode node ? node.DeepClone() : JsonValue.Create(value);
            }

            json["extensions"] = extensions;
        }

        return json;
    }
}

/// <summary>What a resolver throws to refuse a field; the executor adds where it was.</summary>
public sealed class GraphFaultException(string message, string? code = null) : Exception(message)
{
    public string? Code { get; } = code;

    public IReadOnlyDictionary<string, object?> Details { get; init; } = new Dictionary<string, object?>();
}
