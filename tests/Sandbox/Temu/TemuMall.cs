using System.Collections.Concurrent;
using System.Globalization;
using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Sandbox.Temu;

/// <summary>One shop on the simulated Temu. Goods are the shop's products, SKUs their variants, whose stock has no place.</summary>
public sealed class TemuMall
{
    private readonly ConcurrentDictionary<long, (SimProduct Product, DateTimeOffset At)> _deleted = new();

    internal TemuMall(long id, SimStore store, TemuApp app)
    {
        (Id, Store, App) = (id, store, app);
        Rights =
        [
            "bg.local.goods.list.query", "bg.local.goods.sku.list.query", "bg.local.goods.stock.edit", "bg.open.accesstoken.info.get", "bg.order.amount.query", "bg.order.list.v2.get", "bg.tmc.message.update",
        ];
        Events = new(app.Events.Where(static code => code != "bg_open_event_test").ToDictionary(static code => code, static _ => false));
        store.Subscribe(told =>
        {
            if (told is { Topic: SimTopic.ProductDeleted, Entity: SimProduct product })
            {
                _deleted[product.Id] = (product, told.At);
            }
        });
    }

    public long Id { get; }

    public SimStore Store { get; }

    /// <summary>The calls that the seller has ticked.</summary>
    public HashSet<string> Rights { get; }

    /// <summary>The events that the seller has ticked, and whether they are sent.</summary>
    public ConcurrentDictionary<string, bool> Events { get; }

    /// <summary>SKUs that are taken off sale; lists of those on sale do not have them.</summary>
    public HashSet<long> OffSale { get; } = [];

    /// <summary>Products that are not published yet.</summary>
    public HashSet<long> Unpublished { get; } = [];

    /// <summary>SKUs whose stock is refused.</summary>
    public HashSet<long> Locked { get; } = [];

    /// <summary>Keys of settings that have acted.</summary>
    internal HashSet<string> UsedKeys { get; } = [];

    internal IEnumerable<(SimProduct Product, DateTimeOffset At)> Deleted => _deleted.Values;

    internal TemuApp App { get; }

    /// <summary>The order number buyer and seller see; it begins with the region.</summary>
    public string SerialOf(long orderId) => string.Create(CultureInfo.InvariantCulture, $"PO-{App.RegionId:D3}-{orderId}");

    internal SimOrder? FindOrder(string serial) => Store.Orders.FirstOrDefault(order => SerialOf(order.Id) == serial);
}
