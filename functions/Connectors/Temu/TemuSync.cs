using System.Globalization;
using System.Text.Json;
using StoreClaw.Commerce;
using StoreClaw.Connectors.Http;

namespace StoreClaw.Connectors.Temu;

/// <summary>What Temu's lists have in common: numbered pages, and a total that tells whether there are more.</summary>
internal abstract class TemuReader : WindowedReader
{
    /// <summary>Temu opened that month.</summary>
    protected override DateTimeOffset Beginning => new(2022, 9, 1, 0, 0, 0, TimeSpan.Zero);

    protected static int PageOf(string? cursor) => cursor is null ? 1 : int.Parse(cursor, CultureInfo.InvariantCulture);

    /// <summary>Null after the last page, or after an empty one, whatever the total says.</summary>
    protected static string? Next(int page, int size, int rows, decimal total) => rows > 0 && (long)page * size < total ? (page + 1).ToString(CultureInfo.InvariantCulture) : null;
}

/// <summary>
/// The history by creation, then what has changed, the newest first: an order that changes meanwhile leaves for the next walk or, in the history, stays where it is. One order is read from the
/// list as well, since its own call does not tell when it changed. No answer of these tells of money: that takes a call per order and a right of its own.
/// </summary>
internal sealed class TemuOrders : TemuReader
{
    public const string List = "bg.order.list.v2.get";

    public const string Amounts = "bg.order.amount.query";

    /// <summary>No limit is published; a month is careful.</summary>
    protected override long Widest => 30 * 24 * 3600;

    protected override bool IsNewestFirst => true;

    protected override string KeyOf(JsonElement row) => row.Required("parentOrderMap").Id("parentOrderSn");

    protected override async Task<IReadOnlyList<RecordChange>> OneAsync(StoreSession store, string id, CancellationToken cancellationToken)
    {
        var found = await TemuConnector.CallAsync(store, List, new { pageNumber = 1, pageSize = 20, parentOrderSnList = new[] { id } }, Rows, cancellationToken);
        return await LoadAsync(store, found, cancellationToken);
    }

    protected override Task<Listing> ListAsync(StoreSession store, Window window, string? cursor, int size, CancellationToken cancellationToken)
    {
        var page = PageOf(cursor);
        object fields = window.Backfill
            ? new { pageNumber = page, pageSize = size, createAfter = window.From, createBefore = window.To }
            : new { pageNumber = page, pageSize = size, updateAtStart = window.From, updateAtEnd = window.To };
        return TemuConnector.CallAsync(
            store,
            List,
            fields,
            result =>
            {
                var rows = Rows(result);
                return new Listing(rows, Next(page, size, rows.Count, result.Decimal("totalItemNum")));
            },
            cancellationToken);
    }

    protected override async Task<IReadOnlyList<RecordChange>> LoadAsync(StoreSession store, IReadOnlyList<JsonElement> rows, CancellationToken cancellationToken)
    {
        var mayAsk = store.Facts.GetValueOrDefault(TemuAuthorization.AmountsFact) == TemuAuthorization.Granted;
        var currency = store.Facts.GetValueOrDefault("currency") ?? TemuConnector.Regions[TemuConnector.RegionOf(store)].Currency;
        var changes = new List<RecordChange>();
        foreach (var row in rows)
        {
            JsonElement? amounts = null;
            try
            {
                amounts = mayAsk ? await TemuConnector.CallAsync(store, Amounts, new { parentOrderSn = KeyOf(row) }, static result => result, cancellationToken) : null;
            }
            catch (PlatformException e) when (e.Fault.Kind is FaultKind.ScopeMissing or FaultKind.NotFound or FaultKind.Invalid)
            {
                // The right was taken back, or this order's amounts are not there yet: it counts without.
                mayAsk = e.Fault.Kind != FaultKind.ScopeMissing;
            }

            changes.Add(new OrderChange(TemuRecords.Order(row, amounts, currency)));
        }

        return changes;
    }

    private static List<JsonElement> Rows(JsonElement result) => [.. result.Items("pageItems")];
}

/// <summary>
/// Products, the whole list each time: its filters know of creation only, and no time tells of a price. A row is the product beside the type of list it stood in. The lists are read in the order of a
/// product's life, so that one that goes on to the next list meanwhile is seen there.
/// </summary>
internal sealed class TemuGoods : TemuReader
{
    public const string List = "bg.local.goods.list.query";

    public const string Skus = "bg.local.goods.sku.list.query";

    private const int Deleted = 6;

    /// <summary>Not published yet, published, deleted; drafts are nobody's business.</summary>
    private static readonly int[] Types = [4, 1, Deleted];

