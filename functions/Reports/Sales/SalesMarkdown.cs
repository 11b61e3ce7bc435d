namespace StoreClaw.Reports.Sales;

internal static class SalesMarkdown
{
    public static string Render(SalesReport report)
    {
        var text = new ReportMarkdown(report, SalesWords.English.Title(report));
        foreach (var warning in SalesTables.Warnings(report))
        {
            text.Quote(warning);
        }

        if (report.Totals.Count == 0)
        {
            text.Paragraph(SalesWords.English.NothingSold);
        }

        text.List("Unusual", [.. report.Anomalies.Select(static anomaly => anomaly.Sentence)]);
        foreach (var table in SalesTables.Of(report).Append(SalesTables.Daily(report)))
        {
            text.Table(table);
        }

        return text.End(SalesTables.Footnote(report));
    }
}
