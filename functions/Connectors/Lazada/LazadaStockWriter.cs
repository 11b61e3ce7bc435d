using System.Globalization;
using System.Xml.Linq;
using StoreClaw.Commerce;
using StoreClaw.Connectors.Http;

namespace StoreClaw.Connectors.Lazada;

/// <summary>Sets the sellable quantity, an absolute one. One item a call: the answer to several does not say for certain which of them was refused.</summary>
internal sealed class LazadaStockWriter : IStockWriter
{
    public async Task<IReadOnlyList<StockWriteResult>> SetAsync(StoreSession store, IReadOnlyList<StockWrite> writes, CancellationToken cancellationToken)
    {
        var results = new List<StockWriteResult>();
        foreach (var write in writes)
        {
            try
            {
                results.Add(new StockWriteResult(write, await SetAsync(store, write, cancellationToken)));
            }
            catch (PlatformException e) when (e.Fault.Kind is FaultKind.Invalid or FaultKind.NotFound or FaultKind.Conflict)
            {
                results.Add(new StockWriteResult(write, e.Fault));
            }
        }

        return results;
    }

    private static async Task<PlatformFault?> SetAsync(StoreSession store, StockWrite write, CancellationToken cancellationToken)
    {
        if (write.Expected is { } expected)
        {
            // There is no compare-and-set; between this look and the write there is a moment.
            var levels = await LazadaConnector.Instance.Readers[Resource.Stock].FindAsync(store, $"{write.ItemId}@", cancellationToken);
            if (levels.OfType<StockChange>().FirstOrDefault()?.Level is not { } level)
            {
                return new PlatformFault(FaultKind.NotFound, "no-such-item", "Lazada does not have this item.");
            }

            if (level.Available != expected)
            {
                return new PlatformFault(FaultKind.Conflict, "stock-differs", "The stock has changed meanwhile.");
            }
        }

        var ids = write.ItemId.Split(':');
        var sku = new XElement("Sku", new XElement("ItemId", ids[0]), new XElement("SkuId", ids[^1]), new XElement("SellableQuantity", decimal.Truncate(write.Quantity).ToString(CultureInfo.InvariantCulture)));
        var payload = new XElement("Request", new XElement("Product", new XElement("Skus", sku))).ToString(SaveOptions.DisableFormatting);
        await store.SendAsync(PlatformRequest.Form($"{LazadaConnector.Root(store)}/product/stock/sellable/update", [new("payload", payload)]), cancellationToken);
        return null;
    }
}
