using StoreClaw.Common;

namespace StoreClaw.Commerce;

/// <summary>Counts the orders and refunds of a span, in any order, into its book.</summary>
internal sealed class DayCounter(DateTimeOffset from, DateTimeOffset to, TimeZoneInfo zone)
{
    private readonly Dictionary<string, BookSums> _sums = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Currency, int Hour), BookHour> _hours = [];
    private readonly Dictionary<(string Currency, string Key), BookProduct> _products = [];
    private readonly Dictionary<(string Currency, string? Country), BookCountry> _countries = [];
    private readonly Dictionary<(string Currency, string Id), BookCustomer> _customers = [];
    private int _guests;

    public void Add(Order order)
    {
        if (order.Test)
        {
            return;
        }

        var sums = Sums(order.Currency);
        var hour = Hour(order.Currency, zone.LocalTime(order.CreatedAt).Hour);
        if (order.CancelledAt is not null)
        {
            _sums[order.Currency] = sums with { Cancelled = sums.Cancelled + 1 };
            _hours[(hour.Currency, hour.Hour)] = hour with { Cancelled = hour.Cancelled + 1 };
            AddLines(order, static (product, line) => product with { CancelledUnits = product.CancelledUnits + line.Quantity });
            return;
        }

        _sums[order.Currency] = sums with
        {
            Orders = sums.Orders + 1,
            Gmv = sums.Gmv + order.Total,
            Units = sums.Units + order.Lines.Sum(static line => line.Quantity),
            Unpriced = sums.Unpriced + (order.AmountsKnown ? 0 : 1),
        };
        _hours[(hour.Currency, hour.Hour)] = hour with { Orders = hour.Orders + 1, Gmv = hour.Gmv + order.Total };
        AddLines(order, (product, line) => product with
        {
            Units = product.Units + line.Quantity,
            Revenue = product.Revenue + (line.Quantity * line.UnitPrice) - line.Discount,
            UnpricedUnits = product.UnpricedUnits + (order.AmountsKnown ? 0 : line.Quantity),
        });
        AddPlace(order);
        AddCustomer(order);
    }

    public void Add(RefundRow refund)
    {
        var sums = Sums(refund.Currency);
        _sums[refund.Currency] = sums with { Refunds = sums.Refunds + refund.Amount, RefundCount = sums.RefundCount + 1 };
        foreach (var share in refund.Shares)
        {
            Change(refund.Currency, share.Sku, share.VariantId, share.ProductId, share.Title, DateTimeOffset.MinValue, product => product with { Refunds = product.Refunds + share.Amount });
        }
    }

    public DayBook ToBook() => new(from, to)
    {
        Sums = [.. _sums.Values.OrderBy(static sums => sums.Currency, StringComparer.Ordinal)],
        Hours = [.. _hours.Values.OrderBy(static hour => hour.Currency, StringComparer.Ordinal).ThenBy(static hour => hour.Hour)],
        Products = [.. _products.OrderBy(static entry => entry.Key.Currency, StringComparer.Ordinal).ThenBy(static entry => entry.Key.Key, StringComparer.Ordinal).Select(static entry => entry.Value)],
        Countries = [.. _countries.Values.OrderBy(static place => place.Currency, StringComparer.Ordinal).ThenBy(static place => place.Country, StringComparer.Ordinal)],
        Customers = [.. _customers.Values.OrderBy(static customer => customer.Currency, StringComparer.Ordinal).ThenBy(static customer => customer.Id, StringComparer.Ordinal)],
        Guests = _guests,
    };

    private BookSums Sums(string currency) => _sums.GetValueOrDefault(currency) ?? new BookSums(currency, 0, 0, 0, 0, 0, 0, 0);

    private BookHour Hour(string currency, int hour) => _hours.GetValueOrDefault((currency, hour)) ?? new BookHour(currency, hour, 0, 0, 0);

    private void AddLines(Order order, Func<BookProduct, OrderLine, BookProduct> add)
    {
        foreach (var line in order.Lines)
        {
            Change(order.Currency, line.Sku, line.VariantId, line.ProductId, line.Title, order.CreatedAt, product => add(product, line));
        }
    }

    private void Change(string currency, string sku, string? variantId, string? productId, string title, DateTimeOffset titledAt, Func<BookProduct, BookProduct> change)
    {
        var key = (currency, ArticleKey.Of("", sku, variantId, productId, title));
        var product = change(_products.GetValueOrDefault(key) ?? new BookProduct(currency, sku, variantId, productId, "", DateTimeOffset.MinValue, 0, 0, 0, 0, 0));

        // Of two orders of one instant either could be the newer: the same one in whatever order they come.
        int[] order = [titledAt.CompareTo(product.TitledAt), string.CompareOrdinal(title, product.Title), string.CompareOrdinal(variantId, product.VariantId), string.CompareOrdinal(productId, product.ProductId)];
        var isNewer = Array.Find(order, static difference => difference != 0) > 0;
        _products[key] = isNewer ? product with { Title = title, TitledAt = titledAt, VariantId = variantId, ProductId = productId } : product;
    }

    private void AddPlace(Order order)
    {
        var key = (order.Currency, string.IsNullOrEmpty(order.Country) ? null : order.Country);
        var place = _countries.GetValueOrDefault(key) ?? new BookCountry(key.Currency, key.Item2, 0, 0);
        _countries[key] = place with { Orders = place.Orders + 1, Gmv = place.Gmv + order.Total };
    }

    private void AddCustomer(Order order)
    {
        if (string.IsNullOrEmpty(order.CustomerId))
        {
            _guests++;
            return;
        }

        var key = (order.Currency, order.CustomerId);
        var customer = _customers.GetValueOrDefault(key) ?? new BookCustomer(order.Currency, order.CustomerId, 0, 0);
        _customers[key] = customer with { Orders = customer.Orders + 1, Gmv = customer.Gmv + order.Total };
    }
}
