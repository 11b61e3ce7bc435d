using System.Text.Json.Nodes;

namespace StoreClaw.Sandbox.Ebay;

/// <summary>An answer in eBay's shape.</summary>
/// <param name="Reason">What the caller did wrong; null when nothing. Never holds a credential.</param>
internal sealed record EbayAnswer(int Status, JsonNode? Body = null, string? Reason = null, string? Location = null)
{
    public static EbayAnswer Ok(JsonNode body) => new(200, body);

    public static EbayAnswer Done { get; } = new(204);

    public static EbayAnswer Error(int status, int errorId, string message, string domain = "ACCESS") => new(
        status,
        new JsonObject { ["errors"] = new JsonArray(Entry(errorId, message, domain, status >= 500 ? "APPLICATION" : "REQUEST")) },
        $"{errorId} {message}");

    public static JsonObject Entry(int errorId, string message, string domain, string category) => new()
    {
        ["errorId"] = errorId,
        ["domain"] = domain,
        ["category"] = category,
        ["message"] = message,
        ["longMessage"] = message,
    };

    /// <summary>The token endpoint's own form.</summary>
    public static EbayAnswer Refused(int status, string error, string description) =>
        new(status, new JsonObject { ["error"] = error, ["error_description"] = description }, $"{error}: {description}");
}
