using System.Globalization;
using System.Text.Json;

namespace StoreClaw.Sandbox.SellerSprite;

/// <summary>A refusal in the platform's envelope.</summary>
/// <param name="Data">With ERROR_PARAM the name of the parameter.</param>
internal sealed class SellerSpriteRefusal(string code, string? data = null) : Exception(code)
{
    public string Code => Message;

    public string? Named => data;
}

/// <summary>
/// The queries, checked and answered. Parameters that are not simulated are refused like those that do not exist, which the real one would not do with the former: a filter that is taken and does
/// nothing would hide a mistake.
/// </summary>
internal sealed class SellerSpriteApi(IReadOnlyDictionary<string, SellerSpriteMarket> markets, DateTimeOffset now)
{
    private const int MostRows = 2000;

    private static readonly string[] Shared = ["marketplace", "month", "page", "size", "order"];

    public object Products(JsonElement request)
    {
        var market = Market(request, "keyword", "excludeKeywords", "minPrice", "maxPrice");
        var words = Words(request, "keyword");
        var not = Words(request, "excludeKeywords");
        var (least, most) = (Number(request, "minPrice"), Number(request, "maxPrice"));
        var rows = market.Products.Where(product => words.All(word => Holds(product.Title, word))
            && (not.Length == 0 || !not.All(word => Holds(product.Title, word)))
            && (least is null || product.Price >= least)
            && (most is null || product.Price <= most));
        return Page(request, SortProducts(request, rows), 50, 100, ProductRow);
    }

    public object Competitors(JsonElement request)
    {
        var market = Market(request, "brand", "asins", "keyword");
        var words = Words(request, "keyword");
        var brand = Text(request, "brand");
        var asins = Asins(request);
        if (brand is null && asins is null && words.Length == 0)
        {
            throw new SellerSpriteRefusal("ERROR_PARAM", "asins");
        }

        var rows = market.Products.Where(product => (brand is null || product.Brand == brand) && (asins is null || asins.Contains(product.Asin)) && words.All(word => Holds(product.Title, word)));
        return Page(request, SortProducts(request, rows), 50, 100, ProductRow);
    }

    public object Keywords(JsonElement request)
    {
        var market = Market(request, "keywords", "excludeKeywords", "minSearches", "maxSearches");
        var (text, not) = (Text(request, "keywords"), Text(request, "excludeKeywords"));
        var (least, most) = (Number(request, "minSearches"), Number(request, "maxSearches"));
        var rows = market.Keywords.Where(keyword => (text is null || Holds(keyword.Text, text))
            && (not is null || !Holds(keyword.Text, not))
            && (least is null || keyword.Searches >= least)
            && (most is null || keyword.Searches <= most));
        var (field, descending) = Order(request, "searches");
        Func<MarketKeyword, decimal> key = field switch
        {
            "searches" => static keyword => keyword.Searches,
            "searches_growth" => static keyword => (decimal)keyword.Growth,
            "yearly_growth_rate" => static keyword => (decimal)keyword.YearGrowth,
            _ => throw new SellerSpriteRefusal("ERROR_PARAM", "order.field"),
        };
        return Page(request, Sort(rows, key, descending), 15, 15, keyword => KeywordRow(keyword, Text(request, "marketplace")!, Text(request, "month") ?? "nearly"));
    }

