using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using StoreClaw.Commerce;
using StoreClaw.Connectors.Http;

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
    string single, string? created, string? nested, string fields, Func<JsonElement, IReadOnlyList<JsonElement>, IReadOnlyList<RecordChange>> read) : IReader
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

    /// <summary>
    /// The cursor is "second|place". A page goes on from the last row's second, since Shopify pages no query beyond 25,000 rows; the place is
    /// Shopify's own cursor and is used only where a whole page lies in one second.
    /// </summary>
    public async Task<Page> ReadAsync(StoreSession store, PageRequest request, CancellationToken cancellationToken)
    {
        var (field, column, sort) = request.Backfill ? (created, "created_at", "CREATED_AT") : ("updated_at", "updated_at", "UPDATED_AT");
        var start = request.Cursor?.Split('|', 2) ?? [Second(request.Since) ?? "", ""];
        var query = $"{(start[0].Length > 0 ? $"{field}:>='{start[0]}' AND " : "")}{field}:<='{Second(request.Until)}'";
        var after = start[1].Length > 0 ? start[1] : null;
        object variables = created is null ? new { first = request.Size, after } : new { first = request.Size, after, query, sort };
        var page = await ShopifyGraph.QueryAsync(store, ListDocument, variables, 150, static data => data.Required("rows"), cancellationToken);
        var rows = page.Items("nodes").ToList();
        var changes = new List<RecordChange>();
        foreach (var row in rows)
        {
            changes.AddRange(await WholeAsync(store, row, cancellationToken));
        }

        var last = created is null || rows.Count == 0 ? start[0] : Second(rows[^1].TimeOrNull(column));
        var next = GraphQl.Next(page) is not { } end ? null : last == start[0] ? $"{last}|{end}" : $"{last}|";
        return new Page(created is null && request.Since is { } since ? [.. changes.Where(change => change.Record.UpdatedAt >= since)] : changes, next);
    }

    public async Task<IReadOnlyList<RecordChange>> FindAsync(StoreSession store, string id, CancellationToken cancellationToken)
    {
        var gid = $"gid://shopify/{_type}/{id.Split('@')[0]}";
        var found = await ShopifyGraph.QueryAsync(store, SingleDocument, new { id = gid }, 20, static data => data.Member("row"), cancellationToken);
        return found is { } row ? await WholeAsync(store, row, cancellationToken) : [];
    }

    private async Task<IReadOnlyList<RecordChange>> WholeAsync(StoreSession store, JsonElement row, CancellationToken cancellationToken)
    {
        var parts = nested is null ? [] : row.Member(nested).Items("nodes").ToList();
        for (var after = nested is null ? null : GraphQl.Next(row.Member(nested)); after is not null;)
        {
            var variables = new { id = row.Text("id"), nested = after };
            var more = await ShopifyGraph.QueryAsync(store, SingleDocument, variables, 20, data => data.Required("row").Required(nested!), cancellationToken);
            parts.AddRange(more.Items("nodes"));
            after = GraphQl.Next(more);
        }

        return read(row, parts);
    }

    /// <summary>For a query in quotes: Shopify ignores the time of day of an unquoted one.</summary>
    private static string? Second(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
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
        var errors = await ShopifyGraph.QueryAsync(store, Document, variables, 10, static data => data.Required("done").Items("userErrors").Select(Fault).ToList(), cancellationToken);
        if (errors.Count > 0)
        {
            throw new PlatformException(errors[0]);
        }
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
