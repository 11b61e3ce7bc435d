using System.Globalization;
using System.Text.Json;

namespace StoreClaw.Sandbox.WeCom;

/// <summary>
/// Reads the members of a request as forgivingly as the platform does: a member of the wrong JSON type is converted or dropped, and the answer
/// then says <c>Warning: wrong json format.</c>
/// </summary>
internal sealed class WeComFields(JsonElement json, string path, WeComRepairs repairs)
{
    public string Path(string name) => path.Length == 0 ? name : $"{path}.{name}";

    public bool Has(string name) => !string.IsNullOrEmpty(Text(name));

    public string? Text(string name)
    {
        switch (Member(name))
        {
            case null:
                return null;
            case { ValueKind: JsonValueKind.String } text:
                return text.GetString();
            case { ValueKind: JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False } scalar:
                repairs.Made = true;
                return scalar.GetRawText();
            default:
                repairs.Made = true;
                return null;
        }
    }

    public decimal? Number(string name)
    {
        switch (Member(name))
        {
            case null:
                return null;
            case { ValueKind: JsonValueKind.Number } number when number.TryGetDecimal(out var value):
                return value;
            case { ValueKind: JsonValueKind.String } text when decimal.TryParse(text.GetString(), CultureInfo.InvariantCulture, out var value):
                repairs.Made = true;
                return value;
            default:
                repairs.Made = true;
                return null;
        }
    }

    public WeComFields? Object(string name)
    {
        if (Member(name) is not { } member)
        {
            return null;
        }

        if (member.ValueKind == JsonValueKind.Object)
        {
            return new WeComFields(member, Path(name), repairs);
        }

        repairs.Made = true;
        return null;
    }

    /// <returns>Null when there is no such list.</returns>
    public IReadOnlyList<WeComFields>? Objects(string name) =>
        List(name, JsonValueKind.Object)?.ConvertAll(item => new WeComFields(item, Path(name), repairs));

    public IReadOnlyList<string> Texts(string name) =>
        List(name, JsonValueKind.String)?.ConvertAll(item => item.GetString()!) ?? [];

    private List<JsonElement>? List(string name, JsonValueKind kind)
    {
        if (Member(name) is not { } member)
        {
            return null;
        }

        if (member.ValueKind != JsonValueKind.Array)
        {
            repairs.Made = true;
            return null;
        }

        var items = member.EnumerateArray().Where(item => item.ValueKind == kind).ToList();
        repairs.Made |= items.Count != member.GetArrayLength();
        return items;
    }

    private JsonElement? Member(string name) =>
        json.TryGetProperty(name, out var member) && member.ValueKind is not JsonValueKind.Null ? member : null;
}

/// <summary>Whether anything of the request had to be bent to be read.</summary>
internal sealed class WeComRepairs
{
    public bool Made { get; set; }
}
