using System.Globalization;
using System.Text;

namespace StoreClaw.Sandbox.WeCom;

/// <summary>Shows the group's messages in a terminal the way a phone does: a bubble under the robot's name, as wide as a phone is.</summary>
/// <param name="output">Where messages go.</param>
/// <param name="colour">ANSI colours; off when the output is a file or a pipe.</param>
/// <param name="zone">The zone of the group's clocks.</param>
/// <param name="width">Columns of the whole box.</param>
public sealed class WeComTerminal(TextWriter output, bool colour, TimeZoneInfo zone, int width = 48)
{
    private const string Bar = "  ";

    private readonly Lock _lock = new();

    /// <summary>The process's own terminal; colours only when it is one and nobody said NO_COLOR.</summary>
    public static WeComTerminal ForConsole(TimeZoneInfo zone) => new(
        Console.Out, !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")), zone);

    public void Show(GroupMessage message)
    {
        var text = Render(message);
        lock (_lock)
        {
            output.Write(text);
            output.Flush();
        }
    }

    /// <returns>The box with a line end behind every line.</returns>
    public string Render(GroupMessage message)
    {
        var inner = width - 4;
        var box = new StringBuilder();
        var time = TimeZoneInfo.ConvertTime(message.SentAt, zone).ToString("MM-dd HH:mm", CultureInfo.InvariantCulture);
        Edge(box, '┌', Clean(message.Robot), time, '┐');
        foreach (var line in Body(message.Content, inner).SelectMany(line => line.Wrap(inner)))
        {
            box.Append("│ ");
            line.Write(box, colour);
            box.Append(' ', Math.Max(0, inner - line.Width)).Append(" │\n");
        }

        Edge(box, '└', "", "", '┘');
        return box.ToString();
    }

    private void Edge(StringBuilder box, char left, string title, string time, char right)
    {
        title = title.Length == 0 ? "" : $" {title} ";
        time = time.Length == 0 ? "" : $" {time} ";
        var room = width - 4 - TextWidth.Of(title) - TextWidth.Of(time);
        box.Append(left).Append('─').Append(title).Append('─', Math.Max(0, room)).Append(time).Append('─').Append(right).Append('\n');
    }

    private static IEnumerable<StyledLine> Body(GroupContent content, int inner) => content switch
    {
        TextContent text => Text(text),
        MarkdownContent markdown => WeComMarkdown.Lines(Clean(markdown.Source), markdown.Version, inner),
        ImageContent image => [StyledLine.Of($"[图片 {image.Format}, {Size(image.Bytes.Length)}]", TextStyles.Link)],
        FileContent file => [StyledLine.Of($"[{(file.Kind == "voice" ? "语音" : "文件")}] {Clean(file.Name)}  {Size(file.Length)}", TextStyles.Link)],
        NewsContent news => news.Articles.SelectMany((article, index) => Article(article, index, inner)),
        CardContent card => Card(card, inner),
        _ => [],
    };

    private static IEnumerable<StyledLine> Text(TextContent text)
    {
        var lines = Clean(text.Words).Split('\n').Select(line => StyledLine.Of(line));
        return text.Mentioned.Count == 0
            ? lines
            : [.. lines, StyledLine.Of(string.Join(' ', text.Mentioned.Select(who => "@" + (who == "@all" ? "所有人" : Clean(who)))), TextStyles.Link)];
    }

    private static List<StyledLine> Article(NewsArticle article, int index, int inner)
    {
        var lines = new List<StyledLine>();
        if (index > 0)
        {
            lines.Add(Rule(inner));
        }

        if (article.PictureUrl is { Length: > 0 } picture)
        {
            lines.Add(StyledLine.Of($"[图片] {Clean(picture)}", TextStyles.Grey));
        }

        lines.Add(StyledLine.Of(Clean(article.Title), TextStyles.Bold));
        lines.AddRange(Words(article.Description, TextStyles.Grey));
        lines.Add(StyledLine.Of($"({Clean(article.Url)})", TextStyles.Grey));
        return lines;
    }

    private static List<StyledLine> Card(CardContent card, int inner)
    {
        List<StyledLine> lines =
        [
            .. Words(card.Source, TextStyles.Grey),
            .. card.ImageUrl is null ? [] : Words($"[图片] {card.ImageUrl}", TextStyles.Grey),
            .. Words(card.Title, TextStyles.Bold),
            .. Words(card.Description, TextStyles.Grey),
            .. card.Emphasis is null ? [] : Words(card.Emphasis.Name, TextStyles.Bold | TextStyles.Orange).Concat(Words(card.Emphasis.Value, TextStyles.Grey)),
            .. Quoted(card.Quote),
            .. card.ImageText is null ? [] : Words(card.ImageText.Name, TextStyles.Bold).Concat(Words(card.ImageText.Value, TextStyles.None)),
            .. card.Paragraphs.SelectMany(part => Words(part.Name, TextStyles.Bold).Concat(Words(part.Value, TextStyles.None))),
            .. Words(card.SubTitle, TextStyles.None),
            .. Rows(card.Rows),
        ];
        if (card.Jumps.Count > 0)
        {
            lines.Add(Rule(inner));
            lines.AddRange(card.Jumps.SelectMany(jump => Words(jump.Url is null ? $"› {jump.Name}" : $"› {jump.Name} ({jump.Url})", TextStyles.Link)));
        }

        if (card.ActionUrl is not null)
        {
            lines.Add(Rule(inner));
            lines.AddRange(Words($"({card.ActionUrl})", TextStyles.Grey));
        }

        return lines;
    }

    private static IEnumerable<StyledLine> Quoted(CardRow? quote) => quote is null
        ? []
        : Words(quote.Name, TextStyles.None).Concat(Words(quote.Value, TextStyles.Grey)).Select(line => line with { Prefix = new Span("▎ ", TextStyles.Grey) });

    private static IEnumerable<StyledLine> Rows(IReadOnlyList<CardRow> rows)
    {
        var column = rows.Count == 0 ? 0 : rows.Max(row => TextWidth.Of(row.Name));
        return rows.Select(row =>
        {
            var label = Clean(row.Name) + new string(' ', column - TextWidth.Of(row.Name)) + Bar;
            var value = row.Url is null ? row.Value ?? "" : $"{row.Value} ({row.Url})";
            return new StyledLine([new Span(label, TextStyles.Grey), new Span(Clean(value), TextStyles.None)]) { Hanging = TextWidth.Of(label) };
        });
    }

    private static IEnumerable<StyledLine> Words(string? text, TextStyles style) =>
        string.IsNullOrEmpty(text) ? [] : Clean(text).Split('\n').Select(line => StyledLine.Of(line, style));

    private static StyledLine Rule(int inner) => StyledLine.Of(new string('─', inner), TextStyles.Grey);

    private static string Size(long bytes) => bytes < 1024 ? $"{bytes} B" : $"{Math.Max(1, bytes / 1024)} KB";

    /// <summary>A message must not be able to steer the terminal: control characters but the line end are dropped.</summary>
    private static string Clean(string text) =>
        new([.. text.ReplaceLineEndings("\n").Replace("\t", "    ", StringComparison.Ordinal).Where(letter => letter == '\n' || !char.IsControl(letter))]);
}
