namespace StoreClaw.Connectors.Temu;

/// <summary>
/// What Temu's lists have in common: numbered pages, and a total that tells whether there are more. Those of products and SKUs are walked whole each time: their filters know of
/// creation only, and neither a price nor a sale counts as a change.
/// </summary>
/// <param name="rows">The answer's member with the rows.</param>
/// <param name="types">The list is several, one after the other; in the order of a row's life, so that one that moves on meanwhile is met again.</param>
internal abstract class TemuReader(string call, string rows, string total, params int[] types) : WindowedReader
{
    /// <summary>Temu opened that month.</summary>
    protected override DateTimeOffset Beginning => new(2022, 9, 1, 0, 0, 0, TimeSpan.Zero);

    protected override long Widest => 366L * 24 * 3600;

    protected override DateTimeOffset? StartOf(PageRequest request) => null;

    protected abstract object Filter(int type, Window window, int page, int size);

    protected virtual JsonElement Row(int type, JsonElement row) => row;

    protected override async Task<Listing> ListAsync(StoreSession store, Window window, string? cursor, int size, CancellationToken cancellationToken)
    {
        var (page, all, isMore) = (cursor is null ? 1 : int.Parse(cursor, CultureInfo.InvariantCulture), new List<JsonElement>(), false);
        foreach (var type in types)
        {
            var (some, count) = await PageAsync(store, type, Filter(type, window, page, size), cancellationToken);
            all.AddRange(some);
            isMore |= some.Count > 0 && (long)page * size < count;
        }

        return new Listing(all, isMore ? (page + 1).ToString(CultureInfo.InvariantCulture) : null);
    }

    protected Task<(List<JsonElement> Rows, decimal Total)> PageAsync(StoreSession store, int type, object fields, CancellationToken cancellationToken) =>
        TemuConnector.CallAsync<(List<JsonElement>, decimal)>(store, call, fields, result => ([.. result.Items(rows).Select(row => Row(type, row))], result.Decimal(total)), cancellationToken);
}

/// <summary>
/// The history by creation, then what has changed, the newest first: an order that changes meanwhile leaves for the next walk or, in the history, stays where it is. One order is
/// read from the list as well, since its own call does not tell when it changed. No answer of these tells of money: that takes a call per order and a right of its own.
/// </summary>
internal sealed class TemuOrders() : TemuReader(List, "pageItems", "totalItemNum", 0)
{
    public const string List = "bg.order.list.v2.get";

    public const string Amounts = "bg.order.amount.query";

    /// <summary>No limit is published; a month is careful.</summary>
    protected override long Widest => 30 * 24 * 3600;

    protected override bool IsNewestFirst => true;

    protected override DateTimeOffset? StartOf(PageRequest request) => request.Since;

    protected override string KeyOf(JsonElement row) => row.Required("parentOrderMap").Id("parentOrderSn");

    protected override object Filter(int type, Window window, int page, int size) => window.Backfill
        ? new { pageNumber = page, pageSize = size, createAfter = window.From, createBefore = window.To }
        : new { pageNumber = page, pageSize = size, updateAtStart = window.From, updateAtEnd = window.To };

    protected override async Task<IReadOnlyList<RecordChange>> OneAsync(StoreSession store, string id, CancellationToken cancellationToken) =>
        await LoadAsync(store, (await PageAsync(store, 0, new { pageNumber = 1, pageSize = 20, parentOrderSnList = new[] { id } }, cancellationToken)).Rows, cancellationToken);

    protected override async Task<IReadOnlyList<RecordChange>> LoadAsync(StoreSession store, IReadOnlyList<JsonElement> rows, CancellationToken cancellationToken)
    {
        var mayAsk = store.Facts.GetValueOrDefault(TemuAuthorization.AmountsFact) == Amounts;
        var currency = store.Facts.GetValueOrDefault("currency") ?? TemuConnector.Regions[TemuConnector.RegionOf(store)].Currency;
        return await EachAsync(rows, async row =>
        {
            // Where the right was taken back, or this order's amounts are not there yet, it counts without.
            var asked = mayAsk ? TemuConnector.CallAsync(store, Amounts, new { parentOrderSn = KeyOf(row) }, static result => result, cancellationToken) : Task.FromResult<JsonElement>(default);
            var (amounts, fault) = await asked.OrFault(FaultKind.ScopeMissing, FaultKind.NotFound, FaultKind.Invalid);
            mayAsk &= fault?.Kind != FaultKind.ScopeMissing;
            return [new OrderChange(TemuRecords.Order(row, amounts, currency))];
        });
    }
}

