namespace StoreClaw.Connectors.Wix;

/// <summary>What Wix's rows mean. A variant, and its stock, is "product:variant", since variants' ids repeat across products; "product" where there is but the one without an id.</summary>
internal static class WixRecords
{
    public const string NoVariant = "00000000-0000-0000-0000-000000000000";

    /// <summary>Whether a webhook's order can be taken as it is: it has all that a listed one has. What was refunded stands in no order.</summary>
    public static bool IsWhole(JsonElement order) =>
        Array.TrueForAll(["id", "createdDate", "updatedDate", "currency", "priceSummary", "lineItems"], name => order.Member(name) is not null) && !HasRefunds(order);

    public static bool HasRefunds(JsonElement order) => order.TextOrNull("paymentStatus")?.EndsWith("REFUNDED", StringComparison.Ordinal) == true;

    public static OrderChange Order(JsonElement order, IEnumerable<Refund> refunds)
    {
        var (updated, prices) = (order.Time("updatedDate"), order.Required("priceSummary"));
        var total = Amount(prices, "total") ?? Amount(prices, "totalPrice") ?? throw new FormatException("'total' is missing.");
        var cancelled = order.Items("activities").Where(static activity => activity.TextOrNull("type") == "ORDER_CANCELED").Select(static activity => activity.TimeOrNull("createdDate")).LastOrDefault();
        var bare = new Order { Id = order.Id("id"), CreatedAt = order.Time("createdDate"), UpdatedAt = updated, Currency = order.Text("currency"), Total = total };
        var priced = bare with { Tax = Amount(prices, "tax") ?? 0, Shipping = Amount(prices, "shipping") ?? 0, Discount = Amount(prices, "discount") ?? 0 };
        return new OrderChange(priced with
        {
            Number = order.TextOrNull("number"),
            PaymentStatus = order.TextOrNull("paymentStatus"),
            FulfillmentStatus = order.TextOrNull("fulfillmentStatus"),
            CancelledAt = order.TextOrNull("status") is "CANCELED" or "REJECTED" ? cancelled ?? updated : null,
            CustomerId = order.Member("buyerInfo").TextOrNull("contactId"),
            Country = Country(order.Member("shippingInfo").Member("logistics").Member("shippingDestination")) ?? Country(order.Member("billingInfo")),
            Lines = [.. order.Items("lineItems").Select(Line)],
            Refunds = [.. refunds],
        });
    }

    /// <summary>What was really given back; a refund may consist of several transactions, each of which may fail.</summary>
    public static IEnumerable<Refund> Refunds(JsonElement transactions) => transactions.Items("refunds")
        .Select(static refund => new Refund(
            refund.Id("id"), refund.Time("createdDate"), refund.Items("transactions").Where(static part => part.TextOrNull("refundStatus") is null or "SUCCEEDED").Sum(static part => Amount(part, "amount") ?? 0)))
        .Where(static refund => refund.Amount > 0);

    public static CustomerChange Customer(JsonElement contact)
    {
        var country = contact.Member("info").Member("addresses").Items("items").Select(static item => Country(item)).FirstOrDefault(static country => country is not null);
        return new CustomerChange(new Customer { Id = contact.Id("id"), UpdatedAt = contact.Time("updatedDate"), FirstSeenAt = contact.Time("createdDate"), Country = country });
    }

    /// <param name="variants">In V1 they come with the product, in V3 they are rows of their own.</param>
    public static ProductChange Product(JsonElement product, IEnumerable<JsonElement> variants)
    {
        var (updated, status) = (product.TimeOrNull("updatedDate") ?? product.Time("lastUpdated"), product.Flag("visible") ? "visible" : "hidden");
        return new ProductChange(new Product { Id = product.Id("id"), UpdatedAt = updated, Title = product.Text("name"), Status = status, Variants = [.. variants.Select(variant => Variant(product, variant))] });
    }

