using System.Text;
using System.Text.RegularExpressions;

namespace StoreClaw.Reports.Sales;

internal static partial class SalesMarkdown
{
    public static string Render(SalesReport report)
    {
        var text = new StringBuilder();
        text.Append("# ").Append(Escape(SalesWords.English.Title(report))).Append("\n\n");
        text.Append("Stores: ").Append(Escape(SalesTables.Stores(report))).Append("\n\n");
        foreach (var warning in SalesTables.Warnings(report))
        {
            text.Append("> ").Append(Escape(warning)).Append("\n\n");
        }

        if (report.Totals.Count == 0)
        {
            text.Append(SalesWords.English.NothingSold).Append("\n\n");
        }

        if (report.Anomalies.Count > 0)
        {
            text.Append("## Unusual\n\n").AppendJoin("", report.Anomalies.Select(static anomaly => $"- {Escape(anomaly.Sentence)}\n")).Append('\n');
        }

        foreach (var table in SalesTables.Of(report).Append(SalesTables.Daily(report)).Where(static table => table.Rows.Count > 0))
        {
            Append(text, table);
        }

        return text.Append(Escape(SalesTables.Footnote(report))).Append('\n').ToString();
    }

    private static void Append(StringBuilder text, SalesTable table)
    {
        text.Append("## ").Append(Escape(table.Title)).Append("\n\n");
        AppendRow(text, table.Columns);
        AppendRow(text, [.. table.Columns.Select((_, column) => column < table.Names ? "---" : "---:")], escape: false);
        foreach (var row in table.Rows)
        {
            AppendRow(text, row);
        }

        text.Append('\n');
    }

    private static void AppendRow(StringBuilder text, IReadOnlyList<string> cells, bool escape = true) =>
        text.Append("| ").AppendJoin(" | ", cells.Select(cell => escape ? Escape(cell) : cell)).Append(" |\n");

    private static string Escape(string text) => Special().Replace(ReadableText.OneLine(text), static special => special.Value switch
    {
        "<" => "&lt;",
        "&" => "&amp;",
        var other => "\\" + other,
    });

    [GeneratedRegex(@"[\\`*_\[\]<>&|#~!]")]
    private static partial Regex Special();
}
