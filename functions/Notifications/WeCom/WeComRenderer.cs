using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace StoreClaw.Notifications.WeCom;

/// <summary>
/// A message as WeCom's markdown (first version: headings, bold, links, quotes, three font colours) in parts within its limit. Cuts are made at line ends,
/// and within a line only where it alone is too long; never inside a character, a link or a font pair. WeCom knows no escapes, so what would be
/// markup in a text is written with its full-width twin.
/// </summary>
internal static partial class WeComRenderer
{
    /// <summary>Bytes kept for the mark of a repeat.</summary>
    private const int MarkRoom = 64;

    /// <summary>Bytes kept for " (99999/99999)".</summary>
    private const int NumberRoom = 16;

    private const int TitleLimit = 160;

    /// <summary>A reader's character that takes more bytes than this is cut between its code points.</summary>
    private const int LongestElement = 64;

    public static IReadOnlyList<string> Render(ChannelMessage message) => Render(message, WeComMarkdown.Limit - MarkRoom);

    /// <param name="limit">UTF-8 bytes of a part; at least 512.</param>
    public static IReadOnlyList<string> Render(ChannelMessage message, int limit)
    {
        var full = Clean(message.Title).Replace('\n', ' ').Trim();
        var title = full.Length == 0 ? "StoreClaw" : Cut(full, TitleLimit);
        var header = "# " + Escape(title);
        var room = limit - Bytes(header) - NumberRoom - 1;
        IEnumerable<MessageLine> lines = title == full || full.Length == 0 ? message.Lines : [MessageLine.Text(new Span(full, Bold: true)), .. message.Lines];
        var bodies = Pack([.. lines.SelectMany(Unfold).SelectMany(line => Fit(line, room))], room);
        return bodies.Count switch
        {
            0 => [header],
            1 => [$"{header}\n{bodies[0]}"],
            _ => [.. bodies.Select((body, index) => string.Create(CultureInfo.InvariantCulture, $"{header} ({index + 1}/{bodies.Count})\n{body}"))],
        };
    }

    /// <summary>A rendered part as plain text, in pieces within the limit of text messages.</summary>
    public static IReadOnlyList<string> ToPlain(string part)
    {
        var room = WeComText.Limit - MarkRoom;
        var text = Link().Replace(Tag().Replace(LineMark().Replace(part, ""), ""), "$1 $2");
        return Pack([.. text.Split('\n').SelectMany(line => Slice(line, room))], room);
    }

    /// <summary>Text that is text to WeCom, whatever it says; one character stays one character.</summary>
    internal static string Escape(string text) => string.Create(text.Length, text, static (escaped, original) =>
    {
        for (var at = 0; at < escaped.Length; at++)
        {
            escaped[at] = original[at] switch
            {
                '<' => '＜',
                '`' => '｀',
                '[' => '［',
                ']' => '］',
                '|' => '｜',
                '*' => '＊',
                var plain => plain,
            };
        }
    });

