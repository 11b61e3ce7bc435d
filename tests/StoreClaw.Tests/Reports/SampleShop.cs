using StoreClaw.Commerce;

namespace StoreClaw.Tests.Reports;

/// <summary>A shop that sells 20 orders a day for 15 to 25 USD, and two on Sunday 1 March 2026.</summary>
internal static class SampleShop
{
    private static readonly DateTimeOffset Sunday = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    public static IEnumerable<Order> Orders()
    {
        for (var day = 35; day >= 0; day--)
        {
            for (var number = 0; number < (day == 0 ? 2 : 20); number++)
            {
                var order = Order($"{day}-{number}", Sunday.AddDays(-day).AddHours(number), 15 + ((day + number) % 11));
                yield return order with
                {
                    CustomerId = number % 5 == 0 ? null : $"c{number}",
                    Refunds = day == 0 && number == 1 ? [new Refund("r", Sunday.AddHours(20), 12.5m)] : [],
                    Lines = [Line(number), Line(number + day)],
                };
            }
        }

        yield return Order("late", Sunday.AddHours(9), 18) with { CancelledAt = Sunday.AddHours(10) };
    }

    /// <summary>An order of one article A.</summary>
    public static Order Order(string id, DateTimeOffset at, decimal total) => new()
    {
        Id = id,
        CreatedAt = at,
        UpdatedAt = at,
        Currency = "USD",
        Total = total,
        Country = "US",
        Lines = [new OrderLine { Id = "1", Sku = "A", Title = "Article", Quantity = 1, UnitPrice = total }],
    };

    private static OrderLine Line(int number) => new() { Id = "1", Sku = $"SKU-{number % 7}", Title = $"Article {number % 7}", Quantity = 1 + (number % 3), UnitPrice = 4.25m };
}
