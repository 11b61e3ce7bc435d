namespace StoreClaw.Connectors.Http;

/// <summary>GraphQL over HTTP, and the pages of Relay connections.</summary>
public static class GraphQl
{
    public static PlatformRequest Request(string url, string query, object variables, double cost) =>
        PlatformRequest.Json(HttpMethod.Post, url, new { query, variables }) with { Cost = cost };

    /// <summary>The errors of an answer; none when it has none.</summary>
    public static IReadOnlyList<JsonElement> Errors(JsonElement answer) =>
        answer.Member("errors") is { ValueKind: JsonValueKind.Array } errors ? [.. errors.EnumerateArray()] : [];

    public static string? ErrorCode(JsonElement error) => error.Member("extensions").TextOrNull("code");

    /// <summary>How deep in the answer the error sits: 1 is a field at the root, 0 the whole request.</summary>
    public static int ErrorDepth(JsonElement error) => error.Items("path").Count();

    /// <summary>The cursor of the connection's next page, null after the last.</summary>
    public static string? Next(JsonElement? connection) => connection.Member("pageInfo") is { } info && info.Flag("hasNextPage") ? info.Text("endCursor") : null;
}
