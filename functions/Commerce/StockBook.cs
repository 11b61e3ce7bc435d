using Azure.Data.Tables;
using StoreClaw.Storage;

namespace StoreClaw.Commerce;

/// <summary>What a store has of one article at one place.</summary>
/// <param name="Sku">Empty where the store gave it none.</param>
/// <param name="Title">Empty where the platform tells levels and no products.</param>
/// <param name="Available">What can be sold; null when the store does not count it.</param>
public sealed record StockBookEntry(string Sku, string Title, string ItemId, string LocationId, decimal? Available);

/// <summary>The stock of a store as the last sync and the webhooks since left it; the platform is not asked.</summary>
public interface IStockBook
{
    /// <summary>An entry for each variant at each place; one without a level has one that is not counted. Costs a storage request per 1,000 products and levels.</summary>
    Task<IReadOnlyList<StockBookEntry>> LevelsAsync(string connectionId, CancellationToken cancellationToken);
}

/// <summary>Joins the products' variants with the levels of their items.</summary>
public sealed class StockBook(StorageClients storage) : IStockBook
{
    public async Task<IReadOnlyList<StockBookEntry>> LevelsAsync(string connectionId, CancellationToken cancellationToken)
    {
        var products = await ReadAsync<Product>(Resource.Products, connectionId, cancellationToken);
        var levels = await ReadAsync<StockLevel>(Resource.Stock, connectionId, cancellationToken);
        if (products.Count == 0)
        {
            return [.. levels.Select(static level => new StockBookEntry((level.Sku ?? "").Trim(), "", level.ItemId, level.LocationId, level.Available))];
        }

        // A level that no variant refers to is of a variant that was taken off its product.
        var byItem = levels.ToLookup(static level => level.ItemId, StringComparer.Ordinal);
        return [.. products.SelectMany(product => product.Variants.SelectMany(variant => Entries(product, variant, byItem[variant.StockItemId])))];
    }

    private static IEnumerable<StockBookEntry> Entries(Product product, Variant variant, IEnumerable<StockLevel> levels) => levels
        .Select(level => new StockBookEntry(Sku(variant, level), Title(product, variant), level.ItemId, level.LocationId, level.Available))
        .DefaultIfEmpty(new StockBookEntry(variant.Sku.Trim(), Title(product, variant), variant.StockItemId, "", null));

    private static string Sku(Variant variant, StockLevel level) => (variant.Sku.Length > 0 ? variant.Sku : level.Sku ?? "").Trim();

    // What a platform calls the only variant of a product says nothing.
    private static string Title(Product product, Variant variant) =>
        product.Variants.Count == 1 || variant.Title.Length == 0 ? product.Title
        : variant.Title.Contains(product.Title, StringComparison.Ordinal) ? variant.Title
        : $"{product.Title} {variant.Title}";

    private async Task<List<T>> ReadAsync<T>(Resource resource, string connectionId, CancellationToken cancellationToken)
        where T : IRecord
    {
        var table = await storage.TableAsync(RecordKind.Table(resource), cancellationToken);
        var records = new List<T>();
        await foreach (var row in table.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {connectionId}"), cancellationToken: cancellationToken))
        {
            if (row.GetBoolean(RecordKind.Gone) is not true)
            {
                records.Add(RecordKind.Read<T>(row));
            }
        }

        return records;
    }
}