    private SellerSpriteMarket Market(JsonElement request, params string[] own)
    {
        if (request.EnumerateObject().Select(static member => member.Name).Except(Shared).Except(own).FirstOrDefault() is { } unknown)
        {
            throw new SellerSpriteRefusal("ERROR_PARAM", unknown);
        }

        if (Text(request, "month") is { } month and not "nearly")
        {
            var first = new DateOnly(now.UtcDateTime.Year, now.UtcDateTime.Month, 1);
            if (!DateOnly.TryParseExact(month, "yyyyMM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var asked) || asked > first || asked < first.AddMonths(-24))
            {
                throw new SellerSpriteRefusal("ERROR_PARAM", "month");
            }
        }

        return Text(request, "marketplace") is { } code && markets.TryGetValue(code, out var market) ? market : throw new SellerSpriteRefusal("ERROR_PARAM", "marketplace");
    }

    private static string[]? Asins(JsonElement request)
    {
        if (!request.TryGetProperty("asins", out var list))
        {
            return null;
        }

        var asins = list.ValueKind == JsonValueKind.Array && list.EnumerateArray().All(static asin => asin.ValueKind == JsonValueKind.String) ? list.EnumerateArray().Select(static asin => asin.GetString()!).ToArray() : [];
        return asins.Length is >= 1 and <= 40 && asins.All(static asin => asin.Length == 10) ? asins : throw new SellerSpriteRefusal("ERROR_PARAM", "asins");
    }

    private static IEnumerable<MarketProduct> SortProducts(JsonElement request, IEnumerable<MarketProduct> rows)
    {
        var (field, descending) = Order(request, "total_units");
        Func<MarketProduct, decimal> key = field switch
        {
            "total_units" => static product => product.Units,
            "total_amount" => static product => product.Revenue,
            "bsr_rank" => static product => product.Rank,
            "price" => static product => product.Price ?? 0,
            "rating" => static product => (decimal)product.Rating,
            "reviews" => static product => product.Ratings,
            _ => throw new SellerSpriteRefusal("ERROR_PARAM", "order.field"),
        };
        return Sort(rows, key, descending);
    }

    private static IEnumerable<T> Sort<T>(IEnumerable<T> rows, Func<T, decimal> key, bool descending) => descending ? rows.OrderByDescending(key) : rows.OrderBy(key);

    private static (string Field, bool Descending) Order(JsonElement request, string field)
    {
        if (!request.TryGetProperty("order", out var order))
        {
            return (field, true);
        }

        if (order.ValueKind != JsonValueKind.Object || order.EnumerateObject().Any(static member => member.Name is not ("field" or "desc")))
        {
            throw new SellerSpriteRefusal("ERROR_PARAM", "order");
        }

        var descending = !order.TryGetProperty("desc", out var desc) || desc.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw new SellerSpriteRefusal("ERROR_PARAM", "order.desc"),
        };
        return (Text(order, "field") ?? field, descending);
    }

    private static object Page<T>(JsonElement request, IEnumerable<T> rows, int usual, int most, Func<T, object> shape)
    {
        var all = rows.Take(MostRows).ToList();
        var (page, size) = (Whole(request, "page") ?? 1, Whole(request, "size") ?? usual);
        if (size < 1 || size > most)
        {
            throw new SellerSpriteRefusal("ERROR_PARAM", "size");
        }

        if (page < 1 || (page - 1) * size >= MostRows)
        {
            throw new SellerSpriteRefusal("ERROR_PARAM", "page");
        }

        return new { items = all.Skip((page - 1) * size).Take(size).Select(shape).ToList(), page, size, total = all.Count, pages = (all.Count + size - 1) / size };
    }

    private static bool Holds(string text, string word) => text.Contains(word, StringComparison.OrdinalIgnoreCase);

    private static string[] Words(JsonElement request, string name) => Text(request, name)?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];

    private static string? Text(JsonElement request, string name) => !request.TryGetProperty(name, out var value) ? null
        : value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : throw new SellerSpriteRefusal("ERROR_PARAM", name);

    private static int? Whole(JsonElement request, string name) => !request.TryGetProperty(name, out var value) ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : throw new SellerSpriteRefusal("ERROR_PARAM", name);

    private static decimal? Number(JsonElement request, string name) => !request.TryGetProperty(name, out var value) ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) ? number : throw new SellerSpriteRefusal("ERROR_PARAM", name);

    private static object ProductRow(MarketProduct product) => new
    {
        asin = product.Asin,
        brand = product.Brand,
        title = product.Title,
        parent = product.Asin,
        nodeIdPath = "1055398:1063252:1063280",
        bsrId = "home-garden",
        bsr = product.Rank,
        units = product.Units,
        unitsGr = product.UnitsGrowth,
        revenue = product.Revenue,
        price = product.Price ?? -1,
        primePrice = -1,
        deliveryPrice = -1,
        fba = 5.12m,
        profit = 41.3m,
        ratings = product.Ratings,
        rating = product.Rating,
        availableDate = 1609059137000,
        fulfillment = "FBA",
        badge = new { bestSeller = "N", amazonChoice = "N", newRelease = "N", ebc = "Y", video = "N" },
    };

    private static object KeywordRow(MarketKeyword keyword, string marketplace, string month) => new
    {
        marketplace,
        keywords = keyword.Text,
        searches = keyword.Searches,
        purchases = keyword.Purchases,
        growth = keyword.Growth,
        purchaseRate = Math.Round((decimal)keyword.Purchases / Math.Max(1, keyword.Searches), 4),
        products = keyword.Products,
        month,
        supplement = "N",
        searchMonthlyCr = keyword.YearGrowth,
        currency = "$",
        avgPrice = keyword.AveragePrice,
        avgRating = keyword.AverageRating,
        bid = keyword.Bid,
        marketPeriod = "N",
    };
}
