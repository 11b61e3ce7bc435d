namespace StoreClaw.Connectors.Temu;

/// <summary>A call per product, under a key that acts once. A refusal is not told apart from that of a key that has acted already, so what is there after it is looked at.</summary>
internal sealed class TemuStockWriter() : StockWriter("Temu", mostItems: 100, mostPieces: 1_000_000)
{
    public const string Edit = "bg.local.goods.stock.edit";

    protected override int MostLooks => 1;

    protected override string ScopeOf(StockWrite write) => write.ItemId.Split(':')[0];

    protected override PlatformFault? Wrong(StockWrite write) => write.WrongTime("Temu", write.ItemId.Split(':').Count(IsId) == 2, write.Expected) ?? base.Wrong(write);

    protected override async Task<IReadOnlyList<StockPlace>> ReadAsync(StoreSession store, string scope, IReadOnlyList<StockWrite> writes, CancellationToken cancellationToken) =>
        await TemuGoods.SkusAsync(store, writes.Select(Sku), static sku => new StockPlace(TemuRecords.Level(sku)), cancellationToken);

    protected override async Task SendAsync(StoreSession store, string scope, IReadOnlyList<StockEntry> entries, CancellationToken cancellationToken)
    {
        var targets = entries.Select(static entry => new { skuId = Sku(entry.Write), stockTarget = (long)entry.Write.Quantity });
        var key = entries is [var only] ? only.Write.Key : KeyOf(entries);
        var fields = new { goodsId = TemuRecords.Number(scope), stockType = 0, skuStockTargetList = targets, requestUniqueKey = key };
        var faults = await TemuConnector.CallAsync(store, Edit, fields, result => entries.Select(entry => Told(result, Sku(entry.Write))).ToList(), cancellationToken);
        entries.Index().ToList().ForEach(one => one.Item.Fault = faults[one.Index]);
    }

    /// <summary>An answer of success tells of each SKU whether it was set.</summary>
    private static PlatformFault? Told(JsonElement result, long sku)
    {
        var told = result.Items("skuStockEditStatusInfoList").Where(row => row.DecimalOrNull("skuId") == sku).Append(result).First();
        return told.Flag("stockEditStatus") || told.Flag("operateResult") ? null
            : new(FaultKind.Invalid, told.TextOrNull("errorCode") ?? "stock-refused", $"Temu does not set this stock: {told.TextOrNull("errorMsg") ?? told.TextOrNull("msg") ?? "no reason is told."}");
    }

    private static long Sku(StockWrite write) => TemuRecords.Number(write.ItemId.Split(':')[^1]);

    private static bool IsId(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0;
}
