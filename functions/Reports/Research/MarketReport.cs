using StoreClaw.Connectors;

namespace StoreClaw.Reports.Research;

/// <summary>How keywords and products fare on one marketplace. Searches, units and revenue are the platform's estimates for a month; amounts are in the marketplace's currency.</summary>
public sealed record MarketReport : Report
{
    public required MarketParameters Parameters { get; init; }

    /// <summary>ISO 4217.</summary>
    public required string Currency { get; init; }

    /// <summary>As asked for, in that order.</summary>
    public required IReadOnlyList<KeywordFindings> Keywords { get; init; }

    /// <summary>As asked for, in that order.</summary>
    public required IReadOnlyList<ProductFindings> Products { get; init; }

    /// <summary>The report that the products' changes are against; null when there is none of the task with the same scope.</summary>
    public required ComparedReport? ComparedWith { get; init; }

    /// <summary>What was asked for and is not in it, and why.</summary>
    public required IReadOnlyList<MissingPart> Missing { get; init; }
}

/// <param name="Asins">The team's own products and its competitors'.</param>
/// <param name="Month">yyyyMM; null for the last 30 days.</param>
public sealed record MarketParameters(string Marketplace, IReadOnlyList<string> Keywords, IReadOnlyList<string> Asins, string? Month);

/// <param name="Figures">Null when the platform has none.</param>
/// <param name="Related">The most searched keywords that hold it.</param>
/// <param name="BestSellers">Most units first.</param>
public sealed record KeywordFindings(string Keyword, KeywordFigures? Figures, IReadOnlyList<KeywordFigures> Related, IReadOnlyList<ProductFigures> BestSellers);

/// <param name="Figures">Null when the platform has none.</param>
/// <param name="Change">Null when there is nothing to compare with.</param>
public sealed record ProductFindings(string Asin, ProductFigures? Figures, ProductShifts? Change);

/// <summary>Each null when it was not known then or is not now.</summary>
public sealed record ProductShifts(Shift? Price, Shift? Units, Shift? Rating, Shift? Rank);

public sealed record ComparedReport(string Id, DateTimeOffset GeneratedAt);

public enum MarketPart
{
    Keyword,
    BestSellers,
    Product,
}

public enum MissingCause
{
    /// <summary>The platform answered and has nothing of it.</summary>
    NoData,

    /// <summary>The platform does not take this question.</summary>
    QuestionRefused,

    QuotaExhausted,

    NotConnected,

    /// <summary>The platform failed, was too slow or could not be reached.</summary>
    Unavailable,
}

/// <param name="Name">The keyword or the ASIN.</param>
/// <param name="Message">What the platform said.</param>
public sealed record MissingPart(MarketPart Part, string Name, MissingCause Cause, string Message);
