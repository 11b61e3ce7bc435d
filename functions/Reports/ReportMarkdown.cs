using System.Text;
using System.Text.RegularExpressions;

namespace StoreClaw.Reports;

/// <summary>Markdown that means nothing but what it says: every text in it is escaped.</summary>
internal sealed partial class ReportMarkdown
{
    private readonly StringBuilder _text = new();

    /// <summary>The title and the stores.</summary>
    public ReportMarkdown(Report report, string title)
    {
        _text.Append("# ").Append(Escape(title)).Append("\n\n");
        Paragraph($"Stores: {ReportTexts.Stores(report)}");
    }

    public ReportMarkdown Paragraph(string text) => Append($"{Escape(text)}\n\n");

    public ReportMarkdown Quote(string text) => Append($"> {Escape(text)}\n\n");

    /// <summary>The items under a title; nothing when there are none.</summary>
    public ReportMarkdown List(string title, IReadOnlyList<string> items) =>
        items.Count == 0 ? this : Append($"## {Escape(title)}\n\n{string.Concat(items.Select(static item => $"- {Escape(item)}\n"))}\n");

    /// <summary>The table under its title; nothing when it has no rows.</summary>
    public ReportMarkdown Table(ReportTable table)
    {
        if (table.Rows.Count == 0)
        {
            return this;
        }

        _text.Append("## ").Append(Escape(table.Title)).Append("\n\n");
        AppendRow(table.Columns.Select(Escape));
        AppendRow(table.Columns.Select((_, column) => column < table.Names ? "---" : "---:"));
        foreach (var row in table.Rows)
        {
            AppendRow(row.Select(Escape));
        }

        return Append("\n");
    }

    /// <summary>The whole, which ends with the footnote.</summary>
    public string End(string footnote) => Append($"{Escape(footnote)}\n")._text.ToString();

    private void AppendRow(IEnumerable<string> cells) => _text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");

    private ReportMarkdown Append(string text)
    {
        _text.Append(text);
        return this;
    }

    private static string Escape(string text) => Special().Replace(ReadableText.OneLine(text), static special => special.Value switch
    {
        "<" => "&lt;",
        "&" => "&amp;",
        var other => "\\" + other,
    });

    [GeneratedRegex(@"[\\`*_\[\]<>&|#~!]")]
    private static partial Regex Special();
}
