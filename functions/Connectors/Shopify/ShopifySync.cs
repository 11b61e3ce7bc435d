using System.Security.Cryptography;
using System.Text;

namespace StoreClaw.Connectors.Shopify;

/// <summary>Shopify's records. The GraphQL fields are asked for under their REST names, so that lists and webhooks are read by the same code.</summary>
internal static class ShopifyRecords
{
    public const string OrderFields = """
        id name test created_at: createdAt updated_at: updatedAt cancelled_at: cancelledAt currency: currencyCode
        financial_status: displayFinancialStatus fulfillment_status: displayFulfillmentStatus
        total_price_set: totalPriceSet { shop_money: shopMoney { amount } } total_tax_set: totalTaxSet { shop_money: shopMoney { amount } }
        total_shipping_price_set: totalShippingPriceSet { shop_money: shopMoney { amount } }
        total_discounts_set: totalDiscountsSet { shop_money: shopMoney { amount } }
        customer { id } shipping_address: shippingAddress { country_code: countryCodeV2 } billing_address: billingAddress { country_code: countryCodeV2 }
        line_items: lineItems(first: 10, after: $nested) { nodes { id sku title quantity product { id } variant { id }
          price_set: originalUnitPriceSet { shop_money: shopMoney { amount } } total_discount_set: totalDiscountSet { shop_money: shopMoney { amount } } }
          pageInfo { hasNextPage endCursor } }
        refunds { id created_at: createdAt processed_at: processedAt total_refunded_set: totalRefundedSet { shop_money: shopMoney { amount } } }
        """;

    public const string ProductFields = """
        id title status updated_at: updatedAt created_at: createdAt
        variants(first: 15, after: $nested) { nodes { id sku title price inventory_item: inventoryItem { id } } pageInfo { hasNextPage endCursor } }
        """;

    public const string CustomerFields = "id created_at: createdAt updated_at: updatedAt default_address: defaultAddress { country_code: countryCodeV2 }";

    public const string StockFields = """
        id sku tracked
        levels: inventoryLevels(first: 10, after: $nested) { nodes { updated_at: updatedAt location { id } quantities(names: ["available"]) { quantity } }
          pageInfo { hasNextPage endCursor } }
        """;

    /// <summary>The refunds of a webhook name amounts in the buyer's currency; where that is not the shop's, the order is read instead.</summary>
    public static IReadOnlyList<Change> OrderOrLookup(JsonElement order) =>
        order.Items("refunds").SelectMany(Repayments).Any(transaction => transaction.TextOrNull("currency") != order.TextOrNull("currency"))
            ? [new LookupChange(Resource.Orders, order.Id("id"), MayBeGone: false)]
            : Order(order, [.. order.Items("line_items")]);

    /// <summary>A webhook brings the first 100 variants only.</summary>
    public static IReadOnlyList<Change> ProductOrLookup(JsonElement product) => product.Items("variants").Count() >= 100
        ? [new LookupChange(Resource.Products, product.Id("id"), MayBeGone: false)]
        : Product(product, [.. product.Items("variants")]);

    public static IReadOnlyList<RecordChange> Order(JsonElement order, IReadOnlyList<JsonElement> lines) =>
    [
        new OrderChange(new Order
        {
            Id = Key(order, "id"),
            Number = order.TextOrNull("name"),
            CreatedAt = order.Time("created_at"),
            UpdatedAt = order.Time("updated_at"),
            CancelledAt = order.TimeOrNull("cancelled_at"),
            Test = order.Flag("test"),
            Currency = order.Text("currency"),
            Total = Money(order, "total_price") ?? throw new FormatException("'total_price' is missing."),
            Tax = Money(order, "total_tax") ?? 0,
            Shipping = Money(order, "total_shipping_price") ?? 0,
            Discount = Money(order, "total_discounts") ?? 0,
            PaymentStatus = order.TextOrNull("financial_status")?.ToLowerInvariant(),
            FulfillmentStatus = order.TextOrNull("fulfillment_status")?.ToLowerInvariant() switch
            {
                null => "unfulfilled",
                "partial" => "partially_fulfilled",
                var status => status,
            },
            CustomerId = KeyOrNull(order.Member("customer"), "id"),
            Country = order.Member("shipping_address").TextOrNull("country_code") ?? order.Member("billing_address").TextOrNull("country_code"),
            Lines = [.. lines.Select(line => Line(line, order))],
            Refunds = [.. order.Items("refunds").Select(Refund)],
        }),
    ];

    public static IReadOnlyList<RecordChange> Product(JsonElement product, IReadOnlyList<JsonElement> variants) =>
    [
        new ProductChange(new Product
        {
            Id = Key(product, "id"),
            UpdatedAt = product.Time("updated_at"),
            Title = product.Text("title"),
            Status = product.TextOrNull("status")?.ToLowerInvariant(),
            Variants = [.. variants.Select(static variant => new Variant(
                Key(variant, "id"), variant.TextOrNull("sku") ?? "", variant.TextOrNull("title") ?? "", variant.DecimalOrNull("price"),
                variant.IdOrNull("inventory_item_id") ?? KeyOrNull(variant.Member("inventory_item"), "id") ?? ""))],
        }),
    ];

