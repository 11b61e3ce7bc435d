using System.Xml.Linq;

namespace StoreClaw.Connectors.Lazada;

/// <summary>Sets the sellable quantity, an absolute one. One item a call: the answer to several does not say for certain which of them was refused.</summary>
internal sealed class LazadaStockWriter() : StockWriter("Lazada", mostItems: 1)
{
    protected override Task<IReadOnlyList<StockPlace>> ReadAsync(StoreSession store, string scope, IReadOnlyList<StockWrite> writes, CancellationToken cancellationToken) =>
        FindAsync(LazadaConnector.Instance.Readers[Resource.Stock], store, writes.Select(static write => $"{write.ItemId}@"), cancellationToken);

    protected override Task SendAsync(StoreSession store, string scope, IReadOnlyList<StockEntry> entries, CancellationToken cancellationToken)
    {
        var (ids, quantity) = (entries[0].Write.ItemId.Split(':'), ((long)entries[0].Write.Quantity).ToString(CultureInfo.InvariantCulture));
        var sku = new XElement("Sku", new XElement("ItemId", ids[0]), new XElement("SkuId", ids[^1]), new XElement("SellableQuantity", quantity));
        var payload = new XElement("Request", new XElement("Product", new XElement("Skus", sku))).ToString(SaveOptions.DisableFormatting);
        return store.SendAsync(PlatformRequest.Form($"{LazadaConnector.Root(store)}/product/stock/sellable/update", [new("payload", payload)]), cancellationToken);
    }
}
