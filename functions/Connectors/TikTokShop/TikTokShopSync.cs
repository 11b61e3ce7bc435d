using System.Globalization;
using System.Text.Json;
using StoreClaw.Commerce;
using StoreClaw.Connectors.Http;

namespace StoreClaw.Connectors.TikTokShop;

/// <summary>
/// Reads a list by windows of its update time, and where it is read whole, of its creation. Page tokens count rows from the start, so a row that is
/// changed while a list is paged through leaves its place and another one slips past unread: no window is paged through but one single second, and
/// that until nothing moved.
/// </summary>
/// <param name="rows">Where in the answer the rows are.</param>
/// <param name="isSorted">Only orders can be sorted, and only they end a window with "before" instead of "up to".</param>
/// <param name="isWhole">Stock has no time of its own: it is read whole each time.</param>
/// <param name="find">One record's rows, read by the given function.</param>
internal sealed class TikTokShopReader(string search, string rows, bool isSorted, bool isWhole, TikTokShopReader.Read read, TikTokShopReader.Find find) : IReader
{
    private const string Orders = "/order/202309/orders/search";

    private const string Products = "/product/202502/products/search";

    private const int MostTries = 5;

    internal delegate IEnumerable<RecordChange> Read(JsonElement row);

    internal delegate Task<IReadOnlyList<RecordChange>> Find(StoreSession store, string id, Read read, CancellationToken cancellationToken);

    public static IReadOnlyDictionary<Resource, IReader> All { get; } = new Dictionary<Resource, IReader>
    {
        [Resource.Orders] = new TikTokShopReader(Orders, "orders", isSorted: true, isWhole: false, TikTokShopRecords.Order, FindOrderAsync),
        [Resource.Products] = new TikTokShopReader(Products, "products", isSorted: false, isWhole: false, TikTokShopRecords.Product, FindProductAsync),
        [Resource.Stock] = new TikTokShopReader(Products, "products", isSorted: false, isWhole: true, TikTokShopRecords.Stock, FindStockAsync),
    };

    /// <summary>The cursor is "first second|last second" of the window that comes next.</summary>
    public async Task<Page> ReadAsync(StoreSession store, PageRequest request, CancellationToken cancellationToken)
    {
        var until = request.Until.ToUnixTimeSeconds();
        var field = isWhole || request.Backfill ? "create_time" : "update_time";
        var (from, to) = request.Cursor?.Split('|') is [var first, var last]
            ? (Seconds(first), Seconds(last))
            : (isWhole ? 0 : request.Since?.ToUnixTimeSeconds() ?? 0, until);
        while (true)
        {
            var found = await SearchAsync(store, field, from, to, null, request.Size, cancellationToken);
            if (found.Token is null && (found.Rows > 0 || to >= until))
            {
                return ToPage(found.Changes, to + 1, Grown(from, to), until);
            }

            if (found.Token is null)
            {
                (from, to) = (to + 1, Math.Min(until, Grown(from, to)));
            }
            else if (isSorted && found.Newest > from)
            {
                // Its last second may go on behind the page, so it is read again.
                return ToPage(found.Changes, found.Newest, until, until);
            }
            else if (from == to || isSorted)
            {
                return ToPage(await SecondAsync(store, field, from, cancellationToken), from + 1, isSorted ? until : from + 1, until);
            }
            else
            {
                to = from + ((to - from) / 2);
            }
        }
    }

    public async Task<IReadOnlyList<RecordChange>> FindAsync(StoreSession store, string id, CancellationToken cancellationToken)
    {
        try
        {
            return await find(store, id, read, cancellationToken);
        }
        catch (PlatformException e) when (e.Fault.Kind == FaultKind.NotFound)
        {
            return [];
        }
    }

    /// <summary>What <paramref name="read"/> makes of the products of these SKUs, ten at most.</summary>
    internal static Task<IReadOnlyList<T>> FindItemsAsync<T>(StoreSession store, IReadOnlyList<string> skus, Func<JsonElement, IEnumerable<T>> read, CancellationToken cancellationToken) =>
        TikTokShopConnector.CallAsync<IReadOnlyList<T>>(
            store, HttpMethod.Post, $"{Products}?page_size=100", "", new { sku_ids = skus }, data => [.. data.Items("products").SelectMany(read)], cancellationToken);

