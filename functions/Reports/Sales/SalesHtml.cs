namespace StoreClaw.Reports.Sales;

/// <summary>The report as one page that needs nothing else: no scripts, no fonts, no images from elsewhere.</summary>
internal static class SalesHtml
{
    private static readonly Html Style = new(
        """
        :root { color-scheme: light dark; --ink: #1b1f24; --soft: #5b6570; --line: #d9dee4; --paper: #fff; --tint: #f4f6f8; --bar: #b9c6d6; --now: #0b6bcb; --bad: #b3261e; --good: #1b7f3b; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6e9ed; --soft: #9aa5b1; --line: #343b44; --paper: #14171b; --tint: #1d2228; --bar: #46566a; --now: #5aa9f5; --bad: #ff8a80; --good: #6fd08c; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 60rem; padding: 1.25rem; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", sans-serif; }
        h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; overflow-wrap: anywhere; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
        .soft { color: var(--soft); font-size: .9rem; overflow-wrap: anywhere; } .bad { color: var(--bad); } .good { color: var(--good); }
        .cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .75rem; margin: 1rem 0; }
        .card { background: var(--tint); border-radius: .5rem; padding: .75rem 1rem; } .card b { font-size: 1.4rem; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
        .wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .95rem; }
        th, td { text-align: left; padding: .35rem .6rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: break-word; } th { color: var(--soft); font-weight: 600; }
        .n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
        svg { display: block; width: 100%; height: auto; max-height: 12rem; } .then { fill: var(--bar); } .now { fill: var(--now); }
        summary { cursor: pointer; margin: 1rem 0 .5rem; } li { margin: .25rem 0; }
        @media print { :root { color-scheme: light; --ink: #000; --soft: #444; --line: #bbb; --paper: #fff; --tint: #fff; --bar: #bbb; --now: #333; --bad: #000; --good: #000; } body { max-width: none; padding: 0; font-size: 11pt; } h2 { break-after: avoid; } tr, .card, svg { break-inside: avoid; } .card { border: 1px solid var(--line); } }
        """);

    public static string Render(SalesReport report)
    {
        var title = SalesWords.English.Title(report);
        return Html.Of(
            $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="robots" content="noindex">
            <title>{title}</title>
            <style>
            {Style}
            </style>
            </head>
            <body>
            <main>
            <h1>{title}</h1>
            <p class="soft">{SalesTables.Stores(report)}</p>
            {Warnings(report)}
            {Html.Of(report.Totals.Select(total => Cards(report, total)))}
            {Unusual(report)}
            {Html.Of(report.Totals.Select(total => SalesChart.Render(report, total.Currency)))}
            {Html.Of(SalesTables.Of(report).Select(table => Html.Of($"<h2>{table.Title}</h2>\n{Table(table)}")))}
            {Daily(report)}
            </main>
            <footer><p class="soft">{SalesTables.Footnote(report)}</p></footer>
            </body>
            </html>

            """).Text;
    }

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
            .Select(static change => Html.Of($"<br/><span class=\"{(change.Percent < 0 ? "bad" : "good")}\">{SalesWords.English.Against(SalesMessage.Arrow(change.Percent), change.What)}</span>"));
        return Html.Of($"<div class=\"card\"><span class=\"soft\">{label}</span><br/><b>{value}</b>{Html.Of(changes)}</div>");
    }

    private static Html Unusual(SalesReport report) => report.Anomalies.Count == 0
        ? default
        : Html.Of($"<h2>Unusual</h2>\n<ul>{Html.Of(report.Anomalies.Select(static anomaly => Html.Of($"<li>{anomaly.Sentence}</li>")))}</ul>");

    private static Html Daily(SalesReport report) => report.Trend.Count == 0
        ? default
        : Html.Of($"<details><summary>Day by day</summary>\n{Table(SalesTables.Daily(report))}</details>");

    private static Html Table(SalesTable table) => Html.Of(
        $"""
        <div class="wide"><table>
        <thead><tr>{Cells(table, table.Columns, head: true)}</tr></thead>
        <tbody>
        {Html.Of(table.Rows.Select(row => Html.Of($"<tr>{Cells(table, row, head: false)}</tr>\n")))}</tbody>
        </table></div>

        """);

    private static Html Cells(SalesTable table, IReadOnlyList<string> cells, bool head) => Html.Of(cells.Select((cell, column) => (head, column < table.Names) switch
    {
        (true, true) => Html.Of($"<th scope=\"col\">{cell}</th>"),
        (true, false) => Html.Of($"<th scope=\"col\" class=\"n\">{cell}</th>"),
        (false, true) => Html.Of($"<td>{cell}</td>"),
        (false, false) => Html.Of($"<td class=\"n\">{cell}</td>"),
    }));
}
