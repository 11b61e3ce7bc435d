namespace StoreClaw.Commerce;

/// <summary>What a store has of one article at one place.</summary>
/// <param name="Sku">Empty where the store gave it none.</param>
/// <param name="Title">Empty where the platform tells levels and no products.</param>
/// <param name="Available">What can be sold; null when the store does not count it.</param>
public sealed record StockBookEntry(string Sku, string Title, string ItemId, string LocationId, decimal? Available);

/// <summary>Joins the products' variants with the levels of their items.</summary>
public static class StockEntries
{
    /// <summary>An entry for each variant at each place; one without a level has one that is not counted.</summary>
    public static async Task<IReadOnlyList<StockBookEntry>> EntriesAsync(this IStockBook book, string connectionId, CancellationToken cancellationToken)
    {
        var products = await book.ProductsAsync(connectionId, cancellationToken).ToListAsync(cancellationToken);
        var levels = await book.LevelsAsync(connectionId, cancellationToken).Select(static traced => traced.Level).ToListAsync(cancellationToken);
        if (products.Count == 0)
        {
            return [.. levels.Select(static level => new StockBookEntry((level.Sku ?? "").Trim(), "", level.ItemId, level.LocationId, level.Available))];
        }

        // A level that no variant refers to is of a variant that was taken off its product.
        var byItem = levels.ToLookup(static level => level.ItemId, StringComparer.Ordinal);
        return [.. products.SelectMany(product => product.Variants.SelectMany(variant => Entries(product, variant, byItem[variant.StockItemId])))];
    }

    private static IEnumerable<StockBookEntry> Entries(Product product, Variant variant, IEnumerable<StockLevel> levels) => levels
        .Select(level => new StockBookEntry(Sku(variant, level), product.NameOf(variant), level.ItemId, level.LocationId, level.Available))
        .DefaultIfEmpty(new StockBookEntry(variant.Sku.Trim(), product.NameOf(variant), variant.StockItemId, "", null));

    private static string Sku(Variant variant, StockLevel level) => (variant.Sku.Length > 0 ? variant.Sku : level.Sku ?? "").Trim();
}
