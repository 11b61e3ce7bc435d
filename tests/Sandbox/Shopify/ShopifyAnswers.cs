using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace StoreClaw.Sandbox.Shopify;

/// <summary>How answers and webhook bodies are written: JSON without needless escapes.</summary>
internal static class ShopifyAnswers
{
    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Bytes(JsonNode json) => JsonSerializer.SerializeToUtf8Bytes(json, Options);

    public static async Task JsonAsync(HttpContext http, int status, JsonNode json)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json; charset=utf-8";
        await http.Response.Body.WriteAsync(Bytes(json), http.RequestAborted);
    }

    public static Task ErrorAsync(HttpContext http, int status, string errors) => JsonAsync(http, status, new JsonObject { ["errors"] = errors });

    public static async Task HtmlAsync(HttpContext http, int status, string text)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/html; charset=utf-8";
        await http.Response.WriteAsync($"<!DOCTYPE html><html><head><title>{text}</title></head><body><h1>{text}</h1></body></html>", http.RequestAborted);
    }
}