/// <summary>
/// Products not published yet, published and deleted; drafts are nobody's business. A row is the product beside the type of the list it stood in: by itself it does not tell that it is deleted.
/// </summary>
internal sealed class TemuGoods() : TemuReader(List, "goodsList", "total", Types)
{
    public const string List = "bg.local.goods.list.query";

    public const string Skus = "bg.local.goods.sku.list.query";

    private const int Deleted = 6;

    private static readonly int[] Types = [4, 1, Deleted];

    protected override string KeyOf(JsonElement row) => row.Required("goods").Id("goodsId");

    protected override JsonElement Row(int type, JsonElement row) => JsonSerializer.SerializeToElement(new { type, goods = row });

    protected override object Filter(int type, Window window, int page, int size) =>
        new { pageNo = page, pageSize = size, goodsSearchType = type, crtFrom = window.From * 1000, crtTo = window.To * 1000 };

    protected override async Task<IReadOnlyList<RecordChange>> OneAsync(StoreSession store, string id, CancellationToken cancellationToken)
    {
        var rows = new List<JsonElement>();
        foreach (var type in Types)
        {
            rows.AddRange((await PageAsync(store, type, new { pageNo = 1, pageSize = 1, goodsSearchType = type, goodsIdList = new[] { TemuRecords.Number(id) } }, cancellationToken)).Rows);
        }

        return await LoadAsync(store, rows, cancellationToken);
    }

    protected override async Task<IReadOnlyList<RecordChange>> LoadAsync(StoreSession store, IReadOnlyList<JsonElement> rows, CancellationToken cancellationToken)
    {
        var live = rows.Where(static row => !IsDeleted(row)).SelectMany(static row => row.Required("goods").Items("skuIdList")).Select(static id => TemuRecords.Number(id.ToString()));
        var variants = (await SkusAsync(store, [.. live], static sku => (Goods: sku.Id("goodsId"), Variant: TemuRecords.Variant(sku)), cancellationToken))
            .DistinctBy(static sku => sku.Variant.Id).ToLookup(static sku => sku.Goods, static sku => sku.Variant);
        return [.. rows.Select(row => new ProductChange(TemuRecords.Product(row.Required("goods"), IsDeleted(row), [.. variants[KeyOf(row)]])))];
    }

    /// <summary>SKUs by their ids, whether they are for sale or not.</summary>
    internal static async Task<List<T>> SkusAsync<T>(StoreSession store, IEnumerable<long> ids, Func<JsonElement, T> read, CancellationToken cancellationToken)
    {
        var skus = new List<T>();
        foreach (var some in ids.Distinct().Chunk(100))
        {
            foreach (var type in TemuStock.Types)
            {
                var fields = new { pageNo = 1, pageSize = 100, skuSearchType = type, skuStatusFilterType = type, skuIdList = some };
                skus.AddRange(await TemuConnector.CallAsync(store, Skus, fields, result => result.Items("skuList").Select(read).ToList(), cancellationToken));
            }
        }

        return skus;
    }

    private static bool IsDeleted(JsonElement row) => row.Decimal("type") == Deleted;
}

/// <summary>Stock stands in the list of SKUs: of those for sale, and of those not.</summary>
internal sealed class TemuStock() : TemuReader(TemuGoods.Skus, "skuList", "total", Types)
{
    public static readonly int[] Types = [2, 3];

    protected override string KeyOf(JsonElement row) => row.Id("skuId");

    protected override object Filter(int type, Window window, int page, int size) =>
        new { pageNo = page, pageSize = size, skuSearchType = type, skuStatusFilterType = type, crtFrom = window.From * 1000, crtTo = window.To * 1000 };

    protected override async Task<IReadOnlyList<RecordChange>> OneAsync(StoreSession store, string id, CancellationToken cancellationToken) =>
        [.. (await TemuGoods.SkusAsync(store, [TemuRecords.Number(id.Split('@')[0].Split(':')[^1])], TemuRecords.Level, cancellationToken)).Where(level => level.Id == id).Select(static level => new StockChange(level))];

    protected override Task<IReadOnlyList<RecordChange>> LoadAsync(StoreSession store, IReadOnlyList<JsonElement> rows, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<RecordChange>>([.. rows.Select(static row => new StockChange(TemuRecords.Level(row)))]);
}

/// <summary>Temu's records in StoreClaw's terms.</summary>
internal static class TemuRecords
{
    /// <summary>By region id. Temu documents the first; the others are what integrators met.</summary>
    private static readonly Dictionary<string, string> Countries = new() { ["211"] = "US", ["76"] = "DE", ["128"] = "MX" };

