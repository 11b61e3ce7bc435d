using StoreClaw.Commerce;

namespace StoreClaw.Reports.Inventory;

/// <summary>One article of a store: what its orders name and what its shelves hold.</summary>
internal sealed class StockArticle(string sku, string title)
{
    private readonly List<TracedLevel> _levels = [];

    public string Sku { get; } = sku;

    public string Title { get; private set; } = title;

    public double[] Units { get; private set; } = [];

    /// <summary>Whether the platform counts its stock anywhere.</summary>
    public bool IsTracked => _levels.Exists(static level => level.Level.Available is not null);

    /// <summary>Its places with counted stock, by id.</summary>
    public IReadOnlyList<StockPlace> Places =>
    [
        .. _levels.Where(static level => level.Level.Available is not null)
            .GroupBy(static level => level.Level.LocationId, StringComparer.Ordinal)
            .OrderBy(static place => place.Key, StringComparer.Ordinal)
            .Select(static place => new StockPlace(place.Key, [.. place])),
    ];

    public void Add(TracedLevel level) => _levels.Add(level);

    /// <summary>Adds a day's sales.</summary>
    public void Add(BookProduct sold, int day, int days)
    {
        if (Units.Length == 0)
        {
            Units = new double[days];
        }

        Units[day] += (double)sold.Units;
        if (Title.Length == 0)
        {
            Title = sold.Title;
        }
    }
}

/// <param name="Location">Empty where the platform has none.</param>
internal sealed record StockPlace(string Location, IReadOnlyList<TracedLevel> Levels)
{
    public decimal OnHand { get; } = Levels.Sum(static level => level.Level.Available ?? 0);

    /// <summary>What the place's levels fell by on the days given (UTC's), the last one included.</summary>
    public decimal Outflow(DateOnly after, DateOnly last) =>
        Levels.Sum(level => level.Trace?.Outflow.Where(day => day.Key > after && day.Key <= last).Sum(static day => day.Value) ?? 0);
}

/// <summary>
/// The articles of a store. Stock lies under the platform's item, orders name a sku or a variant: variants of one sku are one article, and so are variants that draw on one stock.
/// </summary>
internal sealed class StockArticles
{
    private const int MostSkus = 3;

    private readonly Dictionary<string, StockArticle> _byItem = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StockArticle> _bySku = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StockArticle> _byVariant = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StockArticle> _byProduct = new(StringComparer.Ordinal);

    public StockArticles(IReadOnlyList<Product> products)
    {
        var groups = Group([.. products.SelectMany(static product => product.Variants.Select(variant => new Offer(product, variant)))]);
        foreach (var group in groups)
        {
            var article = Make(group);
            foreach (var (product, variant) in group)
            {
                Index(_byItem, variant.StockItemId, article);
                _byVariant[variant.Id] = article;
                Index(_bySku, variant.Sku, article);
                if (product.Variants.Count == 1)
                {
                    _byProduct[product.Id] = article;
                }
            }
        }
    }

    public IEnumerable<StockArticle> All => _byItem.Values.Distinct();

    /// <summary>Puts a level to its article; one that no product names is an article by its own sku.</summary>
    public void Add(TracedLevel level)
    {
        var (item, sku) = (level.Level.ItemId, level.Level.Sku ?? "");
        if (!_byItem.TryGetValue(item, out var article))
        {
            article = _bySku.GetValueOrDefault(sku) ?? new StockArticle(sku.Length > 0 ? sku : item, "");
            _byItem[item] = article;
            Index(_bySku, sku, article);
        }

        article.Add(level);
    }

    /// <summary>The article an order line is of: by its sku, else its variant, else a product that has no other; null when the store has none such.</summary>
    public StockArticle? Find(BookProduct sold) =>
        Find(_bySku, sold.Sku) ?? Find(_byVariant, sold.VariantId) ?? Find(_byProduct, sold.ProductId);

    /// <summary>Joins what shares a sku or a stock.</summary>
    private static IEnumerable<List<Offer>> Group(List<Offer> offers)
    {
        var groups = new Dictionary<string, List<Offer>>(StringComparer.Ordinal);
        foreach (var offer in offers)
        {
            var joined = offer.Keys.Select(groups.GetValueOrDefault).OfType<List<Offer>>().Distinct().ToList();
            var group = joined.Count > 0 ? joined[0] : [];
            group.Add(offer);
            foreach (var other in joined.Skip(1))
            {
                group.AddRange(other);
            }

            foreach (var key in joined.Count > 1 ? group.SelectMany(static one => one.Keys) : offer.Keys)
            {
                groups[key] = group;
            }
        }

        return groups.Values.Distinct();
    }

    private static StockArticle Make(List<Offer> group)
    {
        var skus = group.Select(static offer => offer.Variant.Sku).Where(static sku => sku.Length > 0).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var sku = skus.Count > MostSkus ? $"{string.Join(", ", skus.Take(MostSkus))} …" : string.Join(", ", skus);
        var isOne = group.Select(static offer => offer.Variant.Id).Distinct(StringComparer.Ordinal).Count() == 1;
        return new StockArticle(sku, isOne ? group[0].Product.NameOf(group[0].Variant) : group[0].Product.Title);
    }

    private static void Index(Dictionary<string, StockArticle> index, string key, StockArticle article)
    {
        if (key.Length > 0)
        {
            index.TryAdd(key, article);
        }
    }

    private static StockArticle? Find(Dictionary<string, StockArticle> index, string? key) => string.IsNullOrEmpty(key) ? null : index.GetValueOrDefault(key);

    private sealed record Offer(Product Product, Variant Variant)
    {
        /// <summary>What it shares with others of its article.</summary>
        public IReadOnlyList<string> Keys { get; } =
        [
            .. Variant.StockItemId.Length > 0 ? [$"item|{Variant.StockItemId}"] : Array.Empty<string>(),
            .. Variant.Sku.Length > 0 ? [$"sku|{Variant.Sku}"] : Array.Empty<string>(),
        ];
    }
}