    /// <summary>An inventory row: in V1 a product with its variants, in V3 a variant at a place. Neither names the article; a count of none is left out.</summary>
    public static IEnumerable<StockPlace> Levels(JsonElement row)
    {
        var (productId, tracked, updated) = (row.Id("productId"), row.Flag("trackQuantity"), row.TimeOrNull("updatedDate") ?? row.Time("lastUpdated"));
        return from counted in row.Member("variants") is null ? [row] : row.Items("variants")
               let available = tracked ? counted.DecimalOrNull("quantity") ?? 0 : (decimal?)null
               let level = new StockLevel { ItemId = Key(productId, counted.Id("variantId")), LocationId = row.TextOrNull("locationId") ?? "", UpdatedAt = updated, Available = available }
               select new StockPlace(level, row.TextOrNull("id") ?? "", row.TextOrNull("revision") ?? "");
    }

    private static Variant Variant(JsonElement product, JsonElement variant)
    {
        var (v1, v3) = (variant.Member("variant"), variant.Member("price").Member("actualPrice"));
        var choices = variant.Member("choices") is { ValueKind: JsonValueKind.Object } named
            ? named.EnumerateObject().Select(static choice => choice.Value.ToString())
            : variant.Items("optionChoices").Select(static choice => choice.Member("optionChoiceNames").TextOrNull("choiceName") ?? "");
        var (key, title) = (Key(product.Id("id"), variant.IdOrNull("variantId") ?? variant.Id("id")), string.Join(", ", choices.Where(static choice => choice.Length > 0)));
        var sku = new[] { v1.TextOrNull("sku"), variant.TextOrNull("sku"), product.TextOrNull("sku") }.FirstOrDefault(static sku => !string.IsNullOrEmpty(sku)) ?? "";
        var price = v3.DecimalOrNull("amount") ?? v1.Member("priceData").DecimalOrNull("discountedPrice") ?? v1.Member("priceData").DecimalOrNull("price");
        return new Variant(key, sku, title.Length > 0 ? title : product.Text("name"), price, key);
    }

    private static OrderLine Line(JsonElement line)
    {
        var (article, sku, title) = (line.Member("catalogReference"), line.Member("physicalProperties").TextOrNull("sku") ?? "", line.Member("productName").TextOrNull("original") ?? "");
        var (productId, price) = (article.TextOrNull("catalogItemId"), Amount(line, "price") ?? throw new FormatException("'price' is missing."));
        var bare = new OrderLine { Id = line.Id("id"), Title = title, Quantity = line.Decimal("quantity"), UnitPrice = price };
        return bare with { Sku = sku, ProductId = productId, VariantId = productId is null ? null : Key(productId, article.Member("options").TextOrNull("variantId")), Discount = Amount(line, "totalDiscount") ?? 0 };
    }

    private static string Key(string productId, string? variantId) => variantId is null or NoVariant ? productId : $"{productId}:{variantId}";

    private static string? Country(JsonElement? place) => place.Member("address").TextOrNull("country");

    private static decimal? Amount(JsonElement element, string name) => element.Member(name).DecimalOrNull("amount");
}

/// <summary>Questions in Wix's query language. All lists go by creation: what changes meanwhile keeps its place, so none is passed by.</summary>
internal static class WixQuery
{
    public static string Filter(params IEnumerable<string> conditions) => $"{{{string.Join(',', conditions)}}}";

    public static string In(string field, string operation, params IEnumerable<string> ids) => $$"""{"{{field}}":{"{{operation}}":{{JsonSerializer.Serialize(ids)}} } }""";

    /// <summary>No condition for no time.</summary>
    public static IEnumerable<string> AtLeast(string field, DateTimeOffset? time) => time is { } from ? [$"\"{field}\":{{\"$gte\":\"{from.Millisecond()}Z\"}}"] : [];

