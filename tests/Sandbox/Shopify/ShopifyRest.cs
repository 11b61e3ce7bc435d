using System.Globalization;
using System.Text.Json.Nodes;
using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Sandbox.Shopify;

/// <summary>Webhook bodies: the bare REST resource, numbers for ids, text for money, times with the shop's offset.</summary>
public sealed class ShopifyRest(ShopifyShop shop)
{
    private static readonly string[] Absent =
    [
        "cart_token", "checkout_token", "client_details", "current_total_additional_fees_set", "current_total_duties_set", "device_id", "landing_site_ref",
        "location_id", "merchant_of_record_app_id", "note", "original_total_additional_fees_set", "original_total_duties_set", "payment_terms", "phone",
        "po_number", "reference", "referring_site", "source_identifier", "source_url", "user_id",
    ];

    public JsonObject Order(SimOrder order)
    {
        var json = new JsonObject { ["id"] = order.Id, ["admin_graphql_api_id"] = ShopifyIds.Gid("Order", order.Id) };
        foreach (var (name, value) in Facts(order).Concat(Texts(order)).Concat(Parts(order)))
        {
            json[name] = value;
        }

        foreach (var (name, amount) in Amounts(order))
        {
            json[name] = Text(amount, order.Currency);
            json[name + "_set"] = Set(order, amount);
        }

        foreach (var name in Absent)
        {
            json[name] = null;
        }

        return json;
    }

    public JsonObject Refund(SimOrder order, SimRefund refund) => new()
    {
        ["id"] = refund.Id,
        ["admin_graphql_api_id"] = ShopifyIds.Gid("Refund", refund.Id),
        ["created_at"] = Time(refund.CreatedAt),
        ["note"] = "",
        ["order_id"] = order.Id,
        ["processed_at"] = Time(refund.CreatedAt),
        ["restock"] = false,
        ["total_additional_fees_set"] = Set(order, 0),
        ["total_duties_set"] = Set(order, 0),
        ["user_id"] = null,
        ["order_adjustments"] = new JsonArray(),
        ["transactions"] = new JsonArray(Transaction(order, refund)),
        ["refund_line_items"] = new JsonArray([.. refund.Lines.Select((line, index) => RefundLine(order, refund, line, index))]),
        ["duties"] = new JsonArray(),
        ["additional_fees"] = new JsonArray(),
    };

    public JsonObject Product(SimProduct product) => new()
    {
        ["id"] = product.Id,
        ["admin_graphql_api_id"] = ShopifyIds.Gid("Product", product.Id),
        ["body_html"] = $"<p>{product.Title} — & more</p>",
        ["created_at"] = Time(product.CreatedAt),
        ["handle"] = Handle(product),
        ["product_type"] = product.Kind,
        ["published_at"] = Time(product.CreatedAt),
        ["published_scope"] = "global",
        ["status"] = "active",
        ["tags"] = "",
        ["template_suffix"] = null,
        ["title"] = product.Title,
        ["updated_at"] = Time(product.UpdatedAt),
        ["vendor"] = product.Vendor,
        ["variants"] = new JsonArray([.. product.Variants.Select((variant, index) => Variant(product, variant, index))]),
    };

    public JsonObject Level(SimStockChange change) => new()
    {
        ["inventory_item_id"] = ShopifyIds.InventoryItem(change.Variant),
        ["location_id"] = change.Level.LocationId,
        ["available"] = change.Level.Available,
        ["updated_at"] = Time(change.Level.UpdatedAt),
        ["admin_graphql_api_id"] = ShopifyIds.Level(change.Variant, change.Level),
    };

    public JsonObject Customer(SimCustomer customer) => new()
    {
        ["id"] = customer.Id,
        ["admin_graphql_api_id"] = ShopifyIds.Gid("Customer", customer.Id),
        ["created_at"] = Time(customer.CreatedAt),
        ["updated_at"] = Time(customer.UpdatedAt),
        ["first_name"] = "Zoë",
        ["last_name"] = $"Müller-{customer.Id}",
        ["orders_count"] = customer.OrderCount,
        ["state"] = "disabled",
        ["total_spent"] = "0.00",
        ["last_order_id"] = null,
        ["note"] = null,
        ["verified_email"] = true,
        ["multipass_identifier"] = null,
        ["tax_exempt"] = false,
        ["tags"] = "",
        ["last_order_name"] = null,
        ["email"] = Email(customer.Id),
        ["phone"] = null,
        ["currency"] = shop.Store.Profile.Currency,
        ["addresses"] = new JsonArray(Address(customer.Country)),
        ["tax_exemptions"] = new JsonArray(),
        ["email_marketing_consent"] = null,
        ["sms_marketing_consent"] = null,
        ["default_address"] = Address(customer.Country),
    };

