using System.Text;
using System.Text.RegularExpressions;

namespace StoreClaw.Sandbox.WeCom;

/// <summary>
/// Markdown as the WeCom client shows it. Version 1 knows headings, bold, links, inline code, quotes and three font colours and shows the rest
/// as typed; version 2 knows lists, tables, italics, rules, images and fenced code too, but neither colours nor mentions.
/// </summary>
internal static partial class WeComMarkdown
{
    private const string QuoteMark = "▎";

    public static IReadOnlyList<StyledLine> Lines(string source, int version, int width)
    {
        var lines = source.ReplaceLineEndings("\n").Split('\n');
        var shown = new List<StyledLine>();
        for (var at = 0; at < lines.Length; at++)
        {
            if (version == 2 && IsFence(lines[at]))
            {
                at = Fenced(lines, at, shown);
            }
            else if (version == 2 && WeComTable.StartsAt(lines, at))
            {
                var table = lines[at..].TakeWhile(line => line.Contains('|', StringComparison.Ordinal)).ToArray();
                shown.AddRange(WeComTable.Lines(table, width));
                at += table.Length - 1;
            }
            else
            {
                shown.Add(Line(lines[at], version, width));
            }
        }

        return shown;
    }

    /// <summary>One line of words with its marks turned into styles.</summary>
    public static IReadOnlyList<Span> Inline(string text, int version, TextStyles style = TextStyles.None)
    {
        var spans = new List<Span>();
        var at = 0;
        foreach (Match match in (version == 1 ? InlineOne() : InlineTwo()).Matches(text))
        {
            Add(spans, text[at..match.Index], style);
            spans.AddRange(Marked(match, version, style));
            at = match.Index + match.Length;
        }

        Add(spans, text[at..], style);
        return spans;
    }

    private static IEnumerable<Span> Marked(Match match, int version, TextStyles style)
    {
        if (match.Groups["bold"] is { Success: true } bold)
        {
            return Inline(bold.Value, version, style | TextStyles.Bold);
        }

        if (match.Groups["italic"] is { Success: true } italic)
        {
            return Inline(italic.Value, version, style | TextStyles.Italic);
        }

        if (match.Groups["font"] is { Success: true } font)
        {
            return Inline(font.Value, version, style | Colour(match.Groups["colour"].Value));
        }

        if (match.Groups["code"] is { Success: true } code)
        {
            return [new Span(code.Value, style | TextStyles.Code)];
        }

        if (match.Groups["user"] is { Success: true } user)
        {
            return [new Span("@" + user.Value, style | TextStyles.Link)];
        }

        var words = match.Groups["image"].Success ? $"[图片 {match.Groups["words"].Value}]" : match.Groups["words"].Value;
        return [.. Inline(words, version, style | TextStyles.Link), new Span($" ({match.Groups["url"].Value})", style | TextStyles.Grey)];
    }

    private static TextStyles Colour(string name) => name switch
    {
        "info" => TextStyles.Green,
        "comment" => TextStyles.Grey,
        "warning" => TextStyles.Orange,
        _ => TextStyles.None,
    };

    private static void Add(List<Span> spans, string text, TextStyles style)
    {
        if (text.Length > 0)
        {
            spans.Add(new Span(text, style));
        }
    }

    private static StyledLine Line(string text, int version, int width)
    {
        if (Heading().Match(text) is { Success: true } heading)
        {
            return new StyledLine(Inline(heading.Groups["words"].Value, version, TextStyles.Bold));
        }

        if (Quote().Match(text) is { Success: true } quote)
        {
            var depth = version == 1 ? 1 : quote.Groups["marks"].Value.Count(mark => mark == '>');
            var words = version == 1 ? text[1..].TrimStart(' ') : quote.Groups["words"].Value;
            return new StyledLine(Inline(words, version, TextStyles.Grey))
            {
                Prefix = new Span(string.Concat(Enumerable.Repeat(QuoteMark, depth)) + " ", TextStyles.Grey),
            };
        }

        if (version == 2 && Rule().IsMatch(text))
        {
            return StyledLine.Of(new string('─', width), TextStyles.Grey);
        }

        return version == 2 && ListItem().Match(text) is { Success: true } item ? Item(item) : new StyledLine(Inline(text, version));
    }

    private static StyledLine Item(Match item)
    {
        var mark = item.Groups["mark"].Value is "-" or "*" or "+" ? "•" : item.Groups["mark"].Value;
        var lead = item.Groups["indent"].Value.Replace("\t", "  ", StringComparison.Ordinal) + mark + " ";
        return new StyledLine([new Span(lead, TextStyles.None), .. Inline(item.Groups["words"].Value, 2)]) { Hanging = TextWidth.Of(lead) };
    }

    private static bool IsFence(string line) => line.TrimStart().StartsWith("```", StringComparison.Ordinal);

    /// <returns>The line that closes the block.</returns>
    private static int Fenced(string[] lines, int start, List<StyledLine> shown)
    {
        var at = start + 1;
        for (; at < lines.Length && !IsFence(lines[at]); at++)
        {
            shown.Add(StyledLine.Of(lines[at], TextStyles.Code) with { Prefix = new Span("  ", TextStyles.None) });
        }

        return at;
    }

    [GeneratedRegex("^#{1,6} +(?<words>.*)$")]
    private static partial Regex Heading();

    [GeneratedRegex("^(?<marks>>(?: ?>)*) *(?<words>.*)$")]
    private static partial Regex Quote();

    [GeneratedRegex(@"^ {0,3}(?:-{3,}|\*{3,}|_{3,}) *$")]
    private static partial Regex Rule();

    [GeneratedRegex(@"^(?<indent>[ \t]*)(?<mark>[-*+]|\d+\.) +(?<words>.*)$")]
    private static partial Regex ListItem();

    [GeneratedRegex(
        @"\*\*(?<bold>.+?)\*\*|`(?<code>[^`]+)`|<font color=""?(?<colour>\w+)""?>(?<font>.*?)</font>|<@(?<user>[^>]+)>|\[(?<words>[^\]]*)\]\((?<url>[^)\s]+)\)")]
    private static partial Regex InlineOne();

    [GeneratedRegex(
        @"\*\*(?<bold>.+?)\*\*|\*(?<italic>[^*\s][^*]*)\*|`(?<code>[^`]+)`|(?<image>!)?\[(?<words>[^\]]*)\]\((?<url>[^)\s]+)\)")]
    private static partial Regex InlineTwo();
}
