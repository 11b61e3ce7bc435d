namespace StoreClaw.Sandbox.Commerce;

/// <summary>
/// The living state of one simulated shop, for any number of threads. Every change moves the entity's UpdatedAt to the clock's
/// whole second, as the platforms do, and is told to the subscribers after it can be read, outside the lock.
/// </summary>
public sealed class SimStore
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly SimIds _ids;
    private readonly SortedDictionary<long, SimOrder> _orders;
    private readonly SortedDictionary<long, SimProduct> _products;
    private readonly SortedDictionary<long, SimCustomer> _customers;
    private readonly Dictionary<long, long> _productOfVariant;
    private readonly Dictionary<Type, object> _lists = [];

    private Action<SimEvent>[] _subscribers = [];
    private int _nextNumber;

    public SimStore(ShopSnapshot snapshot, TimeProvider time)
    {
        _time = time;
        Profile = snapshot.Profile;
        Locations = snapshot.Locations;
        _ids = new SimIds(snapshot.NextId);
        _orders = new(snapshot.Orders.ToDictionary(order => order.Id));
        _products = new(snapshot.Products.ToDictionary(product => product.Id));
        _customers = new(snapshot.Customers.ToDictionary(customer => customer.Id));
        _productOfVariant = snapshot.Products.SelectMany(product => product.Variants).ToDictionary(variant => variant.Id, variant => variant.ProductId);
        _nextNumber = snapshot.Orders.Count == 0 ? 1001 : snapshot.Orders.Max(order => order.Number) + 1;
    }

    public ShopProfile Profile { get; }

    public IReadOnlyList<SimLocation> Locations { get; }

    /// <summary>All orders by id, which is by creation.</summary>
    public IReadOnlyList<SimOrder> Orders => List(_orders);

    public IReadOnlyList<SimProduct> Products => List(_products);

    public IReadOnlyList<SimCustomer> Customers => List(_customers);

    /// <summary>A generated shop, ready to run.</summary>
    public static SimStore Generate(ShopProfile profile, int seed, TimeProvider time) => new(new ShopGenerator(profile, seed).Generate(time.GetUtcNow()), time);

    /// <summary>Tells of each changed entity, in the order of the changes of one call, on the caller's thread.</summary>
    public void Subscribe(Action<SimEvent> subscriber)
    {
        lock (_lock)
        {
            _subscribers = [.. _subscribers, subscriber];
        }
    }

    public SimOrder? FindOrder(long id) => Find(_orders, id);

    public SimProduct? FindProduct(long id) => Find(_products, id);

    public SimCustomer? FindCustomer(long id) => Find(_customers, id);

    public (SimProduct Product, SimVariant Variant)? FindVariant(long id)
    {
        lock (_lock)
        {
            return Variant(id);
        }
    }

    public (SimProduct Product, SimVariant Variant)? FindVariant(string sku) =>
        Products.SelectMany(product => product.Variants.Select(variant => (product, variant))).Where(pair => pair.variant.Sku == sku)
            .Cast<(SimProduct, SimVariant)?>().FirstOrDefault();

    /// <summary>A checkout: the order, its customer, and less stock at the first location (which may go below zero).</summary>
    public SimOrder PlaceOrder(OrderDraft draft) => Change(events =>
    {
        var at = Now();
        var customerId = draft.CustomerId;
        if (customerId is { } known && !_customers.ContainsKey(known))
        {
            throw new ArgumentException($"The shop has no customer {known}.", nameof(draft));
        }

        if (draft.NewCustomer)
        {
            customerId = _ids.Next();
        }

        var order = OrderFactory.Create(draft, Profile, Variant, _ids, _nextNumber, customerId, at);
        _nextNumber++;
        events.Add(new(SimTopic.OrderCreated, at, Put(_orders, order.Id, order)));
        CountOrder(draft, customerId, at, events);
        foreach (var line in order.Lines)
        {
            MoveStock(line.VariantId, -line.Quantity, at, events);
        }

        return order;
    });

    /// <summary>An edit in the store's admin that changes nothing a report counts.</summary>
    public SimOrder UpdateOrder(long id) => Change(events => Touch(Order(id), events));

    public SimOrder FulfillOrder(long id) => Change(events =>
    {
        var order = Order(id);
        return order.CancelledAt is null && order.FulfilledAt is null
            ? Touch(order with { FulfilledAt = Now() }, events)
            : throw new InvalidOperationException($"Order {id} is cancelled or fulfilled already.");
    });

    /// <summary>Cancels and puts the goods back into stock.</summary>
    public SimOrder CancelOrder(long id) => Change(events =>
    {
        var order = Order(id);
        if (order.CancelledAt is not null || order.FulfilledAt is not null)
        {
            throw new InvalidOperationException($"Order {id} is cancelled or fulfilled already.");
        }

        var at = Now();
        order = Put(_orders, id, order with { CancelledAt = at, UpdatedAt = at });
        events.Add(new(SimTopic.OrderCancelled, at, order));
        events.Add(new(SimTopic.OrderUpdated, at, order));
        foreach (var line in order.Lines)
        {
            MoveStock(line.VariantId, line.Quantity, at, events);
        }

        return order;
    });

    /// <summary>Gives money back, up to what is left of the total; lines say which goods it is for, if any.</summary>
    public SimRefund RefundOrder(long id, decimal amount, IReadOnlyList<SimRefundLine>? lines = null) => Change(events =>
    {
        var order = Order(id);
        amount = SimMoney.Round(amount, order.Currency);
        if (amount <= 0 || amount > order.Total - order.Refunded)
        {
            throw new ArgumentOutOfRangeException(nameof(amount), "A refund is above zero and at most what is left of the total.");
        }

        if (lines?.FirstOrDefault(line => order.Lines.All(bought => bought.Id != line.LineId || line.Quantity < 1 || line.Quantity > bought.Quantity)) is { } odd)
        {
            throw new ArgumentException($"Order {id} has no line {odd.LineId} with {odd.Quantity} units.", nameof(lines));
        }

        var at = Now();
        var refund = new SimRefund(_ids.Next(), id, at, amount, lines ?? []);
        order = Put(_orders, id, order with { Refunds = [.. order.Refunds, refund], UpdatedAt = at });
        events.Add(new(SimTopic.RefundCreated, at, refund));
        events.Add(new(SimTopic.OrderUpdated, at, order));
        return refund;
    });

    /// <summary>Sets the units available at a location, the first one when none is named.</summary>
    public SimVariant SetStock(long variantId, int available, long? locationId = null) => Change(events =>
        SetLevel(variantId, locationId ?? Locations[0].Id, _ => available, Now(), events));

    /// <summary>Sets several levels or none.</summary>
    /// <returns>Positions of the settings whose expected units were not the present ones; empty when all were set.</returns>
    public IReadOnlyList<int> SetStock(IReadOnlyList<StockSetting> settings) => Change<IReadOnlyList<int>>(events =>
    {
        int[] stale = [.. settings.Index().Where(pair => pair.Item.Expected is { } expected && expected != Level(pair.Item)).Select(pair => pair.Index)];
        if (stale.Length == 0)
        {
            var at = Now();
            foreach (var setting in settings)
            {
                SetLevel(setting.VariantId, setting.LocationId, _ => setting.Available, at, events);
            }
        }

        return stale;
    });

    public SimProduct SetPrice(long variantId, decimal price) => Change(events =>
    {
        var (product, variant) = Variant(variantId) ?? throw new ArgumentException($"The shop has no variant {variantId}.", nameof(variantId));
        var at = Now();
        product = Replace(product, variant with { Price = SimMoney.Round(price, Profile.Currency) }) with { UpdatedAt = at };
        events.Add(new(SimTopic.ProductUpdated, at, Put(_products, product.Id, product)));
        return product;
    });

    /// <summary>Takes a product out of the shop; orders keep their lines.</summary>
    public void DeleteProduct(long id) => Change(events =>
    {
        if (!_products.Remove(id, out var product))
        {
            throw new ArgumentException($"The shop has no product {id}.", nameof(id));
        }

        _lists.Remove(typeof(SimProduct));
        foreach (var variant in product.Variants)
        {
            _productOfVariant.Remove(variant.Id);
        }

        events.Add(new(SimTopic.ProductDeleted, Now(), product));
        return product;
    });

    /// <summary>Erases a customer; the orders become guests' orders.</summary>
    public void DeleteCustomer(long id) => Change(events =>
    {
        if (!_customers.Remove(id, out var customer))
        {
            throw new ArgumentException($"The shop has no customer {id}.", nameof(id));
        }

        _lists.Remove(typeof(SimCustomer));
        foreach (var order in _orders.Values.Where(order => order.CustomerId == id).ToArray())
        {
            Put(_orders, order.Id, order with { CustomerId = null });
        }

        events.Add(new(SimTopic.CustomerDeleted, Now(), customer));
        return customer;
    });

    private int? Level(StockSetting setting) =>
        Variant(setting.VariantId)?.Variant.Levels.FirstOrDefault(level => level.LocationId == setting.LocationId)?.Available;

    private static SimProduct Replace(SimProduct product, SimVariant variant) =>
        product with { Variants = [.. product.Variants.Select(old => old.Id == variant.Id ? variant : old)] };

    private T Change<T>(Func<List<SimEvent>, T> change)
    {
        var events = new List<SimEvent>();
        Action<SimEvent>[] subscribers;
        T result;
        lock (_lock)
        {
            result = change(events);
            subscribers = _subscribers;
        }

        foreach (var told in events)
        {
            Array.ForEach(subscribers, subscriber => subscriber(told));
        }

        return result;
    }

    private void CountOrder(OrderDraft draft, long? customerId, DateTimeOffset at, List<SimEvent> events)
    {
        if (customerId is not { } id)
        {
            return;
        }

        var customer = draft.NewCustomer
            ? new SimCustomer(id, draft.Country, at, at, at, 1)
            : _customers[id] with { UpdatedAt = at, FirstOrderAt = _customers[id].FirstOrderAt ?? at, OrderCount = _customers[id].OrderCount + 1 };
        events.Add(new(draft.NewCustomer ? SimTopic.CustomerCreated : SimTopic.CustomerUpdated, at, Put(_customers, id, customer)));
    }

    private SimOrder Touch(SimOrder order, List<SimEvent> events)
    {
        var at = Now();
        order = Put(_orders, order.Id, order with { UpdatedAt = at });
        events.Add(new(SimTopic.OrderUpdated, at, order));
        return order;
    }

    private void MoveStock(long variantId, int units, DateTimeOffset at, List<SimEvent> events)
    {
        if (_productOfVariant.ContainsKey(variantId))
        {
            SetLevel(variantId, Locations[0].Id, available => available + units, at, events);
        }
    }

    private SimVariant SetLevel(long variantId, long locationId, Func<int, int> units, DateTimeOffset at, List<SimEvent> events)
    {
        var (product, variant) = Variant(variantId) ?? throw new ArgumentException($"The shop has no variant {variantId}.", nameof(variantId));
        var old = variant.Levels.FirstOrDefault(level => level.LocationId == locationId)
            ?? throw new ArgumentException($"Variant {variantId} is not stocked at location {locationId}.", nameof(locationId));
        var level = old with { Available = units(old.Available), UpdatedAt = at };
        variant = variant with { Levels = [.. variant.Levels.Select(other => other.LocationId == locationId ? level : other)] };
        product = Put(_products, product.Id, Replace(product, variant) with { UpdatedAt = at });
        events.Add(new(SimTopic.StockChanged, at, new SimStockChange(product, variant, level)));
        events.Add(new(SimTopic.ProductUpdated, at, product));
        return variant;
    }

    private (SimProduct Product, SimVariant Variant)? Variant(long id) =>
        _productOfVariant.TryGetValue(id, out var productId) && _products[productId] is var product
            ? (product, product.Variants.First(variant => variant.Id == id))
            : null;

    private SimOrder Order(long id) => _orders.GetValueOrDefault(id) ?? throw new ArgumentException($"The shop has no order {id}.", nameof(id));

    private T Put<T>(SortedDictionary<long, T> entities, long id, T entity)
        where T : class
    {
        entities[id] = entity;
        _lists.Remove(typeof(T));
        return entity;
    }

    private T? Find<T>(SortedDictionary<long, T> entities, long id)
        where T : class
    {
        lock (_lock)
        {
            return entities.GetValueOrDefault(id);
        }
    }

    private T[] List<T>(SortedDictionary<long, T> entities)
    {
        lock (_lock)
        {
            if (!_lists.TryGetValue(typeof(T), out var list))
            {
                _lists[typeof(T)] = list = entities.Values.ToArray();
            }

            return (T[])list;
        }
    }

    private DateTimeOffset Now()
    {
        var now = _time.GetUtcNow().UtcTicks;
        return new DateTimeOffset(now - (now % TimeSpan.TicksPerSecond), TimeSpan.Zero);
    }
}
