using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Shopify.GraphQl;

namespace StoreClaw.Sandbox.Shopify;

internal sealed record LineSource(SimOrder Order, SimOrderLine Line);

internal sealed record RefundSource(SimOrder Order, SimRefund Refund);

internal sealed record RefundLineSource(RefundSource Refund, SimRefundLine Line);

internal sealed record MoneySource(decimal Amount, string Currency);

internal sealed record MoneyBagSource(MoneySource Shop, MoneySource Presentment);

internal sealed record AddressSource(long OwnerId, string Country);

internal sealed record CountSource(int Count, string Precision);

/// <summary>Orders, their lines and refunds, and customers.</summary>
internal static class ShopifyOrderResolvers
{
    private static readonly SearchFields<SimOrder> OrderSearch = new(
        new HashSet<string>(
        [
            "cart_token", "channel", "channel_id", "chargeback_status", "checkout_token", "confirmation_number", "created_at", "credit_card_last4",
            "current_total_price", "customer_id", "delivery_method", "discount_code", "email", "financial_status", "fraud_protection_level",
            "fulfillment_location_id", "fulfillment_status", "gateway", "id", "location_id", "name", "payment_id", "payment_provider_id", "po_number",
            "processed_at", "reference_location_id", "return_status", "risk_level", "sales_channel", "sku", "source_identifier", "source_name", "status",
            "subtotal_line_items_quantity", "tag", "tag_not", "test", "total_weight", "updated_at",
        ]),
        new Dictionary<string, Func<SimOrder, object?>>
        {
            ["id"] = order => order.Id,
            ["created_at"] = order => order.CreatedAt,
            ["processed_at"] = order => order.CreatedAt,
            ["updated_at"] = order => order.UpdatedAt,
            ["customer_id"] = order => order.CustomerId,
            ["name"] = order => new[] { ShopifyOrders.Name(order), $"{order.Number}" },
            ["financial_status"] = ShopifyOrders.FinancialStatus,
            ["fulfillment_status"] = order => order.FulfilledAt is null ? "unfulfilled" : "fulfilled",
            ["sku"] = order => order.Lines.Select(line => line.Sku),
            ["status"] = order => order.CancelledAt is null ? new[] { "any", "open", "not_closed" } : ["any", "cancelled", "closed"],
            ["test"] = order => order.IsTest,
        });

    private static readonly SearchFields<SimCustomer> CustomerSearch = new(
        new HashSet<string>(
        [
            "accepts_marketing", "country", "customer_date", "email", "first_name", "id", "last_abandoned_order_date", "last_name", "order_date",
            "orders_count", "phone", "state", "tag", "tag_not", "total_spent", "updated_at",
        ]),
        new Dictionary<string, Func<SimCustomer, object?>>
        {
            ["id"] = customer => customer.Id,
            ["updated_at"] = customer => customer.UpdatedAt,
            ["customer_date"] = customer => customer.CreatedAt,
            ["country"] = customer => customer.Country,
            ["orders_count"] = customer => (long)customer.OrderCount,
        });

    public static void Add(GraphResolvers resolvers)
    {
        Roots(resolvers);
        Orders(resolvers);
        OrderMoney(resolvers);
        Lines(resolvers);
        Refunds(resolvers);
        Customers(resolvers);
        Values(resolvers);
    }

    public static SimOrder? Order(ShopifyRequest request, long id) =>
        request.Shop.Store.FindOrder(id) is { } order && order.CreatedAt >= request.OrdersFrom ? order : null;

