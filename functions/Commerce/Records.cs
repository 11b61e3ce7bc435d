namespace StoreClaw.Commerce;

/// <summary>What StoreClaw keeps in step per store.</summary>
public enum Resource
{
    Orders,
    Products,
    Stock,
    Customers,
}

/// <summary>
/// A platform's record in StoreClaw's terms. <see cref="Id"/> is the platform's id as text; <see cref="UpdatedAt"/> is the platform's own version stamp,
/// by which the newest of several copies is told.
/// </summary>
public interface IRecord
{
    string Id { get; }

    DateTimeOffset UpdatedAt { get; }

    /// <summary>True for a tombstone: the platform no longer has it.</summary>
    bool Deleted { get; }
}

/// <summary>One order. Money is in <see cref="Currency"/>, the shop's currency where the platform knows two; times are UTC instants.</summary>
public sealed record Order : IRecord
{
    public required string Id { get; init; }

    /// <summary>The number the seller knows it by, "#1001".</summary>
    public string? Number { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public DateTimeOffset? CancelledAt { get; init; }

    public bool Deleted { get; init; }

    /// <summary>Placed to try the shop out; never counts in a figure.</summary>
    public bool Test { get; init; }

    /// <summary>ISO 4217.</summary>
    public required string Currency { get; init; }

    /// <summary>What the buyer was charged when ordering: after discounts, with tax and shipping.</summary>
    public required decimal Total { get; init; }

    /// <summary>False where the platform does not tell this app what was paid: the order counts, what it brought in is unknown, and <see cref="Total"/> is 0.</summary>
    public bool AmountsKnown { get; init; } = true;

    public decimal Tax { get; init; }

    public decimal Shipping { get; init; }

    public decimal Discount { get; init; }

    /// <summary>The platform's payment state in its own word; for the reader, never for a figure.</summary>
    public string? PaymentStatus { get; init; }

    public string? FulfillmentStatus { get; init; }

    /// <summary>Null for a guest.</summary>
    public string? CustomerId { get; init; }

    /// <summary>ISO 3166-1 alpha-2 of the shipping address, else of the billing address.</summary>
    public string? Country { get; init; }

    public IReadOnlyList<OrderLine> Lines { get; init; } = [];

    public IReadOnlyList<Refund> Refunds { get; init; } = [];
}

/// <summary>One line of an order. Revenue is Quantity x UnitPrice - Discount.</summary>
public sealed record OrderLine
{
    public required string Id { get; init; }

    /// <summary>The seller's article number; empty where the shop has none.</summary>
    public string Sku { get; init; } = "";

    public required string Title { get; init; }

    public string? ProductId { get; init; }

    public string? VariantId { get; init; }

    public required decimal Quantity { get; init; }

    public required decimal UnitPrice { get; init; }

    /// <summary>What was taken off this line, as a positive amount for the whole line.</summary>
    public decimal Discount { get; init; }
}

/// <summary>Money given back on an order; <see cref="Amount"/> is positive, in the order's currency.</summary>
public sealed record Refund(string Id, DateTimeOffset CreatedAt, decimal Amount);

public sealed record Product : IRecord
{
    public required string Id { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public bool Deleted { get; init; }

    public required string Title { get; init; }

    /// <summary>The platform's word: active, draft, publish ...</summary>
    public string? Status { get; init; }

    public IReadOnlyList<Variant> Variants { get; init; } = [];

    /// <summary>What a reader knows the variant by. Platforms title a variant with its product's title and its options, its options only, its sku or nothing; what they call the only one says nothing.</summary>
    public string NameOf(Variant variant) =>
        Variants.Count == 1 || variant.Title.Length == 0 || variant.Title == variant.Sku ? Title
        : variant.Title.Contains(Title, StringComparison.Ordinal) ? variant.Title
        : $"{Title} - {variant.Title}";
}

/// <summary>What can be bought of a product. A product without variants has one, with the product's own id.</summary>
/// <param name="StockItemId">The id under which the platform keeps its stock, <see cref="StockLevel.ItemId"/>.</param>
public sealed record Variant(string Id, string Sku, string Title, decimal? Price, string StockItemId);

/// <summary>How many of one item are at one place.</summary>
public sealed record StockLevel : IRecord
{
    /// <summary>Item and location together, "{item}@{location}"; the location is empty where the platform has none.</summary>
    public string Id => $"{ItemId}@{LocationId}";

    public required string ItemId { get; init; }

    public string LocationId { get; init; } = "";

    public required DateTimeOffset UpdatedAt { get; init; }

    public bool Deleted { get; init; }

    /// <summary>Null where the message that brought it does not say; the stored one stays then.</summary>
    public string? Sku { get; init; }

    /// <summary>What can be sold now; null when the platform does not track it.</summary>
    public decimal? Available { get; init; }
}

/// <summary>A buyer: an id, a country and when the shop first knew them. No names, mails or phones.</summary>
public sealed record Customer : IRecord
{
    public required string Id { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public bool Deleted { get; init; }

    public string? Country { get; init; }

    public DateTimeOffset? FirstSeenAt { get; init; }
}
