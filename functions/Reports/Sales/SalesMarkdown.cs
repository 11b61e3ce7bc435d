namespace StoreClaw.Reports.Sales;

internal static class SalesMarkdown
{
    public static string Render(SalesReport report)
    {
        var text = Start(report, SalesWords.English.Title(report));
        foreach (var table in SalesTables.Of(report).Append(SalesTables.Daily(report)))
        {
            text.Table(table);
        }

        return text.End(SalesTables.Footnote(report));
    }

    /// <summary>What stands above the tables.</summary>
    public static ReportMarkdown Start(SalesReport report, string title)
    {
        var text = new ReportMarkdown(report, title);
        foreach (var warning in SalesTables.Warnings(report))
        {
            text.Quote(warning);
        }

        if (report.Totals.Count == 0)
        {
            text.Paragraph(SalesWords.English.NothingSold);
        }

        return text.List("Unusual", [.. report.Anomalies.Select(static anomaly => anomaly.Sentence)]);
    }
}
