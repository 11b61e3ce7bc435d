namespace StoreClaw.Connectors.Amazon;

/// <summary>
/// Orders with their lines; a backfill goes by creation, later reads by change. The end of a window is left to Amazon, which takes its own clock less two minutes and keeps to it on all pages.
/// The cursor says which version gave the token.
/// </summary>
internal sealed class AmazonOrders : TokenReader
{
    private const string New = "new|";
    private const string Old = "old|";

    /// <summary>Lines of v0 are read order by order, as many a minute as its list may be asked for.</summary>
    private const int OldPageSize = 30;

    /// <summary>Neither BUYER nor RECIPIENT: no person is ever asked for.</summary>
    private const string Included = "includedData=PROCEEDS,FULFILLMENT";

    protected override async Task<Page> PageAsync(StoreSession store, PageRequest request, string token, CancellationToken cancellationToken) =>
        IsOld(store) || token.StartsWith(Old, StringComparison.Ordinal) ? await ReadOldAsync(store, request, token, cancellationToken)
        : await ReadNewAsync(store, request, token, cancellationToken).OrNull() ?? await ReadOldAsync(store, request, "", cancellationToken);

    protected override async Task<IReadOnlyList<RecordChange>> OneAsync(StoreSession store, string id, CancellationToken cancellationToken)
    {
        var (root, order) = (AmazonConnector.Api(store.Store), Uri.EscapeDataString(id));
        if (!IsOld(store) && await AmazonConnector.GetAsync(store, $"{root}/orders/2026-01-01/orders/{order}?{Included}", AmazonDescriptor.Order, cancellationToken).OrNull() is { } found)
        {
            return [new OrderChange(AmazonRecords.Order(found.Json().Required("order"), Currency(store)))];
        }

        // What is not there is the order, or the version.
        var old = await AmazonConnector.GetAsync(store, $"{root}/orders/v0/orders/{order}", AmazonDescriptor.OldOrder, cancellationToken);
        return [.. await WithLinesAsync(store, old.Json().Required("payload"), cancellationToken)];
    }

    private static bool IsOld(StoreSession store) => store.Secrets.GetValueOrDefault("ordersVersion")?.Reveal() == "v0";

    private static string Currency(StoreSession store) => AmazonConnector.MarketplaceOf(store.Store).Currency;

    private static async Task<Page> ReadNewAsync(StoreSession store, PageRequest request, string token, CancellationToken cancellationToken)
    {
        var query = $"{(request.Backfill ? "createdAfter" : "lastUpdatedAfter")}={Start(request)}&marketplaceIds={AmazonConnector.MarketplaceOf(store.Store).Id}"
            + string.Create(CultureInfo.InvariantCulture, $"&maxResultsPerPage={Math.Min(request.Size, 100)}&{Included}{Token("paginationToken", token)}");
        var answer = (await AmazonConnector.GetAsync(store, $"{AmazonConnector.Api(store.Store)}/orders/2026-01-01/orders?{query}", AmazonDescriptor.OrderList, cancellationToken)).Json();
        return new Page([.. answer.Items("orders").Select(order => new OrderChange(AmazonRecords.Order(order, Currency(store))))], Next(New, answer.Member("pagination").TextOrNull("nextToken")));
    }

    private static async Task<Page> ReadOldAsync(StoreSession store, PageRequest request, string token, CancellationToken cancellationToken)
    {
        var query = $"{(request.Backfill ? "CreatedAfter" : "LastUpdatedAfter")}={Start(request)}&MarketplaceIds={AmazonConnector.MarketplaceOf(store.Store).Id}"
            + string.Create(CultureInfo.InvariantCulture, $"&MaxResultsPerPage={Math.Min(request.Size, OldPageSize)}{Token("NextToken", token)}");
        var response = await AmazonConnector.GetAsync(store, $"{AmazonConnector.Api(store.Store)}/orders/v0/orders?{query}", AmazonDescriptor.OldOrderList, cancellationToken);
        var payload = response.Json().Required("payload");
        return new Page(await EachAsync(payload.Items("Orders"), order => WithLinesAsync(store, order, cancellationToken)), Next(Old, payload.TextOrNull("NextToken")));
    }