    public static IReadOnlyList<RecordChange> Customer(JsonElement customer, IReadOnlyList<JsonElement> _) =>
    [
        new CustomerChange(new Customer
        {
            Id = Key(customer, "id"),
            UpdatedAt = customer.Time("updated_at"),
            FirstSeenAt = customer.TimeOrNull("created_at"),
            Country = customer.Member("default_address").TextOrNull("country_code"),
        }),
    ];

    public static IReadOnlyList<RecordChange> Stock(JsonElement item, IReadOnlyList<JsonElement> levels) =>
    [
        .. levels.Select(level => new StockChange(new StockLevel
        {
            ItemId = Key(item, "id"),
            LocationId = Key(level.Required("location"), "id"),
            UpdatedAt = level.Time("updated_at"),
            Sku = item.TextOrNull("sku") ?? "",
            Available = item.Flag("tracked") ? level.Items("quantities").Select(static quantity => quantity.DecimalOrNull("quantity")).FirstOrDefault() : null,
        })),
    ];

    /// <summary>A webhook's level, which names no article number.</summary>
    public static IReadOnlyList<RecordChange> Level(JsonElement level) =>
    [
        new StockChange(new StockLevel
        {
            ItemId = level.Id("inventory_item_id"),
            LocationId = level.Id("location_id"),
            UpdatedAt = level.Time("updated_at"),
            Available = level.DecimalOrNull("available"),
        }),
    ];

    /// <summary>The numeric id: REST has it as a number, GraphQL as the tail of gid://shopify/Order/1.</summary>
    public static string Key(JsonElement element, string name) => KeyOrNull(element, name) ?? throw new FormatException($"'{name}' is missing.");

    private static string? KeyOrNull(JsonElement? element, string name) => element?.IdOrNull(name) is { } id ? id[(id.LastIndexOf('/') + 1)..] : null;

    private static decimal? Money(JsonElement element, string name) =>
        element.Member($"{name}_set").Member("shop_money").DecimalOrNull("amount") ?? element.DecimalOrNull(name);

    private static OrderLine Line(JsonElement line, JsonElement order) => new()
    {
        Id = Key(line, "id"),
        Sku = line.TextOrNull("sku") ?? "",
        Title = line.TextOrNull("title") ?? "",
        ProductId = line.IdOrNull("product_id") ?? KeyOrNull(line.Member("product"), "id"),
        VariantId = line.IdOrNull("variant_id") ?? KeyOrNull(line.Member("variant"), "id"),
        Quantity = line.Decimal("quantity"),
        UnitPrice = Money(line, "price") ?? throw new FormatException("'price' is missing."),
        Discount = LineDiscount(line, [.. order.Items("discount_applications")]),
    };

    /// <summary>
    /// REST fills total_discount for scripts and drafts only; other discounts stand in the allocations, among them the line's share of an
    /// order-wide one, which is not the line's.
    /// </summary>
    private static decimal LineDiscount(JsonElement line, List<JsonElement> applications)
    {
        return Money(line, "total_discount") is > 0 and var discount
            ? discount
            : line.Items("discount_allocations").Where(IsLines).Sum(static allocation => Money(allocation, "amount") ?? 0);

        bool IsLines(JsonElement allocation) =>
            applications.ElementAtOrDefault((int)(allocation.DecimalOrNull("discount_application_index") ?? -1)) is var application
            && (application.TextOrNull("allocation_method"), application.TextOrNull("target_selection")) is not ("across", "all");
    }

    private static Refund Refund(JsonElement refund) => new(
        Key(refund, "id"), refund.TimeOrNull("created_at") ?? refund.Time("processed_at"),
        Money(refund, "total_refunded") ?? Repayments(refund).Sum(static transaction => transaction.Decimal("amount")));

    private static IEnumerable<JsonElement> Repayments(JsonElement refund) =>
        refund.Items("transactions").Where(static transaction => transaction.TextOrNull("kind") == "refund" && transaction.TextOrNull("status") == "success");
}

