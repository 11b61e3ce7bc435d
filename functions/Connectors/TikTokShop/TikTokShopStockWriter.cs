using System.Text.Json;
using StoreClaw.Commerce;
using StoreClaw.Connectors.Http;

namespace StoreClaw.Connectors.TikTokShop;

/// <summary>
/// Sets stock to an absolute value, one call a product. A SKU is set in all its warehouses or not at all, and there is no compare-and-set: both
/// make it needful to read what is there just before.
/// </summary>
internal sealed class TikTokShopStockWriter : IStockWriter
{
    private const string Path = "/product/202309/products/{0}/inventory/update";

    public async Task<IReadOnlyList<StockWriteResult>> SetAsync(StoreSession store, IReadOnlyList<StockWrite> writes, CancellationToken cancellationToken)
    {
        List<Item> items = [];
        foreach (var skus in writes.Select(static write => write.ItemId).Distinct().Chunk(10))
        {
            items.AddRange(await TikTokShopReader.FindItemsAsync(store, skus, static product => product.Items("skus").Select(sku => new Item(product.Id("id"), sku)), cancellationToken));
        }

        var entries = writes.Select(write => new Entry(write, items.Find(item => item.Sku == write.ItemId))).ToList();
        foreach (var product in entries.Where(static entry => entry.Fault is null).GroupBy(static entry => entry.Item!.Product))
        {
            await WriteAsync(store, product.Key, [.. product], cancellationToken);
        }

        return [.. entries.Select(static entry => new StockWriteResult(entry.Write, entry.Fault))];
    }

    private static async Task WriteAsync(StoreSession store, string product, List<Entry> entries, CancellationToken cancellationToken)
    {
        foreach (var entry in entries)
        {
            entry.Item!.Quantities[entry.Place!] = (long)entry.Write.Quantity;
        }

        var skus = entries.Select(static entry => entry.Item!).Distinct().Select(static item => new
        {
            id = item.Sku,
            inventory = item.Quantities.Select(static place => place.Key.Length > 0 ? (object)new { warehouse_id = place.Key, quantity = place.Value } : new { quantity = place.Value }),
        });
        try
        {
            var faults = await TikTokShopConnector.CallAsync<List<(string? Sku, PlatformFault Fault)>>(
                store, HttpMethod.Post, Path, product, new { skus }, static data => [.. data.Items("errors").Select(static error => (error.Member("detail").TextOrNull("sku_id"), Fault(error)))], cancellationToken);
            entries.ForEach(entry => entry.Fault = faults.Find(fault => fault.Sku is null || fault.Sku == entry.Write.ItemId).Fault);
        }
        catch (PlatformException e) when (e.Fault.Kind is FaultKind.NotFound or FaultKind.Invalid)
        {
            entries.ForEach(entry => entry.Fault = e.Fault);
        }
    }

    /// <summary>The errors of single SKUs stand in an answer of success.</summary>
    private static PlatformFault Fault(JsonElement error)
    {
        var cause = error.Member("detail").Items("extra_errors").Cast<JsonElement?>().FirstOrDefault() ?? error;
        var code = cause.TextOrNull("code") ?? "refused";
        return new PlatformFault(code is "12052097" or "12052530" or "12052556" ? FaultKind.NotFound : FaultKind.Invalid, code, $"TikTok Shop: {cause.TextOrNull("message")}");
    }

    /// <summary>One SKU and how many of it are where.</summary>
    private sealed class Item(string product, JsonElement sku)
    {
        public string Product => product;

        public string Sku { get; } = sku.Id("id");

        public Dictionary<string, long> Quantities { get; } = sku.Items("inventory").ToDictionary(static place => place.IdOrNull("warehouse_id") ?? "", static place => (long)place.Decimal("quantity"));
    }

    private sealed class Entry
    {
        public Entry(StockWrite write, Item? item)
        {
            (Write, Item) = (write, item);
            Place = item is null ? null : write.LocationId.Length > 0 || item.Quantities.Count != 1 ? write.LocationId : item.Quantities.Keys.Single();
            long now = 0;
            var isThere = Place is not null && item!.Quantities.TryGetValue(Place, out now);
            Fault = write.WrongCount("TikTok Shop", most: 99_999) ?? write.WrongTime("TikTok Shop", isThere, now);
        }

        public StockWrite Write { get; }

        public Item? Item { get; }

        public string? Place { get; }

        public PlatformFault? Fault { get; set; }
    }
}