    /// <summary>A page by Wix's own cursor, which holds filter and sort, so that it alone is sent for later pages.</summary>
    /// <param name="within">What the question stands under, "search" or "query".</param>
    /// <param name="question">Filter and sort, as JSON members.</param>
    public static async Task<(JsonElement Page, string? Next)> PageAsync(
        StoreSession store, string path, string within, string question, int size, string cursor, CancellationToken cancellationToken)
    {
        var asked = cursor.Length > 0 ? $$"""{"cursor":{{JsonSerializer.Serialize(cursor)}} }""" : $$"""{"limit":{{size}} }""";
        var first = cursor.Length > 0 || question.Length == 0 ? "" : question + ",";
        var page = (await WixConnector.PostAsync(store, path, $$"""{"{{within}}":{ {{first}}"cursorPaging":{{asked}} } }""", cancellationToken)).Json();
        return (page, Next(page));
    }

    /// <summary>All rows of a filter, whatever the number of pages.</summary>
    public static async Task<IReadOnlyList<JsonElement>> AllAsync(StoreSession store, string path, string rows, string filter, CancellationToken cancellationToken) => await RowReader.AllAsync(async cursor =>
    {
        var (page, next) = await PageAsync(store, path, "query", $"\"filter\":{filter}", rows == "products" ? 100 : 1000, cursor ?? "", cancellationToken);
        return (page.Items(rows), next);
    });

    public static string Since(DateTimeOffset? since) => $$""" "filter":{{Filter(AtLeast("updatedDate", since))}},"sort":[{"fieldName":"createdDate","order":"ASC"}] """;

    private static string? Next(JsonElement json)
    {
        var paging = json.Member("metadata") ?? json.Member("pagingMetadata");
        return paging.TextOrNull("hasNext") == "false" ? null : paging.Member("cursors").Filled("next");
    }
}

internal sealed class WixOrders : TokenReader
{
    protected override async Task<Page> PageAsync(StoreSession store, PageRequest request, string token, CancellationToken cancellationToken)
    {
        var (page, next) = await WixQuery.PageAsync(store, "/ecom/v1/orders/search", "search", WixQuery.Since(request.Since), request.Size, token, cancellationToken);
        return new Page(await ChangesAsync(store, [.. page.Items("orders")], cancellationToken), next);
    }

    protected override async Task<IReadOnlyList<RecordChange>> OneAsync(StoreSession store, string id, CancellationToken cancellationToken)
    {
        var found = await WixConnector.GetAsync(store, $"/ecom/v1/orders/{Uri.EscapeDataString(id)}", cancellationToken);
        return await ChangesAsync(store, [found.Json().Required("order")], cancellationToken);
    }

    /// <summary>INITIALIZED is an order that the buyer has not finished; lists leave it out.</summary>
    private static async Task<IReadOnlyList<RecordChange>> ChangesAsync(StoreSession store, IReadOnlyList<JsonElement> orders, CancellationToken cancellationToken)
    {
        var ids = orders.Where(WixRecords.HasRefunds).Select(static order => order.Id("id")).ToList();
        var answer = ids.Count == 0 ? null : await WixConnector.PostAsync(store, "/ecom/v1/payments/list-by-ids", $$"""{"orderIds":{{JsonSerializer.Serialize(ids)}} }""", cancellationToken);
        var refunds = answer?.Json().Items("orderTransactions").SelectMany(static row => WixRecords.Refunds(row).Select(refund => (Order: row.Id("orderId"), Refund: refund))).ToLookup(static row => row.Order, static row => row.Refund);
        return [.. orders.Where(static order => order.TextOrNull("status") != "INITIALIZED").Select(order => WixRecords.Order(order, refunds?[order.Id("id")] ?? []))];
    }
}

/// <summary>Contacts go by offset; where a whole page lies in one instant it moves on by half a page.</summary>
internal sealed class WixContacts : SortedReader
{
    private const string Path = "/contacts/v4/contacts/query";

    protected override DateTimeOffset? TimeOf(PageRequest request, JsonElement row) => row.Time("createdDate");

