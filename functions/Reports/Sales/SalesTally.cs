using StoreClaw.Commerce;

namespace StoreClaw.Reports.Sales;

/// <summary>
/// Counts a stream of orders and refunds, in any order. What it keeps grows with days, articles, countries and the period's customers, not with orders.
/// </summary>
internal sealed class SalesTally(SalesWindows windows)
{
    private const int BestProducts = 10;

    private readonly Dictionary<(string Currency, string Key), ProductTally> _products = [];
    private readonly Dictionary<(string Currency, string? Country), SalesSums> _countries = [];
    private readonly Dictionary<string, HashSet<string>> _customers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _unpriced = new(StringComparer.Ordinal);

    public SalesTimeline Timeline { get; } = new(windows);

    /// <summary>Orders of the period without a customer.</summary>
    public int Guests { get; private set; }

    /// <summary>Customers with an order that counts in the period, by connection.</summary>
    public IReadOnlyDictionary<string, HashSet<string>> Customers => _customers;

    /// <summary>The period's orders without amounts, by connection.</summary>
    public IReadOnlyDictionary<string, int> Unpriced => _unpriced;

    public void Add(string connection, Order order)
    {
        if (order.Test)
        {
            return;
        }

        var sums = Timeline.At(order.CreatedAt, order.Currency);
        if (order.CancelledAt is not null)
        {
            sums.Cancelled++;
            return;
        }

        var units = order.Lines.Sum(static line => line.Quantity);
        sums.Orders++;
        sums.Gmv += order.Total;
        sums.Units += units;
        sums.Unpriced += order.AmountsKnown ? 0 : 1;
        if (order.CreatedAt >= windows.Period.From && order.CreatedAt < windows.Period.To)
        {
            AddToPeriod(connection, order);
        }
    }

    public void Add(RefundRow refund) => Timeline.At(refund.CreatedAt, refund.Currency).Refunds += refund.Amount;

    public IEnumerable<ProductSales> TopProducts(string currency) => _products
        .Where(entry => entry.Key.Currency == currency)
        .Select(static entry => (Row: entry.Value.ToRow(entry.Key.Currency), entry.Value.UnpricedUnits))
        .OrderByDescending(static entry => entry.Row.Revenue)
        .ThenByDescending(static entry => entry.UnpricedUnits)
        .ThenBy(static entry => entry.Row.Sku, StringComparer.Ordinal)
        .ThenBy(static entry => entry.Row.Title, StringComparer.Ordinal)
        .Select(static entry => entry.Row)
        .Take(BestProducts);

    public IEnumerable<CountrySales> Countries(string currency) => _countries
        .Where(entry => entry.Key.Currency == currency)
        .Select(static entry => new CountrySales(entry.Key.Country, entry.Value.Orders, Figures.Money(entry.Value.Gmv), entry.Key.Currency))
        .OrderByDescending(static row => row.Gmv)
        .ThenBy(static row => row.Country, StringComparer.Ordinal);

    private void AddToPeriod(string connection, Order order)
    {
        if (!order.AmountsKnown)
        {
            _unpriced[connection] = _unpriced.GetValueOrDefault(connection) + 1;
        }

        foreach (var line in order.Lines)
        {
            var key = (order.Currency, KeyOf(connection, line));
            if (!_products.TryGetValue(key, out var product))
            {
                _products[key] = product = new ProductTally(line.Sku);
            }

            product.Add(order, line);
        }

        var place = (order.Currency, string.IsNullOrEmpty(order.Country) ? null : order.Country);
        if (!_countries.TryGetValue(place, out var country))
        {
            _countries[place] = country = new SalesSums();
        }

        country.Orders++;
        country.Gmv += order.Total;
        AddCustomer(connection, order.CustomerId);
    }

    private void AddCustomer(string connection, string? customer)
    {
        if (string.IsNullOrEmpty(customer))
        {
            Guests++;
            return;
        }

        if (!_customers.TryGetValue(connection, out var customers))
        {
            _customers[connection] = customers = new HashSet<string>(StringComparer.Ordinal);
        }

        customers.Add(customer);
    }

    // A sku is the seller's and means the same article in each of the stores; the platform's ids do not.
    private static string KeyOf(string connection, OrderLine line) => line switch
    {
        { Sku.Length: > 0 } => $"sku|{line.Sku}",
        { VariantId.Length: > 0 } => $"variant|{connection}|{line.VariantId}",
        { ProductId.Length: > 0 } => $"product|{connection}|{line.ProductId}",
        _ => $"title|{line.Title}",
    };

    private sealed class ProductTally(string sku)
    {
        private decimal _units;
        private decimal _revenue;
        private string _title = "";
        private DateTimeOffset _titled = DateTimeOffset.MinValue;

        /// <summary>Sold for nobody knows what.</summary>
        public decimal UnpricedUnits { get; private set; }

        public void Add(Order order, OrderLine line)
        {
            var ordered = order.CreatedAt;
            _units += line.Quantity;
            UnpricedUnits += order.AmountsKnown ? 0 : line.Quantity;
            _revenue += (line.Quantity * line.UnitPrice) - line.Discount;
            if (ordered > _titled || (ordered == _titled && string.CompareOrdinal(line.Title, _title) > 0))
            {
                (_titled, _title) = (ordered, line.Title);
            }
        }

        public ProductSales ToRow(string currency) => new(sku, _title, _units, Figures.Money(_revenue), currency);
    }
}
