namespace StoreClaw.Connectors.WooCommerce;

/// <summary>Sets products, or the variations of one product. The answer, which the store reads anew, is compared too.</summary>
internal sealed class WooCommerceStockWriter() : StockWriter("The store", mostItems: 100)
{
    protected override string ScopeOf(StockWrite write) => write.ItemId.Split(':') is [var product, _] ? $"products/{product}/variations" : "products";

    /// <summary>A store may count by weight or length as well.</summary>
    protected override PlatformFault? Wrong(StockWrite write) => null;

    protected override async Task<IReadOnlyList<StockPlace>> ReadAsync(StoreSession store, string scope, IReadOnlyList<StockWrite> writes, CancellationToken cancellationToken)
    {
        var answer = await WooCommerceConnector.GetAsync(store, scope, $"per_page=100&include={string.Join(',', writes.Select(Id))}", cancellationToken);
        var rows = answer.Read(static rows => WooCommerceSync.Rows(rows).ToLookup(static row => row.TextOrNull("id")));
        return [.. writes.SelectMany(write => rows[Id(write)].Select(row => new StockPlace(WooCommerceSync.Level(write.ItemId, row))))];
    }

    protected override async Task SendAsync(StoreSession store, string scope, IReadOnlyList<StockEntry> entries, CancellationToken cancellationToken)
    {
        List<JsonElement> rows;
        if (entries is [var only])
        {
            rows = [(await WooCommerceConnector.SendAsync(store, HttpMethod.Put, $"{scope}/{Id(only.Write)}", "", Body(only), cancellationToken)).Json()];
        }
        else
        {
            var answer = await WooCommerceConnector.SendAsync(store, HttpMethod.Post, $"{scope}/batch", "", new { update = entries.Select(Body) }, cancellationToken);
            rows = answer.Read(static batch => WooCommerceSync.Rows(batch.Member("update")).ToList());
        }

        foreach (var (index, entry) in entries.Index())
        {
            entry.Fault = Told(entry.Write, rows.ElementAtOrDefault(index));
        }
    }

    private static string Id(StockWrite write) => write.ItemId.Split(':')[^1];

    /// <summary>With a double, since a decimal of ours is written as text.</summary>
    private static object Body(StockEntry entry) => new { id = long.Parse(Id(entry.Write), CultureInfo.InvariantCulture), manage_stock = true, stock_quantity = (double)entry.Write.Quantity };

    private static PlatformFault? Told(StockWrite write, JsonElement row) => row.Member("error").TextOrNull("code") is { } code
        ? new(code.EndsWith("_invalid_id", StringComparison.Ordinal) ? FaultKind.NotFound : FaultKind.Invalid, code, "The store refused this item.")
        : (write with { Expected = write.Quantity }).WrongTime("The store", row.Member("id") is not null, row.Member("id") is null ? null : WooCommerceSync.Level(write.ItemId, row).Available);
}