    protected override async Task<Listing> ListAsync(StoreSession store, PageRequest request, DateTimeOffset? from, string? place, CancellationToken cancellationToken)
    {
        var (offset, size) = (place is null ? 0 : int.Parse(place, CultureInfo.InvariantCulture), Math.Max(request.Size, 2));
        var filter = WixQuery.Filter([.. WixQuery.AtLeast("updatedDate", request.Since), .. request.Cursor is null ? [] : WixQuery.AtLeast("createdDate", from)]);
        var query = $$"""{"query":{"filter":{{filter}},"sort":[{"fieldName":"createdDate","order":"ASC"}],"paging":{"limit":{{size}},"offset":{{offset}} } } }""";
        var page = (await WixConnector.PostAsync(store, Path, query, cancellationToken)).Json();
        List<JsonElement> rows = [.. page.Items("contacts")];
        var isEnd = rows.Count == 0 || offset + rows.Count >= page.Member("pagingMetadata").DecimalOrNull("total");
        return new Listing(rows, isEnd ? null : (offset + (size / 2)).ToString(CultureInfo.InvariantCulture));
    }

    protected override Task<IReadOnlyList<RecordChange>> LoadAsync(StoreSession store, IReadOnlyList<JsonElement> rows, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<RecordChange>>([.. rows.Select(WixRecords.Customer)]);

    protected override async Task<IReadOnlyList<RecordChange>> OneAsync(StoreSession store, string id, CancellationToken cancellationToken)
    {
        var page = await WixConnector.PostAsync(store, Path, $$"""{"query":{"filter":{{WixQuery.In("id", "$in", id)}} } }""", cancellationToken);
        return [.. page.Json().Items("contacts").Select(WixRecords.Customer)];
    }
}

/// <summary>Products or stock of a site, whose catalog is of one version or the other, or is not there.</summary>
internal sealed class WixCatalog(bool isStock) : TokenReader
{
    public const string VersionFact = "catalog", VersionPath = "/stores/v3/provision/version", V1 = "V1_CATALOG", V3 = "V3_CATALOG";

    private const string ProductsV1 = "/stores/v1/products/query", ProductsV3 = "/stores/v3/products/query", VariantsV3 = "/stores/v3/products/query-variants", InventoryV1 = "/stores/v2/inventoryItems/query", InventoryV3 = "/stores/v3/inventory-items/query";

    /// <summary>V3 calls on a V1 site get 428, V1 calls on a V3 site 501.</summary>
    public static bool IsOtherVersion(PlatformFault fault) => fault.Code is "http-428" or "http-501";

    /// <summary>Does it in the version that connecting found; where that has changed meanwhile, once more in the other.</summary>
    public static async Task<T> RunAsync<T>(StoreSession store, Func<string, Task<T>> work, CancellationToken cancellationToken)
    {
        var known = store.Facts.GetValueOrDefault(VersionFact);
        var version = known is V1 or V3 ? known : await VersionAsync(store, cancellationToken);
        try
        {
            return await work(version);
        }
        catch (PlatformException e) when (IsOtherVersion(e.Fault))
        {
            var now = await VersionAsync(store, cancellationToken);
            return now == version ? throw new PlatformException(e.Fault, e) : await work(now);
        }
    }

    /// <summary>All levels of a product, without articles' numbers.</summary>
    public static async Task<IReadOnlyList<StockPlace>> LevelsAsync(StoreSession store, string version, string productId, CancellationToken cancellationToken)
    {
        var rows = version == V3
            ? await WixQuery.AllAsync(store, InventoryV3, "inventoryItems", WixQuery.In("productId", "$in", productId), cancellationToken)
            : (await WixConnector.PostAsync(store, InventoryV1, V1Query($$"""{"productId":{{JsonSerializer.Serialize(productId)}} }""", 100), cancellationToken)).Read(static json => json.Items("inventoryItems").ToList());
        return [.. rows.SelectMany(WixRecords.Levels)];
    }

    protected override bool IsDead(PlatformFault fault) => base.IsDead(fault) && !IsOtherVersion(fault);