    private static void Roots(GraphResolvers resolvers) => resolvers
        .Add<ShopifyRequest>("QueryRoot", "order", (request, call) => Order(request, ShopifyIds.Parse(call.Argument<string>("id")!, "Order")))
        .Add<ShopifyRequest>("QueryRoot", "orders", (request, call) => ShopifyPages.Page(
            request.Shop.Store.Orders,
            call.Argument<string>("sortKey")!,
            call.Argument<string>("sortKey") switch
            {
                "UPDATED_AT" => order => (ShopifyPages.Key(order.UpdatedAt), order.Id),
                "CREATED_AT" or "PROCESSED_AT" => order => (ShopifyPages.Key(order.CreatedAt), order.Id),
                "ORDER_NUMBER" => order => (ShopifyPages.Key(order.Number), order.Id),
                _ => order => (ShopifyPages.Key(order.Id), order.Id),
            },
            Visible(request, call),
            call))
        .Add<ShopifyRequest>("QueryRoot", "ordersCount", (request, call) =>
        {
            var count = request.Shop.Store.Orders.Count(Visible(request, call));
            return call.Argument<int?>("limit") is { } limit && count > limit ? new CountSource(limit, "AT_LEAST") : new CountSource(count, "EXACT");
        })
        .Add<ShopifyRequest>("QueryRoot", "customer", (request, call) => request.Shop.Store.FindCustomer(ShopifyIds.Parse(call.Argument<string>("id")!, "Customer")))
        .Add<ShopifyRequest>("QueryRoot", "customers", (request, call) => ShopifyPages.Page(
            request.Shop.Store.Customers,
            call.Argument<string>("sortKey")!,
            call.Argument<string>("sortKey") switch
            {
                "UPDATED_AT" => customer => (ShopifyPages.Key(customer.UpdatedAt), customer.Id),
                "CREATED_AT" => customer => (ShopifyPages.Key(customer.CreatedAt), customer.Id),
                _ => customer => (ShopifyPages.Key(customer.Id), customer.Id),
            },
            request.Filter(call, CustomerSearch),
            call));

    private static Func<SimOrder, bool> Visible(ShopifyRequest request, GraphCall call)
    {
        var (from, filter) = (request.OrdersFrom, request.Filter(call, OrderSearch));
        return order => order.CreatedAt >= from && filter(order);
    }

    private static void Orders(GraphResolvers resolvers) => resolvers
        .Type<SimOrder>("Order")
        .Add<SimOrder>("Order", "billingAddress", order => new AddressSource(order.Id, order.Country))
        .Add<SimOrder>("Order", "cancelledAt", order => order.CancelledAt)
        .Add<SimOrder>("Order", "cancelReason", order => order.CancelledAt is null ? null : "CUSTOMER")
        .Add<SimOrder>("Order", "closed", order => order.CancelledAt is not null)
        .Add<SimOrder>("Order", "closedAt", order => order.CancelledAt)
        .Add<SimOrder>("Order", "confirmed", _ => true)
        .Add<SimOrder>("Order", "createdAt", order => order.CreatedAt)
        .Add<SimOrder>("Order", "currencyCode", order => order.Currency)
        .Add<SimOrder>("Order", "customer", (order, call) => order.CustomerId is { } id ? call.Request().Shop.Store.FindCustomer(id) : null)
        .Add<SimOrder>("Order", "discountCodes", _ => Array.Empty<string>())
        .Add<SimOrder>("Order", "displayFinancialStatus", ShopifyOrders.FinancialStatus)
        .Add<SimOrder>("Order", "displayFulfillmentStatus", order => order.FulfilledAt is null ? "UNFULFILLED" : "FULFILLED")
        .Add<SimOrder>("Order", "email", order => $"buyer.{order.CustomerId ?? order.Id}@example.com")
        .Add<SimOrder>("Order", "id", order => ShopifyIds.Gid("Order", order.Id))
        .Add<SimOrder>("Order", "legacyResourceId", order => order.Id)
        .Add<SimOrder>("Order", "lineItems", (order, call) =>
            ShopifyPages.Page([.. order.Lines.Select(line => new LineSource(order, line))], source => source.Line.Id, call))
        .Add<SimOrder>("Order", "name", ShopifyOrders.Name)
        .Add<SimOrder>("Order", "note", _ => null)
        .Add<SimOrder>("Order", "number", order => order.Number)
        .Add<SimOrder>("Order", "presentmentCurrencyCode", order => order.PresentmentCurrency)
        .Add<SimOrder>("Order", "processedAt", order => order.CreatedAt)
        .Add<SimOrder>("Order", "refunds", (order, call) =>
            order.Refunds.Take(call.Argument<int?>("first") ?? int.MaxValue).Select(refund => new RefundSource(order, refund)))
        .Add<SimOrder>("Order", "shippingAddress", order => new AddressSource(order.Id, order.Country))
        .Add<SimOrder>("Order", "sourceName", _ => "web")
        .Add<SimOrder>("Order", "tags", _ => Array.Empty<string>())
        .Add<SimOrder>("Order", "taxesIncluded", _ => false)
        .Add<SimOrder>("Order", "test", order => order.IsTest)
        .Add<SimOrder>("Order", "updatedAt", order => order.UpdatedAt);