    private static async Task<IEnumerable<RecordChange>> WithLinesAsync(StoreSession store, JsonElement order, CancellationToken cancellationToken)
    {
        var url = $"{AmazonConnector.Api(store.Store)}/orders/v0/orders/{Uri.EscapeDataString(order.Id("AmazonOrderId"))}/orderItems";
        var items = await AllAsync(async token =>
        {
            var page = await AmazonConnector.GetAsync(store, Links.To(url, ("NextToken", token)).AbsoluteUri, AmazonDescriptor.OldItems, cancellationToken);
            return (page.Json().Required("payload").Items("OrderItems"), page.Json().Member("payload").TextOrNull("NextToken"));
        });
        return [new OrderChange(AmazonRecords.OldOrder(order, items, Currency(store)))];
    }

    /// <summary>Orders reach back two years. A window that begins within the last two minutes is refused as one that ends before it begins.</summary>
    private static string Start(PageRequest request)
    {
        var (earliest, latest) = (request.Until.AddYears(-2).AddDays(1), request.Until.AddMinutes(-5));
        var start = request.Since is { } since && since > earliest ? since : earliest;
        return $"{(start < latest ? start : latest).Second()}Z";
    }

    private static string Token(string name, string token) => token.Length > 0 ? $"&{name}={Uri.EscapeDataString(token[New.Length..])}" : "";

    private static string? Next(string version, string? token) => string.IsNullOrEmpty(token) ? null : version + token;
}

/// <summary>Amazon's orders in both versions. Money is text.</summary>
internal static class AmazonRecords
{
    /// <param name="currency">Of the marketplace, for an order of which no amount is told yet.</param>
    public static Order Order(JsonElement order, string currency)
    {
        var (proceeds, items, status) = (order.Member("proceeds"), order.Items("orderItems").ToList(), order.Member("fulfillment").TextOrNull("fulfillmentStatus"));
        var read = Order(order.Id("orderId"), order.Time("createdTime"), order.Time("lastUpdatedTime"), status, items.ConvertAll(Line));
        return Priced(read, proceeds.Member("grandTotal"), items.ConvertAll(Price), currency) with { Tax = Sum(proceeds, "TAX"), Shipping = Sum(proceeds, "SHIPPING"), Discount = Math.Abs(Sum(proceeds, "DISCOUNT")) };
    }

    public static Order OldOrder(JsonElement order, List<JsonElement> items, string currency)
    {
        decimal Of(params string[] names) => names.Sum(name => items.Sum(item => Amount(item.Member(name))));
        var read = Order(order.Id("AmazonOrderId"), order.Time("PurchaseDate"), order.Time("LastUpdateDate"), order.TextOrNull("OrderStatus"), items.ConvertAll(OldLine));
        var priced = Priced(read, order.Member("OrderTotal"), items.ConvertAll(static item => item.Member("ItemPrice")), currency);
        return priced with { Tax = Of("ItemTax", "ShippingTax"), Shipping = Of("ShippingPrice"), Discount = Of("PromotionDiscount", "ShippingDiscount") };
    }

    private static Order Order(string id, DateTimeOffset created, DateTimeOffset updated, string? status, List<OrderLine> lines) => new()
    {
        Id = id,
        Number = id,
        CreatedAt = created,
        UpdatedAt = updated,
        CancelledAt = status is "CANCELLED" or "Canceled" ? updated : null,
        Currency = "",
        Total = lines.Sum(static line => line.Quantity * line.UnitPrice),
        FulfillmentStatus = status,
        Lines = lines,
    };

    /// <summary>A pending order has neither a total nor prices.</summary>
    private static Order Priced(Order order, JsonElement? total, List<JsonElement?> prices, string currency) => order with
    {
        Currency = prices.Prepend(total).Select(static money => money.TextOrNull("currencyCode") ?? money.TextOrNull("CurrencyCode")).FirstOrDefault(static code => code is not null) ?? currency,
        Total = total is null ? order.Total : Amount(total),
        AmountsKnown = total is not null || (prices.Count > 0 && prices.TrueForAll(static price => price is not null)),
    };

    private static OrderLine Line(JsonElement item)
    {
        // What was taken off the shipping stands in the same sum.
        var discount = Rows(item.Member("proceeds"), "DISCOUNT").Sum(static row => row.Items("detailedBreakdowns").ToList() is { Count: > 0 } parts
            ? parts.Where(static part => part.TextOrNull("subtype") == "ITEM").Sum(static part => Math.Abs(Amount(part.Member("value"))))
            : Math.Abs(Amount(row.Member("subtotal"))));
        var product = item.Member("product");
        return Line(item.Id("orderItemId"), product.TextOrNull("sellerSku"), product.TextOrNull("title"), item.Decimal("quantityOrdered"), Amount(Price(item)), discount);
    }

