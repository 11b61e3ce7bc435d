using System.Globalization;

namespace StoreClaw.Reports.Customers;

/// <summary>Draws the report's figures from what was counted.</summary>
internal sealed class CustomerFigures
{
    private const int BestCustomers = 10;
    private const int ShareDecimals = 4;

    private readonly IReadOnlyList<CustomerTally> _stores;
    private readonly CustomerWindows _windows;

    public CustomerFigures(IReadOnlyList<CustomerTally> stores, CustomerWindows windows)
    {
        _stores = stores;
        _windows = windows;
        var buyers = stores
            .SelectMany(static store => store.ByCurrency.Select(currency => (Currency: currency.Key, Buyers: currency.Value)))
            .GroupBy(static entry => entry.Currency, static entry => entry.Buyers)
            .Select(static group => (Currency: group.Key, Buyers: group.ToList()))
            .OrderByDescending(static group => group.Buyers.Sum(static buyers => buyers.Values.Sum(static purchases => (long)purchases.Orders)))
            .ThenBy(static group => group.Currency, StringComparer.Ordinal)
            .ToList();
        var segments = new List<SegmentSums>();
        var top = new List<TopCustomer>();
        foreach (var (currency, _) in buyers)
        {
            Draw(currency, segments, top);
        }

        Segments = segments;
        TopCustomers = top;
    }

    public IReadOnlyList<SegmentSums> Segments { get; }

    /// <summary>Without their countries.</summary>
    public IReadOnlyList<TopCustomer> TopCustomers { get; }

    public CustomerTotals Totals()
    {
        var (fresh, returning, active, repeat) = (0, 0, 0, 0);
        foreach (var visits in _stores.SelectMany(static store => store.Visitors))
        {
            fresh += visits.InPeriod && visits.First >= _windows.FirstDay ? 1 : 0;
            returning += visits.InPeriod && visits.First < _windows.FirstDay ? 1 : 0;
            active += visits.Orders > 0 ? 1 : 0;
            repeat += visits.Orders > 1 ? 1 : 0;
        }

        var rate = active == 0 ? 0 : decimal.Round((decimal)repeat / active, ShareDecimals, MidpointRounding.ToEven);
        return new CustomerTotals(_stores.Sum(static store => store.Known), fresh, returning, Figures.Plain(rate), active, _stores.Sum(static store => store.Guests));
    }

    public IReadOnlyList<Cohort> Cohorts()
    {
        var active = new int[_windows.Months][];
        for (var month = 0; month < active.Length; month++)
        {
            active[month] = new int[active.Length - month];
        }

        foreach (var visits in _stores.SelectMany(static store => store.Visitors))
        {
            if (_windows.MonthOf(visits.First) is not (>= 0 and var first))
            {
                continue;
            }

            for (var later = 0; later < active[first].Length; later++)
            {
                active[first][later] += (int)((visits.Months >> (first + later)) & 1);
            }
        }

        return [.. active.Select((counts, month) => new Cohort(_windows.FirstMonth.AddMonths(month).ToString("yyyy-MM", CultureInfo.InvariantCulture), counts[0], counts))];
    }

    private void Draw(string currency, List<SegmentSums> segments, List<TopCustomer> top)
    {
        var sums = new SegmentSums?[Enum.GetValues<CustomerSegment>().Length];
        var best = new PriorityQueue<TopCustomer, TopCustomer>(Comparer<TopCustomer>.Create(static (one, other) => Compare(other, one)));
        var big = CustomerSegments.BigSpend([.. _stores.SelectMany(store => Of(store, currency)).Select(static buyer => buyer.Value.Gmv)]);
        foreach (var store in _stores)
        {
            foreach (var (customer, purchases) in Of(store, currency))
            {
                var knownBefore = store.Visitor(customer).First < _windows.LookBackDay;
                var segment = CustomerSegments.Of(_windows.LastDay.DayNumber - purchases.Last.DayNumber, purchases.Orders, knownBefore, purchases.Gmv > 0 && purchases.Gmv >= big);
                var sum = sums[(int)segment] ?? new SegmentSums(segment, 0, 0, 0, currency);
                sums[(int)segment] = sum with { Customers = sum.Customers + 1, Orders = sum.Orders + purchases.Orders, Gmv = sum.Gmv + purchases.Gmv };
                var row = new TopCustomer(customer, store.Connection, null, purchases.Orders, Figures.Money(purchases.Gmv), currency, segment, purchases.Last);
                if (best.Count < BestCustomers)
                {
                    best.Enqueue(row, row);
                }
                else if (Compare(row, best.Peek()) < 0)
                {
                    best.DequeueEnqueue(row, row);
                }
            }
        }

        segments.AddRange(sums.OfType<SegmentSums>().Select(static sum => sum with { Gmv = Figures.Money(sum.Gmv) }));
        top.AddRange(best.UnorderedItems.Select(static item => item.Element).Order(Comparer<TopCustomer>.Create(Compare)));
    }

    private static IEnumerable<KeyValuePair<string, CustomerTally.Purchases>> Of(CustomerTally store, string currency) => store.ByCurrency.GetValueOrDefault(currency) ?? [];

    // The better first; no two are equal, so that whoever stands at the border does not depend on the order of reading.
    private static int Compare(TopCustomer one, TopCustomer other) => (other.Gmv.CompareTo(one.Gmv), other.Orders.CompareTo(one.Orders), string.CompareOrdinal(one.Connection, other.Connection)) switch
    {
        (not 0 and var byGmv, _, _) => byGmv,
        (_, not 0 and var byOrders, _) => byOrders,
        (_, _, not 0 and var byStore) => byStore,
        _ => string.CompareOrdinal(one.Id, other.Id),
    };
}
