namespace StoreClaw.Reports.StockSync;

/// <summary>The whole report as a page and as Markdown, in English.</summary>
internal static class StockSyncDocuments
{
    private const string SkippedTitle = "Left as they are";

    public static string Html(StockSyncReport report) => ReportPage.Render(
        report,
        StockSyncWords.English.Title(report),
        Footnote(report),
        [
            StoreClaw.Reports.Html.Of($"<p>{Summary(report)}</p>\n"),
            .. report.Proposals.Count > 0 ? [ReportPage.Section(Proposals(report))] : Array.Empty<Html>(),
            .. report.Skipped.Count > 0 ? [ReportPage.Section(Skipped(report))] : Array.Empty<Html>(),
        ]);

    public static string Markdown(StockSyncReport report) => new ReportMarkdown(report, StockSyncWords.English.Title(report))
        .Paragraph(Summary(report))
        .Table(Proposals(report))
        .Table(Skipped(report))
        .End(Footnote(report));

    private static string Summary(StockSyncReport report) =>
        $"{StockSyncWords.English.Compared(report)} {StockSyncWords.English.Rule(report)}{(report.Left > 0 ? $" {StockSyncWords.English.Left(report.Left)}" : "")}";

    private static string Footnote(StockSyncReport report) =>
        $"Made {ReportTexts.Time(report.GeneratedAt)} from the stock as it was last read or told of. Nothing is changed without an approval; a level that has changed by then is left alone where the platform tells.";

    private static ReportTable Proposals(StockSyncReport report) => new(
        "Proposed changes",
        ["SKU", "Article", "Store", "Location", "Source", "Source has", "Now", "Then"],
        5,
        [.. report.Proposals.Select(proposal => (IReadOnlyList<string>)
        [
            proposal.Sku, proposal.Title, Store(report, proposal.Connection), proposal.Location, Store(report, proposal.SourceConnection),
            Figures.Read(proposal.SourceLevel), Figures.Read(proposal.From), Figures.Read(proposal.To),
        ])]);

    private static ReportTable Skipped(StockSyncReport report) => new(
        SkippedTitle,
        ["SKU", "Store", "Why"],
        3,
        [.. report.Skipped.Select(skipped => (IReadOnlyList<string>)[skipped.Sku.Length > 0 ? skipped.Sku : "all", Store(report, skipped.Connection), StockSyncWords.English.Why(skipped.Reason)])]);

    private static string Store(StockSyncReport report, string connection) => report.Stores.First(store => store.Connection == connection).Name;
}
