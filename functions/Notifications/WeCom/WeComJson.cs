using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace StoreClaw.Notifications.WeCom;

/// <summary>
/// A message as WeCom's JSON. Its error table has 40033 for characters written as \uXXXX, and every ready-made encoder of .NET still writes emoji so;
/// hence text is written as it is here, with only the escapes JSON cannot do without.
/// </summary>
internal static class WeComJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new PlainTextConverter() },
    };

    /// <summary>UTF-8 without a byte order mark: with one WeCom does not find the msgtype.</summary>
    public static byte[] Write(WeComMessage message) =>
        JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object> { ["msgtype"] = message.Type, [message.Type] = message }, Options);

    private sealed class PlainTextConverter : JsonConverter<string>
    {
        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetString();

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteRawValue(Quote(value), skipInputValidation: true);

        private static string Quote(string value)
        {
            var quoted = new StringBuilder(value.Length + 2).Append('"');
            foreach (var letter in value)
            {
                _ = letter switch
                {
                    '"' => quoted.Append("\\\""),
                    '\\' => quoted.Append("\\\\"),
                    '\n' => quoted.Append("\\n"),
                    '\r' => quoted.Append("\\r"),
                    '\t' => quoted.Append("\\t"),
                    < ' ' => quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}"),
                    _ => quoted.Append(letter),
                };
            }

            return quoted.Append('"').ToString();
        }
    }
}
