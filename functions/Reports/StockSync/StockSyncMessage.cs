using StoreClaw.Notifications;

namespace StoreClaw.Reports.StockSync;

/// <summary>The report as the group reads it on a phone: what would change, what was compared, what was left out, the link.</summary>
internal static class StockSyncMessage
{
    private const int MostProposals = 10;
    private const int MostSkus = 3;
    private const int SkuBytes = 40;
    private const int TitleBytes = 48;
    private const int StoreBytes = 40;

    public static ChannelMessage Render(StockSyncReport report, Uri? link, StockSyncWords words)
    {
        var lines = new List<MessageLine> { MessageLine.Text(new Span(words.Compared(report))) };
        lines.AddRange(report.Proposals.Take(MostProposals).Select(proposal => Line(report, proposal)));
        if (report.Proposals.Count + report.Left is var all && all > MostProposals)
        {
            lines.Add(MessageLine.Text(new Span(words.More(all - MostProposals), Tone.Muted)));
        }

        lines.AddRange(report.Skipped.GroupBy(static skipped => skipped.Reason).OrderBy(static group => group.Key).Select(group => MessageLine.Quote(new Span(Skipped(report, group, words), Tone.Muted))));
        if (link is not null)
        {
            lines.Add(MessageLine.Text(new Span(words.FullReport, Url: link)));
        }

        return new ChannelMessage(words.Title(report), lines);
    }

    private static MessageLine Line(StockSyncReport report, StockProposal proposal) => MessageLine.Text(
        new Span($"{Store(report, proposal.Connection)} · {ReadableText.Cut($"{proposal.Sku} {proposal.Title}", SkuBytes + TitleBytes)}: "),
        new Span($"{Figures.Read(proposal.From)} → {Figures.Read(proposal.To)}", Bold: true));

    private static string Skipped(StockSyncReport report, IGrouping<SkipReason, SkippedArticle> group, StockSyncWords words)
    {
        var names = group.Select(skipped => skipped.Sku.Length > 0 ? ReadableText.Cut(skipped.Sku, SkuBytes) : Store(report, skipped.Connection)).Distinct().ToList();
        return words.Skipped(group.Key, [.. names.Take(MostSkus)], Math.Max(0, names.Count - MostSkus));
    }

    private static string Store(StockSyncReport report, string connection) => ReadableText.Cut(report.Stores.First(store => store.Connection == connection).Name, StoreBytes);
}
