using System.Collections.Concurrent;
using StoreClaw.Sandbox.Shopify.GraphQl;

namespace StoreClaw.Sandbox.Shopify;

/// <summary>
/// The part of the Admin API that the simulator answers, with the real names, arguments, defaults and nullability (checked against
/// the published schemas 2026-01 and 2026-04 and, for stock and webhooks, 2026-07). What is not here is refused as unknown.
/// </summary>
public static class ShopifySchema
{
    private static readonly ConcurrentDictionary<string, GraphSchema> Versions = new();

    private const string Roots = """
        directive @include(if: Boolean!)
        directive @skip(if: Boolean!)
        directive @idempotent(key: String!) @since(version: "2026-01")

        scalar DateTime scalar Decimal scalar Money scalar URL scalar UnsignedInt64 scalar CurrencyCode scalar CountryCode

        type QueryRoot {
          currentAppInstallation: AppInstallation!
          customer(id: ID!): Customer @access(scope: "read_customers")
          customers(after: String, before: String, first: Int, last: Int, query: String, reverse: Boolean = false,
            sortKey: CustomerSortKeys = ID): CustomerConnection! @access(scope: "read_customers")
          inventoryItem(id: ID!): InventoryItem @access(scope: "read_inventory")
          inventoryItems(after: String, before: String, first: Int, last: Int, query: String,
            reverse: Boolean = false): InventoryItemConnection! @access(scope: "read_inventory")
          inventoryLevel(id: ID!): InventoryLevel @access(scope: "read_inventory")
          location(id: ID): Location @access(scope: "read_locations")
          locations(after: String, before: String, first: Int, includeInactive: Boolean = false, includeLegacy: Boolean = false, last: Int,
            query: String, reverse: Boolean = false, sortKey: LocationSortKeys = NAME): LocationConnection! @access(scope: "read_locations")
          node(id: ID!): Node
          nodes(ids: [ID!]!): [Node]!
          order(id: ID!): Order @access(scope: "read_orders")
          orders(after: String, before: String, first: Int, last: Int, query: String, reverse: Boolean = false,
            sortKey: OrderSortKeys = PROCESSED_AT): OrderConnection! @access(scope: "read_orders")
          ordersCount(limit: Int = 10000, query: String): Count @access(scope: "read_orders")
          product(id: ID!): Product @access(scope: "read_products")
          products(after: String, before: String, first: Int, last: Int, query: String, reverse: Boolean = false,
            sortKey: ProductSortKeys = ID): ProductConnection! @access(scope: "read_products")
          productVariant(id: ID!): ProductVariant @access(scope: "read_products")
          productVariants(after: String, before: String, first: Int, last: Int, query: String, reverse: Boolean = false,
            sortKey: ProductVariantSortKeys = ID): ProductVariantConnection! @access(scope: "read_products")
          shop: Shop!
          webhookSubscription(id: ID!): WebhookSubscription
          webhookSubscriptions(after: String, before: String, first: Int, format: WebhookSubscriptionFormat, last: Int, query: String,
            reverse: Boolean = false, sortKey: WebhookSubscriptionSortKeys = CREATED_AT, topics: [WebhookSubscriptionTopic!],
            uri: String): WebhookSubscriptionConnection!
        }

        type Mutation {
          inventorySetQuantities(input: InventorySetQuantitiesInput!): InventorySetQuantitiesPayload @access(scope: "write_inventory")
          webhookSubscriptionCreate(topic: WebhookSubscriptionTopic!,
            webhookSubscription: WebhookSubscriptionInput!): WebhookSubscriptionCreatePayload
          webhookSubscriptionDelete(id: ID!): WebhookSubscriptionDeletePayload
          webhookSubscriptionUpdate(id: ID!, webhookSubscription: WebhookSubscriptionInput!): WebhookSubscriptionUpdatePayload
        }

        interface Node { id: ID! }
        type PageInfo @cost(points: 0) { endCursor: String hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String }
        type MoneyV2 @cost(points: 0) { amount: Decimal! currencyCode: CurrencyCode! }
        type MoneyBag @cost(points: 0) { presentmentMoney: MoneyV2! shopMoney: MoneyV2! }
        type Count { count: Int! precision: CountPrecision! }
        enum CountPrecision { AT_LEAST EXACT }
        type UserError { field: [String!] message: String! }
        type AppInstallation implements Node { accessScopes: [AccessScope!]! id: ID! }
        type AccessScope { description: String! handle: String! }

        type Shop implements Node {
          currencyCode: CurrencyCode!
          enabledPresentmentCurrencies: [CurrencyCode!]!
          ianaTimezone: String!
          id: ID!
          myshopifyDomain: String!
          name: String!
          taxesIncluded: Boolean!
          timezoneOffset: String!
          url: URL!
        }
        """;

