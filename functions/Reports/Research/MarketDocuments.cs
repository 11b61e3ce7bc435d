namespace StoreClaw.Reports.Research;

/// <summary>The whole report as a page and as Markdown, in English.</summary>
internal static class MarketDocuments
{
    private const string MissingTitle = "Not in this report";

    public static string Html(MarketReport report) => ReportPage.Render(
        report,
        MarketWords.English.Title(report),
        MarketTables.Footnote(report),
        [.. MarketTables.Of(report).Select(ReportPage.Section), ReportPage.List(MissingTitle, MarketTables.Missing(report))]);

    public static string Markdown(MarketReport report)
    {
        var text = new ReportMarkdown(report, MarketWords.English.Title(report));
        foreach (var table in MarketTables.Of(report))
        {
            text.Table(table);
        }

        return text.List(MissingTitle, MarketTables.Missing(report)).End(MarketTables.Footnote(report));
    }
}