    private static void OrderMoney(GraphResolvers resolvers) => resolvers
        .Add<SimOrder>("Order", "currentSubtotalPriceSet", order => Bag(order, ShopifyOrders.CurrentSubtotal(order)))
        .Add<SimOrder>("Order", "currentTotalPriceSet", order => Bag(order, ShopifyOrders.CurrentTotal(order)))
        .Add<SimOrder>("Order", "subtotalPriceSet", order => Bag(order, ShopifyOrders.Subtotal(order)))
        .Add<SimOrder>("Order", "totalDiscountsSet", order => Bag(order, ShopifyOrders.Discounts(order)))
        .Add<SimOrder>("Order", "totalPriceSet", order => Bag(order, order.Total))
        .Add<SimOrder>("Order", "totalRefundedSet", order => Bag(order, order.Refunded))
        .Add<SimOrder>("Order", "totalShippingPriceSet", order => Bag(order, order.Shipping))
        .Add<SimOrder>("Order", "totalTaxSet", order => Bag(order, order.Tax));

    private static void Lines(GraphResolvers resolvers) => resolvers
        .Type<LineSource>("LineItem")
        .Add<LineSource>("LineItem", "currentQuantity", source => ShopifyOrders.CurrentQuantity(source.Order, source.Line))
        .Add<LineSource>("LineItem", "discountAllocations", source =>
            ShopifyOrders.Allocations(source.Order, source.Line).Select(amount => Bag(source.Order, amount)))
        .Add<MoneyBagSource>("DiscountAllocation", "allocatedAmountSet", bag => bag)
        .Add<LineSource>("LineItem", "discountedTotalSet", source => Bag(source.Order, source.Line.Total))
        .Add<LineSource>("LineItem", "discountedUnitPriceSet", source =>
            Bag(source.Order, SimMoney.Round(source.Line.Total / source.Line.Quantity, source.Order.Currency)))
        .Add<LineSource>("LineItem", "id", source => ShopifyIds.Gid("LineItem", source.Line.Id))
        .Add<LineSource>("LineItem", "isGiftCard", _ => false)
        .Add<LineSource>("LineItem", "name", source => $"{source.Line.Title} - {source.Line.VariantTitle}")
        .Add<LineSource>("LineItem", "originalTotalSet", source => Bag(source.Order, source.Line.Quantity * source.Line.UnitPrice))
        .Add<LineSource>("LineItem", "originalUnitPriceSet", source => Bag(source.Order, source.Line.UnitPrice))
        .Add<LineSource>("LineItem", "product", (source, call) => call.Request().Shop.Store.FindProduct(source.Line.ProductId))
        .Add<LineSource>("LineItem", "quantity", source => source.Line.Quantity)
        .Add<LineSource>("LineItem", "refundableQuantity", source => ShopifyOrders.CurrentQuantity(source.Order, source.Line))
        .Add<LineSource>("LineItem", "requiresShipping", _ => true)
        .Add<LineSource>("LineItem", "sku", source => source.Line.Sku)
        .Add<LineSource>("LineItem", "title", source => source.Line.Title)
        .Add<LineSource>("LineItem", "totalDiscountSet", source => Bag(source.Order, source.Line.Discount))
        .Add<LineSource>("LineItem", "variant", (source, call) =>
            call.Request().Shop.Store.FindVariant(source.Line.VariantId) is var (product, variant) ? new VariantSource(product, variant) : null)
        .Add<LineSource>("LineItem", "variantTitle", source => source.Line.VariantTitle)
        .Add<LineSource>("LineItem", "vendor", (_, call) => call.Request().Shop.Store.Profile.Name);