    private const string Orders = """
        enum OrderSortKeys { CREATED_AT ID ORDER_NUMBER PROCESSED_AT UPDATED_AT }
        enum OrderDisplayFinancialStatus { AUTHORIZED EXPIRED PAID PARTIALLY_PAID PARTIALLY_REFUNDED PENDING REFUNDED VOIDED }
        enum OrderDisplayFulfillmentStatus {
          FULFILLED IN_PROGRESS ON_HOLD OPEN PARTIALLY_FULFILLED PENDING_FULFILLMENT REQUEST_DECLINED RESTOCKED SCHEDULED UNFULFILLED
        }
        enum OrderCancelReason { CUSTOMER DECLINED FRAUD INVENTORY OTHER STAFF }

        type Order implements Node {
          billingAddress: MailingAddress
          cancelledAt: DateTime
          cancelReason: OrderCancelReason
          closed: Boolean!
          closedAt: DateTime
          confirmed: Boolean!
          createdAt: DateTime!
          currencyCode: CurrencyCode!
          currentSubtotalPriceSet: MoneyBag!
          currentTotalPriceSet: MoneyBag!
          customer: Customer @access(scope: "read_customers")
          discountCodes: [String!]!
          displayFinancialStatus: OrderDisplayFinancialStatus
          displayFulfillmentStatus: OrderDisplayFulfillmentStatus!
          email: String
          id: ID!
          legacyResourceId: UnsignedInt64!
          lineItems(after: String, before: String, first: Int, last: Int, reverse: Boolean = false): LineItemConnection!
          name: String!
          note: String
          number: Int!
          presentmentCurrencyCode: CurrencyCode!
          processedAt: DateTime!
          refunds(first: Int): [Refund!]!
          shippingAddress: MailingAddress
          sourceName: String
          subtotalPriceSet: MoneyBag
          tags: [String!]!
          taxesIncluded: Boolean!
          test: Boolean!
          totalDiscountsSet: MoneyBag
          totalPriceSet: MoneyBag!
          totalRefundedSet: MoneyBag!
          totalShippingPriceSet: MoneyBag!
          totalTaxSet: MoneyBag
          updatedAt: DateTime!
        }
        type OrderConnection { edges: [OrderEdge!]! nodes: [Order!]! pageInfo: PageInfo! }
        type OrderEdge @cost(points: 0) { cursor: String! node: Order! }

        type LineItem implements Node {
          currentQuantity: Int!
          discountAllocations: [DiscountAllocation!]!
          discountedTotalSet(withCodeDiscounts: Boolean = false): MoneyBag!
          discountedUnitPriceSet: MoneyBag!
          id: ID!
          isGiftCard: Boolean!
          name: String!
          originalTotalSet: MoneyBag!
          originalUnitPriceSet: MoneyBag!
          product: Product @access(scope: "read_products")
          quantity: Int!
          refundableQuantity: Int!
          requiresShipping: Boolean!
          sku: String
          title: String!
          totalDiscountSet: MoneyBag!
          variant: ProductVariant @access(scope: "read_products")
          variantTitle: String
          vendor: String
        }
        type LineItemConnection { edges: [LineItemEdge!]! nodes: [LineItem!]! pageInfo: PageInfo! }
        type LineItemEdge @cost(points: 0) { cursor: String! node: LineItem! }
        type DiscountAllocation { allocatedAmountSet: MoneyBag! }

        type Refund implements Node {
          createdAt: DateTime
          id: ID!
          legacyResourceId: UnsignedInt64!
          note: String
          order: Order!
          processedAt: DateTime! @since(version: "2026-01")
          refundLineItems(after: String, before: String, first: Int, last: Int, reverse: Boolean = false): RefundLineItemConnection!
          totalRefundedSet: MoneyBag!
          updatedAt: DateTime!
        }
        type RefundLineItem { id: ID lineItem: LineItem! quantity: Int! restocked: Boolean! subtotalSet: MoneyBag! }
        type RefundLineItemConnection { edges: [RefundLineItemEdge!]! nodes: [RefundLineItem!]! pageInfo: PageInfo! }
        type RefundLineItemEdge @cost(points: 0) { cursor: String! node: RefundLineItem! }

        type MailingAddress implements Node {
          city: String country: String countryCodeV2: CountryCode firstName: String id: ID! lastName: String phone: String zip: String
        }

        enum CustomerSortKeys { CREATED_AT ID UPDATED_AT }
        type Customer implements Node {
          amountSpent: MoneyV2!
          createdAt: DateTime!
          defaultAddress: MailingAddress
          displayName: String!
          firstName: String
          id: ID!
          lastName: String
          legacyResourceId: UnsignedInt64!
          numberOfOrders: UnsignedInt64!
          tags: [String!]!
          updatedAt: DateTime!
        }
        type CustomerConnection { edges: [CustomerEdge!]! nodes: [Customer!]! pageInfo: PageInfo! }
        type CustomerEdge @cost(points: 0) { cursor: String! node: Customer! }
        """;

