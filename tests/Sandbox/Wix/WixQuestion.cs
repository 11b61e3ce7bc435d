using System.Text.Json;
using System.Text.Json.Nodes;

namespace StoreClaw.Sandbox.Wix;

/// <summary>Reads bodies strictly: a member that nobody asked for, or one of another kind, is a refusal.</summary>
internal static class WixQuestion
{
    public static JsonObject Parse(string text, string where)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject ?? throw WixRefusal.Field(where, "must be an object");
        }
        catch (JsonException)
        {
            throw WixRefusal.Field(where, "is not JSON");
        }
    }

    /// <summary>The object, after its members were checked against those that are known.</summary>
    public static JsonObject Object(JsonNode? node, string where, params IReadOnlyList<string> known)
    {
        var found = node as JsonObject ?? throw WixRefusal.Field(where, "must be an object");
        return found.FirstOrDefault(member => !known.Contains(member.Key)) is { Key: { } odd } ? throw WixRefusal.Field($"{where}.{odd}", "is unknown") : found;
    }

    public static string Text(JsonNode? node, string where) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : throw WixRefusal.Field(where, "must be a text");

    public static int Number(JsonNode? node, string where, int least, int most, int otherwise) => node is null ? otherwise
        : node is JsonValue value && value.TryGetValue<int>(out var number) && number >= least && number <= most ? number : throw WixRefusal.Field(where, $"must be a whole number from {least} to {most}");

    public static DateTimeOffset Time(JsonNode? node, string where) =>
        DateTimeOffset.TryParseExact(Text(node, where), "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", null, System.Globalization.DateTimeStyles.AssumeUniversal, out var time) ? time : throw WixRefusal.Field(where, "is not a time in UTC");

    /// <summary>What a filter asks: by field, one operator each out of those the field knows.</summary>
    public static Func<T, bool> Filter<T>(JsonNode? filter, string where, params IReadOnlyList<(string Field, IReadOnlyList<string> Operators, Func<T, string, JsonNode?, bool> Test)> fields)
    {
        var tests = new List<Func<T, bool>>();
        foreach (var (name, asked) in filter is null ? [] : Object(filter, where, [.. fields.Select(static field => field.Field)]))
        {
            var (_, operators, test) = fields.First(field => field.Field == name);
            var pairs = asked is JsonObject conditions ? conditions.ToList() : [KeyValuePair.Create("$eq", asked)];
            foreach (var (operation, value) in pairs)
            {
                tests.Add(operators.Contains(operation) ? row => test(row, operation, value) : throw WixRefusal.Field($"{where}.{name}", $"does not know {operation}"));
            }
        }

        return row => tests.TrueForAll(test => test(row));
    }

    public static (string, IReadOnlyList<string>, Func<T, string, JsonNode?, bool>) Times<T>(string field, Func<T, DateTimeOffset> time) => (field, ["$gte", "$gt", "$lte", "$lt"], (row, operation, value) =>
    {
        var (left, right) = (time(row), Time(value, field));
        return operation switch { "$gte" => left >= right, "$gt" => left > right, "$lte" => left <= right, _ => left < right };
    }
    );

    public static (string, IReadOnlyList<string>, Func<T, string, JsonNode?, bool>) Ids<T>(string field, string many, Func<T, string> id) => (field, ["$eq", many], (row, operation, value) =>
        operation == "$eq" ? id(row) == Text(value, field) : (value as JsonArray ?? throw WixRefusal.Field(field, "must be a list")).Any(one => Text(one, field) == id(row)));
}
