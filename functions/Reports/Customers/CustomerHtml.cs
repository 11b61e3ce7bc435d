namespace StoreClaw.Reports.Customers;

internal static class CustomerHtml
{
    public static string Render(CustomerSummary report) => ReportPage.Render(
        report,
        CustomerWords.English.Title(report),
        CustomerTables.Footnote(report),
        [
            .. CustomerTables.Warnings(report).Select(static warning => Html.Of($"<p class=\"bad\">{warning}</p>\n")),
            Cards(report),
            ReportPage.List("To do", CustomerMessage.ToDo(report, CustomerWords.English).Select(static todo => todo.Text)),
            CustomerChart.Render(report),
            .. CustomerTables.Of(report).Where(static table => table.Rows.Count > 0).Select(ReportPage.Section),
        ]);

    private static Html Cards(CustomerSummary report)
    {
        var (words, customers, days) = (CustomerWords.English, report.Customers, report.Parameters.LookBackDays);
        return customers.Active == 0
            ? Html.Of($"<p>{words.Nobody(days)}</p>\n")
            : Html.Of(
                $"""
                <section class="cards" aria-label="Customers">
                {Card(words.New, Figures.Read(customers.New), words.Known(customers.Total))}
                {Card(words.Returning, Figures.Read(customers.Returning), "ordered before the period too")}
                {Card(words.RepeatRate, CustomerWords.Percent(customers.RepeatRate), words.Of(customers.Active, days))}
                </section>

                """);
    }

    private static Html Card(string label, string value, string note) =>
        Html.Of($"<div class=\"card\"><span class=\"soft\">{label}</span><br/><b>{value}</b><br/><span class=\"soft\">{note}</span></div>");
}
