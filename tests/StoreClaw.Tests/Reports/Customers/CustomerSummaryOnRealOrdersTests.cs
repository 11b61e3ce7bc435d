using System.Globalization;
using NodaTime;
using StoreClaw.Commerce;
using StoreClaw.Reports.Customers;

namespace StoreClaw.Tests.Reports.Customers;

/// <summary>
/// The report against a second computation that shares nothing with it: LINQ over the file's lines, with NodaTime's calendar. The file's invoices are orders of two stores (even and odd numbers), continental ones in EUR;
/// every 37th was cancelled, every 53rd is a test.
/// </summary>
public sealed class CustomerSummaryOnRealOrdersTests
{
    private static readonly HashSet<string> Continental = ["Germany", "France", "EIRE", "Spain", "Netherlands"];
    private static readonly Lazy<IReadOnlyList<Invoice>> Invoices = new(static () =>
        [.. OnlineRetail.Lines.Where(static line => !line.Invoice.StartsWith('C')).GroupBy(static line => line.Invoice).Select(static lines => new Invoice(lines.First(), lines.Sum(static line => line.Amount)))]);

    public static TheoryData<string, string, string, int, int> Cases()
    {
        var cases = new TheoryData<string, string, string, int, int>();
        foreach (var zone in new[] { "Europe/London", "America/New_York", "Asia/Kathmandu" })
        {
            cases.Add(zone, "2011-02-14T08:00:00Z", "last-30-days", 12, 365);
            cases.Add(zone, "2011-03-01T09:00:00Z", "last-month", 12, 365);
            cases.Add(zone, "2011-01-31T17:45:10Z", "month-to-date", 3, 90);
            cases.Add(zone, "2011-02-28T23:30:00Z", "last-7-days", 1, 90);

            // What was bought before the days that are read is known from the index only.
            cases.Add(zone, "2011-04-20T08:00:00Z", "last-30-days", 2, 90);
            cases.Add(zone, "2011-03-20T08:00:00Z", "last-30-days", 3, 90);
        }

        return cases;
    }

    [OnlineRetailTheory]
    [MemberData(nameof(Cases))]
    public async Task It_is_right_to_the_cent(string zone, string asOf, string period, int months, int days)
    {
        var instant = DateTimeOffset.Parse(asOf, CultureInfo.InvariantCulture);
        var orders = Invoices.Value.GroupBy(static invoice => invoice.Store, static invoice => invoice.ToOrder()).ToDictionary(static group => group.Key, static group => (IReadOnlyList<Order>)[.. group]);
        var report = await CustomerShop.ComputeAsync(
            new OrderList(orders), new { period, months, lookBackDays = days }, zone, instant, OrderList.Connection("even"), OrderList.Connection("odd"));
        var naive = new Naive(DateTimeZoneProviders.Tzdb[zone], Instant.FromDateTimeOffset(instant), period, months, days);
        Assert.Equal((naive.From.ToDateTimeOffset(), naive.To.ToDateTimeOffset()), (report.Period.From, report.Period.To));
        naive.AssertTotals(report);
        naive.AssertSegments(report);
        naive.AssertTop(report);
        naive.AssertCohorts(report);
    }

    private sealed record Invoice(InvoiceLine First, decimal Total)
    {
        public Instant At => First.At;

        public string Store => First.Number % 2 == 0 ? "even" : "odd";

        public string Currency => Continental.Contains(First.Country) ? "EUR" : "GBP";

        public bool Cancelled => First.Number % 37 == 0;

        public bool Test => First.Number % 53 == 0;

        public bool Guest => First.Customer.Length == 0;

        public (string Store, string Id) Person => (Store, First.Customer);

        public Order ToOrder() => SampleShop.Order(First.Invoice, At.ToDateTimeOffset(), Total) with
        {
            CustomerId = Guest ? null : First.Customer,
            Currency = Currency,
            CancelledAt = Cancelled ? At.ToDateTimeOffset().AddHours(3) : null,
            Test = Test,
        };
    }

    private sealed class Naive
    {
        private readonly DateTimeZone _zone;
        private readonly LocalDate _last;
        private readonly Instant _lookBack;
        private readonly Instant _read;
        private readonly List<YearMonth> _months;
        private readonly List<Invoice> _counting;
        private readonly HashSet<(string, string)> _early;

        public Naive(DateTimeZone zone, Instant asOf, string period, int months, int days)
        {
            _zone = zone;
            var today = asOf.InZone(zone).Date;
            var month = today.With(DateAdjusters.StartOfMonth);
            (From, To) = period switch
            {
                "last-7-days" => (Start(today.PlusDays(-7)), Start(today)),
                "last-30-days" => (Start(today.PlusDays(-30)), Start(today)),
                "last-month" => (Start(month.PlusMonths(-1)), Start(month)),
                _ => (Start(month), asOf),
            };
            _last = (To - Duration.Epsilon).InZone(zone).Date;
            _months = [.. Enumerable.Range(1 - months, months).Select(offset => _last.With(DateAdjusters.StartOfMonth).PlusMonths(offset).ToYearMonth())];
            _lookBack = Start(_last.PlusDays(1 - days));
            _read = Instant.Min(_lookBack, Start(_months[0].OnDayOfMonth(1)));

            // An order that was cancelled makes nobody a customer as far back as orders are read; before that any order does.
            _counting = [.. Invoices.Value.Where(invoice => invoice is { Test: false, Guest: false, Cancelled: false } && invoice.At >= _read && invoice.At < To)];
            _early = [.. Invoices.Value.Where(invoice => invoice is { Test: false, Guest: false } && invoice.At < _read).Select(static invoice => invoice.Person)];
        }

