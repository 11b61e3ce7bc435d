using System.Text.RegularExpressions;

namespace StoreClaw.Connectors.Genstore;

/// <summary>A row of a list, and what it does not say itself.</summary>
/// <param name="Refunds">An order's, fetched beside it.</param>
/// <param name="Currency">The shop's, as connecting found it.</param>
/// <param name="ReadAt">A variant has no time of its own, and a product's may be missing.</param>
internal sealed record GenstoreRow(JsonElement Json, IReadOnlyList<JsonElement> Refunds, string? Currency, DateTimeOffset ReadAt);

/// <summary>What the rows mean. Numbers, truth values and most ids are text. A stock item is "product:variant".</summary>
internal static class GenstoreRecords
{
    public static bool HasRefunds(JsonElement order) => order.TextOrNull("financialStatus")?.Contains("refund", StringComparison.OrdinalIgnoreCase) == true;

    public static IEnumerable<RecordChange> Order(GenstoreRow row)
    {
        var order = row.Json;
        yield return new OrderChange(new Order
        {
            Id = order.Id("orderId"),
            CreatedAt = order.Time("createdAt"),
            UpdatedAt = order.Time("updatedAt"),
            CancelledAt = order.TimeOrNull("cancelledAt"),
            Test = order.Flag("test"),
            Currency = order.TextOrNull("shopCurrency") ?? row.Currency ?? throw new FormatException("'shopCurrency' is missing."),
            Total = order.Decimal("totalPrice"),
            Tax = order.DecimalOrNull("currentTotalTax") ?? 0,
            Discount = order.DecimalOrNull("totalDiscounts") ?? 0,
            PaymentStatus = order.TextOrNull("financialStatus"),
            FulfillmentStatus = order.TextOrNull("fulfillmentStatus"),
            CustomerId = order.Member("customer") is { } customer ? customer.IdOrNull("id") : null,
            Country = order.Member("shippingAddress").Filled("country") ?? order.Member("billingAddress").Filled("country"),
            Lines = [.. order.Items("lineItems").Select(Line)],
            Refunds = [.. row.Refunds.Select(static refund => new Refund(refund.Id("refundId"), refund.Time("createTime"), refund.Decimal("refundPrice")))],
        });
    }

    public static IEnumerable<RecordChange> Product(GenstoreRow row)
    {
        var (id, title) = (row.Json.Id("productId"), row.Json.TextOrNull("title") ?? "");
        yield return new ProductChange(new Product
        {
            Id = id,
            UpdatedAt = row.Json.TimeOrNull("updateTime") ?? row.ReadAt,
            Title = title,
            Status = row.Json.TextOrNull("status"),
            Variants = [.. row.Json.Items("variants").Select(variant => Variant(id, title, variant))],
        });
    }

    /// <summary>One level per place; of what is not counted one as well, so that it is known.</summary>
    public static IEnumerable<RecordChange> Levels(GenstoreRow row) =>
        from variant in row.Json.Items("variants")
        let item = $"{row.Json.Id("productId")}:{variant.Id("variantId")}"
        let isCounted = variant.Flag("inventoryManagement")
        from place in variant.Items("inventoryQuantities").DefaultIfEmpty()
        select new StockChange(new StockLevel
        {
            ItemId = item,
            LocationId = place.IdOrNull("locationId") ?? "",
            UpdatedAt = row.ReadAt,
            Sku = variant.TextOrNull("sku") ?? "",
            Available = isCounted ? place.DecimalOrNull("available") : null,
        });

    public static CustomerChange Customer(JsonElement customer) => new(new Customer
    {
        Id = customer.Id("id"),
        UpdatedAt = customer.Time("updateTime"),
        FirstSeenAt = customer.TimeOrNull("createTime"),
        Country = customer.Items("addresses").OrderByDescending(static address => address.Flag("isDefaultAddress"))
            .Select(static address => address.Filled("countryCode")).FirstOrDefault(static country => country is not null),
    });

    /// <summary>Where a line has no id its place in the order stands for it.</summary>
    private static OrderLine Line(JsonElement line, int place) => new()
    {
        Id = line.IdOrNull("id") ?? (place + 1).ToString(CultureInfo.InvariantCulture),
        Sku = line.TextOrNull("sku") ?? "",
        Title = line.TextOrNull("title") ?? "",
        ProductId = line.IdOrNull("productId"),
        VariantId = line.IdOrNull("variantId"),
        Quantity = line.Decimal("quantity"),
        UnitPrice = line.Decimal("price"),
        Discount = line.DecimalOrNull("totalDiscount") ?? 0,
    };

