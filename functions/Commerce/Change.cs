using System.Text.Json.Serialization;

namespace StoreClaw.Commerce;

/// <summary>What a webhook or a page of a platform says, in StoreClaw's terms.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "is")]
[JsonDerivedType(typeof(OrderChange), "order")]
[JsonDerivedType(typeof(ProductChange), "product")]
[JsonDerivedType(typeof(StockChange), "stock")]
[JsonDerivedType(typeof(CustomerChange), "customer")]
[JsonDerivedType(typeof(LookupChange), "lookup")]
[JsonDerivedType(typeof(ErasureChange), "erasure")]
[JsonDerivedType(typeof(UninstalledChange), "uninstalled")]
[JsonDerivedType(typeof(NothingChange), "nothing")]
public abstract record Change;

/// <summary>A whole record as the platform has it now.</summary>
public abstract record RecordChange : Change
{
    [JsonIgnore]
    public abstract IRecord Record { get; }

    [JsonIgnore]
    public abstract Resource Resource { get; }
}

public sealed record OrderChange(Order Order) : RecordChange
{
    public override IRecord Record => Order;

    public override Resource Resource => Resource.Orders;
}

public sealed record ProductChange(Product Product) : RecordChange
{
    public override IRecord Record => Product;

    public override Resource Resource => Resource.Products;
}

public sealed record StockChange(StockLevel Level) : RecordChange
{
    public override IRecord Record => Level;

    public override Resource Resource => Resource.Stock;
}

public sealed record CustomerChange(Customer Customer) : RecordChange
{
    public override IRecord Record => Customer;

    public override Resource Resource => Resource.Customers;
}

/// <summary>A message that names a record without bringing it whole: it is read from the platform.</summary>
/// <param name="MayBeGone">The message says it was deleted: not finding it makes a tombstone. Otherwise not finding it changes nothing.</param>
public sealed record LookupChange(Resource Resource, string Id, bool MayBeGone) : Change;

/// <summary>A demand of the privacy law. With neither a customer nor orders it is about the whole shop.</summary>
/// <param name="Report">True when the platform only asks what is held; nothing is erased then.</param>
public sealed record ErasureChange(string? CustomerId, IReadOnlyList<string> OrderIds, bool Report) : Change;

/// <summary>The seller took StoreClaw's access away on the platform's side.</summary>
public sealed record UninstalledChange : Change;

/// <summary>A topic this connector does not act on: recorded and done.</summary>
public sealed record NothingChange(string Topic) : Change;
