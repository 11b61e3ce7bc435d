using System.Globalization;
using System.Text.Json.Nodes;
using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Sandbox.Ebay;

/// <summary>A seller's account with its shop, and the shapes in which eBay shows it.</summary>
public sealed class EbaySeller(string userId, string username, SimStore store)
{
    public string UserId => userId;

    public string Username => username;

    public SimStore Store => store;

    /// <summary>eBay's id of an order: "10-00001-00001", longer in front where the shop's ids are.</summary>
    public static string OrderId(long id) => string.Create(CultureInfo.InvariantCulture, $"{id / 10_000_000_000:00}-{id / 100_000 % 100_000:00000}-{id % 100_000:00000}");

    /// <summary>The user name of the buyer behind an order.</summary>
    public static string Buyer(SimOrder order) => string.Create(CultureInfo.InvariantCulture, $"buyer_{order.CustomerId ?? order.Id}");

    internal static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    internal SimOrder? FindOrder(string orderId) => store.Orders.FirstOrDefault(order => OrderId(order.Id) == orderId);

    internal IReadOnlyList<(SimProduct Product, SimVariant Variant)> Items() =>
        [.. store.Products.SelectMany(static product => product.Variants.Select(variant => (product, variant))).OrderBy(static pair => pair.variant.Sku, StringComparer.Ordinal)];

    internal JsonObject Item(SimProduct product, SimVariant variant) => new()
    {
        ["sku"] = variant.Sku,
        ["locale"] = "en_US",
        ["product"] = new JsonObject { ["title"] = product.Title },
        ["condition"] = "NEW",
        ["availability"] = new JsonObject { ["shipToLocationAvailability"] = new JsonObject { ["quantity"] = variant.Stock } },
    };

    /// <param name="withTax">Whether what eBay collects for the tax office is shown in the total.</param>
    internal JsonObject Order(SimOrder order, bool withTax)
    {
        var discount = order.OrderDiscount + order.Lines.Sum(static line => line.Discount);
        var pricing = new JsonObject
        {
            ["priceSubtotal"] = Money(order, order.Lines.Sum(static line => line.Quantity * line.UnitPrice)),
            ["deliveryCost"] = Money(order, order.Shipping),
            ["total"] = Money(order, order.Total - (withTax ? 0 : order.Tax)),
        };
        if (discount > 0)
        {
            pricing["priceDiscount"] = Money(order, -discount);
        }

        if (withTax && order.Tax > 0)
        {
            pricing["tax"] = Money(order, order.Tax);
        }

        return new JsonObject
        {
            ["orderId"] = OrderId(order.Id),
            ["legacyOrderId"] = OrderId(order.Id),
            ["creationDate"] = Time(order.CreatedAt),
            ["lastModifiedDate"] = Time(order.UpdatedAt),
            ["orderFulfillmentStatus"] = order.FulfilledAt is null ? "NOT_STARTED" : "FULFILLED",
            ["orderPaymentStatus"] = order.Refunded == 0 ? "PAID" : order.Refunded < order.Total ? "PARTIALLY_REFUNDED" : "FULLY_REFUNDED",
            ["sellerId"] = username,
            ["buyer"] = new JsonObject { ["username"] = Buyer(order), ["buyerRegistrationAddress"] = Person(order) },
            ["pricingSummary"] = pricing,
            ["cancelStatus"] = order.CancelledAt is { } cancelled
                ? new JsonObject { ["cancelState"] = "CANCELED", ["cancelledDate"] = Time(cancelled), ["cancelRequests"] = new JsonArray() }
                : new JsonObject { ["cancelState"] = "NONE_REQUESTED", ["cancelRequests"] = new JsonArray() },
            ["paymentSummary"] = new JsonObject
            {
                ["totalDueSeller"] = Payout(order, order.Total - order.Tax),
                ["payments"] = new JsonArray(),
                ["refunds"] = new JsonArray([.. order.Refunds.Select(refund => Refund(order, refund))]),
            },
            ["fulfillmentStartInstructions"] = new JsonArray(new JsonObject { ["shippingStep"] = new JsonObject { ["shipTo"] = Person(order) } }),
            ["lineItems"] = new JsonArray([.. order.Lines.Select(line => Line(order, line))]),
        };
    }

    private static JsonObject Line(SimOrder order, SimOrderLine line)
    {
        var shape = new JsonObject
        {
            ["lineItemId"] = line.Id.ToString(CultureInfo.InvariantCulture),
            ["legacyItemId"] = line.ProductId.ToString(CultureInfo.InvariantCulture),
            ["legacyVariationId"] = line.VariantId.ToString(CultureInfo.InvariantCulture),
            ["sku"] = line.Sku,
            ["title"] = line.Title,
            ["lineItemCost"] = Money(order, line.Quantity * line.UnitPrice),
            ["quantity"] = line.Quantity,
            ["soldFormat"] = "FIXED_PRICE",
        };
        if (line.Discount > 0)
        {
            shape["discountedLineItemCost"] = Money(order, line.Total);
        }

        return shape;
    }

    private static JsonObject Refund(SimOrder order, SimRefund refund) => new()
    {
        ["refundId"] = refund.Id.ToString(CultureInfo.InvariantCulture),
        ["refundDate"] = Time(refund.CreatedAt),
        ["refundStatus"] = "REFUNDED",
        ["amount"] = Payout(order, refund.Amount),
    };

    private static JsonObject Person(SimOrder order) => new()
    {
        ["fullName"] = "Sample Buyer",
        ["contactAddress"] = new JsonObject { ["addressLine1"] = "1 Sample Street", ["city"] = "Springfield", ["postalCode"] = "00000", ["countryCode"] = order.Country },
        ["primaryPhone"] = new JsonObject { ["phoneNumber"] = "5550100" },
        ["email"] = "sample.buyer@example.com",
    };

    /// <summary>With one decimal where one is enough, as eBay writes amounts.</summary>
    private static JsonObject Money(SimOrder order, decimal amount) => new() { ["value"] = amount.ToString("0.0#", CultureInfo.InvariantCulture), ["currency"] = order.Currency };

    /// <summary>What the seller is paid out in another currency is converted, and says from what.</summary>
    private static JsonObject Payout(SimOrder order, decimal amount) => order.PresentmentCurrency == order.Currency ? Money(order, amount) : new JsonObject
    {
        ["value"] = (amount * order.PresentmentRate).ToString("0.0#", CultureInfo.InvariantCulture),
        ["currency"] = order.PresentmentCurrency,
        ["convertedFromValue"] = amount.ToString("0.0#", CultureInfo.InvariantCulture),
        ["convertedFromCurrency"] = order.Currency,
    };
}
