namespace StoreClaw.Connectors.TikTokShop;

/// <summary>One call a product. A SKU is set in all its warehouses or not at all, so that what is there is read just before in any case.</summary>
internal sealed class TikTokShopStockWriter() : StockWriter("TikTok Shop", mostItems: 100, mostPieces: 99_999)
{
    private const string Path = "/product/202309/products/{0}/inventory/update";

    protected override int MostRead => 10;

    protected override bool Reads(StockWrite write) => true;

    protected override Task<IReadOnlyList<StockPlace>> ReadAsync(StoreSession store, string scope, IReadOnlyList<StockWrite> writes, CancellationToken cancellationToken) => TikTokShopReader.FindItemsAsync(
        store,
        [.. writes.Select(static write => write.ItemId)],
        static product => TikTokShopRecords.Stock(product).Select(level => new StockPlace((StockLevel)level.Record, product.Id("id"))),
        cancellationToken);

    protected override async Task SendAsync(StoreSession store, string scope, IReadOnlyList<StockEntry> entries, CancellationToken cancellationToken)
    {
        var skus = entries.GroupBy(static entry => entry.Write.ItemId).Select(static sku => new { id = sku.Key, inventory = sku.First().Places.Select(place => Inventory(place, sku)) });
        var faults = await TikTokShopConnector.CallAsync<List<(string? Sku, PlatformFault Fault)>>(
            store,
            HttpMethod.Post,
            Path,
            entries[0].Place!.Handle,
            new { skus },
            static data => [.. data.Items("errors").Select(static error => (error.Member("detail").TextOrNull("sku_id"), Fault(error)))],
            cancellationToken);
        foreach (var entry in entries)
        {
            entry.Fault = faults.Find(fault => fault.Sku is null || fault.Sku == entry.Write.ItemId).Fault;
        }
    }

    private static object Inventory(StockPlace place, IEnumerable<StockEntry> entries)
    {
        var quantity = (long)(entries.FirstOrDefault(entry => entry.Place == place)?.Write.Quantity ?? place.Level.Available ?? 0);
        return place.Level.LocationId.Length > 0 ? new { warehouse_id = place.Level.LocationId, quantity } : new { quantity };
    }

    /// <summary>The errors of single SKUs stand in an answer of success.</summary>
    private static PlatformFault Fault(JsonElement error)
    {
        var cause = error.Member("detail").Items("extra_errors").Cast<JsonElement?>().FirstOrDefault() ?? error;
        var code = cause.TextOrNull("code") ?? "refused";
        return new PlatformFault(code is "12052097" or "12052530" or "12052556" ? FaultKind.NotFound : FaultKind.Invalid, code, $"TikTok Shop: {cause.TextOrNull("message")}");
    }
}
