using StoreClaw.Notifications;

namespace StoreClaw.Reports.Customers;

/// <summary>The report as the group reads it on a phone: whom to write to, new and returning ones, the best, the link. Names nobody.</summary>
internal static class CustomerMessage
{
    private const int MostToDo = 4;
    private const int MostBest = 6;
    private const int MostWarnings = 4;
    private const int StoreBytes = 72;

    private static readonly CustomerSegment[] Slipping = [CustomerSegment.AtRisk, CustomerSegment.CannotLose];
    private static readonly CustomerSegment[] Best = [CustomerSegment.Champions, CustomerSegment.Loyal];

    public static ChannelMessage Render(CustomerSummary report, Uri? link, CustomerWords words)
    {
        var lines = new List<MessageLine>();
        lines.AddRange(ToDo(report, words).Take(MostToDo).Select(static todo => MessageLine.Quote(new Span(todo.Text, todo.Tone))));
        AddFigures(lines, report, words);
        var best = report.Segments.Where(static segment => Best.Contains(segment.Name)).Take(MostBest).ToList();
        if (best.Count > 0)
        {
            lines.Add(MessageLine.Heading(words.BestCustomers));
            lines.AddRange(best.Select(segment => MessageLine.Text(
                new Span($"{words.Segment(segment.Name)} {Figures.Read(segment.Customers)} · "), new Span(Figures.Read(segment.Gmv, segment.Currency), Bold: true))));
        }

        lines.AddRange(CustomerTables.Warnings(report, words, names => words.Sales.Stores([.. names.Select(static name => ReadableText.Cut(name, StoreBytes))]))
            .Take(MostWarnings).Select(static warning => MessageLine.Quote(new Span(warning, Tone.Bad))));
        if (link is not null)
        {
            lines.Add(MessageLine.Text(new Span(words.FullReport, Url: link)));
        }

        return new ChannelMessage(words.Title(report), lines);
    }

    /// <summary>What the figures ask for, currency by currency.</summary>
    public static IEnumerable<(string Text, Tone Tone)> ToDo(CustomerSummary report, CustomerWords words)
    {
        foreach (var segments in report.Segments.GroupBy(static segment => segment.Currency))
        {
            var slipping = segments.Where(static segment => Slipping.Contains(segment.Name)).ToList();
            if (slipping.Count > 0)
            {
                yield return (words.WinBack(slipping.Sum(static segment => segment.Customers), Figures.Read(slipping.Sum(static segment => segment.Gmv), segments.Key), report.Parameters.LookBackDays), Tone.Bad);
            }

            if (segments.FirstOrDefault(static segment => segment.Name == CustomerSegment.Promising) is { } promising)
            {
                yield return (words.SecondOrder(promising.Customers, Figures.Read(promising.Gmv, promising.Currency)), Tone.None);
            }
        }
    }

    private static void AddFigures(List<MessageLine> lines, CustomerSummary report, CustomerWords words)
    {
        var (customers, days) = (report.Customers, report.Parameters.LookBackDays);
        lines.Add(MessageLine.Text(
            new Span($"{words.New} "),
            new Span(Figures.Read(customers.New), Bold: true),
            new Span($" · {words.Returning} "),
            new Span(Figures.Read(customers.Returning), Bold: true),
            new Span(customers.Guests == 0 ? "" : $" · {words.Guests} {Figures.Read(customers.Guests)}")));
        lines.Add(customers.Active == 0
            ? MessageLine.Text(new Span(words.Nobody(days)))
            : MessageLine.Text(new Span($"{words.RepeatRate} "), new Span(CustomerWords.Percent(customers.RepeatRate), Bold: true), new Span($" · {words.Of(customers.Active, days)}")));
        lines.Add(MessageLine.Text(new Span(words.Known(customers.Total), Tone.Muted)));
    }
}
