namespace StoreClaw.Connectors.TikTokShop;

/// <summary>Reads a list by windows of its update time, and where it is read whole, of its creation.</summary>
/// <param name="rows">Where in the answer the rows are.</param>
/// <param name="endsBefore">Orders end a window with "before", products with "up to".</param>
/// <param name="isWhole">Stock has no time of its own: it is read whole each time.</param>
/// <param name="find">One record's rows, read by the given function.</param>
internal sealed class TikTokShopReader(string search, string rows, bool endsBefore, bool isWhole, TikTokShopReader.Read read, TikTokShopReader.Find find) : WindowedReader
{
    private const string Orders = "/order/202309/orders/search";

    private const string Products = "/product/202502/products/search";

    /// <summary>The code of a window with more than 10,000 products.</summary>
    private const string TooMany = "12052180";

    internal delegate IEnumerable<RecordChange> Read(JsonElement row);

    internal delegate Task<IReadOnlyList<RecordChange>> Find(StoreSession store, string id, Read read, CancellationToken cancellationToken);

    public static IReadOnlyDictionary<Resource, IReader> All { get; } = new Dictionary<Resource, IReader>
    {
        [Resource.Orders] = new TikTokShopReader(Orders, "orders", endsBefore: true, isWhole: false, TikTokShopRecords.Order, FindOrderAsync),
        [Resource.Products] = new TikTokShopReader(Products, "products", endsBefore: false, isWhole: false, TikTokShopRecords.Product, FindProductAsync),
        [Resource.Stock] = new TikTokShopReader(Products, "products", endsBefore: false, isWhole: true, TikTokShopRecords.Stock, FindStockAsync),
    };

    /// <summary>The first shops opened that year.</summary>
    protected override DateTimeOffset Beginning => new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

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

    protected override Task<IReadOnlyList<RecordChange>> OneAsync(StoreSession store, string id, CancellationToken cancellationToken) => find(store, id, read, cancellationToken);

    protected override DateTimeOffset? StartOf(PageRequest request) => isWhole ? null : request.Since;

    protected override string KeyOf(JsonElement row) => row.Id("id");

    protected override async Task<Listing> ListAsync(StoreSession store, Window window, string? cursor, int size, CancellationToken cancellationToken)
    {
        var field = isWhole || window.Backfill ? "create_time" : "update_time";
        var page = cursor is null ? "" : $"&page_token={Uri.EscapeDataString(cursor)}";
        var times = new Dictionary<string, long> { [$"{field}_ge"] = window.From, [endsBefore ? $"{field}_lt" : $"{field}_le"] = endsBefore ? window.To + 1 : window.To };
        try
        {
            return await TikTokShopConnector.CallAsync(
                store,
                HttpMethod.Post,
                string.Create(CultureInfo.InvariantCulture, $"{search}?page_size={size}{page}"),
                "",
                times,
                data => new Listing([.. data.Items(rows)], data.Filled("next_page_token")),
                cancellationToken);
        }
        catch (PlatformException e) when (e.Fault.Code == TooMany && cursor is null)
        {
            return new Listing([], TooMany);
        }
    }

    protected override Task<IReadOnlyList<RecordChange>> LoadAsync(StoreSession store, IReadOnlyList<JsonElement> rows, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<RecordChange>>([.. rows.SelectMany(row => read(row))]);
}

/// <summary>TikTok Shop's records. Amounts are text, instants seconds since 1970.</summary>
internal static class TikTokShopRecords
{
    public static IEnumerable<RecordChange> Order(JsonElement order)
    {
        var payment = order.Required("payment");
        var (status, updated) = (order.Text("status"), order.Instant("update_time"));
        return
        [
            new OrderChange(new Order
            {
                Id = order.Id("id"),
                Number = order.Id("id"),
                CreatedAt = order.Instant("create_time"),
                UpdatedAt = updated,
                CancelledAt = status == "CANCELLED" ? order.InstantOrNull("cancel_time") ?? updated : null,
                // Sent to a creator for free; no sale.
                Test = order.Flag("is_sample_order"),
                Currency = payment.Text("currency"),
                Total = payment.Decimal("total_amount"),
                Tax = payment.DecimalOrNull("tax") ?? 0,
                Shipping = payment.DecimalOrNull("shipping_fee") ?? 0,
                Discount = (payment.DecimalOrNull("seller_discount") ?? 0) + (payment.DecimalOrNull("platform_discount") ?? 0),
                PaymentStatus = order.InstantOrNull("paid_time") is null ? "unpaid" : "paid",
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
            UpdatedAt = product.Instant("update_time"),
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
        UpdatedAt = product.Instant("update_time"),
        Deleted = IsDeleted(product),
        Sku = sku.TextOrNull("seller_sku") ?? "",
        Available = place.DecimalOrNull("quantity"),
    })));

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