    private const string Products = """
        enum ProductSortKeys { CREATED_AT ID TITLE UPDATED_AT }
        enum ProductStatus { ACTIVE ARCHIVED DRAFT UNLISTED }
        type Product implements Node {
          createdAt: DateTime!
          handle: String!
          id: ID!
          isGiftCard: Boolean!
          legacyResourceId: UnsignedInt64!
          productType: String!
          publishedAt: DateTime
          status: ProductStatus!
          tags: [String!]!
          title: String!
          totalInventory: Int!
          tracksInventory: Boolean!
          updatedAt: DateTime!
          variants(after: String, before: String, first: Int, last: Int, reverse: Boolean = false,
            sortKey: ProductVariantSortKeys = POSITION): ProductVariantConnection!
          variantsCount: Count
          vendor: String!
        }
        type ProductConnection { edges: [ProductEdge!]! nodes: [Product!]! pageInfo: PageInfo! }
        type ProductEdge @cost(points: 0) { cursor: String! node: Product! }

        enum ProductVariantSortKeys { ID POSITION SKU TITLE }
        enum ProductVariantInventoryPolicy { CONTINUE DENY }
        type ProductVariant implements Node {
          availableForSale: Boolean!
          barcode: String
          compareAtPrice: Money
          createdAt: DateTime!
          displayName: String!
          id: ID!
          inventoryItem: InventoryItem! @access(scope: "read_inventory")
          inventoryPolicy: ProductVariantInventoryPolicy!
          inventoryQuantity: Int
          legacyResourceId: UnsignedInt64!
          position: Int!
          price: Money!
          product: Product!
          sku: String
          title: String!
          updatedAt: DateTime!
        }
        type ProductVariantConnection { edges: [ProductVariantEdge!]! nodes: [ProductVariant!]! pageInfo: PageInfo! }
        type ProductVariantEdge @cost(points: 0) { cursor: String! node: ProductVariant! }

        type InventoryItem implements Node {
          createdAt: DateTime!
          id: ID!
          inventoryLevel(includeInactive: Boolean = false @since(version: "2026-04"), locationId: ID!): InventoryLevel
          inventoryLevels(after: String, before: String, first: Int, includeInactive: Boolean = false @since(version: "2026-04"), last: Int,
            query: String, reverse: Boolean = false): InventoryLevelConnection!
          legacyResourceId: UnsignedInt64!
          requiresShipping: Boolean!
          sku: String
          tracked: Boolean!
          updatedAt: DateTime!
          variant: ProductVariant!
          variants(after: String, before: String, first: Int, last: Int): ProductVariantConnection @since(version: "2026-01")
        }
        type InventoryItemConnection { edges: [InventoryItemEdge!]! nodes: [InventoryItem!]! pageInfo: PageInfo! }
        type InventoryItemEdge @cost(points: 0) { cursor: String! node: InventoryItem! }

        type InventoryLevel implements Node {
          createdAt: DateTime!
          id: ID!
          isActive: Boolean! @since(version: "2026-04")
          item: InventoryItem!
          location: Location!
          quantities(names: [String!]!): [InventoryQuantity!]!
          updatedAt: DateTime!
        }
        type InventoryLevelConnection { edges: [InventoryLevelEdge!]! nodes: [InventoryLevel!]! pageInfo: PageInfo! }
        type InventoryLevelEdge @cost(points: 0) { cursor: String! node: InventoryLevel! }
        type InventoryQuantity implements Node { id: ID! name: String! quantity: Int! updatedAt: DateTime }

        enum LocationSortKeys { ID NAME }
        type Location implements Node {
          createdAt: DateTime!
          fulfillsOnlineOrders: Boolean!
          id: ID!
          inventoryLevels(after: String, before: String, first: Int, includeInactive: Boolean = false @since(version: "2026-04"), last: Int,
            query: String, reverse: Boolean = false): InventoryLevelConnection!
          isActive: Boolean!
          legacyResourceId: UnsignedInt64!
          name: String!
          shipsInventory: Boolean!
        }
        type LocationConnection { edges: [LocationEdge!]! nodes: [Location!]! pageInfo: PageInfo! }
        type LocationEdge @cost(points: 0) { cursor: String! node: Location! }

        input InventorySetQuantitiesInput {
          ignoreCompareQuantity: Boolean = false @until(version: "2026-04")
          name: String!
          quantities: [InventoryQuantityInput!]!
          reason: String!
          referenceDocumentUri: String
        }
        input InventoryQuantityInput {
          changeFromQuantity: Int @since(version: "2026-01")
          compareQuantity: Int @until(version: "2026-04")
          inventoryItemId: ID!
          locationId: ID!
          quantity: Int!
        }
        type InventorySetQuantitiesPayload { inventoryAdjustmentGroup: InventoryAdjustmentGroup userErrors: [InventorySetQuantitiesUserError!]! }
        type InventorySetQuantitiesUserError { code: InventorySetQuantitiesUserErrorCode field: [String!] message: String! }
        enum InventorySetQuantitiesUserErrorCode {
          CHANGE_FROM_QUANTITY_STALE COMPARE_QUANTITY_REQUIRED COMPARE_QUANTITY_STALE IDEMPOTENCY_CONCURRENT_REQUEST IDEMPOTENCY_KEY_PARAMETER_MISMATCH
          IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED @since(version: "2026-07")
          INVALID_INVENTORY_ITEM INVALID_LOCATION INVALID_NAME INVALID_QUANTITY_NEGATIVE INVALID_QUANTITY_TOO_HIGH INVALID_QUANTITY_TOO_LOW
          INVALID_REASON INVALID_REFERENCE_DOCUMENT ITEM_NOT_STOCKED_AT_LOCATION NON_MUTABLE_INVENTORY_ITEM NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR
        }
        type InventoryAdjustmentGroup implements Node {
          changes(inventoryItemIds: [ID!], locationIds: [ID!], quantityNames: [String!]): [InventoryChange!]!
          createdAt: DateTime!
          id: ID!
          reason: String!
          referenceDocumentUri: String
        }
        type InventoryChange { delta: Int! item: InventoryItem location: Location name: String! quantityAfterChange: Int }
        """;