    private static void Refunds(GraphResolvers resolvers) => resolvers
        .Type<RefundSource>("Refund")
        .Add<RefundSource>("Refund", "createdAt", source => source.Refund.CreatedAt)
        .Add<RefundSource>("Refund", "id", source => ShopifyIds.Gid("Refund", source.Refund.Id))
        .Add<RefundSource>("Refund", "legacyResourceId", source => source.Refund.Id)
        .Add<RefundSource>("Refund", "note", _ => null)
        .Add<RefundSource>("Refund", "order", source => source.Order)
        .Add<RefundSource>("Refund", "processedAt", source => source.Refund.CreatedAt)
        .Add<RefundSource>("Refund", "refundLineItems", (source, call) => ShopifyPages.Page(
            [.. source.Refund.Lines.Select(line => new RefundLineSource(source, line))], line => line.Line.LineId, call))
        .Add<RefundSource>("Refund", "totalRefundedSet", source => Bag(source.Order, source.Refund.Amount))
        .Add<RefundSource>("Refund", "updatedAt", source => source.Refund.CreatedAt)
        .Add<RefundLineSource>("RefundLineItem", "id", source => ShopifyIds.Gid("RefundLineItem", source.Refund.Refund.Id + source.Line.LineId))
        .Add<RefundLineSource>("RefundLineItem", "lineItem", source =>
            new LineSource(source.Refund.Order, source.Refund.Order.Lines.First(line => line.Id == source.Line.LineId)))
        .Add<RefundLineSource>("RefundLineItem", "quantity", source => source.Line.Quantity)
        .Add<RefundLineSource>("RefundLineItem", "restocked", _ => false)
        .Add<RefundLineSource>("RefundLineItem", "subtotalSet", source => Bag(source.Refund.Order, source.Line.Amount));

    private static void Customers(GraphResolvers resolvers) => resolvers
        .Type<SimCustomer>("Customer")
        .Add<SimCustomer>("Customer", "amountSpent", (customer, call) => new MoneySource(
            call.Request().Shop.Store.Orders.Where(order => order.CustomerId == customer.Id && !order.IsTest).Sum(ShopifyOrders.CurrentTotal),
            call.Request().Shop.Store.Profile.Currency))
        .Add<SimCustomer>("Customer", "createdAt", customer => customer.CreatedAt)
        .Add<SimCustomer>("Customer", "defaultAddress", customer => new AddressSource(customer.Id, customer.Country))
        .Add<SimCustomer>("Customer", "displayName", customer => $"Zoë Müller-{customer.Id}")
        .Add<SimCustomer>("Customer", "firstName", _ => "Zoë")
        .Add<SimCustomer>("Customer", "id", customer => ShopifyIds.Gid("Customer", customer.Id))
        .Add<SimCustomer>("Customer", "lastName", customer => $"Müller-{customer.Id}")
        .Add<SimCustomer>("Customer", "legacyResourceId", customer => customer.Id)
        .Add<SimCustomer>("Customer", "numberOfOrders", customer => customer.OrderCount)
        .Add<SimCustomer>("Customer", "tags", _ => Array.Empty<string>())
        .Add<SimCustomer>("Customer", "updatedAt", customer => customer.UpdatedAt)
        .Type<AddressSource>("MailingAddress")
        .Add<AddressSource>("MailingAddress", "city", _ => "Sample")
        .Add<AddressSource>("MailingAddress", "country", address => address.Country)
        .Add<AddressSource>("MailingAddress", "countryCodeV2", address => address.Country)
        .Add<AddressSource>("MailingAddress", "firstName", _ => "Zoë")
        .Add<AddressSource>("MailingAddress", "id", address => ShopifyIds.Gid("MailingAddress", address.OwnerId) + "?model_name=Address")
        .Add<AddressSource>("MailingAddress", "lastName", _ => "Müller")
        .Add<AddressSource>("MailingAddress", "phone", _ => "555-625-1199")
        .Add<AddressSource>("MailingAddress", "zip", _ => "10001");

    private static void Values(GraphResolvers resolvers) => resolvers
        .Add<MoneyBagSource>("MoneyBag", "shopMoney", bag => bag.Shop)
        .Add<MoneyBagSource>("MoneyBag", "presentmentMoney", bag => bag.Presentment)
        .Add<MoneySource>("MoneyV2", "amount", money => money.Amount)
        .Add<MoneySource>("MoneyV2", "currencyCode", money => money.Currency)
        .Add<CountSource>("Count", "count", count => count.Count)
        .Add<CountSource>("Count", "precision", count => count.Precision);

    private static MoneyBagSource Bag(SimOrder order, decimal amount) =>
        new(new(amount, order.Currency), new(ShopifyOrders.Presentment(order, amount), order.PresentmentCurrency));
}
