using System.Globalization;
using StoreClaw.Reports.Sales;

namespace StoreClaw.Reports.Inventory;

/// <summary>The review as a whole, as a page and as Markdown.</summary>
internal static class InventoryPage
{
    // A page is read by people; the JSON has all rows.
    private const int MostRows = 300;
    private const string None = "–";
    private const string OrderColumn = "Order";

    private static readonly (string Title, StockStatus[] Statuses)[] Sections =
    [
        ("Out of stock and to order", [StockStatus.Out, StockStatus.Restock]),
        ("Too much in stock", [StockStatus.Overstock]),
        ($"Not sold for {DemandForecaster.HistoryDays} days", [StockStatus.Dead]),
        ("Enough in stock", [StockStatus.Ok]),
    ];

    public static string Html(InventoryReport report) => ReportPage.Render(
        report,
        InventoryWords.English.Title(report),
        Footnote(report),
        [
            .. Warnings(report).Select(static warning => Reports.Html.Of($"<p class=\"bad\">{warning}</p>\n")),
            Cards(report.Counts),
            InventoryChart.Render(report),
            .. Tables(report).Select(ReportPage.Section),
            .. Left(report).Select(static text => Reports.Html.Of($"<p class=\"soft\">{text}</p>\n")),
        ]);

    public static string Markdown(InventoryReport report)
    {
        var text = new ReportMarkdown(report, InventoryWords.English.Title(report));
        foreach (var warning in Warnings(report))
        {
            text.Quote(warning);
        }

        text.Paragraph(InventoryWords.English.Summary(report.Counts));
        foreach (var table in Tables(report))
        {
            text.Table(table);
        }

        foreach (var left in Left(report))
        {
            text.Paragraph(left);
        }

        return text.End(Footnote(report));
    }

    private static IEnumerable<string> Warnings(InventoryReport report) => InventoryMessage.Warnings(report, InventoryWords.English, static name => name);

    private static Html Cards(StockCounts counts) => Reports.Html.Of(
        $"""
        <section class="cards" aria-label="Articles by state">
        {Card("Out of stock", counts.Out, "")}
        {Card("To order", counts.Restock, $"{Figures.Read(counts.RestockUnits)} units, of what is out too")}
        {Card("Too much", counts.Overstock, $"{Figures.Read(counts.OverstockUnits)} units beyond need")}
        {Card("Not selling", counts.Dead, $"{Figures.Read(counts.DeadUnits)} units")}
        </section>

        """);

    private static Html Card(string label, int rows, string more) => Reports.Html.Of($"<div class=\"card\"><span class=\"soft\">{label}</span><br/><b>{Figures.Read(rows)}</b><br/><span class=\"soft\">{more}</span></div>");

    private static IEnumerable<ReportTable> Tables(InventoryReport report) => Sections
        .Select(section => Table(report, section.Title, [.. report.Items.Where(item => section.Statuses.Contains(item.Status))]))
        .Where(static table => table.Rows.Count > 0);

    private static ReportTable Table(InventoryReport report, string title, List<StockItem> items)
    {
        var (stores, places) = (report.Stores.Count > 1, report.Items.Any(static item => item.Location is not null));
        List<(string Name, bool Shown, Func<StockItem, string> Read)> columns =
        [
            ("SKU", true, static item => item.Sku),
            ("Product", true, static item => item.Title),
            ("Store", stores, item => report.Stores.First(store => store.Connection == item.Connection).Name),
            ("Place", places, static item => item.Location ?? ""),
            (OrderColumn, true, static item => item.RestockQuantity == 0 ? None : Figures.Read(item.RestockQuantity)),
            ("On hand", true, static item => Figures.Read(item.OnHand)),
            ("Days left", true, static item => item.DaysOfCover is { } days ? Figures.Read(days) : None),
            ("A day", true, static item => Figures.Read(decimal.Round(item.DailyVelocity, 2))),
            (string.Create(CultureInfo.InvariantCulture, $"Next {report.Parameters.HorizonDays} days"), true, static item => Figures.Read(item.Forecast)),
            ("Target", true, static item => Figures.Read(item.Target)),
            ("Days left out", true, static item => Figures.Read(item.DaysOutOfStock)),
            ("Method", true, static item => Method(item.Method)),
        ];
        var shown = columns.FindAll(static column => column.Shown);
        return new ReportTable(
            items.Count > MostRows ? string.Create(CultureInfo.InvariantCulture, $"{title}: the first {MostRows} of {items.Count}") : title,
            [.. shown.Select(static column => column.Name)],
            shown.FindIndex(static column => column.Name == OrderColumn),
            [.. items.Take(MostRows).Select(item => (IReadOnlyList<string>)[.. shown.Select(column => column.Read(item))])]);
    }

    private static string Method(ForecastMethod method) => method switch
    {
        ForecastMethod.WeightedAverage => "weighted average",
        ForecastMethod.Tsb => "TSB",
        _ => "no sales",
    };

    /// <summary>What is not listed or not counted, store by store.</summary>
    private static IEnumerable<string> Left(InventoryReport report)
    {
        foreach (var source in report.Sources)
        {
            var name = report.Stores.First(store => store.Connection == source.Connection).Name;
            if (source.Untracked > 0)
            {
                yield return $"{name}: the platform counts no stock of {Figures.Read(source.Untracked)} {(source.Untracked == 1 ? "article" : "articles")}, which {(source.Untracked == 1 ? "is" : "are")} not listed.";
            }

            if (source.ClosedDays > 0)
            {
                yield return $"{name}: {source.ClosedDays} days without any order are taken as closed and left out.";
            }
        }
    }

    private static string Footnote(InventoryReport report)
    {
        var (first, last) = SalesWords.Span(report);
        var (lead, horizon) = (report.Parameters.LeadTimeDays, report.Parameters.HorizonDays);
        var shares = report.Items.Any(static item => item.SharedBy is not null)
            ? $" An article's demand is shared out over its places by how far the stock of each fell in {DemandForecaster.VelocityDays} days, else by what each has, else alike."
            : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Sales of {SalesWords.English.Days(first, last)}, days of {report.TimeZone}; days out of stock left out. Stock as the platforms told last, made {ReportTexts.Time(report.GeneratedAt)}. What is ordered now takes {lead} days and must last {horizon} more with a service level of {report.Parameters.ServiceLevel * 100:0.#}%: that is the target. Goods on their way are not known here and must be taken off the order.{shares}");
    }
}
