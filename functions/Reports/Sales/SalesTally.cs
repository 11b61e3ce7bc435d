using StoreClaw.Commerce;

namespace StoreClaw.Reports.Sales;

/// <summary>
/// Adds up the stores' books, in any order. What it keeps grows with days, articles, countries and the period's customers, not with orders.
/// </summary>
internal sealed class SalesTally(SalesWindows windows)
{
    private const int BestProducts = 10;

    private readonly Dictionary<(string Currency, string Key), ProductTally> _products = [];
    private readonly Dictionary<(string Currency, string Connection), (SalesSums Now, SalesSums Before)> _stores = [];
    private readonly Dictionary<(string Currency, string? Country), (int Orders, decimal Gmv)> _countries = [];
    private readonly Dictionary<string, HashSet<string>> _customers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _unpriced = new(StringComparer.Ordinal);

    public SalesTimeline Timeline { get; } = new(windows);

    /// <summary>Orders of the period without a customer.</summary>
    public int Guests { get; private set; }

    /// <summary>Customers with an order that counts in the period, by connection.</summary>
    public IReadOnlyDictionary<string, HashSet<string>> Customers => _customers;

    /// <summary>The period's orders without amounts, by connection.</summary>
    public IReadOnlyDictionary<string, int> Unpriced => _unpriced;

    public void Add(string connection, DayBook book)
    {
        foreach (var sums in book.Sums)
        {
            Timeline.At(book.From, sums.Currency).Add(sums);
        }

        var (now, before) = (Holds(windows.Period, book), Holds(windows.Previous, book));
        if (now || before)
        {
            AddProducts(connection, book, now);
            AddStore(connection, book, now);
        }

        if (now)
        {
            AddToPeriod(connection, book);
        }
    }

    /// <summary>The sums of the period and of the one before, by store.</summary>
    public IEnumerable<(string Connection, SalesSums Now, SalesSums Before)> Stores(string currency) =>
        _stores.Where(entry => entry.Key.Currency == currency).Select(static entry => (entry.Key.Connection, entry.Value.Now, entry.Value.Before));

    /// <summary>What became of each article in the period and in the one before.</summary>
    public IEnumerable<ProductTally> Products(string currency) => _products.Where(entry => entry.Key.Currency == currency).Select(static entry => entry.Value);

    public IEnumerable<ProductSales> TopProducts(string currency) => Products(currency)
        .Where(static product => product.Units != 0 || product.Revenue != 0)
        .Select(product => (Row: product.ToRow(currency), product.UnpricedUnits))
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

    private void AddToPeriod(string connection, DayBook book)
    {
        Guests += book.Guests;
        if (book.Sums.Sum(static sums => sums.Unpriced) is > 0 and var unpriced)
        {
            _unpriced[connection] = _unpriced.GetValueOrDefault(connection) + unpriced;
        }

        foreach (var place in book.Countries)
        {
            var sums = _countries.GetValueOrDefault((place.Currency, place.Country));
            _countries[(place.Currency, place.Country)] = (sums.Orders + place.Orders, sums.Gmv + place.Gmv);
        }

        if (!_customers.TryGetValue(connection, out var customers))
        {
            _customers[connection] = customers = new HashSet<string>(StringComparer.Ordinal);
        }

        customers.UnionWith(book.Customers.Select(static customer => customer.Id));
    }

    private static bool Holds(ReportPeriod period, DayBook book) => book.From >= period.From && book.From < period.To;

    private void AddProducts(string connection, DayBook book, bool now)
    {
        foreach (var product in book.Products)
        {
            var key = (product.Currency, product.Article(connection));
            if (!_products.TryGetValue(key, out var tally))
            {
                _products[key] = tally = new ProductTally(product.Sku);
            }

            tally.Add(product, now);
        }
    }

    private void AddStore(string connection, DayBook book, bool now)
    {
        foreach (var sums in book.Sums)
        {
            var key = (sums.Currency, connection);
            if (!_stores.TryGetValue(key, out var store))
            {
                _stores[key] = store = (new SalesSums(), new SalesSums());
            }

            (now ? store.Now : store.Before).Add(sums);
        }
    }
}

/// <summary>What became of one article in one currency: in the period, and what it brought in the one before.</summary>
internal sealed class ProductTally(string sku)
{
    private DateTimeOffset _titled = DateTimeOffset.MinValue;

    public string Sku => sku;

    /// <summary>As on the newest order.</summary>
    public string Title { get; private set; } = "";

    public decimal Units { get; private set; }

    public decimal Revenue { get; private set; }

    /// <summary>Sold for nobody knows what.</summary>
    public decimal UnpricedUnits { get; private set; }

    public decimal CancelledUnits { get; private set; }

    public decimal Refunds { get; private set; }

    /// <summary>The revenue of the period before.</summary>
    public decimal Before { get; private set; }

    /// <param name="now">Of the period, not of the one before.</param>
    public void Add(BookProduct product, bool now)
    {
        if (product.TitledAt > _titled || (product.TitledAt == _titled && string.CompareOrdinal(product.Title, Title) > 0))
        {
            (_titled, Title) = (product.TitledAt, product.Title);
        }

        if (!now)
        {
            Before += product.Revenue;
            return;
        }

        Units += product.Units;
        UnpricedUnits += product.UnpricedUnits;
        Revenue += product.Revenue;
        CancelledUnits += product.CancelledUnits;
        Refunds += product.Refunds;
    }

    public ProductSales ToRow(string currency) => new(sku, Title, Units, Figures.Money(Revenue), currency);
}
