using System.Globalization;
using System.Text.Json.Nodes;
using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Sandbox.Wix;

/// <summary>A shop's things as Wix writes them.</summary>
internal static class WixShapes
{
    private const string StoresApp = "1380b703-ce81-ff05-f115-39571d94dfcd";

    public static string Stamp(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static JsonObject Order(SimOrder order, bool hasVariantIds)
    {
        var activities = new JsonArray(new JsonObject { ["createdDate"] = Stamp(order.CreatedAt), ["type"] = "ORDER_PLACED" });
        if (order.CancelledAt is { } cancelled)
        {
            activities.Add(new JsonObject { ["createdDate"] = Stamp(cancelled), ["type"] = "ORDER_CANCELED" });
        }

        var discounts = order.OrderDiscount + order.Lines.Sum(static line => line.Discount);
        var address = new JsonObject { ["address"] = new JsonObject { ["country"] = order.Country, ["city"] = "Springfield" }, ["contactDetails"] = new JsonObject { ["firstName"] = "Jane", ["lastName"] = "Doe" } };
        return new JsonObject
        {
            ["id"] = WixIds.Of(WixKind.Order, order.Id),
            ["number"] = order.Number.ToString(CultureInfo.InvariantCulture),
            ["createdDate"] = Stamp(order.CreatedAt),
            ["updatedDate"] = Stamp(order.UpdatedAt),
            ["lineItems"] = new JsonArray([.. order.Lines.Select(line => Line(line, order.Currency, hasVariantIds))]),
            ["buyerInfo"] = order.CustomerId is { } customer
                ? new JsonObject { ["contactId"] = WixIds.Of(WixKind.Contact, customer), ["email"] = "jane@example.com" }
                : new JsonObject { ["visitorId"] = "5c9e6e1a-f795-4ed6-bdf7-6a7f38cf1f7a", ["email"] = "guest@example.com" },
            ["paymentStatus"] = order.Refunded == 0 ? "PAID" : order.Refunded < order.Total ? "PARTIALLY_REFUNDED" : "FULLY_REFUNDED",
            ["fulfillmentStatus"] = order.FulfilledAt is null ? "NOT_FULFILLED" : "FULFILLED",
            ["currency"] = order.Currency,
            ["taxIncludedInPrices"] = false,
            ["priceSummary"] = new JsonObject
            {
                ["subtotal"] = Money(order.LinesTotal + order.Lines.Sum(static line => line.Discount), order.Currency),
                ["shipping"] = Money(order.Shipping, order.Currency),
                ["tax"] = Money(order.Tax, order.Currency),
                ["discount"] = Money(discounts, order.Currency),
                ["totalPrice"] = Money(order.Total, order.Currency),
                ["total"] = Money(order.Total, order.Currency),
            },
            ["billingInfo"] = address.DeepClone(),
            ["shippingInfo"] = new JsonObject { ["logistics"] = new JsonObject { ["shippingDestination"] = address } },
            ["status"] = order.CancelledAt is null ? "APPROVED" : "CANCELED",
            ["archived"] = false,
            ["activities"] = activities,
            ["channelInfo"] = new JsonObject { ["type"] = "WEB" },
        };
    }

    public static JsonObject Transactions(SimOrder order) => new()
    {
        ["orderId"] = WixIds.Of(WixKind.Order, order.Id),
        ["payments"] = new JsonArray(),
        ["refunds"] = new JsonArray([.. order.Refunds.Select(refund => new JsonObject
        {
            ["id"] = WixIds.Of(WixKind.Refund, refund.Id),
            ["transactions"] = new JsonArray(
                new JsonObject { ["amount"] = Money(refund.Amount, order.Currency), ["refundStatus"] = "SUCCEEDED", ["externalRefund"] = true },
                new JsonObject { ["amount"] = Money(1, order.Currency), ["refundStatus"] = "FAILED", ["externalRefund"] = false }),
            ["createdDate"] = Stamp(refund.CreatedAt),
        })]),
    };

    public static JsonObject Contact(SimCustomer customer) => new()
    {
        ["id"] = WixIds.Of(WixKind.Contact, customer.Id),
        ["revision"] = customer.OrderCount,
        ["createdDate"] = Stamp(customer.CreatedAt),
        ["updatedDate"] = Stamp(customer.UpdatedAt),
        ["primaryInfo"] = new JsonObject { ["email"] = "jane@example.com" },
        ["info"] = new JsonObject
        {
            ["name"] = new JsonObject { ["first"] = "Jane", ["last"] = "Doe" },
            ["addresses"] = new JsonObject { ["items"] = new JsonArray(new JsonObject { ["tag"] = "HOME", ["address"] = new JsonObject { ["country"] = customer.Country } }) },
        },
    };

    public static JsonObject ProductV1(SimProduct product, string currency, bool withVariants)
    {
        var shape = new JsonObject
        {
            ["id"] = WixIds.Of(WixKind.Product, product.Id),
            ["name"] = product.Title,
            ["visible"] = true,
            ["productType"] = "physical",
            ["sku"] = product.Variants.Count == 1 ? product.Variants[0].Sku : "",
            ["manageVariants"] = product.Variants.Count > 1,
            ["numericId"] = product.Id.ToString(CultureInfo.InvariantCulture),
            ["lastUpdated"] = Stamp(product.UpdatedAt),
        };
        if (withVariants)
        {
            shape["variants"] = new JsonArray([.. product.Variants.Select(variant => new JsonObject
            {
                ["id"] = VariantV1(product, variant),
                ["choices"] = product.Variants.Count > 1 ? new JsonObject { ["Option"] = variant.Title } : new JsonObject(),
                ["variant"] = new JsonObject
                {
                    ["priceData"] = new JsonObject { ["currency"] = currency, ["price"] = variant.Price + 10, ["discountedPrice"] = variant.Price },
                    ["sku"] = product.Variants.Count > 1 ? variant.Sku : "",
                    ["visible"] = true,
                },
            })]);
        }

        return shape;
    }

    public static string VariantV1(SimProduct product, SimVariant variant) => product.Variants.Count == 1 ? WixIds.NoVariant : WixIds.Of(WixKind.Variant, variant.Id);

    public static DateTimeOffset CountedAt(SimProduct product) => product.Variants.SelectMany(static variant => variant.Levels).Max(static level => level.UpdatedAt);

    public static JsonObject InventoryV1(SimProduct product)
    {
        var id = WixIds.Of(WixKind.Product, product.Id);
        return new JsonObject
        {
            ["id"] = WixIds.Inventory(product.Id, 0),
            ["externalId"] = id,
            ["productId"] = id,
            ["trackQuantity"] = true,
            ["variants"] = new JsonArray([.. product.Variants.Select(variant => Counted(new JsonObject { ["variantId"] = VariantV1(product, variant), ["inStock"] = variant.Stock > 0 }, variant.Stock))]),
            ["lastUpdated"] = Stamp(CountedAt(product)),
            ["numericId"] = product.Id.ToString(CultureInfo.InvariantCulture),
            ["preorderInfo"] = new JsonObject(),
        };
    }

    public static JsonObject ProductV3(SimProduct product) => new()
    {
        ["id"] = WixIds.Of(WixKind.Product, product.Id),
        ["revision"] = "1",
        ["createdDate"] = Stamp(product.CreatedAt),
        ["updatedDate"] = Stamp(product.UpdatedAt),
        ["name"] = product.Title,
        ["visible"] = true,
        ["inventory"] = new JsonObject { ["availabilityStatus"] = "IN_STOCK" },
    };

    public static JsonObject VariantV3(SimProduct product, SimVariant variant) => new()
    {
        ["id"] = WixIds.Inventory(variant.Id, product.Id),
        ["variantId"] = WixIds.Of(WixKind.Variant, variant.Id),
        ["sku"] = variant.Sku,
        ["visible"] = true,
        ["optionChoices"] = product.Variants.Count > 1
            ? new JsonArray(new JsonObject { ["optionChoiceNames"] = new JsonObject { ["optionName"] = "Option", ["choiceName"] = variant.Title } })
            : new JsonArray(),
        ["price"] = new JsonObject { ["actualPrice"] = new JsonObject { ["amount"] = variant.Price.ToString(CultureInfo.InvariantCulture) } },
        ["productData"] = new JsonObject { ["productId"] = WixIds.Of(WixKind.Product, product.Id), ["name"] = product.Title },
    };

    public static JsonObject InventoryV3(SimProduct product, SimVariant variant, SimStockLevel level, long revision) => Counted(
        new JsonObject
        {
            ["id"] = WixIds.Inventory(variant.Id, level.LocationId),
            ["revision"] = revision.ToString(CultureInfo.InvariantCulture),
            ["createdDate"] = Stamp(product.CreatedAt),
            ["updatedDate"] = Stamp(level.UpdatedAt),
            ["productId"] = WixIds.Of(WixKind.Product, product.Id),
            ["variantId"] = WixIds.Of(WixKind.Variant, variant.Id),
            ["locationId"] = WixIds.Of(WixKind.Location, level.LocationId),
            ["trackQuantity"] = true,
            ["product"] = new JsonObject { ["name"] = product.Title, ["variantName"] = variant.Title },
        },
        level.Available);

    private static JsonObject Counted(JsonObject shape, int quantity)
    {
        if (quantity != 0)
        {
            shape["quantity"] = quantity;
        }

        return shape;
    }

    private static JsonObject Line(SimOrderLine line, string currency, bool hasVariantIds) => new()
    {
        ["id"] = WixIds.Of(WixKind.Line, line.Id),
        ["productName"] = new JsonObject { ["original"] = line.Title, ["translated"] = line.Title },
        ["catalogReference"] = new JsonObject
        {
            ["catalogItemId"] = WixIds.Of(WixKind.Product, line.ProductId),
            ["appId"] = StoresApp,
            ["options"] = new JsonObject { ["variantId"] = hasVariantIds ? WixIds.Of(WixKind.Variant, line.VariantId) : WixIds.NoVariant },
        },
        ["quantity"] = line.Quantity,
        ["price"] = Money(line.UnitPrice, currency),
        ["totalDiscount"] = Money(line.Discount, currency),
        ["totalPriceBeforeTax"] = Money(line.Total, currency),
        ["physicalProperties"] = new JsonObject { ["sku"] = line.Sku, ["shippable"] = true },
    };

    private static JsonObject Money(decimal amount, string currency) => new()
    {
        ["amount"] = amount.ToString(CultureInfo.InvariantCulture),
        ["formattedAmount"] = $"{currency} {amount.ToString("0.00", CultureInfo.InvariantCulture)}",
    };
}
