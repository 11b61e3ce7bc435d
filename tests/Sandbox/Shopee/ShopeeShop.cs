using System.Collections.Concurrent;
using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Sandbox.Shopee;

/// <summary>One shop on the simulated Shopee. Items are the shop's products, models their variants; a product with one variant is an item without models.</summary>
public sealed class ShopeeShop
{
    private readonly ConcurrentDictionary<long, (SimProduct Product, DateTimeOffset At)> _deleted = new();
    private readonly ConcurrentDictionary<long, int> _reserved = new();

    internal ShopeeShop(long id, string name, SimStore store)
    {
        (Id, Name, Store) = (id, name, store);
        store.Subscribe(told =>
        {
            if (told is { Topic: SimTopic.ProductDeleted, Entity: SimProduct product })
            {
                _deleted[product.Id] = (product, told.At);
            }
        });
    }

    public long Id { get; }

    public string Name { get; }

    public SimStore Store { get; }

    /// <summary>False once the seller has cancelled the app's access.</summary>
    public bool Linked { get; internal set; } = true;

    /// <summary>Items that the seller deleted: lists go on naming them.</summary>
    internal IEnumerable<(SimProduct Product, DateTimeOffset At)> Deleted => _deleted.Values;

    /// <summary>The order number buyer and seller see.</summary>
    public static string SerialOf(long orderId) => $"2608{orderId:D10}";

    /// <summary>Keeps pieces for a promotion: stock may not be set below.</summary>
    public void Reserve(long variantId, int pieces) => _reserved[variantId] = pieces;

    internal int Reserved(long variantId) => _reserved.GetValueOrDefault(variantId);

    internal SimOrder? FindOrder(string serial) => Store.Orders.FirstOrDefault(order => SerialOf(order.Id) == serial);
}