    private static Task<IReadOnlyList<RecordChange>> FindOrderAsync(StoreSession store, string id, Read read, CancellationToken cancellationToken) =>
        TikTokShopConnector.CallAsync<IReadOnlyList<RecordChange>>(
            store, HttpMethod.Get, "/order/202507/orders?ids={0}", id, null, data => [.. data.Items("orders").SelectMany(row => read(row))], cancellationToken);

    private static Task<IReadOnlyList<RecordChange>> FindProductAsync(StoreSession store, string id, Read read, CancellationToken cancellationToken) =>
        TikTokShopConnector.CallAsync<IReadOnlyList<RecordChange>>(store, HttpMethod.Get, "/product/202309/products/{0}", id, null, data => [.. read(data)], cancellationToken);

    private static Task<IReadOnlyList<RecordChange>> FindStockAsync(StoreSession store, string id, Read read, CancellationToken cancellationToken) =>
        FindItemsAsync(store, [id.Split('@')[0]], row => read(row), cancellationToken);

    private static long Seconds(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static long Grown(long from, long to) => to + 1 + (2 * (to - from + 1));

    private static Page ToPage(IReadOnlyList<RecordChange> changes, long from, long to, long until) =>
        new(changes, from > until ? null : string.Create(CultureInfo.InvariantCulture, $"{from}|{Math.Min(until, to)}"));

    /// <summary>All rows of one second, however many. A row that left it meanwhile shows in the count, and then it is read anew.</summary>
    private async Task<IReadOnlyList<RecordChange>> SecondAsync(StoreSession store, string field, long second, CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            var page = await SearchAsync(store, field, second, second, null, 100, cancellationToken);
            var (all, count) = (page.Changes.ToList(), page.Count);
            while (page.Token is not null && page.Count == count)
            {
                page = await SearchAsync(store, field, second, second, page.Token, 100, cancellationToken);
                all.AddRange(page.Changes);
            }

            if (page.Count == count)
            {
                return all;
            }
        }

        throw new PlatformException(new PlatformFault(FaultKind.PlatformFailure, "list-moves", "TikTok Shop's list changes faster than it can be read.", TimeSpan.FromMinutes(1)));
    }

    private async Task<Found> SearchAsync(StoreSession store, string field, long from, long to, string? token, int size, CancellationToken cancellationToken)
    {
        var sort = isSorted ? $"&sort_field={field}&sort_order=ASC" : "";
        var page = token is null ? "" : $"&page_token={Uri.EscapeDataString(token)}";
        var window = new Dictionary<string, long> { [$"{field}_ge"] = from, [isSorted ? $"{field}_lt" : $"{field}_le"] = isSorted ? to + 1 : to };
        try
        {
            return await TikTokShopConnector.CallAsync(
                store, HttpMethod.Post, string.Create(CultureInfo.InvariantCulture, $"{search}?page_size={Math.Min(size, 100)}{sort}{page}"), "", window, data => ToFound(data, field), cancellationToken);
        }
        catch (PlatformException e) when (e.Fault.Code == "12052180" && from < to)
        {
            // More than 10,000 products in the window.
            return new Found([], 0, from, "too-many", null);
        }
    }

    private Found ToFound(JsonElement data, string field)
    {
        var found = data.Items(rows).ToList();
        var newest = found.Count == 0 ? 0 : TikTokShopRecords.Time(found[^1], field).ToUnixTimeSeconds();
        return new Found([.. found.SelectMany(row => read(row))], found.Count, newest, data.TextOrNull("next_page_token") is { Length: > 0 } next ? next : null, data.TextOrNull("total_count"));
    }
}

/// <param name="Token">Null where the window ends with these rows.</param>
/// <param name="Count">Of all rows in the window.</param>
internal sealed record Found(IReadOnlyList<RecordChange> Changes, int Rows, long Newest, string? Token, string? Count);