    /// <summary>What asks for the first SKU of the shop.</summary>
    public static object OnePrice => new { pageNo = 1, pageSize = 1, skuSearchType = 2, skuStatusFilterType = 2 };

    protected override long Widest => 366L * 24 * 3600;

    protected override DateTimeOffset? StartOf(PageRequest request) => null;

    protected override string KeyOf(JsonElement row) => row.Required("goods").Id("goodsId");

    protected override async Task<IReadOnlyList<RecordChange>> OneAsync(StoreSession store, string id, CancellationToken cancellationToken)
    {
        var rows = new List<JsonElement>();
        foreach (var type in long.TryParse(id, CultureInfo.InvariantCulture, out var goods) ? Types : [])
        {
            rows.AddRange((await PageAsync(store, type, new { pageNo = 1, pageSize = 1, goodsSearchType = type, goodsIdList = new[] { goods } }, cancellationToken)).Rows);
        }

        return await LoadAsync(store, rows, cancellationToken);
    }

    protected override async Task<Listing> ListAsync(StoreSession store, Window window, string? cursor, int size, CancellationToken cancellationToken)
    {
        var (page, rows, next) = (PageOf(cursor), new List<JsonElement>(), (string?)null);
        foreach (var type in Types)
        {
            var found = await PageAsync(store, type, new { pageNo = page, pageSize = size, goodsSearchType = type, crtFrom = window.From * 1000, crtTo = window.To * 1000 }, cancellationToken);
            rows.AddRange(found.Rows);
            next ??= Next(page, size, found.Rows.Count, found.Total);
        }

        return new Listing(rows, next);
    }

    protected override async Task<IReadOnlyList<RecordChange>> LoadAsync(StoreSession store, IReadOnlyList<JsonElement> rows, CancellationToken cancellationToken)
    {
        var live = rows.Where(static row => row.Decimal("type") != Deleted).SelectMany(static row => row.Required("goods").Items("skuIdList")).Select(static id => id.ToString()).Distinct().ToList();
        var skus = (await SkusAsync(store, live, cancellationToken)).ToLookup(static sku => sku.Id("goodsId"));
        return [.. rows.Select(row => new ProductChange(TemuRecords.Product(row.Required("goods"), row.Decimal("type") == Deleted, skus[KeyOf(row)])))];
    }

    /// <summary>SKUs by their ids, whether they are for sale or not.</summary>
    internal static async Task<IReadOnlyList<JsonElement>> SkusAsync(StoreSession store, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        var skus = new Dictionary<string, JsonElement>();
        foreach (var some in ids.Select(static id => long.Parse(id, CultureInfo.InvariantCulture)).Chunk(100))
        {
            foreach (var type in TemuStock.Types)
            {
                foreach (var sku in (await SkuPageAsync(store, new { pageNo = 1, pageSize = 100, skuSearchType = type, skuStatusFilterType = type, skuIdList = some }, cancellationToken)).Rows)
                {
                    skus[sku.Id("skuId")] = sku;
                }
            }
        }

        return [.. ids.Where(skus.ContainsKey).Select(id => skus[id])];
    }

    internal static Task<(IReadOnlyList<JsonElement> Rows, decimal Total)> SkuPageAsync(StoreSession store, object fields, CancellationToken cancellationToken) =>
        TemuConnector.CallAsync<(IReadOnlyList<JsonElement>, decimal)>(store, Skus, fields, static result => ([.. result.Items("skuList")], result.Decimal("total")), cancellationToken);

    private static Task<(IReadOnlyList<JsonElement> Rows, decimal Total)> PageAsync(StoreSession store, int type, object fields, CancellationToken cancellationToken) =>
        TemuConnector.CallAsync<(IReadOnlyList<JsonElement>, decimal)>(
            store, List, fields, result => ([.. result.Items("goodsList").Select(goods => JsonSerializer.SerializeToElement(new { type, goods }))], result.Decimal("total")), cancellationToken);
}

/// <summary>Stock stands in the list of SKUs, the whole of which is read each time: a sale does not count as a change.</summary>
internal sealed class TemuStock : TemuReader
{
    /// <summary>For sale, and not.</summary>
    public static readonly int[] Types = [2, 3];

    protected override long Widest => 366L * 24 * 3600;

    protected override DateTimeOffset? StartOf(PageRequest request) => null;

    protected override string KeyOf(JsonElement row) => row.Id("skuId");