    /// <summary>The price is the line's here.</summary>
    private static OrderLine OldLine(JsonElement item)
    {
        var (quantity, price) = (item.Decimal("QuantityOrdered"), Amount(item.Member("ItemPrice")));
        return Line(item.Id("OrderItemId"), item.TextOrNull("SellerSKU"), item.TextOrNull("Title"), quantity, quantity == 0 ? 0 : price / quantity, Amount(item.Member("PromotionDiscount")));
    }

    private static OrderLine Line(string id, string? sku, string? title, decimal quantity, decimal unitPrice, decimal discount) =>
        new() { Id = id, Sku = sku ?? "", Title = title ?? "", ProductId = sku, VariantId = sku, Quantity = quantity, UnitPrice = unitPrice, Discount = discount };

    private static JsonElement? Price(JsonElement item) => item.Member("product").Member("price").Member("unitPrice");

    private static IEnumerable<JsonElement> Rows(JsonElement? proceeds, string type) => proceeds.Items("breakdowns").Where(row => row.TextOrNull("type") == type);

    private static decimal Sum(JsonElement? proceeds, string type) => Rows(proceeds, type).Sum(static row => Amount(row.Member("subtotal")));

    private static decimal Amount(JsonElement? money) => money.DecimalOrNull("amount") ?? money.DecimalOrNull("Amount") ?? 0;
}

/// <summary>Listings, a product each. The search gives the newest thousand of them and no more.</summary>
internal sealed class AmazonProducts : TokenReader
{
    private const string Included = "summaries,offers";

    protected override Task<Page> PageAsync(StoreSession store, PageRequest request, string token, CancellationToken cancellationToken) =>
        SearchAsync(store, request, Included, token, static (item, _) => Product(item), cancellationToken);

    protected override async Task<IReadOnlyList<RecordChange>> OneAsync(StoreSession store, string id, CancellationToken cancellationToken) =>
        Product((await ListingAsync(store, id, Included, cancellationToken)).Json()) is { } product ? [product] : [];

    /// <param name="read">Reads the record, with the time of the answer; null where there is none in it.</param>
    public static async Task<Page> SearchAsync(
        StoreSession store, PageRequest request, string includedData, string token, Func<JsonElement, DateTimeOffset?, RecordChange?> read, CancellationToken cancellationToken)
    {
        var changed = request is { Backfill: false, Since: { } since } && includedData == Included ? $"&lastUpdatedAfter={since.Second()}Z" : "";
        var next = token.Length > 0 ? $"&pageToken={Uri.EscapeDataString(token)}" : "";
        var url = string.Create(CultureInfo.InvariantCulture, $"{AmazonConnector.Listings(store.Store, null, includedData)}&sortBy=createdDate&sortOrder=DESC&pageSize={Math.Min(request.Size, 20)}{changed}{next}");
        var response = await AmazonConnector.GetAsync(store, url, AmazonDescriptor.Search, cancellationToken);
        return new Page([.. response.Json().Items("items").Select(item => read(item, response.Headers.Date)).OfType<RecordChange>()], AmazonConnector.NextOf(response));
    }

    /// <summary>The answer that holds one listing.</summary>
    public static Task<PlatformResponse> ListingAsync(StoreSession store, string sku, string includedData, CancellationToken cancellationToken) =>
        AmazonConnector.GetAsync(store, AmazonConnector.Listings(store.Store, sku, includedData), AmazonDescriptor.Listing, cancellationToken);

    /// <summary>A listing without a summary is not finished yet.</summary>
    private static ProductChange? Product(JsonElement item)
    {
        if (item.Items("summaries").Cast<JsonElement?>().FirstOrDefault() is not { } summary)
        {
            return null;
        }

        var (sku, title) = (item.Id("sku"), summary.TextOrNull("itemName") ?? "");
        var offer = item.Items("offers").Cast<JsonElement?>().FirstOrDefault(static offer => offer.TextOrNull("offerType") == "B2C");
        return new ProductChange(new Product
        {
            Id = sku,
            UpdatedAt = summary.Time("lastUpdatedDate"),
            Title = title,
            Status = summary.Items("status").Any(static status => status.ToString() == "BUYABLE") ? "active" : "inactive",
            Variants = [new Variant(sku, sku, title, offer.Member("price").DecimalOrNull("amount"), sku)],
        });
    }
}

/// <summary>First what the listings offer from the seller's own stock, then what lies in Amazon's warehouses.</summary>
internal sealed class AmazonStock : TokenReader
{
    /// <summary>The places: the seller's own, and Amazon's warehouses together.</summary>
    public const string Own = "default";

    public const string Fba = "fba";

