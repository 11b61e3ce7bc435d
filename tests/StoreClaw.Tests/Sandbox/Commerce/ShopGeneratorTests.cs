using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Tests.Sandbox.Commerce;

public sealed class ShopGeneratorTests
{
    private static readonly DateTimeOffset End = new(2026, 4, 6, 15, 30, 0, TimeSpan.Zero);

    public static TheoryData<string> Profiles => [.. new[] { "us", "eu", "jp" }];

    [Fact]
    public void Same_seed_same_shop_other_seed_other_shop()
    {
        var shop = ShopProfile.AmericanFashion;
        Assert.Equal(Print(Generate(shop, 7)), Print(Generate(shop, 7)));
        Assert.NotEqual(Print(Generate(shop, 7)), Print(Generate(shop, 8)));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Totals_add_up_to_the_currencys_last_decimal(string name)
    {
        var profile = Profile(name);
        foreach (var order in Generate(profile, 3).Orders)
        {
            var total = order.Lines.Sum(line => (line.Quantity * line.UnitPrice) - line.Discount) - order.OrderDiscount + order.Shipping + order.Tax;
            Assert.Equal(total, order.Total);
            Assert.Equal(SimMoney.Round(total, order.Currency), total);
            Assert.InRange(order.Refunded, 0, order.Total);
            Assert.InRange(order.Lines.Count, 1, 5);
            Assert.All(order.Lines, line => Assert.InRange(line.Discount, 0, line.Quantity * line.UnitPrice));
            Assert.All([order.Tax, order.Shipping, order.OrderDiscount, order.LinesTotal - order.OrderDiscount], amount => Assert.True(amount >= 0));
        }
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Times_are_whole_seconds_in_order_and_within_the_period(string name)
    {
        var profile = Profile(name);
        var shop = Generate(profile, 4);
        foreach (var order in shop.Orders)
        {
            Assert.InRange(order.CreatedAt, End.AddDays(-profile.Days), End.AddTicks(-1));
            Assert.Equal(new[] { order.CreatedAt, order.FulfilledAt, order.CancelledAt, order.Refunds.Max(refund => (DateTimeOffset?)refund.CreatedAt) }.Max(), order.UpdatedAt);
            Assert.InRange(order.UpdatedAt, order.CreatedAt, End);
            Assert.Equal(0, order.CreatedAt.Ticks % TimeSpan.TicksPerSecond);
        }

        Assert.Equal(shop.Orders.Select(order => order.Id).Order(), shop.Orders.Select(order => order.Id));
        Assert.Equal(shop.Orders.Select(order => order.CreatedAt).Order(), shop.Orders.Select(order => order.CreatedAt));
        Assert.Equal(Enumerable.Range(1001, shop.Orders.Count), shop.Orders.Select(order => order.Number));
    }

    [Fact]
    public void A_shop_has_all_that_reports_must_tell_apart()
    {
        var shop = Generate(ShopProfile.AmericanFashion, 5);
        Assert.Contains(shop.Orders, order => order.IsTest);
        Assert.Contains(shop.Orders, order => order.CancelledAt is not null);
        Assert.Contains(shop.Orders, order => order.CustomerId is null);
        Assert.Contains(shop.Orders, order => order.OrderDiscount > 0 && order.Lines.Any(line => line.Discount > 0));
        Assert.Contains(shop.Orders, order => order.Refunded > 0 && order.Refunded < order.Total);
        Assert.Contains(shop.Orders, order => order.Refunded == order.Total);
        Assert.Contains(shop.Orders, order => order.PresentmentCurrency == "CAD" && order.Currency == "USD");
        Assert.Contains(shop.Products, product => product.Variants.Any(variant => variant.Stock == 0));
        Assert.Equal(3, shop.Orders.Select(order => order.Country).Distinct().Count());
        Assert.All(shop.Orders, order => Assert.True(order.Id > 1L << 53));
        Assert.Equal(shop.Products.Sum(product => product.Variants.Count), shop.Products.SelectMany(product => product.Variants).Select(variant => variant.Sku).Distinct().Count());
    }

    [Fact]
    public void Customers_know_their_first_order_and_their_count()
    {
        var shop = Generate(ShopProfile.EuropeanHome, 6);
        var start = End.AddDays(-shop.Profile.Days);
        var orders = shop.Orders.Where(order => order.CustomerId is not null).ToLookup(order => order.CustomerId!.Value);
        foreach (var customer in shop.Customers.Where(customer => customer.CreatedAt >= start))
        {
            Assert.Equal(orders[customer.Id].Min(order => order.CreatedAt), customer.FirstOrderAt);
            Assert.Equal(orders[customer.Id].Count(), customer.OrderCount);
        }

        var returning = (double)shop.Orders.Count(order => order.CustomerId is { } id && orders[id].First().Id != order.Id) / shop.Orders.Count;
        Assert.InRange(returning, 0.1, 0.4);
        Assert.Contains(shop.Customers, customer => customer.CreatedAt < start && orders[customer.Id].Any());
    }

    [Fact]
    public void Nights_are_quiet_sundays_strong_and_the_level_grows()
    {
        var shop = Generate(ShopProfile.AmericanFashion with { OrdersPerDay = 100, Days = 364, YearlyGrowth = 1 }, 9);
        var zone = TimeZoneInfo.FindSystemTimeZoneById(shop.Profile.TimeZone);
        var local = shop.Orders.Select(order => TimeZoneInfo.ConvertTime(order.CreatedAt, zone)).ToArray();
        Assert.True(local.Count(at => at.Hour is >= 19 and < 22) > 8 * local.Count(at => at.Hour is >= 2 and < 5));
        Assert.True(local.Count(at => at.DayOfWeek == DayOfWeek.Sunday) > 1.15 * local.Count(at => at.DayOfWeek == DayOfWeek.Wednesday));
        var firstHalf = shop.Orders.Count(order => order.CreatedAt < End.AddDays(-182));
        Assert.InRange((double)(shop.Orders.Count - firstHalf) / firstHalf, 1.3, 1.55);
    }

    [Theory]
    [InlineData(6, 3.5, 7.5)]
    [InlineData(0.1, 0, 0.4)]
    public void The_anomaly_day_stands_out(double factor, double low, double high)
    {
        var shop = Generate(ShopProfile.EuropeanHome with { OrdersPerDay = 60, Anomaly = new(5, factor) }, 10);
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        var perDay = shop.Orders.CountBy(order => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(order.CreatedAt, zone).DateTime)).ToDictionary();
        Assert.InRange(perDay[new DateOnly(2026, 4, 1)] / (double)perDay[new DateOnly(2026, 3, 25)], low, high);
    }

    [Fact]
    public void Twenty_thousand_orders_have_unique_ids()
    {
        var shop = Generate(ShopProfile.AmericanFashion with { OrdersPerDay = 220 }, 11);
        Assert.InRange(shop.Orders.Count, 18_000, 24_000);
        var ids = shop.Orders.Select(order => order.Id)
            .Concat(shop.Orders.SelectMany(order => order.Lines).Select(line => line.Id))
            .Concat(shop.Orders.SelectMany(order => order.Refunds).Select(refund => refund.Id))
            .Concat(shop.Customers.Select(customer => customer.Id))
            .Concat(shop.Products.Select(product => product.Id))
            .Concat(shop.Products.SelectMany(product => product.Variants).Select(variant => variant.Id))
            .Concat(shop.Locations.Select(location => location.Id))
            .ToArray();
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.True(ids.Max() < shop.NextId);
    }

    private static ShopSnapshot Generate(ShopProfile profile, int seed) => new ShopGenerator(profile, seed).Generate(End);

    private static ShopProfile Profile(string name) => name switch
    {
        "us" => ShopProfile.AmericanFashion,
        "eu" => ShopProfile.EuropeanHome,
        _ => ShopProfile.JapaneseStationery,
    };

    private static string Print(ShopSnapshot shop) => System.Text.Json.JsonSerializer.Serialize(shop);
}