    private static Variant Variant(string productId, string title, JsonElement variant)
    {
        var (id, options) = (variant.Id("variantId"), string.Join(", ", variant.Items("options").Select(static option => option.Member("value").TextOrNull("name")).Where(static name => !string.IsNullOrEmpty(name))));
        return new Variant(id, variant.TextOrNull("sku") ?? "", options.Length > 0 ? $"{title} - {options}" : title, variant.DecimalOrNull("price"), $"{productId}:{id}");
    }
}

/// <summary>The lists: a token in the Link header leads on, and is sent with the limit alone.</summary>
internal static partial class GenstoreList
{
    public const int MostRows = 250;

    /// <param name="more">What stands behind the limit.</param>
    /// <returns>The rows under <paramref name="name"/>, and what to send for the next page; null when there is none.</returns>
    public static async Task<(PlatformResponse Response, List<JsonElement> Rows, string? Next)> PageAsync(
        StoreSession store, string path, string name, int size, string more, CancellationToken cancellationToken)
    {
        var limit = Math.Clamp(size, 1, MostRows).ToString(CultureInfo.InvariantCulture);
        var response = await store.SendAsync(PlatformRequest.Get(GenstoreConnector.Url(store, $"{path}?limit={limit}{more}")), cancellationToken);
        var rows = response.Read(json => json.Required(name) is { ValueKind: JsonValueKind.Array } ? json.Items(name).ToList() : throw new FormatException($"'{name}' is not a list."));
        var links = response.Headers.TryGetValues("Link", out var values) ? string.Join(',', values) : "";
        return (response, rows, NextLink().Match(links) is { Success: true } next ? $"&pageToken={next.Groups[1].Value}" : null);
    }

    /// <summary>Only the token is taken: the documentation's links have blanks within, relations without quotes and a host that is none.</summary>
    [GeneratedRegex("""<[^>]*[?&]pageToken=([^&>\s]+)[^>]*>\s*;\s*rel="?next\b""")]
    private static partial Regex NextLink();
}

/// <summary>
/// Walks a list in the order the platform gives it. The filter by time is no more than a wish: what else comes along is stored as well, and what changes while the walk is under way is in the next one.
/// </summary>
internal sealed class GenstoreReader(string list, string single, bool isFiltered, Func<GenstoreRow, IEnumerable<RecordChange>> read) : TokenReader
{
    protected override string Beginning(PageRequest request) => isFiltered && request.Since is { } since ? $"&updateTimeMin={since.Second()}Z" : "";

    /// <summary>The filter may be what is refused.</summary>
    protected override bool IsDead(PlatformFault fault) => fault.Kind is FaultKind.Invalid or FaultKind.NotFound;

    protected override async Task<Page> PageAsync(StoreSession store, PageRequest request, string token, CancellationToken cancellationToken)
    {
        var (response, rows, next) = await GenstoreList.PageAsync(store, list, list, request.Size, token, cancellationToken);
        return new Page(await EachAsync(rows, row => ChangesAsync(store, response, row, cancellationToken)), next);
    }

    protected override async Task<IReadOnlyList<RecordChange>> OneAsync(StoreSession store, string id, CancellationToken cancellationToken)
    {
        // A level is asked for by its product.
        var found = await store.SendAsync(PlatformRequest.Get(GenstoreConnector.Url(store, $"{list}/{Uri.EscapeDataString(id.Split(':', '@')[0])}")), cancellationToken);
        var changes = await ChangesAsync(store, found, found.Json().Required(single), cancellationToken);
        return [.. changes.Where(change => !id.Contains('@', StringComparison.Ordinal) || change.Record.Id == id)];
    }

    private async Task<IEnumerable<RecordChange>> ChangesAsync(StoreSession store, PlatformResponse response, JsonElement row, CancellationToken cancellationToken)
    {
        var refunds = GenstoreRecords.HasRefunds(row) ? await RefundsAsync(store, row.Id("orderId"), cancellationToken) : [];
        return read(new GenstoreRow(row, refunds, store.Facts.GetValueOrDefault("currency"), response.Headers.Date ?? throw new FormatException("'Date' is missing.")));
    }

    /// <summary>Without the right to see them an order still comes; the missing scope is shown on the connection.</summary>
    private static async Task<IReadOnlyList<JsonElement>> RefundsAsync(StoreSession store, string orderId, CancellationToken cancellationToken)
    {
        var request = PlatformRequest.Get(GenstoreConnector.Url(store, $"orders/{Uri.EscapeDataString(orderId)}/refunds"));
        var response = await store.SendAsync(request, cancellationToken).OrNull(FaultKind.ScopeMissing, FaultKind.NotFound);
        return response?.Read(static json => json.Items("refunds").ToList()) ?? [];
    }
}
