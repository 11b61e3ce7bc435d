namespace StoreClaw.Connectors.Ebay;

/// <summary>eBay's orders and inventory items. Money is text, some of it negative.</summary>
internal static class EbayRecords
{
    public static Order Order(JsonElement order)
    {
        var pricing = order.Required("pricingSummary");
        var currency = pricing.Required("total").Text("currency");
        decimal Money(string name) => Amount(pricing, name, currency);
        return new Order
        {
            Id = order.Id("orderId"),
            Number = order.Id("orderId"),
            CreatedAt = order.Time("creationDate"),
            UpdatedAt = order.Time("lastModifiedDate"),
            CancelledAt = CancelledAt(order),
            Currency = currency,
            Total = Money("total"),
            Tax = Money("tax"),
            Shipping = Money("deliveryCost"),
            Discount = Math.Abs(Money("priceDiscount")) + Math.Abs(Money("deliveryDiscount")),
            PaymentStatus = order.TextOrNull("orderPaymentStatus"),
            FulfillmentStatus = order.TextOrNull("orderFulfillmentStatus"),
            CustomerId = order.Member("buyer").TextOrNull("username"),
            Country = Country(order),
            Lines = [.. order.Items("lineItems").Select(line => Line(line, currency))],
            Refunds = [.. order.Member("paymentSummary").Items("refunds").Where(IsPaid).Select(refund => Refund(refund, currency))],
        };
    }

    /// <param name="readAt">An inventory item has no time of its own.</param>
    public static StockLevel Level(JsonElement item, DateTimeOffset? readAt) => new()
    {
        ItemId = item.Id("sku"),
        UpdatedAt = readAt ?? throw new FormatException("'Date' is missing."),
        Sku = item.Text("sku"),
        Available = item.Member("availability").Member("shipToLocationAvailability").DecimalOrNull("quantity"),
    };

    /// <summary>A payment that failed ends an order too; neither it nor every cancellation says when.</summary>
    private static DateTimeOffset? CancelledAt(JsonElement order) =>
        order.Member("cancelStatus") is { } status && status.TextOrNull("cancelState") == "CANCELED" ? status.TimeOrNull("cancelledDate") ?? order.Time("lastModifiedDate")
        : order.TextOrNull("orderPaymentStatus") == "FAILED" ? order.Time("lastModifiedDate")
        : null;

    private static OrderLine Line(JsonElement line, string currency)
    {
        var (quantity, cost) = (line.Decimal("quantity"), Amount(line, "lineItemCost", currency));
        return new OrderLine
        {
            Id = line.Id("lineItemId"),
            Sku = line.TextOrNull("sku") ?? "",
            Title = line.TextOrNull("title") ?? "",
            ProductId = line.IdOrNull("legacyItemId"),
            VariantId = line.IdOrNull("legacyVariationId"),
            Quantity = quantity,
            UnitPrice = quantity == 0 ? 0 : cost / quantity,
            Discount = line.Member("discountedLineItemCost") is null ? 0 : cost - Amount(line, "discountedLineItemCost", currency),
        };
    }

    /// <summary>One under way has no date yet.</summary>
    private static bool IsPaid(JsonElement refund) => refund.TextOrNull("refundStatus") != "FAILED" && refund.Member("refundDate") is not null;

    private static Refund Refund(JsonElement refund, string currency) =>
        new(refund.IdOrNull("refundId") ?? refund.Id("refundReferenceId"), refund.Time("refundDate"), Amount(refund, "amount", currency));

    private static string? Country(JsonElement order) =>
        order.Items("fulfillmentStartInstructions").Select(static step => step.Member("shippingStep").Member("shipTo").Member("contactAddress").TextOrNull("countryCode")).FirstOrDefault(static country => country is not null)
        ?? order.Member("buyer").Member("taxAddress").TextOrNull("countryCode")
        ?? order.Member("buyer").Member("buyerRegistrationAddress").Member("contactAddress").TextOrNull("countryCode");

    /// <summary>Zero when absent. What was converted for the seller's payout, a refund for one, says beside it what it was in the order's currency.</summary>
    private static decimal Amount(JsonElement element, string name, string currency) => element.Member(name) is not { } money ? 0
        : money.TextOrNull("convertedFromCurrency") == currency && money.TextOrNull("currency") != currency ? money.Decimal("convertedFromValue")
        : money.Decimal("value");
}

/// <summary>
/// A list that eBay pages by number, while rows leave it: changed ones fall out of the window, items are deleted. What is left moves up then, so where the total has shrunk the walk goes back by as
/// many pages as may have slipped past. The cursor is "rows|total".
/// </summary>
internal static class EbayList
{
    public static int Offset(PageRequest request) => request.Cursor is { } cursor && int.Parse(cursor.Split('|')[0], CultureInfo.InvariantCulture) is var rows ? rows - (rows % request.Size) : 0;

    public static string? Next(PageRequest request, JsonElement page)
    {
        var (offset, total) = (Offset(request), (int)page.Decimal("total"));
        var gone = request.Cursor is { } cursor ? int.Parse(cursor.Split('|')[1], CultureInfo.InvariantCulture) - total : 0;
        var next = gone > 0 && offset > 0 ? Math.Max(0, offset - ((gone + request.Size - 1) / request.Size * request.Size))
            : page.TextOrNull("next") is { Length: > 0 } ? offset + request.Size
            : (int?)null;
        return next is null ? null : string.Create(CultureInfo.InvariantCulture, $"{next}|{total}");
    }
}

/// <summary>A backfill goes by creation, which never changes; later reads by modification.</summary>
internal sealed class EbayOrderReader : RowReader
{
    private const string Path = $"{EbayConnector.Api}/sell/fulfillment/v1/order";

