using System.Text.Json.Nodes;

namespace StoreClaw.Sandbox.TikTokShop;

/// <summary>What an API answers, before the envelope is put around it.</summary>
internal sealed record TikTokShopAnswer(int Status, int Code, string Message, JsonNode? Data)
{
    public static TikTokShopAnswer Good(JsonNode data) => new(200, 0, "Success", data);

    /// <summary>The platform understood and says no: with HTTP 200.</summary>
    public static TikTokShopAnswer Business(int code, string message) => new(200, code, message, null);

    public static TikTokShopAnswer Bad(string message) => new(400, 36009004, message, null);

    public static TikTokShopAnswer Shape(string message) => new(400, 36009022, message, null);
}
