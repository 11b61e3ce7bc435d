using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Tests.Sandbox.Commerce;

public sealed class SimStoreTests
{
    private readonly SandboxClock _clock = new(new DateTimeOffset(2026, 4, 6, 15, 30, 0, 750, TimeSpan.Zero));
    private readonly SimStore _store;
    private readonly List<SimEvent> _events = [];

    public SimStoreTests()
    {
        _store = SimStore.Generate(ShopProfile.AmericanFashion with { Days = 20 }, 1, _clock);
        _store.Subscribe(_events.Add);
        _clock.Advance(TimeSpan.FromMinutes(5));
    }

    [Fact]
    public void Placing_an_order_counts_the_customer_takes_stock_and_tells_of_it()
    {
        var (_, variant) = _store.FindVariant("A00-01")!.Value;
        var customer = _store.Customers[3];
        var order = _store.PlaceOrder(new OrderDraft { Lines = [new(variant.Id, 2, 1.50m)], CustomerId = customer.Id, Shipping = 5, Tax = 7.25m });

        Assert.Equal((2 * variant.Price) - 1.50m + 5 + 7.25m, order.Total);
        Assert.Equal(new DateTimeOffset(2026, 4, 6, 15, 35, 0, TimeSpan.Zero), order.CreatedAt);
        Assert.Same(order, _store.FindOrder(order.Id));
        Assert.Same(order, _store.Orders[^1]);
        Assert.Equal(_store.Orders[^2].Number + 1, order.Number);
        Assert.Equal(customer.OrderCount + 1, _store.FindCustomer(customer.Id)!.OrderCount);
        Assert.Equal(variant.Stock - 2, _store.FindVariant(variant.Id)!.Value.Variant.Stock);
        Assert.Equal([SimTopic.OrderCreated, SimTopic.CustomerUpdated, SimTopic.StockChanged, SimTopic.ProductUpdated], _events.Select(told => told.Topic));
    }

    [Fact]
    public void A_new_customer_gets_an_account_and_a_guest_does_not()
    {
        var lines = new[] { new DraftLine(_store.Products[0].Variants[0].Id, 1) };
        var known = _store.PlaceOrder(new OrderDraft { Lines = lines, NewCustomer = true, Country = "CA" });
        var guest = _store.PlaceOrder(new OrderDraft { Lines = lines });
        Assert.Equal(known.CreatedAt, _store.FindCustomer(known.CustomerId!.Value)!.FirstOrderAt);
        Assert.Null(guest.CustomerId);
        Assert.Single(_events, told => told.Topic == SimTopic.CustomerCreated);
    }

    [Fact]
    public void Changes_move_updated_and_nothing_else_of_the_past()
    {
        var order = _store.Orders.First(order => order is { FulfilledAt: null, CancelledAt: null });
        _clock.Advance(TimeSpan.FromHours(1));
        var touched = _store.UpdateOrder(order.Id);
        Assert.Equal(order with { UpdatedAt = touched.UpdatedAt }, touched);
        Assert.True(touched.UpdatedAt > order.UpdatedAt);

        _clock.Advance(TimeSpan.FromHours(1));
        var cancelled = _store.CancelOrder(order.Id);
        Assert.Equal(cancelled.CancelledAt, cancelled.UpdatedAt);
        Assert.Equal([SimTopic.OrderUpdated, SimTopic.OrderCancelled, SimTopic.OrderUpdated], _events.Take(3).Select(told => told.Topic));
    }

    [Fact]
    public void Refunds_add_up_to_the_total_and_no_further()
    {
        var order = _store.Orders.First(order => order is { CancelledAt: null, Refunds: [] });
        var refund = _store.RefundOrder(order.Id, 10.00m, [new(order.Lines[0].Id, 1, 10.00m)]);
        _store.RefundOrder(order.Id, order.Total - 10.00m);
        Assert.Equal(order.Total, _store.FindOrder(order.Id)!.Refunded);
        Assert.Equal(order.Total, _store.FindOrder(order.Id)!.Total);
        Assert.Equal(refund, _events[0].Entity);
        Assert.Throws<ArgumentOutOfRangeException>(() => _store.RefundOrder(order.Id, 0.01m));
        Assert.Throws<ArgumentException>(() => _store.RefundOrder(_store.Orders[^1].Id, 0.01m, [new(1, 1, 0.01m)]));
    }

    [Fact]
    public void Stock_is_set_per_location()
    {
        var variant = _store.Products[2].Variants[0];
        _store.SetStock(variant.Id, 41, _store.Locations[1].Id);
        var told = Assert.IsType<SimStockChange>(_events[0].Entity);
        Assert.Equal((_store.Locations[1].Id, 41), (told.Level.LocationId, told.Level.Available));
        Assert.Equal(variant.Levels[0].Available + 41, _store.FindVariant(variant.Id)!.Value.Variant.Stock);
        Assert.Throws<ArgumentException>(() => _store.SetStock(variant.Id, 1, 99));
    }

    [Fact]
    public void What_no_checkout_lets_through_is_refused_and_leaves_no_trace()
    {
        var variant = _store.Products[0].Variants[0];
        var before = _store.Orders;
        OrderDraft[] bad =
        [
            new() { Lines = [] },
            new() { Lines = [new(variant.Id, 0)] },
            new() { Lines = [new(variant.Id, 1, variant.Price + 1)] },
            new() { Lines = [new(17, 1)] },
            new() { Lines = [new(variant.Id, 1)], CustomerId = 17 },
            new() { Lines = [new(variant.Id, 1)], OrderDiscount = variant.Price + 1 },
            new() { Lines = [new(variant.Id, 1)], Tax = -1 },
        ];
        Assert.All(bad, draft => Assert.Throws<ArgumentException>(() => _store.PlaceOrder(draft)));
        Assert.Same(before, _store.Orders);
        Assert.Empty(_events);
    }

    [Fact]
    public void Deleting_erases_and_orders_stay()
    {
        var order = _store.Orders.First(order => order.CustomerId is not null);
        _store.DeleteCustomer(order.CustomerId!.Value);
        _store.DeleteProduct(order.Lines[0].ProductId);
        Assert.Null(_store.FindOrder(order.Id)!.CustomerId);
        Assert.Equal(order.Lines, _store.FindOrder(order.Id)!.Lines);
        Assert.Null(_store.FindVariant(order.Lines[0].VariantId));
        Assert.Equal([SimTopic.CustomerDeleted, SimTopic.ProductDeleted], _events.Select(told => told.Topic));
    }

    [Fact]
    public async Task Buyers_at_once_lose_no_order_and_no_unit()
    {
        var variant = _store.Products[0].Variants[0];
        var before = _store.Orders.Count;
        await Parallel.ForAsync(0, 400, async (_, _) =>
        {
            await Task.Yield();
            _store.PlaceOrder(new OrderDraft { Lines = [new(variant.Id, 1)], NewCustomer = true });
        });
        Assert.Equal(before + 400, _store.Orders.Count);
        Assert.Equal(variant.Stock - 400, _store.FindVariant(variant.Id)!.Value.Variant.Stock);
        Assert.Equal(_store.Orders.Count, _store.Orders.Select(order => order.Number).Distinct().Count());
    }

    [Fact]
    public void Drafts_for_a_running_store_are_ones_it_takes()
    {
        var generator = new ShopGenerator(_store.Profile, 99);
        var placed = Enumerable.Range(0, 200).Select(_ => _store.PlaceOrder(generator.NextDraft(_store))).ToArray();
        Assert.Contains(placed, order => order.CustomerId is null);
        Assert.Contains(placed, order => order.Lines.Count > 1);
    }
}