/// <summary>TikTok Shop's records. Amounts are text, instants seconds since 1970.</summary>
internal static class TikTokShopRecords
{
    public static IEnumerable<RecordChange> Order(JsonElement order)
    {
        var payment = order.Required("payment");
        var (status, updated) = (order.Text("status"), Time(order, "update_time"));
        return
        [
            new OrderChange(new Order
            {
                Id = order.Id("id"),
                Number = order.Id("id"),
                CreatedAt = Time(order, "create_time"),
                UpdatedAt = updated,
                CancelledAt = status == "CANCELLED" ? TimeOrNull(order, "cancel_time") ?? updated : null,
                // Sent to a creator for free; no sale.
                Test = order.Flag("is_sample_order"),
                Currency = payment.Text("currency"),
                Total = payment.Decimal("total_amount"),
                Tax = payment.DecimalOrNull("tax") ?? 0,
                Shipping = payment.DecimalOrNull("shipping_fee") ?? 0,
                Discount = (payment.DecimalOrNull("seller_discount") ?? 0) + (payment.DecimalOrNull("platform_discount") ?? 0),
                PaymentStatus = TimeOrNull(order, "paid_time") is null ? "unpaid" : "paid",
                FulfillmentStatus = status.ToLowerInvariant(),
                CustomerId = order.IdOrNull("user_id"),
                Country = order.Member("recipient_address").TextOrNull("region_code") is { Length: 2 } country ? country : null,
                Lines = [.. order.Items("line_items").GroupBy(static unit => unit.Id("sku_id")).Select(static units => Line(units.Key, [.. units]))],
            }),
        ];
    }

    public static IEnumerable<RecordChange> Product(JsonElement product) =>
    [
        new ProductChange(new Product
        {
            Id = product.Id("id"),
            UpdatedAt = Time(product, "update_time"),
            Deleted = IsDeleted(product),
            Title = product.Text("title"),
            Status = product.TextOrNull("status")?.ToLowerInvariant(),
            Variants = [.. product.Items("skus").Select(static sku => new Variant(
                sku.Id("id"), sku.TextOrNull("seller_sku") ?? "", "", sku.Member("price").DecimalOrNull("sale_price") ?? sku.Member("price").DecimalOrNull("tax_exclusive_price"), sku.Id("id")))],
        }),
    ];

    /// <summary>Stamped with the product's time; whether that moves with the stock is not documented.</summary>
    public static IEnumerable<RecordChange> Stock(JsonElement product) => product.Items("skus").SelectMany(sku => sku.Items("inventory").Select(place => new StockChange(new StockLevel
    {
        ItemId = sku.Id("id"),
        LocationId = place.IdOrNull("warehouse_id") ?? "",
        UpdatedAt = Time(product, "update_time"),
        Deleted = IsDeleted(product),
        Sku = sku.TextOrNull("seller_sku") ?? "",
        Available = place.DecimalOrNull("quantity"),
    })));

    public static DateTimeOffset Time(JsonElement element, string name) => TimeOrNull(element, name) ?? throw new FormatException($"'{name}' is missing.");

    /// <summary>Null for the 0 that stands for "never".</summary>
    public static DateTimeOffset? TimeOrNull(JsonElement element, string name) => element.IdOrNull(name) is not { } text
        ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < 100_000_000_000
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : throw new FormatException($"'{name}' is not a time.");

    private static bool IsDeleted(JsonElement product) => product.TextOrNull("status") == "DELETED";

    /// <summary>An order's line stands for one unit and has no quantity. What the units were sold for in all is kept, also where their discounts differ.</summary>
    private static OrderLine Line(string sku, IReadOnlyList<JsonElement> units)
    {
        var price = units.Max(static unit => unit.DecimalOrNull("original_price") ?? unit.Decimal("sale_price"));
        return new OrderLine
        {
            Id = units[0].Id("id"),
            Sku = units[0].TextOrNull("seller_sku") ?? "",
            Title = units[0].TextOrNull("product_name") ?? "",
            ProductId = units[0].IdOrNull("product_id"),
            VariantId = sku,
            Quantity = units.Count,
            UnitPrice = price,
            Discount = (units.Count * price) - units.Sum(static unit => unit.Decimal("sale_price")),
        };
    }
}