    /// <summary>Amazon's word for the seller's own place.</summary>
    public const string Channel = "DEFAULT";

    private const string Included = "fulfillmentAvailability";
    private const string FbaCursor = "fba|";

    /// <summary>A token lives 30 seconds: so many pages are read without a pause, and where a longer one comes between, the walk begins again.</summary>
    private const int MostPages = 20;

    protected override async Task<Page> PageAsync(StoreSession store, PageRequest request, string token, CancellationToken cancellationToken)
    {
        if (token.StartsWith(FbaCursor, StringComparison.Ordinal))
        {
            return await ReadFbaAsync(store, request, token[FbaCursor.Length..], cancellationToken);
        }

        // All of them each time: nobody says that a quantity moves a listing's time of change.
        var page = await AmazonProducts.SearchAsync(store, request, Included, token, OwnChange, cancellationToken);
        return page with { Next = page.Next ?? FbaCursor };
    }

    protected override async Task<IReadOnlyList<RecordChange>> OneAsync(StoreSession store, string id, CancellationToken cancellationToken)
    {
        var at = id.LastIndexOf('@');
        var (sku, place) = (id[..at], id[(at + 1)..]);
        if (place == Fba)
        {
            return (await SummariesAsync(store, $"&sellerSku={Uri.EscapeDataString(sku)}", cancellationToken)).Changes;
        }

        var listing = place == Own ? await AmazonProducts.ListingAsync(store, sku, Included, cancellationToken) : null;
        return listing is not null && OwnChange(listing.Json(), listing.Headers.Date) is { } level ? [level] : [];
    }

    /// <summary>Null where Amazon's warehouses send it. A listing does not say when its quantity changed, so it is as old as the answer.</summary>
    public static StockLevel? OwnLevel(JsonElement item, DateTimeOffset? readAt) =>
        item.Items(Included).Cast<JsonElement?>().FirstOrDefault(static channel => channel.TextOrNull("fulfillmentChannelCode") == Channel) is { } own
            ? new StockLevel { ItemId = item.Id("sku"), LocationId = Own, Sku = item.Id("sku"), UpdatedAt = readAt ?? throw new FormatException("'Date' is missing."), Available = own.DecimalOrNull("quantity") }
            : null;

    private static StockChange? OwnChange(JsonElement item, DateTimeOffset? readAt) => OwnLevel(item, readAt) is { } level ? new StockChange(level) : null;

    private static async Task<Page> ReadFbaAsync(StoreSession store, PageRequest request, string token, CancellationToken cancellationToken)
    {
        var changes = new List<RecordChange>();
        var changed = request is { Backfill: false, Since: { } since } ? $"&startDateTime={since.Second()}Z" : "";
        for (var pages = 0; pages < MostPages; pages++)
        {
            var asked = SummariesAsync(store, $"{changed}{(token.Length > 0 ? $"&nextToken={Uri.EscapeDataString(token)}" : "")}", cancellationToken);
            if ((token.Length > 0 ? await asked.OrNull(FaultKind.Invalid) : await asked) is not { } page)
            {
                return new Page(changes, FbaCursor);
            }

            changes.AddRange(page.Changes);
            if (page.Next is null)
            {
                return new Page(changes, null);
            }

            token = page.Next;
        }

        return new Page(changes, FbaCursor + token);
    }

    private static async Task<Page> SummariesAsync(StoreSession store, string filter, CancellationToken cancellationToken)
    {
        var marketplace = AmazonConnector.MarketplaceOf(store.Store).Id;
        var url = $"{AmazonConnector.Api(store.Store)}/fba/inventory/v1/summaries?granularityType=Marketplace&granularityId={marketplace}&marketplaceIds={marketplace}&details=true{filter}";
        var response = await AmazonConnector.GetAsync(store, url, AmazonDescriptor.Summaries, cancellationToken);
        return new Page([.. response.Json().Required("payload").Items("inventorySummaries").Select(row => new StockChange(FbaLevel(row, response.Headers.Date)))], AmazonConnector.NextOf(response));
    }

    private static StockLevel FbaLevel(JsonElement row, DateTimeOffset? readAt) => new()
    {
        ItemId = row.Id("sellerSku"),
        LocationId = Fba,
        Sku = row.Id("sellerSku"),
        UpdatedAt = row.TimeOrNull("lastUpdatedTime") ?? readAt ?? throw new FormatException("'Date' is missing."),
        Available = row.Member("inventoryDetails").DecimalOrNull("fulfillableQuantity") ?? row.DecimalOrNull("totalQuantity"),
    };
}
