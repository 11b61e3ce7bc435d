namespace StoreClaw.Connectors;

/// <summary>Where and when to look.</summary>
/// <param name="Marketplace">One of <see cref="IResearch.Marketplaces"/>.</param>
/// <param name="Month">yyyyMM; null for the last 30 days.</param>
public sealed record ResearchScope(string Marketplace, string? Month);

/// <summary>How a keyword fares in the scope. What the platform does not tell is null.</summary>
public sealed record KeywordFigures
{
    public required string Keyword { get; init; }

    /// <summary>ISO 4217; every amount is in it.</summary>
    public required string Currency { get; init; }

    /// <summary>A month's searches, the platform's estimate.</summary>
    public long? Searches { get; init; }

    /// <summary>How searches changed, in percent, against the period that the platform takes.</summary>
    public double? Growth { get; init; }

    /// <summary>The same against the month a year before.</summary>
    public double? YearGrowth { get; init; }

    public long? Purchases { get; init; }

    /// <summary>Purchases per search.</summary>
    public double? PurchaseRate { get; init; }

    /// <summary>How many products are found under it.</summary>
    public long? Products { get; init; }

    public decimal? AveragePrice { get; init; }

    public double? AverageRating { get; init; }

    /// <summary>What a click of an advertisement costs.</summary>
    public decimal? Bid { get; init; }
}

/// <summary>How a product fares in the scope. What the platform does not tell is null.</summary>
public sealed record ProductFigures
{
    public required string Asin { get; init; }

    public string Title { get; init; } = "";

    public string Brand { get; init; } = "";

    /// <summary>ISO 4217; every amount is in it.</summary>
    public required string Currency { get; init; }

    public decimal? Price { get; init; }

    /// <summary>A month's units and revenue of the product with all its variants, the platform's estimates.</summary>
    public long? Units { get; init; }

    public decimal? Revenue { get; init; }

    /// <summary>How units changed, in percent, against the period that the platform takes.</summary>
    public double? UnitsGrowth { get; init; }

    /// <summary>Of five.</summary>
    public double? Rating { get; init; }

    /// <summary>How many people rated it.</summary>
    public long? Ratings { get; init; }

    /// <summary>Among the best sellers of its main category; 1 is best.</summary>
    public long? Rank { get; init; }
}

/// <summary>Answers questions about a market. Reads only; every call counts against what the account's plan allows.</summary>
public interface IResearch
{
    /// <summary>The codes of the marketplaces there are, with the currency (ISO 4217) of each.</summary>
    IReadOnlyDictionary<string, string> Marketplaces { get; }

    /// <summary>The keyword and those that hold it, most searched first.</summary>
    /// <exception cref="PlatformException">There is no answer; <see cref="FaultKind.Invalid"/> when only this question is at fault.</exception>
    Task<IReadOnlyList<KeywordFigures>> KeywordsAsync(StoreSession store, ResearchScope scope, string keyword, int most, CancellationToken cancellationToken);

    /// <summary>What sells best under the keyword, most units first.</summary>
    /// <inheritdoc cref="KeywordsAsync" path="/exception"/>
    Task<IReadOnlyList<ProductFigures>> BestSellersAsync(StoreSession store, ResearchScope scope, string keyword, int most, CancellationToken cancellationToken);

    /// <summary>These products, in any order; those that the platform does not know are left out.</summary>
    /// <inheritdoc cref="KeywordsAsync" path="/exception"/>
    Task<IReadOnlyList<ProductFigures>> LookUpAsync(StoreSession store, ResearchScope scope, IReadOnlyList<string> asins, CancellationToken cancellationToken);
}
