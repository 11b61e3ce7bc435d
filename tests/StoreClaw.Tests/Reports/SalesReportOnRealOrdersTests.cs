using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using NodaTime;
using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Reports;
using StoreClaw.Reports.Business;
using StoreClaw.Reports.Sales;
using StoreClaw.Tests.Storage;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Reports;

/// <summary>
/// The report against a second computation that shares nothing with it: LINQ over the file's lines, with NodaTime's calendar. The file's invoices are orders of two stores (even and
/// odd numbers), continental ones in EUR; every 37th was cancelled, every 53rd is a test; its credit notes are refunds on the day they were written. All is moved eight weeks on, so that the clocks of
/// New York, London and Lord Howe change within it.
/// </summary>
public sealed class SalesReportOnRealOrdersTests
{
    private static readonly Lazy<IReadOnlyList<InvoiceLine>> Lines = new(static () => [.. OnlineRetail.Lines.Select(static line => line with { At = line.At + Duration.FromDays(56) })]);

    private static readonly Lazy<IReadOnlyDictionary<string, IReadOnlyList<Order>>> Orders = new(MakeOrders);

    public static TheoryData<string, string, string> Cases()
    {
        var cases = new TheoryData<string, string, string>();
        foreach (var zone in new[] { "Europe/London", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe" })
        {
            foreach (var asOf in new[] { "2011-03-14T08:00:00Z", "2011-03-28T09:30:00Z", "2011-04-04T03:00:00Z", "2011-04-25T23:30:00Z", "2011-03-25T17:45:10Z" })
            {
                foreach (var period in new[] { "yesterday", "last-7-days", "last-30-days", "month-to-date", "last-90-days", "last-month" })
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

        if (report is BusinessReport review)
        {
            AssertMovers(zone, instant, period, review);
            AssertReturns(from, to, review);
            AssertStores(from, to, review);
        }
    }

    [OnlineRetailTheory]
    [InlineData("Europe/London")]
    [InlineData("Australia/Lord_Howe")]
    public async Task It_is_the_same_from_kept_books(string zone)
    {
        var now = DateTimeOffset.Parse("2011-04-25T23:30:00Z", CultureInfo.InvariantCulture);
        var storage = await Account.NewAsync();
        var history = new OrderList(Orders.Value);
        var rollups = new DayRollups(storage, history, new ManualTime(now));
        foreach (var _ in new[] { "counted", "kept" })
        {
            foreach (var period in new[] { "last-7-days", "last-30-days", "last-month" })
            {
                var kept = await new BusinessReviewKind(history, rollups).ComputeAsync(Context(zone, now, period), CancellationToken.None);
                var counted = await new BusinessReviewKind(history, new DayBooks(history)).ComputeAsync(Context(zone, now, period), CancellationToken.None);
                Assert.Equal(JsonSerializer.Serialize((BusinessReport)counted, JsonText.Options), JsonSerializer.Serialize((BusinessReport)kept, JsonText.Options));
            }
        }
    }

    private static void AssertMovers(string zone, DateTimeOffset asOf, string period, BusinessReport report)
    {
        if (report.Comparison.Previous is null)
        {
            Assert.Empty(report.Movers.Up);
            Assert.Empty(report.Movers.Down);
            return;
        }

        var (from, to) = Naive.Period(zone, asOf, period);
        var (before, until) = Naive.Previous(zone, asOf, period);
        foreach (var currency in report.Totals.Select(static total => total.Currency))
        {
            var (now, then) = (Revenue(from, to, currency), Revenue(before, until, currency));
            var changes = now.Keys.Union(then.Keys).Select(sku => (Sku: sku, Change: now.GetValueOrDefault(sku) - then.GetValueOrDefault(sku))).ToList();
            Assert.Equal(
                changes.Where(static row => row.Change > 0).OrderByDescending(static row => row.Change).ThenBy(static row => row.Sku, StringComparer.Ordinal).Take(5),
                report.Movers.Up.Where(mover => mover.Currency == currency).Select(static mover => (mover.Sku, mover.Change.Change)));
            Assert.Equal(
                changes.Where(static row => row.Change < 0).OrderBy(static row => row.Change).ThenBy(static row => row.Sku, StringComparer.Ordinal).Take(5),
                report.Movers.Down.Where(mover => mover.Currency == currency).Select(static mover => (mover.Sku, mover.Change.Change)));
        }

        static Dictionary<string, decimal> Revenue(Instant from, Instant to, string currency) => Naive.Counted(from, to)
            .Where(line => Naive.Currency(line) == currency)
            .GroupBy(static line => line.Sku)
            .ToDictionary(static group => group.Key, static group => group.Sum(Naive.Paid));
    }

    private static void AssertReturns(Instant from, Instant to, BusinessReport report)
    {
        foreach (var currency in report.Totals.Select(static total => total.Currency))
        {
            var refunds = Naive.Credited(from, to).Where(line => Naive.Currency(line) == currency).GroupBy(static line => line.Sku).ToDictionary(static group => group.Key, static group => group.Sum(static line => -line.Amount));
            var cancelled = Lines.Value
                .Where(line => Naive.IsOrder(line) && Naive.Cancelled(line) && !Naive.Test(line) && line.At >= from && line.At < to && Naive.Currency(line) == currency)
                .GroupBy(static line => line.Sku).ToDictionary(static group => group.Key, static group => (decimal)group.Sum(static line => line.Quantity));
            var expected = refunds.Keys.Union(cancelled.Keys)
                .Select(sku => (Sku: sku, Refunds: refunds.GetValueOrDefault(sku), Cancelled: cancelled.GetValueOrDefault(sku)))
                .Where(static row => row.Refunds != 0 || row.Cancelled != 0)
                .OrderByDescending(static row => row.Refunds).ThenByDescending(static row => row.Cancelled).ThenBy(static row => row.Sku, StringComparer.Ordinal)
                .Take(10);
            Assert.Equal(expected, report.Returns.Where(row => row.Currency == currency).Select(static row => (row.Sku, row.Refunds, row.CancelledUnits)));
        }
    }

    private static void AssertStores(Instant from, Instant to, BusinessReport report)
    {
        foreach (var row in report.ByStore)
        {
            var lines = Naive.Counted(from, to).Where(line => Naive.Currency(line) == row.Currency && Naive.Store(line) == row.Connection).ToList();
            Assert.Equal((lines.Sum(Naive.Paid), lines.Select(static line => line.Invoice).Distinct().Count()), (row.Gmv, row.Orders));
        }

        foreach (var total in report.Totals)
        {
            Assert.Equal(total.Gmv, report.ByStore.Where(row => row.Currency == total.Currency).Sum(static row => row.Gmv));
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
                Lines.Value.Where(line => Naive.IsOrder(line) && Naive.Cancelled(line) && !Naive.Test(line) && line.At >= from && line.At < to && Naive.Currency(line) == total.Currency)
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
        var before = Lines.Value
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
        var first = Lines.Value[0].At.InZone(DateTimeZoneProviders.Tzdb[zone]).Date;
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
        var days = Enumerable.Range(1, 4).Select(week => yesterday.PlusWeeks(-week)).Where(day => day >= Lines.Value[0].At.InZone(tz).Date).Reverse().ToList();
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
        var history = new OrderList(Orders.Value);
        IReportKind kind = SalesWindows.Periods.Contains(period) ? history.ToKind() : new BusinessReviewKind(history, new DayBooks(history));
        return (SalesReport)await kind.ComputeAsync(Context(zone, asOf, period), CancellationToken.None);
    }

    private static ReportContext Context(string zone, DateTimeOffset asOf, string period) =>
        new("r", [OrderList.Connection("even"), OrderList.Connection("odd")], TimeZoneInfo.FindSystemTimeZoneById(zone), asOf, asOf, JsonSerializer.SerializeToElement(new { period }));

    private static IReadOnlyDictionary<string, IReadOnlyList<Order>> MakeOrders()
    {
        var invoices = Lines.Value.GroupBy(static line => line.Invoice).ToList();
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

    // A credit note is a refund of an order that lies outside the file. Its lines are worth what each gave back.
    private static (string Store, Order Order) ToCredit(InvoiceLine[] lines)
    {
        var at = lines[0].At.ToDateTimeOffset();
        return (Naive.Store(lines[0]), new Order
        {
            Id = lines[0].Invoice,
            CreatedAt = new DateTimeOffset(2011, 6, 30, 0, 0, 0, TimeSpan.Zero),
            UpdatedAt = at,
            Currency = Naive.Currency(lines[0]),
            Total = 0,
            Refunds = [new Refund("1", at, -lines.Sum(static line => line.Amount))],
            Lines = [.. lines.Select(static (line, index) => new OrderLine
            {
                Id = index.ToString(CultureInfo.InvariantCulture),
                Sku = line.Sku,
                Title = Naive.Title(line),
                Quantity = -line.Quantity,
                UnitPrice = line.Price,
            })],
        });
    }

    private static class Naive
    {
        private static readonly Lazy<List<InvoiceLine>> Counting = new(static () => [.. Lines.Value.Where(static line => IsOrder(line) && !Cancelled(line) && !Test(line))]);

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

        public static IEnumerable<InvoiceLine> Credited(Instant from, Instant to) => Lines.Value.Where(line => !IsOrder(line) && line.At >= from && line.At < to);

        public static (Instant From, Instant To) Period(string zone, DateTimeOffset asOf, string period)
        {
            var tz = DateTimeZoneProviders.Tzdb[zone];
            var today = Instant.FromDateTimeOffset(asOf).InZone(tz).Date;
            return period switch
            {
                "yesterday" => (tz.AtStartOfDay(today.PlusDays(-1)).ToInstant(), tz.AtStartOfDay(today).ToInstant()),
                "last-7-days" => (tz.AtStartOfDay(today.PlusDays(-7)).ToInstant(), tz.AtStartOfDay(today).ToInstant()),
                "last-30-days" => (tz.AtStartOfDay(today.PlusDays(-30)).ToInstant(), tz.AtStartOfDay(today).ToInstant()),
                "last-90-days" => (tz.AtStartOfDay(today.PlusDays(-90)).ToInstant(), tz.AtStartOfDay(today).ToInstant()),
                "last-month" => (tz.AtStartOfDay(today.With(DateAdjusters.StartOfMonth).PlusMonths(-1)).ToInstant(), tz.AtStartOfDay(today.With(DateAdjusters.StartOfMonth)).ToInstant()),
                _ => (tz.AtStartOfDay(today.With(DateAdjusters.StartOfMonth)).ToInstant(), Instant.FromDateTimeOffset(asOf)),
            };
        }

        public static (Instant From, Instant To) Previous(string zone, DateTimeOffset asOf, string period)
        {
            var tz = DateTimeZoneProviders.Tzdb[zone];
            var local = Instant.FromDateTimeOffset(asOf).InZone(tz).LocalDateTime;
            var days = period switch { "yesterday" => 1, "last-7-days" => 7, "last-30-days" => 30, "last-90-days" => 90, _ => 0 };
            if (days > 0)
            {
                return (tz.AtStartOfDay(local.Date.PlusDays(-2 * days)).ToInstant(), tz.AtStartOfDay(local.Date.PlusDays(-days)).ToInstant());
            }

            var month = local.Date.With(DateAdjusters.StartOfMonth);
            if (period == "last-month")
            {
                return (tz.AtStartOfDay(month.PlusMonths(-2)).ToInstant(), tz.AtStartOfDay(month.PlusMonths(-1)).ToInstant());
            }

            // The same stretch of the month before. None of the cases runs longer than that month was.
            return (tz.AtStartOfDay(local.Date.With(DateAdjusters.StartOfMonth).PlusMonths(-1)).ToInstant(), local.PlusMonths(-1).InZoneLeniently(tz).ToInstant());
        }

        private static int Number(InvoiceLine line) => line.Number;
    }
}
