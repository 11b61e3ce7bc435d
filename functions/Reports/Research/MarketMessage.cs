using System.Globalization;
using StoreClaw.Connectors;
using StoreClaw.Notifications;

namespace StoreClaw.Reports.Research;

/// <summary>The report as the group reads it on a phone: the products watched and how they changed, each keyword with what sells best under it, what is missing, the link.</summary>
internal static class MarketMessage
{
    // What fits: so many lines of products, keywords and best sellers together.
    private const int MostLines = 15;
    private const int MostProducts = 4;
    private const int MostBestSellers = 5;
    private const int MostNamesMissing = 2;
    private const int TitleBytes = 48;
    private const int KeywordBytes = 40;
    private const int MissingBytes = 30;
    private const string Separator = " · ";

    public static ChannelMessage Render(MarketReport report, Uri? link, MarketWords words)
    {
        var lines = new List<MessageLine>();
        var products = report.Products.Where(static product => product.Figures is not null).ToList();
        AddProducts(lines, report, products, words);
        var each = report.Keywords.Count == 0 ? 0 : Math.Clamp((MostLines - Math.Min(products.Count, MostProducts)) / report.Keywords.Count - 1, 0, MostBestSellers);
        AddKeywords(lines, report, each, words);
        foreach (var cause in report.Missing.GroupBy(static part => part.Cause).OrderBy(static cause => cause.Key))
        {
            var names = cause.Select(static part => ReadableText.Cut(part.Name, MissingBytes)).Distinct().ToList();
            lines.Add(MessageLine.Quote(new Span(words.Missing(cause.Key, [.. names.Take(MostNamesMissing)], Math.Max(0, names.Count - MostNamesMissing)), Tone.Bad)));
        }

        if (link is not null)
        {
            lines.Add(MessageLine.Text(new Span(words.FullReport, Url: link)));
        }

        return new ChannelMessage(words.Title(report), lines);
    }

    private static void AddProducts(List<MessageLine> lines, MarketReport report, List<ProductFindings> products, MarketWords words)
    {
        if (products.Count == 0)
        {
            return;
        }

        lines.Add(MessageLine.Heading(words.Products));
        if (report.ComparedWith is { } before && products.Any(static product => product.Change is not null))
        {
            lines.Add(MessageLine.Text(new Span(words.Since(before.GeneratedAt), Tone.Muted)));
        }

        lines.AddRange(products.Take(MostProducts).Select(product => Line(product, words)));
        if (products.Count > MostProducts)
        {
            lines.Add(MessageLine.Text(new Span(words.MoreProducts(products.Count - MostProducts), Tone.Muted)));
        }
    }

    private static MessageLine Line(ProductFindings product, MarketWords words)
    {
        var (figures, change) = (product.Figures!, product.Change);
        var spans = new List<Span> { new(figures.Title.Length == 0 ? figures.Asin : $"{ReadableText.Cut(figures.Title, TitleBytes)} ({figures.Asin})") };
        if (figures.Price is { } price)
        {
            spans.AddRange([new(Separator), new(Figures.Read(price, figures.Currency), Bold: true), .. Changed(change?.Price?.Percent, Tone.None)]);
        }

        if (figures.Units is { } units)
        {
            spans.AddRange([new(Separator + words.Units(Figures.Read(units))), .. Changed(change?.Units?.Percent, ToneOf(change?.Units?.Change))]);
        }

        if (figures.Rating is { } rating)
        {
            spans.Add(new(Separator + words.Rated(Number(rating))));
        }

        if (figures.Rank is { } rank)
        {
            // A rank that falls in number has risen.
            var risen = -change?.Rank?.Change;
            spans.Add(new(Separator + words.Rank(Figures.Read(rank))));
            if (risen is { } places && places != 0)
            {
                spans.Add(new($" ({(places > 0 ? "▲" : "▼")}{Figures.Read(Math.Abs(places))})", ToneOf(places)));
            }
        }

        return MessageLine.Text(spans);
    }

    private static void AddKeywords(List<MessageLine> lines, MarketReport report, int each, MarketWords words)
    {
        if (report.Keywords.Count > 0)
        {
            lines.Add(MessageLine.Heading(words.Keywords));
        }

        foreach (var keyword in report.Keywords)
        {
            lines.Add(Line(keyword, words));
            lines.AddRange(keyword.BestSellers.Take(each).Select((product, place) => Line(product, place + 1, words)));
        }
    }

    private static MessageLine Line(KeywordFindings keyword, MarketWords words)
    {
        var spans = new List<Span> { new(ReadableText.Cut(keyword.Keyword, KeywordBytes), Bold: true) };
        spans.Add(new(Separator + (keyword.Figures?.Searches is { } searches ? words.Searches(Figures.Read(searches)) : words.NoSearches)));
        if (MarketTables.Arrow(keyword.Figures?.Growth) is { } growth)
        {
            spans.AddRange([new(Separator), new(growth, ToneOf((decimal)keyword.Figures!.Growth!))]);
        }

        if (MarketTables.Arrow(keyword.Figures?.YearGrowth) is { } year)
        {
            spans.AddRange([new(Separator), new(words.OnTheYear(year), ToneOf((decimal)keyword.Figures!.YearGrowth!))]);
        }

        return MessageLine.Text(spans);
    }

    private static MessageLine Line(ProductFigures product, int place, MarketWords words)
    {
        string[] parts =
        [
            ReadableText.Cut(product.Title.Length > 0 ? product.Title : product.Asin, TitleBytes),
            .. product.Price is { } price ? [Figures.Read(price, product.Currency)] : Array.Empty<string>(),
            .. product.Units is { } units ? [words.Units(Figures.Read(units))] : Array.Empty<string>(),
            .. product.Rating is { } rating ? [words.Rated(Number(rating))] : Array.Empty<string>(),
        ];
        return MessageLine.Text(new Span(string.Create(CultureInfo.InvariantCulture, $"{place}. {string.Join(Separator, parts)}")));
    }

    private static IEnumerable<Span> Changed(decimal? percent, Tone tone) => percent is { } change && change != 0 ? [new Span($" ({Figures.Arrow(change)})", tone)] : [];

    private static Tone ToneOf(decimal? change) => change switch
    {
        > 0 => Tone.Good,
        < 0 => Tone.Bad,
        _ => Tone.None,
    };

    private static string Number(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);
}
