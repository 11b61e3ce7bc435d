namespace StoreClaw.Sandbox.Commerce;

/// <summary>A generated shop as it stands at one instant; orders by creation, ids ascending.</summary>
public sealed record ShopSnapshot(
    ShopProfile Profile,
    DateTimeOffset At,
    IReadOnlyList<SimLocation> Locations,
    IReadOnlyList<SimProduct> Products,
    IReadOnlyList<SimCustomer> Customers,
    IReadOnlyList<SimOrder> Orders,
    long NextId);
