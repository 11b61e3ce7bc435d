using System.Collections.Concurrent;
using StoreClaw.Commerce;

namespace StoreClaw.Alerts;

/// <summary>
/// What the team knows a store's articles by. A stock level tells its sku at most, so the store's products are gone through, once for all that is asked for within <see cref="Kept"/>.
/// </summary>
public sealed class ArticleNames(IStockBook book, TimeProvider time)
{
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);

    /// <summary>Whose names are in memory, some 100 bytes an article.</summary>
    private const int MostStores = 4;

    private readonly ConcurrentDictionary<string, (DateTimeOffset ReadAt, IReadOnlyDictionary<string, string> Names)> _stores = new();

    /// <summary>"Mug - red (MUG-1)".</summary>
    public static string Of(Product product, Variant variant) => variant.Sku.Length > 0 ? $"{product.NameOf(variant)} ({variant.Sku})" : product.NameOf(variant);

    /// <summary>The name of what lies under the platform's item; null where no product tells it.</summary>
    public async Task<string?> FindAsync(string connectionId, string itemId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (!_stores.TryGetValue(connectionId, out var store) || now - store.ReadAt >= Kept)
        {
            store = (now, await ReadAsync(connectionId, cancellationToken));
            if (_stores.Count >= MostStores)
            {
                _stores.Clear();
            }

            _stores[connectionId] = store;
        }

        return store.Names.GetValueOrDefault(itemId);
    }

    private async Task<IReadOnlyDictionary<string, string>> ReadAsync(string connectionId, CancellationToken cancellationToken)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach (var product in book.ProductsAsync(connectionId, cancellationToken))
        {
            // Variants that draw on one stock are what they have in common.
            foreach (var item in product.Variants.GroupBy(static variant => variant.StockItemId))
            {
                names.TryAdd(item.Key, item.Count() == 1 ? Of(product, item.First()) : product.Title);
            }
        }

        return names;
    }
}