    /// <summary>Without it the total leaves out the tax that eBay collects from the buyer.</summary>
    private const string WithTax = "fieldGroups=TAX_BREAKDOWN";

    protected override async Task<Page> PageAsync(StoreSession store, PageRequest request, CancellationToken cancellationToken)
    {
        PlatformResponse response;
        try
        {
            response = await ListAsync(store, request, $"{request.Until.Millisecond()}Z", cancellationToken);
        }
        catch (PlatformException e) when (e.Fault.Code == "30850")
        {
            // By eBay's clock the end lies ahead.
            response = await ListAsync(store, request, "", cancellationToken);
        }

        return new Page([.. response.Json().Items("orders").Select(static order => new OrderChange(EbayRecords.Order(order)))], EbayList.Next(request, response.Json()));
    }

    protected override async Task<IReadOnlyList<RecordChange>> OneAsync(StoreSession store, string id, CancellationToken cancellationToken)
    {
        var found = await store.SendAsync(PlatformRequest.Get($"{Path}/{Uri.EscapeDataString(id)}?{WithTax}") with { Lane = EbayDescriptor.Orders }, cancellationToken);
        return [new OrderChange(EbayRecords.Order(found.Json()))];
    }

    private static Task<PlatformResponse> ListAsync(StoreSession store, PageRequest request, string until, CancellationToken cancellationToken)
    {
        // Orders are kept for two years, and a start before that is refused.
        var earliest = request.Until.AddYears(-2).AddDays(2);
        var filter = $"{(request.Backfill ? "creationdate" : "lastmodifieddate")}:[{(request.Since > earliest ? request.Since.Value : earliest).Millisecond()}Z..{until}]";
        var query = string.Create(CultureInfo.InvariantCulture, $"filter={Uri.EscapeDataString(filter)}&limit={request.Size}&offset={EbayList.Offset(request)}&{WithTax}");
        return store.SendAsync(PlatformRequest.Get($"{Path}?{query}") with { Lane = EbayDescriptor.Orders }, cancellationToken);
    }
}

/// <summary>All items each time: eBay cannot tell what has changed. Its offset counts pages here, not rows.</summary>
internal sealed class EbayStockReader : RowReader
{
    private const string Path = $"{EbayConnector.Api}/sell/inventory/v1/inventory_item";

    protected override async Task<Page> PageAsync(StoreSession store, PageRequest request, CancellationToken cancellationToken)
    {
        var query = string.Create(CultureInfo.InvariantCulture, $"limit={request.Size}&offset={EbayList.Offset(request) / request.Size}");
        var response = await store.SendAsync(PlatformRequest.Get($"{Path}?{query}") with { Lane = EbayDescriptor.Inventory }, cancellationToken);
        return new Page([.. response.Json().Items("inventoryItems").Select(item => new StockChange(EbayRecords.Level(item, response.Headers.Date)))], EbayList.Next(request, response.Json()));
    }

    protected override async Task<IReadOnlyList<RecordChange>> OneAsync(StoreSession store, string id, CancellationToken cancellationToken)
    {
        var found = await store.SendAsync(PlatformRequest.Get($"{Path}/{Uri.EscapeDataString(id[..id.LastIndexOf('@')])}") with { Lane = EbayDescriptor.Inventory }, cancellationToken);
        return [new StockChange(EbayRecords.Level(found.Json(), found.Headers.Date))];
    }
}

/// <summary>25 items a call; one that eBay refuses as a whole is tried by halves.</summary>
internal sealed class EbayStockWriter() : StockWriter("eBay", mostItems: 25)
{
    protected override bool SplitsRefused => true;

    protected override Task<IReadOnlyList<StockPlace>> ReadAsync(StoreSession store, string scope, IReadOnlyList<StockWrite> writes, CancellationToken cancellationToken) =>
        FindAsync(new EbayStockReader(), store, writes.Select(static write => $"{write.ItemId}@"), cancellationToken);

    protected override async Task SendAsync(StoreSession store, string scope, IReadOnlyList<StockEntry> entries, CancellationToken cancellationToken)
    {
        PlatformFault unanswered = new(FaultKind.PlatformFailure, "no-result", "eBay did not say whether the item was set.");
        var body = new { requests = entries.Select(static entry => new { sku = entry.Write.ItemId, shipToLocationAvailability = new { quantity = (int)entry.Write.Quantity } }) };
        var request = PlatformRequest.Json(HttpMethod.Post, $"{EbayConnector.Api}/sell/inventory/v1/bulk_update_price_quantity", body) with { Lane = EbayDescriptor.Inventory };
        var rows = (await store.SendAsync(request, cancellationToken)).Read(static json => json.Items("responses").ToLookup(static row => row.TextOrNull("sku"), Fault));
        foreach (var entry in entries)
        {
            entry.Fault = rows.Contains(entry.Write.ItemId) ? rows[entry.Write.ItemId].FirstOrDefault(static fault => fault is not null) : unanswered;
        }
    }

    /// <summary>25025 is a change of the same item under way: it passes.</summary>
    private static PlatformFault? Fault(JsonElement row)
    {
        var error = row.Items("errors").FirstOrDefault();
        var kind = (row.Decimal("statusCode"), error.TextOrNull("errorId")) switch
        {
            ( >= 200 and < 300, _) => (FaultKind?)null,
            (404, _) or (_, "25702" or "25710") => FaultKind.NotFound,
            ( >= 500 or 429, _) or (_, "25025") => FaultKind.PlatformFailure,
            _ => FaultKind.Invalid,
        };
        return kind is { } trouble ? EbayConnector.Describe(new PlatformFault(trouble, "refused", "The item was refused."), error) : null;
    }
}
