using System.Globalization;
using System.Text.Json;
using StoreClaw.Connectors.Http;

namespace StoreClaw.Connectors.WooCommerce;

/// <summary>
/// Sets stock to an absolute value, so a repeat is harmless. The store has no compare-and-set: what is expected is read just before, and the
/// answer, which the store reads anew, is compared.
/// </summary>
internal sealed class WooCommerceStockWriter : IStockWriter
{
    public async Task<IReadOnlyList<StockWriteResult>> SetAsync(StoreSession store, IReadOnlyList<StockWrite> writes, CancellationToken cancellationToken)
    {
        var entries = writes.Select(static write => new Entry(write)).ToList();
        foreach (var batch in entries.GroupBy(static entry => entry.List).SelectMany(static list => list.Chunk(100)))
        {
            if (batch.Where(static entry => entry.Write.Expected is not null).ToList() is { Count: > 0 } expecting)
            {
                var query = $"per_page=100&include={string.Join(',', expecting.Select(static entry => entry.Id))}";
                var answer = await WooCommerceConnector.GetAsync(store, batch[0].List, query, cancellationToken);
                var rows = answer.Read(static rows => WooCommerceSync.Rows(rows).ToLookup(static row => row.TextOrNull("id")));
                expecting.ForEach(entry => entry.Compare(rows[entry.Id].FirstOrDefault(), entry.Write.Expected!.Value));
            }

            await WriteAsync(store, [.. batch.Where(static entry => entry.Fault is null)], cancellationToken);
        }

        return [.. entries.Select(static entry => new StockWriteResult(entry.Write, entry.Fault))];
    }

    private static async Task WriteAsync(StoreSession store, Entry[] entries, CancellationToken cancellationToken)
    {
        if (entries is [var only])
        {
            try
            {
                only.Compare((await WooCommerceConnector.SendAsync(store, HttpMethod.Put, $"{only.List}/{only.Id}", "", only.Body, cancellationToken)).Json(), only.Write.Quantity);
            }
            catch (PlatformException e) when (e.Fault.Kind is FaultKind.NotFound or FaultKind.Invalid)
            {
                only.Fault = e.Fault;
            }
        }
        else if (entries.Length > 1)
        {
            var answer = await WooCommerceConnector.SendAsync(store, HttpMethod.Post, $"{entries[0].List}/batch", "", new { update = entries.Select(static entry => entry.Body) }, cancellationToken);
            var rows = answer.Read(static batch => WooCommerceSync.Rows(batch.Member("update")).ToList());
            foreach (var (index, entry) in entries.Index())
            {
                entry.Compare(rows.ElementAtOrDefault(index), entry.Write.Quantity);
            }
        }
    }

    private sealed class Entry(StockWrite write)
    {
        private readonly string[] _item = write.ItemId.Split(':');

        public StockWrite Write => write;

        public string List => _item.Length == 1 ? "products" : $"products/{_item[0]}/variations";

        public string Id => _item[^1];

        /// <summary>With a double, since a decimal of ours is written as text.</summary>
        public object Body => new { id = long.Parse(Id, CultureInfo.InvariantCulture), manage_stock = true, stock_quantity = (double)write.Quantity };

        public PlatformFault? Fault { get; set; }

        public void Compare(JsonElement row, decimal wanted) => Fault = row.Member("error").TextOrNull("code") switch
        {
            null when row.Member("id") is null => new(FaultKind.NotFound, "no-item", "The store does not have this item."),
            null when WooCommerceSync.Level(write.ItemId, row).Available == wanted => null,
            null => new(FaultKind.Conflict, "stock-changed", "The store has another number: it was changed meanwhile."),
            var code => new(code.EndsWith("_invalid_id", StringComparison.Ordinal) ? FaultKind.NotFound : FaultKind.Invalid, code, "The store refused this item."),
        };
    }
}
