using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using StoreClaw.Commerce;
using StoreClaw.Connections;
using StoreClaw.Reports.Customers;
using static StoreClaw.Tests.Reports.Customers.CustomerShop;

namespace StoreClaw.Tests.Reports.Customers;

/// <summary>What holds for whatever orders there are.</summary>
public sealed class CustomerPropertyTests
{
    private static readonly Connection[] Stores = [OrderList.Connection("a"), OrderList.Connection("b")];
    private static readonly string?[] People = ["p", "q", "r", "s", "t", "u", null, ""];
    private static readonly string[] Currencies = ["USD", "EUR"];

    private static readonly Gen<Sale> Sales =
        from store in Gen.Elements("a", "b")
        from person in Gen.Elements(People)
        from currency in Gen.Elements(Currencies)
        from minutes in Gen.Choose(0, 500 * 24 * 60)
        from cents in Gen.Choose(0, 20)
        from fate in Gen.Choose(0, 9)
        select new Sale(store, person, currency, AsOf.AddDays(2).AddMinutes(-minutes), cents / 100m, Cancelled: fate == 0, Test: fate == 1);

    [Fact]
    public void Segments_part_the_customers_of_each_currency() => Check(static (sales, report) =>
    {
        var counting = sales.Where(sale => sale.Counts && sale.Person is { Length: > 0 } && sale.At >= report.LookBack.From && sale.At < report.LookBack.To).ToList();
        foreach (var currency in Currencies)
        {
            var expected = counting.Where(sale => sale.Currency == currency).ToList();
            var rows = report.Segments.Where(row => row.Currency == currency).ToList();
            Assert.Equal(expected.Select(static sale => (sale.Store, sale.Person)).Distinct().Count(), rows.Sum(static row => row.Customers));
            Assert.Equal((expected.Count, expected.Sum(static sale => sale.Total)), (rows.Sum(static row => row.Orders), rows.Sum(static row => row.Gmv)));
            Assert.Equal(rows.Select(static row => row.Name).Distinct().Order(), rows.Select(static row => row.Name));
            Assert.All(rows, static row => Assert.True(row.Customers > 0));
        }
    });

    [Fact]
    public void Each_cohort_begins_whole_and_nobody_is_in_two() => Check(static (_, report) =>
    {
        for (var month = 0; month < report.Cohorts.Count; month++)
        {
            var cohort = report.Cohorts[month];
            Assert.Equal((cohort.Size, report.Cohorts.Count - month), (cohort.Active[0], cohort.Active.Count));
            Assert.All(cohort.Active, active => Assert.InRange(active, 0, cohort.Size));
        }

        Assert.InRange(report.Cohorts.Sum(static cohort => cohort.Size), 0, report.Customers.Total);
    });

    [Fact]
    public void Who_ordered_in_the_period_is_new_or_returning() => Check(static (sales, report) =>
    {
        var buyers = sales.Where(sale => sale.Counts && sale.At >= report.Period.From && sale.At < report.Period.To).ToList();
        Assert.Equal(buyers.Where(static sale => sale.Person is { Length: > 0 }).Select(static sale => (sale.Store, sale.Person)).Distinct().Count(), report.Customers.New + report.Customers.Returning);
        Assert.Equal(buyers.Count(static sale => string.IsNullOrEmpty(sale.Person)), report.Customers.Guests);
        Assert.InRange(report.Customers.Active, report.Customers.New + report.Customers.Returning, report.Customers.Total);
        Assert.InRange(report.Customers.RepeatRate, 0, 1);
    });

    [Fact]
    public void The_order_of_reading_changes_nothing() => Check(static (sales, report) =>
    {
        var backwards = Compute([.. sales.Reverse()], report.Parameters);
        Assert.Equal(Kind.ToJson(report), Kind.ToJson(backwards));
    });

    private static void Check(Action<Sale[], CustomerSummary> holds)
    {
        var parameters =
            from period in Gen.Elements("yesterday", "last-7-days", "last-30-days", "month-to-date", "last-month")
            from months in Gen.Choose(1, 24)
            from days in Gen.Choose(90, 400)
            select new CustomerParameters(period, months, days);
        var cases = from sales in Sales.ArrayOf() from asked in parameters select (sales, asked);
        Prop.ForAll(cases.ToArbitrary(), each => holds(each.sales, Compute(each.sales, each.asked))).QuickCheckThrowOnFailure();
    }

    private static CustomerSummary Compute(Sale[] sales, CustomerParameters asked)
    {
        var orders = sales.Select(static (sale, index) => (sale.Store, Order: sale.ToOrder(index))).GroupBy(static entry => entry.Store, static entry => entry.Order).ToDictionary(static group => group.Key, static group => (IReadOnlyList<Order>)[.. group]);
        return ComputeAsync(new OrderList(orders), new { period = asked.Period, months = asked.Months, lookBackDays = asked.LookBackDays }, "America/New_York", null, Stores).GetAwaiter().GetResult();
    }

    private sealed record Sale(string Store, string? Person, string Currency, DateTimeOffset At, decimal Total, bool Cancelled, bool Test)
    {
        public bool Counts => !Cancelled && !Test;

        public Order ToOrder(int number) =>
            SampleShop.Order(number.ToString(CultureInfo.InvariantCulture), At, Total) with { CustomerId = Person, Currency = Currency, CancelledAt = Cancelled ? At : null, Test = Test };
    }
}