    /// <summary>The shop itself, which app/uninstalled and shop/update carry.</summary>
    public JsonObject Shop() => new()
    {
        ["id"] = shop.Id,
        ["name"] = shop.Store.Profile.Name,
        ["email"] = $"owner@{shop.Domain}",
        ["domain"] = shop.Domain,
        ["myshopify_domain"] = shop.Domain,
        ["currency"] = shop.Store.Profile.Currency,
        ["iana_timezone"] = shop.Store.Profile.TimeZone,
        ["plan_name"] = "basic",
    };

    /// <summary>customers/data_request, customers/redact and shop/redact.</summary>
    public JsonObject Privacy(string topic, long? customerId)
    {
        var json = new JsonObject { ["shop_id"] = shop.Id, ["shop_domain"] = shop.Domain };
        if (topic == "shop/redact" || customerId is not { } id)
        {
            return json;
        }

        var orders = new JsonArray([.. shop.Store.Orders.Where(order => order.CustomerId == id).Select(order => JsonValue.Create(order.Id))]);
        json["customer"] = new JsonObject { ["id"] = id, ["email"] = Email(id), ["phone"] = "555-625-1199" };
        json[topic == "customers/redact" ? "orders_to_redact" : "orders_requested"] = orders;
        if (topic == "customers/data_request")
        {
            json["data_request"] = new JsonObject { ["id"] = id + 9_999 };
        }

        return json;
    }

    public static string Handle(SimProduct product) => string.Create(CultureInfo.InvariantCulture, $"product-{product.Id}");