/// <summary>One list by GraphQL, oldest first.</summary>
/// <param name="created">The search field of the creation time; null for a list that can be neither sorted nor searched by time and is read whole.</param>
/// <param name="single">The field for one record; with an s it is the one for the list.</param>
/// <param name="nested">The connection inside each row, which may go on beyond what comes with the row.</param>
internal sealed class ShopifyReader(
    string single, string? created, string? nested, string fields, Func<JsonElement, IReadOnlyList<JsonElement>, IReadOnlyList<RecordChange>> read) : SortedReader
{
    private readonly string _type = char.ToUpperInvariant(single[0]) + single[1..];

    private string NestedVariable => nested is null ? "" : ", $nested: String";

    private string SingleDocument => $$"""query($id: ID!{{NestedVariable}}) { row: {{single}}(id: $id) { {{fields}} } }""";

    private string ListDocument => $$"""
        query($first: Int!, $after: String{{(created is null ? "" : $", $query: String, $sort: {_type}SortKeys!")}}{{NestedVariable}}) {
          rows: {{single}}s(first: $first, after: $after{{(created is null ? "" : ", query: $query, sortKey: $sort")}}) {
            nodes { {{fields}} } pageInfo { hasNextPage endCursor }
          }
        }
        """;

    protected override DateTimeOffset? TimeOf(PageRequest request, JsonElement row) => created is null ? null : row.TimeOrNull(request.Backfill ? "created_at" : "updated_at");

    /// <summary>Shopify pages no query beyond 25,000 rows, and ignores the time of day of one without quotes.</summary>
    protected override async Task<Listing> ListAsync(StoreSession store, PageRequest request, DateTimeOffset? from, string? place, CancellationToken cancellationToken)
    {
        var (field, sort) = request.Backfill ? (created, "CREATED_AT") : ("updated_at", "UPDATED_AT");
        var query = $"{(from is null ? "" : $"{field}:>='{from.Value.Second()}Z' AND ")}{field}:<='{request.Until.Second()}Z'";
        object variables = created is null ? new { first = request.Size, after = place } : new { first = request.Size, after = place, query, sort };
        var page = await ShopifyGraph.QueryAsync(store, ListDocument, variables, 150, static data => data.Required("rows"), cancellationToken);
        return new Listing([.. page.Items("nodes")], GraphQl.Next(page));
    }

    protected override Task<IReadOnlyList<RecordChange>> LoadAsync(StoreSession store, IReadOnlyList<JsonElement> rows, CancellationToken cancellationToken) =>
        EachAsync(rows, row => WholeAsync(store, row, cancellationToken));

    protected override async Task<IReadOnlyList<RecordChange>> OneAsync(StoreSession store, string id, CancellationToken cancellationToken)
    {
        var gid = $"gid://shopify/{_type}/{id.Split('@')[0]}";
        var found = await ShopifyGraph.QueryAsync(store, SingleDocument, new { id = gid }, 20, static data => data.Member("row"), cancellationToken);
        return found is { } row ? [.. await WholeAsync(store, row, cancellationToken)] : [];
    }

    private async Task<IEnumerable<RecordChange>> WholeAsync(StoreSession store, JsonElement row, CancellationToken cancellationToken)
    {
        return read(row, await AllAsync(async after =>
        {
            var variables = new { id = row.Text("id"), nested = after };
            var part = after is null ? row.Member(nested ?? "") : await ShopifyGraph.QueryAsync(store, SingleDocument, variables, 20, data => data.Required("row").Required(nested!), cancellationToken);
            return (part.Items("nodes"), GraphQl.Next(part));
        }));
    }
}

/// <summary>Shopify compares itself, and sets all items of a call or none: a refused call is halved until the refused items stand alone.</summary>
internal sealed class ShopifyStockWriter() : StockWriter("Shopify", mostItems: 250)
{
    private const string Document = """
        mutation($input: InventorySetQuantitiesInput!, $key: String!) {
          done: inventorySetQuantities(input: $input) @idempotent(key: $key) { userErrors { code message } }
        }
        """;

    protected override bool SplitsRefused => true;

    protected override bool Reads(StockWrite write) => false;

    /// <summary>What was oversold may be less than none.</summary>
    protected override PlatformFault? Wrong(StockWrite write) =>
        (write with { Quantity = Math.Abs(write.Quantity) }).WrongCount("Shopify") ?? (write with { Quantity = Math.Abs(write.Expected ?? 0) }).WrongCount("Shopify");

    protected override async Task SendAsync(StoreSession store, string scope, IReadOnlyList<StockEntry> entries, CancellationToken cancellationToken)
    {
        var quantities = entries.Select(static entry => new
        {
            inventoryItemId = $"gid://shopify/InventoryItem/{entry.Write.ItemId}",
            locationId = $"gid://shopify/Location/{entry.Write.LocationId}",
            quantity = (int)entry.Write.Quantity,
            changeFromQuantity = (int?)entry.Write.Expected,
        });
        var variables = new { key = Guid.Parse(KeyOf(entries)).ToString(), input = new { name = "available", reason = "correction", quantities } };
        await ShopifyGraph.ChangeAsync(store, Document, variables, Fault, cancellationToken);
    }

    private static PlatformFault Fault(JsonElement error)
    {
        var code = error.TextOrNull("code") ?? "refused";
        var kind = code switch
        {
            "CHANGE_FROM_QUANTITY_STALE" or "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED" => FaultKind.Conflict,
            "INVALID_INVENTORY_ITEM" or "INVALID_LOCATION" or "ITEM_NOT_STOCKED_AT_LOCATION" => FaultKind.NotFound,
            "IDEMPOTENCY_CONCURRENT_REQUEST" => FaultKind.PlatformFailure,
            _ => FaultKind.Invalid,
        };
        return new PlatformFault(kind, code, $"Shopify: {error.TextOrNull("message")}");
    }
}
