namespace StoreClaw.Connectors.Shopee;

/// <summary>Sets the seller's own stock. A call is one item with up to fifty models, and tells of each model whether it was set.</summary>
internal sealed class ShopeeStockWriter() : StockWriter("Shopee", mostItems: 50)
{
    protected override string ScopeOf(StockWrite write) => write.ItemId.Split(':')[0];

    protected override PlatformFault? Wrong(StockWrite write) => write.LocationId.StartsWith(ShopeeSync.OfShopee, StringComparison.Ordinal)
        ? new(FaultKind.Invalid, "shopee-stock", "Stock that lies with Shopee cannot be set.")
        : base.Wrong(write);

    protected override Task<IReadOnlyList<StockPlace>> ReadAsync(StoreSession store, string scope, IReadOnlyList<StockWrite> writes, CancellationToken cancellationToken) =>
        FindAsync(ShopeeSync.Readers[Resource.Stock], store, [scope], cancellationToken);

    protected override async Task SendAsync(StoreSession store, string scope, IReadOnlyList<StockEntry> entries, CancellationToken cancellationToken)
    {
        var stock = entries.GroupBy(Model).Select(static model => new { model_id = Number(model.Key), seller_stock = model.Select(static entry => Body(entry.Write)).ToArray() }).ToArray();
        var answer = await store.SendAsync(ShopeeConnector.Post(store, "product/update_stock", new { item_id = Number(scope), stock_list = stock }), cancellationToken);
        var lists = answer.Read(static json => json.Required("response") is var response
            ? (Set: response.Items("success_list").ToList(), Refused: response.Items("failure_list").ToList()) : default);
        foreach (var entry in entries)
        {
            var reason = lists.Refused.Where(row => IsOf(row, entry)).Select(static row => row.TextOrNull("failed_reason") ?? "").FirstOrDefault();
            entry.Fault = reason is not null ? new(FaultKind.Invalid, "stock-refused", $"Shopee does not set this stock: {reason}")
                : lists.Set.Exists(row => IsOf(row, entry)) ? null
                : new(FaultKind.PlatformFailure, "not-told", "Shopee did not say whether this stock was set.");
        }
    }

    private static object Body(StockWrite write) => write.LocationId.Length == 0 ? new { stock = (long)write.Quantity } : new { location_id = write.LocationId, stock = (long)write.Quantity };

    /// <summary>0 for an item without models.</summary>
    private static string Model(StockEntry entry) => entry.Write.ItemId.Split(':') is [_, var model] ? model : "0";

    private static bool IsOf(JsonElement row, StockEntry entry) =>
        (row.TextOrNull("model_id") ?? "0") == Model(entry) && (row.TextOrNull("location_id") is not { Length: > 1 } location || location == entry.Write.LocationId);

    private static long Number(string id) => long.Parse(id, CultureInfo.InvariantCulture);
}