    public string? Time(DateTimeOffset? at) =>
        at is { } instant ? TimeZoneInfo.ConvertTime(instant, shop.Zone).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture) : null;

    private static IEnumerable<(string Name, decimal Amount)> Amounts(SimOrder order) =>
    [
        ("current_subtotal_price", ShopifyOrders.CurrentSubtotal(order)),
        ("current_total_discounts", ShopifyOrders.Discounts(order)),
        ("current_total_price", ShopifyOrders.CurrentTotal(order)),
        ("current_total_tax", order.CancelledAt is null ? order.Tax : 0),
        ("subtotal_price", ShopifyOrders.Subtotal(order)),
        ("total_discounts", ShopifyOrders.Discounts(order)),
        ("total_line_items_price", order.Lines.Sum(line => line.Quantity * line.UnitPrice)),
        ("total_price", order.Total),
        ("total_tax", order.Tax),
    ];

    private IEnumerable<(string Name, JsonNode? Value)> Facts(SimOrder order) =>
    [
        ("app_id", 580_111),
        ("buyer_accepts_marketing", false),
        ("cancel_reason", order.CancelledAt is null ? null : "customer"),
        ("cancelled_at", Time(order.CancelledAt)),
        ("checkout_id", order.Id + 1_000),
        ("closed_at", Time(order.CancelledAt)),
        ("confirmed", true),
        ("created_at", Time(order.CreatedAt)),
        ("currency", order.Currency),
        ("duties_included", false),
        ("estimated_taxes", false),
        ("financial_status", ShopifyOrders.FinancialStatus(order).ToLowerInvariant()),
        ("fulfillment_status", order.FulfilledAt is null ? null : "fulfilled"),
        ("name", ShopifyOrders.Name(order)),
        ("number", order.Number - 1000),
        ("order_number", order.Number),
        ("presentment_currency", order.PresentmentCurrency),
        ("processed_at", Time(order.CreatedAt)),
        ("tax_exempt", false),
        ("taxes_included", false),
        ("test", order.IsTest),
        ("total_weight", 0),
        ("updated_at", Time(order.UpdatedAt)),
    ];

    private IEnumerable<(string Name, JsonNode? Value)> Texts(SimOrder order)
    {
        var email = Email(order.CustomerId ?? order.Id);
        var token = order.Id.ToString("x", CultureInfo.InvariantCulture);
        return
        [
            ("browser_ip", "203.0.113.7"),
            ("confirmation_number", token.ToUpperInvariant()),
            ("contact_email", email),
            ("customer_locale", "en"),
            ("email", email),
            ("landing_site", "/?utm_source=news&utm_medium=email"),
            ("merchant_business_entity_id", "MTU0ODM4MDAwOQ"),
            ("order_status_url", string.Create(CultureInfo.InvariantCulture, $"https://{shop.Domain}/{shop.Id}/orders/{token}/authenticate")),
            ("source_name", "web"),
            ("tags", ""),
            ("token", token),
            ("total_outstanding", Text(0, order.Currency)),
            ("total_tip_received", Text(0, order.Currency)),
        ];
    }

    private IEnumerable<(string Name, JsonNode? Value)> Parts(SimOrder order)
    {
        var customer = order.CustomerId is { } id ? shop.Store.FindCustomer(id) : null;
        var tax = new JsonObject { ["price"] = Text(order.Tax, order.Currency), ["title"] = "Tax", ["price_set"] = Set(order, order.Tax) };
        return
        [
            ("billing_address", Address(order.Country)),
            ("customer", customer is null ? null : Customer(customer)),
            ("discount_applications", DiscountApplications(order)),
            ("discount_codes", new JsonArray()),
            ("fulfillments", new JsonArray()),
            ("line_items", new JsonArray([.. order.Lines.Select(line => Line(order, line))])),
            ("note_attributes", new JsonArray()),
            ("payment_gateway_names", new JsonArray("bogus")),
            ("refunds", new JsonArray([.. order.Refunds.Select(refund => Refund(order, refund))])),
            ("shipping_address", Address(order.Country)),
            ("shipping_lines", ShippingLines(order)),
            ("tax_lines", new JsonArray(tax)),
            ("total_cash_rounding_payment_adjustment_set", Set(order, 0)),
            ("total_cash_rounding_refund_adjustment_set", Set(order, 0)),
            ("total_shipping_price_set", Set(order, order.Shipping)),
        ];
    }

    private JsonObject Line(SimOrder order, SimOrderLine line) => new()
    {
        ["id"] = line.Id,
        ["admin_graphql_api_id"] = ShopifyIds.Gid("LineItem", line.Id),
        ["attributed_staffs"] = new JsonArray(),
        ["current_quantity"] = ShopifyOrders.CurrentQuantity(order, line),
        ["fulfillable_quantity"] = order.FulfilledAt is null ? line.Quantity : 0,
        ["fulfillment_service"] = "manual",
        ["fulfillment_status"] = order.FulfilledAt is null ? null : "fulfilled",
        ["gift_card"] = false,
        ["grams"] = 250,
        ["name"] = $"{line.Title} - {line.VariantTitle}",
        ["price"] = Text(line.UnitPrice, order.Currency),
        ["price_set"] = Set(order, line.UnitPrice),
        ["product_exists"] = shop.Store.FindProduct(line.ProductId) is not null,
        ["product_id"] = line.ProductId,
        ["properties"] = new JsonArray(),
        ["quantity"] = line.Quantity,
        ["requires_shipping"] = true,
        ["sku"] = line.Sku,
        ["taxable"] = true,
        ["title"] = line.Title,
        ["total_discount"] = Text(line.Discount, order.Currency),
        ["total_discount_set"] = Set(order, line.Discount),
        ["variant_id"] = line.VariantId,
        ["variant_inventory_management"] = "shopify",
        ["variant_title"] = line.VariantTitle,
        ["vendor"] = shop.Store.Profile.Name,
        ["tax_lines"] = new JsonArray(),
        ["duties"] = new JsonArray(),
        ["discount_allocations"] = new JsonArray([.. ShopifyOrders.Allocations(order, line).Select((amount, index) => new JsonObject
        {
            ["amount"] = Text(amount, order.Currency),
            ["amount_set"] = Set(order, amount),
            ["discount_application_index"] = index,
        })]),
    };

    private static JsonArray DiscountApplications(SimOrder order) => order.OrderDiscount == 0
        ? []
        : new JsonArray(new JsonObject
        {
            ["target_type"] = "line_item",
            ["type"] = "automatic",
            ["value"] = Text(order.OrderDiscount, order.Currency),
            ["value_type"] = "fixed_amount",
            ["allocation_method"] = "across",
            ["target_selection"] = "all",
            ["title"] = "Season sale",
        });

    private static JsonArray ShippingLines(SimOrder order) => new(new JsonObject
    {
        ["id"] = order.Id + 1,
        ["code"] = "Standard",
        ["price"] = Text(order.Shipping, order.Currency),
        ["price_set"] = Set(order, order.Shipping),
        ["source"] = "shopify",
        ["title"] = "Standard",
    });

    private JsonObject Transaction(SimOrder order, SimRefund refund) => new()
    {
        ["id"] = refund.Id + 1,
        ["admin_graphql_api_id"] = ShopifyIds.Gid("OrderTransaction", refund.Id + 1),
        ["amount"] = Text(refund.Amount, order.Currency),
        ["created_at"] = Time(refund.CreatedAt),
        ["currency"] = order.Currency,
        ["gateway"] = "bogus",
        ["kind"] = "refund",
        ["order_id"] = order.Id,
        ["processed_at"] = Time(refund.CreatedAt),
        ["status"] = "success",
        ["test"] = order.IsTest,
    };

    private JsonObject RefundLine(SimOrder order, SimRefund refund, SimRefundLine line, int index) => new()
    {
        ["id"] = refund.Id + 2 + index,
        ["line_item_id"] = line.LineId,
        ["location_id"] = null,
        ["quantity"] = line.Quantity,
        ["restock_type"] = "no_restock",
        ["subtotal"] = line.Amount,
        ["subtotal_set"] = Set(order, line.Amount),
        ["total_tax"] = 0,
        ["total_tax_set"] = Set(order, 0),
        ["line_item"] = Line(order, order.Lines.First(bought => bought.Id == line.LineId)),
    };

    private JsonObject Variant(SimProduct product, SimVariant variant, int index) => new()
    {
        ["id"] = variant.Id,
        ["admin_graphql_api_id"] = ShopifyIds.Gid("ProductVariant", variant.Id),
        ["product_id"] = product.Id,
        ["title"] = variant.Title,
        ["price"] = Text(variant.Price, shop.Store.Profile.Currency),
        ["position"] = index + 1,
        ["inventory_policy"] = "deny",
        ["compare_at_price"] = null,
        ["option1"] = variant.Title,
        ["option2"] = null,
        ["option3"] = null,
        ["created_at"] = Time(product.CreatedAt),
        ["updated_at"] = Time(product.UpdatedAt),
        ["taxable"] = true,
        ["barcode"] = null,
        ["sku"] = variant.Sku,
        ["inventory_item_id"] = ShopifyIds.InventoryItem(variant),
        ["inventory_quantity"] = variant.Stock,
        ["old_inventory_quantity"] = variant.Stock,
    };

    private static JsonObject Address(string country) => new()
    {
        ["first_name"] = "Zoë",
        ["last_name"] = "Müller",
        ["address1"] = "1 Example St",
        ["city"] = "Sample",
        ["zip"] = "10001",
        ["phone"] = "555-625-1199",
        ["country"] = country,
        ["country_code"] = country,
    };

    private static JsonObject Set(SimOrder order, decimal amount) => new()
    {
        ["shop_money"] = Money(amount, order.Currency),
        ["presentment_money"] = Money(ShopifyOrders.Presentment(order, amount), order.PresentmentCurrency),
    };

    private static JsonObject Money(decimal amount, string currency) => new() { ["amount"] = Text(amount, currency), ["currency_code"] = currency };

    public static string Text(decimal amount, string currency) =>
        SimMoney.Round(amount, currency).ToString(SimMoney.Round(0.01m, currency) == 0 ? "0" : "0.00", CultureInfo.InvariantCulture);

    private static string Email(long id) => string.Create(CultureInfo.InvariantCulture, $"buyer.{id}@example.com");
}
