using System.Text.Json.Nodes;

namespace StoreClaw.Sandbox.Amazon;

/// <summary>An answer of the simulated platform.</summary>
/// <param name="Reason">What the caller did wrong; null when it did nothing wrong.</param>
internal sealed record AmazonAnswer(int Status, JsonNode Body, string? Reason = null)
{
    public static AmazonAnswer Ok(JsonNode body) => new(200, body);

    public static AmazonAnswer Invalid(string message) => Error(400, "InvalidInput", message, message);

    public static AmazonAnswer NotFound() => Error(404, "NotFound", "The requested resource is not found.", null);

    public static AmazonAnswer Error(int status, string code, string message, string? reason) =>
        new(status, new JsonObject { ["errors"] = new JsonArray(new JsonObject { ["code"] = code, ["message"] = message, ["details"] = "" }) }, reason);
}
