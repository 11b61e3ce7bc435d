using StoreClaw.Reports.Sales;

namespace StoreClaw.Reports.Business;

/// <summary>The review as a whole, as a page and as Markdown.</summary>
internal static class BusinessPage
{
    public static string Html(BusinessReport report) => ReportPage.Render(
        report,
        BusinessWords.English.Title(report),
        Footnote(report),
        [SalesHtml.Overview(report), .. Tables(report).Select(ReportPage.Section), SalesHtml.Daily(report)]);

    public static string Markdown(BusinessReport report)
    {
        var text = SalesMarkdown.Start(report, BusinessWords.English.Title(report));
        foreach (var table in Tables(report).Append(SalesTables.Daily(report)))
        {
            text.Table(table);
        }

        return text.End(Footnote(report));
    }

    private static IEnumerable<ReportTable> Tables(BusinessReport report)
    {
        ReportTable[] own =
        [
            Movers("Moved up", report.Movers.Up),
            Movers("Moved down", report.Movers.Down),
            new(
                "Refunds and cancellations by product",
                ["SKU", "Product", "Currency", "Refunds", "Units cancelled", "Units sold"],
                3,
                [.. report.Returns.Select(static row => (IReadOnlyList<string>)[row.Sku, row.Title, row.Currency, Figures.Amount(row.Refunds), Figures.Read(row.CancelledUnits), Figures.Read(row.Units)])]),
            new(
                "By store",
                ["Store", "Currency", "Sales", "Change", "Orders", "Average order", "Cancelled", "Refunds"],
                2,
                [.. report.ByStore.Select(row => (IReadOnlyList<string>)
                [
                    NameOf(report, row.Connection), row.Currency, Figures.Amount(row.Gmv), Percent(row.Change), Figures.Read(row.Orders), Figures.Amount(row.AverageOrderValue), Figures.Read(row.CancelledOrders), Figures.Amount(row.Refunds),
                ])]),
        ];
        return SalesTables.Of(report).Concat(own.Where(static table => table.Rows.Count > 0));
    }

    public static string NameOf(BusinessReport report, string connection) => report.Stores.First(store => store.Connection == connection).Name;

    private static ReportTable Movers(string title, IReadOnlyList<Mover> movers) => new(
        title,
        ["SKU", "Product", "Currency", "Revenue", "Before", "Change", "%"],
        3,
        [.. movers.Select(static mover => (IReadOnlyList<string>)
        [
            mover.Sku, mover.Title, mover.Currency, Figures.Amount(mover.Revenue), Figures.Amount(mover.Change.Before), (mover.Change.Change > 0 ? "+" : "") + Figures.Amount(mover.Change.Change), Percent(mover.Change),
        ])]);

    private static string Percent(Shift? shift) => shift?.Percent is { } percent ? Figures.Arrow(percent) : "–";

    private static string Footnote(BusinessReport report) => $"{SalesTables.Footnote(report)} A refund is shared out over its order's articles by their revenue.";
}
