using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace StoreClaw.Reports;

/// <summary>HTML that is safe to print: made from literals of the code, and from values that were encoded on the way in.</summary>
public readonly record struct Html(string Text)
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    /// <summary>An interpolated text whose holes are encoded, but for those that are <see cref="Html"/> already.</summary>
    public static Html Of(ref Builder text) => new(text.ToString());

    /// <summary>Parts one after the other.</summary>
    public static Html Of(IEnumerable<Html> parts) => new(string.Concat(parts.Select(static part => part.Text)));

    public override string ToString() => Text;

    [InterpolatedStringHandler]
    public readonly ref struct Builder
    {
        private readonly StringBuilder _text;

        public Builder(int literalLength, int formattedCount) => _text = new StringBuilder(literalLength + (formattedCount * 16));

        public void AppendLiteral(string value) => _text.Append(value);

        public void AppendFormatted(string? value) => _text.Append(Encoder.Encode(ReadableText.OneLine(value ?? "")));

        public void AppendFormatted(int value) => _text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{value}");

        public void AppendFormatted(Html value) => _text.Append(value.Text);

        public override string ToString() => _text.ToString();
    }
}
