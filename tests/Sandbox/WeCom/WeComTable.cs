using System.Text.RegularExpressions;

namespace StoreClaw.Sandbox.WeCom;

/// <summary>A markdown_v2 table set into a fixed width: the widest columns give way first and their cells break into lines.</summary>
internal static partial class WeComTable
{
    private const int NarrowestColumn = 4;
    private const string Gap = " │ ";

    private enum Side
    {
        Left,
        Right,
        Centre,
    }

    public static bool StartsAt(string[] lines, int at) =>
        at + 1 < lines.Length && lines[at].Contains('|', StringComparison.Ordinal) && Delimiter().IsMatch(lines[at + 1]);

    public static IEnumerable<StyledLine> Lines(string[] source, int width)
    {
        var sides = Cells(source[1]).Select(SideOf).ToArray();
        var rows = source.Where((_, index) => index != 1).Select((line, index) => Row(line, sides.Length, index == 0)).ToArray();
        var columns = Fit([.. Enumerable.Range(0, sides.Length).Select(column => rows.Max(row => row[column].Width))], width);
        for (var index = 0; index < rows.Length; index++)
        {
            foreach (var line in Set(rows[index], columns, sides))
            {
                yield return line;
            }

            if (index == 0)
            {
                yield return StyledLine.Of(string.Join("─┼─", columns.Select(column => new string('─', column))), TextStyles.Grey);
            }
        }
    }

    private static StyledLine[] Row(string line, int columns, bool heading) =>
    [
        .. Cells(line).Concat(Enumerable.Repeat("", columns)).Take(columns)
            .Select(cell => new StyledLine(WeComMarkdown.Inline(cell, 2, heading ? TextStyles.Bold : TextStyles.None))),
    ];

    private static int[] Fit(int[] columns, int width)
    {
        var room = width - (Gap.Length * (columns.Length - 1));
        while (columns.Sum() > room && columns.Max() > NarrowestColumn)
        {
            columns[Array.IndexOf(columns, columns.Max())]--;
        }

        return columns;
    }

    private static IEnumerable<StyledLine> Set(StyledLine[] row, int[] columns, Side[] sides)
    {
        var cells = row.Select((cell, column) => cell.Wrap(columns[column]).ToArray()).ToArray();
        for (var line = 0; line < cells.Max(cell => cell.Length); line++)
        {
            var spans = new List<Span>();
            for (var column = 0; column < cells.Length; column++)
            {
                var cell = line < cells[column].Length ? cells[column][line] : StyledLine.Empty;
                spans.AddRange(Pad(cell, columns[column], sides[column]));
                if (column < cells.Length - 1)
                {
                    spans.Add(new Span(Gap, TextStyles.Grey));
                }
            }

            yield return new StyledLine(spans);
        }
    }

    private static IEnumerable<Span> Pad(StyledLine cell, int width, Side side)
    {
        var free = Math.Max(0, width - cell.Width);
        var before = side switch
        {
            Side.Right => free,
            Side.Centre => free / 2,
            _ => 0,
        };
        return [Blank(before), .. cell.Spans, Blank(free - before)];
    }

    private static Span Blank(int width) => new(new string(' ', width), TextStyles.None);

    private static Side SideOf(string delimiter) => (delimiter.StartsWith(':'), delimiter.EndsWith(':')) switch
    {
        (true, true) => Side.Centre,
        (false, true) => Side.Right,
        _ => Side.Left,
    };

    private static IEnumerable<string> Cells(string line)
    {
        var inner = line.Trim();
        inner = inner.StartsWith('|') ? inner[1..] : inner;
        inner = inner.EndsWith('|') && !inner.EndsWith("\\|", StringComparison.Ordinal) ? inner[..^1] : inner;
        return CellBorder().Split(inner).Select(cell => cell.Trim().Replace("\\|", "|", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^ *\|? *:?-+:? *(?:\| *:?-+:? *)*\|? *$")]
    private static partial Regex Delimiter();

    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex CellBorder();
}