        public Instant From { get; }

        public Instant To { get; }

        public void AssertTotals(CustomerSummary report)
        {
            var firsts = _counting.GroupBy(static invoice => invoice.Person).ToDictionary(static group => group.Key, static group => group.Min(static invoice => invoice.At));
            var buyers = _counting.Where(invoice => invoice.At >= From).Select(static invoice => invoice.Person).ToHashSet();
            var active = _counting.Where(invoice => invoice.At >= _lookBack).GroupBy(static invoice => invoice.Person).Select(static group => group.Count()).ToList();
            var isNew = buyers.Count(buyer => !_early.Contains(buyer) && firsts[buyer] >= From);
            Assert.Equal(
                new CustomerTotals(
                    firsts.Keys.Union(_early).Count(),
                    isNew,
                    buyers.Count - isNew,
                    active.Count == 0 ? 0 : Math.Round((decimal)active.Count(static orders => orders >= 2) / active.Count, 4, MidpointRounding.ToEven),
                    active.Count,
                    Invoices.Value.Count(invoice => invoice is { Test: false, Cancelled: false, Guest: true } && invoice.At >= From && invoice.At < To)),
                report.Customers);
        }

        public void AssertSegments(CustomerSummary report)
        {
            Assert.Equal(
                Buyers().GroupBy(static buyer => (buyer.Currency, buyer.Segment)).Select(static group => (group.Key.Currency, group.Key.Segment, group.Count(), group.Sum(static buyer => buyer.Orders), group.Sum(static buyer => buyer.Gmv))).ToHashSet(),
                report.Segments.Select(static row => (row.Currency, row.Name, row.Customers, row.Orders, row.Gmv)).ToHashSet());
            foreach (var rows in report.Segments.GroupBy(static row => row.Currency))
            {
                Assert.Equal(_counting.Where(invoice => invoice.At >= _lookBack && invoice.Currency == rows.Key).Sum(static invoice => invoice.Total), rows.Sum(static row => row.Gmv));
            }
        }

        public void AssertTop(CustomerSummary report)
        {
            foreach (var buyers in Buyers().GroupBy(static buyer => buyer.Currency))
            {
                Assert.Equal(
                    buyers.OrderByDescending(static buyer => buyer.Gmv).Take(10).Select(static buyer => (buyer.Gmv, buyer.Orders, buyer.Segment)),
                    report.TopCustomers.Where(row => row.Currency == buyers.Key).Select(static row => (row.Gmv, row.Orders, row.Segment)));
            }
        }

        public void AssertCohorts(CustomerSummary report)
        {
            var people = _counting.Where(invoice => !_early.Contains(invoice.Person))
                .GroupBy(static invoice => invoice.Person, invoice => invoice.At.InZone(_zone).Date.ToYearMonth())
                .Select(static group => (First: group.Min(), All: group.ToHashSet()))
                .ToList();
            Assert.Equal(
                _months.Select((month, index) =>
                {
                    var cohort = people.Where(person => person.First == month).ToList();
                    return (month.ToString("yyyy-MM", CultureInfo.InvariantCulture), cohort.Count, string.Join(',', _months.Skip(index).Select(later => cohort.Count(person => person.All.Contains(later)))));
                }),
                report.Cohorts.Select(static cohort => (cohort.Month, cohort.Size, string.Join(',', cohort.Active))));
        }

        private List<(string Currency, int Orders, decimal Gmv, CustomerSegment Segment)> Buyers()
        {
            var buyers = new List<(string, int, decimal, CustomerSegment)>();
            foreach (var currency in _counting.Where(invoice => invoice.At >= _lookBack).GroupBy(static invoice => invoice.Currency))
            {
                var people = currency.GroupBy(static invoice => invoice.Person).Select(static person => (Id: person.Key, Orders: person.Count(), Gmv: person.Sum(static invoice => invoice.Total), Last: person.Max(static invoice => invoice.At))).ToList();
                foreach (var (id, orders, gmv, last) in people)
                {
                    var spentMore = people.Count(other => other.Gmv > gmv);
                    var before = _early.Contains(id) || _counting.Exists(invoice => invoice.Person == id && invoice.At < _lookBack);
                    buyers.Add((currency.Key, orders, gmv, Segment(Period.DaysBetween(last.InZone(_zone).Date, _last), orders, before, gmv > 0 && 5 * spentMore < people.Count)));
                }
            }

            return buyers;
        }

        private Instant Start(LocalDate day) => _zone.AtStartOfDay(day).ToInstant();

        private static CustomerSegment Segment(int days, int orders, bool before, bool big)
        {
            if (orders >= 4 || (orders >= 2 && big))
            {
                return days < 30 ? CustomerSegment.Champions : days < 90 ? CustomerSegment.Loyal : days < 180 ? CustomerSegment.AtRisk : CustomerSegment.CannotLose;
            }

            if (orders >= 2 || before)
            {
                return days < 90 ? CustomerSegment.Loyal : days < 180 ? CustomerSegment.AtRisk : CustomerSegment.Hibernating;
            }

            return days < 30 ? CustomerSegment.New : days < 90 ? CustomerSegment.Promising : days < 180 ? CustomerSegment.AboutToSleep : CustomerSegment.Lost;
        }
    }
}
