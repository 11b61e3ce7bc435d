namespace StoreClaw.Commerce;

/// <summary>
/// What one store sold in a span of time, mostly a day of some zone. Sums of books are exact: every figure of a longer span is the sum over its books. Test orders are in none; cancelled ones only
/// where it says so.
/// </summary>
/// <param name="From">Inclusive.</param>
/// <param name="To">Exclusive.</param>
public sealed record DayBook(DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>One per currency.</summary>
    public IReadOnlyList<BookSums> Sums { get; init; } = [];

    /// <summary>One per currency and hour of the zone's wall clock with any order; of an hour that comes twice both together.</summary>
    public IReadOnlyList<BookHour> Hours { get; init; } = [];

    /// <summary>One per currency and article.</summary>
    public IReadOnlyList<BookProduct> Products { get; init; } = [];

    public IReadOnlyList<BookCountry> Countries { get; init; } = [];

    /// <summary>One per currency and customer with an order that counts.</summary>
    public IReadOnlyList<BookCustomer> Customers { get; init; } = [];

    /// <summary>Orders that count without a customer.</summary>
    public int Guests { get; init; }
}

/// <param name="Orders">Created in the span and not cancelled; gmv and units likewise.</param>
/// <param name="Unpriced">Of the orders, those the platform gives no amounts for.</param>
/// <param name="Cancelled">Created in the span and cancelled at any time since.</param>
/// <param name="Refunds">Given back in the span, whenever the order was placed.</param>
public sealed record BookSums(string Currency, int Orders, decimal Gmv, decimal Units, int Unpriced, int Cancelled, decimal Refunds, int RefundCount);

/// <param name="Hour">0 to 23.</param>
public sealed record BookHour(string Currency, int Hour, int Orders, decimal Gmv, int Cancelled);

/// <summary>One article; where the shop has no sku the platform's ids tell articles apart.</summary>
/// <param name="VariantId">As on the newest order, like the product's id and the title.</param>
/// <param name="TitledAt">When that order was placed.</param>
/// <param name="Revenue">Quantity x unit price - line discount.</param>
/// <param name="UnpricedUnits">Of the units, those sold for nobody knows what.</param>
/// <param name="CancelledUnits">Of orders created in the span and cancelled since; not among the units.</param>
/// <param name="Refunds">Given back in the span: each refund is shared out over its order's lines by their revenue.</param>
public sealed record BookProduct(
    string Currency,
    string Sku,
    string? VariantId,
    string? ProductId,
    string Title,
    DateTimeOffset TitledAt,
    decimal Units,
    decimal Revenue,
    decimal UnpricedUnits,
    decimal CancelledUnits,
    decimal Refunds)
{
    /// <summary>Tells articles apart: by sku, which is the seller's and means the same article in each store, else by the platform's ids within the store.</summary>
    public string Article(string connection) => ArticleKey.Of(connection, Sku, VariantId, ProductId, Title);
}

/// <param name="Country">ISO 3166-1 alpha-2; null where the orders name none.</param>
public sealed record BookCountry(string Currency, string? Country, int Orders, decimal Gmv);

/// <param name="Id">The platform's id of the customer.</param>
public sealed record BookCustomer(string Currency, string Id, int Orders, decimal Gmv);

/// <summary>What is the same article.</summary>
public static class ArticleKey
{
    public static string Of(string connection, string sku, string? variantId, string? productId, string title) => (sku, variantId, productId) switch
    {
        ({ Length: > 0 }, _, _) => $"sku|{sku}",
        (_, { Length: > 0 }, _) => $"variant|{connection}|{variantId}",
        (_, _, { Length: > 0 }) => $"product|{connection}|{productId}",
        _ => $"title|{title}",
    };
}

/// <summary>The books of the stores.</summary>
public interface IDayBooks
{
    /// <summary>One book per span between neighbouring cuts, oldest first. A span that is a whole day of the zone and long over costs the same however many orders it had.</summary>
    /// <param name="zone">Whose days and hours are meant.</param>
    /// <param name="cuts">At least two instants, ascending.</param>
    IAsyncEnumerable<DayBook> ReadAsync(string connectionId, TimeZoneInfo zone, IReadOnlyList<DateTimeOffset> cuts, CancellationToken cancellationToken);
}
