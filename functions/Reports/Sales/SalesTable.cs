using System.Globalization;
using StoreClaw.Connections;

namespace StoreClaw.Reports.Sales;

/// <summary>A titled table of texts; the first columns name the row, the others are figures.</summary>
internal sealed record SalesTable(string Title, IReadOnlyList<string> Columns, int Names, IReadOnlyList<IReadOnlyList<string>> Rows);

/// <summary>The report's tables, the same for each rendering of the whole.</summary>
internal static class SalesTables
{
    private const string ZuluFormat = "yyyy-MM-dd HH:mm 'UTC'";

    public static IEnumerable<SalesTable> Of(SalesReport report)
    {
        if (report.Totals.Count > 0)
        {
            yield return Totals(report);
        }

        if (report.TopProducts.Count > 0)
        {
            yield return Products(report);
            yield return Countries(report);
            yield return Customers(report);
        }

        if (report.Comparison.Previous is { } previous)
        {
            var (first, last) = SalesWords.Span(report, previous.From, previous.To);
            yield return Shifts($"Against {SalesWords.English.Days(first, last)}", report, previous.Shifts);
        }

        if (report.Comparison.SameWeekday is { } weekday)
        {
            var name = weekday.Days[0].DayOfWeek;
            yield return Shifts($"Against {SalesWords.English.WeekdayName(name)} (mean of the last {weekday.Days.Count})", report, weekday.Shifts);
        }
    }

    public static SalesTable Daily(SalesReport report) => new(
        "Day by day",
        ["Day", "Currency", "Sales", "Orders"],
        2,
        [.. report.Trend.Select(static day => (IReadOnlyList<string>)[day.Day.ToString("ddd yyyy-MM-dd", CultureInfo.InvariantCulture), day.Currency, Amount(day.Gmv), Figures.Read(day.Orders)])]);

    public static string Stores(SalesReport report) => string.Join(", ", report.Stores.Select(static store => store.Name == store.Store ? $"{store.Store} ({store.Connector})" : $"{store.Name} ({store.Connector}, {store.Store})"));

    /// <summary>Why figures may be incomplete, and where.</summary>
    /// <param name="name">How a store's name is told.</param>
    public static IEnumerable<string> Warnings(SalesReport report, SalesWords words, Func<IReadOnlyList<string>, string> name)
    {
        var gone = report.Stores.Where(static store => store.Status != ConnectionStatus.Connected).Select(static store => store.Name).ToList();
        if (gone.Count > 0)
        {
            yield return words.NotConnected(name(gone));
        }

        foreach (var (connection, orders) in report.WithoutAmounts)
        {
            yield return words.WithoutAmounts(name([report.Stores.First(store => store.Connection == connection).Name]), orders);
        }
    }

    /// <inheritdoc cref="Warnings(SalesReport, SalesWords, Func{IReadOnlyList{string}, string})"/>
    public static IEnumerable<string> Warnings(SalesReport report) => Warnings(report, SalesWords.English, static names => string.Join(", ", names));

    public static string Footnote(SalesReport report) => string.Create(
        CultureInfo.InvariantCulture,
        $"Days of {report.TimeZone}, {report.Period.From.ToString(ZuluFormat, CultureInfo.InvariantCulture)} to {report.Period.To.ToString(ZuluFormat, CultureInfo.InvariantCulture)}. Made {report.GeneratedAt.ToString(ZuluFormat, CultureInfo.InvariantCulture)}. Sales are order totals after discounts, with tax and shipping, without cancelled and test orders.");

    private static SalesTable Totals(SalesReport report) => new(
        "Totals",
        ["Currency", "Sales", "Orders", "Average order", "Units", "Cancelled", "Refunds", "Net sales"],
        1,
        [.. report.Totals.Select(static total => (IReadOnlyList<string>)
        [
            total.Currency, Amount(total.Gmv), Figures.Read(total.Orders), Amount(total.AverageOrderValue), Figures.Read(total.Units), Figures.Read(total.CancelledOrders),
            Amount(total.Refunds), Amount(total.NetSales),
        ])]);

    private static SalesTable Shifts(string title, SalesReport report, IReadOnlyList<SalesShift> shifts) => new(
        title,
        ["Currency", "Figure", "Now", "Before", "Change", "%"],
        2,
        [.. report.Totals.Join(shifts, static total => total.Currency, static shift => shift.Currency, Rows).SelectMany(static rows => rows)]);

    private static IEnumerable<IReadOnlyList<string>> Rows(SalesTotals now, SalesShift shift)
    {
        yield return Row(now.Currency, "Sales", now.Gmv, shift.Gmv, Amount);
        yield return Row(now.Currency, "Orders", now.Orders, shift.Orders, Figures.Read);
        yield return Row(now.Currency, "Average order", now.AverageOrderValue, shift.AverageOrderValue, Amount);
        yield return Row(now.Currency, "Units", now.Units, shift.Units, Figures.Read);
        yield return Row(now.Currency, "Cancelled", now.CancelledOrders, shift.CancelledOrders, Figures.Read);
        yield return Row(now.Currency, "Refunds", now.Refunds, shift.Refunds, Amount);
        yield return Row(now.Currency, "Net sales", now.NetSales, shift.NetSales, Amount);
    }

    private static IReadOnlyList<string> Row(string currency, string figure, decimal now, Shift shift, Func<decimal, string> read) =>
        [currency, figure, read(now), read(shift.Before), (shift.Change > 0 ? "+" : "") + read(shift.Change), shift.Percent is { } percent ? SalesMessage.Arrow(percent) : "–"];

    private static SalesTable Products(SalesReport report) => new(
        "Top products",
        ["SKU", "Product", "Currency", "Units", "Revenue"],
        3,
        [.. report.TopProducts.Select(static product => (IReadOnlyList<string>)[product.Sku, product.Title, product.Currency, Figures.Read(product.Units), Amount(product.Revenue)])]);

    private static SalesTable Countries(SalesReport report) => new(
        "By country",
        ["Country", "Currency", "Orders", "Sales"],
        2,
        [.. report.ByCountry.Select(static row => (IReadOnlyList<string>)[row.Country ?? "unknown", row.Currency, Figures.Read(row.Orders), Amount(row.Gmv)])]);

    private static SalesTable Customers(SalesReport report) => new(
        "Customers",
        ["", "Count"],
        1,
        [["New", Figures.Read(report.Customers.New)], ["Returning", Figures.Read(report.Customers.Returning)], ["Orders by guests", Figures.Read(report.Customers.Guests)]]);

    private static string Amount(decimal amount) => Figures.Money(amount).ToString("#,##0.00###", CultureInfo.InvariantCulture);
}
