using System.Runtime.InteropServices;
using StoreClaw.Commerce;
using StoreClaw.Common;

namespace StoreClaw.Reports.Customers;

/// <summary>
/// What the customers of one store did. Takes its days and its first orders in any order; what it keeps grows with customers that ordered in the days that are read, some 160 bytes each,
/// not with orders.
/// </summary>
internal sealed class CustomerTally(string connection, CustomerWindows windows)
{
    private readonly Dictionary<string, Visits> _visits = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, Purchases>> _purchases = new(StringComparer.Ordinal);
    private int _onlyBefore;

    public string Connection => connection;

    /// <summary>Orders of the period without a customer.</summary>
    public int Guests { get; private set; }

    /// <summary>The look-back's orders without amounts.</summary>
    public int Unpriced { get; private set; }

    /// <summary>Everybody known, the days that are read and those before them.</summary>
    public int Known => _visits.Count + _onlyBefore;

    /// <summary>Everybody with an order in the days that are read.</summary>
    public IEnumerable<Visits> Visitors => _visits.Values;

    /// <summary>What was bought in the look-back, by currency and customer.</summary>
    public IReadOnlyDictionary<string, Dictionary<string, Purchases>> ByCurrency => _purchases;

    public Visits Visitor(string customer) => _visits[customer];

    /// <summary>Takes a part of a day.</summary>
    public void Add(DayBook book)
    {
        var day = windows.Zone.LocalDay(book.From);
        var inPeriod = day >= windows.FirstDay;
        var inLookBack = day >= windows.LookBackDay;
        Guests += inPeriod ? book.Guests : 0;
        Unpriced += inLookBack ? book.Sums.Sum(static sums => sums.Unpriced) : 0;
        foreach (var customer in book.Customers)
        {
            ref var visits = ref CollectionsMarshal.GetValueRefOrAddDefault(_visits, customer.Id, out var known);
            visits.First = known && visits.First < day ? visits.First : day;
            visits.InPeriod |= inPeriod;
            visits.Orders += inLookBack ? customer.Orders : 0;
            visits.Months |= windows.MonthOf(day) is >= 0 and var month ? 1u << month : 0;
            if (inLookBack)
            {
                AddPurchases(customer, day);
            }
        }
    }

    /// <summary>
    /// Takes somebody's first order, once all days were taken. Those since the days that are read are known from there, and better: the index cannot tell that an order was cancelled since.
    /// </summary>
    public void Add(CustomerOrder first)
    {
        if (first.PlacedAt >= windows.Cuts[0])
        {
            return;
        }

        ref var visits = ref CollectionsMarshal.GetValueRefOrNullRef(_visits, first.CustomerId);
        if (System.Runtime.CompilerServices.Unsafe.IsNullRef(ref visits))
        {
            _onlyBefore++;
        }
        else
        {
            visits.First = windows.Zone.LocalDay(first.PlacedAt);
        }
    }

    private void AddPurchases(BookCustomer customer, DateOnly day)
    {
        if (!_purchases.TryGetValue(customer.Currency, out var buyers))
        {
            _purchases[customer.Currency] = buyers = new Dictionary<string, Purchases>(StringComparer.Ordinal);
        }

        ref var purchases = ref CollectionsMarshal.GetValueRefOrAddDefault(buyers, customer.Id, out var known);
        purchases.Last = known && purchases.Last > day ? purchases.Last : day;
        purchases.Orders += customer.Orders;
        purchases.Gmv += customer.Gmv;
    }

    /// <summary>What one customer did in the days that are read.</summary>
    public struct Visits
    {
        /// <summary>The day of the first order known.</summary>
        public DateOnly First { get; set; }

        /// <summary>A bit per month with an order, the oldest cohort's lowest.</summary>
        public uint Months { get; set; }

        /// <summary>In the look-back.</summary>
        public int Orders { get; set; }

        public bool InPeriod { get; set; }
    }

    /// <summary>What one customer bought in the look-back in one currency.</summary>
    public struct Purchases
    {
        public DateOnly Last { get; set; }

        public int Orders { get; set; }

        public decimal Gmv { get; set; }
    }
}
