using System.Runtime.CompilerServices;
using StoreClaw.Commerce;

namespace StoreClaw.Tests.Reports.Inventory;

/// <summary>Shelves over lists, by connection.</summary>
internal sealed class StockList : IStockBook
{
    private static readonly DateTimeOffset Long = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>When the last of a course of levels was told.</summary>
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 7, 0, 0, TimeSpan.Zero);

    private readonly List<(string Connection, Product Product)> _products = [];
    private readonly List<(string Connection, TracedLevel Level)> _levels = [];

    /// <summary>An article of one variant, whose id is its sku's with a v before it.</summary>
    public StockList Product(string sku, string? title = null, string connection = "shop") =>
        Add(connection, new Product { Id = $"p-{sku}", UpdatedAt = Long, Title = title ?? $"Article {sku}", Variants = [new Variant($"v-{sku}", sku, title ?? $"Article {sku}", 5m, $"i-{sku}")] });

    public StockList Add(string connection, Product product)
    {
        _products.Add((connection, product));
        return this;
    }

    /// <summary>A level of the article and how it got there.</summary>
    public StockList Level(string sku, decimal? available, string location = "", string connection = "shop", params IReadOnlyList<(DateTimeOffset At, decimal? Available)> before) =>
        Add(connection, $"i-{sku}", sku, location, [.. before, (before.Count == 0 ? Long : Now, available)]);

    public StockList Add(string connection, string item, string? sku, string location, IReadOnlyList<(DateTimeOffset At, decimal? Available)> course)
    {
        StockTrace? trace = null;
        StockLevel level = null!;
        foreach (var (at, available) in course)
        {
            level = new StockLevel { ItemId = item, LocationId = location, Sku = sku, UpdatedAt = at, Available = available };
            trace = StockTrace.Next(trace, level, isNew: true);
        }

        _levels.Add((connection, new TracedLevel(level, trace)));
        return this;
    }

    public async IAsyncEnumerable<Product> ProductsAsync(string connectionId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        foreach (var product in _products.Where(product => product.Connection == connectionId))
        {
            yield return product.Product;
        }
    }

    public async IAsyncEnumerable<TracedLevel> LevelsAsync(string connectionId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        foreach (var level in _levels.Where(level => level.Connection == connectionId))
        {
            yield return level.Level;
        }
    }
}
