using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Sandbox.Wix;

public enum WixCatalogVersion
{
    V1,
    V3,

    /// <summary>A site without Wix Stores.</summary>
    None,
}

/// <summary>One site and the app's installation on it.</summary>
public sealed class WixSite
{
    private readonly ConcurrentDictionary<string, long> _revisions = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<WixEvent> _events = new();
    private long _eventNumber;

    internal WixSite(string instanceId, SimStore store, WixCatalogVersion catalog)
    {
        (InstanceId, Store, Catalog) = (instanceId, store, catalog);
        store.Subscribe(Tell);
    }

    public string InstanceId { get; }

    public SimStore Store { get; }

    /// <summary>A site moves from V1 to V3 one day.</summary>
    public WixCatalogVersion Catalog { get; set; }

    public bool IsInstalled { get; internal set; }

    /// <summary>What the owner approved; the dashboard's names.</summary>
    public IReadOnlyList<string> Permissions { get; set; } = ["SCOPE.CONTACTS.VIEW", "SCOPE.DC-STORES.MANAGE-PRODUCTS", "SCOPE.DC-STORES.READ-ORDERS", "SCOPE.STORES.INVENTORY_ITEM_WRITE", "SITE-SETTINGS.VIEW"];

    internal ConcurrentQueue<DateTimeOffset> CallTimes { get; } = new();

    internal string SiteId => $"64fc2d7e{InstanceId[8..]}";

    internal long Revision(string inventoryId) => _revisions.GetValueOrDefault(inventoryId, 1);

    /// <summary>Something else of the item changes, an order's reservation or its preorder text.</summary>
    public void Touch(string inventoryId) => _revisions.AddOrUpdate(inventoryId, 2, static (_, revision) => revision + 1);

    internal bool HasVariantIds(SimOrderLine line) => Catalog == WixCatalogVersion.V3 || Store.FindVariant(line.VariantId) is not { Product.Variants.Count: 1 };

    internal JsonObject Order(SimOrder order)
    {
        var shape = WixShapes.Order(order, hasVariantIds: true);
        foreach (var (index, line) in order.Lines.Index().Where(line => !HasVariantIds(line.Item)))
        {
            shape["lineItems"]![index]!["catalogReference"]!["options"]!["variantId"] = WixIds.NoVariant;
        }

        return shape;
    }

    internal WixEvent? NextEvent() => _events.TryDequeue(out var told) ? told : null;

    internal void Enqueue(string eventType, JsonNode? told) => _events.Enqueue(new WixEvent(eventType, told?.ToJsonString() ?? ""));

    /// <summary>A domain event about one entity.</summary>
    internal void Enqueue(string fqdn, string slug, string entityId, string happened, JsonNode content, bool isErasure = false)
    {
        var number = Interlocked.Increment(ref _eventNumber);
        Enqueue($"{fqdn}_{slug}", new JsonObject
        {
            ["id"] = WixIds.Of(WixKind.Line, number),
            ["entityFqdn"] = fqdn,
            ["slug"] = slug,
            ["entityId"] = entityId,
            ["eventTime"] = WixShapes.Stamp(LastChange),
            ["entityEventSequence"] = number.ToString(CultureInfo.InvariantCulture),
            ["triggeredByAnonymizeRequest"] = isErasure,
            [happened] = content,
        });
    }

    private DateTimeOffset LastChange { get; set; }

    private void Tell(SimEvent told)
    {
        LastChange = told.At;
        switch (told.Entity)
        {
            case SimOrder order:
                TellOrder(told.Topic, order);
                break;
            case SimRefund refund:
                var refunded = Store.FindOrder(refund.OrderId)!;
                var body = new JsonObject { ["order"] = Order(refunded), ["previousPaymentStatus"] = "PAID" };
                Enqueue("wix.ecom.v1.order", "payment_status_updated", WixIds.Of(WixKind.Order, refunded.Id), "actionEvent", new JsonObject { ["body"] = body });
                break;
            case SimCustomer customer:
                TellContact(told.Topic, customer);
                break;
            case SimProduct product:
                TellProduct(told.Topic, product);
                break;
            case SimStockChange change:
                TellStock(change);
                break;
        }
    }

