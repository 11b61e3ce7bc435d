namespace StoreClaw.Sandbox.Commerce;

/// <summary>Makes a believable shop out of a profile. The same profile, seed and end give the same shop, to the last id.</summary>
public sealed class ShopGenerator(ShopProfile profile, int seed)
{
    private readonly Random _random = new(seed);
    private readonly SimIds _ids = new(profile.FirstId);
    private readonly TimeZoneInfo _zone = TimeZoneInfo.FindSystemTimeZoneById(profile.TimeZone);
    private readonly WeightedChoice _hours = new(profile.Hours);

    /// <summary>The shop as it stands at <paramref name="end"/>, with the orders of the profile's days before it. Call once.</summary>
    public ShopSnapshot Generate(DateTimeOffset end)
    {
        end = new DateTimeOffset(end.UtcTicks - (end.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
        var start = end.AddDays(-profile.Days);
        var locations = profile.Locations.Select(name => new SimLocation(_ids.Next(), name)).ToArray();
        SimProduct[] products = [.. Enumerable.Range(0, profile.Products).Select(index => Product(index, locations, start, end))];
        var customers = Enumerable.Range(0, profile.EarlierCustomers)
            .Select(_ => start.AddDays(-365 * _random.NextDouble()))
            .Order()
            .Select(first => EarlierCustomer(Seconds(first)))
            .ToList();
        var baskets = new BasketMaker(profile, _random, products);
        var orders = Orders(start, end, products, customers, baskets);
        return new ShopSnapshot(profile, end, locations, products, customers, orders, _ids.Peek);
    }

    /// <summary>One more basket for a running store, in the same style as the generated ones.</summary>
    public OrderDraft NextDraft(SimStore store)
    {
        var baskets = new BasketMaker(profile, _random, store.Products);
        return Draft(baskets, store.Customers);
    }

    private List<SimOrder> Orders(DateTimeOffset start, DateTimeOffset end, SimProduct[] products, List<SimCustomer> customers, BasketMaker baskets)
    {
        var variants = products.SelectMany(product => product.Variants.Select(variant => (product, variant))).ToDictionary(pair => pair.variant.Id);
        var positions = Enumerable.Range(0, customers.Count).ToDictionary(index => customers[index].Id);
        var orders = new List<SimOrder>();
        foreach (var at in Instants(start, end))
        {
            var draft = Draft(baskets, customers);
            var customerId = draft.CustomerId;
            if (draft.NewCustomer)
            {
                var opened = new SimCustomer(_ids.Next(), draft.Country, at, at, at, 1);
                positions[opened.Id] = customers.Count;
                customers.Add(opened);
                customerId = opened.Id;
            }
            else if (customerId is { } known)
            {
                var customer = customers[positions[known]];
                customers[positions[known]] = customer with { UpdatedAt = at, OrderCount = customer.OrderCount + 1 };
            }

            var order = OrderFactory.Create(
                draft, profile, id => variants.TryGetValue(id, out var found) ? found : null, _ids, 1001 + orders.Count, customerId, at);
            orders.Add(order);
        }

        for (var index = 0; index < orders.Count; index++)
        {
            orders[index] = Fate(orders[index], end);
        }

        return orders;
    }

    private OrderDraft Draft(BasketMaker baskets, IReadOnlyList<SimCustomer> customers)
    {
        if (customers.Count > 0 && baskets.Chance(profile.ReturningShare))
        {
            // The square favours those who came lately.
            var back = (int)(Math.Pow(_random.NextDouble(), 2) * customers.Count);
            var customer = customers[customers.Count - 1 - back];
            return baskets.Fill(customer.Country) with { CustomerId = customer.Id };
        }

        var guest = baskets.Chance(profile.GuestShare / Math.Max(1 - profile.ReturningShare, 0.01));
        return baskets.Fill(baskets.AnyCountry()) with { NewCustomer = !guest };
    }

    private List<DateTimeOffset> Instants(DateTimeOffset start, DateTimeOffset end)
    {
        var lastDay = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(end, _zone).DateTime);
        var instants = new List<DateTimeOffset>();
        for (var back = profile.Days + 1; back >= 0; back--)
        {
            var day = lastDay.AddDays(-back);
            var count = Poisson(Expected(day, back));
            for (var index = 0; index < count; index++)
            {
                var at = Instant(day);
                if (at >= start && at < end)
                {
                    instants.Add(at);
                }
            }
        }

        instants.Sort();
        return instants;
    }

    private double Expected(DateOnly day, int daysBeforeEnd)
    {
        var weekday = profile.Weekdays[((int)day.DayOfWeek + 6) % 7] / profile.Weekdays.Average();
        var trend = Math.Pow(1 + profile.YearlyGrowth, (profile.Days - daysBeforeEnd) / 365.0);
        var anomaly = profile.Anomaly is { } odd && odd.DaysBeforeEnd == daysBeforeEnd ? odd.Factor : 1;
        return profile.OrdersPerDay * weekday * trend * anomaly;
    }

    private DateTimeOffset Instant(DateOnly day)
    {
        var local = day.ToDateTime(new TimeOnly(_hours.Next(_random), _random.Next(60), _random.Next(60)));
        if (_zone.IsInvalidTime(local))
        {
            local = local.AddHours(1);
        }

        return new DateTimeOffset(local, _zone.GetUtcOffset(local)).ToUniversalTime();
    }

    private int Poisson(double mean)
    {
        if (mean > 50)
        {
            var normal = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
            return Math.Max(0, (int)Math.Round(mean + (Math.Sqrt(mean) * normal)));
        }

        var limit = Math.Exp(-mean);
        var count = 0;
        for (var product = _random.NextDouble(); product > limit; product *= _random.NextDouble())
        {
            count++;
        }

        return count;
    }

    /// <summary>What became of an order by the end: cancelled, sent, refunded.</summary>
    private SimOrder Fate(SimOrder order, DateTimeOffset end)
    {
        var draw = _random.NextDouble();
        if (draw < profile.CancelledShare)
        {
            var cancelled = Seconds(order.CreatedAt.AddHours(0.1 + (30 * _random.NextDouble())));
            return cancelled > end ? order : order with { CancelledAt = cancelled, UpdatedAt = cancelled };
        }

        var fulfilled = Seconds(order.CreatedAt.AddHours(4 + (60 * _random.NextDouble())));
        if (fulfilled > end)
        {
            return order;
        }

        order = order with { FulfilledAt = fulfilled, UpdatedAt = fulfilled };
        var refunded = Seconds(fulfilled.AddDays(2 + (19 * _random.NextDouble())));
        return draw < profile.CancelledShare + profile.RefundedShare && refunded <= end ? Refund(order, refunded) : order;
    }

    private SimOrder Refund(SimOrder order, DateTimeOffset at)
    {
        var all = _random.NextDouble() < 0.25;
        SimRefundLine[] lines = all
            ? [.. order.Lines.Select(line => new SimRefundLine(line.Id, line.Quantity, line.Total))]
            : [OneLine(order.Lines[_random.Next(order.Lines.Count)])];
        var amount = all ? order.Total : Math.Min(lines[0].Amount, order.Total);
        return amount <= 0 ? order : order with { Refunds = [new SimRefund(_ids.Next(), order.Id, at, amount, lines)], UpdatedAt = at };

        SimRefundLine OneLine(SimOrderLine line)
        {
            var quantity = _random.Next(1, line.Quantity + 1);
            return new SimRefundLine(line.Id, quantity, SimMoney.Round(line.Total * quantity / line.Quantity, order.Currency));
        }
    }

    private SimProduct Product(int index, SimLocation[] locations, DateTimeOffset start, DateTimeOffset end)
    {
        var idea = profile.Ideas[index % profile.Ideas.Count];
        var round = index / profile.Ideas.Count;
        var id = _ids.Next();
        var created = Seconds(start.AddDays(-400 * _random.NextDouble()));
        var price = SimMoney.Round(idea.Price * (0.8m + (0.05m * _random.Next(10))), profile.Currency);
        var step = SimMoney.Round(idea.Price * 0.04m, profile.Currency);
        var options = idea.Options.Take(_random.Next(1, idea.Options.Count + 1)).ToArray();
        SimVariant[] variants =
        [
            .. options.Select((option, position) => new SimVariant(
                _ids.Next(), id, $"{(char)('A' + (index % profile.Ideas.Count))}{round:D2}-{position + 1:D2}", option, price + (position * step), Levels(locations, end))),
        ];
        return new SimProduct(id, round == 0 ? idea.Title : $"{idea.Title} No. {round + 1}", profile.Name, idea.Kind, created, created, variants);
    }

    private SimStockLevel[] Levels(SimLocation[] locations, DateTimeOffset end)
    {
        var draw = _random.NextDouble();
        return [.. locations.Select(location => new SimStockLevel(location.Id, Units(), Seconds(end.AddHours(-72 * _random.NextDouble()))))];

        int Units() => draw switch { < 0.05 => 0, < 0.2 => _random.Next(0, 6), < 0.9 => _random.Next(8, 80), _ => _random.Next(150, 600) };
    }

    private SimCustomer EarlierCustomer(DateTimeOffset first)
    {
        var country = profile.Markets[_random.Next(profile.Markets.Count)].Country;
        return new SimCustomer(_ids.Next(), country, first, first, first, _random.Next(1, 6));
    }

    private static DateTimeOffset Seconds(DateTimeOffset at) => new(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
}
