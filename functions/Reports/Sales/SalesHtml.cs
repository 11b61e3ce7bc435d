namespace StoreClaw.Reports.Sales;

internal static class SalesHtml
{
    public static string Render(SalesReport report) => ReportPage.Render(
        report, SalesWords.English.Title(report), SalesTables.Footnote(report), [Overview(report), .. SalesTables.Of(report).Select(ReportPage.Section), Daily(report)]);

    /// <summary>What stands above the tables.</summary>
    public static Html Overview(SalesReport report) => Html.Of(
    [
        Warnings(report),
        .. report.Totals.Select(total => Cards(report, total)),
        ReportPage.List("Unusual", report.Anomalies.Select(static anomaly => anomaly.Sentence)),
        .. report.Totals.Select(total => SalesChart.Render(report, total.Currency)),
    ]);

    private static Html Warnings(SalesReport report)
    {
        var warnings = SalesTables.Warnings(report).Select(static warning => Html.Of($"<p class=\"bad\">{warning}</p>\n")).ToList();
        return warnings.Count == 0 && report.Totals.Count == 0 ? Html.Of($"<p>{SalesWords.English.NothingSold}</p>") : Html.Of(warnings);
    }

    private static Html Cards(SalesReport report, SalesTotals total)
    {
        var words = SalesWords.English;
        return Html.Of(
            $"""
            <section class="cards" aria-label="Figures in {total.Currency}">
            {Card(report, words.Sales, Figures.Read(total.Gmv, total.Currency), total.Currency, static shift => shift.Gmv)}
            {Card(report, words.Orders, Figures.Read(total.Orders), total.Currency, static shift => shift.Orders)}
            {Card(report, words.AverageOrder, Figures.Read(total.AverageOrderValue, total.Currency), total.Currency, static shift => shift.AverageOrderValue)}
            </section>

            """);
    }

    private static Html Card(SalesReport report, string label, string value, string currency, Func<SalesShift, Shift> pick)
    {
        var changes = SalesMessage.Changes(report, currency, pick, SalesWords.English)
            .Select(static change => Html.Of($"<br/><span class=\"{(change.Percent < 0 ? "bad" : "good")}\">{SalesWords.English.Against(Figures.Arrow(change.Percent), change.What)}</span>"));
        return Html.Of($"<div class=\"card\"><span class=\"soft\">{label}</span><br/><b>{value}</b>{Html.Of(changes)}</div>");
    }

    public static Html Daily(SalesReport report) => report.Trend.Count == 0
        ? default
        : Html.Of($"<details><summary>Day by day</summary>\n{ReportPage.Table(SalesTables.Daily(report))}</details>");
}
