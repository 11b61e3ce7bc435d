using System.Text.Json;
using System.Text.Json.Nodes;

namespace StoreClaw.Sandbox.WooCommerce;

/// <summary>A REST call after routing by host: what WordPress would call the request.</summary>
/// <param name="Route">Behind wp-json or in rest_route, without a final slash.</param>
/// <param name="Query">Names as PHP has them: <c>status[]</c> and <c>status[0]</c> are <c>status</c>.</param>
/// <param name="Body">The JSON object that was sent; null without one.</param>
/// <param name="Key">Null for a caller that is nobody.</param>
internal sealed record WooRequest(string Method, string Route, IReadOnlyDictionary<string, string[]> Query, JsonElement? Body, WooCommerceKey? Key)
{
    public bool IsRead => Method is "GET" or "HEAD";

    /// <summary>POST, PUT and PATCH all mean "change this" on an existing thing.</summary>
    public bool IsEdit => Method is "POST" or "PUT" or "PATCH";

    public string? QueryText(string name) => Query.TryGetValue(name, out var values) ? values[^1] : null;

    /// <summary>A member of the body, or else of the query.</summary>
    public JsonElement? Member(string name)
    {
        if (Body is { } body && body.TryGetProperty(name, out var member))
        {
            return member;
        }

        return QueryText(name) is { } text ? JsonSerializer.SerializeToElement(text) : null;
    }
}

/// <summary>What WordPress answers with.</summary>
internal sealed record WooAnswer(int Status, JsonNode? Body)
{
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>The code of a refusal; null for success.</summary>
    public string? Code { get; init; }

    public static WooAnswer Ok(JsonNode body) => new(200, body);

    public static WooAnswer Refused(int status, string code, string message, JsonObject? data = null)
    {
        data ??= [];
        data.Insert(0, "status", status);
        return new WooAnswer(status, new JsonObject { ["code"] = code, ["message"] = message, ["data"] = data }) { Code = code };
    }

    public static WooAnswer NoRoute() => Refused(404, "rest_no_route", "No route was found matching the URL and request method.");

    /// <summary>Core words an unknown id as 404 when it reads or deletes and as 400 when it updates.</summary>
    public static WooAnswer InvalidId(string type, bool updating = false) =>
        Refused(updating ? 400 : 404, $"woocommerce_rest_{type}_invalid_id", "Invalid ID.");
}