    /// <summary>Valid text with \n as the only control character.</summary>
    internal static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.ReplaceLineEndings("\n").EnumerateRunes())
        {
            if (rune.Value is '\n' or '\t' || !Rune.IsControl(rune))
            {
                clean.Append(rune.Value == '\t' ? " " : rune.ToString());
            }
        }

        return clean.ToString();
    }

    private static int Bytes(string text) => Encoding.UTF8.GetByteCount(text);

    /// <summary>A line whose texts hold line ends as the lines it really is.</summary>
    private static IEnumerable<MessageLine> Unfold(MessageLine line)
    {
        var spans = new List<Span>();
        foreach (var given in line.Spans)
        {
            var span = given.Url is null or { IsAbsoluteUri: true, Scheme: "http" or "https" } ? given : AsText(given);
            var texts = span.Url is null ? Clean(span.Text).Split('\n') : [Clean(span.Text).Replace('\n', ' ')];
            foreach (var (index, text) in texts.Index())
            {
                if (index > 0)
                {
                    yield return line with { Spans = spans };
                    spans = [];
                }

                spans.Add(span with { Text = text });
            }
        }

        yield return line with { Spans = spans };
    }

    private static IEnumerable<string> Fit(MessageLine line, int room)
    {
        var mark = line.Kind switch
        {
            LineKind.Heading => "### ",
            LineKind.Quote => "> ",
            _ => "",
        };
        // Two bytes more: a # or > at the front becomes its three-byte twin.
        return Break(Merge(line.Spans), room - mark.Length - 2).Select(piece => mark + Front(string.Concat(piece.Select(Markup))));
    }

    /// <summary>Neighbours that look the same become one, since WeCom's bold has no answer to ****.</summary>
    private static List<Span> Merge(IEnumerable<Span> spans)
    {
        var merged = new List<Span>();
        foreach (var span in spans.Where(static span => span.Text.Length > 0 || span.Url is not null))
        {
            if (span.Url is null && merged is [.., { Url: null } last] && last.Tone == span.Tone && last.Bold == span.Bold)
            {
                merged[^1] = last with { Text = last.Text + span.Text };
            }
            else
            {
                merged.Add(span);
            }
        }

        return merged;
    }

    private static IEnumerable<List<Span>> Break(IEnumerable<Span> spans, int room)
    {
        var piece = new List<Span>();
        var left = room;
        foreach (var span in spans.SelectMany(span => Whole(span, room) ? [span] : Elements(AsText(span))))
        {
            var same = piece is [.., { Url: null } last] && span.Url is null && last.Tone == span.Tone && last.Bold == span.Bold;
            var cost = same ? Bytes(Escape(span.Text)) : Cost(span);
            if (cost > left && piece.Count > 0)
            {
                yield return piece;
                (piece, left, same, cost) = ([], room, false, Cost(span));
            }

            left -= cost;
            if (same)
            {
                piece[^1] = piece[^1] with { Text = piece[^1].Text + span.Text };
            }
            else
            {
                piece.Add(span);
            }
        }

        yield return piece;
    }

    private static bool Whole(Span span, int room) => Cost(span) <= (span.Url is null ? room / 2 : room);

    /// <summary>Bytes of the span standing alone.</summary>
    private static int Cost(Span span) => span.Url is null ? Bytes(Style(span, "")) + Bytes(Escape(span.Text)) : Bytes(Markup(span));

    /// <summary>A link that cannot be one, with its address to read.</summary>
    private static Span AsText(Span span) => span.Url is { } url ? span with { Text = Clean($"{span.Text} {url.OriginalString}").Replace('\n', ' '), Url = null } : span;

    private static IEnumerable<Span> Elements(Span span) => Letters(span.Text).Select(letter => span with { Text = letter });

    private static IEnumerable<string> Letters(string text)
    {
        var elements = StringInfo.GetTextElementEnumerator(text);
        while (elements.MoveNext())
        {
            var element = elements.GetTextElement();
            foreach (var letter in Bytes(element) <= LongestElement ? [element] : element.EnumerateRunes().Select(static rune => rune.ToString()))
            {
                yield return letter;
            }
        }
    }

    private static string Cut(string text, int limit)
    {
        if (Bytes(Escape(text)) <= limit)
        {
            return text;
        }

        var kept = new StringBuilder();
        var left = limit - Bytes("…");
        foreach (var letter in Letters(text))
        {
            left -= Bytes(Escape(letter));
            if (left < 0)
            {
                break;
            }

            kept.Append(letter);
        }

        return kept.Append('…').ToString();
    }

    private static IEnumerable<string> Slice(string line, int room)
    {
        var piece = new StringBuilder();
        var left = room;
        foreach (var letter in Letters(line))
        {
            if (Bytes(letter) > left)
            {
                yield return piece.ToString();
                piece.Clear();
                left = room;
            }

            piece.Append(letter);
            left -= Bytes(letter);
        }

        yield return piece.ToString();
    }

    private static List<string> Pack(IReadOnlyList<string> lines, int room)
    {
        var parts = new List<string>();
        var part = new StringBuilder();
        var used = 0;
        foreach (var line in lines)
        {
            if (used > 0 && used + 1 + Bytes(line) > room)
            {
                parts.Add(part.ToString());
                part.Clear();
                used = 0;
            }

            part.Append(used > 0 ? "\n" : "").Append(line);
            used += (used > 0 ? 1 : 0) + Bytes(line);
        }

        if (!string.IsNullOrWhiteSpace(part.ToString()))
        {
            parts.Add(part.ToString());
        }

        return parts;
    }

    private static string Markup(Span span)
    {
        var text = Escape(span.Text);
        if (span.Url is { } url)
        {
            text = $"[{(string.IsNullOrWhiteSpace(text) ? Escape(url.Host) : text)}]({Address(url)})";
        }

        return string.IsNullOrWhiteSpace(text) ? text : Style(span, text);
    }

    private static string Style(Span span, string text)
    {
        text = span.Bold ? $"**{text}**" : text;
        return span.Tone switch
        {
            Tone.Good => $"<font color=\"info\">{text}</font>",
            Tone.Muted => $"<font color=\"comment\">{text}</font>",
            Tone.Bad => $"<font color=\"warning\">{text}</font>",
            _ => text,
        };
    }

    /// <summary>The address without what would end the link or start bold.</summary>
    private static string Address(Uri url) => url.AbsoluteUri
        .Replace("(", "%28", StringComparison.Ordinal)
        .Replace(")", "%29", StringComparison.Ordinal)
        .Replace("*", "%2A", StringComparison.Ordinal);

    /// <summary>A line must not become a heading or a quote by how its text starts.</summary>
    private static string Front(string line)
    {
        var text = line.TrimStart();
        return text switch
        {
            ['#', ..] => $"＃{text[1..]}",
            ['>', ..] => $"＞{text[1..]}",
            _ => line,
        };
    }

    [GeneratedRegex("^(#{1,6}|>) ", RegexOptions.Multiline)]
    private static partial Regex LineMark();

    [GeneratedRegex("</?font[^>]*>|\\*\\*")]
    private static partial Regex Tag();

    [GeneratedRegex(@"\[([^\]]*)\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
