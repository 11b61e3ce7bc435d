using System.Collections.Concurrent;
using System.Globalization;

namespace StoreClaw.Sandbox.SellerSprite;

/// <param name="Price">Null: none at present, which the platform writes as -1.</param>
public sealed record MarketProduct(string Asin, string Title, string Brand, decimal? Price, int Units, double UnitsGrowth, double Rating, int Ratings, int Rank)
{
    public decimal Revenue => (Price ?? 0) * Units;
}

public sealed record MarketKeyword(string Text, int Searches, double Growth, double YearGrowth, int Purchases, int Products, decimal AveragePrice, double AverageRating, decimal Bid);

/// <summary>What the platform knows of one marketplace.</summary>
public sealed class SellerSpriteMarket
{
    private static readonly string[] Kinds = ["storage box", "yoga mat", "desk lamp", "dog bed", "water bottle"];
    private static readonly string[] Traits = ["", "foldable ", "large ", "kids ", "waterproof "];
    private static readonly string[] Brands = ["Harbor & Pine", "Nordlys", "KUMO", "Mermaker", "Ibex"];

    private readonly ConcurrentDictionary<string, MarketProduct> _products = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, MarketKeyword> _keywords = new(StringComparer.Ordinal);

    public IReadOnlyCollection<MarketProduct> Products => [.. _products.Values];

    public IReadOnlyCollection<MarketKeyword> Keywords => [.. _keywords.Values];

    /// <summary>Five kinds of goods, each with some plain and some narrower keywords and fifty products. The same for the same seed.</summary>
    public static SellerSpriteMarket Generate(int seed)
    {
        var random = new Random(seed);
        var market = new SellerSpriteMarket();
        foreach (var (kind, goods) in Kinds.Index())
        {
            var searches = random.Next(40_000, 250_000);
            foreach (var trait in Traits)
            {
                var purchases = searches / random.Next(20, 60);
                market.Put(new MarketKeyword(trait + goods, searches, Rounded(random, -40, 60), Rounded(random, -60, 200), purchases, random.Next(100, 5000), random.Next(900, 6000) / 100m, Rounded(random, 3.6, 4.8), random.Next(40, 300) / 100m));
                searches = searches * random.Next(10, 50) / 100;
            }

            for (var number = 0; number < 50; number++)
            {
                var asin = string.Create(CultureInfo.InvariantCulture, $"B0{kind}{number:D2}{random.Next(10_000, 99_999)}");
                var title = $"{Brands[random.Next(Brands.Length)]} {Traits[random.Next(Traits.Length)]}{goods}, {random.Next(1, 6)} pack";
                decimal? price = number % 17 == 16 ? null : random.Next(700, 9000) / 100m;
                market.Put(new MarketProduct(asin, title, title.Split(' ')[0], price, random.Next(20, 30_000), Rounded(random, -50, 120), Rounded(random, 3, 5), random.Next(5, 40_000), random.Next(1, 90_000)));
            }
        }

        return market;
    }

    /// <summary>Adds it, or changes what is known of it.</summary>
    public void Put(MarketProduct product) => _products[product.Asin] = product;

    public void Put(MarketKeyword keyword) => _keywords[keyword.Text] = keyword;

    private static double Rounded(Random random, double from, double to) => Math.Round(from + (random.NextDouble() * (to - from)), 2);
}
