using System.Globalization;
using System.Text;

namespace StoreClaw.Sandbox.WeCom;

/// <summary>Columns that text takes in a terminal: two for East Asian wide characters and emoji, none for marks that combine.</summary>
internal static class TextWidth
{
    private static readonly (int First, int Last)[] Wide =
    [
        (0x1100, 0x115F), (0x231A, 0x231B), (0x23E9, 0x23EC), (0x2614, 0x2615), (0x26A1, 0x26A1), (0x2705, 0x2705), (0x274C, 0x274C), (0x2753, 0x2757),
        (0x2795, 0x2797), (0x2B50, 0x2B50), (0x2B55, 0x2B55), (0x2E80, 0x303E), (0x3041, 0x33FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA000, 0xA4CF),
        (0xA960, 0xA97C), (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0xFE30, 0xFE6F), (0xFF00, 0xFF60), (0xFFE0, 0xFFE6), (0x1F1E6, 0x1F1FF), (0x1F300, 0x1F64F),
        (0x1F680, 0x1F6FF), (0x1F7E0, 0x1F7EB), (0x1F900, 0x1F9FF), (0x1FA70, 0x1FAFF), (0x20000, 0x3FFFD),
    ];

    public static int Of(string text) => Elements(text).Sum(element => element.Width);

    /// <summary>What a reader sees as characters, each with its columns.</summary>
    public static IEnumerable<(string Text, int Width)> Elements(string text)
    {
        var elements = StringInfo.GetTextElementEnumerator(text);
        while (elements.MoveNext())
        {
            var element = elements.GetTextElement();
            yield return (element, OfElement(element));
        }
    }

    private static int OfElement(string element)
    {
        // A variation selector asks for the picture form, which is wide (⚠ + FE0F).
        var widest = element.EnumerateRunes().Max(OfRune);
        return element.Contains('\uFE0F', StringComparison.Ordinal) ? 2 : widest;
    }

    private static int OfRune(Rune rune)
    {
        if (Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format or UnicodeCategory.Control)
        {
            return 0;
        }

        return Array.Exists(Wide, range => rune.Value >= range.First && rune.Value <= range.Last) ? 2 : 1;
    }
}
