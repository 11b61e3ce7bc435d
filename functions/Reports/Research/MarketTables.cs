using System.Globalization;

namespace StoreClaw.Reports.Research;

/// <summary>The report's tables, the same for each rendering of the whole.</summary>
internal static class MarketTables
{
    private const string Unknown = "–";

    public static IEnumerable<ReportTable> Of(MarketReport report)
    {
        if (report.Products.Count > 0)
        {
            yield return Products(report);
        }

        if (report.ComparedWith is { } before && report.Products.Any(static product => product.Change is not null))
        {
            yield return Changes(report, before);
        }

        if (report.Keywords.Count > 0)
        {
            yield return Keywords(report);
        }

        foreach (var keyword in report.Keywords)
        {
            if (keyword.BestSellers.Count > 0)
            {
                yield return BestSellers(keyword, report.Currency);
            }

            if (keyword.Related.Count > 0)
            {
                yield return Related(keyword);
            }
        }
    }

    /// <summary>What was asked for and is not in the report, a sentence each.</summary>
    public static IReadOnlyList<string> Missing(MarketReport report) =>
        [.. report.Missing.GroupBy(static part => (part.Part, part.Message)).Select(static group => $"{NameOf(group.Key.Part)} {string.Join(", ", group.Select(static part => part.Name))}: {group.Key.Message}")];

    public static string Footnote(MarketReport report) =>
        $"Marketplace {report.Parameters.Marketplace}, {MarketWords.English.Scope(report)}. Made {ReportTexts.Time(report.GeneratedAt)} from the answers of that day. Searches, units and revenue are the platform's estimates for a month, units and revenue with all variants; amounts are in {report.Currency}.";

    /// <summary>A percentage as an arrow, to one decimal.</summary>
    public static string? Arrow(double? percent) => percent is { } change && Math.Abs(change) < 1e9 ? Figures.Arrow(decimal.Round((decimal)change, 1)) : null;

    private static string NameOf(MarketPart part) => part switch
    {
        MarketPart.Keyword => "Keyword",
        MarketPart.BestSellers => "Best sellers of",
        _ => "Product",
    };

    private static ReportTable Products(MarketReport report) => new(
        "Products",
        ["ASIN", "Product", "Brand", $"Price ({report.Currency})", "Units", "Units change", $"Revenue ({report.Currency})", "Rating", "Ratings", "Rank"],
        3,
        [.. report.Products.Select(static product => product.Figures is { } figures
            ? (IReadOnlyList<string>)
            [
                figures.Asin, figures.Title, figures.Brand, Amount(figures.Price), Count(figures.Units), Arrow(figures.UnitsGrowth) ?? Unknown, Amount(figures.Revenue), Number(figures.Rating), Count(figures.Ratings),
                Count(figures.Rank),
            ]
            : [product.Asin, Unknown, Unknown, Unknown, Unknown, Unknown, Unknown, Unknown, Unknown, Unknown])]);

    private static ReportTable Changes(MarketReport report, ComparedReport before) => new(
        $"Changes since {before.GeneratedAt.ToString("d MMM yyyy", CultureInfo.InvariantCulture)}",
        ["ASIN", "Product", $"Price ({report.Currency})", "%", "Units", "%", "Rating", "Rank"],
        2,
        [.. report.Products.Where(static product => product.Change is not null).Select(static product => (IReadOnlyList<string>)
        [
            product.Asin, product.Figures!.Title, Signed(product.Change!.Price, Figures.Amount), Percent(product.Change.Price), Signed(product.Change.Units, Figures.Read), Percent(product.Change.Units),
            Signed(product.Change.Rating, Figures.Read), Signed(product.Change.Rank, Figures.Read),
        ])]);

    private static ReportTable Keywords(MarketReport report) => new(
        "Keywords",
        ["Keyword", "Searches", "Change", "On the year", "Purchases", "Per search", "Products", $"Average price ({report.Currency})", "Average rating", $"Bid ({report.Currency})"],
        1,
        [.. report.Keywords.Select(static keyword => keyword.Figures is { } figures
            ? (IReadOnlyList<string>)
            [
                keyword.Keyword, Count(figures.Searches), Arrow(figures.Growth) ?? Unknown, Arrow(figures.YearGrowth) ?? Unknown, Count(figures.Purchases), Share(figures.PurchaseRate), Count(figures.Products),
                Amount(figures.AveragePrice), Number(figures.AverageRating), Amount(figures.Bid),
            ]
            : [keyword.Keyword, Unknown, Unknown, Unknown, Unknown, Unknown, Unknown, Unknown, Unknown, Unknown])]);

    private static ReportTable BestSellers(KeywordFindings keyword, string currency) => new(
        $"Best sellers: {keyword.Keyword}",
        ["ASIN", "Product", "Brand", $"Price ({currency})", "Units", $"Revenue ({currency})", "Rating", "Ratings", "Rank"],
        3,
        [.. keyword.BestSellers.Select(static product => (IReadOnlyList<string>)
        [
            product.Asin, product.Title, product.Brand, Amount(product.Price), Count(product.Units), Amount(product.Revenue), Number(product.Rating), Count(product.Ratings), Count(product.Rank),
        ])]);

    private static ReportTable Related(KeywordFindings keyword) => new(
        $"Related keywords: {keyword.Keyword}",
        ["Keyword", "Searches", "Change", "Products"],
        1,
        [.. keyword.Related.Select(static figures => (IReadOnlyList<string>)[figures.Keyword, Count(figures.Searches), Arrow(figures.Growth) ?? Unknown, Count(figures.Products)])]);

    private static string Signed(Shift? shift, Func<decimal, string> read) => shift is null ? Unknown : (shift.Change > 0 ? "+" : "") + read(shift.Change);

    private static string Percent(Shift? shift) => shift?.Percent is { } percent ? Figures.Arrow(percent) : Unknown;

    private static string Amount(decimal? amount) => amount is { } known ? Figures.Amount(known) : Unknown;

    private static string Count(long? count) => count is { } known ? Figures.Read(known) : Unknown;

    private static string Number(double? number) => number is { } known ? known.ToString("0.##", CultureInfo.InvariantCulture) : Unknown;

    private static string Share(double? share) => share is { } known ? known.ToString("0.##%", CultureInfo.InvariantCulture) : Unknown;
}
