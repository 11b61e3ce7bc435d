namespace StoreClaw.Reports;

/// <summary>A report as one page that needs nothing else: no scripts, no fonts, no images from elsewhere.</summary>
internal static class ReportPage
{
    private static readonly Html Style = new(
        """
        :root { color-scheme: light dark; --ink: #1b1f24; --soft: #5b6570; --line: #d9dee4; --paper: #fff; --tint: #f4f6f8; --bar: #b9c6d6; --now: #0b6bcb; --bad: #b3261e; --good: #1b7f3b; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6e9ed; --soft: #9aa5b1; --line: #343b44; --paper: #14171b; --tint: #1d2228; --bar: #46566a; --now: #5aa9f5; --bad: #ff8a80; --good: #6fd08c; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 72rem; padding: 1.25rem; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", sans-serif; }
        h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; overflow-wrap: anywhere; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; overflow-wrap: anywhere; }
        .soft { color: var(--soft); font-size: .9rem; overflow-wrap: anywhere; } .bad { color: var(--bad); } .good { color: var(--good); }
        .cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .75rem; margin: 1rem 0; }
        .card { background: var(--tint); border-radius: .5rem; padding: .75rem 1rem; } .card b { font-size: 1.4rem; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
        .wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .95rem; }
        th, td { text-align: left; padding: .35rem .6rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: break-word; } th { color: var(--soft); font-weight: 600; }
        .n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
        svg { display: block; width: 100%; height: auto; max-height: 12rem; } svg.rows { max-width: 24rem; max-height: none; } .then { fill: var(--bar); } .now { fill: var(--now); }
        summary { cursor: pointer; margin: 1rem 0 .5rem; } li { margin: .25rem 0; overflow-wrap: anywhere; }
        @media print { .wide { overflow: visible; } table { font-size: 7.5pt; } th, td { padding-right: .35rem; overflow-wrap: anywhere; } th.n { white-space: normal; }
          :root { color-scheme: light; --ink: #000; --soft: #444; --line: #bbb; --paper: #fff; --tint: #fff; --bar: #bbb; --now: #333; --bad: #000; --good: #000; } body { max-width: none; padding: 0; font-size: 11pt; } h2 { break-after: avoid; } tr, .card, svg { break-inside: avoid; } .card { border: 1px solid var(--line); } }
        """);

    public static string Render(Report report, string title, string footnote, params IEnumerable<Html> parts) => Html.Of(
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
        <p class="soft">{ReportTexts.Stores(report)}</p>
        {Html.Of(parts)}
        </main>
        <footer><p class="soft">{footnote}</p></footer>
        </body>
        </html>

        """).Text;

    /// <summary>The table under its title.</summary>
    public static Html Section(ReportTable table) => Html.Of($"<h2>{table.Title}</h2>\n{Table(table)}");

    /// <summary>The items under a title; nothing when there are none.</summary>
    public static Html List(string title, IEnumerable<string> items) => items.Select(static item => Html.Of($"<li>{item}</li>")).ToList() is { Count: > 0 } rows
        ? Html.Of($"<h2>{title}</h2>\n<ul>{Html.Of(rows)}</ul>")
        : default;

    public static Html Table(ReportTable table) => Html.Of(
        $"""
        <div class="wide"><table>
        <thead><tr>{Cells(table, table.Columns, head: true)}</tr></thead>
        <tbody>
        {Html.Of(table.Rows.Select(row => Html.Of($"<tr>{Cells(table, row, head: false)}</tr>\n")))}</tbody>
        </table></div>

        """);

    private static Html Cells(ReportTable table, IReadOnlyList<string> cells, bool head) => Html.Of(cells.Select((cell, column) => (head, column < table.Names) switch
    {
        (true, true) => Html.Of($"<th scope=\"col\">{cell}</th>"),
        (true, false) => Html.Of($"<th scope=\"col\" class=\"n\">{cell}</th>"),
        (false, true) => Html.Of($"<td>{cell}</td>"),
        (false, false) => Html.Of($"<td class=\"n\">{cell}</td>"),
    }));
}
