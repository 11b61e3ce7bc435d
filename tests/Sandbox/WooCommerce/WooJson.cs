using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace StoreClaw.Sandbox.WooCommerce;

/// <summary>JSON as PHP's json_encode writes it: slashes and everything beyond ASCII escaped.</summary>
internal static class WooJson
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(JsonNode? node)
    {
        // Both kinds of character occur in JSON inside strings only.
        var text = new StringBuilder();
        foreach (var letter in node?.ToJsonString(Relaxed) ?? "null")
        {
            if (letter == '/')
            {
                text.Append("\\/");
            }
            else if (letter > '\u007f')
            {
                text.Append("\\u").Append(((int)letter).ToString("x4", CultureInfo.InvariantCulture));
            }
            else
            {
                text.Append(letter);
            }
        }

        return text.ToString();
    }

    public static JsonArray Array(IEnumerable<JsonNode?> items) => new([.. items]);
}
