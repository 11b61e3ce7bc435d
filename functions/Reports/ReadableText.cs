using System.Globalization;
using System.Text;

namespace StoreClaw.Reports;

/// <summary>Makes text from a shop fit to stand in a line.</summary>
public static class ReadableText
{
    private const string Ellipsis = "…";

    /// <summary>The text on one line in at most so many UTF-8 bytes, cut between characters as people see them.</summary>
    public static string Cut(string text, int bytes)
    {
        var line = OneLine(text);
        if (Encoding.UTF8.GetByteCount(line) <= bytes)
        {
            return line;
        }

        var left = bytes - Encoding.UTF8.GetByteCount(Ellipsis);
        var kept = new StringBuilder();
        for (var elements = StringInfo.GetTextElementEnumerator(line); elements.MoveNext();)
        {
            var element = elements.GetTextElement();
            if ((left -= Encoding.UTF8.GetByteCount(element)) < 0)
            {
                break;
            }

            kept.Append(element);
        }

        return kept.ToString().TrimEnd() + Ellipsis;
    }

    /// <summary>Control characters and line breaks become spaces, lone surrogates the replacement character.</summary>
    public static string OneLine(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            var plain = Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator ? new Rune(' ') : rune;
            line.Append(plain.ToString());
        }

        return line.ToString().Trim();
    }
}
