using System.Globalization;
using System.Xml.Linq;
using StoreClaw.Commerce;
using StoreClaw.Connectors.Http;

namespace StoreClaw.Connectors.Lazada;

/// <summary>Sets the sellable quantity, an absolute one. One item a call: the answer to several does not say for certain which of them was refused.</summary>
internal sealed class LazadaStockWriter : IStockWriter
{
    public Task<IReadOnlyList<StockWriteResult>> SetAsync(StoreSession store, IReadOnlyList<StockWrite> writes, CancellationToken cancellationToken) =>
        writes.EachAsync(async write => new StockWriteResult(write, await SetAsync(store, write, cancellationToken)));

    private static async Task<PlatformFault?> SetAsync(StoreSession store, StockWrite write, CancellationToken cancellationToken)
    {
        if (await write.WrongAsync("Lazada", LazadaConnector.Instance.Readers[Resource.Stock], store, cancellationToken) is { } wrong)
        {
            return wrong;
        }

        var ids = write.ItemId.Split(':');
        var sku = new XElement("Sku", new XElement("ItemId", ids[0]), new XElement("SkuId", ids[^1]), new XElement("SellableQuantity", ((long)write.Quantity).ToString(CultureInfo.InvariantCulture)));
        var payload = new XElement("Request", new XElement("Product", new XElement("Skus", sku))).ToString(SaveOptions.DisableFormatting);
        await store.SendAsync(PlatformRequest.Form($"{LazadaConnector.Root(store)}/product/stock/sellable/update", [new("payload", payload)]), cancellationToken);
        return null;
    }
}
