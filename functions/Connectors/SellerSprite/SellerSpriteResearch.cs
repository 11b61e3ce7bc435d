namespace StoreClaw.Connectors.SellerSprite;

/// <summary>The three questions that reports ask of the several dozen there are.</summary>
internal sealed class SellerSpriteResearch : IResearch
{
    /// <summary>A query gives no row beyond this one, however many it counts.</summary>
    private const int MostRows = 2000;

    private const int MostAsins = 40;

    public IReadOnlyDictionary<string, string> Marketplaces { get; } = new Dictionary<string, string>
    {
        ["US"] = "USD",
        ["JP"] = "JPY",
        ["UK"] = "GBP",
        ["DE"] = "EUR",
        ["FR"] = "EUR",
        ["IT"] = "EUR",
        ["ES"] = "EUR",
        ["CA"] = "CAD",
        ["IN"] = "INR",
        ["MX"] = "MXN",
        ["BR"] = "BRL",
        ["AU"] = "AUD",
        ["AE"] = "AED",
    };

    public Task<IReadOnlyList<KeywordFigures>> KeywordsAsync(StoreSession store, ResearchScope scope, string keyword, int most, CancellationToken cancellationToken) =>
        ReadAsync(store, SellerSpriteCall.Keywords, scope, new("keywords", keyword), most, ToKeyword, cancellationToken);

    public Task<IReadOnlyList<ProductFigures>> BestSellersAsync(StoreSession store, ResearchScope scope, string keyword, int most, CancellationToken cancellationToken) =>
        ReadAsync(store, SellerSpriteCall.Products, scope, new("keyword", keyword), most, ToProduct, cancellationToken);

    public async Task<IReadOnlyList<ProductFigures>> LookUpAsync(StoreSession store, ResearchScope scope, IReadOnlyList<string> asins, CancellationToken cancellationToken)
    {
        var found = new List<ProductFigures>();
        foreach (var some in asins.Chunk(MostAsins))
        {
            // Variants of what was asked for may come along.
            var rows = await ReadAsync(store, SellerSpriteCall.Competitors, scope, new("asins", some), SellerSpriteCall.Competitors.MostPerPage, ToProduct, cancellationToken);
            found.AddRange(rows.Where(row => some.Contains(row.Asin)).DistinctBy(static row => row.Asin));
        }

        return found;
    }

    private async Task<IReadOnlyList<T>> ReadAsync<T>(
        StoreSession store, SellerSpriteCall call, ResearchScope scope, KeyValuePair<string, object> question, int most, Func<JsonElement, string, T> read, CancellationToken cancellationToken)
    {
        if (!Marketplaces.TryGetValue(scope.Marketplace, out var currency))
        {
            throw new PlatformException(new PlatformFault(FaultKind.Invalid, "no-such-marketplace", $"SellerSprite has no marketplace '{scope.Marketplace}'."));
        }

        var wanted = Math.Min(most, MostRows);
        var size = Math.Min(wanted, call.MostPerPage);
        var rows = new List<T>();
        for (var page = 1; ; page++)
        {
            var body = new Dictionary<string, object>
            {
                ["marketplace"] = scope.Marketplace,
                [question.Key] = question.Value,
                ["page"] = page,
                ["size"] = size,
                ["order"] = new { field = call.Order, desc = true },
            };
            if (scope.Month is { } month)
            {
                body["month"] = month;
            }

            var response = await store.SendAsync(SellerSpriteConnector.Request(call, body), cancellationToken);
            var found = response.Read(json => Rows(json).Select(row => read(row, currency)).ToList());
            rows.AddRange(found);
            if (found.Count < size || rows.Count >= wanted)
            {
                return [.. rows.Take(wanted)];
            }
        }
    }

    private static IEnumerable<JsonElement> Rows(JsonElement answer) => answer.Member("data") is not { } data ? []
        : data.ValueKind == JsonValueKind.Object ? data.Items("items") : throw new FormatException("'data' is not an object.");

    private static KeywordFigures ToKeyword(JsonElement row, string currency) => new()
    {
        Keyword = row.Text("keywords"),
        Currency = currency,
        Searches = Count(row, "searches"),
        Growth = (double?)row.DecimalOrNull("growth"),
        YearGrowth = (double?)row.DecimalOrNull("searchMonthlyCr"),
        Purchases = Count(row, "purchases"),
        PurchaseRate = (double?)Amount(row, "purchaseRate"),
        Products = Count(row, "products"),
        AveragePrice = Amount(row, "avgPrice"),
        AverageRating = (double?)Amount(row, "avgRating"),
        Bid = Amount(row, "bid"),
    };

    private static ProductFigures ToProduct(JsonElement row, string currency) => new()
    {
        Asin = row.Text("asin"),
        Title = row.TextOrNull("title") ?? "",
        Brand = row.TextOrNull("brand") ?? "",
        Currency = currency,
        Price = Amount(row, "price"),
        Units = Count(row, "units"),
        Revenue = Amount(row, "revenue"),
        UnitsGrowth = (double?)row.DecimalOrNull("unitsGr"),
        Rating = (double?)Amount(row, "rating"),
        Ratings = Count(row, "ratings"),
        Rank = Count(row, "bsr"),
    };

    /// <summary>-1 stands for none; without this a product without a price costs less than nothing.</summary>
    private static decimal? Amount(JsonElement row, string name) => row.DecimalOrNull(name) is >= 0 and var amount ? amount : null;

    private static long? Count(JsonElement row, string name) => Amount(row, name) is { } count && count <= long.MaxValue ? (long)count : null;
}
