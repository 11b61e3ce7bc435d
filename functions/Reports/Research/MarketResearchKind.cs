using System.Globalization;
using StoreClaw.Common;
using StoreClaw.Connections;
using StoreClaw.Connectors;
using StoreClaw.Notifications;

namespace StoreClaw.Reports.Research;

/// <summary>How keywords are searched for and what sells under them, and how products of one's own and of competitors fare.</summary>
public sealed class MarketResearchKind(IMarketData market, ConnectorRegistry connectors, TimeProvider time) : ReportKind<MarketParameters, MarketReport>
{
    public const string Name = "market-research";

    private const int MostKeywords = 10;
    private const int LongestKeyword = 100;
    private const int MostAsins = 40;
    private const int AsinLength = 10;
    private const string MonthFormat = "yyyyMM";

    // One page of the platforms' lists: the keyword itself is nearly always the most searched of those that hold it.
    private const int KeywordsRead = 15;
    private const int MostRelated = 5;
    private const int BestSellers = 10;
    private const int NearlyDays = 30;

    public override string Id => Name;

    public override IReadOnlyList<string> Capabilities => [Connector.Researches];

    private Dictionary<string, string> Marketplaces { get; } = connectors.Connectors
        .SelectMany(static connector => connector.Research?.Marketplaces ?? new Dictionary<string, string>())
        .DistinctBy(static marketplace => marketplace.Key)
        .ToDictionary();

    protected override MarketParameters Read(ParameterReader reader)
    {
        var marketplace = reader.Choice("marketplace", Marketplaces.Keys);
        var keywords = reader.Texts("keywords", MostKeywords, ReadKeyword, string.Create(CultureInfo.InvariantCulture, $"Give at most {MostKeywords} keywords of 1 to {LongestKeyword} characters, such as [\"storage box\"]."));
        var asins = reader.Texts("asins", MostAsins, ReadAsin, string.Create(CultureInfo.InvariantCulture, $"Give at most {MostAsins} ASINs of {AsinLength} letters and digits, such as [\"B08GHW4TBS\"]."));
        var month = reader.Text("month", ReadMonth, "Give a month that has begun, as yyyyMM, such as \"202609\", or leave it out for the last 30 days.");
        if (keywords.Count + asins.Count == 0)
        {
            reader.Refuse("keywords", "Give keywords, asins or both.");
        }

        return new MarketParameters(marketplace, keywords, asins, month);
    }

    protected override async Task<MarketReport> ComputeAsync(ReportContext context, MarketParameters parameters, CancellationToken cancellationToken)
    {
        var scope = new ResearchScope(parameters.Marketplace, parameters.Month);
        var inquiry = new MarketInquiry(context.Connections);

        // The team's own products first, then the keywords, since the plan's calls may end on the way.
        var products = await LookUpAsync(inquiry, scope, parameters.Asins, cancellationToken);
        var keywords = new List<IReadOnlyList<KeywordFigures>>();
        foreach (var keyword in parameters.Keywords)
        {
            keywords.Add(await inquiry.AskAsync(MarketPart.Keyword, [keyword], connection => market.KeywordsAsync(connection, scope, keyword, KeywordsRead, cancellationToken)));
        }

        var findings = new List<KeywordFindings>();
        foreach (var (keyword, found) in parameters.Keywords.Zip(keywords))
        {
            var best = await inquiry.AskAsync(MarketPart.BestSellers, [keyword], connection => market.BestSellersAsync(connection, scope, keyword, BestSellers, cancellationToken));
            findings.Add(Findings(inquiry, keyword, found, best));
        }

        if (inquiry.Failure is { } failure)
        {
            throw new ProblemException(PlatformProblems.Of(failure));
        }

        var before = await FindBeforeAsync(context, parameters, cancellationToken);
        return new MarketReport
        {
            Id = context.ReportId,
            Kind = Id,
            TimeZone = context.Zone.Id,
            Period = Period(context, parameters.Month),
            AsOf = context.AsOf.ToUniversalTime(),
            GeneratedAt = context.GeneratedAt,
            Connections = [.. context.Connections.Select(static connection => connection.Id)],
            Stores = context.Stores,
            Parameters = parameters,
            Currency = Marketplaces[parameters.Marketplace],
            Keywords = findings,
            Products = [.. parameters.Asins.Select(asin => Findings(inquiry, asin, products, before))],
            ComparedWith = before is null ? null : new ComparedReport(before.Id, before.GeneratedAt),
            Missing = inquiry.Missing,
        };
    }

