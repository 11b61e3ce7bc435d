using StoreClaw.Notifications;

namespace StoreClaw.Reports.Sales;

/// <summary>The report as the group reads it on a phone: the three figures and their change, what is unusual, what sold, the link.</summary>
internal static class SalesMessage
{
    private const int MostCurrencies = 3;
    private const int MostAnomalies = 3;
    private const int MostSellers = 5;
    private const int MostWarnings = 4;
    private const int TitleBytes = 72;
    private const int SkuBytes = 24;

    public static ChannelMessage Render(SalesReport report, Uri? link, SalesWords words)
    {
        var lines = new List<MessageLine>();
        var shown = AddTotals(lines, report, words);
        AddSellers(lines, report, shown, words);
        AddEnd(lines, report, link, words);
        return new ChannelMessage(words.Title(report), lines);
    }

    /// <summary>Each currency's figures with their change, and what is unusual. The currencies there was room for.</summary>
    public static List<SalesTotals> AddTotals(List<MessageLine> lines, SalesReport report, SalesWords words)
    {
        var shown = report.Totals.Take(MostCurrencies).ToList();
        foreach (var total in shown)
        {
            AddFigures(lines, report, total, words, named: shown.Count > 1);
        }

        if (shown.Count == 0)
        {
            lines.Add(MessageLine.Text(new Span(words.NothingSold)));
        }
        else if (report.Totals.Count > shown.Count)
        {
            lines.Add(MessageLine.Text(new Span(words.MoreCurrencies(report.Totals.Count - shown.Count), Tone.Muted)));
        }

        lines.AddRange(report.Anomalies.Take(MostAnomalies).Select(anomaly => MessageLine.Quote(new Span(words.Sentence(anomaly, report.Totals.Count > 1), ToneOf(anomaly)))));
        return shown;
    }

    private static void AddFigures(List<MessageLine> lines, SalesReport report, SalesTotals total, SalesWords words, bool named)
    {
        if (named)
        {
            lines.Add(MessageLine.Heading(total.Currency));
        }

        lines.Add(Figure(report, total, words.Sales, Figures.Read(total.Gmv, total.Currency), static shift => shift.Gmv, words));
        lines.Add(Figure(report, total, words.Orders, Figures.Read(total.Orders), static shift => shift.Orders, words));
        if (total.Orders > 0)
        {
            lines.Add(Figure(report, total, words.AverageOrder, Figures.Read(total.AverageOrderValue, total.Currency), static shift => shift.AverageOrderValue, words));
        }

        string[] back =
        [
            .. total.Refunds != 0 ? [words.Refunded(Figures.Read(total.Refunds, total.Currency), Figures.Read(total.NetSales, total.Currency))] : Array.Empty<string>(),
            .. total.CancelledOrders != 0 ? [words.Cancelled(total.CancelledOrders)] : Array.Empty<string>(),
        ];
        if (back.Length > 0)
        {
            lines.Add(MessageLine.Text(new Span(string.Join(" · ", back))));
        }
    }

    private static MessageLine Figure(SalesReport report, SalesTotals total, string label, string value, Func<SalesShift, Shift> pick, SalesWords words)
    {
        var spans = new List<Span> { new($"{label} "), new(value, Bold: true) };
        foreach (var (percent, what) in Changes(report, total.Currency, pick, words))
        {
            spans.Add(new Span(" · "));
            spans.Add(new Span(words.Against(Figures.Arrow(percent), what), Math.Sign(percent) switch { > 0 => Tone.Good, < 0 => Tone.Bad, _ => Tone.Muted }));
        }

        return MessageLine.Text(spans);
    }

    /// <summary>A figure's changes in percent and what each is against; against nothing there is no percentage, the figure itself says it all.</summary>
    public static IEnumerable<(decimal Percent, string What)> Changes(SalesReport report, string currency, Func<SalesShift, Shift> pick, SalesWords words)
    {
        if (Find(report.Comparison.Previous?.Shifts, currency) is { } previous && pick(previous).Percent is { } change)
        {
            yield return (change, words.PreviousName(report));
        }

        if (report.Comparison.SameWeekday is { } weekday && Find(weekday.Shifts, currency) is { } usual && pick(usual).Percent is { } off)
        {
            yield return (off, words.WeekdayName(weekday.Days[0].DayOfWeek));
        }
    }

    private static SalesShift? Find(IReadOnlyList<SalesShift>? shifts, string currency) => shifts?.FirstOrDefault(shift => shift.Currency == currency);

    private static Tone ToneOf(SalesAnomaly anomaly) => anomaly.Severity == Urgency.Info ? Tone.Good : Tone.Bad;

    private static void AddSellers(List<MessageLine> lines, SalesReport report, List<SalesTotals> shown, SalesWords words)
    {
        var most = shown.Count > 1 ? MostSellers - 2 : MostSellers;
        var sellers = shown.SelectMany(total => report.TopProducts.Where(product => product.Currency == total.Currency).Take(most)).ToList();
        if (sellers.Count == 0)
        {
            return;
        }

        lines.Add(MessageLine.Heading(words.TopSellers));
        foreach (var product in sellers)
        {
            var name = ReadableText.Cut(product.Title.Length > 0 ? product.Title : product.Sku, TitleBytes);
            if (product.Title.Length > 0 && product.Sku.Length > 0 && sellers.Count(other => other.Title == product.Title && other.Currency == product.Currency) > 1)
            {
                name += $" ({ReadableText.Cut(product.Sku, SkuBytes)})";
            }

            var sold = $"{name} · {words.Sold(product.Units)}";
            lines.Add(product.Revenue == 0
                ? MessageLine.Text(new Span(sold))
                : MessageLine.Text(new Span($"{sold} · "), new Span(Figures.Read(product.Revenue, product.Currency), Bold: true)));
        }
    }

    /// <summary>Why figures may be incomplete, and where the whole is.</summary>
    public static void AddEnd(List<MessageLine> lines, SalesReport report, Uri? link, SalesWords words)
    {
        lines.AddRange(SalesTables.Warnings(report, words, names => words.Stores([.. names.Select(static name => ReadableText.Cut(name, TitleBytes))]))
            .Take(MostWarnings).Select(static warning => MessageLine.Quote(new Span(warning, Tone.Bad))));

        if (link is not null)
        {
            lines.Add(MessageLine.Text(new Span(words.FullReport, Url: link)));
        }
    }
}