    protected override async Task<IReadOnlyList<RecordChange>> OneAsync(StoreSession store, string id, CancellationToken cancellationToken)
    {
        var sku = id.Split('@')[0].Split(':')[^1];
        var found = long.TryParse(sku, CultureInfo.InvariantCulture, out _) ? await TemuGoods.SkusAsync(store, [sku], cancellationToken) : [];
        return [.. (await LoadAsync(store, found, cancellationToken)).Where(change => change.Record.Id == id)];
    }

    protected override async Task<Listing> ListAsync(StoreSession store, Window window, string? cursor, int size, CancellationToken cancellationToken)
    {
        var (page, rows, next) = (PageOf(cursor), new List<JsonElement>(), (string?)null);
        foreach (var type in Types)
        {
            var found = await TemuGoods.SkuPageAsync(
                store, new { pageNo = page, pageSize = size, skuSearchType = type, skuStatusFilterType = type, crtFrom = window.From * 1000, crtTo = window.To * 1000 }, cancellationToken);
            rows.AddRange(found.Rows);
            next ??= Next(page, size, found.Rows.Count, found.Total);
        }

        return new Listing(rows, next);
    }

    protected override Task<IReadOnlyList<RecordChange>> LoadAsync(StoreSession store, IReadOnlyList<JsonElement> rows, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<RecordChange>>([.. rows.Select(static row => new StockChange(TemuRecords.Level(row)))]);
}

/// <summary>Temu's records in StoreClaw's terms.</summary>
internal static class TemuRecords
{
    private const string Cancelled = "3";

    /// <summary>By region id. Temu documents the first; the others are what integrators met.</summary>
    private static readonly Dictionary<string, string> Countries = new() { ["211"] = "US", ["76"] = "DE", ["128"] = "MX" };

    /// <param name="amounts">What the call for amounts told; null where it may not be asked or told nothing.</param>
    /// <param name="currency">The shop's, for an order whose amounts are not known.</param>
    public static Order Order(JsonElement row, JsonElement? amounts, string currency)
    {
        var (order, sums) = (row.Required("parentOrderMap"), amounts.Member("parentOrderMap"));
        var (updated, status, paid) = (TemuConnector.Instant(order, "updateTime"), order.TextOrNull("parentOrderStatus"), Money(sums, "customerPaid"));
        var priced = amounts.Items("orderList").Where(static line => line.TextOrNull("orderSn") is not null).ToLookup(static line => line.Text("orderSn"));
        return new Order
        {
            Id = order.Id("parentOrderSn"),
            Number = order.Id("parentOrderSn"),
            CreatedAt = TemuConnector.Instant(order, "parentOrderTime"),
            UpdatedAt = updated,
            CancelledAt = status == Cancelled ? updated : null,
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

    public static Product Product(JsonElement goods, bool deleted, IEnumerable<JsonElement> skus) => new()
    {
        Id = goods.Id("goodsId"),
        UpdatedAt = Changed(goods, "goodsStatusChangeTime"),
        Deleted = deleted,
        Title = goods.TextOrNull("goodsName") ?? "",
        Status = goods.TextOrNull("status4VO"),
        Variants = [.. skus.Select(static sku => new Variant(sku.Id("skuId"), sku.TextOrNull("skuSn") ?? "", Titled(sku, "specName"), Price(sku), ItemId(sku)))],
    };

    public static StockLevel Level(JsonElement sku) => new()
    {
        ItemId = ItemId(sku),
        UpdatedAt = Changed(sku, "skuStatusChangeTime"),
        Sku = sku.TextOrNull("skuSn") ?? "",
        Available = sku.DecimalOrNull("stock"),
    };

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

    private static DateTimeOffset Changed(JsonElement row, string name) => TemuConnector.InstantOrNull(row, name) ?? TemuConnector.Instant(row, "crtTime");

    /// <summary>A text, which holds a sign of the currency here and there; then the price beside it counts.</summary>
    private static decimal? Price(JsonElement sku) => new[] { sku.Member("retailPrice").TextOrNull("amount"), sku.TextOrNull("price") }
        .Select(static text => decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var price) && price > 0 ? price : (decimal?)null).FirstOrDefault(static price => price is not null);

    /// <summary>In the smallest unit of its currency.</summary>
    private static decimal? Money(JsonElement? parent, string name) => parent.Member(name) is { ValueKind: JsonValueKind.Object } money && money.DecimalOrNull("amount") is { } amount
        ? money.TextOrNull("currency") switch { "JPY" or "KRW" or "CLP" or "VND" => amount, "KWD" or "BHD" or "OMR" or "JOD" => amount / 1000, _ => amount / 100 }
        : null;
}