    private void TellOrder(SimTopic topic, SimOrder order)
    {
        const string Fqdn = "wix.ecom.v1.order";
        var id = WixIds.Of(WixKind.Order, order.Id);
        switch (topic)
        {
            case SimTopic.OrderCreated:
                Enqueue(Fqdn, "created", id, "createdEvent", new JsonObject { ["entityAsJson"] = Order(order).ToJsonString() });
                Enqueue(Fqdn, "approved", id, "actionEvent", new JsonObject { ["body"] = new JsonObject { ["order"] = Order(order) } });
                break;
            case SimTopic.OrderCancelled:
                Enqueue(Fqdn, "canceled", id, "actionEvent", new JsonObject { ["bodyAsJson"] = new JsonObject { ["order"] = Order(order) }.ToJsonString() });
                break;
            default:
                Enqueue(Fqdn, "updated", id, "updatedEvent", new JsonObject { ["currentEntity"] = Order(order) });
                break;
        }
    }

    private void TellContact(SimTopic topic, SimCustomer customer)
    {
        const string Fqdn = "wix.contacts.v4.contact";
        var id = WixIds.Of(WixKind.Contact, customer.Id);
        switch (topic)
        {
            case SimTopic.CustomerCreated:
                Enqueue(Fqdn, "created", id, "createdEvent", new JsonObject { ["entity"] = WixShapes.Contact(customer) });
                break;
            case SimTopic.CustomerDeleted:
                Enqueue(Fqdn, "deleted", id, "deletedEvent", new JsonObject());
                break;
            default:
                Enqueue(Fqdn, "updated", id, "updatedEvent", new JsonObject { ["currentEntity"] = WixShapes.Contact(customer) });
                break;
        }
    }

    private void TellProduct(SimTopic topic, SimProduct product)
    {
        var (id, gone) = (WixIds.Of(WixKind.Product, product.Id), topic == SimTopic.ProductDeleted);
        if (Catalog == WixCatalogVersion.V1)
        {
            Enqueue($"com.wix.ecommerce.catalog.api.v1.Product{(gone ? "Deleted" : "Changed")}", gone ? new JsonObject { ["productId"] = id } : new JsonObject { ["productId"] = id, ["changedFields"] = new JsonArray("price") });
        }
        else if (Catalog == WixCatalogVersion.V3)
        {
            Enqueue("wix.stores.catalog.v3.product", gone ? "deleted" : "updated", id, gone ? "deletedEvent" : "updatedEvent", gone ? new JsonObject() : new JsonObject { ["currentEntityAsJson"] = WixShapes.ProductV3(product).ToJsonString() });
        }
    }

    private void TellStock(SimStockChange change)
    {
        var id = WixIds.Inventory(change.Variant.Id, change.Level.LocationId);
        Touch(id);
        if (Catalog == WixCatalogVersion.V1)
        {
            var product = WixIds.Of(WixKind.Product, change.Product.Id);
            Enqueue("com.wix.ecommerce.inventory.api.v1.InventoryVariantsChanged", new JsonObject { ["inventoryItemId"] = WixIds.Inventory(change.Product.Id, 0), ["externalId"] = product, ["productId"] = product, ["variants"] = new JsonArray() });
        }
        else if (Catalog == WixCatalogVersion.V3)
        {
            var item = WixShapes.InventoryV3(change.Product, change.Variant, change.Level, Revision(id));
            Enqueue("wix.stores.catalog.v3.inventory_item", "updated", id, "updatedEvent", new JsonObject { ["currentEntity"] = item });
        }
    }
}

/// <param name="Told">The event as JSON in a text.</param>
internal sealed record WixEvent(string EventType, string Told);
