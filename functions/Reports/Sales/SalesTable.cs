using System.Globalization;

namespace StoreClaw.Reports.Sales;

/// <summary>The report's tables, the same for each rendering of the whole.</summary>
internal static class SalesTables
{
    public static IEnumerable<ReportTable> Of(SalesReport report)
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

    public static ReportTable Daily(SalesReport report) => new(
        "Day by day",
        ["Day", "Currency", "Sales", "Orders"],
        2,
        [.. report.Trend.Select(static day => (IReadOnlyList<string>)[day.Day.ToString("ddd yyyy-MM-dd", CultureInfo.InvariantCulture), day.Currency, Figures.Amount(day.Gmv), Figures.Read(day.Orders)])]);

    /// <summary>Why figures may be incomplete, and where.</summary>
    /// <param name="name">How a store's name is told.</param>
    public static IEnumerable<string> Warnings(SalesReport report, SalesWords words, Func<IReadOnlyList<string>, string> name)
    {
        if (ReportTexts.Gone(report) is { Count: > 0 } gone)
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

    public static string Footnote(SalesReport report) =>
        $"Days of {report.TimeZone}, {ReportTexts.Time(report.Period.From)} to {ReportTexts.Time(report.Period.To)}. Made {ReportTexts.Time(report.GeneratedAt)}. Sales are order totals after discounts, with tax and shipping, without cancelled and test orders.";

    private static ReportTable Totals(SalesReport report) => new(
        "Totals",
        ["Currency", "Sales", "Orders", "Average order", "Units", "Cancelled", "Refunds", "Net sales"],
        1,
        [.. report.Totals.Select(static total => (IReadOnlyList<string>)
        [
            total.Currency, Figures.Amount(total.Gmv), Figures.Read(total.Orders), Figures.Amount(total.AverageOrderValue), Figures.Read(total.Units), Figures.Read(total.CancelledOrders),
            Figures.Amount(total.Refunds), Figures.Amount(total.NetSales),
        ])]);

    private static ReportTable Shifts(string title, SalesReport report, IReadOnlyList<SalesShift> shifts) => new(
        title,
        ["Currency", "Figure", "Now", "Before", "Change", "%"],
        2,
        [.. report.Totals.Join(shifts, static total => total.Currency, static shift => shift.Currency, Rows).SelectMany(static rows => rows)]);

    private static IEnumerable<IReadOnlyList<string>> Rows(SalesTotals now, SalesShift shift)
    {
        yield return Row(now.Currency, "Sales", now.Gmv, shift.Gmv, Figures.Amount);
        yield return Row(now.Currency, "Orders", now.Orders, shift.Orders, Figures.Read);
        yield return Row(now.Currency, "Average order", now.AverageOrderValue, shift.AverageOrderValue, Figures.Amount);
        yield return Row(now.Currency, "Units", now.Units, shift.Units, Figures.Read);
        yield return Row(now.Currency, "Cancelled", now.CancelledOrders, shift.CancelledOrders, Figures.Read);
        yield return Row(now.Currency, "Refunds", now.Refunds, shift.Refunds, Figures.Amount);
        yield return Row(now.Currency, "Net sales", now.NetSales, shift.NetSales, Figures.Amount);
    }

    private static IReadOnlyList<string> Row(string currency, string figure, decimal now, Shift shift, Func<decimal, string> read) =>
        [currency, figure, read(now), read(shift.Before), (shift.Change > 0 ? "+" : "") + read(shift.Change), shift.Percent is { } percent ? Figures.Arrow(percent) : "–"];

    private static ReportTable Products(SalesReport report) => new(
        "Top products",
        ["SKU", "Product", "Currency", "Units", "Revenue"],
        3,
        [.. report.TopProducts.Select(static product => (IReadOnlyList<string>)[product.Sku, product.Title, product.Currency, Figures.Read(product.Units), Figures.Amount(product.Revenue)])]);

    private static ReportTable Countries(SalesReport report) => new(
        "By country",
        ["Country", "Currency", "Orders", "Sales"],
        2,
        [.. report.ByCountry.Select(static row => (IReadOnlyList<string>)[row.Country ?? "unknown", row.Currency, Figures.Read(row.Orders), Figures.Amount(row.Gmv)])]);

    private static ReportTable Customers(SalesReport report) => new(
        "Customers",
        ["", "Count"],
        1,
        [["New", Figures.Read(report.Customers.New)], ["Returning", Figures.Read(report.Customers.Returning)], ["Orders by guests", Figures.Read(report.Customers.Guests)]]);
}