    protected override Task<Page> PageAsync(StoreSession store, PageRequest request, string token, CancellationToken cancellationToken) => RunAsync(
        store,
        async version =>
        {
            // "version|place": a walk that was begun in the other version begins anew.
            var place = token.Split('|', 2) is [var begun, var reached] && begun == version ? reached : "";
            var (rows, next) = version switch
            {
                V1 => await RowsV1Async(store, request, place, cancellationToken),
                V3 => await RowsV3Async(store, request, place, cancellationToken),
                _ => ([], null),
            };
            IReadOnlyList<RecordChange> changes = isStock
                ? await StockAsync(store, version, [.. rows.SelectMany(WixRecords.Levels).Where(level => !(level.Level.UpdatedAt < request.Since))], cancellationToken)
                : await ProductsAsync(store, version, rows, cancellationToken);
            return new Page(changes, next is null ? null : $"{version}|{next}");
        },
        cancellationToken);

    protected override Task<IReadOnlyList<RecordChange>> OneAsync(StoreSession store, string id, CancellationToken cancellationToken) => RunAsync<IReadOnlyList<RecordChange>>(
        store,
        async version => id.Split(':', '@')[0] is var productId && version is not (V1 or V3) ? []
            : isStock ? await StockAsync(store, version, await LevelsAsync(store, version, productId, cancellationToken), cancellationToken)
            : await FindProductsAsync(store, version, [productId], cancellationToken),
        cancellationToken);

    private static async Task<string> VersionAsync(StoreSession store, CancellationToken cancellationToken)
    {
        var version = (await WixConnector.GetAsync(store, VersionPath, cancellationToken)).Read(static json => json.Text("catalogVersion"));
        store.Facts = new Dictionary<string, string>(store.Facts) { [VersionFact] = version };
        return version;
    }

    /// <summary>Offsets end at 10,000 rows in V1, so a list goes on behind the last number, which grows with each new row.</summary>
    private async Task<(IReadOnlyList<JsonElement> Rows, string? Next)> RowsV1Async(StoreSession store, PageRequest request, string place, CancellationToken cancellationToken)
    {
        var filter = WixQuery.Filter([.. WixQuery.AtLeast("lastUpdated", request.Since), .. place.Length == 0 ? Array.Empty<string>() : [$"\"numericId\":{{\"$gt\":{place}}}"]]);
        var page = (await WixConnector.PostAsync(store, isStock ? InventoryV1 : ProductsV1, V1Query(filter, request.Size, isProducts: !isStock), cancellationToken)).Json();
        var rows = page.Items(isStock ? "inventoryItems" : "products").ToList();
        return (rows, rows.Count == 0 || rows.Count >= page.DecimalOrNull("totalResults") ? null : rows[^1].Id("numericId"));
    }

    /// <summary>Whether stock can be filtered by time is not documented: it is read whole, and what is older is left out here.</summary>
    private async Task<(IReadOnlyList<JsonElement> Rows, string? Next)> RowsV3Async(StoreSession store, PageRequest request, string place, CancellationToken cancellationToken)
    {
        var (page, next) = await WixQuery.PageAsync(store, isStock ? InventoryV3 : ProductsV3, "query", isStock ? "" : WixQuery.Since(request.Since), request.Size, place, cancellationToken);
        return ([.. page.Items(isStock ? "inventoryItems" : "products")], next);
    }

    /// <summary>The levels with their articles' numbers, which the products know.</summary>
    private static async Task<IReadOnlyList<RecordChange>> StockAsync(StoreSession store, string version, IReadOnlyList<StockPlace> levels, CancellationToken cancellationToken)
    {
        var products = await FindProductsAsync(store, version, [.. levels.Select(static level => level.Level.ItemId.Split(':')[0]).Distinct()], cancellationToken);
        var skus = products.SelectMany(static change => change.Product.Variants).ToLookup(static variant => variant.StockItemId, static variant => variant.Sku);
        return [.. levels.Select(level => new StockChange(level.Level with { Sku = skus[level.Level.ItemId].FirstOrDefault() }))];
    }

