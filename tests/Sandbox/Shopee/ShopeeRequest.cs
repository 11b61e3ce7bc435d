using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace StoreClaw.Sandbox.Shopee;

/// <summary>What the platform answers instead of doing it.</summary>
public sealed class ShopeeRefusalException(string error, string message, int status = 200) : Exception($"{error}: {message}")
{
    public string Error => error;

    public string Told => message;

    public int Status => status;

    internal static ShopeeRefusalException Parameter(string detail) => new("error_param", $"Wrong parameters, detail: {detail}.");
}

/// <summary>A call's own parameters, read strictly: from the query of a GET, from the JSON body of a POST.</summary>
internal sealed class ShopeeRequest(HttpRequest http, JsonElement body, ShopeeShop? shop, DateTimeOffset now)
{
    /// <summary>Only in calls about a shop.</summary>
    public ShopeeShop Shop => shop!;

    public DateTimeOffset Now => now;

    public JsonElement Body => body;

    public string Text(string name) => http.Query[name] is [{ Length: > 0 } value] ? value : throw ShopeeRefusalException.Parameter($"{name} is required once");

    public string? TextOrNull(string name) => http.Query.ContainsKey(name) ? Text(name) : null;

    public IReadOnlyList<string> All(string name) => http.Query[name] is { Count: > 0 } values ? [.. values.Select(static value => value ?? "")] : throw ShopeeRefusalException.Parameter($"{name} is required");

    public long Number(string name, long least, long most)
    {
        var number = long.TryParse(Text(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : throw ShopeeRefusalException.Parameter($"{name} is not a number");
        return number >= least && number <= most ? number : throw ShopeeRefusalException.Parameter($"{name} is out of range");
    }

    /// <summary>A list in one parameter, by commas.</summary>
    public IReadOnlyList<string> List(string name, int most) => Text(name).Split(',') is { } parts && parts.Length <= most && parts.All(static part => part.Length > 0)
        ? parts : throw ShopeeRefusalException.Parameter($"{name} takes 1 to {most}");

    public long BodyNumber(string name) => body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number)
        ? number : throw ShopeeRefusalException.Parameter($"{name} is a required number");

    public string BodyText(string name) => body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
        ? text : throw ShopeeRefusalException.Parameter($"{name} is a required text");
}
