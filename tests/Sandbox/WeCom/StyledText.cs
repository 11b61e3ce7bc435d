using System.Text;

namespace StoreClaw.Sandbox.WeCom;

[Flags]
internal enum TextStyles
{
    None = 0,
    Bold = 1,
    Italic = 2,
    Grey = 4,
    Green = 8,
    Orange = 16,
    Code = 32,
    Link = 64,
}

internal readonly record struct Span(string Text, TextStyles Style);

/// <summary>A line of text whose parts look different, and how it breaks into the width of a box.</summary>
internal sealed record StyledLine(IReadOnlyList<Span> Spans)
{
    public static readonly StyledLine Empty = new([]);

    public int Width => Spans.Sum(span => TextWidth.Of(span.Text));

    /// <summary>Stands before every line that this one breaks into.</summary>
    public Span Prefix { get; init; } = new("", TextStyles.None);

    /// <summary>Columns that the lines after the first are set in, so that a list item stays one block.</summary>
    public int Hanging { get; init; }

    public static StyledLine Of(string text, TextStyles style = TextStyles.None) => new([new Span(text, style)]);

    public IEnumerable<StyledLine> Wrap(int width)
    {
        var room = width - TextWidth.Of(Prefix.Text);
        var line = new List<(string Text, int Width, TextStyles Style)>();
        var used = 0;
        var first = true;
        foreach (var element in Spans.SelectMany(span => TextWidth.Elements(span.Text).Select(part => (part.Text, part.Width, span.Style))))
        {
            if (used + element.Width > room && line.Count > 0)
            {
                var rest = BreakAt(line, element.Text);
                yield return Join(line, first);
                first = false;
                line = rest;
                used = Hanging + line.Sum(part => part.Width);
            }

            if (first || line.Count > 0 || element.Text != " ")
            {
                line.Add(element);
                used += element.Width;
            }
        }

        yield return Join(line, first);
    }

    /// <summary>Cuts the line behind its last blank when a word would be torn; CJK text breaks anywhere.</summary>
    /// <returns>What goes to the next line.</returns>
    private static List<(string Text, int Width, TextStyles Style)> BreakAt(List<(string Text, int Width, TextStyles Style)> line, string next)
    {
        var blank = line.FindLastIndex(part => part.Text == " ");
        var tears = next != " " && TextWidth.Of(next) == 1 && line[^1].Width == 1 && line[^1].Text != " ";
        if (!tears || blank < line.Count / 2)
        {
            return [];
        }

        var rest = line[(blank + 1)..];
        line.RemoveRange(blank, line.Count - blank);
        return rest;
    }

    private StyledLine Join(List<(string Text, int Width, TextStyles Style)> parts, bool first)
    {
        var spans = new List<Span> { Prefix };
        if (!first && Hanging > 0)
        {
            spans.Add(new Span(new string(' ', Hanging), TextStyles.None));
        }

        foreach (var part in parts)
        {
            if (spans[^1].Style == part.Style)
            {
                spans[^1] = new Span(spans[^1].Text + part.Text, part.Style);
            }
            else
            {
                spans.Add(new Span(part.Text, part.Style));
            }
        }

        return new StyledLine([.. spans.Where(span => span.Text.Length > 0)]);
    }

    public void Write(StringBuilder output, bool colour)
    {
        foreach (var span in Spans)
        {
            var codes = colour ? Codes(span.Style) : "";
            output.Append(codes).Append(span.Text).Append(codes.Length > 0 ? "\u001b[0m" : "");
        }
    }

    private static string Codes(TextStyles style) => string.Concat(
        style.HasFlag(TextStyles.Bold) ? "\u001b[1m" : "",
        style.HasFlag(TextStyles.Italic) ? "\u001b[3m" : "",
        style.HasFlag(TextStyles.Grey) ? "\u001b[90m" : "",
        style.HasFlag(TextStyles.Green) ? "\u001b[32m" : "",
        style.HasFlag(TextStyles.Orange) ? "\u001b[38;5;208m" : "",
        style.HasFlag(TextStyles.Code) ? "\u001b[36m" : "",
        style.HasFlag(TextStyles.Link) ? "\u001b[34m" : "");
}
