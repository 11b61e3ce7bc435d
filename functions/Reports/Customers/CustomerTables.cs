using System.Globalization;

namespace StoreClaw.Reports.Customers;

/// <summary>The report's tables, the same for each rendering of the whole.</summary>
internal static class CustomerTables
{
    private const string Forgotten = "(forgotten)";

    public static IEnumerable<ReportTable> Of(CustomerSummary report)
    {
        yield return Totals(report);
        yield return Segments(report);
        yield return Top(report);
        yield return Cohorts(report);
    }

    /// <summary>Why figures may be incomplete, and where.</summary>
    /// <param name="name">How stores' names are told.</param>
    public static IEnumerable<string> Warnings(CustomerSummary report, CustomerWords words, Func<IReadOnlyList<string>, string> name)
    {
        if (ReportTexts.Gone(report) is { Count: > 0 } gone)
        {
            yield return words.Sales.NotConnected(name(gone));
        }

        foreach (var (connection, orders) in report.WithoutAmounts)
        {
            yield return words.Sales.WithoutAmounts(name([StoreName(report, connection)]), orders);
        }
    }

    /// <inheritdoc cref="Warnings(CustomerSummary, CustomerWords, Func{IReadOnlyList{string}, string})"/>
    public static IEnumerable<string> Warnings(CustomerSummary report) => Warnings(report, CustomerWords.English, static names => string.Join(", ", names));

    /// <summary>The cohorts from the first with anybody in it.</summary>
    public static IReadOnlyList<Cohort> Peopled(CustomerSummary report) => [.. report.Cohorts.SkipWhile(static cohort => cohort.Size == 0)];

    public static string Footnote(CustomerSummary report) =>
        $"Days of {report.TimeZone}, {ReportTexts.Time(report.Period.From)} to {ReportTexts.Time(report.Period.To)}. Made {ReportTexts.Time(report.GeneratedAt)}. Segments, repeat rate and top customers look at {report.Parameters.LookBackDays} days up to the period's end. "
        + "Customers are told apart by their id at each store; test and cancelled orders never count.";

    private static ReportTable Totals(CustomerSummary report) => new(
        "Customers",
        ["", "Count"],
        1,
        [
            ["New", Figures.Read(report.Customers.New)],
            ["Returning", Figures.Read(report.Customers.Returning)],
            ["Known", Figures.Read(report.Customers.Total)],
            [$"With an order in {report.Parameters.LookBackDays} days", Figures.Read(report.Customers.Active)],
            ["Repeat rate of these", CustomerWords.Percent(report.Customers.RepeatRate)],
            ["Orders by guests", Figures.Read(report.Customers.Guests)],
        ]);

    private static ReportTable Segments(CustomerSummary report) => new(
        "Segments",
        ["Segment", "Last order", "How often", "Currency", "Customers", "Orders", "Sales"],
        4,
        [.. report.Segments.Select(static segment => (IReadOnlyList<string>)
        [
            CustomerWords.English.Segment(segment.Name), When(segment.Name), HowOften(segment.Name), segment.Currency, Figures.Read(segment.Customers), Figures.Read(segment.Orders), Figures.Amount(segment.Gmv),
        ])]);

    private static ReportTable Top(CustomerSummary report) => new(
        "Top customers",
        ["Customer", "Store", "Country", "Segment", "Last order", "Currency", "Orders", "Sales"],
        6,
        [.. report.TopCustomers.Select(customer => (IReadOnlyList<string>)
        [
            customer.Id ?? Forgotten, StoreName(report, customer.Connection), customer.Country ?? "", CustomerWords.English.Segment(customer.Segment), customer.LastOrder.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            customer.Currency, Figures.Read(customer.Orders), Figures.Amount(customer.Gmv),
        ])]);

    private static ReportTable Cohorts(CustomerSummary report)
    {
        var cohorts = Peopled(report);
        return new ReportTable(
            "Came back so many months after the first order",
            ["First order", "Customers", .. Enumerable.Range(1, Math.Max(0, cohorts.Count - 1)).Select(static month => $"+{month}")],
            1,
            [.. cohorts.Select(cohort => (IReadOnlyList<string>)[cohort.Month, Figures.Read(cohort.Size), .. Enumerable.Range(1, cohorts.Count - 1).Select(month => Share(cohort, month))])]);
    }

    private static string Share(Cohort cohort, int month) =>
        month >= cohort.Active.Count ? "" : cohort.Size == 0 ? "–" : $"{Figures.Read(cohort.Active[month])} ({CustomerWords.Percent(decimal.Round((decimal)cohort.Active[month] / cohort.Size, 2, MidpointRounding.ToEven))})";

    private static string StoreName(CustomerSummary report, string connection) => report.Stores.FirstOrDefault(store => store.Connection == connection)?.Name ?? connection;

    private static string When(CustomerSegment segment) => segment switch
    {
        CustomerSegment.Champions or CustomerSegment.New => $"in the last {CustomerSegments.Fresh} days",
        CustomerSegment.Loyal => $"in the last {CustomerSegments.Warm} days",
        CustomerSegment.Promising => $"{CustomerSegments.Fresh} to {CustomerSegments.Warm - 1} days ago",
        CustomerSegment.AtRisk or CustomerSegment.AboutToSleep => $"{CustomerSegments.Warm} to {CustomerSegments.Cool - 1} days ago",
        _ => $"{CustomerSegments.Cool} days ago or longer",
    };

    private static string HowOften(CustomerSegment segment) => segment switch
    {
        CustomerSegment.Champions or CustomerSegment.CannotLose => $"{CustomerSegments.Many} or more, or 2 or more and among the top fifth",
        CustomerSegment.New or CustomerSegment.Promising or CustomerSegment.AboutToSleep or CustomerSegment.Lost => "one",
        CustomerSegment.Loyal => "2 or more, or one and known from before; no champion",
        CustomerSegment.Hibernating => $"2 to {CustomerSegments.Many - 1}, or one and known from before",
        _ => "2 or more, or one and known from before",
    };
}
