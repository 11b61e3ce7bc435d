using System.Globalization;
using System.Text.Json;
using StoreClaw.Commerce;
using StoreClaw.Connectors.Http;

namespace StoreClaw.Connectors.Shopee;

/// <summary>
/// Sets the seller's own stock to an absolute value, so a repeat is harmless. A call is one item with up to fifty models, and tells of each model whether it was set. There is no
/// compare-and-set: what is expected is read just before.
/// </summary>
internal sealed class ShopeeStockWriter : IStockWriter
{
    public async Task<IReadOnlyList<StockWriteResult>> SetAsync(StoreSession store, IReadOnlyList<StockWrite> writes, CancellationToken cancellationToken)
    {
        var entries = writes.Select(static write => new Entry(write)).ToList();
        foreach (var item in entries.Where(static entry => entry.Fault is null).GroupBy(static entry => entry.Item))
        {
            if (item.Any(static entry => entry.Write.Expected is not null))
            {
                var levels = (await ShopeeSync.Readers[Resource.Stock].FindAsync(store, item.Key, cancellationToken)).ToDictionary(static level => level.Record.Id, static level => (StockLevel)level.Record);
                item.Where(static entry => entry.Write.Expected is not null).ToList().ForEach(entry => entry.Compare(levels));
            }

            foreach (var models in item.Where(static entry => entry.Fault is null).GroupBy(static entry => entry.Model).Chunk(50))
            {
                await WriteAsync(store, item.Key, [.. models.SelectMany(static model => model)], cancellationToken);
            }
        }

        return [.. entries.Select(static entry => new StockWriteResult(entry.Write, entry.Fault))];
    }

    private static async Task WriteAsync(StoreSession store, string item, Entry[] entries, CancellationToken cancellationToken)
    {
        var stock = entries.GroupBy(static entry => entry.Model).Select(static model => new { model_id = Number(model.Key), seller_stock = model.Select(static entry => entry.Body).ToArray() }).ToArray();
        try
        {
            var answer = await store.SendAsync(ShopeeConnector.Post(store, "product/update_stock", new { item_id = Number(item), stock_list = stock }), cancellationToken);
            var lists = answer.Read(static json => json.Required("response") is var response
                ? (Set: response.Items("success_list").ToList(), Refused: response.Items("failure_list").ToList()) : default);
            Array.ForEach(entries, entry => entry.Settle(lists.Set, lists.Refused));
        }
        catch (PlatformException e) when (e.Fault.Kind is FaultKind.NotFound or FaultKind.Invalid)
        {
            Array.ForEach(entries, entry => entry.Fault = e.Fault);
        }
    }

    private static long Number(string id) => long.Parse(id, CultureInfo.InvariantCulture);

    private sealed class Entry
    {
        public Entry(StockWrite write)
        {
            Write = write;
            (Item, Model) = write.ItemId.Split(':') is [var item, var model] ? (item, model) : (write.ItemId, "0");
            Fault = write.LocationId.StartsWith(ShopeeSync.OfShopee, StringComparison.Ordinal) ? new(FaultKind.Invalid, "shopee-stock", "Stock that lies with Shopee cannot be set.")
                : write.WrongCount("Shopee");
        }

        public StockWrite Write { get; }

        public string Item { get; }

        /// <summary>0 for an item without models.</summary>
        public string Model { get; }

        public PlatformFault? Fault { get; set; }

        public object Body => Write.LocationId.Length == 0 ? new { stock = (long)Write.Quantity } : new { location_id = Write.LocationId, stock = (long)Write.Quantity };

        public void Compare(Dictionary<string, StockLevel> levels) =>
            Fault = Write.WrongTime("Shopee", levels.TryGetValue($"{Write.ItemId}@{Write.LocationId}", out var level), level?.Available);

        public void Settle(List<JsonElement> set, List<JsonElement> refused)
        {
            var reason = refused.Where(IsMine).Select(static row => row.TextOrNull("failed_reason") ?? "").FirstOrDefault();
            Fault = reason is not null ? new(FaultKind.Invalid, "stock-refused", $"Shopee does not set this stock: {reason}")
                : set.Exists(IsMine) ? null
                : new(FaultKind.PlatformFailure, "not-told", "Shopee did not say whether this stock was set.");
        }

        private bool IsMine(JsonElement row) => (row.TextOrNull("model_id") ?? "0") == Model && (row.TextOrNull("location_id") is not { Length: > 1 } location || location == Write.LocationId);
    }
}
