namespace StoreClaw.Sandbox.Commerce;

/// <param name="Discount">Taken off the whole line.</param>
public sealed record DraftLine(long VariantId, int Quantity, decimal Discount = 0);

/// <summary>What a buyer puts through the checkout; the store adds ids, times, prices and titles.</summary>
public sealed record OrderDraft
{
    public required IReadOnlyList<DraftLine> Lines { get; init; }

    /// <summary>A customer the store knows; null for a guest, or for a new customer.</summary>
    public long? CustomerId { get; init; }

    /// <summary>Opens a customer account with the order.</summary>
    public bool NewCustomer { get; init; }

    public string Country { get; init; } = "US";

    /// <summary>Null: paid in the shop's own currency.</summary>
    public PresentmentCurrency? Presentment { get; init; }

    public decimal OrderDiscount { get; init; }

    public decimal Shipping { get; init; }

    public decimal Tax { get; init; }

    public bool IsTest { get; init; }
}
