using System.Globalization;
using System.Text;

namespace Azure.Data.Tables;

/// <summary>A path with its query; a parameter without a value is left out.</summary>
internal sealed class QueryText(string path)
{
    private readonly StringBuilder _text = new(path);

    private char _separator = '?';

    public QueryText Add(string name, string? value)
    {
        if (value is not null)
        {
            _text.Append(_separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
            _separator = '&';
        }

        return this;
    }

    public QueryText Add(string name, int? value) => Add(name, value?.ToString(CultureInfo.InvariantCulture));

    public override string ToString() => _text.ToString();
}