    protected override string Markdown(MarketReport report) => MarketDocuments.Markdown(report);

    protected override string Html(MarketReport report) => MarketDocuments.Html(report);

    protected override LocalizedMessage Message(MarketReport report, Uri? link) => new(
        MarketMessage.Render(report, link, MarketWords.English),
        MarketMessage.Render(report, link, MarketWords.Chinese));

    private static string? ReadKeyword(string text) => Plain(text) is { Length: > 0 and <= LongestKeyword } keyword ? keyword : null;

    private static string? ReadAsin(string text) => text.Trim().ToUpperInvariant() is { Length: AsinLength } asin && asin.All(char.IsAsciiLetterOrDigit) ? asin : null;

    private string? ReadMonth(string text) =>
        DateOnly.TryParseExact(text, MonthFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var month) && month <= DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime) ? text : null;

    private static string Plain(string text) => string.Join(' ', ReadableText.OneLine(text).Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private async Task<IReadOnlyList<ProductFigures>> LookUpAsync(MarketInquiry inquiry, ResearchScope scope, IReadOnlyList<string> asins, CancellationToken cancellationToken) =>
        asins.Count == 0 ? [] : await inquiry.AskAsync(MarketPart.Product, asins, connection => market.LookUpAsync(connection, scope, asins, cancellationToken));

    private static KeywordFindings Findings(MarketInquiry inquiry, string keyword, IReadOnlyList<KeywordFigures> found, IReadOnlyList<ProductFigures> best)
    {
        var own = found.FirstOrDefault(figures => string.Equals(Plain(figures.Keyword), keyword, StringComparison.OrdinalIgnoreCase));
        if (own is null)
        {
            inquiry.NoteNoData(MarketPart.Keyword, keyword);
        }

        if (best.Count == 0)
        {
            inquiry.NoteNoData(MarketPart.BestSellers, keyword);
        }

        return new KeywordFindings(keyword, own, [.. found.Where(figures => figures != own).Take(MostRelated)], best);
    }

    private static ProductFindings Findings(MarketInquiry inquiry, string asin, IReadOnlyList<ProductFigures> products, MarketReport? before)
    {
        if (products.FirstOrDefault(figures => figures.Asin == asin) is not { } now)
        {
            inquiry.NoteNoData(MarketPart.Product, asin);
            return new ProductFindings(asin, null, null);
        }

        var then = before?.Products.FirstOrDefault(product => product.Asin == asin)?.Figures;
        return new ProductFindings(asin, now, then is null ? null : new ProductShifts(
            now.Price is { } price && then.Price is { } oldPrice ? Shift.OfMoney(price, oldPrice) : null,
            now.Units is { } units && then.Units is { } oldUnits ? Shift.OfCount(units, oldUnits) : null,
            now.Rating is { } rating && then.Rating is { } oldRating ? Shift.OfCount((decimal)rating, (decimal)oldRating) : null,
            now.Rank is { } rank && then.Rank is { } oldRank ? Shift.OfCount(rank, oldRank) : null));
    }

    /// <summary>A report of the same day was made from the same answers and would show no change.</summary>
    private static async Task<MarketReport?> FindBeforeAsync(ReportContext context, MarketParameters parameters, CancellationToken cancellationToken)
    {
        var day = new DateTimeOffset(context.GeneratedAt.UtcDateTime.Date, TimeSpan.Zero);
        return context.FindBefore is { } find && await find(day, cancellationToken) is MarketReport before && (before.Parameters.Marketplace, before.Parameters.Month) == (parameters.Marketplace, parameters.Month)
            ? before
            : null;
    }

    /// <summary>The last 30 days are those before the report is made, whatever "now" means to it: the platforms have no other.</summary>
    private static ReportPeriod Period(ReportContext context, string? month)
    {
        var today = context.Zone.LocalDay(context.GeneratedAt);
        var first = month is null ? today.AddDays(-NearlyDays) : DateOnly.ParseExact(month, MonthFormat, CultureInfo.InvariantCulture);
        return new ReportPeriod(context.Zone.StartOfDay(first), context.Zone.StartOfDay(month is null ? today : first.AddMonths(1)));
    }
}