    /// <param name="amounts">What the call for amounts told; null where it may not be asked or told nothing.</param>
    /// <param name="currency">The shop's, for an order whose amounts are not known.</param>
    public static Order Order(JsonElement row, JsonElement? amounts, string currency)
    {
        var (order, sums) = (row.Required("parentOrderMap"), amounts.Member("parentOrderMap"));
        var (updated, status, paid) = (order.Instant("updateTime"), order.TextOrNull("parentOrderStatus"), Money(sums, "customerPaid"));
        var priced = amounts.Items("orderList").Where(static line => line.TextOrNull("orderSn") is not null).ToLookup(static line => line.Text("orderSn"));
        return new Order
        {
            Id = order.Id("parentOrderSn"),
            Number = order.Id("parentOrderSn"),
            CreatedAt = order.Instant("parentOrderTime"),
            UpdatedAt = updated,
            CancelledAt = status == "3" ? updated : null,
            Currency = (paid is null ? null : sums.Member("customerPaid").TextOrNull("currency")) ?? currency,

            // What was given back is taken off what the buyer paid.
            Total = paid + (Money(sums, "refundsTotal") ?? 0) ?? 0,
            AmountsKnown = paid is not null,
            Tax = Money(sums, "taxTotal") ?? 0,
            Shipping = Money(sums, "shippingAmountTotal") ?? 0,
            Discount = Money(sums, "totalDiscount") ?? 0,
            PaymentStatus = order.TextOrNull("orderPaymentType"),
            FulfillmentStatus = status,
            Country = order.TextOrNull("regionId") is { } region ? Countries.GetValueOrDefault(region) : null,
            Lines = [.. row.Items("orderList").Select(line => Line(line, priced[line.Id("orderSn")].Cast<JsonElement?>().FirstOrDefault()))],
        };
    }

    public static Product Product(JsonElement goods, bool deleted, IReadOnlyList<Variant> variants) => new()
    {
        Id = goods.Id("goodsId"),
        UpdatedAt = Changed(goods, "goodsStatusChangeTime"),
        Deleted = deleted,
        Title = goods.TextOrNull("goodsName") ?? "",
        Status = goods.TextOrNull("status4VO"),
        Variants = variants,
    };

    public static Variant Variant(JsonElement sku) => new(sku.Id("skuId"), sku.TextOrNull("skuSn") ?? "", Titled(sku, "specName"), Price(sku), ItemId(sku));

    public static StockLevel Level(JsonElement sku) => new()
    {
        ItemId = ItemId(sku),
        UpdatedAt = Changed(sku, "skuStatusChangeTime"),
        Sku = sku.TextOrNull("skuSn") ?? "",
        Available = sku.DecimalOrNull("stock"),
    };

    /// <summary>Ids are numbers on the wire.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static long Number(string id) => long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new FormatException("An id is not a number.");

    private static string ItemId(JsonElement sku) => $"{sku.Id("goodsId")}:{sku.Id("skuId")}";

    /// <summary>As ordered: what was cancelled before it was sent counts, as it does in what was charged.</summary>
    private static OrderLine Line(JsonElement line, JsonElement? priced) => new()
    {
        Id = line.Id("orderSn"),
        Sku = line.Items("productList").Select(static product => product.TextOrNull("extCode")).FirstOrDefault(static code => !string.IsNullOrEmpty(code)) ?? "",
        Title = Titled(line, "spec"),
        ProductId = line.IdOrNull("goodsId"),
        VariantId = line.IdOrNull("skuId"),
        Quantity = line.DecimalOrNull("originalOrderQuantity") ?? line.Decimal("quantity"),
        UnitPrice = Money(priced, "unitRetailPrice") ?? 0,
        Discount = (Money(priced, "discountFromSeller") ?? 0) + (Money(priced, "discountFromTEMU") ?? 0),
    };

    private static string Titled(JsonElement row, string option) => row.TextOrNull(option) is { Length: > 0 } spec ? $"{row.TextOrNull("goodsName")} - {spec}" : row.TextOrNull("goodsName") ?? "";

    private static DateTimeOffset Changed(JsonElement row, string name) => row.InstantOrNull(name) ?? row.Instant("crtTime");

    /// <summary>The text holds a sign of the currency here and there, so the price beside it comes first.</summary>
    private static decimal? Price(JsonElement sku) => Price(sku.Member("retailPrice").TextOrNull("amount")) ?? Price(sku.TextOrNull("price"));

    private static decimal? Price(string? text) => decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var price) && price > 0 ? price : null;

    /// <summary>In the smallest unit of its currency.</summary>
    private static decimal? Money(JsonElement? parent, string name) => parent.Member(name) is { ValueKind: JsonValueKind.Object } money && money.DecimalOrNull("amount") is { } amount
        ? money.TextOrNull("currency") switch { "JPY" or "KRW" or "CLP" or "VND" => amount, "KWD" or "BHD" or "OMR" or "JOD" => amount / 1000, _ => amount / 100 }
        : null;
}
