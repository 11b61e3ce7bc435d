using System.Globalization;
using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Sandbox.Genstore;

/// <summary>A shop's records in Genstore's words: numbers and truth values as text, ids as text here and as numbers there.</summary>
internal static class GenstoreShapes
{
    private static readonly TimeSpan Offset = TimeSpan.FromHours(-4);

    public static object Order(SimOrder order, GenstoreBehaviour behaviour) => new
    {
        note = "Customer changed their mind.",
        sourceIdentifier = "ORDERID-123",
        orderId = Text(order.Id),
        createdAt = Time(order.CreatedAt),
        updatedAt = Time(order.UpdatedAt),
        cancelledAt = order.CancelledAt is { } cancelled ? Time(cancelled) : null,
        cancelReason = order.CancelledAt is null ? null : "customer",
        closedAt = (string?)null,
        test = order.IsTest ? "true" : "false",
        shopCurrency = behaviour.TellsCurrency ? order.Currency : null,
        totalPrice = Money(order.Total),
        totalDiscounts = Money(order.OrderDiscount + order.Lines.Sum(static line => line.Discount)),
        totalOutstanding = "0.00",
        currentTotalPrice = Money(order.Total - order.Refunded),
        currentTotalTax = Money(order.Tax),
        currentSubtotalPrice = Money(order.LinesTotal),
        financialStatus = order.Refunded == 0 ? "paid" : order.Refunded == order.Total ? "refunded" : "partially_refunded",
        fulfillmentStatus = order.FulfilledAt is null ? "unfulfilled" : "fulfilled",
        paymentGatewayNames = "[\"authorize_net\",\"Cash on Delivery (COD)\"]",
        customer = order.CustomerId is { } customer ? new { id = customer, firstName = "John", email = "john@example.com" } : null,
        shippingAddress = new { address1 = "Street 123", city = "Metropolis", country = order.Country, firstName = "John", lastName = "Doe", phone = "+999000111222" },
        lineItems = order.Lines.Select(Line).ToArray(),
    };

    /// <summary>What an event brings; not all of the order.</summary>
    public static object Event(SimOrder order) => new
    {
        order = new
        {
            note = "Please deliver after 6 PM",
            sourceIdentifier = "WEB123456",
            orderId = Text(order.Id),
            shopCurrency = order.Currency,
            totalPrice = Money(order.Total),
            type = "1",
            closedTime = (string?)null,
            paymentType = "online",
        },
    };

    public static object Refund(SimOrder order, SimRefund refund) => new
    {
        lineItems = refund.Lines.Select(static line => new { lineItemId = Text(line.LineId), quantity = Text(line.Quantity), subtotal = Money(line.Amount), totalTax = "0.00" }).ToArray(),
        note = "Note",
        createTime = Time(refund.CreatedAt),
        updateTime = Time(refund.CreatedAt),
        customerId = order.CustomerId,
        refundPrice = Money(refund.Amount),
        refundId = refund.Id,
        status = "",
    };

    public static object Product(SimProduct product, GenstoreBehaviour behaviour) => new
    {
        productId = Text(product.Id),
        title = product.Title,
        status = "active",
        updateTime = behaviour.TellsProductTimes ? Time(product.UpdatedAt) : null,
        variants = product.Variants.Select(Variant).ToArray(),
    };

    public static object Customer(SimCustomer customer) => new
    {
        id = customer.Id,
        firstName = "heihei",
        lastName = "du",
        email = "buyer@example.com",
        state = "ENABLED",
        createTime = Time(customer.CreatedAt),
        updateTime = Time(customer.UpdatedAt),
        ordersCount = Text(customer.OrderCount),
        addresses = new[]
        {
            new { id = "878", countryCode = "ZZ", city = "elsewhere", isDefaultAddress = "false" },
            new { id = "879", countryCode = customer.Country, city = "Metropolis", isDefaultAddress = "true" },
        },
    };

    public static string Time(DateTimeOffset time) => time.ToOffset(Offset).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);

    private static object Line(SimOrderLine line) => new
    {
        id = line.Id,
        productId = Text(line.ProductId),
        variantId = Text(line.VariantId),
        sku = line.Sku,
        title = line.Title,
        variantTitle = line.VariantTitle,
        quantity = Text(line.Quantity),
        fulfillableQuantity = Text(line.Quantity),
        price = Money(line.UnitPrice),
        totalDiscount = Money(line.Discount),
        taxable = "true",
    };

    private static object Variant(SimVariant variant) => new
    {
        variantId = Text(variant.Id),
        productId = Text(variant.ProductId),
        sku = variant.Sku,
        barcode = "AXOYX49XOPEX6",
        price = Money(variant.Price),
        costPrice = "3",
        isDisabled = "false",
        inventoryManagement = "true",
        inventoryQuantities = variant.Levels.Select(static level => new { locationId = Text(level.LocationId), available = Text(level.Available) }).ToArray(),
        options = new[] { new { id = "10034623756584", name = "size", position = "1", value = new { id = "10167791756584", name = variant.Title, position = "1" } } },
    };

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Money(decimal amount) => amount.ToString("0.00", CultureInfo.InvariantCulture);
}
