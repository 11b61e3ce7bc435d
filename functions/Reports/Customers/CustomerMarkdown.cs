namespace StoreClaw.Reports.Customers;

internal static class CustomerMarkdown
{
    public static string Render(CustomerSummary report)
    {
        var text = new ReportMarkdown(report, CustomerWords.English.Title(report));
        foreach (var warning in CustomerTables.Warnings(report))
        {
            text.Quote(warning);
        }

        if (report.Customers.Active == 0)
        {
            text.Paragraph(CustomerWords.English.Nobody(report.Parameters.LookBackDays));
        }

        text.List("To do", [.. CustomerMessage.ToDo(report, CustomerWords.English).Select(static todo => todo.Text)]);
        foreach (var table in CustomerTables.Of(report))
        {
            text.Table(table);
        }

        return text.End(CustomerTables.Footnote(report));
    }
}
