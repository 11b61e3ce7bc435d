using System.Text.Json.Serialization;

namespace StoreClaw.Reports.StockSync;

/// <summary>Where the stores' stock of the same article differs, and what would make it equal. Levels are those of the last sync and the webhooks since.</summary>
public sealed record StockSyncReport : Report
{
    public required StockSyncParameters Parameters { get; init; }

    /// <summary>Articles that were compared in at least two stores.</summary>
    public required int Compared { get; init; }

    /// <summary>Levels that are as they should be.</summary>
    public required int InStep { get; init; }

    /// <summary>Ordered by SKU, then store.</summary>
    public required IReadOnlyList<StockProposal> Proposals { get; init; }

    /// <summary>How many levels more differ than one run proposes to change; a later run does.</summary>
    public required int Left { get; init; }

    public required IReadOnlyList<SkippedArticle> Skipped { get; init; }
}

/// <param name="Skus">Null for all that at least two of the stores have.</param>
/// <param name="Source">A connection's id, or <see cref="Lowest"/>.</param>
/// <param name="Buffer">Pieces that the other stores get less than the source has.</param>
public sealed record StockSyncParameters(IReadOnlyList<string>? Skus, string Source, int Buffer)
{
    /// <summary>The store that has least of an article is its source.</summary>
    public const string Lowest = "lowest";
}

/// <param name="SourceConnection">The store whose level is the truth.</param>
/// <param name="SourceLevel">What it has.</param>
public sealed record StockProposal(
    string Sku,
    string Title,
    string Connection,
    string Item,
    string Location,
    [property: JsonConverter(typeof(PlainNumberConverter))] decimal From,
    [property: JsonConverter(typeof(PlainNumberConverter))] decimal To,
    string SourceConnection,
    [property: JsonConverter(typeof(PlainNumberConverter))] decimal SourceLevel);

public enum SkipReason
{
    /// <summary>The store has no article of this SKU.</summary>
    Missing,

    /// <summary>The store does not count it.</summary>
    Untracked,

    /// <summary>Several variants have this SKU, it lies at several places, or other SKUs draw on the same number: which is meant is not to be guessed.</summary>
    Ambiguous,

    /// <summary>The store must be connected again first.</summary>
    NotConnected,
}

/// <param name="Sku">Empty when it is the whole store.</param>
public sealed record SkippedArticle(string Sku, string Connection, SkipReason Reason);