    private const string Webhooks = """
        enum WebhookSubscriptionSortKeys { CREATED_AT ID }
        enum WebhookSubscriptionFormat { JSON XML }
        enum WebhookSubscriptionTopic {
          APP_SCOPES_UPDATE APP_UNINSTALLED
          CUSTOMERS_CREATE CUSTOMERS_DELETE CUSTOMERS_UPDATE
          INVENTORY_ITEMS_CREATE INVENTORY_ITEMS_DELETE INVENTORY_ITEMS_UPDATE
          INVENTORY_LEVELS_CONNECT INVENTORY_LEVELS_DISCONNECT INVENTORY_LEVELS_UPDATE
          LOCATIONS_CREATE LOCATIONS_DELETE LOCATIONS_UPDATE
          ORDERS_CANCELLED ORDERS_CREATE ORDERS_DELETE ORDERS_EDITED ORDERS_FULFILLED ORDERS_PAID ORDERS_PARTIALLY_FULFILLED ORDERS_UPDATED
          PRODUCTS_CREATE PRODUCTS_DELETE PRODUCTS_UPDATE
          REFUNDS_CREATE SHOP_UPDATE
        }
        type ApiVersion { displayName: String! handle: String! supported: Boolean! }
        union WebhookSubscriptionEndpoint = WebhookHttpEndpoint
        type WebhookHttpEndpoint { callbackUrl: URL! }
        type WebhookSubscription implements Node {
          apiVersion: ApiVersion!
          callbackUrl: URL!
          createdAt: DateTime!
          endpoint: WebhookSubscriptionEndpoint!
          filter: String
          format: WebhookSubscriptionFormat!
          id: ID!
          includeFields: [String!]!
          legacyResourceId: UnsignedInt64!
          metafieldNamespaces: [String!]!
          name: String @since(version: "2026-04")
          topic: WebhookSubscriptionTopic!
          updatedAt: DateTime!
          uri: String!
        }
        type WebhookSubscriptionConnection { edges: [WebhookSubscriptionEdge!]! nodes: [WebhookSubscription!]! pageInfo: PageInfo! }
        type WebhookSubscriptionEdge @cost(points: 0) { cursor: String! node: WebhookSubscription! }
        input WebhookSubscriptionInput {
          callbackUrl: URL
          filter: String
          format: WebhookSubscriptionFormat
          includeFields: [String!]
          metafieldNamespaces: [String!]
          name: String @since(version: "2026-04")
          uri: String
        }
        type WebhookSubscriptionCreatePayload { userErrors: [UserError!]! webhookSubscription: WebhookSubscription }
        type WebhookSubscriptionUpdatePayload { userErrors: [UserError!]! webhookSubscription: WebhookSubscription }
        type WebhookSubscriptionDeletePayload { deletedWebhookSubscriptionId: ID userErrors: [UserError!]! }
        """;

    /// <summary>The schema of a version like 2026-07.</summary>
    public static GraphSchema Of(string version) =>
        Versions.GetOrAdd(version, static handle => GraphSchema.Read(string.Join('\n', Roots, Orders, Products, Webhooks), handle));
}
