using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Sandbox.TikTokShop;

/// <summary>One shop of a seller, over a living store.</summary>
public sealed class TikTokShopShop
{
    private readonly ConcurrentDictionary<long, SimProduct> _deleted = new();
    private readonly ConcurrentDictionary<long, string> _statuses = new();

    internal TikTokShopShop(TikTokShopPlatform platform, TikTokShopSeller seller, SimStore store, int number, TimeProvider time)
    {
        (Store, Region) = (store, seller.Region);
        Id = string.Create(CultureInfo.InvariantCulture, $"74940496426424{number:D5}");
        Cipher = string.Create(CultureInfo.InvariantCulture, $"ROW_Rg+/kDDABBAAB8tKAVoAqsMT{number}");
        Code = string.Create(CultureInfo.InvariantCulture, $"{Region}LCBA4LLU{number}");
        Hooks = new TikTokShopHooks(platform, this, time);
        foreach (var order in store.Orders)
        {
            _statuses[order.Id] = TikTokShopShapes.Status(order);
        }

        store.Subscribe(Hear);
    }

    public string Id { get; }

    /// <summary>What names the shop in API calls; it has characters in it that an address escapes.</summary>
    public string Cipher { get; }

    public string Code { get; }

    public string Region { get; }

    public SimStore Store { get; }

    /// <summary>The registrations: topic and address.</summary>
    public IReadOnlyList<KeyValuePair<string, Uri>> Registrations => Hooks.Registrations;

    public IReadOnlyList<TikTokShopDelivery> Deliveries => Hooks.Deliveries;

    /// <summary>Deliveries that wait for their first or next try.</summary>
    public int WaitingDeliveries => Hooks.Waiting;

    internal TikTokShopHooks Hooks { get; }

    public void DropRegistration(string eventType) => Hooks.Delete(eventType);

    /// <summary>Live products and the deleted ones, which stay in the lists.</summary>
    internal IEnumerable<(SimProduct Product, bool Deleted)> Products() => Store.Products.Select(static product => (product, false)).Concat(_deleted.Values.Select(static product => (product, true)));

    private void Hear(SimEvent told)
    {
        var at = told.At.ToUnixTimeSeconds();
        switch (told.Topic, told.Entity)
        {
            case (SimTopic.OrderCreated or SimTopic.OrderUpdated, SimOrder order):
                Tell(order, at);
                break;
            case (SimTopic.OrderCancelled, SimOrder order):
                Hooks.Enqueue("CANCELLATION_STATUS_CHANGE", new JsonObject
                {
                    ["order_id"] = Text(order.Id),
                    ["cancellations_role"] = "BUYER",
                    ["cancel_status"] = "CANCELLATION_REQUEST_COMPLETE",
                    ["cancel_id"] = Text(order.Id + 1),
                    ["create_time"] = at,
                });
                break;
            case (SimTopic.ProductUpdated, SimProduct product):
                Hooks.Enqueue("PRODUCT_INFORMATION_CHANGE", new JsonObject
                {
                    ["product_id"] = Text(product.Id),
                    ["change_source"] = "SELLER_CENTER",
                    ["changed_fields"] = new JsonArray("others"),
                    ["update_time"] = at,
                });
                break;
            case (SimTopic.ProductDeleted, SimProduct product):
                _deleted[product.Id] = product with { UpdatedAt = told.At };
                // The id as a number, as in the official example.
                Hooks.Enqueue("PRODUCT_STATUS_CHANGE", new JsonObject
                {
                    ["product_id"] = product.Id,
                    ["status"] = "PRODUCT_STATUS_CHANGED",
                    ["suspended_reason"] = "",
                    ["update_time"] = at,
                });
                break;
            case (SimTopic.StockChanged, SimStockChange { Variant.Stock: <= 5 } change):
                Hooks.Enqueue("INVENTORY_STATUS_CHANGE", new JsonObject
                {
                    ["product_id"] = Text(change.Product.Id),
                    ["sku_id"] = Text(change.Variant.Id),
                    ["current_inventory_status"] = "LOW_STOCK",
                    ["update_time"] = at,
                });
                break;
            default:
                // Customers are nothing of their own, and a refund is told of by the topic of returns, which nobody here asks for.
                break;
        }
    }

    private void Tell(SimOrder order, long at)
    {
        var status = TikTokShopShapes.Status(order);
        if (_statuses.TryGetValue(order.Id, out var told) && told == status)
        {
            return;
        }

        _statuses[order.Id] = status;
        Hooks.Enqueue("ORDER_STATUS_CHANGE", new JsonObject { ["order_id"] = Text(order.Id), ["order_status"] = status, ["is_on_hold_order"] = false, ["update_time"] = at });
    }

    private static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);
}
