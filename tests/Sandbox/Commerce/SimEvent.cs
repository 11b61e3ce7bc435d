namespace StoreClaw.Sandbox.Commerce;

public enum SimTopic
{
    OrderCreated,
    OrderUpdated,
    OrderCancelled,
    RefundCreated,
    ProductUpdated,
    ProductDeleted,
    StockChanged,
    CustomerCreated,
    CustomerUpdated,
    CustomerDeleted,
}

/// <summary>Something happened in the shop.</summary>
/// <param name="Entity">
/// The entity as it is after the change: SimOrder, SimRefund, SimProduct, SimCustomer, or for StockChanged a <see cref="SimStockChange"/>.
/// </param>
public sealed record SimEvent(SimTopic Topic, DateTimeOffset At, object Entity);

public sealed record SimStockChange(SimProduct Product, SimVariant Variant, SimStockLevel Level);
