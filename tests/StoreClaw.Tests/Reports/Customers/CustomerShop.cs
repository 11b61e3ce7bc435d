using System.Globalization;
using System.Text.Json;
using StoreClaw.Commerce;
using StoreClaw.Connections;
using StoreClaw.Reports;
using StoreClaw.Reports.Customers;

namespace StoreClaw.Tests.Reports.Customers;

/// <summary>Customer summaries over orders in memory.</summary>
internal static class CustomerShop
{
    public static DateTimeOffset AsOf { get; } = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    public static CustomerSummaryKind Kind { get; } = new(new DayBooks(new OrderList()), new OrderList());

    public static Order Order(string id, string at, decimal total, string? customer) => SampleShop.Order(id, Instant(at), total) with { CustomerId = customer };

    public static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);

    public static async Task<CustomerSummary> ComputeAsync(OrderList history, object? parameters = null, string zone = "UTC", DateTimeOffset? asOf = null, params Connection[] connections)
    {
        var stores = connections.Length == 0 ? [OrderList.Connection()] : connections;
        var context = new ReportContext(
            "20260302T080000Z-abcdefghjk", stores, TimeZoneInfo.FindSystemTimeZoneById(zone), asOf ?? AsOf, AsOf, JsonSerializer.SerializeToElement(parameters ?? new { }));
        return (CustomerSummary)await new CustomerSummaryKind(new DayBooks(history), history).ComputeAsync(context, CancellationToken.None);
    }

    /// <summary>Ana, Ben and Hal come back, Cem is new, Dee was here long ago; Eve cancelled, Fay only tried, Gil is too late.</summary>
    public static OrderList Small() => new(
        Order("1", "2024-06-01", 10m, "ana"),
        Order("2", "2025-12-20", 50m, "ana"),
        Order("3", "2026-02-10", 70m, "ana"),
        Order("4", "2026-01-05", 100m, "ben"),
        Order("5", "2026-02-28T23:59:59.999Z", 20m, "ben"),
        Order("6", "2026-02-14", 30.05m, "cem"),
        Order("7", "2025-03-01T23:59:59Z", 10m, "dee"),
        Order("8", "2026-02-14", 999m, "eve") with { CancelledAt = AsOf },
        Order("9", "2026-02-14", 999m, "fay") with { Test = true },
        Order("10", "2026-03-02T00:00:00Z", 999m, "gil"),
        Order("11", "2026-01-07", 999m, "hal") with { CancelledAt = AsOf },
        Order("12", "2026-02-01", 5m, "hal"),
        Order("13", "2026-02-20", 8m, null),
        Order("14", "2026-01-10", 8m, ""));

    /// <summary>Somebody in each segment, at each of two stores with a currency of its own.</summary>
    public static OrderList Big()
    {
        var orders = new Dictionary<string, IReadOnlyList<Order>> { ["shop"] = [.. Bought("USD")], ["other"] = [.. Bought("EUR")] };
        return new OrderList(orders);

        static IEnumerable<Order> Bought(string currency)
        {
            (string Customer, int Last, int Orders, decimal Each)[] people =
            [
                ("champion", 3, 5, 20m), ("loyal", 40, 2, 12m), ("new", 2, 1, 9m), ("promising", 35, 1, 30m), ("risk", 100, 3, 15m),
                ("sleepy", 120, 1, 8m), ("dear", 200, 6, 40m), ("hiber", 210, 2, 6m), ("lost", 300, 1, 5m),
            ];
            return people.SelectMany(person => Enumerable.Range(0, person.Orders).Select(number =>
                Order($"{currency}-{person.Customer}-{number}", AsOf.Date.AddDays(-1 - person.Last - (number * 3)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), person.Each, person.Customer) with { Currency = currency }));
        }
    }
}
