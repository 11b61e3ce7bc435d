using System.Text.Json.Nodes;

namespace StoreClaw.Sandbox.Wix;

internal sealed record WixAnswer(int Status, JsonNode Body)
{
    public static WixAnswer Ok(JsonNode body) => new(200, body);
}

/// <summary>A refusal in Wix's form.</summary>
internal sealed class WixRefusal(int status, string message, JsonObject? details = null) : Exception(message)
{
    public WixAnswer Answer => new(status, new JsonObject { ["message"] = Message, ["details"] = details ?? [] });

    public static WixRefusal Application(int status, string code, string message) =>
        new(status, message, new JsonObject { ["applicationError"] = new JsonObject { ["code"] = code, ["description"] = message, ["data"] = new JsonObject() } });

    public static WixRefusal Field(string field, string description) => new(400, $"{field} {description}", new JsonObject
    {
        ["validationError"] = new JsonObject
        {
            ["fieldViolations"] = new JsonArray(new JsonObject { ["field"] = field, ["description"] = description, ["violatedRule"] = "CUSTOM", ["ruleName"] = "INVALID_FIELD" }),
        },
    });
}
