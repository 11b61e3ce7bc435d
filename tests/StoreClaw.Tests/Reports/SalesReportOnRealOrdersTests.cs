using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using NodaTime;
using StoreClaw.Commerce;
using StoreClaw.Reports;
using StoreClaw.Reports.Sales;

namespace StoreClaw.Tests.Reports;

/// <summary>
/// The report against a second computation that shares nothing with it: LINQ over the file's lines, with NodaTime's calendar. The file's invoices are orders of two stores (even and
/// odd numbers), continental ones in EUR; every 37th was cancelled, every 53rd is a test; its credit notes are refunds on the day they were written.
/// </summary>
public sealed class SalesReportOnRealOrdersTests
{
    private static readonly Lazy<IReadOnlyDictionary<string, IReadOnlyList<Order>>> Orders = new(MakeOrders);

    public static TheoryData<string, string, string> Cases()
    {
        var cases = new TheoryData<string, string, string>();
        foreach (var zone in new[] { "Europe/London", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe" })
        {
            foreach (var asOf in new[] { "2011-01-14T08:00:00Z", "2011-02-28T23:30:00Z", "2011-01-31T17:45:10Z" })
            {
                foreach (var period in new[] { "yesterday", "last-7-days", "last-30-days", "month-to-date" })
                {
                    cases.Add(zone, asOf, period);
                }
            }
        }

        return cases;
    }

    [OnlineRetailTheory]
    [MemberData(nameof(Cases))]
    public async Task It_is_right_to_the_cent(string zone, string asOf, string period)
    {
        var instant = DateTimeOffset.Parse(asOf, CultureInfo.InvariantCulture);
        var report = await ComputeAsync(zone, instant, period);
        var (from, to) = Naive.Period(zone, instant, period);
        Assert.Equal(new ReportPeriod(from.ToDateTimeOffset(), to.ToDateTimeOffset()), report.Period);
        AssertTotals(from, to, report.Totals);
        AssertProducts(from, to, report);
        AssertCountries(from, to, report);
        AssertCustomers(from, to, report);
        AssertPrevious(zone, instant, period, report);
        AssertTrend(zone, report);
        if (period == "yesterday")
        {
            AssertWeekday(zone, instant, report);
        }
        else
        {
            Assert.Null(report.Comparison.SameWeekday);
        }
    }

    private static void AssertTotals(Instant from, Instant to, IReadOnlyList<SalesTotals> totals)
    {
        foreach (var total in totals)
        {
            var lines = Naive.Counted(from, to).Where(line => Naive.Currency(line) == total.Currency).ToList();
            var gmv = lines.Sum(Naive.Paid);
            var orders = lines.Select(static line => line.Invoice).Distinct().Count();
            var refunds = Naive.Credited(from, to).Where(line => Naive.Currency(line) == total.Currency).Sum(static line => -line.Amount);
            Assert.Equal(orders, total.Orders);
            Assert.Equal(gmv, total.Gmv);
            Assert.Equal(orders == 0 ? 0 : Math.Round(gmv / orders, 2, MidpointRounding.ToEven), total.AverageOrderValue);
            Assert.Equal(lines.Sum(static line => line.Quantity), total.Units);
            Assert.Equal(refunds, total.Refunds);
            Assert.Equal(gmv - refunds, total.NetSales);
            Assert.Equal(
                OnlineRetail.Lines.Where(line => Naive.IsOrder(line) && Naive.Cancelled(line) && !Naive.Test(line) && line.At >= from && line.At < to && Naive.Currency(line) == total.Currency)
                    .Select(static line => line.Invoice).Distinct().Count(),
                total.CancelledOrders);
        }

        Assert.Equal(Naive.Counted(from, to).Select(Naive.Currency).Distinct().Order(), totals.Where(static total => total.Orders > 0).Select(static total => total.Currency).Order());
    }

    private static void AssertProducts(Instant from, Instant to, SalesReport report)
    {
        foreach (var currency in report.Totals.Select(static total => total.Currency))
        {
            var expected = Naive.Counted(from, to)
                .Where(line => Naive.Currency(line) == currency)
                .GroupBy(static line => line.Sku)
                .Select(static group => (Sku: group.Key, Units: (decimal)group.Sum(static line => line.Quantity), Revenue: group.Sum(Naive.Paid)))
                .OrderByDescending(static row => row.Revenue)
                .ThenBy(static row => row.Sku, StringComparer.Ordinal)
                .Take(10);
            Assert.Equal(expected, report.TopProducts.Where(row => row.Currency == currency).Select(static row => (row.Sku, row.Units, row.Revenue)));
        }

        Assert.All(report.TopProducts, row => Assert.Contains(Naive.Counted(from, to), line => line.Sku == row.Sku && Naive.Title(line) == row.Title));
    }

    private static void AssertCountries(Instant from, Instant to, SalesReport report)
    {
        var expected = Naive.Counted(from, to)
            .GroupBy(static line => (line.Country, Currency: Naive.Currency(line)))
            .Select(static group => (group.Key.Country, Orders: group.Select(static line => line.Invoice).Distinct().Count(), Gmv: group.Sum(Naive.Paid), group.Key.Currency))
            .ToHashSet();
        Assert.Equal(expected, report.ByCountry.Select(static row => (row.Country!, row.Orders, row.Gmv, row.Currency)).ToHashSet());
        foreach (var rows in report.ByCountry.GroupBy(static row => row.Currency))
        {
            Assert.Equal(rows.OrderByDescending(static row => row.Gmv), rows);
        }
    }

    private static void AssertCustomers(Instant from, Instant to, SalesReport report)
    {
        var buyers = Naive.Counted(from, to).Where(static line => line.Customer.Length > 0).Select(static line => (Naive.Store(line), line.Customer)).ToHashSet();
        var before = OnlineRetail.Lines
            .Where(line => Naive.IsOrder(line) && !Naive.Test(line) && line.At < from && line.Customer.Length > 0)
            .Select(static line => (Naive.Store(line), line.Customer))
            .ToHashSet();
        Assert.Equal(
            new CustomerCounts(
                buyers.Count(buyer => !before.Contains(buyer)),
                buyers.Count(before.Contains),
                Naive.Counted(from, to).Where(static line => line.Customer.Length == 0).Select(static line => line.Invoice).Distinct().Count()),
            report.Customers);
    }

    private static void AssertPrevious(string zone, DateTimeOffset asOf, string period, SalesReport report)
    {
        var (from, to) = Naive.Previous(zone, asOf, period);
        var first = OnlineRetail.Lines[0].At.InZone(DateTimeZoneProviders.Tzdb[zone]).Date;
        if (from.InZone(DateTimeZoneProviders.Tzdb[zone]).Date < first)
        {
            Assert.Null(report.Comparison.Previous);
            return;
        }

        var previous = report.Comparison.Previous!;
        Assert.Equal((from.ToDateTimeOffset(), to.ToDateTimeOffset()), (previous.From, previous.To));
        foreach (var shift in previous.Shifts)
        {
            var now = report.Totals.Single(total => total.Currency == shift.Currency);
            var lines = Naive.Counted(from, to).Where(line => Naive.Currency(line) == shift.Currency).ToList();
            var (gmv, orders) = (lines.Sum(Naive.Paid), lines.Select(static line => line.Invoice).Distinct().Count());
            Assert.Equal((gmv, now.Gmv - gmv), (shift.Gmv.Before, shift.Gmv.Change));
            Assert.Equal((orders, now.Orders - orders), (shift.Orders.Before, shift.Orders.Change));
            Assert.Equal(gmv == 0 ? null : Math.Round((now.Gmv - gmv) * 100 / gmv, 1), shift.Gmv.Percent);
        }
    }

    private static void AssertWeekday(string zone, DateTimeOffset asOf, SalesReport report)
    {
        var tz = DateTimeZoneProviders.Tzdb[zone];
        var yesterday = Instant.FromDateTimeOffset(asOf).InZone(tz).Date.PlusDays(-1);
        var days = Enumerable.Range(1, 4).Select(week => yesterday.PlusWeeks(-week)).Where(day => day >= OnlineRetail.Lines[0].At.InZone(tz).Date).Reverse().ToList();
        Assert.Equal(days.Select(static day => day.ToDateOnly()), report.Comparison.SameWeekday!.Days);
        foreach (var shift in report.Comparison.SameWeekday.Shifts)
        {
            var lines = days.SelectMany(day => Naive.Counted(tz.AtStartOfDay(day).ToInstant(), tz.AtStartOfDay(day.PlusDays(1)).ToInstant()))
                .Where(line => Naive.Currency(line) == shift.Currency).ToList();
            Assert.Equal(Math.Round(lines.Sum(Naive.Paid) / days.Count, 2, MidpointRounding.ToEven), shift.Gmv.Before);
            Assert.Equal(Math.Round((decimal)lines.Select(static line => line.Invoice).Distinct().Count() / days.Count, 2, MidpointRounding.ToEven), shift.Orders.Before);
        }
    }

    private static void AssertTrend(string zone, SalesReport report)
    {
        var tz = DateTimeZoneProviders.Tzdb[zone];
        Assert.NotEmpty(report.Trend);
        foreach (var day in report.Trend.Where(static (_, index) => index % 5 == 0))
        {
            var date = LocalDate.FromDateOnly(day.Day);
            var lines = Naive.Counted(tz.AtStartOfDay(date).ToInstant(), tz.AtStartOfDay(date.PlusDays(1)).ToInstant()).Where(line => Naive.Currency(line) == day.Currency).ToList();
            Assert.Equal((lines.Select(static line => line.Invoice).Distinct().Count(), lines.Sum(Naive.Paid)), (day.Orders, day.Gmv));
        }
    }

    private static async Task<SalesReport> ComputeAsync(string zone, DateTimeOffset asOf, string period)
    {
        var parameters = JsonSerializer.SerializeToElement(new { period });
        var context = new ReportContext("r", [OrderList.Connection("even"), OrderList.Connection("odd")], TimeZoneInfo.FindSystemTimeZoneById(zone), asOf, asOf, parameters);
        return (SalesReport)await new OrderList(Orders.Value).ToKind().ComputeAsync(context, CancellationToken.None);
    }

    private static IReadOnlyDictionary<string, IReadOnlyList<Order>> MakeOrders()
    {
        var invoices = OnlineRetail.Lines.GroupBy(static line => line.Invoice).ToList();
        var orders = invoices.Where(static group => Naive.IsOrder(group.First())).Select(static group => ToOrder([.. group]));
        var credits = invoices.Where(static group => !Naive.IsOrder(group.First())).Select(static group => ToCredit([.. group]));
        return orders.Concat(credits).GroupBy(static entry => entry.Store).ToDictionary(static group => group.Key, static group => (IReadOnlyList<Order>)[.. group.Select(static entry => entry.Order)]);
    }

    private static (string Store, Order Order) ToOrder(InvoiceLine[] lines)
    {
        var at = lines[0].At.ToDateTimeOffset();
        return (Naive.Store(lines[0]), new Order
        {
            Id = lines[0].Invoice,
            CreatedAt = at,
            UpdatedAt = at,
            Currency = Naive.Currency(lines[0]),
            Total = lines.Sum(Naive.Paid),
            CustomerId = lines[0].Customer is { Length: > 0 } id ? id : null,
            Country = lines[0].Country,
            CancelledAt = Naive.Cancelled(lines[0]) ? at.AddHours(3) : null,
            Test = Naive.Test(lines[0]),
            Lines = [.. lines.Select(static (line, index) => new OrderLine
            {
                Id = index.ToString(CultureInfo.InvariantCulture),
                Sku = line.Sku,
                Title = Naive.Title(line),
                Quantity = line.Quantity,
                UnitPrice = line.Price,
                Discount = Naive.Discount(line),
            })],
        });
    }

    // A credit note is a refund without an order of ours: its order lies before the file.
    private static (string Store, Order Order) ToCredit(InvoiceLine[] lines)
    {
        var at = lines[0].At.ToDateTimeOffset();
        return (Naive.Store(lines[0]), new Order
        {
            Id = lines[0].Invoice,
            CreatedAt = new DateTimeOffset(2011, 3, 31, 0, 0, 0, TimeSpan.Zero),
            UpdatedAt = at,
            Currency = Naive.Currency(lines[0]),
            Total = 0,
            Refunds = [new Refund("1", at, -lines.Sum(static line => line.Amount))],
        });
    }

    private static class Naive
    {
        private static readonly Lazy<List<InvoiceLine>> Counting = new(static () => [.. OnlineRetail.Lines.Where(static line => IsOrder(line) && !Cancelled(line) && !Test(line))]);

        private static readonly ConcurrentDictionary<(Instant From, Instant To), List<InvoiceLine>> Windows = new();

        private static readonly HashSet<string> Continental = ["Germany", "France", "EIRE", "Spain", "Netherlands"];

        public static bool IsOrder(InvoiceLine line) => !line.Invoice.StartsWith('C');

        public static string Store(InvoiceLine line) => Number(line) % 2 == 0 ? "even" : "odd";

        public static string Currency(InvoiceLine line) => Continental.Contains(line.Country) ? "EUR" : "GBP";

        public static bool Cancelled(InvoiceLine line) => Number(line) % 37 == 0;

        public static bool Test(InvoiceLine line) => Number(line) % 53 == 0;

        public static decimal Discount(InvoiceLine line) => line.Quantity > 20 ? 0.37m : 0;

        public static decimal Paid(InvoiceLine line) => line.Amount - Discount(line);

        public static string Title(InvoiceLine line) => line.Title is { Length: > 0 } title ? title : line.Sku;

        public static IReadOnlyList<InvoiceLine> Counted(Instant from, Instant to) =>
            Windows.GetOrAdd((from, to), static window => [.. Counting.Value.Where(line => line.At >= window.From && line.At < window.To)]);

        public static IEnumerable<InvoiceLine> Credited(Instant from, Instant to) => OnlineRetail.Lines.Where(line => !IsOrder(line) && line.At >= from && line.At < to);

        public static (Instant From, Instant To) Period(string zone, DateTimeOffset asOf, string period)
        {
            var tz = DateTimeZoneProviders.Tzdb[zone];
            var today = Instant.FromDateTimeOffset(asOf).InZone(tz).Date;
            return period switch
            {
                "yesterday" => (tz.AtStartOfDay(today.PlusDays(-1)).ToInstant(), tz.AtStartOfDay(today).ToInstant()),
                "last-7-days" => (tz.AtStartOfDay(today.PlusDays(-7)).ToInstant(), tz.AtStartOfDay(today).ToInstant()),
                "last-30-days" => (tz.AtStartOfDay(today.PlusDays(-30)).ToInstant(), tz.AtStartOfDay(today).ToInstant()),
                _ => (tz.AtStartOfDay(today.With(DateAdjusters.StartOfMonth)).ToInstant(), Instant.FromDateTimeOffset(asOf)),
            };
        }

        public static (Instant From, Instant To) Previous(string zone, DateTimeOffset asOf, string period)
        {
            var tz = DateTimeZoneProviders.Tzdb[zone];
            var local = Instant.FromDateTimeOffset(asOf).InZone(tz).LocalDateTime;
            var days = period switch { "yesterday" => 1, "last-7-days" => 7, "last-30-days" => 30, _ => 0 };
            if (days > 0)
            {
                return (tz.AtStartOfDay(local.Date.PlusDays(-2 * days)).ToInstant(), tz.AtStartOfDay(local.Date.PlusDays(-days)).ToInstant());
            }

            // The same stretch of the month before. None of the cases runs longer than that month was.
            return (tz.AtStartOfDay(local.Date.With(DateAdjusters.StartOfMonth).PlusMonths(-1)).ToInstant(), local.PlusMonths(-1).InZoneLeniently(tz).ToInstant());
        }

        private static int Number(InvoiceLine line) => line.Number;
    }
}