    private static async Task<IReadOnlyList<ProductChange>> FindProductsAsync(StoreSession store, string version, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        var rows = ids.Count == 0 ? []
            : version == V3 ? await WixQuery.AllAsync(store, ProductsV3, "products", WixQuery.In("id", "$in", ids), cancellationToken)
            : (await WixConnector.PostAsync(store, ProductsV1, V1Query(WixQuery.In("id", "$hasSome", ids), 100, isProducts: true), cancellationToken)).Read(static json => json.Items("products").ToList());
        return await ProductsAsync(store, version, rows, cancellationToken);
    }

    private static async Task<IReadOnlyList<ProductChange>> ProductsAsync(StoreSession store, string version, IReadOnlyList<JsonElement> products, CancellationToken cancellationToken)
    {
        var ids = products.Select(static product => product.Id("id")).ToList();
        var rows = version == V1 || ids.Count == 0 ? [] : await WixQuery.AllAsync(store, VariantsV3, "variants", WixQuery.In("productData.productId", "$in", ids), cancellationToken);
        var variants = rows.ToLookup(static row => row.Required("productData").Id("productId"));
        return [.. products.Select(product => WixRecords.Product(product, version == V1 ? product.Items("variants") : variants[product.Id("id")]))];
    }

    /// <summary>Filter and sort of V1 are JSON in a text.</summary>
    private static string V1Query(string filter, int limit, bool isProducts = false)
    {
        var more = isProducts ? ""","includeVariants":true,"includeHiddenProducts":true""" : "";
        return $$"""{"query":{"filter":{{JsonSerializer.Serialize(filter)}},"sort":"[{\"numericId\":\"asc\"}]","paging":{"limit":{{limit}} } }{{more}} }""";
    }
}

/// <summary>
/// Sets stock in the version of the site's catalog. V3 takes a change only under the item's present revision, so a refused one is not yet a conflict: an answer that got lost leaves one behind, and so
/// does a change of something else. V1 compares nothing.
/// </summary>
internal sealed class WixStockWriter : IStockWriter
{
    public Task<IReadOnlyList<StockWriteResult>> SetAsync(StoreSession store, IReadOnlyList<StockWrite> writes, CancellationToken cancellationToken) =>
        WixCatalog.RunAsync(store, version => new InVersion(version).SetAsync(store, writes, cancellationToken), cancellationToken);

    private sealed class InVersion(string version) : StockWriter("Wix", mostItems: version == WixCatalog.V3 ? 1 : 100)
    {
        protected override int MostLooks => 2;

        protected override string ScopeOf(StockWrite write) => write.ItemId.Split(':')[0];

        protected override bool Reads(StockWrite write) => true;

        /// <summary>Tracking belongs to the product in V1: the other variants would begin at none.</summary>
        protected override PlatformFault? Wrong(StockEntry entry) => version == WixCatalog.V1 && entry.Place is { Level.Available: null }
            ? new(FaultKind.Invalid, "not-tracked", "Wix does not count this product. Switch its inventory tracking on.")
            : base.Wrong(entry);

        protected override Task<IReadOnlyList<StockPlace>> ReadAsync(StoreSession store, string scope, IReadOnlyList<StockWrite> writes, CancellationToken cancellationToken) =>
            WixCatalog.LevelsAsync(store, version, scope, cancellationToken);

        protected override Task SendAsync(StoreSession store, string scope, IReadOnlyList<StockEntry> entries, CancellationToken cancellationToken)
        {
            var (place, quantity) = (entries[0].Place!, (int)entries[0].Write.Quantity);
            var variants = entries.Select(static entry => new { variantId = entry.Write.ItemId.Split(':') is [_, var id] ? id : WixRecords.NoVariant, quantity = (int)entry.Write.Quantity });
            var (path, body) = version == WixCatalog.V3
                ? ($"/stores/v3/inventory-items/{place.Handle}", (object)new { inventoryItem = new { id = place.Handle, revision = place.Revision, trackQuantity = true, quantity }, reason = "MANUAL" })
                : ($"/stores/v2/inventoryItems/product/{scope}", new { inventoryItem = new { trackQuantity = true, variants } });
            return store.SendAsync(WixConnector.Request(HttpMethod.Patch, path, JsonSerializer.Serialize(body)), cancellationToken);
        }
    }
}
