using StoreClaw.Notifications;

namespace StoreClaw.Reports.Inventory;

/// <summary>The review as the group reads it on a phone: what is out and what to order with quantities, then what lies there too long, the link.</summary>
internal static class InventoryMessage
{
    private const int MostOut = 5;
    private const int MostRestock = 5;
    private const int MostIdle = 2;
    private const int MostWarnings = 2;
    private const int TitleBytes = 39;
    private const int NameBytes = 16;
    private const string Separator = " · ";

    public static ChannelMessage Render(InventoryReport report, Uri? link, InventoryWords words)
    {
        var counts = report.Counts;
        var lines = new List<MessageLine> { MessageLine.Text(new Span(counts.Out + counts.Restock == 0 ? words.NothingToDo : words.Summary(counts))) };
        var (gone, restock) = (Of(report, StockStatus.Out), Of(report, StockStatus.Restock));
        Add(lines, words.Out, null, gone.Take(MostOut).Select(item => Line(report, item, words, words.Sells(item.DailyVelocity))));
        Add(lines, words.Restock, null, restock.Take(MostRestock).Select(item => Line(report, item, words, words.Left(item.OnHand, item.DaysOfCover))));
        if (Math.Max(0, gone.Count - MostOut) + Math.Max(0, restock.Count - MostRestock) is > 0 and var more)
        {
            lines.Add(MessageLine.Text(new Span(words.MoreToOrder(more), Tone.Muted)));
        }

        Add(lines, words.Overstock, words.TooMuch(counts.Overstock, counts.OverstockUnits), Idle(report, StockStatus.Overstock, words));
        Add(lines, words.Dead, words.Unsold(counts.Dead, counts.DeadUnits), Idle(report, StockStatus.Dead, words));
        lines.AddRange(Warnings(report, words, static name => ReadableText.Cut(name, TitleBytes)).Take(MostWarnings).Select(static warning => MessageLine.Quote(new Span(warning, Tone.Bad))));
        if (link is not null)
        {
            lines.Add(MessageLine.Text(new Span(words.Sales.FullReport, Url: link)));
        }

        return new ChannelMessage(words.Title(report), lines);
    }

    /// <summary>Why figures may be incomplete, and where.</summary>
    /// <param name="name">How a store's name is told.</param>
    public static IEnumerable<string> Warnings(InventoryReport report, InventoryWords words, Func<string, string> name)
    {
        if (ReportTexts.Gone(report) is { Count: > 0 } gone)
        {
            yield return words.Sales.NotConnected(words.Sales.Stores([.. gone.Select(name)]));
        }

        foreach (var source in report.Sources)
        {
            var store = name(report.Stores.First(store => store.Connection == source.Connection).Name);
            if (source.Articles == 0)
            {
                yield return words.NoStock(store);
            }
            else if (source.HistoryDays < DemandForecaster.VelocityDays)
            {
                yield return words.ShortHistory(store, source.HistoryDays);
            }
        }
    }

    private static List<StockItem> Of(InventoryReport report, StockStatus status) => [.. report.Items.Where(item => item.Status == status)];

    private static void Add(List<MessageLine> lines, string heading, string? summary, IEnumerable<MessageLine> rows)
    {
        var shown = rows.ToList();
        if (shown.Count == 0)
        {
            return;
        }

        lines.Add(MessageLine.Heading(heading));
        if (summary is not null)
        {
            lines.Add(MessageLine.Text(new Span(summary)));
        }

        lines.AddRange(shown);
    }

    private static MessageLine Line(InventoryReport report, StockItem item, InventoryWords words, string state)
    {
        // What is gone before an order can arrive is bad news.
        var tone = item.DaysOfCover is { } days && days < report.Parameters.LeadTimeDays ? Tone.Bad : Tone.None;
        return item.RestockQuantity > 0
            ? MessageLine.Text(new Span(Name(report, item, words) + Separator), new Span(words.Order(item.RestockQuantity), Bold: true), new Span(Separator), new Span(state, tone))
            : MessageLine.Text(new Span(Name(report, item, words) + Separator), new Span(state, tone));
    }

    private static IEnumerable<MessageLine> Idle(InventoryReport report, StockStatus status, InventoryWords words) =>
        Of(report, status).Take(MostIdle).Select(item => MessageLine.Text(new Span($"{Name(report, item, words)}{Separator}{words.Left(item.OnHand, item.DaysOfCover)}", Tone.Muted)));

    private static string Name(InventoryReport report, StockItem item, InventoryWords words)
    {
        var name = item.Title.Length == 0 ? ReadableText.Cut(item.Sku, NameBytes) : ReadableText.Cut(item.Title, TitleBytes);
        string[] where =
        [
            .. item is { Title.Length: > 0, Sku.Length: > 0 } ? [ReadableText.Cut(item.Sku, NameBytes)] : Array.Empty<string>(),
            .. item is { Location: { } place, Share: not null } ? [words.At(ReadableText.Cut(place, NameBytes))] : Array.Empty<string>(),
            .. report.Stores.Count > 1 ? [ReadableText.Cut(report.Stores.First(store => store.Connection == item.Connection).Name, NameBytes)] : Array.Empty<string>(),
        ];
        return where.Length == 0 ? name : $"{name} ({string.Join(", ", where)})";
    }
}
