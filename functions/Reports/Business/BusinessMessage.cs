using StoreClaw.Notifications;
using StoreClaw.Reports.Sales;

namespace StoreClaw.Reports.Business;

/// <summary>The review as the group reads it on a phone: the figures and their change, who moved, what came back, which store brought how much, the link.</summary>
internal static class BusinessMessage
{
    private const int MostMovers = 3;
    private const int MostReturns = 3;
    private const int MostStores = 6;
    private const int TitleBytes = 72;

    public static ChannelMessage Render(BusinessReport report, Uri? link, BusinessWords words)
    {
        var lines = new List<MessageLine>();
        var shown = SalesMessage.AddTotals(lines, report, words.Sales).ConvertAll(static total => total.Currency);
        foreach (var currency in shown)
        {
            AddMovers(lines, words.Up(currency, shown.Count > 1), report.Movers.Up.Where(mover => mover.Currency == currency), Tone.Good);
            AddMovers(lines, words.Down(currency, shown.Count > 1), report.Movers.Down.Where(mover => mover.Currency == currency), Tone.Bad);
        }

        AddReturns(lines, report, shown, words);
        AddStores(lines, report, shown, words);
        SalesMessage.AddEnd(lines, report, link, words.Sales);
        return new ChannelMessage(words.Title(report), lines);
    }

    private static void AddMovers(List<MessageLine> lines, string heading, IEnumerable<Mover> movers, Tone tone)
    {
        var rows = movers.Take(MostMovers).ToList();
        if (rows.Count == 0)
        {
            return;
        }

        lines.Add(MessageLine.Heading(heading));
        lines.AddRange(rows.Select(mover => MessageLine.Text(
            new Span($"{Name(mover.Sku, mover.Title)} · "),
            new Span((mover.Change.Change > 0 ? "+" : "-") + Figures.Read(Math.Abs(mover.Change.Change), mover.Currency), tone, Bold: true))));
    }

    private static void AddReturns(List<MessageLine> lines, BusinessReport report, List<string> shown, BusinessWords words)
    {
        var rows = report.Returns.Where(row => shown.Contains(row.Currency)).Take(MostReturns).ToList();
        if (rows.Count == 0)
        {
            return;
        }

        lines.Add(MessageLine.Heading(words.CameBack));
        lines.AddRange(rows.Select(row => MessageLine.Text(new Span($"{Name(row.Sku, row.Title)} · {words.Returned(row)}"))));
    }

    private static void AddStores(List<MessageLine> lines, BusinessReport report, List<string> shown, BusinessWords words)
    {
        var rows = report.ByStore.Where(row => shown.Contains(row.Currency)).ToList();
        if (report.Stores.Count < 2 || rows.Count == 0)
        {
            return;
        }

        lines.Add(MessageLine.Heading(words.ByStore));
        lines.AddRange(rows.Take(MostStores).Select(row => MessageLine.Text(
            new Span($"{ReadableText.Cut(BusinessPage.NameOf(report, row.Connection), TitleBytes)} · "),
            new Span(Figures.Read(row.Gmv, row.Currency), Bold: true),
            new Span(row.Change?.Percent is { } percent ? $" {Figures.Arrow(percent)}" : ""))));
    }

    private static string Name(string sku, string title) => ReadableText.Cut(title.Length > 0 ? title : sku, TitleBytes);
}
